"""Events: drawn from the rates they say, closed in energy and momentum, the same for a seed, read back from files."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import nuatom as na
from nuatom.elements import Shell
from nuatom.events import direction
from nuatom.events.direction import ShellMomenta
from nuatom.events.events import ELECTRON_CODE, Particles
from nuatom.events.generator import CHUNK, EventGenerator
from nuatom.events.momenta import coordinate, momentum_at
from nuatom.units import ELECTRON_MASS, cm2, keV, s

ENERGY = 0.3
SOURCE = na.MonoEnergetic(ENERGY, 1e10 / cm2 / s)
MOMENT = na.MagneticMoment(1e-11)
_POINT, _SHARE = np.polynomial.legendre.leggauss(6)


@pytest.fixture(scope="module")
def neon() -> na.CentralField:
    return na.CentralField(na.Atom("Ne"))


@pytest.fixture(scope="module")
def generator(neon: na.CentralField) -> EventGenerator:
    return na.EventGenerator(SOURCE, MOMENT, neon)


@pytest.fixture(scope="module")
def events(generator: EventGenerator) -> na.Events:
    return generator.sample(100_000, seed=4)


def chi_squared(seen: np.ndarray, wanted: np.ndarray) -> float:
    """The probability of a larger χ² of counts."""
    return float(stats.chi2.sf(np.sum((seen - wanted) ** 2 / wanted), len(wanted)))


def expected(edges: np.ndarray, model: na.CentralField) -> tuple[np.ndarray, np.ndarray]:
    """Rates in bins of T, of all shells and by shell, by a quadrature of its own."""
    low, high = np.log(edges[:-1]), np.log(edges[1:])
    T = np.exp((low + high)[:, None] / 2 + (high - low)[:, None] / 2 * _POINT)
    found = na.rate_spectrum(SOURCE, MOMENT, model, T.ravel())
    weights = T * _SHARE * (high - low)[:, None] / 2
    by_shell = found.density.sum(axis=(0, 1)).reshape(-1, *T.shape)
    return (by_shell * weights).sum(axis=(0, 2)), (by_shell * weights).sum(axis=(1, 2))


@pytest.mark.slow
def test_transfers_and_shells_are_those_of_the_rate(
    neon: na.CentralField, generator: EventGenerator, events: na.Events
) -> None:
    # Panels do not cross the edges, of which the last is the least binding energy of the 1s shell.
    inner = [shell.binding_energy for shell in neon.shells]
    edges = np.unique([*inner, *np.geomspace(0.06 * keV, 160 * keV, 24)])
    edges = edges[edges > 0.055 * keV]
    by_bin, by_shell = expected(edges, neon)
    inside = ~events.line & (events.transfer > edges[0]) & (events.transfer < edges[-1])
    scale = len(events) / generator.total_rate
    seen = np.histogram(events.transfer[inside], edges)[0]
    assert 1e-3 < chi_squared(seen, by_bin * scale)
    shells = np.bincount(events.shell[inside], minlength=len(neon.shells))
    assert 1e-3 < chi_squared(shells, by_shell * scale)


@pytest.mark.slow
def test_lines_come_as_often_as_they_should(generator: EventGenerator, events: na.Events) -> None:
    share = generator.channels.line_rate.sum() / generator.total_rate
    assert share > 1e-4
    assert events.line.sum() == pytest.approx(share * len(events), abs=4 * np.sqrt(share * len(events)))


@pytest.mark.slow
@pytest.mark.parametrize("transfer", [0.05, 0.5, 30.0])
@pytest.mark.parametrize("coupling", [MOMENT, na.Weak("e")])
def test_momenta_are_those_of_the_measure(neon: na.CentralField, transfer: float, coupling: na.Coupling) -> None:
    T = transfer * keV
    few = na.EventGenerator(SOURCE, coupling, neon, lowest=T * 0.9995, highest=T * 1.0005, cascade=False)
    found = few.sample(20_000)
    y = coordinate(found.transfer, found.momentum)[~found.line]
    levels = np.linspace(0, 1, 16)[1:-1]
    Q = momentum_at(np.full(levels.shape, T), np.quantile(y, levels))
    measure = neon.measure(np.full(Q.shape, T), np.full(Q.shape, T), Q, coupling.functions)
    whole = neon.measure([T], [T], [2 * ENERGY - T], coupling.functions)

    def integral(found: na.Measure) -> np.ndarray:
        weights = coupling.weights(ENERGY, T, found.momentum).values
        return sum((w * found[f]).sum(axis=(0, 2)) for f, w in weights.items())

    below = integral(measure) / integral(whole)
    shares = np.diff([0.0, *below, 1.0])
    counts = np.diff([0.0, *levels, 1.0]) * y.size
    assert 1e-3 < chi_squared(counts, shares * y.size)


@pytest.mark.slow
@pytest.mark.parametrize(("coupling", "transfer"), [(na.Millicharge(1e-12), 1.0), (MOMENT, 0.1)])
def test_momenta_in_matter_are_those_of_the_measure(coupling: na.Coupling, transfer: float) -> None:
    """Of liquid argon, where half of a millicharge's events are next to the photon line."""
    T = transfer * keV
    argon = na.CentralField(na.Atom("Ar", na.KriegerLiIafrate(), binding="measured"))
    liquid = na.Material.from_model(argon).in_matter()
    few = na.EventGenerator(SOURCE, coupling, liquid, lowest=T * 0.9995, highest=T * 1.0005, cascade=False)
    found = few.sample(20_000)
    y = coordinate(found.transfer, found.momentum)[~found.line]
    levels = np.linspace(0, 1, 16)[1:-1]
    edges = np.concatenate([[T], momentum_at(np.full(levels.shape, T), np.quantile(y, levels)), [2 * ENERGY - T]])
    measure = liquid.parts[0][2].measure(np.full(15, T), edges[:-1], edges[1:], coupling.functions)
    weights = coupling.weights(ENERGY, T, measure.momentum).values
    pieces = sum((w * measure[f]).sum(axis=(0, 2)) for f, w in weights.items())
    counts = np.diff([0.0, *levels, 1.0]) * y.size
    assert 1e-3 < chi_squared(counts, pieces / pieces.sum() * y.size)


