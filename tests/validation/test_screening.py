"""The random-phase response against what it must obey and against nature: sums, gauges, convergence, photoabsorption.

Direct calls at single transfers, without tables; of multipoles mostly the dipole, which is all that photons of these
energies see.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from central_fields import WIDTHS, Absorption, absorption, central_field, screened_at, stage
from nuatom.atom.exchange import Exchange, KohnSham, KriegerLiIafrate, Slater
from nuatom.atom.field import Atom
from nuatom.elements import measured_edges
from nuatom.functions import VECTOR
from nuatom.response.partial_waves import PartialWaves, one_blas_thread
from nuatom.response.screening import independent as independent_electrons
from nuatom.response.screening.discrete import Discrete, discrete
from nuatom.response.screening.independent import blocked, green
from nuatom.response.screening.interaction import AveragedExchange, Interaction, LocalExchange, NoInteraction
from nuatom.response.screening.random_phase import susceptibility
from nuatom.response.screening.stage import Stage, StageSettings, Widths
from nuatom.response.screening.table import HIGHEST
from nuatom.response.sum_rules import trk_sum
from nuatom.units import BOHR_RADIUS, ELECTRON_MASS, FINE_STRUCTURE, HARTREE, HBARC2, MOMENTUM_AU, barn, eV, keV
from nuatom.units import SPEED_OF_LIGHT_AU as C

pytestmark = pytest.mark.slow

Array = NDArray[np.float64]
_SLATER = Slater()
LONG = np.array([1e-3])
"""A momentum at which only the dipole counts [1/Bohr]."""
MEGABARN = 1e6 * barn
TOPS = (60, 300, 1000, 3000.1)


def stage_for(symbol: str, transfer: float, interaction: Interaction, exchange: Exchange) -> Stage:
    """A stage fine enough for a transfer in eV."""
    return stage(symbol, next(t for t in TOPS if t >= transfer) * eV, interaction=interaction, exchange=exchange)


def lines(symbol: str, interaction: Interaction, exchange: Exchange) -> Discrete:
    with one_blas_thread():
        return discrete(stage(symbol, 60 * eV, interaction=interaction, exchange=exchange), LONG)


# --- sum rules ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Oscillators:
    """∫(df/dT) T^−2k dT of an atom, k = 0 (number of electrons) and 1 (polarizability), shape (2,) each.

    Attributes:
        discrete: lines below the first threshold.
        independent: the continuum of independent electrons.
        continuum: the screened one.
        broad: lines in the continuum, screened.
        tail: what is above the highest energy computed.
    """

    discrete: Array
    independent: Array
    continuum: Array
    broad: Array
    tail: Array

    @property
    def total(self) -> Array:
        return self.discrete + self.continuum + self.broad + self.tail


def transfers(on: Stage, widths: Widths, top: float) -> tuple[Array, Array]:
    """Nodes T and weights dT [Hartree]: panels that begin at thresholds and resolve lines with their width."""
    thresholds = np.sort(-on.orbitals[0])
    first = thresholds[0]
    cuts = [np.geomspace(first, top, int(4 * np.log(top / first))), thresholds]
    cuts += [thresholds * (1 + x) for x in (0.01, 0.05, 0.15, 0.4)]
    for i, threshold in enumerate(-on.orbitals[0]):
        energy = [t.energy for t in on.transitions if t.shell == i and t.energy > first]
        if energy:
            half = float(widths.half(threshold))
            cuts.append(np.arange(min(energy) - 6 * half, threshold, 1.5 * half))
    ends = np.unique(np.concatenate(cuts))
    ends = ends[(ends >= first) & (ends <= top)]
    wide = np.concatenate([[True], np.diff(ends) > 2e-3 * ends[1:]]) | np.isin(ends, thresholds)
    ends = ends[wide]
    node, weight = np.polynomial.legendre.leggauss(3)
    half_width = 0.5 * np.diff(ends)[:, None]
    return (ends[:-1, None] + half_width * (1 + node)).ravel(), (half_width * weight).ravel()


@cache
def oscillators(symbol: str, interaction: Interaction, top: float) -> Oscillators:
    """All of an atom's dipole strength, up to `top` keV and beyond as a power of T."""
    widths = Widths(0.02, 0.25 * eV / HARTREE)
    tops = [t for t in (0.06, 0.3, 1.0, 3.0) if t < top] + [top]
    stages = [stage(symbol, t * keV, interaction=interaction) for t in tops]
    T, dT = transfers(stages[0], widths, top * keV / HARTREE)
    values = np.zeros((3, T.size))
    poles = np.array([t.energy for t in stages[0].transitions])
    for k, t in enumerate(T):
        at = t + 3e-4 if np.min(np.abs(poles - t)) < 2e-4 else t
        found = screened_at(next(s for s in stages if s.largest >= at), at * HARTREE, LONG, widths)
        strengths = (found.bare, found.dressed, found.lines)
        values[:, k] = [2 * at * s[0].sum() / LONG[0] ** 2 for s in strengths]
    powers = np.stack([np.ones_like(T), T**-2])
    independent, continuum, broad = values @ (powers * dT).T
    slope = -np.log(values[1, -1] / values[1, -4]) / np.log(T[-1] / T[-4])
    tail = values[1, -1] * T[-1] / (slope - 1)
    single = lines(symbol, interaction, Slater())
    f = 2 * single.transfer * single.values[0, :, 0] / LONG[0] ** 2
    return Oscillators(
        np.array([f.sum(), np.sum(f / single.transfer**2)]), independent, continuum, broad, np.array([tail, 0.0])
    )


