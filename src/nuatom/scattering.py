"""Cross sections: a coupling's weights times a model's structure functions, integrated over Q².

    dσ/dT = ∫_{T²}^{(2E−T)²} dQ² Σ_f w_f(E, T, Q) f(T, Q)

per atom, an area per energy; discrete excitations are lines beside this continuum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.elements import Shell
from nuatom.neutrino import Coupling, StructureWeights
from nuatom.response.model import Array, Lines, Measure, ResponseModel
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2

_CHUNK = 512  # (E, T) pairs treated at a time; with 20 shells and 500 nodes in Q some 100 MB
_LINE_PANELS = 48
_GENERATIONS = 20


@dataclass(frozen=True)
class Spectrum:
    """dσ/dT of one atom, by shell and by what the neutrino couples to.

    Attributes:
        shells: the shells, in the order of the first axis.
        energy: E [energy].
        transfer: T [energy].
        longitudinal: share of S, shape (shell,) + energy.shape + transfer.shape [area/energy].
        transverse: share of R, the same shape [area/energy].
        relative_error: estimated relative error of ``total``, energy.shape + transfer.shape.
    """

    shells: tuple[Shell, ...]
    energy: Array
    transfer: Array
    longitudinal: Array
    transverse: Array
    relative_error: Array

    @property
    def by_shell(self) -> Array:
        """dσ/dT by shell, shape (shell,) + energy.shape + transfer.shape [area/energy]."""
        return self.longitudinal + self.transverse

    @property
    def total(self) -> Array:
        """dσ/dT, shape energy.shape + transfer.shape [area/energy]."""
        return np.asarray(self.by_shell.sum(axis=0))


@dataclass(frozen=True)
class ExcitationLines:
    """Cross sections of the discrete excitations of one atom.

    Attributes:
        transfer: excitation energies, ascending, shape (line,) [energy].
        area: cross sections, shape (line,) + energy.shape [area].
        shell: the shell that loses the electron, one per line.
        final: label of the level excited to, one per line.
    """

    transfer: Array
    area: Array
    shell: tuple[Shell, ...]
    final: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.final)


def spectrum(coupling: Coupling, model: ResponseModel, energy: ArrayLike, transfer: ArrayLike) -> Spectrum:
    """dσ/dT by shell, longitudinal and transverse (K 6–8 for a magnetic moment).

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        transfer: T ≥ 0, any shape [energy].  T ≥ E is closed, and T = 0 no inelastic process: exactly 0.

    Raises:
        ValueError: for energies or transfers that are not finite or out of range.
    """
    E, T = _positive("energy", energy), _positive("transfer", transfer, zero=True)
    flat_energy, flat_transfer = E.ravel(), T.ravel()
    shape = (len(model.shells), len(flat_energy), len(flat_transfer))
    shares = {"charge": np.zeros(shape), "current": np.zeros(shape)}
    absolute_error = np.zeros(shape[1:])
    for i, j in _open_pairs(flat_energy, flat_transfer):
        e, t = flat_energy[i], flat_transfer[j]
        measure = model.measure(t, t, 2 * e - t)
        weights = coupling.weights(e[:, None], t[:, None], measure.momentum)
        terms = _contract(weights, measure)
        for name, term in terms.items():
            shares[name][:, i, j] = term
        # The error estimates are of S; a shell's shares are taken to be no better known than it.
        absolute_error[i, j] = np.sum(measure.relative_error * sum(abs(term) for term in terms.values()), axis=0)
    full, by_shell = E.shape + T.shape, (len(model.shells), *E.shape, *T.shape)
    total = np.abs(shares["charge"] + shares["current"]).sum(axis=0)
    error = np.divide(absolute_error, total, out=np.zeros_like(total), where=total > 0)
    return Spectrum(
        shells=model.shells,
        energy=E,
        transfer=T,
        longitudinal=shares["charge"].reshape(by_shell),
        transverse=shares["current"].reshape(by_shell),
        relative_error=error.reshape(full),
    )


def cross_section(
    coupling: Coupling,
    model: ResponseModel,
    energy: ArrayLike,
    transfer: ArrayLike,
    *,
    by_shell: bool = False,
) -> Array:
    """dσ/dT per atom, continuum only: ``lines`` has the discrete excitations.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        transfer: T ≥ 0, any shape [energy].
        by_shell: keep the shells apart, as the first axis.

    Returns:
        shape energy.shape + transfer.shape, after (shell,) if ``by_shell`` [area/energy].

    Raises:
        ValueError: for energies or transfers that are not finite or out of range.
    """
    result = spectrum(coupling, model, energy, transfer)
    return result.by_shell if by_shell else result.total


def photoabsorption(model: ResponseModel, energy: ArrayLike, *, by_shell: bool = False) -> Array:
    """Photoionisation cross section per atom, the limit of R for a real photon.

        σ_γ(T) = 4π²α T R(T,Q)/Q²  at Q = T                                                       (K 17)

    Args:
        model: the atom's response.
        energy: photon energy > 0, any shape [energy].
        by_shell: keep the shells apart, as the first axis.

    Returns:
        shape energy.shape, after (shell,) if ``by_shell`` [area].

    Raises:
        ValueError: for energies that are not finite or not positive, and for free electrons, which
            absorb no photon.
    """
    photon = _positive("energy", energy)
    T = photon.ravel()
    R = model.structure(T, T[:, None]).current[:, :, 0]
    area = (4 * pi**2 * FINE_STRUCTURE * HBARC2 * R / T).reshape(len(R), *photon.shape)
    return area if by_shell else np.asarray(area.sum(axis=0))


def lines(coupling: Coupling, model: ResponseModel, energy: ArrayLike) -> ExcitationLines:
    """Cross sections of the discrete excitations, σ_i = ∫dQ² Σ_f w_f(E, T_i, Q) f_i(Q).

    Between the points of the model's grid the strengths are splined in log–log; below the grid they go on as
    the powers of Q they are there, above it they are taken to have died out.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].

    Raises:
        ValueError: for energies that are not finite or not positive.
    """
    E = _positive("energy", energy)
    flat = E.ravel()
    found = model.lines()
    area = np.zeros((len(found), len(flat)))
    for index, T in enumerate(found.transfer):
        is_open = flat > T
        if is_open.any():
            area[index, is_open] = _line_area(coupling, found, index, flat[is_open])
    return ExcitationLines(
        transfer=found.transfer,
        area=area.reshape(len(found), *E.shape),
        shell=tuple(model.shells[i] for i in found.shell),
        final=found.final,
    )


def total_cross_section(
    coupling: Coupling,
    model: ResponseModel,
    energy: ArrayLike,
    threshold: float,
    *,
    tolerance: float = 1e-5,
) -> Array:
    """σ(T ≥ threshold) per atom: the integral of dσ/dT and the lines above the threshold.

    Panels in log T between the edges of the shells are halved until the two halves agree with the whole.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        threshold: least transfer counted, > 0 [energy].
        tolerance: relative accuracy of the integral over T, > 0.

    Returns:
        shape energy.shape [area].

    Raises:
        ValueError: for arguments that are not finite or not positive.
        RuntimeError: if the integral does not reach the tolerance.
    """
    E = _positive("energy", energy)
    least = float(_positive("threshold", threshold))
    accuracy = float(_positive("tolerance", tolerance))
    discrete = lines(coupling, model, E.ravel())
    above = discrete.area[discrete.transfer >= least].sum(axis=0)
    smooth = [_integral_over_transfer(coupling, model, float(e), least, accuracy) for e in E.ravel()]
    return np.asarray((above + np.array(smooth)).reshape(E.shape))


# --- parts ---------------------------------------------------------------------------------------------


def _open_pairs(energy: Array, transfer: Array) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Indices of the pairs with 0 < T < E, a chunk at a time; all energies of one transfer come together.

    A model pays by the transfer, so a chunk takes few transfers and many energies.
    """
    j, i = np.nonzero((transfer[:, None] < energy[None]) & (transfer[:, None] > 0))
    for start in range(0, len(i), _CHUNK):
        yield i[start : start + _CHUNK], j[start : start + _CHUNK]