def test_energies_of_neutrinos_are_those_of_flux_times_cross_section() -> None:
    """On free electrons, where σ(E) is known: (πα²μ²/m²)[ln(T₁/T₀) − (T₁ − T₀)/E], T₁ the largest transfer."""
    source = na.Solar("B16-GS98").only("pp")
    (pp,) = source.components
    least = 5 * keV
    found = na.EventGenerator(source, MOMENT, na.FreeElectrons("Ne"), lowest=least).sample(40_000)
    edges = np.linspace(0.06, 0.4234, 15)
    at = (edges[1:] + edges[:-1])[:, None] / 2 + np.diff(edges)[:, None] / 2 * _POINT
    most = 2 * at**2 / (ELECTRON_MASS + 2 * at)
    area = np.log(most / least) - (most - least) / at
    wanted = (pp.density(at) * area * _SHARE).sum(axis=1)
    seen = np.histogram(found.neutrino_energy, edges)[0]
    assert 1e-3 < chi_squared(seen, wanted * seen.sum() / wanted.sum())
    assert np.all(found.neutrino_energy > (found.transfer + found.momentum) / 2 * (1 - 1e-9))
    flavours = np.unique(found.neutrino)
    assert flavours.tolist() == [12, 14, 16]


def test_free_electrons_go_where_kinematics_says() -> None:
    """cos θ = (1 + m/E) √(T/(T + 2m)), the angle to the neutrino; no momentum is left for the ion."""
    found = na.EventGenerator(SOURCE, MOMENT, na.FreeElectrons("Ne"), lowest=5 * keV, toward=(0, 0, 2)).sample(2000)
    T = found.transfer
    wanted = (1 + ELECTRON_MASS / ENERGY) * np.sqrt(T / (T + 2 * ELECTRON_MASS))
    assert found.particles.direction[:, 2] == pytest.approx(wanted, abs=1e-6)
    assert np.linalg.norm(found.recoil, axis=1) == pytest.approx(np.zeros(2000), abs=1e-6 * ENERGY)
    assert found.incoming == pytest.approx(np.tile([0.0, 0.0, 1.0], (2000, 1)))