SUMS = [("He", 1.5), ("Ne", 5.0), ("Ar", 6.0)]


@pytest.mark.parametrize(("symbol", "top"), SUMS)
def test_screening_keeps_the_number_of_electrons(symbol: str, top: float) -> None:
    found = oscillators(symbol, LocalExchange(), top)
    Z = Atom(symbol).Z
    # Thomas, Reiche and Kuhn hold in the random-phase approximation.  Relativity takes 5⟨p²⟩/6m², 0.3 % in argon.
    # Measured: +0.6 % in helium, +0.4 in neon, +0.5 in argon (+0.15 when computed to 10 keV): lines at 0.9 to 1 of the
    # first threshold are counted below it in full, and with the flank of their width above it once more.
    assert found.total[0] == pytest.approx(Z, rel=1e-2)
    # Little of it is put there by the tail.
    assert 0 < found.tail[0] < 0.04 * Z


def test_screening_moves_strength_and_adds_none() -> None:
    dressed, alone = (oscillators("Ar", choice, 6.0) for choice in (LocalExchange(), NoInteraction()))
    assert dressed.total[0] == pytest.approx(alone.total[0], rel=3e-3)
    np.testing.assert_allclose(alone.continuum, alone.independent, rtol=1e-12)
    np.testing.assert_allclose(dressed.independent, alone.independent, rtol=1e-12)
    # Argon's oscillators move up: a third less of the polarizability, and of the lines.
    assert dressed.total[1] < 0.75 * alone.total[1]
    assert dressed.discrete[0] < 0.75 * alone.discrete[0]


def test_independent_electrons_here_have_the_sum_of_the_central_field() -> None:
    alone = oscillators("Ar", NoInteraction(), 6.0)
    assert alone.total[0] == pytest.approx(trk_sum(central_field("Ar")).total[0], rel=8e-3)


# Static dipole polarizabilities in Bohr³: P. Schwerdtfeger and J. K. Nagle, Mol. Phys. 117 (2019) 1200.
POLARIZABILITIES = {"He": 1.3832, "Ne": 2.6611, "Ar": 11.083, "Kr": 16.78, "Xe": 27.32}
MEASURED_LOCAL = {"He": 0.145, "Ne": -0.035, "Ar": -0.036, "Kr": -0.030, "Xe": -0.035}
MEASURED_AVERAGED = {"He": 0.059, "Ne": -0.067, "Ar": -0.006, "Kr": -0.014, "Xe": -0.020}

MEASURED_EXACT = {"He": -0.032, "Ne": -0.089, "Ar": -0.002, "Kr": 0.020, "Xe": 0.030}


