"""Relaxation: angular factors, gauge, closure of energy and charge, and what is refused."""

from itertools import product

import numpy as np
import pytest
from sympy import Rational
from sympy.physics.wigner import wigner_3j, wigner_6j

import nuatom as na
from nuatom.atom.relaxation import radiationless, radiative
from nuatom.atom.relaxation.angular import reduced, six_j
from nuatom.elements import Shell
from nuatom.units import eV

HALF = Rational(1, 2)


@pytest.fixture(scope="module")
def argon() -> na.Relaxation:
    return na.Relaxation(na.Atom("Ar", binding="measured"))


@pytest.mark.parametrize("momenta", [(1, 1, 1, 2, 2, 1), (2, 2, 2, 3, 3, 2), (2, 2, 3, 3, 3, 2), (1, 2, 1, 4, 3, 3)])
def test_six_j_is_that_of_sympy(momenta: tuple[int, ...]) -> None:
    a, b, L, c, d, M = momenta
    wanted = float(wigner_6j(a - HALF, b - HALF, L, c - HALF, d - HALF, M))
    assert wanted != 0
    assert six_j(*momenta) == pytest.approx(wanted, rel=1e-12)


def test_six_j_is_zero_where_a_triangle_is_open() -> None:
    assert six_j(1, 1, 2, 1, 1, 0) == 0.0


@pytest.mark.parametrize(("one", "L", "other"), [(-1, 1, 1), (-1, 1, -2), (2, 2, -3), (-4, 2, -2), (3, 2, -4)])
def test_reduced_element_is_that_of_sympy(one: int, L: int, other: int) -> None:
    j1, j2 = abs(one) - HALF, abs(other) - HALF
    symbol = float(wigner_3j(j1, j2, L, -HALF, HALF, 0))
    assert symbol != 0
    wanted = (-1) ** abs(one) * np.sqrt(4 * abs(one) * abs(other)) * symbol
    assert reduced(one, L, other) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("i", "kappa", "b", "c"), [(-1, -1, -1, -1), (-1, 1, -1, 1), (-1, -3, 1, -2), (-2, -2, -2, 1)])
def test_sum_over_couplings_is_the_sum_over_magnetic_numbers(i: int, kappa: int, b: int, c: int) -> None:
    """|⟨iκ|r₁₂⁻¹|bc⟩ − ⟨iκ|r₁₂⁻¹|cb⟩|², each magnetic quantum number by itself, with radial integrals of any size."""
    shells = [Shell(str(n), 9, k, 2.0 * abs(k)) for n, k in enumerate((i, b, c))]

    def radial(L: int, first: int) -> float:
        return 1.0 / (1 + L) + 0.3 * first

    def elements(one: int, two: int) -> dict[int, float]:
        ranks = radiationless._ranks(shells[0], shells[one], kappa, shells[two])
        ks = [s.kappa for s in shells]
        return {L: (-1) ** L * reduced(i, L, ks[one]) * reduced(kappa, L, ks[two]) * radial(L, ks[one]) for L in ranks}

    direct, exchanged = elements(1, 2), elements(2, 1)
    js = [abs(k) - HALF for k in (i, kappa, b, c)]

    def amplitude(X: dict[int, float], m: tuple[Rational, ...], swap: bool) -> float:
        ji, jk, jb, jc = js
        mi, mk, mb, mc = m
        if swap:
            jb, jc, mb, mc = jc, jb, mc, mb
        total = 0.0
        for L, value in X.items():
            q = mi - mb
            if abs(q) > L or mk - mc != -q:
                continue
            sign = (-1) ** int(ji - mi + jk - mk + q + L)
            symbols = wigner_3j(ji, L, jb, -mi, q, mb) * wigner_3j(jk, L, jc, -mk, -q, mc)
            total += sign * float(symbols) * value
        return total

    states = [[m - j for m in range(int(2 * j) + 1)] for j in js]
    explicit = sum(
        (amplitude(direct, m, False) - amplitude(exchanged, m, True)) ** 2
        for m in product(*states)
        if m[0] + m[1] == m[2] + m[3]
    )
    assert explicit > 0
    assert radiationless._sum(shells, 0, kappa, 1, 2, direct, exchanged) == pytest.approx(explicit, rel=1e-10)