def test_energy_and_momentum_are_conserved(events: na.Events) -> None:
    total = events.electron_energy + events.photon_energy + events.remaining
    assert np.max(np.abs(total / events.transfer - 1)) < 1e-9
    assert np.all(events.remaining > 0)
    parts = events.particles
    mass = np.where(parts.code == ELECTRON_CODE, ELECTRON_MASS, 0.0)
    vectors = np.sqrt(parts.energy * (parts.energy + 2 * mass))[:, None] * parts.direction
    carried = np.stack([np.bincount(parts.event, vectors[:, k], len(events)) for k in range(3)], axis=-1)
    E, left = events.neutrino_energy[:, None], (events.neutrino_energy - events.transfer)[:, None]
    q = E * events.incoming - left * events.outgoing
    assert np.allclose(np.linalg.norm(q, axis=1), events.momentum, rtol=1e-6, atol=0)
    assert np.allclose(q, carried + events.recoil, rtol=0, atol=1e-9)
    electrons = np.bincount(parts.event[parts.code == ELECTRON_CODE], minlength=len(events))
    assert np.array_equal(events.charge, electrons)
    assert np.all(parts.energy >= 0)


def test_neutrinos_come_from_everywhere(events: na.Events) -> None:
    assert np.abs(events.incoming.mean(axis=0)).max() < 4 / np.sqrt(3 * len(events))
    assert (events.incoming**2).mean(axis=0) == pytest.approx([1 / 3] * 3, abs=0.01)


def test_the_same_seed_gives_the_same_events_in_any_order(generator: EventGenerator) -> None:
    whole = generator.sample(2 * CHUNK + 500, seed=9)
    third, second = generator.chunk(2, seed=9), generator.chunk(1, seed=9)
    assert np.array_equal(whole.momentum[2 * CHUNK :], third.momentum[:500])
    assert np.array_equal(whole.momentum[CHUNK : 2 * CHUNK], second.momentum)
    few = generator.sample(300, seed=9)
    for name in ("transfer", "neutrino_energy", "outgoing", "recoil", "charge", "remaining"):
        assert np.array_equal(getattr(few, name), getattr(whole, name)[:300])
    m = len(few.particles)
    for field in fields(Particles):
        assert np.array_equal(getattr(few.particles, field.name), getattr(whole.particles, field.name)[:m])
    assert not np.array_equal(few.transfer, generator.sample(300, seed=10).transfer)


@pytest.mark.slow
def test_a_bias_is_undone_by_its_weights(generator: EventGenerator, neon: na.CentralField, events: na.Events) -> None:
    biased = na.EventGenerator(SOURCE, MOMENT, neon, bias="log").sample(50_000)
    assert biased.weight.mean() == pytest.approx(1.0, abs=0.02)
    edges = np.geomspace(0.05 * keV, 150 * keV, 9)
    seen = np.histogram(biased.transfer, edges, weights=biased.weight)[0] / biased.weight.sum()
    plain = np.histogram(events.transfer, edges)[0] / len(events)
    assert seen == pytest.approx(plain, rel=0.06)
    flat = np.histogram(biased.transfer[~biased.line], edges)[0]
    assert flat.max() / flat.min() < 1.3


