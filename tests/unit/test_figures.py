"""Figures: what is drawn, that it can be read, and what cannot be drawn."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

import nuatom as na
from nuatom import figures
from nuatom.elements import Shell, configuration
from nuatom.figures.shells import grouped, spread_apart
from nuatom.functions import VECTOR
from nuatom.scattering import Spectrum, spectrum
from nuatom.units import ELECTRON_MASS, MeV, barn, cm2, eV, keV

TRANSFER = np.geomspace(0.05, 15, 60) * keV
COUPLING = na.MagneticMoment(3.2e-11)
# The subshells of germanium with thresholds of the right size, without solving the atom.
EDGES = [11.1, 1.41, 1.25, 1.22, 0.18, 0.125, 0.121, 0.0382, 0.0376, 0.0148, 0.0067, 0.0063]


class Germanium:
    """The shells of germanium."""

    shells = tuple(
        Shell(s.label, s.n, s.kappa, s.occupancy, edge * keV)
        for s, edge in zip(configuration("Ge"), EDGES, strict=True)
    )


@pytest.fixture(scope="module")
def result() -> Spectrum:
    return spectrum(COUPLING, na.Stepping(Germanium()), 1 * MeV, TRANSFER)


def drawn(figure: Figure) -> Figure:
    """The figure after it was drawn: an error in a label shows only then."""
    FigureCanvasAgg(figure).draw()
    return figure


def extents(figure: Figure) -> dict[str, Bbox]:
    """Where the labels of shells are on the drawn figure."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    return {text.get_text(): text.get_window_extent(canvas.get_renderer()) for text in figure.axes[0].texts}


def legend(figure: Figure) -> list[str]:
    box = figure.axes[0].get_legend()
    assert box is not None
    return [text.get_text() for text in box.get_texts()]


def names(figure: Figure) -> list[str]:
    """The labels of shells."""
    return [text.get_text() for text in figure.axes[0].texts]


# --- dσ/dT ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_spectrum_figure_has_every_curve_and_units(result: Spectrum) -> None:
    free = na.cross_section(COUPLING, na.FreeElectrons("Ge"), 1 * MeV, TRANSFER)
    figure = drawn(figures.spectrum_figure(result, free=free, stepping=result.total, title="Ge"))
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "[keV]" in axes.get_xlabel()
    assert "cm$^2$ keV$^{-1}$" in axes.get_ylabel()
    assert legend(figure) == [
        "bound electrons", "longitudinal, $S$", "transverse, $R$", "free electrons", "stepping",
    ]  # fmt: skip
    assert axes.get_title() == "Ge"
    curves = {line.get_label(): line for line in axes.lines}
    np.testing.assert_allclose(curves["bound electrons"].get_ydata(), result.total / (cm2 / keV))
    np.testing.assert_allclose(curves["bound electrons"].get_xdata(), TRANSFER / keV)
    widths = [line.get_linewidth() for line in axes.lines]
    assert curves["bound electrons"].get_linewidth() == max(widths)
    assert curves["free electrons"].get_linestyle() == "--"


@pytest.mark.slow
def test_without_approximations_there_are_none(result: Spectrum) -> None:
    assert len(legend(drawn(figures.spectrum_figure(result)))) == 3


def test_the_total_is_within_the_axes_however_far_below_others(result: Spectrum) -> None:
    """Free electrons pass where bound ones are closed, and a millicharge of theirs is far below."""
    for factor in (1.0, 1e6):
        figure = figures.spectrum_figure(result, free=factor * result.total)
        low, high = figure.axes[0].get_ylim()
        total = result.total[result.total > 0] / (cm2 / keV)
        assert low < total.min() and total.max() < high


def test_thresholds_are_steps() -> None:
    shells = Germanium.shells
    fine = figures.with_edges(TRANSFER, shells)
    assert set(TRANSFER) <= set(fine) and np.all(np.diff(fine) > 0)
    inside = [s.binding_energy for s in shells if TRANSFER[0] < s.binding_energy < TRANSFER[-1]]
    assert len(fine) == len(TRANSFER) + 2 * len(set(inside))
    for edge in inside:
        k = np.searchsorted(fine, edge)
        assert fine[k] / fine[k - 1] - 1 < 3e-6
    total = spectrum(COUPLING, na.Stepping(Germanium()), 1 * MeV, fine).total
    rises = np.diff(total) > 0
    assert np.all(fine[1:][rises] / fine[:-1][rises] < 1 + 3e-6)
    np.testing.assert_array_equal(figures.with_edges(TRANSFER[:2], shells), TRANSFER[:2])


@pytest.mark.slow
def test_every_open_shell_is_labelled_once_within_the_axes(result: Spectrum) -> None:
    figure = drawn(figures.spectrum_figure(result))
    assert sorted(names(figure)) == ["1s", "2p", "2s", "3d", "3p", "3s", "4p", "4s"]
    box = figure.axes[0].get_window_extent()
    for own in extents(figure).values():
        assert box.x0 - 2 <= own.x0
        assert own.x1 <= box.x1 + 2
        assert box.y0 - 2 <= own.y0
        assert own.y1 <= box.y1 + 2


