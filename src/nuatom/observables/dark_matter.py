"""Events that dark matter makes among the electrons of a target."""

from __future__ import annotations

import numpy as np
from hepunits.constants import Avogadro, c_light
from numpy.typing import ArrayLike

from nuatom.functions import Array
from nuatom.probe.dark_matter import DarkMatter
from nuatom.probe.halo import StandardHalo
from nuatom.response.model import ResponseModel, checked_transfer
from nuatom.response.owner import own_element
from nuatom.scattering import require_model
from nuatom.units import g

_HALO = StandardHalo()
_BENDS = np.array([0.25, 0.5, 1.0])


def dark_matter_rate(
    probe: DarkMatter,
    model: ResponseModel,
    transfer: ArrayLike,
    halo: StandardHalo = _HALO,
    *,
    by_shell: bool = False,
) -> Array:
    """Events per mass, time and transfer of a halo of dark matter, continuum only.

        dR/dT = N_T (ρ/M) σ̄/(4μ²) ∫dQ² F(Q)² S(T, Q) η(v_min),   v_min = T/Q + Q/2M

    T is what the atom absorbs, the photoelectron's energy and its binding.

    Args:
        probe: the particle.
        model: the atom's response, which knows its element.
        transfer: T > 0, shape (nT,) [energy].
        halo: density and speeds.
        by_shell: keep the shells apart, as the first axis.

    Returns:
        shape (nT,), after (shell,) if ``by_shell`` [1/(mass time energy)]: times kg day keV it is a number.

    Raises:
        ValueError: for transfers that are not finite or negative, or a model that does not know its element.
    """
    require_model(model, needs=("shells", "measure"))
    T = checked_transfer(transfer)
    own = own_element(model)
    if own is None:
        raise ValueError(f"{type(model).__name__} does not say which element it is of: take a model of an atom")
    least, most = probe.limits(T, halo)
    # η bends where the cut-off of the halo is reached; a few intervals follow the decades of Q between.
    ratio = np.where(most > least, most / np.where(least > 0, least, 1.0), 1.0)
    edges = least[:, None] * ratio[:, None] ** np.concatenate([[0.0], _BENDS])
    total = np.zeros((len(model.shells), T.size))
    for low, high in zip(edges.T[:-1], edges.T[1:], strict=True):
        measure = model.measure(T, low, high, probe.functions)
        weight = probe.averaged(T[:, None], measure.momentum, halo)
        total += np.sum(weight * measure.charge, axis=-1)
    per_mass = float(Avogadro) / (own.atomic_weight * g)
    rate = per_mass * halo.density / probe.mass * float(c_light) * total
    return rate if by_shell else np.asarray(rate.sum(axis=0))
