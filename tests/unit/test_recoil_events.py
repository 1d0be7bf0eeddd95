"""Events of coherent recoils: drawn from the rates of `nuatom.coherent`, exact kinematics, in all files."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import trapezoid

import nuatom as na
from nuatom import coherent
from nuatom.events.events import NUCLEAR
from nuatom.events.stream import CHUNK
from nuatom.neutrino import Coupling
from nuatom.source import Source
from nuatom.units import cm2, eV, keV, kg, s

FLUX = 4e7 / (cm2 * s)
PION = na.source.StoppedPion(flux=FLUX)
LINE = na.MonoEnergetic(30.0, FLUX)
_POINT, _SHARE = np.polynomial.legendre.leggauss(5)


def chi_squared(seen: np.ndarray, wanted: np.ndarray) -> float:
    """The probability of a larger χ² of counts."""
    return float(stats.chi2.sf(np.sum((seen - wanted) ** 2 / wanted), len(wanted)))


def integrated(edges: np.ndarray, source: Source, coupling: Coupling, target: str) -> np.ndarray:
    """Rates between edges in T, by component and nuclide, shape (component, nuclide, bin)."""
    low, high = np.log(edges[:-1])[:, None], np.log(edges[1:])[:, None]
    T = np.exp((low + high) / 2 + (high - low) / 2 * _POINT)
    found = na.nuclear_rate_spectrum(source, coupling, target, T.ravel()).density.sum(axis=1)
    return (found.reshape(*found.shape[:2], *T.shape) * T * _SHARE * (high - low) / 2).sum(axis=-1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "coupling", "target"),
    [
        (PION, na.Weak(), "CsI"),
        (PION, na.Neutrino(magnetic_moment=3e-9), "Ar"),
        (LINE, na.HeavyLepton(mass=10.0, moment=1e-9), "He"),
        (na.Reactor(flux=2.7e13 / (cm2 * s)), na.Weak(), "Ge"),
    ],
)
def test_recoils_are_those_of_the_rate(source: Source, coupling: Coupling, target: str) -> None:
    generator = na.RecoilGenerator(source, coupling, target, lowest=50 * eV)
    found = generator.sample(100_000, seed=2)
    # Panels end where spectra of lines and of heavy leptons do.
    most = max(component.shape.support[1] for component in source.components)
    ends = [2 * E**2 / (n.mass + 2 * E) for n in coherent.nuclides(target) for E in (29.79, most)]
    edges = np.unique([*np.geomspace(50 * eV, generator.highest, 60), *(T for T in ends if T < generator.highest)])
    wanted = integrated(edges, source, coupling, target)
    assert generator.total_rate == pytest.approx(wanted.sum(), rel=3e-4)
    scale = len(found) / wanted.sum()
    by_bin = wanted.sum(axis=(0, 1)) * scale
    many = by_bin > 10
    assert 1e-3 < chi_squared(np.histogram(found.transfer, edges)[0][many], by_bin[many])
    by_component = wanted.sum(axis=(1, 2)) * scale
    by_nuclide = wanted.sum(axis=(0, 2)) * scale
    any_ = by_component > 0
    assert 1e-3 < chi_squared(np.bincount(found.component, minlength=any_.size)[any_], by_component[any_])
    assert 1e-3 < chi_squared(np.bincount(found.shell, minlength=len(by_nuclide)), by_nuclide)


def test_energies_of_neutrinos_are_those_of_flux_times_cross_section() -> None:
    (component,) = (c for c in PION.components if c.antineutrino)
    found = na.generate_recoils(PION, na.Weak(), "Ar", 100_000, lowest=5 * keV, electrons=False)
    own = np.array([found.components[i] == component.name for i in found.component])
    edges = np.linspace(25.0, 52.8, 12)
    E = (edges[1:] + edges[:-1])[:, None] / 2 + np.diff(edges)[:, None] / 2 * _POINT
    area = coherent.total_cross_section(na.Weak("mu"), "Ar", E, 5 * keV, electrons=False)
    wanted = (component.density(E) * area * _SHARE).sum(axis=1) * np.diff(edges)
    seen = np.histogram(found.neutrino_energy[own], edges)[0]
    assert 1e-3 < chi_squared(seen, wanted * seen.sum() / wanted.sum())
    assert set(found.neutrino.tolist()) == {12, 14, -14}


@pytest.mark.parametrize("coupling", [na.Weak(), na.HeavyLepton(mass=10.0, moment=1e-9)])
def test_two_bodies(coupling: Coupling) -> None:
    """Momentum and energy are those of neutrino and atom; no electron leaves; the angle is that of the recoil."""
    found = na.generate_recoils(LINE, coupling, "CsI", 3000, lowest=100 * eV, toward=(0, 0, 1))
    parts, T = found.particles, found.transfer
    assert np.array_equal(parts.event, np.arange(3000))
    assert np.all(parts.origin == NUCLEAR)
    assert np.array_equal(parts.energy, T)
    assert np.array_equal(found.nuclear_energy, T)
    assert not found.electron_energy.any() and not found.charge.any() and not found.recoil.any()
    masses = {n.mass_number: n.mass for n in coherent.nuclides("CsI")}
    M = np.array([masses[int(code) // 10 % 1000] for code in parts.code])
    assert set(parts.code.tolist()) == {1000531270, 1000551330}
    q = np.sqrt(T * (T + 2 * M))[:, None] * parts.direction
    assert np.allclose(np.linalg.norm(q, axis=1), found.momentum, rtol=1e-14)
    heavy = 10.0 if isinstance(coupling, na.HeavyLepton) else 0.0
    left = np.sqrt((found.neutrino_energy - T) ** 2 - heavy**2)
    balance = found.neutrino_energy[:, None] * found.incoming - left[:, None] * found.outgoing - q
    assert np.max(np.abs(balance)) < 1e-9
    if not heavy:
        cosine = (1 + M / found.neutrino_energy) * np.sqrt(T / (T + 2 * M))
        assert parts.direction[:, 2] == pytest.approx(cosine, abs=1e-9)


def test_the_same_seed_gives_the_same_recoils_in_any_order() -> None:
    generator = na.RecoilGenerator(PION, na.Weak(), "CsI", lowest=1 * keV)
    whole, second = generator.sample(CHUNK + 300, seed=4), generator.chunk(1, seed=4)
    assert np.array_equal(whole.transfer[CHUNK:], second.transfer[:300])
    assert np.array_equal(whole.outgoing[CHUNK:], second.outgoing[:300])
    assert np.array_equal(whole.particles.direction[CHUNK:], second.particles.direction[:300])


def test_a_bias_is_undone_by_its_weights() -> None:
    plain = na.generate_recoils(PION, na.Weak(), "Ar", 50_000, lowest=1 * keV)
    biased = na.generate_recoils(PION, na.Weak(), "Ar", 50_000, lowest=1 * keV, bias="log")
    assert biased.weight.mean() == pytest.approx(1.0, abs=0.02)
    edges = np.array([1, 3, 10, 25, 50]) * keV
    seen = np.histogram(biased.transfer, edges, weights=biased.weight)[0] / biased.weight.sum()
    assert seen == pytest.approx(np.histogram(plain.transfer, edges)[0] / 50_000, rel=0.05)


def test_totals_are_below_a_finer_quadrature_by_what_is_said() -> None:
    """At most 3e-4, and never above: of a line, which is smooth up to its end."""
    generator = na.RecoilGenerator(LINE, na.Weak(), "Al", lowest=1 * keV)
    left = np.geomspace(1 - 1 * keV / generator.highest, 1e-7, 200)
    edges = generator.highest * (1 - left)
    wanted = integrated(edges, LINE, na.Weak(), "Al").sum()
    assert -3e-4 < generator.total_rate / wanted - 1 < 1e-5


def test_a_form_factor_takes_large_recoils_away() -> None:
    point, ball = (
        na.generate_recoils(PION, na.Weak(), "CsI", 20_000, lowest=1 * keV, nucleus=shape)
        for shape in (coherent.PointLike(), coherent.Helm())
    )
    # ⟨q²⟩ ≈ 2M · 10 keV and R = 4.8 fm: F² falls by a factor of about 2 at the mean recoil.
    assert np.mean(ball.transfer > 15 * keV) < 0.6 * np.mean(point.transfer > 15 * keV)
    assert point.metadata["total_rate_per_kg_day"] > ball.metadata["total_rate_per_kg_day"]  # type: ignore[operator]


def test_what_has_no_recoils() -> None:
    with pytest.raises(ValueError, match="no recoil lies between"):
        na.RecoilGenerator(PION, na.Weak(), "Xe", lowest=1.0)
    with pytest.raises(ValueError, match="lowest"):
        na.RecoilGenerator(PION, na.Weak(), "Xe", lowest=-1.0)
    with pytest.raises(ValueError, match="bias must be"):
        na.RecoilGenerator(PION, na.Weak(), "Xe", bias="flat")
    for options, message in (
        ({"nucleus": "helm"}, "the nucleus has a form factor, such as .*, got 'helm'"),
        ({"nucleus": coherent.Helm}, "the nucleus has a form factor"),
        ({"highest": "a"}, "highest must be a number"),
        ({"lowest": "a"}, "lowest must be a number"),
        ({"toward": "up"}, "toward must be three numbers"),
        ({"lowest": 1.0}, "lowest = 1000 keV and highest = .* keV, the most that the source can give"),
    ):
        with pytest.raises(ValueError, match=message):
            na.RecoilGenerator(PION, na.Weak(), "Xe", **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gives no recoil"):
        _ = na.RecoilGenerator(PION, na.MagneticMoment(0.0), "Xe").channels


# --- files -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def few() -> na.Events:
    return na.generate_recoils(PION, na.Weak(), "CsI", 200, lowest=1 * keV)


@pytest.mark.parametrize("kind", ["hepmc3", "hepevt"])
def test_hepmc_reads_recoils(tmp_path: Path, few: na.Events, kind: str) -> None:
    pyhepmc = pytest.importorskip("pyhepmc")
    path = tmp_path / f"recoils.{kind}"
    assert na.write_events(path, few) == 200
    unit = 1e3 if kind == "hepevt" else 1.0
    with pyhepmc.open(str(path), format=kind) as file:
        found = list(file)
    for number in (0, 9, 199):
        before = [p for p in found[number].particles if p.status in (4, 20)]
        after = [p for p in found[number].particles if p.status == 1]
        assert len(before) == len(after) == 2
        for component in ("e", "x", "y", "z"):
            entering = sum(getattr(p.momentum, component) for p in before)
            leaving = sum(getattr(p.momentum, component) for p in after)
            assert leaving * unit == pytest.approx(entering * unit, abs=1e-8)
        atom = after[1]
        assert atom.pid == few.particles.code[number] == before[1].pid
        assert (atom.momentum.e - atom.generated_mass) * unit == pytest.approx(few.transfer[number], abs=1e-9)
        if kind == "hepmc3":
            assert int(str(found[number].attributes["ProcID"].astype(int))) == 150


def test_tables_have_recoils(tmp_path: Path, few: na.Events) -> None:
    parquet, pandas = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pandas")
    na.write_events(tmp_path / "recoils.parquet", few)
    table = parquet.read_table(tmp_path / "recoils.parquet")
    energy = table["particle_energy"].combine_chunks().values.to_numpy()
    assert energy * keV == pytest.approx(few.transfer, rel=1e-14)
    na.write_events(tmp_path / "recoils.csv", few)
    plain = pandas.read_csv(tmp_path / "recoils.csv", comment="#")
    code, origin, kinetic, *_ = str(plain["particles"][0]).split(":")
    assert (int(code), int(origin)) == (few.particles.code[0], NUCLEAR)
    assert float(kinetic) * keV == pytest.approx(few.transfer[0], rel=1e-14)
    assert plain["shell"][0] in ("Cs-133", "I-127")


def test_events_of_a_burst_are_told_per_burst_whatever_the_window() -> None:
    stars = [na.Supernova(window=window * s).only("nue") for window in (10.0, 20.0)]
    told = [na.RecoilGenerator(star, na.Weak(), "Al", lowest=1 * keV).metadata for star in stars]
    for key in ("total_events_per_kg_burst", "fluence_per_cm2", "flux_averaged_cross_section_pb"):
        assert float(told[0][key]) == pytest.approx(float(told[1][key]), rel=1e-12)
    assert float(told[0]["fluence_per_cm2"]) == pytest.approx(stars[0].components[0].flux * 10 * s * cm2, rel=1e-12)
    assert [one["burst_s"] for one in told] == pytest.approx([10.0, 20.0])
    assert not {"total_rate_per_kg_day", "flux_per_cm2_s"} & set(told[0])
    T = np.geomspace(1, 300, 100) * keV
    rate = na.nuclear_rate_spectrum(stars[0], na.Weak(), "Al", T).total * 10 * s
    number = float(trapezoid(rate * T, np.log(T))) * kg
    assert float(told[0]["total_events_per_kg_burst"]) == pytest.approx(number, rel=2e-3)
