"""Current conservation and its consequences, which no program puts in and a wrong phase, factor or grid breaks.

In a local potential the charge and the longitudinal current of every transition obey T ρ = Q j_L, so V33 = (T/Q)² S
for each shell at all T and Q, and the transverse current at long waves is that of the dipole length, R/T² → S/Q²
(Siegert).  S, V33 and R are made of different radial integrals.
"""

from functools import cache

import numpy as np
import pytest

from central_fields import slater
from nuatom.response.partial_waves import Discretisation, PartialWaves
from nuatom.units import HARTREE, keV
from nuatom.units import SPEED_OF_LIGHT_AU as C

pytestmark = pytest.mark.slow

SHELLS = ["1s1/2", "2s1/2", "2p3/2", "3d5/2", "4p1/2", "4d5/2", "5s1/2", "5p3/2"]
RESOLUTIONS = {"default": (Discretisation(), 3e-4, 5e-4), "doubled": (Discretisation().doubled(), 6e-5, 1e-4)}


@cache
def waves(symbol: str, resolution: Discretisation) -> PartialWaves:
    atom = slater(symbol)
    return PartialWaves(atom.solution, atom.calculated_shells, resolution)


def transfers(model: PartialWaves, i: int) -> list[float]:
    binding = -model.solution.energies[i]
    return [x * binding for x in (1.05, 1.3, 3.0, 20.0) if x * binding * HARTREE < 150 * keV]


@pytest.mark.parametrize("name", RESOLUTIONS)
def test_longitudinal_current_is_the_charge(name: str) -> None:
    resolution, allowed, _ = RESOLUTIONS[name]
    model = waves("Xe", resolution)
    for label in SHELLS:
        i = [s.label for s in model.shells].index(label)
        for T in transfers(model, i):
            ridge = np.sqrt(T * (T + 2 * C**2)) / C
            Q = np.array([T / C, 0.3 * ridge, ridge, 1.7 * ridge])
            (r,) = model.continuum(T + model.solution.energies[i], [i], [Q], [None], longitudinal=True)
            ratio = r.longitudinal / ((T / C / Q) ** 2 * r.charge)
            # What is cut off the shell, 1e-12 of its density, enters by its root.  Measured: 1.3e-4 in 5s at the photon
            # point, 1e-5 in inner shells, 1e-6 at the ridge; with doubled settings 3e-5.
            np.testing.assert_allclose(ratio, 1, atol=allowed, err_msg=f"{label} at T = {T * HARTREE / keV} keV")
            assert abs(ratio[2] - 1) < 3e-5


@pytest.mark.parametrize("name", RESOLUTIONS)
def test_length_and_velocity_give_one_dipole(name: str) -> None:
    resolution, _, allowed = RESOLUTIONS[name]
    model = waves("Xe", resolution)
    for label in SHELLS:
        i = [s.label for s in model.shells].index(label)
        for T in transfers(model, i):
            # Corrections of relative order (Q r)² are 1e-6 here.
            Q = np.array([1e-3 * min(T / C, 1 / model.solution.extent(i, 0.5))])
            (r,) = model.continuum(T + model.solution.energies[i], [i], [Q], [None])
            length, velocity = r.charge[0] / Q[0] ** 2, r.current[0] * (C / T) ** 2
            assert velocity == pytest.approx(length, rel=allowed), (label, T * HARTREE / keV)


@pytest.mark.parametrize("symbol", ["Ne", "U"])
def test_light_and_heavy_atoms_conserve_it_too(symbol: str) -> None:
    model = waves(symbol, Discretisation())
    for i in range(0, len(model.shells), 3):
        T = -1.5 * model.solution.energies[i]
        Q = np.array([1.0, 0.5 * np.sqrt(2 / T) * C]) * T / C
        (r,) = model.continuum(T + model.solution.energies[i], [i], [Q], [None], longitudinal=True)
        np.testing.assert_allclose(r.longitudinal / ((T / C / Q) ** 2 * r.charge), 1, atol=5e-4)


def test_the_check_fails_for_a_wrong_energy() -> None:
    # V33 knows T only through the wave functions: 1 % off in T is 2 % in the ratio.
    model = waves("Xe", Discretisation())
    T = -2.0 * model.solution.energies[0]
    Q = np.array([T / C])
    (r,) = model.continuum(T + model.solution.energies[0], [0], [Q], [None], longitudinal=True)
    assert r.longitudinal[0] / ((1.01 * T / C / Q[0]) ** 2 * r.charge[0]) == pytest.approx(1.01**-2, rel=1e-4)