@cache
def polarizability(symbol: str, interaction: Interaction, exchange: Exchange = _SLATER) -> float:
    """α(T → 0) = −⟨r|χ_1|r⟩ with all states, from χ itself [Bohr³]."""
    on = stage(symbol, 60 * eV, interaction=interaction, exchange=exchange)
    r, w = on.medium.r, on.medium.weights
    with pytest.MonkeyPatch.context() as patch:
        # Deep shells too, which are left out at small T as they hardly respond.
        patch.setattr(independent_electrons, "_DEEP", np.inf)
        chi = susceptibility(green(on, 1e-4), blocked(on, 1e-4), 1).real
    with one_blas_thread():
        felt = np.linalg.solve(np.eye(r.size) - (on.kernel(1) * w) @ (chi * w), r)
    return float(-(w * r) @ chi @ (w * felt))


@pytest.mark.parametrize("symbol", POLARIZABILITIES)
@pytest.mark.parametrize(
    ("interaction", "known"), [(LocalExchange(), MEASURED_LOCAL), (AveragedExchange(), MEASURED_AVERAGED)]
)
def test_polarizabilities(symbol: str, interaction: Interaction, known: dict[str, float]) -> None:
    deviation = polarizability(symbol, interaction) / POLARIZABILITIES[symbol] - 1
    # A local exchange with the right tail: 3 to 4 % of nature, 15 % in helium, whose two electrons suffer most from its
    # self-interaction.  What is asserted is what has been measured.
    assert deviation == pytest.approx(known[symbol], abs=0.01)
    # Independent electrons are much worse in all but the lightest.
    alone = polarizability(symbol, NoInteraction()) / POLARIZABILITIES[symbol] - 1
    assert alone > (0.3 if symbol in {"Ar", "Kr", "Xe"} else 0.04)


def test_helium_with_exact_and_averaged_exchange_is_that_of_coupled_hartree_and_fock() -> None:
    """For two electrons both are exact: the Hartree–Fock limit of the polarizability, 1.32223 Bohr³.

    Relativity makes it some (Zα)² = 2e-4 less.  Measured: −2.9e-4.
    """
    assert polarizability("He", AveragedExchange(), KriegerLiIafrate()) == pytest.approx(1.32223, rel=6e-4)


@pytest.mark.parametrize(("symbol", "known"), MEASURED_EXACT.items())
def test_polarizabilities_with_exact_exchange(symbol: str, known: float) -> None:
    """Local exchange between electrons, exact in the ground state: the self-interaction of helium and argon is gone."""
    deviation = polarizability(symbol, LocalExchange(), KriegerLiIafrate()) / POLARIZABILITIES[symbol] - 1
    assert deviation == pytest.approx(known, abs=0.01)


def test_the_polarizability_is_the_sum_over_oscillators() -> None:
    """Kramers and Kronig: the real part at T = 0 from Green's functions, the imaginary part from channels and lines."""
    for symbol, top in SUMS:
        # Lines at 0.9 to 1 of the threshold are counted below it, and the flank of their width above it once more: 1 %.
        total = oscillators(symbol, LocalExchange(), top).total[1]
        assert total == pytest.approx(polarizability(symbol, LocalExchange()), rel=0.02)


# --- gauge ---------------------------------------------------------------------------------------------


def gauge(S: Array | float, R: Array | float, transfer: Array | float) -> Array:
    """R/S over (T/Q)² at long waves, less one: velocity over length [T in Hartree]."""
    return np.asarray(R / S * (LONG[0] * C / np.asarray(transfer)) ** 2 - 1)


GAUGE = [("Xe", T) for T in (20, 40, 80, 100, 300, 1000)] + [("Ar", T) for T in (20, 60, 300, 1000)]


@pytest.mark.parametrize(
    ("interaction", "exchange"),
    [(LocalExchange(), Slater()), (AveragedExchange(), Slater()), (LocalExchange(), KriegerLiIafrate())],
    ids=["local", "averaged", "exact"],
)
@pytest.mark.parametrize(("symbol", "transfer"), GAUGE)
def test_length_and_velocity_agree(symbol: str, transfer: float, interaction: Interaction, exchange: Exchange) -> None:
    found = screened_at(stage_for(symbol, transfer, interaction, exchange), transfer * eV, LONG)
    T = transfer * eV / HARTREE
    dressed = gauge(found.dressed[0].sum(), found.dressed[1].sum(), T)
    # Measured: 2e-3 at most, of the grid and the cut in the shells' tails, as of independent electrons.
    assert abs(dressed) < 4e-3
    assert abs(gauge(found.bare[0].sum(), found.bare[1].sum(), T)) < 4e-3
    if (symbol, transfer) in {("Xe", 20), ("Xe", 80), ("Xe", 100), ("Ar", 60)}:
        # An E_J left as it is would not do.
        assert abs(gauge(found.dressed[0].sum(), found.bare[1].sum(), T)) > 0.1
    # With the flanks of lines, whose current is T times their charge.
    both = gauge((found.dressed[0] + found.lines[0]).sum(), (found.dressed[1] + found.lines[1]).sum(), T)
    assert abs(both) < 4e-3


