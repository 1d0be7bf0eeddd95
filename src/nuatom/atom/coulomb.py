"""Compiled kernel: the multipoles of the Coulomb potential of radial densities.

    φ(r) = ∫ r_<^J/r_>^{J+1} ρ(r') dr'

is a running sum from inside and one from outside, each a step of its own recurrence.
"""

from __future__ import annotations

import numpy as np

from nuatom.atom.compiled import kernel


@kernel
def coulomb_potential(J, r, density, diagonal):
    """Σ_j [r_<^J/r_>^{J+1} + δ_ij diagonal_i] density_j of several densities at once.

    Args:
        J: the multipole.
        r: radii, ascending, shape (N,).
        density: densities times their weights, shape (N, columns).
        diagonal: what is added on the diagonal, shape (N,).

    Returns:
        shape (N, columns).
    """
    size, columns = density.shape
    out = np.empty((size, columns))
    running = np.zeros(columns)
    for i in range(size):
        fall = (r[i - 1] / r[i]) ** (J + 1) if i > 0 else 0.0
        here = 1 / r[i] + diagonal[i]
        for k in range(columns):
            before = fall * running[k]
            running[k] = before + density[i, k] / r[i]
            out[i, k] = before + here * density[i, k]
    running[:] = 0.0
    for i in range(size - 2, -1, -1):
        rise = (r[i] / r[i + 1]) ** J
        inverse = 1 / r[i + 1]
        for k in range(columns):
            running[k] = rise * (running[k] + inverse * density[i + 1, k])
            out[i, k] += running[k]
    return out