def _contract(weights: StructureWeights, measure: Measure) -> dict[str, Array]:
    """Σ_k weight · structure for every structure function that has a weight, shape (shell, pair)."""
    result = {}
    for field in fields(weights):
        weight = getattr(weights, field.name)
        if weight is not None:
            result[field.name] = np.sum(weight * getattr(measure, field.name), axis=-1)
    return result


def _line_area(coupling: Coupling, found: Lines, index: int, energy: Array) -> Array:
    """Cross section of one line at energies (nE,) above it."""
    T = float(found.transfer[index])
    top = np.minimum(2 * energy - T, found.momentum[-1])
    node, weight = np.polynomial.legendre.leggauss(8)
    edges = np.linspace(0, 1, _LINE_PANELS + 1)
    fraction = (edges[:-1, None] + np.diff(edges)[:, None] * (node + 1) / 2).ravel()
    share = (np.diff(edges)[:, None] * weight / 2).ravel()
    span = np.log(np.maximum(top, T) / T)[:, None]
    Q = T * np.exp(span * fraction)
    dQ2 = 2 * Q**2 * span * share
    weights = coupling.weights(energy[:, None], T, Q)
    area = np.zeros(len(energy))
    for field in fields(weights):
        w = getattr(weights, field.name)
        if w is not None:
            strength = _interpolated(found.momentum, getattr(found, field.name)[index], Q)
            area += np.sum(w * strength * dQ2, axis=-1)
    return area