@pytest.mark.parametrize("transfer", [7.0, 7.8])
def test_the_flank_of_a_strong_line_obeys_continuity(transfer: float) -> None:
    """In silicon near its threshold, where the flanks of 3s → 3p are what there is.

    With the current of the line's own energy velocity is 10 % above length; measured: 2e-3.
    """
    found = screened_at(stage("Si", 60 * eV), transfer * eV, LONG)
    S, R = ((found.dressed[k] + found.lines[k]).sum() for k in (0, 1))
    assert abs(gauge(S, R, transfer * eV / HARTREE)) < 5e-3
    assert found.lines[0].sum() > 0.1 * found.dressed[0].sum()


@pytest.mark.parametrize("symbol", ["He", "Ne", "Ar", "Xe", "Na", "Ge"])
def test_length_and_velocity_agree_for_lines(symbol: str) -> None:
    found = lines(symbol, LocalExchange(), Slater())
    S, R = found.values[0, :, 0], found.values[1, :, 0]
    f = S * found.transfer
    deviation = gauge(S, R, found.transfer)
    # Measured: 3e-4 of all together, and below 1.2 % for each that counts.
    assert abs(np.sum(deviation * f) / f.sum()) < 1e-3
    assert np.max(np.abs(deviation[f > 0.01 * f.sum()])) < 2e-2


# --- photoabsorption of xenon against an independent program -----------------------------------------------

# σ in Mb from a separate, cruder program for the same equations, Slater and Kohn–Sham exchange: dipole only.
SLATER = {20: 41, 40: 2.25, 80: 9.1, 90: 22.8, 100: 28.1, 120: 17.7, 300: 1.65, 600: 0.760, 1000: 2.058}
KOHN_SHAM = {80: 15.1, 85: 20.6, 90: 24.2, 100: 26.2, 110: 22.9, 120: 15.1, 150: 2.20, 300: 1.60}
INDEPENDENT = {20: 20, 40: 1.66, 80: 104, 90: 22.8, 100: 9.1, 120: 2.05, 300: 1.46, 600: 0.724, 1000: 2.062}


@pytest.mark.parametrize(
    ("exchange", "transfer", "known"),
    [(Slater(), T, value) for T, value in SLATER.items()] + [(KohnSham(), T, value) for T, value in KOHN_SHAM.items()],
)
def test_xenon_against_another_program(exchange: Exchange, transfer: float, known: float) -> None:
    found = absorption(stage_for("Xe", transfer, LocalExchange(), exchange), transfer * eV)
    # Two to three digits, and a coarser grid: within 1.3 % but for 150 eV, where lines of 4p add their 1.3 %.  (Ours
    # changes by 0.1 % with twice the grid.)
    assert found.screened / MEGABARN == pytest.approx(known, rel=3e-2 if transfer == 150 else 2e-2)
    if isinstance(exchange, Slater):
        assert found.bare / MEGABARN == pytest.approx(INDEPENDENT[transfer], rel=1e-2)


# --- convergence -------------------------------------------------------------------------------------------


def integrals(on: Stage, transfer: float, widths: Widths = WIDTHS) -> Array:
    """∫S dQ²/Q², ∫S dQ² and R at the photon point, screened less independent, over those of independent electrons."""
    T = transfer * eV / HARTREE
    y = np.arange(-6.0, 0.75, 0.12)
    Q = np.sqrt(2 * T) * np.exp(y)
    found = screened_at(on, transfer * eV, np.concatenate([[T / C], Q]), widths)
    full = (found.dressed + found.lines).sum(axis=1)
    S, R = full[0, 1:], full[1, 0]
    return np.array([S.sum(), (S * Q**2).sum(), R])


