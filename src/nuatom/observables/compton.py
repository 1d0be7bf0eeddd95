"""Photons scattered by an atom's electrons at an angle: spectra, profiles, and the incoherent scattering function."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nuatom.functions import VECTOR, Array
from nuatom.observables.spectral import Panels, panel_edges, strengths
from nuatom.probe.photon import Photon
from nuatom.response.model import ResponseModel
from nuatom.scattering import require_model
from nuatom.units import ELECTRON_MASS

_PHOTON = Photon()


def compton_spectrum(
    model: ResponseModel,
    energy: float,
    angle: float,
    transfer: ArrayLike,
    *,
    probe: Photon = _PHOTON,
    by_shell: bool = False,
) -> Array:
    """d²σ/dΩdT of a photon scattered by θ, continuum only.

        d²σ/dΩdT = r_e² (ω'/ω) ½ [1 + cos²θ + …]/(1 + T/2m) S(T, Q(ω, T, θ))      (`nuatom.probe.Photon`)

    Args:
        model: the atom's response.
        energy: ω > 0 [energy].
        angle: θ, 0 < θ ≤ π, in radians.
        transfer: T, shape (nT,) [energy]; T ≥ ω is closed, and exactly 0.
        probe: the photon, relativistic or not.
        by_shell: keep the shells apart, as the first axis.

    Returns:
        shape (nT,), after (shell,) if ``by_shell`` [area/(steradian energy)].

    Raises:
        ValueError: for values that are not finite or out of range, or what is no model.
    """
    require_model(model, needs=("structure",))
    omega, theta = _checked(energy, angle)
    T = np.atleast_1d(np.asarray(transfer, dtype=float))
    is_open = omega > T
    if T.ndim != 1 or not np.all(np.isfinite(T)) or np.any(T < 0):
        raise ValueError(f"transfer must be a list of finite numbers that are not negative, in MeV; got {transfer!r}")
    Q, factor = probe.angular(omega, theta, T[is_open])
    S = model.structure(T[is_open], Q[:, None], VECTOR).charge[:, :, 0]
    out = np.zeros((len(S), T.size))
    out[:, is_open] = factor * S
    return out if by_shell else np.asarray(out.sum(axis=0))


def incoherent_cross_section(model: ResponseModel, energy: float, angle: float, *, probe: Photon = _PHOTON) -> float:
    """dσ/dΩ of all inelastic scattering of a photon by θ, lines included: ∫dT of `compton_spectrum`.

    Args:
        model: the atom's response, whose S has values and whose shells have thresholds.
        energy: ω > 0 [energy].
        angle: θ, 0 < θ ≤ π, in radians.
        probe: the photon, relativistic or not.

    Returns:
        dσ/dΩ [area per steradian].

    Raises:
        ValueError: for values that are not finite or out of range, or what is no model.
    """
    require_model(model)
    omega, theta = _checked(energy, angle)
    # The ridge at fixed angle is about that at the Q of the free line, where the two touch.
    after = omega / (1 + 2 * np.sin(theta / 2) ** 2 * omega / ELECTRON_MASS)
    edges = panel_edges(model, float(probe.angular(omega, theta, omega - after)[0]))
    edges = np.unique(np.append(edges[edges < omega], omega))
    node, weight = np.polynomial.legendre.leggauss(8)
    half = 0.5 * np.diff(edges)[:, None]
    T = (0.5 * (edges[:-1] + edges[1:])[:, None] + half * node).ravel()
    total = float(compton_spectrum(model, omega, theta, T, probe=probe) @ (half * weight).ravel())
    found = model.lines(VECTOR)
    reached = found.transfer < omega
    if reached.any():
        Q, factor = probe.angular(omega, theta, found.transfer[reached])
        total += float(np.sum(factor * np.diagonal(strengths(found, Q)[reached])))
    return total


def incoherent_function(model: ResponseModel, momentum: ArrayLike) -> Array:
    """The incoherent scattering function, electrons that answer at Q: ∫S dT and the lines, Z at large Q.

    Args:
        model: the atom's response, whose S has values and whose shells have thresholds.
        momentum: Q > 0, shape (nQ,); Q = 4πħc sin(θ/2)/λ [energy].

    Returns:
        shape (nQ,).

    Raises:
        ValueError: for momenta that are not finite or not positive, or what is no model.
    """
    require_model(model)
    Q = np.atleast_1d(np.asarray(momentum, dtype=float))
    if Q.ndim != 1 or not np.all(np.isfinite(Q)) or np.any(Q <= 0):
        raise ValueError(f"momentum must be one-dimensional, finite and greater than zero, in MeV: got {momentum!r}")
    smooth = np.array([float(Panels.of(model, float(q)).integral().sum()) for q in Q])
    return np.asarray(smooth + strengths(model.lines(VECTOR), Q).sum(axis=0))


def _checked(energy: float, angle: float) -> tuple[float, float]:
    omega, theta = float(energy), float(angle)
    if not (np.isfinite(omega) and omega > 0):
        raise ValueError(f"the energy of a photon must be finite and > 0 [MeV], got {energy!r}")
    if not 0 < theta <= np.pi:
        raise ValueError(f"the angle must be above 0 and at most π, in radians, got {angle!r}")
    return omega, theta
