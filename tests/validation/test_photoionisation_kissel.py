"""Photoionisation, R at Q = T, against the closed form of hydrogen and against Kissel's subshell tables.

Kissel: L. Kissel, Radiat. Phys. Chem. 59 (2000) 185, as distributed with xraylib: Dirac–Slater atoms with all
multipoles, the same physics by another program, per electron.  σ = 4π²α R(T, Q=T)/T.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from central_fields import slater
from nuatom.atom.field import Atom
from nuatom.elements import Shell
from nuatom.response.partial_waves import Discretisation, PartialWaves
from nuatom.units import BOHR_RADIUS, HARTREE, barn, keV
from nuatom.units import SPEED_OF_LIGHT_AU as C

pytestmark = pytest.mark.slow


@cache
def waves(symbol: str, charge: int = 0, resolution: Discretisation | None = None) -> PartialWaves:
    atom = slater(symbol, charge=charge)
    return PartialWaves(atom.solution, atom.calculated_shells, resolution or Discretisation())


def photoionisation(model: PartialWaves, i: int, T: float) -> float:
    """σ of a subshell at a photon energy in Hartree [Bohr²]."""
    (response,) = model.continuum(T + model.solution.energies[i], [i], [np.array([T / C])], [None])
    return float(4 * np.pi**2 * C * response.current[0] / T)


# --- one electron ------------------------------------------------------------------------------------


def hydrogen(ratio: float, Z: int) -> float:
    """σ of a hydrogen-like 1s electron at T/ε, non-relativistic dipole (M. Stobbe, Ann. Phys. 7 (1930) 661) [Bohr²]."""
    k = np.sqrt(ratio - 1)
    return float(
        2**9 * np.pi**2 / (3 * C * Z**2) * ratio**-4 * np.exp(-4 * np.arctan(k) / k) / -np.expm1(-2 * np.pi / k)
    )


@pytest.mark.parametrize("ratio", [1.0005, 1.01, 1.1, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0])
def test_hydrogen_has_the_cross_section_of_stobbe(ratio: float) -> None:
    model = waves("H")
    sigma = photoionisation(model, 0, -ratio * model.solution.energies[0])
    # Retardation and relativity are of order (Zα)² = 5.3e-5: measured −3.5e-5 at threshold, +4.4e-5 at 30 ε.
    assert sigma == pytest.approx(hydrogen(ratio, 1), rel=6e-5)


def test_hydrogen_at_threshold_is_6_30_megabarn() -> None:
    model = waves("H")
    sigma = photoionisation(model, 0, -1.0001 * model.solution.energies[0])
    assert sigma * BOHR_RADIUS**2 / (1e6 * barn) == pytest.approx(6.30, abs=0.005)


@pytest.mark.parametrize(("ratio", "coefficient"), [(1.001, -0.645), (2.0, -0.545), (5.0, -0.43)])
def test_what_is_left_is_relativity(ratio: float, coefficient: float) -> None:
    """The deviation from the non-relativistic dipole is c(T/ε)(Zα)², with one c for all Z, and so not an error."""
    for symbol, Z in (("He", 2), ("Be", 4), ("Ne", 10), ("Ca", 20)):
        model = waves(symbol, Z - 1)
        sigma = photoionisation(model, 0, -ratio * model.solution.energies[0])
        # Terms of (Zα)⁴ are 2 % of it at Z = 20; the default resolution leaves 1e-5 of the cross section.
        deviation = sigma / hydrogen(ratio, Z) - 1
        assert deviation == pytest.approx(coefficient * (Z / C) ** 2, rel=0.16, abs=1e-5)


# --- subshells of atoms ----------------------------------------------------------------------------------

SYMBOLS = ["Ne", "Ar", "Ge", "Kr", "Xe", "Ba", "W", "U"]
RATIOS = np.geomspace(1.3, 8.0, 6)
# xraylib has no value where its own table of edges has none, or where its edge is above the photon energy.
ABSENT = {("Ba", "6s1/2"): 6, ("W", "6s1/2"): 6, ("U", "5f7/2"): 6, ("U", "6d5/2"): 1, ("U", "7s1/2"): 6}


@dataclass(frozen=True)
class Point:
    """One comparison; deviation is ours over Kissel's less one, slope is d ln σ/d ln T of ours."""

    symbol: str
    label: str
    ratio: float
    deviation: float
    slope: float


def macro(shell: Shell) -> str:
    """The name of a subshell in xraylib: K_SHELL, L1_SHELL, …"""
    place = 1 if shell.l == 0 else 2 * shell.l + (shell.kappa < 0)
    return f"{'KLMNOPQ'[shell.n - 1]}{'' if shell.n == 1 else place}_SHELL"