def test_the_electron_is_between_dipole_and_free() -> None:
    shell = ShellMomenta(0.01, 0, np.zeros(0), np.zeros(0))
    u = np.random.default_rng(1).random((2, 40_000))
    slow = direction.electron_cosine(shell, np.full(40_000, 1e-4), np.full(40_000, 1e-5 * 20), u)
    # ⟨cos²⟩ of cos² is 3/5.
    assert np.mean(slow**2) == pytest.approx(0.6, abs=0.01)
    assert np.mean(slow) == pytest.approx(0.0, abs=0.02)
    T = np.full(40_000, 0.5)
    Q = np.sqrt(T * (T + 2 * ELECTRON_MASS))
    assert direction.electron_cosine(shell, T, Q, u).mean() > 0.999


def test_dipole_of_p_shells() -> None:
    """⟨cos²⟩ = 1/3 + 2β/15."""
    shell = ShellMomenta(1.0, 1, np.zeros(0), np.zeros(0))
    u = np.random.default_rng(2).random((2, 40_000))
    found = direction.electron_cosine(shell, np.full(40_000, 1e-3), np.full(40_000, 2e-3), u)
    assert np.mean(found**2) == pytest.approx(1 / 3 + 2 / 15, abs=0.01)


def test_a_compound_has_the_shells_of_its_elements(neon: na.CentralField) -> None:
    made = na.Material.of("HF", na.FreeElectrons)
    found = na.generate(SOURCE, MOMENT, made, 5000, lowest=1 * keV)
    names = np.array(found.shells)[found.shell]
    share = np.mean([name.startswith("F ") for name in names])
    assert share == pytest.approx(0.9, abs=0.02)


@pytest.mark.slow
def test_atoms_in_matter_relax_like_others() -> None:
    argon = na.CentralField(na.Atom("Ar", na.KriegerLiIafrate(), binding="measured"))
    liquid = na.Material.from_model(argon).in_matter()
    found = na.generate(SOURCE, MOMENT, liquid, 500, lowest=4 * keV, highest=8 * keV)
    inner = np.array([name.split()[1][0] in "12" for name in found.shells])[found.shell]
    assert inner.sum() > 100
    assert np.mean(found.charge[inner] > 1) > 0.99
    total = found.electron_energy + found.photon_energy + found.remaining
    assert total == pytest.approx(found.transfer, rel=1e-12)


@pytest.mark.slow
def test_what_cannot_be_generated(neon: na.CentralField, generator: EventGenerator) -> None:
    with pytest.raises(ValueError, match="lowest must be a transfer > 0"):
        na.EventGenerator(SOURCE, MOMENT, na.FreeElectrons("Ne"))
    with pytest.raises(ValueError, match="no transfer lies between"):
        na.EventGenerator(SOURCE, MOMENT, neon, lowest=1.0)
    with pytest.raises(ValueError, match="bias must be None or 'log', got 'flat'"):
        na.EventGenerator(SOURCE, MOMENT, neon, bias="flat")
    with pytest.raises(ValueError, match="toward must be three numbers"):
        na.EventGenerator(SOURCE, MOMENT, neon, toward=(0, 0, 0))
    with pytest.raises(ValueError, match="n must be an integer ≥ 1, got 0"):
        generator.sample(0)
    with pytest.raises(ValueError, match="gives no event"):
        _ = na.EventGenerator(SOURCE, na.MagneticMoment(0.0), neon).channels


# --- files -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def few(generator: EventGenerator) -> na.Events:
    return generator.sample(400, seed=2)


