"""CentralField: thresholds, shapes, ranges, and the choices an atom leaves open."""

import numpy as np
import pytest

from central_fields import central_field, index
from nuatom import Atom, CentralField, KohnSham, MagneticMoment, cross_section, photoabsorption
from nuatom.functions import VECTOR
from nuatom.response.model import Lines
from nuatom.units import ELECTRON_MASS, eV, keV


@pytest.mark.slow
def test_shapes_errors_and_shells() -> None:
    model = central_field("Ar")
    T = np.array([0.02, 0.3, 5.0]) * keV
    one = model.structure(T, np.array([1.0, 10.0]) * keV, VECTOR)
    assert one.charge.shape == one.current.shape == (7, 3, 2)
    assert one.relative_error.shape == (7, 3)
    assert np.all(one.relative_error[:, -1] > 0)
    assert np.all(one.relative_error < model.tolerance)
    assert one.shells == model.shells == model.atom.shells
    each = model.structure(T, np.array([[1.0], [2.0], [3.0]]) * keV, VECTOR)
    np.testing.assert_array_equal(each.charge[:, 0, 0], one.charge[:, 0, 0])


@pytest.mark.slow
def test_open_only_above_threshold() -> None:
    model = central_field("Ge")
    for i, shell in enumerate(model.shells):
        edge = shell.binding_energy
        T = np.append(edge * np.array([0.0, 0.5, 1 - 1e-12, 1.0, 1 + 1e-9]), edge + 0.03 * eV)
        found = model.structure(T, np.array([5 * keV]), VECTOR)
        assert not found.charge[i, :4].any()
        assert not found.current[i, :4].any()
        assert np.all(found.charge[i, 4:] > 0)
        # A long-range attraction makes the cross section begin with a step: continuous from the edge on.
        assert found.charge[i, 4, 0] == pytest.approx(found.charge[i, 5, 0], rel=0.05)
        measure = model.measure(T, T, np.full(6, np.inf))
        assert not measure.charge[i, :4].any()
        assert np.all(measure.charge[i, 4:].sum(axis=-1) > 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("transfer", "momentum", "message"),
    [
        ([np.nan], [1e-3], "transfer must be"),
        ([-1.0], [1e-3], "transfer must be"),
        ([[1e-3]], [1e-3], "transfer must be"),
        ([1e-3], [0.0], "greater than zero"),
        ([1e-3], [np.inf], "momentum must be finite"),
        ([1e-3, 2e-3], np.ones((3, 2)), r"\(nQ,\) or \(2, nQ\)"),
        ([0.4], [0.3], "computed up to T = 0.3"),
    ],
)
def test_refuses_what_is_out_of_range(transfer: object, momentum: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        central_field("H").structure(transfer, momentum, VECTOR)  # type: ignore[arg-type]


def test_refuses_other_atoms_and_tolerances() -> None:
    with pytest.raises(ValueError, match="needs an Atom"):
        CentralField("Xe")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"between 1e-4 and 0\.1"):
        CentralField(Atom("H"), tolerance=0.5)
    with pytest.raises(ValueError, match="limits on Q"):
        central_field("H").measure([1e-3], [np.nan], [1.0])


@pytest.mark.slow
def test_measured_thresholds_shift_energies_and_nothing_else() -> None:
    calculated, measured = central_field("Ge"), CentralField(Atom("Ge", binding="measured"))
    edges = np.array([[a.binding_energy, b.binding_energy] for a, b in zip(
        calculated.shells, measured.shells, strict=True)])  # fmt: skip
    assert np.any(np.abs(edges[:, 1] - edges[:, 0]) > 1 * eV)
    Q = np.array([0.5, 5.0, 50.0]) * keV
    for i in range(len(edges)):
        above = edges[i, 0] * np.array([1e-3, 0.3, 2.0])
        a = calculated.structure(edges[i, 0] + above, Q, VECTOR)
        b = measured.structure(edges[i, 1] + above, Q, VECTOR)
        # The same photoelectron energies: the same numbers, but for the rounding of T.
        np.testing.assert_allclose(b.charge[i], a.charge[i], rtol=1e-7)
        np.testing.assert_allclose(b.current[i], a.current[i], rtol=1e-7)


@pytest.mark.slow
def test_measured_thresholds_shift_lines_with_their_shell() -> None:
    calculated, measured = central_field("Ge"), CentralField(Atom("Ge", binding="measured"))
    i = index(calculated, "1s1/2")
    shift = measured.shells[i].binding_energy - calculated.shells[i].binding_energy
    assert abs(shift) > 10 * eV
    moved = {
        b.label: b.binding_energy - a.binding_energy for a, b in zip(calculated.shells, measured.shells, strict=True)
    }
    before, after = calculated.lines(), measured.lines()
    assert np.all(after.transfer > 0)
    assert np.all(np.diff(after.transfer) >= 0)

    def of_shell(found: Lines) -> dict[str, tuple[float, np.ndarray]]:
        return {found.final[j]: (found.transfer[j], found.charge[j]) for j in range(len(found)) if found.shell[j] == i}

    old, new = of_shell(before), of_shell(after)
    assert old.keys() == new.keys()
    for final, (transfer, charge) in new.items():
        # A level that is a shell of the atom moves too.
        assert transfer == pytest.approx(old[final][0] + shift - moved.get(final, 0.0), rel=1e-12)
        np.testing.assert_array_equal(charge, old[final][1])


@pytest.mark.slow
def test_exchange_potentials_differ_by_a_finite_and_moderate_amount() -> None:
    own, kohn_sham = central_field("Ar"), CentralField(Atom("Ar", exchange=KohnSham()))
    T = np.array([0.1, 1.0, 10.0]) * keV
    pair = [cross_section(MagneticMoment(1e-11), model, 1.0, T) for model in (own, kohn_sham)]
    spread = pair[1] / pair[0] - 1
    # Thresholds move by a few per cent, the number of electrons not at all: largest where 2s and 2p are near.
    assert np.all(np.abs(spread) < 0.02)
    assert np.any(np.abs(spread) > 1e-5)
    dipole = [photoabsorption(model, np.array([0.05, 0.4, 5.0]) * keV) for model in (own, kohn_sham)]
    assert np.all(np.isfinite(dipole))
    assert np.all(np.abs(dipole[1] / dipole[0] - 1) < 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("energy", [0.3, 1.0, 5.0])
def test_closed_transfers_are_zero_and_smearing_beyond_the_free_endpoint_is_small(energy: float) -> None:
    model = central_field("Ge")
    end = 2 * energy**2 / (ELECTRON_MASS + 2 * energy)
    closed = cross_section(MagneticMoment(1e-11), model, energy, energy * np.array([1.0, 1.0 + 1e-12, 3.0]))
    assert not closed.any()
    near = cross_section(MagneticMoment(1e-11), model, energy, np.array([0.5 * end, end, 0.5 * (end + energy)]))
    # Moving electrons may be given more; the fewer the further, in units of the core's p/m = 0.24.
    assert np.all(near > 0)
    assert near[1] < 0.3 * near[0]
    assert near[2] < 0.05 * near[0]