@pytest.mark.parametrize(("symbol", "transfer"), [("Ar", 20), ("Xe", 20), ("Xe", 100), ("Ar", 300)])
def test_twice_the_grid_changes_little(symbol: str, transfer: float) -> None:
    top = 60 if transfer < 60 else 300
    coarse, fine = (
        integrals(stage(symbol, top * eV, s), transfer)
        for s in (StageSettings(multipoles=2), StageSettings(multipoles=2).doubled())
    )
    # Measured: 0.2 % at most.
    np.testing.assert_allclose(coarse, fine, rtol=4e-3)


@pytest.mark.parametrize(("symbol", "transfer"), [("Ar", 60), ("Xe", 60)])
def test_twice_the_multipoles_change_little(symbol: str, transfer: float) -> None:
    """What screening does, added to independent electrons with all multipoles."""
    T = transfer * eV / HARTREE
    Q = np.sqrt(2 * T) * np.exp(np.arange(-6.0, 0.75, 0.24))
    changes = []
    for J in (8, 16):
        found = screened_at(stage(symbol, 60 * eV, StageSettings(multipoles=J)), transfer * eV, Q)
        changes.append((found.dressed - found.bare)[0].sum(axis=0))
        whole = found.bare[0].sum(axis=0)  # 16 multipoles are all at these Q
    assert abs(np.sum(changes[1] - changes[0])) < 2e-3 * np.sum(whole)  # measured: 5e-4
    assert abs(np.sum((changes[1] - changes[0]) * Q**2)) < 2e-3 * np.sum(whole * Q**2)  # 8e-4