@pytest.mark.slow
def test_labels_at_the_left_do_not_touch(result: Spectrum) -> None:
    figure = drawn(figures.spectrum_figure(result))
    left = {text.get_text() for text in figure.axes[0].texts if text.get_ha() == "left"}
    # 4s and 4p have two electrons each: their curves are one.
    assert left == {"3d", "4s", "4p"}
    boxes = sorted((box for name, box in extents(figure).items() if name in left), key=lambda box: box.y0)
    assert all(above.y0 - below.y0 >= 0.7 * below.height for below, above in pairwise(boxes))


def test_shells_are_told_apart_by_colour_and_line(result: Spectrum) -> None:
    groups = grouped(result.shells, result.by_shell)
    assert len({(group.colour, str(group.line)) for group in groups}) == len(groups)
    np.testing.assert_allclose(sum(group.values for group in groups), result.total, rtol=1e-14)


def test_the_order_of_transfers_does_not_matter(result: Spectrum) -> None:
    back = spectrum(COUPLING, na.Stepping(Germanium()), 1 * MeV, TRANSFER[::-1])
    lines = [figures.spectrum_figure(each).axes[0].lines[0] for each in (result, back)]
    assert lines[0].get_xydata().tolist() == lines[1].get_xydata().tolist()


@pytest.mark.parametrize(
    ("energy", "transfer", "message"),
    [
        (1.0, [1e-3], "two or more transfers"),
        (1.0, 1e-3, "two or more transfers"),
        ([1.0, 2.0], [1e-3, 2e-3], "one neutrino energy"),
        (1.0, [1e-6, 2e-6], "zero at all these transfers"),
    ],
)
def test_what_cannot_be_drawn_is_said(energy: object, transfer: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        figures.spectrum_figure(spectrum(COUPLING, na.Stepping(Germanium()), energy, transfer))  # type: ignore[arg-type]


@pytest.mark.slow
def test_free_electrons_alone_can_be_drawn() -> None:
    # No thresholds: no strokes of edges, and every shell begins at the left.
    figure = drawn(figures.spectrum_figure(spectrum(COUPLING, na.FreeElectrons("Ge"), 1 * MeV, TRANSFER)))
    assert {text.get_ha() for text in figure.axes[0].texts} == {"left"}


# --- several couplings ---------------------------------------------------------------------------


def combined(radius: float) -> tuple[Spectrum, dict[str, np.ndarray]]:
    """Weak scattering and a charge radius, and their components."""
    both = na.Neutrino("e", charge_radius=radius * cm2)
    model = na.Stepping(Germanium())
    return spectrum(both, model, 1 * MeV, TRANSFER), na.components(both, model, 1 * MeV, TRANSFER)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("radius", "label", "style", "sign"),
    [(1e-32, "interference", "--", 1), (-1e-32, "−interference (takes away)", ":", -1)],
)
def test_components_are_lines_and_the_interference_has_its_sign_in_its_style(
    radius: float, label: str, style: str, sign: int
) -> None:
    result, parts = combined(radius)
    figure = drawn(figures.spectrum_figure(result, components=parts))
    assert legend(figure) == ["bound electrons", "weak", "charge radius", label]
    curves = {line.get_label(): line for line in figure.axes[0].lines}
    assert curves[label].get_linestyle() == style
    np.testing.assert_allclose(curves[label].get_ydata(), sign * parts["interference"] / (cm2 / keV))
    np.testing.assert_allclose(curves["weak"].get_ydata(), parts["weak"] / (cm2 / keV))
    assert len({line.get_color() for line in figure.axes[0].lines if line.get_label() in legend(figure)}) == 4
    assert names(figure) == []  # no shells


@pytest.mark.slow
def test_an_interference_that_changes_sign_is_two_curves() -> None:
    result, parts = combined(1e-32)
    parts["interference"] = parts["interference"] * np.where(TRANSFER < 1 * keV, 1, -1)
    figure = drawn(figures.spectrum_figure(result, components=parts))
    assert legend(figure)[-2:] == ["interference", "−interference (takes away)"]
    for line, shown in zip(figure.axes[0].lines[3:5], (TRANSFER < 1 * keV, TRANSFER >= 1 * keV), strict=True):
        assert np.array_equal(np.isfinite(line.get_ydata()), shown)


@pytest.mark.slow
def test_a_component_below_the_axes_is_said_to_be() -> None:
    result, parts = combined(1e-40)
    assert "charge radius (below)" in legend(drawn(figures.spectrum_figure(result, components=parts)))


def test_weak_scattering_has_shells_but_no_longitudinal_part() -> None:
    figure = drawn(figures.spectrum_figure(spectrum(na.Weak("e"), na.Stepping(Germanium()), 1 * MeV, TRANSFER)))
    assert legend(figure) == ["bound electrons"]
    assert "2p" in names(figure)


