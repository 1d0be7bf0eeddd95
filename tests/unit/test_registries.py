"""Registries: what they promise, that every entry is told apart, and that a stranger's part reaches every door."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nuatom import choices
from nuatom.choices import Choice, Registry, extensions
from nuatom.choices.formats import FormatEntry, Formats, Results
from nuatom.choices.keys import FlagKey, NumberKey, QuantityKey, TextKey, WordKey
from nuatom.choices.sources import parse_source

ALL: Mapping[str, Mapping[str, object]] = {
    name: registry for name, registry in vars(choices).items() if isinstance(registry, Registry)
}


# --- what a registry promises --------------------------------------------------------------------


def test_a_word_is_taken_once_and_replaced_knowingly() -> None:
    registry: Registry[Choice[int]] = Registry("number", {"one": Choice("the first", lambda: 1)})
    assert registry["one"]() == 1
    with pytest.raises(ValueError, match="there is another number 'one' already"):
        registry.add("one", Choice("another", lambda: 2))
    before = registry.version
    registry["one"] = Choice("another", lambda: 2)
    assert registry["one"]() == 2
    assert registry.version > before


@pytest.mark.parametrize("word", ["", "two words", "a:b", "a,b", "a|b"])
def test_a_word_can_be_typed(word: str) -> None:
    with pytest.raises(ValueError, match="cannot be the word of a number"):
        Registry("number").add(word, Choice("", lambda: 1))


def test_an_unknown_word_is_an_error_with_what_was_meant() -> None:
    with pytest.raises(ValueError, match=r"unknown exchange 'slatr': expected kli, slater, .*; did you mean slater"):
        choices.EXCHANGES.choose("slatr")


def test_a_view_follows_its_registry() -> None:
    registry: Registry[Choice[int]] = Registry("number", {"one": Choice("the first", lambda: 1)})
    small = registry.where(lambda choice: choice() < 3)
    registry.add("two", Choice("the second", lambda: 2))
    registry.add("three", Choice("the third", lambda: 3))
    assert list(small) == ["one", "two"]
    assert "three" not in small
    assert len(small) == 2
    with pytest.raises(KeyError):
        small["three"]


# --- over all registries -------------------------------------------------------------------------


def test_there_are_these_registries() -> None:
    assert {"EXCHANGES", "MODELS", "COUPLINGS", "SOURCES", "FORMATS", "PROCEDURES", "FORM_FACTORS"} <= ALL.keys()


@pytest.mark.parametrize("name", ALL)
def test_no_two_choices_are_described_alike(name: str) -> None:
    told = [entry.what for entry in ALL[name].values()]  # type: ignore[attr-defined]
    assert all(told)
    assert len({text.lower() for text in told}) == len(told)


@pytest.mark.parametrize("name", ALL)
def test_no_choice_is_called_as_a_command(name: str) -> None:
    from nuatom.cli import application

    app = application()
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    commands |= {group.name for group in app.registered_groups}
    assert {"coherent", "rate", "table"} <= commands
    assert not commands & ALL[name].keys()


def test_words_of_a_band_mean_one_thing() -> None:
    words = [*choices.RESPONSES, *choices.EXCHANGES, *choices.INTERACTIONS]
    assert len(set(words)) == len(words)


def test_every_option_of_a_response_names_its_owner() -> None:
    assert choices.MODELS.owners("width") == ["screened"]
    with pytest.raises(ValueError, match="width is a choice of the model screened, not of free"):
        choices.response_options("free", {"width": 0.01})
    assert choices.response_options("free", {"width": None}) == {}


# --- entries that cannot be ----------------------------------------------------------------------


def test_two_responses_have_no_two_options_of_one_name() -> None:
    make = choices.MODELS["free"].make
    other = choices.ResponseEntry("with a width of its own", make, options=(NumberKey(name="width", least=0.0),))
    with pytest.raises(ValueError, match="'screened' has another option 'width'"):
        choices.MODELS.add("other", other)
    shared = choices.ResponseEntry("with a tolerance", make, options=(NumberKey(name="tolerance"),))
    with pytest.raises(ValueError, match="the option 'tolerance' is one of all models"):
        choices.MODELS.add("other", shared)
    assert "other" not in choices.MODELS


@pytest.mark.parametrize(
    ("word", "key", "option", "message"),
    [
        ("dark", NumberKey(name="light"), None, "its one key has to be called so too, not 'light'"),
        ("dark-photon", NumberKey(name="dark-photon"), None, "its word is a name in Python"),
        ("sin2_theta", NumberKey(name="sin2_theta"), None, "sin2_theta is taken by 'weak'"),
        ("dark", NumberKey(name="dark"), "--mu-nu", "--mu-nu is taken by 'magnetic_moment'"),
        ("fit", NumberKey(name="fit"), None, "fit says something else"),
    ],
)
def test_two_couplings_have_no_two_names(word: str, key: NumberKey, option: str | None, message: str) -> None:
    entry = choices.CouplingEntry(what="Dark.", keys=(key,), make=lambda value: value, option=option)
    with pytest.raises(ValueError, match=message):
        choices.COUPLINGS.add(word, entry)
    assert word not in choices.COUPLINGS


@pytest.mark.parametrize("suffix", ["md", ".MD", ".tar.gz", ".csv"])
def test_a_suffix_is_one(suffix: str) -> None:
    formats = Formats("suffix", {".csv": choices.FORMATS[".csv"]})
    with pytest.raises(ValueError, match=r"cannot be a suffix|there is another suffix"):
        formats.add(suffix, FormatEntry("", lambda results: b""))


# --- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (FlagKey(name="x"), 1, "expected true or false"),
        (NumberKey(name="x"), True, "expected a number"),
        (NumberKey(name="x"), float("nan"), "expected a finite number"),
        (NumberKey(name="x", least=0.0), -1, "expected at least 0"),
        (NumberKey(name="x", least=0.0, most=1.0), float("nan"), "expected a number from 0 to 1"),
        (QuantityKey(name="x"), 3.0, 'expected an energy with its unit, in quotes, such as "2.8keV"'),
        (QuantityKey(name="x", above_zero=True), "0 keV", "expected more than zero"),
        (TextKey(name="x"), 3, "expected a text in quotes"),
        (WordKey(name="x", among={"one": 1, "two": 2}), "on", "expected 'one' or 'two', got 'on'; did you mean one"),
    ],
)
def test_a_key_says_what_it_expects(key: choices.Key, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        key.read(value)


@pytest.mark.parametrize("text", ["x", "nan", "inf", ""])
def test_a_number_that_is_typed_is_finite(text: str) -> None:
    with pytest.raises(ValueError, match=f"expected a finite number such as 1e-6, got '{text}'"):
        NumberKey(name="x").read_typed(text)


def test_a_source_is_typed_with_its_detail_or_as_a_file() -> None:
    assert parse_source("solar:B16-AGSS09met") == {"kind": "solar", "model": "B16-AGSS09met"}
    assert parse_source("a/flux.csv") == {"kind": "csv", "file": "a/flux.csv"}
    with pytest.raises(ValueError, match="unknown source 'csv'"):
        parse_source("csv")


# --- extensions ----------------------------------------------------------------------------------

EXTENSION = '''
"""Parts of a stranger: a coupling, a response from a file, a source and a format."""

from nuatom import choices
from nuatom.choices import NumberKey, QuantityKey, TextKey


def boson(mass, coupling):
    import nuatom as na

    return na.VectorMediator(mass, coupling, coupling)


def pushed(atom, how):
    """Free electrons times what stands in a file."""
    from dataclasses import replace
    from pathlib import Path

    import nuatom as na

    factor = float(Path(how.options["file"]).read_text())

    class Pushed(na.Stepping):
        def measure(self, *arguments):
            found = super().measure(*arguments)
            return replace(found, values={f: factor * array for f, array in found.values.items()})

    return Pushed(atom)


def burst(fluence, temperature):
    from nuatom.source import MonoEnergetic

    return MonoEnergetic(3.15 * temperature, fluence, "e")


def markdown(results):
    rows = [f"| {name} | {v.units} |" for name, v in results.table.variables.items()]
    return "\\n".join(["| name | unit |", "|---|---|", *rows]).encode()


def fitted(mass):
    from nuatom.quantities import format_energy

    at = format_energy(mass)
    return choices.Parameter(
        f"boson:{at}", f"boson_{at}_squared", 1e-6, "1", 1.0, "g", "g", True, "vector mediator", lambda g: (mass, g)
    )


MASS = QuantityKey(name="mass", metavar="MASS", example="10keV")
choices.COUPLINGS.add("boson", choices.CouplingEntry(
    what="A boson of a stranger.",
    keys=(MASS, NumberKey(name="coupling", metavar="G", example="1e-6")),
    make=boson,
    arguments=lambda mass, coupling: {"mediators": (boson(mass, coupling),)},
    fitted=choices.Fitted(fitted, (MASS,)),
))
choices.MODELS.add("pushed", choices.ResponseEntry(
    "stepping, times the number in a file", pushed, axial=False,
    options=(TextKey(name="file", metavar="FILE", what="With the number.", is_file=True),),
))
choices.SOURCES.add("burst", choices.SourceEntry(
    "a burst of a stranger",
    (
        QuantityKey(name="fluence", dimension="FLUX", metavar="FLUENCE", example="1e10/cm2/s", what="Of all."),
        QuantityKey(name="temperature", metavar="ENERGY", example="3MeV", what="Of the burst.", above_zero=True),
    ),
    burst,
))
choices.FORMATS.add(".md", choices.FormatEntry("Markdown", markdown))
'''


def nuatom(*words: str, folder: Path, **surroundings: str) -> "subprocess.CompletedProcess[str]":
    code = "import sys; from nuatom.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", **surroundings},
    )


@pytest.fixture
def stranger(tmp_path: Path) -> dict[str, str]:
    """The environment with a file of an extension."""
    (tmp_path / "stranger.py").write_text(EXTENSION, encoding="utf-8")
    return {"NUATOM_EXTENSIONS": "stranger.py"}


def column(out: str, name: str) -> list[float]:
    lines = out.strip().split("\n")
    header = next(line for line in reversed(lines) if line.startswith("#")).removeprefix("# ").split()
    return [float(line.split()[header.index(name)]) for line in lines if not line.startswith("#")]


@pytest.mark.slow
def test_a_strangers_parts_are_on_the_command_line(stranger: dict[str, str], tmp_path: Path) -> None:
    shown = nuatom("rate", "--help", folder=tmp_path, **stranger).stdout
    shown = " ".join(shown.replace("│", " ").split())  # where lines of the help end does not matter
    for part in (
        "--boson",
        "MASS:G",
        "A boson of a stranger.",
        "--file",
        "pushed: stepping, times the number in a",
        "md",
    ):
        assert part in shown
    for part in ("--fluence", "--temperature", "burst: a burst of a stranger"):
        assert part in shown
    (tmp_path / "factor.txt").write_text("0.5")
    words = ["dcs", "He", "--energy", "1MeV", "--transfer", "1,10keV", "--total", "--boson", "10keV:1e-6"]
    done = nuatom(*words, "--model", "pushed", "--file", "factor.txt", "-o", "a.md", folder=tmp_path, **stranger)
    assert done.returncode == 0, done.stderr
    assert "# coupling: boson, mass = 10keV, coupling = 1e-06" in done.stdout
    assert "# model: pushed, file factor.txt" in done.stdout
    halves = [0.5 * value for value in column(done.stdout, "stepping[cm2/keV]")]
    assert column(done.stdout, "dsigma/dT[cm2/keV]") == pytest.approx(halves, rel=1e-12)
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("| name | unit |")
    lacking = nuatom(*words, "--model", "pushed", folder=tmp_path, **stranger)
    assert "the model pushed needs --file" in lacking.stderr
    misplaced = nuatom(*words, "--file", "factor.txt", folder=tmp_path, **stranger)
    assert "--file is a choice of the model pushed, not of recommended: add --model pushed" in misplaced.stderr


@pytest.mark.slow
def test_a_strangers_parts_are_in_configurations(stranger: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        """
        [source]
        kind = "burst"
        fluence = "1e14/(cm2 s)"
        temperature = "1 MeV"
        [target]
        material = "He"
        [detector]
        exposure = "10 tonne day"
        [[background]]
        kind = "flat"
        rate = "1/(kg day keV)"
        uncertainty = 0
        [bins]
        edges = "2:10keV:5:lin"
        [model]
        response = "free"
        [neutrino]
        weak = false
        fit = ["boson:10keV"]
        boson = { mass = "1 MeV", coupling = 0 }
        """,
        encoding="utf-8",
    )
    done = nuatom("limit", "mine.toml", "--alone", folder=tmp_path, **stranger)
    assert done.returncode == 2
    assert "neutrino.boson: it is fitted, and cannot be held too" in done.stderr
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('boson = { mass = "1 MeV", coupling = 0 }', ""), encoding="utf-8")
    done = nuatom("limit", "mine.toml", "--alone", folder=tmp_path, **stranger)
    assert done.returncode == 0, done.stderr
    assert 0 < column(done.stdout.replace(" ", "  "), "high[1]")[0] < 1
    without = nuatom("limit", "mine.toml", "--alone", folder=tmp_path, **{**stranger, "NUATOM_EXTENSIONS": ""})
    assert "source.kind: unknown 'burst'" in without.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        (
            "from nuatom import choices\nchoices.EXCHANGES.add('slater', choices.Choice('mine', object))",
            "there is another exchange 'slater' already",
        ),
    ],
)
def test_a_broken_extension_is_one_line_that_names_it(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(content, encoding="utf-8")
    done = nuatom("--help", folder=tmp_path, NUATOM_EXTENSIONS=str(tmp_path / "broken.py"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: the extension {tmp_path / 'broken.py'} (NUATOM_EXTENSIONS) cannot be loaded")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_extension_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name in ("none.py", "no.such.module"):
        done = nuatom("atom", "H", folder=tmp_path, NUATOM_EXTENSIONS=name)
        assert done.returncode == 2
        assert f"the extension {name} (NUATOM_EXTENSIONS) cannot be loaded" in done.stderr


def test_a_name_that_two_options_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clash.py").write_text(
        "from nuatom import choices\n"
        "entry = choices.CouplingEntry(what='X.', keys=(choices.NumberKey(name='energy'),), make=float)\n"
        "choices.COUPLINGS.add('energy', entry)\n",
        encoding="utf-8",
    )
    done = nuatom("--help", folder=tmp_path, NUATOM_EXTENSIONS="clash.py")
    assert done.returncode == 2
    assert "two options of nuatom dcs are called 'energy'" in done.stderr


def test_installed_extensions_are_found_by_their_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "installed_stranger.py").write_text(
        "from nuatom import choices\n"
        "def begin():\n    choices.NUCLEI.add('as-a-stranger-has-it', choices.NUCLEI['point'])\n",
        encoding="utf-8",
    )
    info = tmp_path / "installed_stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed-stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[nuatom.extensions]\nstranger = installed_stranger:begin\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(extensions, "_loaded", set())
    try:
        extensions.load()
        extensions.load()  # each once: a second time the word would be taken
        assert "as-a-stranger-has-it" in choices.NUCLEI
    finally:
        choices.NUCLEI.pop("as-a-stranger-has-it", None)
        sys.modules.pop("installed_stranger", None)


def test_a_list_of_extensions_has_commas_or_what_parts_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for name in ("first", "second", "third"):
        (tmp_path / f"{name}.py").write_text(f"NAME = {name!r}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(extensions, "_loaded", set())
    monkeypatch.setattr(extensions, "_import", seen.append)
    monkeypatch.setenv("NUATOM_EXTENSIONS", f"first.py, second.py{os.pathsep}third.py,")
    extensions.load()
    assert seen == ["first.py", "second.py", "third.py"]


def test_a_form_of_results_is_one_function() -> None:
    assert choices.FORMATS[".csv"].write is not None
    assert list(choices.DATA) == [".csv", ".json", ".nc"]
    assert list(choices.FIGURES) == [".png", ".pdf"]
    assert Results.__module__ == "nuatom.choices.formats"
