"""Relaxation against tabulated yields, widths and Auger shares of other programs and of measurements."""

import numpy as np
import pytest
import xraylib

import nuatom as na

SHELLS = {"K": "1s1/2", "L1": "2s1/2", "L2": "2p1/2", "L3": "2p3/2"}


def relaxation(symbol: str, **choices: str) -> na.Relaxation:
    return na.Relaxation(na.Atom(symbol), **choices)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["Ar", "Ca", "Fe", "Ge", "Kr"])
def test_K_yields_are_those_recommended(symbol: str) -> None:
    model = relaxation(symbol)
    assert model.fluorescence_yield("1s1/2") == pytest.approx(xraylib.FluorYield(model.atom.Z, 0), rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["Ag", "Xe", "W", "U"])
def test_K_yields_of_heavy_atoms(symbol: str) -> None:
    model = relaxation(symbol)
    assert model.fluorescence_yield("1s1/2") == pytest.approx(xraylib.FluorYield(model.atom.Z, 0), rel=0.01)


L3_DIFFERS = "xraylib's yields, of M. O. Krause (1979), are 10 % lower, and higher in uranium; widths agree within 1 %"


@pytest.mark.slow
@pytest.mark.parametrize(
    "symbol",
    [
        "W",
        *(pytest.param(one, marks=pytest.mark.xfail(reason=L3_DIFFERS, strict=True)) for one in ("Ag", "Xe", "U")),
    ],
)
def test_L3_yields_are_those_recommended(symbol: str) -> None:
    model = relaxation(symbol)
    assert model.fluorescence_yield("2p3/2") == pytest.approx(xraylib.FluorYield(model.atom.Z, 3), rel=0.06)


# EADL97, S. T. Perkins et al., UCRL-50400 vol. 30 (1991).  Its argon, .114 in K, is 5 % below what is recommended.
EADL = {"Ge": (0.539, 0.0133), "Ag": (0.827, 0.0564), "Xe": (0.890, 0.0982), "W": (None, 0.2687)}


@pytest.mark.slow
@pytest.mark.parametrize("symbol", list(EADL))
def test_yields_are_those_of_the_evaluated_library(symbol: str) -> None:
    K, L3 = EADL[symbol]
    model = relaxation(symbol)
    if K is not None:
        assert model.fluorescence_yield("1s1/2") == pytest.approx(K, rel=0.03)
    if L3 is not None:
        assert model.fluorescence_yield("2p3/2") == pytest.approx(L3, rel=0.07)


def test_relaxed_orbitals_repair_light_atoms() -> None:
    """Frozen orbitals of the neutral atom give argon 12 % too many K photons."""
    wanted = xraylib.FluorYield(18, 0)
    frozen = relaxation("Ar", orbitals="frozen").fluorescence_yield("1s1/2")
    relaxed = relaxation("Ar").fluorescence_yield("1s1/2")
    assert abs(relaxed / wanted - 1) < 0.5 * abs(frozen / wanted - 1)


@pytest.mark.slow
def test_Coster_Kronig_yields_of_xenon() -> None:
    model = relaxation("Xe")
    # EADL97 has .2006, .3292, .1777.
    found = [model.coster_kronig(SHELLS[a], SHELLS[b]) for a, b in (("L1", "L2"), ("L1", "L3"), ("L2", "L3"))]
    assert found == pytest.approx([0.2006, 0.3292, 0.1777], abs=0.03)
    recommended = (xraylib.FL12_TRANS, xraylib.FL23_TRANS)
    for value, transition in zip((found[0], found[2]), recommended, strict=True):
        assert value == pytest.approx(xraylib.CosKronTransProb(54, transition), abs=0.03)


