"""What a sum over multipoles that stops keeps of xenon's ridge: another program's cut sums, and published curves."""

import numpy as np
import pytest

import cut_sums
from central_fields import central_field
from nuatom.response.partial_waves import PartialWaves
from nuatom.units import keV

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def waves() -> PartialWaves:
    atom = central_field("Xe").atom
    return PartialWaves(atom.solution, atom.calculated_shells)


@pytest.mark.parametrize(("transfer", "expected"), [(3.0, 22.13), (9.7, 21.16)])
def test_six_multipoles_are_those_of_a_hartree_fock_code(waves: PartialWaves, transfer: float, expected: float) -> None:
    # A. R. Caddell, V. V. Flambaum and B. M. Roberts, Phys. Rev. D 108 (2023) 083030, integrated over Q: exchange there
    # is non-local, which in a local field is 1 %.
    assert cut_sums.cut_integral(waves, transfer * keV, 6, 96) == pytest.approx(expected, rel=0.015)


def test_a_cut_sum_falls_as_the_published_curve(waves: PartialWaves) -> None:
    # arXiv:1610.04177, read off to about 1 %; from 3 keV on one number, J = 26, is enough for 2.5 % rms.
    used = [k for k, T in enumerate(cut_sums.TRANSFERS) if T in (3.0, 10.0, 28.0)]
    model, found = central_field("Xe"), []
    for k in used:
        T = cut_sums.TRANSFERS[k] * keV
        found.append(cut_sums.cut_integral(waves, T, 26) / cut_sums.whole_integral(model, T))
    expected = [cut_sums.PUBLISHED[k] for k in used]
    np.testing.assert_allclose(found, expected, rtol=0.05)
    assert found[0] > found[1] > found[2]


def test_the_whole_sum_is_that_of_electrons_on_the_ridge() -> None:
    # ½∫S dQ² = m per electron that is open; of 52 at 20 keV, moving ones have 2E + T − … and so up to 3 % more.
    whole = cut_sums.whole_integral(central_field("Xe"), 20 * keV)
    assert whole == pytest.approx(52 * 1.02, rel=0.015)