@pytest.mark.parametrize(("symbol", "transfer"), [("Ar", 60), ("Xe", 100)])
def test_what_is_screened_beyond_the_last_momentum_hardly_counts(symbol: str, transfer: float) -> None:
    """A table ends at 2 Q_r, and the logarithm of the ratio falls as 1/Q² beyond; here it is computed there."""
    top = (60 if transfer <= 60 else 300) * eV
    on = stage(symbol, top, StageSettings(multipoles=12), exchange=KriegerLiIafrate())
    Q_r = np.sqrt(2 * transfer * eV / HARTREE)
    y = np.arange(-3.0, 2.0, 0.12)
    Q = Q_r * np.exp(y)
    S = central_field(symbol).structure(transfer * eV, Q * MOMENTUM_AU, VECTOR).charge[:, 0] * HARTREE
    found = screened_at(on, transfer * eV, Q)
    opened = S.max(axis=1) > 0
    S, change = S[opened], (found.dressed - found.bare)[0, opened]
    ratio = 1 + change / np.maximum(S, found.bare[0, opened])
    last = np.searchsorted(y, HIGHEST) - 1
    guessed = np.where(y <= y[last], ratio, ratio[:, [last]] ** np.exp(-2 * np.maximum(y - y[last], 0)))
    # At fixed T the ratio does not go to one soon: it still is 0.9 of xenon's 4d at 6 Q_r.  But little is there.
    assert np.abs(ratio[:, y > 1] - 1).max() > 0.02
    for power in (0, 2):
        exact = np.sum((S + change) * Q**power)
        # Measured: 0.1 % of ∫S dQ²/Q² and 0.3 % of ∫S dQ².
        assert np.sum(S * guessed * Q**power) == pytest.approx(exact, rel=(3e-3, 1e-2)[power // 2])


def test_the_strength_of_lines_does_not_depend_on_their_width() -> None:
    """∫σ dT over argon's 3s → np lines, with half, once and twice the width."""
    on = stage("Ar", 60 * eV)
    node, weight = np.polynomial.legendre.leggauss(4)
    ends = np.concatenate([np.linspace(20, 25, 6), np.arange(25.2, 30.0, 0.2), np.linspace(30.2, 40, 7)]) * eV
    half = 0.5 * np.diff(ends)[:, None]
    T, dT = (ends[:-1, None] + half * (1 + node)).ravel(), (half * weight).ravel()
    sums = []  # measured: equal to 2e-4
    for floor in (0.2, 0.4, 0.8):
        values = [absorption(on, t, Widths(1e-3, floor * eV / HARTREE)).screened for t in T]
        sums.append(float(np.sum(values * dT)))
    assert sums[0] == pytest.approx(sums[1], rel=2e-3)
    assert sums[2] == pytest.approx(sums[1], rel=2e-3)


# --- photoabsorption against nature ----------------------------------------------------------------------------

ENERGIES = (15, 20, 27, 35, 45, 60, 80, 100, 130, 170, 300, 700, 1500, 3000, 8000, 29000)
HIGH = 3001
"""Above, screening is over and the cross section is that of independent electrons, all multipoles [eV]."""


def henke(symbol: str, transfer: float) -> float:
    """σ = 2 r_e λ f₂ from B. L. Henke, E. M. Gullikson and J. C. Davis, At. Data Nucl. Data Tables 54 (1993) 181."""
    periodictable = pytest.importorskip("periodictable")
    energy, _, f2 = periodictable.elements[Atom(symbol).Z].xray.sftable
    value = np.exp(np.interp(np.log(transfer), np.log(energy * 1e3), np.log(f2)))
    return float(4 * np.pi * FINE_STRUCTURE * HBARC2 * value / (ELECTRON_MASS * transfer * eV))


def computed(symbol: str, exchange: Exchange, transfer: float) -> Absorption:
    if transfer < HIGH:
        return absorption(stage_for(symbol, transfer, LocalExchange(), exchange), transfer * eV)
    on = stage(symbol, 60 * eV, exchange=exchange)
    waves, T = PartialWaves(on.solution, on.shells), transfer * eV / HARTREE
    opened = [i for i, energy in enumerate(on.solution.energies) if T + energy > 0]
    R = sum(
        waves.continuum(T + on.solution.energies[i], [i], [np.array([T / C])], [None])[0].current[0] for i in opened
    )
    value = float(4 * np.pi**2 * C * R / T * BOHR_RADIUS**2)
    return Absorption(value, value)


@cache
def deviations(symbol: str, exchange: Exchange) -> tuple[tuple[float, float, float], ...]:
    """(T in eV, screened − 1, independent − 1) from 1.2 first ionisation energies on, 2 % away from every edge."""
    edges = np.array([edge.energy / eV for edge in measured_edges(Atom(symbol).Z).values()])
    own = -stage(symbol, 60 * eV, exchange=exchange).orbitals[0] * HARTREE / eV
    first = 1.2 * edges.min()
    rows = []
    for T in ENERGIES:
        if max(first, 1.02 * own.min()) < T and np.min(np.abs(np.concatenate([edges, own]) / T - 1)) > 0.02:
            found, known = computed(symbol, exchange, T), henke(symbol, T)
            rows.append((float(T), found.screened / known - 1, found.bare / known - 1))
    return tuple(rows)


# Median |deviation| in per cent, screened and of independent electrons, as measured with this version: a statement of
# how good the method is, not of how good it should be.  5 % is reached by neon and krypton.  Helium is 10 % low up to
# 130 eV, its self-interaction, and from 5 keV on, where both are the same, 12 to 16 % above the compilation.  Argon is
# 5 to 12 % high between 60 eV and 2 keV, where a local exchange screens too much, and xenon beyond its resonance.  The
# rest are solids below 50 eV.
MEDIANS = {
    "He": (7.4, 11.8),
    "Ne": (3.7, 4.1),
    "Ar": (8.9, 4.2),
    "Kr": (4.5, 13.6),
    "Xe": (7.2, 25.4),
    "Si": (7.5, 4.2),
    "Ge": (5.4, 11.1),
    "Na": (6.4, 4.1),
    "I": (8.7, 25.0),
    "Cs": (9.9, 25.0),
}
# Every point off by more than 30 %, and why.
FAR_OFF = {
    "Kr": {
        100: -0.5
    },  # the compilation has a peak of 4 Mb at the 3d edge, 94 eV, that is over at 110; here it rises slowly
    "Xe": {
        80: -0.4
    },  # the 4d resonance begins too high with Slater's exchange; with Kohn and Sham's it is 15.1 of 15.5
    "Si": {15: -0.4, 20: -0.6, 27: -0.4},  # bands of a solid against 3p, 3s of an atom past its minimum
    "Ge": {35: -0.9, 45: -0.5},  # 3d opens at 38.2 eV here and at 29.2 in nature, and rises slowly
    "Na": {35: -0.8, 45: -0.3},  # 2p opens at 36.2 eV here and at 30.5 in nature, and rises slowly
    "Cs": {20: 0.5, 27: 0.4},  # 5p of an atom, a metal in the compilation
}


@pytest.mark.parametrize("transfer", [45, 60])
def test_flanks_of_lines_far_away_are_not_absorption(transfer: float) -> None:
    """In caesium's minimum between 5p and 4d, uncut flanks of lines of 5s, 5p and 4d would be 4 % of all there is."""
    on = stage_for("Cs", transfer, LocalExchange(), Slater())
    usual = absorption(on, transfer * eV)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(independent_electrons, "_REACH", np.inf)
        uncut = absorption(on, transfer * eV)
        narrow = absorption(on, transfer * eV, Widths(5e-5, 0.0025 * eV / HARTREE))  # a hundredth: no flanks are left
    # Measured: 0.04 % and 4 %.
    assert usual.screened == pytest.approx(narrow.screened, rel=1e-3)
    assert uncut.screened > 1.03 * narrow.screened


@pytest.mark.parametrize("symbol", ["He", "Ne", "Ar", "Kr", "Xe", "Si", "Ge", "Na", "I", "Cs"])
def test_photoabsorption_against_measured(symbol: str) -> None:
    rows = deviations(symbol, Slater())
    assert len(rows) >= 10
    screened, independent = (100 * float(np.median([abs(row[k]) for row in rows])) for k in (1, 2))
    assert (screened, independent) == pytest.approx(MEDIANS[symbol], abs=0.5)
    off = {T: round(deviation, 1) for T, deviation, _ in rows if abs(deviation) > 0.3}
    assert off == FAR_OFF.get(symbol, {})


def test_screening_brings_the_rare_gases_nearer_to_nature() -> None:
    rows = [row for symbol in ("Ne", "Ar", "Kr", "Xe") for row in deviations(symbol, Slater()) if row[0] < 200]
    screened, independent = (np.abs([row[k] for row in rows]) for k in (1, 2))
    # Measured: 10 and 18 %.
    assert np.median(screened) < 0.6 * np.median(independent)
    assert np.max(independent) > 3


# The same in the field of exact exchange, thresholds as calculated.  The resonance of xenon is in its place: −5 % at
# 80 and −3 % at 100 eV.  At 60 eV, 3 to 8 eV below its 4d edges, nature has none of the lines that are there here; of
# the few points some sit near edges and in minima (docs/screening has many more).
MEDIANS_EXACT = {"He": 3.0, "Ne": 3.0, "Ar": 4.2, "Kr": 6.3, "Xe": 5.2}
FAR_OFF_EXACT = {"Ar": {35: -0.4}, "Kr": {100: -0.3}, "Xe": {60: 0.6}}


@pytest.mark.parametrize("symbol", MEDIANS_EXACT)
def test_photoabsorption_of_rare_gases_with_exact_exchange(symbol: str) -> None:
    rows = deviations(symbol, KriegerLiIafrate())
    assert 100 * np.median([abs(row[1]) for row in rows]) == pytest.approx(MEDIANS_EXACT[symbol], abs=0.5)
    assert {T: round(screened, 1) for T, screened, _ in rows if abs(screened) > 0.3} == FAR_OFF_EXACT.get(symbol, {})


def test_the_resonance_of_xenon_is_where_it_is_in_nature() -> None:
    found = {T: screened for T, screened, _ in deviations("Xe", KriegerLiIafrate())}
    assert max(abs(found[T]) for T in (80, 100, 130)) < 0.1


@pytest.mark.parametrize("transfer", [300, 700, 1500, 3000, 8000, 29000])
def test_helium_against_calculations_with_full_correlation(transfer: int) -> None:
    """The fit of M. Yan, H. R. Sadeghpour and A. Dalgarno, Astrophys. J. 496 (1998) 1044, 9 % above the compilation."""
    series = (-4.7416, 14.8200, -30.8678, 37.3584, -23.4585, 5.9133)
    x = transfer / 24.58
    fit = 733.0 / (transfer * 1e-3) ** 3.5 * (1 + sum(a / x ** (n / 2) for n, a in enumerate(series, start=1))) * barn
    # Measured: −1.1 % to +0.8 %; what two electrons do together in the ground state is a percent.
    assert computed("He", KriegerLiIafrate(), transfer).screened == pytest.approx(fit, rel=1.5e-2)