# --- coherent scattering -------------------------------------------------------------------------


def test_coherent_figure_has_atom_and_nucleus() -> None:
    T = np.array([3.0, 1.0, 2.0]) * eV
    values = np.array([1.0, 3.0, 2.0]) * 1e-40 * cm2 / keV
    figure = drawn(figures.coherent_figure(T, values, atom=0.5 * values, title="Ge"))
    (axes,) = figure.axes
    assert legend(figure) == ["atom, with its electrons", "nucleus alone"]
    np.testing.assert_allclose(axes.lines[1].get_xydata(), [[1, 3e-40], [2, 2e-40], [3, 1e-40]])
    assert "[eV]" in axes.get_xlabel()
    assert legend(drawn(figures.coherent_figure(T, values))) == ["nucleus alone"]


@pytest.mark.parametrize(
    ("transfer", "message"), [([1.0], "two or more recoil energies"), ([1.0, 2.0], "zero at all these recoil energies")]
)
def test_coherent_that_cannot_be_drawn(transfer: list[float], message: str) -> None:
    T = np.array(transfer)
    with pytest.raises(ValueError, match=message):
        figures.coherent_figure(T, 0 * T)


# --- photoabsorption -----------------------------------------------------------------------------


def test_photoabsorption_figure_in_megabarn() -> None:
    model = na.Hydrogenic(n=1, l=0, Z=1)
    energy = np.geomspace(0.005, 1, 50) * keV
    areas = na.photoabsorption(model, energy, by_shell=True)
    figure = drawn(figures.photoabsorption_figure(model.shells, energy, areas, title="H"))
    (axes,) = figure.axes
    assert "Mb" in axes.get_ylabel()
    assert "[keV]" in axes.get_xlabel()
    total = axes.lines[0].get_ydata()
    np.testing.assert_allclose(total[-1], areas[0, -1] / (1e6 * barn))
    assert np.isnan(total[0])  # closed: no point on a logarithmic axis
    assert names(figure) == ["1s"]


@pytest.mark.parametrize(
    ("energy", "message"),
    [([0.1], "two or more photon energies"), ([1e-6, 2e-6], "absorbs at none of these energies")],
)
def test_photoabsorption_that_cannot_be_drawn(energy: list[float], message: str) -> None:
    shells = na.Hydrogenic(n=1, l=0, Z=1).shells
    with pytest.raises(ValueError, match=message):
        figures.photoabsorption_figure(shells, np.array(energy), np.zeros((1, len(energy))))


# --- structure map -------------------------------------------------------------------------------


@pytest.mark.slow
def test_structure_map_has_ridge_and_photon_line() -> None:
    figure = drawn(figures.structure_map(na.Hydrogenic(n=1, l=0, Z=10), title="1s"))
    axes, bar = figure.axes
    assert "keV$^{-1}$" in bar.get_ylabel()
    ridge, photon = axes.lines
    T, Q = (np.asarray(values) * keV for values in ridge.get_data())
    np.testing.assert_allclose(Q**2, T**2 + 2 * ELECTRON_MASS * T)
    T, Q = photon.get_data()
    assert np.array_equal(T, Q)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_structure_map_on_given_axes_shows_the_values_of_the_model() -> None:
    model = na.Hydrogenic(n=2, l=1, Z=10)
    T, Q = np.geomspace(0.5, 2, 5) * keV, np.geomspace(1, 50, 4) * keV
    figure = figures.structure_map(model, transfer=T, momentum=Q)
    (mesh,) = figure.axes[0].collections
    shown = np.asarray(mesh.get_array()).reshape(len(Q), len(T))
    np.testing.assert_allclose(shown, model.structure(T, Q, VECTOR).charge[0].T * keV)


def test_structure_map_needs_values_and_a_range() -> None:
    with pytest.raises(ValueError, match="no shell has a threshold"):
        figures.structure_map(na.FreeElectrons("Ge"))
    with pytest.raises(ValueError, match="δ function"):
        figures.structure_map(na.Stepping(Germanium()))
    with pytest.raises(ValueError, match="S is zero in the whole range"):
        figures.structure_map(na.Hydrogenic(n=1, l=0, Z=10), transfer=np.array([1e-6, 2e-6]))


# --- parts ---------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.01, 0.1))
def test_spread_keeps_order_and_distance(heights: list[float], gap: float) -> None:
    moved = spread_apart(heights, gap)
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    for below, above in pairwise(order):
        assert moved[above] - moved[below] >= 0.9 * gap


@given(st.lists(st.floats(0, 1), max_size=8, unique=True))
def test_spread_leaves_alone_what_is_apart(heights: list[float]) -> None:
    gap = min((abs(a - b) for a in heights for b in heights if a != b), default=1.0)
    assert spread_apart(heights, 0.99 * gap) == heights


def test_drawing_changes_no_global_setting(result: Spectrum) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawn(figures.spectrum_figure(result))
    assert dict(matplotlib.rcParams) == before