def _interpolated(grid: Array, strength: Array, momentum: Array) -> Array:
    """A line's strength at any Q up to the end of its grid."""
    from scipy.interpolate import CubicSpline

    # Below this share of the greatest strength it is rounding or nothing: no logarithm of it.
    present = strength > 1e-20 * strength.max(initial=0.0)
    if np.count_nonzero(present) < 4:
        return np.asarray(np.interp(momentum, grid, strength))
    x, y = np.log(grid[present]), np.log(strength[present])
    at = np.log(momentum)
    inner = CubicSpline(x, y)(np.clip(at, x[0], x[-1]))
    slope = (y[1] - y[0]) / (x[1] - x[0])
    value = np.exp(inner + slope * np.minimum(at - x[0], 0.0))
    return np.asarray(np.where(at > x[-1], 0.0, value))


def _integral_over_transfer(
    coupling: Coupling,
    model: ResponseModel,
    energy: float,
    threshold: float,
    tolerance: float,
) -> float:
    """∫_threshold^E dT dσ/dT at one energy."""
    if threshold >= energy:
        return 0.0
    # dσ/dT jumps at the edges and falls steeply at the greatest transfer to a free electron.
    free_end = 2 * energy**2 / (ELECTRON_MASS + 2 * energy)
    inner = {free_end, *(shell.binding_energy for shell in model.shells)}
    cuts = np.log(sorted({threshold, energy, *(cut for cut in inner if threshold < cut < energy)}))
    node, weight = np.polynomial.legendre.leggauss(8)

    def integrate(low: Array, high: Array) -> Array:
        half = (high - low)[:, None] / 2
        T = np.minimum(np.exp((high + low)[:, None] / 2 + half * node), energy)
        values = cross_section(coupling, model, energy, T)
        return np.asarray(np.sum(values * T * half * weight, axis=1))

    low, high = cuts[:-1], cuts[1:]
    coarse = integrate(low, high)
    done = 0.0
    for _ in range(_GENERATIONS):
        middle = (low + high) / 2
        left, right = integrate(low, middle), integrate(middle, high)
        fine = left + right
        scale = abs(done) + float(np.sum(np.abs(fine)))
        # Each panel may take the share of the tolerance that goes with its length.
        bad = np.abs(fine - coarse) > tolerance * scale * (high - low) / (cuts[-1] - cuts[0])
        done += float(np.sum(fine[~bad]))
        if not bad.any():
            return done
        low, high = np.concatenate([low[bad], middle[bad]]), np.concatenate([middle[bad], high[bad]])
        coarse = np.concatenate([left[bad], right[bad]])
    raise RuntimeError(
        f"the integral over T above {threshold} MeV did not reach the tolerance {tolerance} after "
        f"{_GENERATIONS} halvings; ask for a larger tolerance"
    )


def _positive(name: str, values: ArrayLike, *, zero: bool = False) -> Array:
    array = np.asarray(values, dtype=float)
    good = np.isfinite(array) & ((array >= 0) if zero else (array > 0))
    if not np.all(good):
        raise ValueError(f"{name} must be finite and {'≥' if zero else '>'} 0 [MeV], got {array[~good].ravel()[0]}")
    return array