def test_both_forms_agree_in_one_local_field() -> None:
    atom = na.Atom("Ar", na.Slater())
    shells, solution = atom.calculated_shells, atom.solution
    for initial, final in ((0, 2), (0, 3), (1, 5), (2, 4), (3, 6)):
        gap = float(solution.energies[final] - solution.energies[initial])
        velocity, length = radiative.rates(solution, shells, initial, [final], [gap])
        assert velocity[0] > 0
        assert length == pytest.approx(velocity, rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["1s1/2", "2s1/2", "2p3/2", "3s1/2"])
def test_a_cascade_gives_back_what_was_put_in(argon: na.Relaxation, shell: str) -> None:
    found = argon.cascade(shell, 4000)
    (binding,) = [s.binding_energy for s in argon.shells if s.label == shell]
    total = found.electron_energy + found.photon_energy + found.remaining
    assert total == pytest.approx(np.full(4000, binding), rel=1e-12)
    electrons = np.bincount(found.owner[~found.is_photon], minlength=4000)
    assert np.array_equal(found.charge, 1 + electrons)
    assert np.all(found.energy > 0)
    assert np.all(found.remaining > 0)


@pytest.mark.slow
def test_a_vacancy_goes_to_the_outermost_shell_it_can(argon: na.Relaxation) -> None:
    charges = argon.cascade("2p3/2", 2000).charge
    assert np.mean(charges == 2) > 0.99
    assert np.all(argon.cascade("3p3/2", 10).charge == 1)
    assert argon.fluorescence_yield("3p3/2") == 0.0


def test_cascades_follow_the_seed(argon: na.Relaxation) -> None:
    one, two, other = (argon.cascade("1s1/2", 500, seed) for seed in (5, 5, 6))
    assert np.array_equal(one.energy, two.energy)
    assert not np.array_equal(one.charge, other.charge)


def test_decays_add_up(argon: na.Relaxation) -> None:
    decays = argon.decays("1s1/2")
    assert sum(d.share for d in decays) == pytest.approx(1.0)
    assert sum(d.rate for d in decays) == pytest.approx(argon.width("1s1/2"))
    photons = [d for d in decays if d.is_photon]
    assert sum(d.share for d in photons) == pytest.approx(argon.fluorescence_yield("1s1/2"))
    # Kα₁: 2957.7 eV, A. Thompson et al., X-ray Data Booklet (2009).
    (line,) = [d for d in photons if d.final == ("2p3/2",)]
    assert line.energy / eV == pytest.approx(2957.7, abs=1.0)


def test_energies_of_auger_lines_are_those_measured(argon: na.Relaxation) -> None:
    """L₃M₂,₃M₂,₃ of argon at 201.1 to 207.2 eV, by multiplet: L. O. Werme et al., Phys. Scr. 8 (1973) 149."""
    lines = [d for d in argon.decays("2p3/2") if set(d.final) <= {"3p1/2", "3p3/2"} and not d.is_photon]
    mean = sum(d.energy * d.rate for d in lines) / sum(d.rate for d in lines)
    assert mean / eV == pytest.approx(204.0, abs=3.0)


def test_hydrogen_has_nothing_to_relax() -> None:
    alone = na.Relaxation(na.Atom("H"))
    assert alone.width("1s1/2") == 0.0
    assert np.all(alone.cascade("1s1/2", 3).charge == 1)


def test_what_cannot_be_asked_for(argon: na.Relaxation) -> None:
    with pytest.raises(ValueError, match=r"Ar has no shell '4d5/2': it has 1s1/2"):
        argon.width("4d5/2")
    with pytest.raises(ValueError, match="joins two shells of one n, not 1s1/2 and 2p3/2"):
        argon.coster_kronig("1s1/2", "2p3/2")
    with pytest.raises(ValueError, match="n must be an integer ≥ 1, got 0"):
        argon.cascade("1s1/2", 0)
    with pytest.raises(ValueError, match="not of Ar with charge 1"):
        na.Relaxation(na.Atom("Ar", charge=1))
    with pytest.raises(ValueError, match="orbitals must be 'relaxed' or 'frozen', not 'other'"):
        na.Relaxation(na.Atom("Ar"), orbitals="other")
    with pytest.raises(ValueError, match=r"write Relaxation\(Atom"):
        na.Relaxation("Ar")  # type: ignore[arg-type]