L1_IS_FAST = "electrons that leave a vacancy in L1 are slow and correlated: independent ones leave too fast"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("symbol", "transition"),
    [
        *((symbol, "23") for symbol in ("Ge", "Kr", "Ag", "Xe", "W")),
        ("Xe", "12"),
        ("W", "13"),
        *(
            pytest.param(*case, marks=pytest.mark.xfail(reason=L1_IS_FAST, strict=True))
            for case in (("Kr", "12"), ("Kr", "13"), ("Ag", "13"), ("Xe", "13"), ("W", "12"))
        ),
    ],
)
def test_Coster_Kronig_yields_are_those_recommended(symbol: str, transition: str) -> None:
    model = relaxation(symbol)
    wanted = xraylib.CosKronTransProb(model.atom.Z, getattr(xraylib, f"FL{transition}_TRANS"))
    first, second = (SHELLS[f"L{n}"] for n in transition)
    assert model.coster_kronig(first, second) == pytest.approx(wanted, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(
    "symbol",
    [*(pytest.param(one, marks=pytest.mark.xfail(reason=L1_IS_FAST, strict=True)) for one in ("Kr", "Ag", "Xe")), "W"],
)
def test_L1_widths_are_those_recommended(symbol: str) -> None:
    model = relaxation(symbol)
    assert model.width("2s1/2") == pytest.approx(xraylib.AtomicLevelWidth(model.atom.Z, 1) * 1e-3, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["Ge", "Kr", "Ag", "Xe", "W"])
def test_K_and_L3_widths_are_those_recommended(symbol: str) -> None:
    """Widths of J. L. Campbell and T. Papp, At. Data Nucl. Data Tables 77 (2001) 1, good to some per cent."""
    model = relaxation(symbol)
    for shell, place, good in (("1s1/2", 0, 0.02), ("2p3/2", 3, 0.01)):
        wanted = xraylib.AtomicLevelWidth(model.atom.Z, place) * 1e-3
        assert model.width(shell) == pytest.approx(wanted, rel=good)


def _share(model: na.Relaxation, vacancy: str, final: tuple[str, str]) -> float:
    decays = [d for d in model.decays(vacancy) if not d.is_photon]
    return sum(d.rate for d in decays if set(d.final) == set(final)) / sum(d.rate for d in decays)


@pytest.mark.parametrize(
    "symbol", ["Ar", "Ge", pytest.param("Xe", marks=pytest.mark.slow), pytest.param("W", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("final", "line"),
    [
        (("2p1/2", "2p3/2"), xraylib.K_L2L3_AUGER),
        (("2p3/2", "2p3/2"), xraylib.K_L3L3_AUGER),
        (("2s1/2", "2p3/2"), xraylib.K_L1L3_AUGER),
        (("2s1/2", "2p1/2"), xraylib.K_L1L2_AUGER),
        (("2s1/2", "2s1/2"), xraylib.K_L1L1_AUGER),
    ],
)
def test_strongest_K_Auger_lines(symbol: str, final: tuple[str, str], line: int) -> None:
    model = relaxation(symbol)
    assert _share(model, "1s1/2", final) == pytest.approx(xraylib.AugerRate(model.atom.Z, line), rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["Xe", "W"])
@pytest.mark.parametrize(
    ("final", "line"),
    [
        (("3d3/2", "3d5/2"), xraylib.L3_M4M5_AUGER),
        (("3d5/2", "3d5/2"), xraylib.L3_M5M5_AUGER),
        (("3p3/2", "3d5/2"), xraylib.L3_M3M5_AUGER),
    ],
)
def test_strongest_L3_Auger_lines(symbol: str, final: tuple[str, str], line: int) -> None:
    model = relaxation(symbol)
    assert _share(model, "2p3/2", final) == pytest.approx(xraylib.AugerRate(model.atom.Z, line), rel=0.05)


# Shares of charges 1, 2, … after a vacancy: J. S. Kaastra and R. Mewe, Astron. Astrophys. Suppl. Ser. 97 (1993) 443,
# whose L₂ and L₃ are one.
CHARGES = {
    ("Ar", "1s1/2"): (0.0102, 0.1172, 0.1001, 0.5172, 0.2009, 0.0544),
    ("Ar", "2s1/2"): (0.0005, 0.0361, 0.9634),
    ("Ar", "2p3/2"): (0.0003, 0.9997),
    ("Zn", "1s1/2"): (0.0232, 0.2013, 0.1417, 0.1659, 0.1338, 0.1341, 0.0994, 0.0684, 0.0258, 0.0065),
    ("Zn", "2s1/2"): (0.0, 0.0526, 0.2185, 0.2752, 0.2683, 0.1303, 0.0505, 0.0046),
    ("Zn", "2p3/2"): (0.0587, 0.3787, 0.3047, 0.2125, 0.0436, 0.0018),
}


@pytest.mark.parametrize(("symbol", "shell"), list(CHARGES))
def test_charges_are_those_of_an_independent_calculation(symbol: str, shell: str) -> None:
    wanted = np.array(CHARGES[symbol, shell])
    charge = na.Relaxation(na.Atom(symbol, na.Slater(), binding="measured")).cascade(shell, 20_000).charge
    seen = np.bincount(charge, minlength=wanted.size + 1)[1 : wanted.size + 1] / charge.size
    mean = wanted @ np.arange(1, wanted.size + 1)
    assert charge.mean() == pytest.approx(mean, abs=0.05 if symbol == "Ar" else 0.25)
    assert np.max(np.abs(seen - wanted)) < (0.03 if symbol == "Ar" else 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["Ge", "Kr", "Ag", "Xe"])
def test_the_exchange_of_Kohn_and_Sham_is_the_better_one(symbol: str) -> None:
    """Slater's, half as much again, makes inner orbitals too small and L₃ vacancies too short-lived by 3 to 7 %."""
    wanted = xraylib.AtomicLevelWidth(na.element(symbol).Z, 3) * 1e-3
    ours = relaxation(symbol).width("2p3/2")
    slater = na.Relaxation(na.Atom(symbol), exchange=na.Slater()).width("2p3/2")
    assert abs(ours / wanted - 1) < 0.3 * abs(slater / wanted - 1)


@pytest.mark.slow
@pytest.mark.parametrize("Z", [3, 5, 11, 21, 24, 29, 31, 40, 58, 64, 79, 100])
def test_every_atom_relaxes(Z: int) -> None:
    model = na.Relaxation(na.Atom(Z, binding="measured"))
    assert 0 <= model.fluorescence_yield("1s1/2") <= 1
    found = model.cascade("1s1/2", 500)
    total = found.electron_energy + found.photon_energy + found.remaining
    assert total == pytest.approx(np.full(500, model.shells[0].binding_energy), rel=1e-12)
    assert np.all((found.charge >= 1) & (found.charge <= Z))
