"""Integrals over the transfer at one momentum: panels in T, their nodes, and principal values.

A response model is asked for S(T, Q) at Gauss–Legendre nodes of panels that begin anew at every threshold, follow the
ridge and are as narrow as a model's own lines are wide.  On each panel S is a polynomial, of which the principal value

    P∫ S(ω)/(T − ω) dω = Σ_panels Σ_n c_n 2 Q_n(z),   z = (T − middle)/half,                                   (1)

is a sum of Legendre functions of the second kind: nothing has to be subtracted, and T may be any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuatom.elements import Shell
from nuatom.functions import VECTOR, Array
from nuatom.response.model import Lines, ResponseModel
from nuatom.units import ELECTRON_MASS

_ORDER = 8
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(_ORDER)
_NEAR = 1.5  # of |z|: beyond it the rule itself integrates 1/(T − ω) to 2.6⁻¹⁶
_ON_EDGE = 1e-10  # relative distance at which T on the edge of a panel is taken to be
_REACH = 7.0  # in v of p_z = core · sinh v: ± 550 core
_CHUNK = 4000  # transfers that a model is asked for at a time


@dataclass(frozen=True)
class Panels:
    """Panels in T at one Q, and S at their nodes.

    Attributes:
        edges: of the panels, ascending, shape (panel + 1,) [energy].
        transfer: nodes, shape (panel, node) [energy].
        weight: of ∫dT at the nodes, shape (panel, node) [energy].
        charge: S at the nodes by shell, shape (shell, panel, node) [1/energy].
    """

    edges: Array
    transfer: Array
    weight: Array
    charge: Array

    @staticmethod
    def of(model: ResponseModel, momentum: float, refine: float = 1.0) -> Panels:
        """S of a model at one Q > 0 [energy].

        Where a model has a largest T at Q ≤ T, as `CentralField.photon_limit`, they end at the larger of it and Q.

        Args:
            model: any response whose S has values and whose shells have thresholds.
            momentum: Q [energy].
            refine: factor on the number of panels, to test convergence with.

        Raises:
            ValueError: for shells without a threshold.
        """
        if any(shell.binding_energy <= 0 for shell in model.shells):
            raise ValueError("an integral over T needs thresholds > 0, which electrons at rest have not: bind them")
        edges = panel_edges(model, momentum, refine)
        half = 0.5 * np.diff(edges)[:, None]
        T = 0.5 * (edges[:-1] + edges[1:])[:, None] + half * _NODE
        flat = T.ravel()
        parts = [flat[start : start + _CHUNK] for start in range(0, flat.size, _CHUNK)]
        S = [model.structure(t, np.full((t.size, 1), momentum), VECTOR).charge[:, :, 0] for t in parts]
        return Panels(edges, T, half * _WEIGHT, np.concatenate(S, axis=1).reshape(-1, *T.shape))

    def integral(self, weight: Array | float = 1.0) -> Array:
        """∫ w(T) S dT by shell, the weight at the nodes; shape (shell,)."""
        return np.asarray(np.sum(self.charge * self.weight * weight, axis=(1, 2)))

    def principal_value(self, transfer: Array) -> Array:
        """P∫ S(ω)/(T − ω) dω by shell at T (nT,), shape (shell, nT) [1/energy]; (1) of this module."""
        low, high = self.edges[:-1], self.edges[1:]
        out = np.empty((len(self.charge), transfer.size))
        for k, T in enumerate(transfer):
            z = (2 * T - low - high) / (high - low)
            near = np.abs(z) < _NEAR
            # A node of a far panel is no T; those of near ones are not divided by.
            kernel = np.where(near[:, None], 0.0, self.weight / np.where(near[:, None], 1.0, T - self.transfer))
            kernel[near] = _near_kernel(T, low[near], high[near])
            out[:, k] = np.tensordot(self.charge, kernel, axes=2)
        return out


def _near_kernel(transfer: float, low: Array, high: Array) -> Array:
    """Σ_n (2n+1) P_n(x_j) w_j Q_n(z) of panels that T is in or close to, shape (panel, node)."""
    least = _ON_EDGE * transfer
    below, above = (np.maximum(np.abs(x), least) for x in (transfer - low, high - transfer))
    z = (2 * transfer - low - high) / (high - low)
    second = [0.5 * np.log(below / above)]
    second.append(z * second[0] - 1)
    for n in range(1, _ORDER - 1):
        second.append(((2 * n + 1) * z * second[n] - n * second[n - 1]) / (n + 1))
    legendre = np.polynomial.legendre.legvander(_NODE, _ORDER - 1)
    factor = (2 * np.arange(_ORDER) + 1) * legendre * _WEIGHT[:, None]
    return np.asarray(np.stack(second, axis=1) @ factor.T)


def strengths(lines: Lines, momentum: Array) -> Array:
    """S of every line at Q (nQ,), shape (line, nQ): S/Q² splined in ln Q, constant below the grid and zero above."""
    if not len(lines):
        return np.zeros((0, momentum.size))
    from scipy.interpolate import CubicSpline

    x, at = np.log(lines.momentum), np.log(momentum)
    spline = CubicSpline(x, lines.charge / lines.momentum**2, axis=1)
    found = np.maximum(spline(np.clip(at, x[0], x[-1])), 0.0) * momentum**2
    return np.asarray(np.where(at > x[-1], 0.0, found))


def panel_edges(model: ResponseModel, momentum: float, refine: float = 1.0) -> Array:
    """Edges of panels in T at one Q, from the first threshold to where no S is left, or to where the model has none."""
    limit = max(float(getattr(model, "photon_limit", np.inf)), momentum)
    thresholds = np.unique([shell.binding_energy for shell in model.shells])
    slow, fast = np.sqrt(2 * ELECTRON_MASS * thresholds[[0, -1]])
    p_z = 0.1 * slow * np.sinh(np.linspace(-_REACH, _REACH, int(20 * refine) + 1))
    top = min(max(400 * thresholds[-1], float(_transfer_of(20 * fast, momentum))), limit)
    behind = 1 + np.concatenate([[0.0], np.geomspace(1e-3, 0.4, int(9 * refine))])
    cuts: list[Array] = [np.outer(thresholds, behind).ravel(), _transfer_of(p_z, momentum), np.array([top])]
    cuts.append(np.geomspace(thresholds[0], top, int(refine * 3 * np.log(top / thresholds[0])) + 2))
    width, highest = getattr(model, "width", None), getattr(model, "highest", None)
    if width and highest:  # lines in the continuum of a screened atom
        highest = min(highest, top)
        cuts.append(np.geomspace(thresholds[0], highest, int(refine * np.log(highest / thresholds[0]) / width / 2) + 2))
    found = np.unique(np.concatenate(cuts))
    found = found[(found >= thresholds[0]) & (found <= top)]
    # Cuts of different kinds may all but meet.
    kept = np.concatenate([[True], np.diff(found) > 1e-9 * found[1:]])
    return np.asarray(found[kept])


def _transfer_of(p_z: Array | float, momentum: float) -> Array:
    """T = √(m² + (p_z+Q)²) − √(m² + p_z²), what an electron of momentum p_z along Q absorbs [energy]."""
    start, end = np.hypot(ELECTRON_MASS, p_z), np.hypot(ELECTRON_MASS, np.asarray(p_z) + momentum)
    return np.asarray(momentum * (2 * np.asarray(p_z) + momentum) / (start + end))


def occupancies(shells: tuple[Shell, ...]) -> Array:
    """Electrons by shell."""
    return np.array([shell.occupancy for shell in shells])
