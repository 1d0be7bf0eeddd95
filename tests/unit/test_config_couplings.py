"""Configurations: what they hold of couplings, and that each number that is fitted comes out as it was put in."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import nuatom as na
from nuatom import choices
from nuatom.config import ConfigError, Experiment, parse
from nuatom.neutrino import Coupling
from nuatom.units import cm2, eV, keV

TEXT = """
[source]
kind = "reactor"
flux = "2.7e13/(cm2 s)"
uncertainty = 0
[target]
material = "Ge"
[detector]
exposure = "100 tonne day"
[[background]]
name = "flat"
kind = "flat"
rate = "0.1/(kg day keV)"
uncertainty = 0
[bins]
edges = "0.2:20keV:7"
[model]
response = "free"
[neutrino]
"""


def of(neutrino: str, text: str = TEXT) -> Experiment:
    return parse(text + neutrino)


def problem(neutrino: str, text: str = TEXT) -> str:
    with pytest.raises(ConfigError) as caught:
        of(neutrino, text)
    (line,) = caught.value.problems
    return line


# --- what is held --------------------------------------------------------------------------------

E_TO_MU = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", (na.Neutrino(),)),
        ("weak = false", ()),
        ("sin2_theta = 0.24", (na.Neutrino(weak=na.Weak(sin2_theta=0.24)),)),
        ("g_V = 0.9\ng_A = 0.4", (na.Neutrino(weak=na.Weak(g_V=0.9, g_A=0.4)),)),
        ("magnetic_moment = 0", (na.Neutrino(),)),
        (
            'millicharge = -1e-13\nphoton_mass = "1 eV"\nneutrino_mass = "0.1 eV"',
            (na.Neutrino(millicharge=-1e-13, photon_mass=1 * eV, neutrino_mass=0.1 * eV),),
        ),
        (
            'charge_radius = "-1e-32 cm2"\nanapole = "1e-33 cm2"',
            (na.Neutrino(charge_radius=-1e-32 * cm2, anapole=1e-33 * cm2),),
        ),
        (
            'mediator = { kind = "vector", mass = "10 keV", neutrino = 1e-6, electron = -2e-6 }',
            (na.Neutrino(mediators=(na.VectorMediator(10 * keV, 1e-6, -2e-6),)),),
        ),
        (
            'weak = false\nmediator = [{ kind = "axial", mass = "10 keV", neutrino = 1e-6, electron = 1e-6 }, '
            '{ kind = "pseudoscalar", mass = "1 keV", neutrino = 1e-6, electron = 1e-6 }]',
            (
                na.Neutrino(
                    weak=False,
                    mediators=(na.AxialMediator(10 * keV, 1e-6, 1e-6), na.PseudoscalarMediator(1 * keV, 1e-6, 1e-6)),
                ),
            ),
        ),
        (
            'heavy_lepton = { mass = "100 keV", moment = 1e-10 }',
            (na.Neutrino(), na.HeavyLepton(1e-10, 100 * keV)),
        ),
    ],
)
def test_what_is_held_becomes_the_couplings(words: str, expected: tuple[object, ...]) -> None:
    # What is fitted is not there at zero.
    fit = 'fit = ["nsi:ee:L"]\n' if "magnetic_moment" in words else ""
    assert of(f"{fit}{words}").couplings({}) == expected


def test_what_is_held_of_epsilon_becomes_a_matrix() -> None:
    (made,) = of('nsi = [{ flavours = "mue", left = 0.1 }, { flavours = "ee", right = -0.2 }]').couplings({})
    assert isinstance(made, na.Neutrino)
    assert made.nsi is not None
    right = np.zeros((3, 3))
    right[0, 0] = -0.2
    np.testing.assert_allclose(made.nsi.vector.matrix, 0.1 * E_TO_MU + right)
    np.testing.assert_allclose(made.nsi.axial.matrix, 0.1 * E_TO_MU - right)


def test_every_coupling_is_a_key() -> None:
    from nuatom.config.settings import schema

    keys = schema().model_fields["neutrino"].annotation.model_fields  # type: ignore[union-attr]
    for word, entry in choices.COUPLINGS.items():
        assert {word, *(key.name for key in entry.details)} <= keys.keys()


@pytest.mark.parametrize(
    ("words", "key", "said"),
    [
        ('mediator = { kind = "vectr" }', "neutrino.mediator.kind", "did you mean vector?"),
        ("mediator = 3", "neutrino.mediator", "expected a table, got 3"),
        ('heavy_lepton = { mass = "1 keV" }', "neutrino.heavy_lepton.moment", "missing"),
        ("heavy_lepton = { mass = 3, moment = 1e-11 }", "neutrino.heavy_lepton.mass", "an energy with its unit"),
        ('heavy_lepton = { mass = "1 keV", moment = -1 }', "neutrino.heavy_lepton.moment", "at least 0, got -1"),
        ("sin2_theta = 2", "neutrino.sin2_theta", "expected a number from 0 to 1, got 2"),
        ("weak = false\nsin2_theta = 0.2", "neutrino.sin2_theta", "a number of weak, which is neither held nor"),
        ('photon_mass = "1 eV"', "neutrino.photon_mass", "a number of millicharge, which is neither held nor fitted"),
        ("charge_radius = 1e-32", "neutrino.charge_radius", "expected an area with its unit"),
        ('nsi = { flavours = "ex" }', "neutrino.nsi.flavours", "expected two of e, mu, tau, such as ee or emu"),
        (
            'nsi = [{ flavours = "emu", left = 0.1 }, { flavours = "mue", left = 0.2 }]',
            "neutrino",
            "nsi: emu:0.1:0.0 and emu:0.2:0.0 are both about ε_emu: give one of them",
        ),
        ('fit = ["mediator"]', "neutrino.fit[1]", "expected mediator:KIND:MASS, such as mediator:vector:10keV"),
        ('fit = ["mediator:vector:10"]', "neutrino.fit[1]", "'10' has no unit"),
        ('fit = ["nsi:ee"]', "neutrino.fit[1]", "expected nsi:FLAVOURS:L|R, such as nsi:emu:L"),
        ('fit = ["millicharge:x"]', "neutrino.fit[1]", "expected millicharge, with nothing after it"),
        (
            'fit = ["mediator:vector:10keV", "mediator:vector:1e4eV"]',
            "neutrino.fit",
            "'mediator:vector:10keV' is there twice",
        ),
        (
            'fit = ["mediator:scalar:10keV", "mediator:scalar:20keV"]',
            "neutrino.fit",
            "is fitted through its square, and interferes with 'mediator:scalar:20keV'",
        ),
        (
            'fit = ["mediator:scalar:10keV"]\nmagnetic_moment = 1e-11',
            "neutrino.fit",
            "is fitted through its square, and interferes with 'magnetic_moment'",
        ),
        (
            'fit = ["heavy_lepton:10keV"]\nheavy_lepton = { mass = "1 keV", moment = 1e-11 }',
            "neutrino.heavy_lepton",
            "it is fitted, and cannot be held too",
        ),
    ],
)
def test_what_cannot_be_names_its_key(words: str, key: str, said: str) -> None:
    # Of a table with several faults the first is told here.
    with pytest.raises(ConfigError) as caught:
        of(words)
    line = caught.value.problems[0]
    assert line.startswith(f"{key}: "), line
    assert said in line


def test_recoils_are_of_what_scatters_off_nuclei() -> None:
    text = TEXT.replace('"100 tonne day"', '"100 tonne day"\nchannels = ["electrons", "recoils"]\nquenching = 0.2')
    line = problem('fit = ["mediator:scalar:10keV"]', text)
    assert line.startswith("neutrino: ")
    assert "coherent" in line


def test_published_limits_are_on_what_can_be_fitted() -> None:
    published = '\n[published]\nreference = "X"\n"mediator:vector:10keV" = 1e-12\ncharge_radius = "1e-32 cm2"'
    assert of(published).settings.published.limits == {  # type: ignore[union-attr]
        "mediator:vector:10keV": 1e-12,
        "charge_radius": pytest.approx(1e-32 * cm2),
    }
    assert "expected 'magnetic_moment'" in problem('\n[published]\nreference = "X"\nmoment = 1e-11')
    assert "expected more than zero, got 0" in problem('\n[published]\nreference = "X"\nmillicharge = 0')


# --- what is fitted ------------------------------------------------------------------------------


def coupling_of(name: str, value: float) -> tuple[Coupling, ...]:
    """What a parameter stands for, made by hand."""
    word, *others = name.split(":")
    match word, others:
        case "mediator", [kind, _]:
            kinds = {
                "vector": na.VectorMediator,
                "axial": na.AxialMediator,
                "scalar": na.ScalarMediator,
                "pseudoscalar": na.PseudoscalarMediator,
            }
            return (na.Neutrino(mediators=(kinds[kind](50 * keV, 1e-3, value / 1e-3),)),)
        case "nsi", [element, hand]:
            i, j = {"ee": (0, 0), "mumu": (1, 1), "emu": (0, 1), "etau": (0, 2)}[element]
            matrix = np.zeros((3, 3))
            matrix[i, j] = matrix[j, i] = value
            zero = np.zeros((3, 3))
            return (na.Neutrino(nsi=na.NonStandard.chiral(*((matrix, zero) if hand == "L" else (zero, matrix)))),)
        case "heavy_lepton", _:
            return na.Neutrino(), na.HeavyLepton(value, 50 * keV)
    return (na.Neutrino(**{word: value}),)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("magnetic_moment", 4e-11),
        ("millicharge", -6e-13),
        ("charge_radius", 2e-32 * cm2),
        ("anapole", 3e-33 * cm2),
        ("mediator:vector:50keV", 2e-13),
        ("mediator:vector:50keV", -2e-13),
        ("mediator:axial:50keV", 1e-13),
        ("mediator:scalar:50keV", 2e-12),
        ("mediator:pseudoscalar:50keV", 4e-11),
        ("nsi:ee:L", 0.15),
        ("nsi:ee:R", -0.1),
        ("nsi:emu:L", 0.3),
        ("nsi:etau:R", 0.2),
        ("heavy_lepton:50keV", 6e-11),
    ],
)
def test_what_was_put_in_is_found(name: str, value: float) -> None:
    plain = of(f'fit = ["{name}"]')
    background = plain.backgrounds["flat"]
    (parameter,) = plain.parameters
    assert parameter.name == name
    material = na.FreeElectrons("Ge")
    direct = sum(
        plain.detector.expected(plain.source, coupling, material, plain.edges).total
        for coupling in coupling_of(name, value)
    )
    modelled = plain.signal(**{parameter.fitted: parameter.to_fit(value)}).sum(axis=0)
    np.testing.assert_allclose(modelled, direct, rtol=1e-5)
    seen = [float(count) for count in direct + background]
    fitted = parse(f'{TEXT}fit = ["{name}"]\n[data]\ncounts = {seen}\n[limit]\nprocedure = "unified"')
    found = fitted.limit()
    assert found.best is not None
    # A flavour that is changed adds the square of its ε, whose sign nothing knows.
    best = abs(found.best) if name in ("nsi:emu:L", "nsi:etau:R") else found.best
    assert best == pytest.approx(value, rel=1e-3)
    assert found.low < found.best < found.high


@pytest.mark.slow
def test_two_of_them_are_found_together() -> None:
    names = ["mediator:vector:50keV", "nsi:ee:R", "heavy_lepton:50keV"]
    values = dict(zip(names, (1.5e-13, 0.05, 5e-11), strict=True))
    plain = of(f"fit = {names}")
    direct = sum(plain.by_part(*plain.couplings(values)).values()).sum(axis=0)  # type: ignore[union-attr]
    fit = {p.fitted: p.to_fit(values[p.name]) for p in plain.parameters}
    np.testing.assert_allclose(plain.signal(**fit).sum(axis=0), direct, rtol=1e-5)
    exponents = {tuple(row) for row in plain.signal.exponents.tolist()}
    assert (1, 1, 0) in exponents  # a mediator and ε interfere
    assert not any(row[2] and (row[0] or row[1]) for row in exponents)  # the heavy lepton with neither


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["vector", "scalar"])
def test_a_limit_is_where_the_likelihood_says(kind: str) -> None:
    """Against the likelihood of counts, scanned with a spectrum of its own at every value."""
    experiment = of(f'fit = ["mediator:{kind}:50keV"]\n[limit]\nprocedure = "unified"')
    background = experiment.backgrounds["flat"]
    made = {"vector": na.VectorMediator, "scalar": na.ScalarMediator}[kind]

    def expected(product: float) -> np.ndarray:
        coupling = na.Neutrino(mediators=(made(50 * keV, product, 1.0),))
        counts = experiment.detector.expected(
            experiment.source, coupling, na.FreeElectrons("Ge"), experiment.edges
        ).total
        return np.asarray(counts + background)

    seen = expected(0.0)

    def rise(product: float) -> float:
        """−2 ln L of Poisson counts, less its value without a signal, and the quantile of one parameter at 90 %."""
        mean = expected(product)
        return float(2 * np.sum(mean - seen - seen * np.log(mean / seen)) - 2.705543)

    found = experiment.limit()
    assert brentq(rise, 0.3 * found.high, 3 * found.high, rtol=1e-6) == pytest.approx(found.high, rel=2e-3)
    if kind == "vector":
        assert brentq(rise, 3 * found.low, 0.3 * found.low, rtol=1e-6) == pytest.approx(found.low, rel=2e-3)
    else:
        assert found.low == 0


@pytest.mark.slow
def test_the_command_line_has_limits_on_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from nuatom.cli import main

    path = tmp_path / "mine.toml"
    published = '\n[published]\nreference = "X"\n"mediator:vector:50keV" = 1e-12'
    path.write_text(f'{TEXT}fit = ["mediator:vector:50keV", "heavy_lepton:50keV"]{published}', encoding="utf-8")
    assert main(["limit", str(path), "--alone", "--parameter", "heavy_lepton:50keV"]) == 0
    out = capsys.readouterr().out
    assert "high[Bohr_magnetons]" in out
    assert "# published: mediator:vector:50keV 1e-12 (X)" in out
    assert main(["limit", str(path), "--alone", "--parameter", "mediator:vector:60keV"]) == 2
    assert "expected one of mediator:vector:50keV, heavy_lepton:50keV" in capsys.readouterr().err
