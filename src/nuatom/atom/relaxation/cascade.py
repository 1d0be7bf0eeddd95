"""Compiled kernel: decays of an ion one after another, each drawn by its rate, until none is left that energy allows.

With h_a vacancies and n_a electrons in the shells, a vacancy in i decays to b and c at the rate

    h_i Γ(i → bc; filled) w_bc,    w_bc = n_b n_c/(g_b g_c), b ≠ c,    w_bb = n_b (n_b − 1)/(g_b (g_b − 1)),

and emits the difference of the energies of the two configurations (see `holes`), if that is positive.  In shells that
are open in the neutral atom the pairs are those of the average of its configuration, as far as no vacancy changes them.
"""

from __future__ import annotations

import numpy as np

from nuatom.atom.compiled import kernel

ELECTRON, PHOTON = 0, 1


@kernel
def run(vacancy, binding, interaction, occupancy, degeneracy, start, first, second, strength, paired, random):
    """Cascades from single vacancies.

    Args:
        vacancy: shell of the first vacancy of each, −1 for none, shape (n,).
        binding: B, shape (shell,).
        interaction: U, shape (shell, shell), in the unit of B.
        occupancy, degeneracy: electrons and places, shape (shell,).
        start: first decay of each shell, shape (shell + 1,).
        first, second: final vacancies, second −1 for a photon, shape (decay,).
        strength: rates for filled shells (per electron and vacancy for a photon), shape (decay,).
        paired: 1 where the pair b = c is counted as n (n − 1), 0 where as n², shape (decay,).
        random: a NumPy generator.

    Returns:
        vacancies left (n, shell), energy left (n,), and of what is emitted: index of the cascade, kind, energy, initial
        and final vacancies, each (emitted,).
    """
    shells = binding.size
    size = 4 * vacancy.size + 64
    owner = np.empty(size, np.int64)
    kind = np.empty(size, np.int8)
    energy = np.empty(size)
    path = np.empty((size, 3), np.int16)
    left = np.zeros((vacancy.size, shells), np.int16)
    rest = np.zeros(vacancy.size)
    most = 1
    for i in range(shells):
        most = max(most, start[i + 1] - start[i])
    running = np.empty(most * shells)
    which = np.empty(most * shells, np.int64)
    depth = np.empty(shells)
    electrons = np.empty(shells)
    count = 0
    for event in range(vacancy.size):
        if vacancy[event] < 0:
            continue
        holes = left[event]
        holes[vacancy[event]] = 1
        state = binding[vacancy[event]]
        while True:
            # depth_a: what removing one electron more from a costs.
            for a in range(shells):
                depth[a] = binding[a]
                for b in range(shells):
                    if holes[b]:
                        depth[a] += holes[b] * interaction[a, b]
                electrons[a] = max(occupancy[a] - holes[a], 0.0)
            total = 0.0
            open_ = 0
            for i in range(shells):
                if holes[i] == 0:
                    continue
                # An electron fills i: the other vacancies see one there less.
                filled = depth[i] - interaction[i, i]
                for t in range(start[i], start[i + 1]):
                    b = first[t]
                    c = second[t]
                    if electrons[b] <= 0.0:
                        continue
                    outer = depth[b] - interaction[b, i]
                    if c < 0:
                        gain = filled - outer
                        weight = electrons[b]
                    else:
                        if electrons[c] <= 0.0:
                            continue
                        gain = filled - outer - (depth[c] - interaction[c, i] + interaction[b, c])
                        if b == c and paired[t]:
                            weight = electrons[b] * max(electrons[b] - 1.0, 0.0) / (degeneracy[b] * (degeneracy[b] - 1))
                        else:
                            weight = electrons[b] * electrons[c] / (degeneracy[b] * degeneracy[c])
                    rate = holes[i] * strength[t] * weight
                    if gain <= 0.0 or rate <= 0.0:
                        continue
                    total += rate
                    running[open_] = total
                    which[open_] = t
                    open_ += 1
            if open_ == 0:
                break
            drawn = random.random() * total
            low = 0
            high = open_ - 1
            while low < high:
                middle = (low + high) // 2
                if running[middle] > drawn:
                    high = middle
                else:
                    low = middle + 1
            t = which[low]
            i = 0
            while start[i + 1] <= t:
                i += 1
            b = first[t]
            c = second[t]
            gain = depth[i] - interaction[i, i] - (depth[b] - interaction[b, i])
            if c >= 0:
                gain -= depth[c] - interaction[c, i] + interaction[b, c]
                holes[c] += 1
            holes[i] -= 1
            holes[b] += 1
            state -= gain
            if count == size:
                size *= 2
                owner = _grown(owner, size)
                kind = _grown(kind, size)
                energy = _grown(energy, size)
                longer = np.empty((size, 3), np.int16)
                longer[:count] = path
                path = longer
            owner[count] = event
            kind[count] = PHOTON if c < 0 else ELECTRON
            energy[count] = gain
            path[count, 0] = i
            path[count, 1] = b
            path[count, 2] = c
            count += 1
        rest[event] = state
    return left, rest, owner[:count], kind[:count], energy[:count], path[:count]


@kernel
def _grown(values, size):
    longer = np.empty(size, values.dtype)
    longer[: values.size] = values
    return longer
