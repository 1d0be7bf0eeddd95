"""How far models of one atom differ: a band of cross sections, the theoretical uncertainty that can be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from nuatom.functions import Array
from nuatom.neutrino.coupling import Coupling
from nuatom.response.model import ResponseModel
from nuatom.scattering import cross_section
from nuatom.units import keV

if TYPE_CHECKING:
    from nuatom.atom.field import Atom

_HIGHEST = 3 * keV


@dataclass(frozen=True)
class BandResult:
    """dσ/dT of several models, and what they span; all of shape energy.shape + transfer.shape [area/energy].

    Attributes:
        lower: the least of all models.
        upper: the greatest of all models.
        central: that of the first model.
        by_model: that of each model, by name.
    """

    lower: Array
    upper: Array
    central: Array
    by_model: Mapping[str, Array]


@dataclass(frozen=True)
class Band:
    """Several response models of one atom, to see how far their answers differ.

    The band runs from the least to the greatest dσ/dT of all models.  It shows where the answer depends on the
    approximations one could reasonably have made: the exchange of the ground state, whether electrons screen
    one another, and how exchange enters that.  It is a spread of models and no confidence interval: it has no
    probability, models that share an approximation share its error, and where all of them agree (above a few keV, a
    percent) it says that they agree, not that they are right.  Between the thresholds that two models give a shell, it
    is as wide as the contribution of that shell.

    Args:
        models: response models by name, one at least; the first is the central one.

    Raises:
        ValueError: for no models, or something that is none.
    """

    models: Mapping[str, ResponseModel]

    def __post_init__(self) -> None:
        if not self.models:
            raise ValueError('a band needs response models: pass {"name": model, …}, or write Band.of(Atom("Xe"))')
        for name, model in self.models.items():
            if isinstance(model, type) or not hasattr(model, "measure"):
                raise ValueError(f"a band is of response models such as Screened(atom), not {name!r}: {model!r}")
        # A copy that cannot be changed behind the back of the frozen band.
        object.__setattr__(self, "models", MappingProxyType(dict(self.models)))

    @classmethod
    def of(
        cls,
        atom: Atom,
        *,
        width: float = 5e-3,
        highest: float = _HIGHEST,
        multipoles: int = 8,
        tolerance: float = 5e-3,
        independent: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Band:
        """The band of an atom; its nucleus, charge and choice of thresholds are kept, its exchange is varied.

        The models, each of which somebody has reason to take, are

        - screened, KLI: `Screened` with `LocalExchange`, in the field of exact exchange.  It is the central one, the
          nearest to measured photoabsorption;
        - screened, Slater: the same in the field with Slater's exchange, consistent in field and kernel;
        - screened, Kohn–Sham: the same with two thirds of that exchange, which the homogeneous electron gas asks for;
        - screened, averaged exchange: `AveragedExchange`, free of self-interaction, in the Slater field;
        - independent electrons, Slater and Kohn–Sham: `CentralField`, which most of the literature uses.

        So what the band is wide with says what it comes from: fields that differ, kernels that differ, or screening as
        such.  In the giant resonances, such as 4d of xenon around 100 eV, independent electrons are known to be wrong
        by up to ten times and make the band as wide; without them it is the spread of what is still in doubt.  Where
        the band ignores screening beyond `highest`, the two independent ones remain.

        Args:
            atom: the atom.
            width: of lines in the continuum, of `Screened`.
            highest: the largest T with screening, of `Screened` [energy].
            multipoles: the highest J that is screened, of `Screened`.
            tolerance: of all models.
            independent: whether independent electrons are among them.
            progress: called with (done, total) while a table is computed; there is one for each model.

        Raises:
            ValueError: for an argument that `Screened` refuses.
        """
        from nuatom.atom.exchange import KohnSham, KriegerLiIafrate, Slater
        from nuatom.atom.field import Atom
        from nuatom.response.central_field import CentralField
        from nuatom.response.screened import Screened
        from nuatom.response.screening.interaction import AveragedExchange, LocalExchange

        if not isinstance(atom, Atom):
            raise ValueError(f'a band is of an Atom, not {atom!r}: write Band.of(Atom("Xe"))')
        kli, slater, kohn_sham = (
            Atom(atom.symbol, exchange, atom.nucleus, atom.binding, atom.charge)
            for exchange in (KriegerLiIafrate(), Slater(), KohnSham())
        )

        def screened(own: Atom, interaction: LocalExchange | AveragedExchange) -> Screened:
            return Screened(own, interaction, width, highest, multipoles, tolerance, progress)

        models: dict[str, ResponseModel] = {
            "screened, kli": screened(kli, LocalExchange()),
            "screened, slater": screened(slater, LocalExchange()),
            "screened, kohn-sham": screened(kohn_sham, LocalExchange()),
            "screened, averaged exchange": screened(slater, AveragedExchange()),
        }
        if independent:
            models["independent, slater"] = CentralField(slater, tolerance, progress)
            models["independent, kohn-sham"] = CentralField(kohn_sham, tolerance, progress)
        return cls(models)

    def cross_section(self, coupling: Coupling, energy: ArrayLike, transfer: ArrayLike) -> BandResult:
        """dσ/dT of every model, and the least and the greatest, continuum only.

        Args:
            coupling: what the neutrino couples with.
            energy: E > 0, any shape [energy].
            transfer: T ≥ 0, any shape [energy].

        Raises:
            ValueError: for values that are not finite or out of range, or a coupling that a model cannot answer.
        """
        by_model = {name: cross_section(coupling, model, energy, transfer) for name, model in self.models.items()}
        values = np.stack(list(by_model.values()))
        central = next(iter(by_model.values()))
        return BandResult(values.min(axis=0), values.max(axis=0), central, MappingProxyType(by_model))