@pytest.mark.slow
def test_parquet_is_read_back(tmp_path: Path, generator: EventGenerator, few: na.Events) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "events.parquet"
    assert na.write_events(path, generator.chunks(CHUNK + 400, seed=2)) == CHUNK + 400
    table = parquet.read_table(path)
    assert table.num_rows == CHUNK + 400
    assert np.array_equal(table["event"].to_numpy(), np.arange(CHUNK + 400))
    assert table["transfer"].to_numpy()[:400] * keV == pytest.approx(few.transfer, rel=1e-14)
    energy = table["particle_energy"].combine_chunks()
    total = np.add.reduceat(energy.values.to_numpy(), energy.offsets.to_numpy()[:-1])[:400]
    wanted = few.electron_energy + few.photon_energy
    assert total[wanted > 0] * keV == pytest.approx(wanted[wanted > 0], rel=1e-12)
    kept = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert float(kept["total_rate_per_kg_day"]) == pytest.approx(generator.metadata["total_rate_per_kg_day"])
    assert kept["seed"] == "2"


def test_a_plain_table_is_read_back(tmp_path: Path, few: na.Events) -> None:
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "events.csv"
    na.write_events(path, few)
    table = pandas.read_csv(path, comment="#")
    assert table["momentum"].to_numpy() * keV == pytest.approx(few.momentum, rel=1e-14)
    first = [tuple(map(float, word.split(":"))) for word in str(table["particles"][0]).split()]
    assert first[0][2] * keV == pytest.approx(few.particles.energy[0], rel=1e-14)
    assert "# coupling: MagneticMoment" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["hepmc3", "hepevt"])
def test_hepmc_reads_what_is_written(tmp_path: Path, few: na.Events, kind: str) -> None:
    pyhepmc = pytest.importorskip("pyhepmc")
    path = tmp_path / f"events.{kind}"
    assert na.write_events(path, few) == 400
    with pyhepmc.open(str(path), format=kind) as file:
        found = list(file)
    assert len(found) == 400
    unit = 1e3 if kind == "hepevt" else 1.0
    for number in (0, 7, 399):
        before = [p for p in found[number].particles if p.status in (4, 20)]
        after = [p for p in found[number].particles if p.status == 1]
        for component in ("e", "x", "y", "z"):
            entering = sum(getattr(p.momentum, component) for p in before)
            leaving = sum(getattr(p.momentum, component) for p in after)
            assert leaving == pytest.approx(entering, abs=1e-9)
        assert before[0].momentum.e * unit == pytest.approx(few.neutrino_energy[number], rel=1e-12)
        assert sum(p.pid == 11 for p in after) == few.charge[number]
    if kind == "hepmc3":
        run = found[0].run_info
        assert run.tools[0].name == "nuatom"
        assert list(run.weight_names) == ["CV"]
        assert float(str(few.metadata["flux_averaged_cross_section_pb"])) > 0


def test_files_that_cannot_be_written(tmp_path: Path, few: na.Events) -> None:
    with pytest.raises(ValueError, match=r"end in \.parquet .*not to 'events\.root'"):
        na.write_events(tmp_path / "events.root", few)
    with pytest.raises(ValueError, match="no events were given"):
        na.write_events(tmp_path / "events.csv", [])
    assert list(tmp_path.iterdir()) == []


def test_metadata_sets_a_rate(neon: na.CentralField, generator: EventGenerator) -> None:
    """Cross section × flux × atoms per mass is the rate of all events, and all of it can be kept as JSON."""
    kept = json.loads(json.dumps(generator.metadata))
    area = na.total_cross_section(MOMENT, neon, ENERGY, neon.shells[-1].binding_energy, tolerance=1e-3)
    assert kept["flux_averaged_cross_section_pb"] * 1e-36 * cm2 == pytest.approx(float(area), rel=0.01)


@pytest.mark.slow
def test_shells_have_the_momenta_of_their_model() -> None:
    model = na.Hydrogenic(1, 0, 1)
    (shell,) = model.shells
    assert isinstance(shell, Shell)
    found = na.generate(SOURCE, MOMENT, model, 2000)
    total = found.electron_energy + found.photon_energy + found.remaining
    assert total == pytest.approx(found.transfer, rel=1e-12)
