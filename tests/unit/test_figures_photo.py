"""The figure of photoabsorption computed and measured."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import nuatom as na
from nuatom.figures import comparison_figure
from nuatom.measured import PhotoComparison, compare_photoabsorption
from nuatom.units import barn, eV, keV

ENERGY = np.geomspace(10, 1000, 60) * eV
HYDROGEN, ION = na.Hydrogenic(n=1, l=0, Z=1), na.Hydrogenic(n=1, l=0, Z=2)


def compared(energy: np.ndarray = ENERGY) -> dict[str, PhotoComparison]:
    return {
        "screened": compare_photoabsorption("H", HYDROGEN, energy),
        "independent": compare_photoabsorption("H", ION, energy),
    }


def drawn(figure: Figure) -> Figure:
    FigureCanvasAgg(figure).draw()
    return figure


@pytest.mark.slow
def test_figure_has_models_measurement_and_deviations() -> None:
    found = compared()
    figure = drawn(comparison_figure(found, HYDROGEN.shells, title="H"))
    above, below = figure.axes
    legend = above.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["measured", "screened", "independent"]
    assert above.get_title() == "H"
    assert "Mb" in above.get_ylabel()
    assert "[keV]" in below.get_xlabel()
    curves = {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in above.lines}
    computed = found["screened"].computed / (1e6 * barn)
    np.testing.assert_allclose(curves["screened"][computed > 0], computed[computed > 0])
    measured = found["screened"].measured / (1e6 * barn)
    # Below 13.6 eV the compilation has a trace that means nothing.
    np.testing.assert_allclose(curves["measured"], measured[ENERGY > 1.02 * 13.598 * eV])
    assert below.get_ylim()[0] < -10 < 10 < below.get_ylim()[1]


@pytest.mark.slow
def test_the_deviation_is_in_percent_where_it_counts() -> None:
    found = compared()["screened"]
    figure = drawn(comparison_figure({"model": found}, HYDROGEN.shells))
    strong = max(figure.axes[1].lines, key=lambda line: (line.get_linewidth(), len(np.atleast_1d(line.get_ydata()))))
    values = np.asarray(strong.get_ydata(), dtype=float)
    np.testing.assert_array_equal(np.isfinite(values), found.counted)
    np.testing.assert_allclose(values[found.counted], 100 * found.deviation[found.counted])


@pytest.mark.slow
def test_energies_in_any_order_are_the_same_figure() -> None:
    forth, back = (drawn(comparison_figure(compared(E), HYDROGEN.shells)) for E in (ENERGY, ENERGY[::-1]))
    for one, other in zip(forth.axes[0].lines, back.axes[0].lines, strict=True):
        np.testing.assert_allclose(
            np.asarray(one.get_ydata(), dtype=float), np.asarray(other.get_ydata(), dtype=float), rtol=1e-12
        )


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="1 to 3 models, got 0"):
        comparison_figure({}, HYDROGEN.shells)
    with pytest.raises(ValueError, match="two or more photon energies"):
        comparison_figure(compared(ENERGY[:1]), HYDROGEN.shells)
    with pytest.raises(ValueError, match="the same for every model"):
        comparison_figure({**compared(), "other": compared(2 * ENERGY)["screened"]}, HYDROGEN.shells)
    with pytest.raises(ValueError, match="absorbs at none"):
        comparison_figure(compared(np.array([0.010, 0.011]) * keV), HYDROGEN.shells)
