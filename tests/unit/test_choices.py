"""The words for choices of physics: every one makes its object, and every edge knows the same ones."""

import subprocess
import sys

import pytest

import nuatom as na
from nuatom import choices, limit
from nuatom.config.settings import LimitSection, ModelSection, schema
from nuatom.functions import ALL
from nuatom.response.screening.interaction import Interaction, NoInteraction


@pytest.mark.parametrize(
    ("word", "made"),
    [
        ("central-field", na.CentralField),
        ("screened", na.Screened),
        ("recommended", na.Screened),
        ("free", na.FreeElectrons),
        ("stepping", na.Stepping),
        ("impulse", na.Impulse),
        ("hydrogenic", na.Hydrogenic),
        ("frozen-photon", na.FrozenPhoton),
        ("coherent-sum-rule", na.CoherentSumRule),
    ],
)
def test_words_of_models(word: str, made: type) -> None:
    model = choices.MODELS[word].make(na.Atom("H"), choices.How(tolerance=0.01))
    assert type(model) is made
    assert getattr(model, "tolerance", 0.01) == 0.01


@pytest.mark.slow
def test_every_model_that_says_so_has_all_functions() -> None:
    """Where there is a table, asking for it is asking for a value of every function."""
    atom = na.Atom("H")
    for word, choice in choices.RESPONSES.items():
        measure = choice.make(atom, choices.How()).measure([0.01], [0.02], [0.2], ALL)
        for function in ALL:
            assert getattr(measure, function.value) is not None, (word, function)


@pytest.mark.parametrize(
    ("table", "made"),
    [
        (choices.EXCHANGES, {"slater": na.Slater(), "kohn-sham": na.KohnSham(), "kli": na.KriegerLiIafrate()}),
        (choices.NUCLEI, {"point": na.PointNucleus(), "uniform": na.UniformNucleus()}),
        (
            choices.INTERACTIONS,
            {
                "local": na.LocalExchange(),
                "averaged": na.AveragedExchange(),
                "coulomb": na.CoulombOnly(),
                "none": NoInteraction(),
            },
        ),
        (
            choices.PROCEDURES,
            {
                "one-sided": limit.OneSided(),
                "cls": limit.Cls(),
                "unified": limit.Unified(),
                "pcl": limit.PowerConstrained(),
            },
        ),
    ],
)
def test_words_make_their_objects(table: dict[str, object], made: dict[str, Interaction]) -> None:
    assert {word: make() for word, make in table.items()} == made  # type: ignore[operator]


def test_the_first_word_is_what_the_library_takes_unless_told() -> None:
    atom = na.Atom("He")
    assert choices.EXCHANGES[next(iter(choices.EXCHANGES))]() == atom.exchange
    assert choices.NUCLEI[next(iter(choices.NUCLEI))]() == atom.nucleus
    assert choices.INTERACTIONS[next(iter(choices.INTERACTIONS))]() == na.Screened(atom).interaction


@pytest.mark.parametrize(
    ("section", "key", "table"),
    [
        (ModelSection, "response", choices.RESPONSES),
        (ModelSection, "exchange", choices.EXCHANGES),
        (ModelSection, "nucleus", choices.NUCLEI),
        (ModelSection, "binding", choices.BINDINGS),
        (LimitSection, "procedure", choices.PROCEDURES),
        (LimitSection, "method", choices.METHODS),
    ],
)
def test_configurations_know_every_word(section: type, key: str, table: dict[str, object]) -> None:
    for word in table:
        assert getattr(section(**{key: word}), key) == word
    with pytest.raises(ValueError, match="Input should be '"):
        section(**{key: "nonsense"})
    with pytest.raises(ValueError, match="Input should be '"):
        section(**{key: ["slater"]})


def test_configurations_know_the_options_of_responses() -> None:
    section = schema().model_fields["model"].annotation
    for word in choices.INTERACTIONS:
        assert section(interaction=word).options() == {"interaction": word}  # type: ignore[misc]
    with pytest.raises(ValueError, match="expected 'local', 'averaged', 'coulomb' or 'none', got 'nonsense'"):
        section(interaction="nonsense")  # type: ignore[misc]


def test_a_band_is_of_responses_interactions_and_exchanges() -> None:
    for word in (*choices.RESPONSES, *choices.INTERACTIONS, *choices.EXCHANGES):
        assert ModelSection(band=[word]).band == [word]


@pytest.mark.slow
def test_a_new_word_is_known_everywhere() -> None:
    """One entry of a table, before anything else is imported: help, commands and configurations have it."""
    code = (
        "from nuatom import choices\n"
        "choices.EXCHANGES.add('twice', choices.Choice('as another', choices.EXCHANGES['kohn-sham']))\n"
        "from nuatom.cli import main\n"
        "from nuatom.config.settings import ModelSection\n"
        "assert ModelSection(exchange='twice', band=['twice']).exchange == 'twice'\n"
        "assert main(['atom', 'H', '--exchange', 'twice']) == 0\n"
        "assert main(['atom', '--help']) == 0\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "twice exchange, point nucleus" in done.stdout
    assert "kli|slater|kohn-sham|twice" in done.stdout