@cache
def comparison(symbol: str) -> tuple[tuple[Point, ...], dict[tuple[str, str], int]]:
    """All subshells of an element, up to 100 keV, and how many points per subshell xraylib does not have."""
    xraylib = pytest.importorskip("xraylib")
    model = waves(symbol)
    Z = Atom(symbol).Z
    points, absent = [], {}
    for i, shell in enumerate(model.shells):
        for ratio in RATIOS:
            T = -ratio * model.solution.energies[i]
            if T * HARTREE > 100 * keV:
                continue
            try:
                per_electron = xraylib.CSb_Photo_Partial(Z, getattr(xraylib, macro(shell)), T * HARTREE / keV)
            except ValueError:
                absent[symbol, shell.label] = absent.get((symbol, shell.label), 0) + 1
                continue
            ours = photoionisation(model, i, T)
            step = 1.003
            slope = np.log(photoionisation(model, i, T * step) / photoionisation(model, i, T / step))
            theirs = per_electron * shell.occupancy * barn / BOHR_RADIUS**2
            points.append(Point(symbol, shell.label, ratio, ours / theirs - 1, slope / (2 * np.log(step))))
    return tuple(points), absent


def deviations(points: tuple[Point, ...]) -> np.ndarray:
    return np.abs([point.deviation for point in points])


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_subshell_is_that_of_kissel(symbol: str) -> None:
    points, absent = comparison(symbol)
    size = deviations(points)
    # Measured per element: median 0.02–0.11 %, 95th percentile 0.05–0.53 %.  The models are equal; what remains is the
    # tables (ripples of 0.1–0.2 %, below) and, in outer shells, the displacement below.
    assert np.median(size) < 2e-3
    assert np.percentile(size, 95) < 8e-3
    assert absent == {key: count for key, count in ABSENT.items() if key[0] == symbol}
    above = {s.label for s in waves(symbol).shells if RATIOS[0] * s.binding_energy > 100 * keV}
    compared = {p.label for p in points} | {label for _, label in absent}
    assert compared | above == {s.label for s in waves(symbol).shells}
    assert above == ({"1s1/2"} if symbol == "U" else set())


def test_all_subshells_together_and_the_one_outlier() -> None:
    points = tuple(point for symbol in SYMBOLS for point in comparison(symbol)[0])
    size = deviations(points)
    assert len(points) == 677
    assert np.median(size) < 1e-3  # 0.07 %
    assert np.percentile(size, 95) < 6e-3  # 0.43 %
    outliers = [(p.symbol, p.label, round(p.ratio, 3)) for p in points if abs(p.deviation) > 0.015]
    # The steep flank of a Cooper minimum, d ln σ/d ln T = −23: 3.1 % is a displacement by 0.13 % of T, 25 meV.
    assert outliers == [("Ge", "4s1/2", 1.3)]
    # So is what is left at other points: none is beyond 1 % but for the slope times 0.15 %.
    for p in points:
        assert abs(p.deviation) < 0.01 + 0.0015 * abs(p.slope), p


def test_the_outlier_is_not_ours() -> None:
    model = waves("Ge")
    (i,) = (i for i, shell in enumerate(model.shells) if shell.label == "4s1/2")
    T = -1.3 * model.solution.energies[i]
    fine = photoionisation(waves("Ge", resolution=Discretisation().doubled()), i, T)
    # Twice the points and partial waves move it by a hundredth of the deviation.
    assert photoionisation(model, i, T) == pytest.approx(fine, rel=5e-4)


def test_ripples_above_the_k_edge_are_of_the_table() -> None:
    """Far from other edges a K-shell cross section is smooth; the table scatters about a polynomial, ours hardly."""
    xraylib = pytest.importorskip("xraylib")
    model = waves("Xe", resolution=Discretisation().doubled())
    x = np.linspace(np.log(1.03), np.log(2.0), 40)
    T = -np.exp(x) * model.solution.energies[0]
    ours = np.log([photoionisation(model, 0, t) for t in T])
    theirs = np.log([xraylib.CSb_Photo_Partial(54, xraylib.K_SHELL, t * HARTREE / keV) for t in T])
    scatter = [float(np.std(y - np.polynomial.Polynomial.fit(x, y, 6)(x))) for y in (ours, theirs)]
    assert scatter[0] < 1e-4 < 5e-4 < scatter[1] < 2e-3  # 5e-5 and 8e-4
