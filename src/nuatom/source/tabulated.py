"""A source from a file with units in its header.

    # comments are allowed
    energy[MeV],nue[1/(cm2 s MeV)],antinumu[1/(cm2 s MeV)]
    0.1,2.0e6,0
    0.2,3.5e6,1.0e5

The energy is in one column, each other one has dφ/dE of a flavour at the detector, linear between the rows and nothing
outside them.  A histogram has the edges of its bins in the place of the energy, and the same dφ/dE all over a bin:

    low[MeV],high[MeV],antinue[1/(cm2 s MeV)]
    0.0,0.5,3.1e11
    0.5,1.0,2.4e11

What is not a flux yet becomes one by a number beside the file: a spectrum [1/MeV] by the total flux, or by power and
distance of a reactor if it is per fission; a fluence [1/(cm2 MeV)] by the time in which it arrives.  What is given in
bins without "per energy" ([1/cm2]) is divided by their width.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from math import pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nuatom.columns import ENERGY, HEADER, Layout, Quantity, Sheet, bins
from nuatom.columns import unit as unit_of
from nuatom.neutrino.flavour import Flavour
from nuatom.source.model import Array, Component, Continuous, Emitter, Shape, Tabulated, pure, require_positive
from nuatom.units import MeV

_FLAVOURS = {"nue": Flavour.E, "numu": Flavour.MU, "nutau": Flavour.TAU}
_COLUMNS = {name: (flavour, False) for name, flavour in _FLAVOURS.items()} | {
    f"anti{name}": (flavour, True) for name, flavour in _FLAVOURS.items()
}
_ENERGIES = ("energy", "low", "high")
_ENERGY_NAMES = ("e", "enu", "e_nu", "neutrino energy")
_OTHERS = (Flavour.MU, Flavour.TAU)
_ORDER = 4  # Gauss points of a bin of a histogram
_DENSITY = Quantity((-1, 0, -1, -2), "1/(cm2 s MeV)")
_SPECTRUM, _FLUENCE = Quantity((-1, 0, 0, 0), "1/MeV"), Quantity((-1, 0, 0, -2), "1/(cm2 MeV)")
_BINNED_FLUX, _BINNED_FLUENCE = Quantity((0, 0, -1, -2), "1/(cm2 s)"), Quantity((0, 0, 0, -2), "1/cm2")
_FORMS = (_DENSITY, _SPECTRUM, _FLUENCE, _BINNED_FLUX, _BINNED_FLUENCE)
_PER_FISSION = 205.0 * MeV  # of a core in the middle of its cycle


def _alias(name: str) -> tuple[str, tuple[Flavour, ...], bool] | None:
    """Which flavours a column has: nu_e, NuE, nuebar, aNuMu, nux, …; None for another column."""
    plain = name.lower().replace("_", "").replace(" ", "").replace("-", "")
    anti = plain.endswith("bar") or plain.startswith(("anti", "a"))
    core = plain.removesuffix("bar")
    core = core.removeprefix("anti") if core.startswith("anti") else core.removeprefix("a")
    if core in _FLAVOURS:
        return f"{'anti' if anti else ''}{core}", (_FLAVOURS[core],), anti
    if core == "nux":
        return f"{'anti' if anti else ''}nux", _OTHERS, anti
    return None


@dataclass(frozen=True, init=False)
class TabulatedFlux(Emitter):
    """A source from a file: the format of this module's head.

    Columns: ``energy[unit]``, or ``low[unit]`` and ``high[unit]`` for a histogram, then any of nue, numu, nutau,
    antinue, antinumu, antinutau, also written nu_e, nuebar and the like.  ``nux`` is the flux of each of ν_μ and ν_τ,
    and of their antineutrinos too unless there is ``nuxbar``.  A column of zeros is left out.

    Args:
        path: of the file.
        uncertainty: relative, of each column.
        total: flux of all columns together, for spectra in any unit [1/(area time)].
        power: thermal power of a reactor, for spectra per fission [energy/time].
        distance: to the reactor [length].
        window: the time in which a fluence arrives; fluxes are means over it, and it is ``burst`` [time].
        layout: how the columns are to be taken, if not as the header says; ``flux`` stands for all that are fluxes.

    Raises:
        ValueError: naming file, line and column for a column or unit that is unknown or there twice, a row of another
            length, a number that cannot be read, is negative or not finite, energies that do not ascend, or bins that
            do not join; for a number beside the file that is missing or of no use; or a file that cannot be read.
    """

    name: str
    components: tuple[Component, ...]
    burst: float | None

    def __init__(
        self,
        path: str | Path,
        uncertainty: float = 0.0,
        *,
        total: float | None = None,
        power: float | None = None,
        distance: float | None = None,
        window: float | None = None,
        layout: Layout = HEADER,
    ) -> None:
        sheet = _with_energy(Sheet.read(path, layout))
        columns = _fluxes(sheet)
        binned = sheet.has("low") or sheet.has("high")
        if len(sheet.rows) < 2 and not binned:
            raise ValueError(f"{path}: a flux needs two rows at least, got {len(sheet.rows)}")
        energy, rows = bins(sheet) if binned else _points(sheet)
        found, several = {}, set()
        for name in columns:
            density, form = _density(sheet, name)
            found[name] = density[rows] if form in _FORMS[:3] else density[rows] / _widths(sheet, energy, binned)
            several.add(form)
        if len(several) > 1:
            raise ValueError(f"{path}: columns of different kinds, {' and '.join(one.example for one in several)}")
        form = several.pop()
        scale = _scale(path, form, found, energy, binned, total, power, distance, window)
        made = []
        for name, (flavours, antineutrino) in columns.items():
            density = scale * found[name]
            if not density.any():
                continue
            shape, flux = _histogram(energy, density) if binned else _table(energy, density)
            for flavour in flavours:
                own = name if len(flavours) == 1 else f"{'anti' if antineutrino else ''}nu{flavour.name.lower()}"
                made.append(Component(own, flux, shape, pure(flavour), antineutrino, uncertainty))
                if name == "nux" and "antinux" not in columns:
                    made.append(Component(f"anti{own}", flux, shape, pure(flavour), True, uncertainty))
        if not made:
            raise ValueError(f"{path}: every flux in it is zero")
        object.__setattr__(self, "name", Path(path).stem)
        object.__setattr__(self, "components", tuple(made))
        object.__setattr__(self, "burst", window if form in (_FLUENCE, _BINNED_FLUENCE) else None)


def _with_energy(sheet: Sheet) -> Sheet:
    """The same with a column "E" for the energy, where no other is."""
    called = [title.text for title in sheet.titles if title.name in _ENERGY_NAMES]
    if len(called) != 1 or sheet.has("energy") or sheet.has("low"):
        return sheet
    layout = sheet.layout
    return replace(sheet, layout=replace(layout, columns={**layout.columns, "energy": called[0]}))


def _fluxes(sheet: Sheet) -> dict[str, tuple[tuple[Flavour, ...], bool]]:
    """The columns with fluxes, by the name that they have here, with their flavours and whether they are anti."""
    layout, where = sheet.layout, f"{sheet.path}, line {sheet.header}"
    if not (sheet.has("energy") or sheet.has("low")):
        first = sheet.names[0] if sheet.names else "no names"
        raise ValueError(
            f"{where}: the first column must be energy, or the first two low and high, got {first!r}; or say which it "
            "is with columns = { energy = 1 }"
        )
    taken = [place for name, place in layout.columns.items() if name in _ENERGIES]
    found: dict[str, tuple[tuple[Flavour, ...], bool]] = {}
    for name in layout.columns:
        if name in _ENERGIES:
            continue
        known = _alias(name)
        if known is None or known[0] != name:
            raise ValueError(
                f"columns.{name}: unknown; expected energy, low, high, or one of {', '.join(_COLUMNS)}, nux, antinux"
            )
        found[name] = known[1:]
    for position, title in enumerate(sheet.titles if not found else (), start=1):
        is_energy = title.name in _ENERGIES or title.name.endswith((" low", " high")) or position in taken
        if is_energy or any(isinstance(place, str) and title.is_called(place) for place in taken):
            continue
        known = _alias(title.name)
        if known is None:
            raise ValueError(f"{where}: unknown column {title.name!r}: expected one of {', '.join(_COLUMNS)}")
        if known[0] in found:
            raise ValueError(f"{where}: 2 columns {known[0]!r}: expected one of each")
        found[known[0]] = known[1:]
    layout.check((*_ENERGIES, "flux", *found))
    if not found:
        raise ValueError(f"{where}: no flux beside the energy: expected one of {', '.join(_COLUMNS)}")
    return found


def _density(sheet: Sheet, name: str) -> tuple[Array, Quantity]:
    """The numbers of a column of fluxes, in whatever they are given."""
    layout = sheet.layout
    place = layout.columns.get(name)
    if place is None:
        same = [i for i, title in enumerate(sheet.titles, start=1) if (_alias(title.name) or ("",))[0] == name]
        place = same[0]
    unit, factor = (values.get(name, values.get("flux")) for values in (layout.units, layout.factors))
    units = {} if unit is None else {name: str(unit)}
    factors = {} if factor is None else {name: float(factor)}
    one = replace(sheet, layout=Layout({name: place}, units, factors))
    text, form = one.unit(name), _DENSITY
    if text is not None:
        with suppress(ValueError):  # told where the column is read
            powers = unit_of(text)[1]
            form = next((known for known in _FORMS if known.powers == powers), _DENSITY)
    return one.column(name, form, least=0.0), form


def _scale(
    path: str | Path,
    form: Quantity,
    found: dict[str, Array],
    energy: Array,
    binned: bool,
    total: float | None,
    power: float | None,
    distance: float | None,
    window: float | None,
) -> float:
    """What a density is multiplied with to be that of a flux."""
    if form in (_SPECTRUM, _DENSITY, _BINNED_FLUX) and total is not None:
        if power is not None or distance is not None or window is not None:
            raise ValueError(f"{path}: with a total there is no power, distance or window")
        require_positive("the total flux of a file", total)
        both = sum(found.values(), np.zeros_like(next(iter(found.values()))))
        whole = np.sum(both * np.diff(energy)) if binned else np.trapezoid(both, energy)
        if not whole > 0:
            raise ValueError(f"{path}: every flux in it is zero")
        return float(total / whole)
    if form == _SPECTRUM:
        if power is None or distance is None or window is not None:
            raise ValueError(
                f"{path}: a spectrum in 1/MeV needs the total flux, total, or power and distance of a reactor if it is "
                "per fission"
            )
        require_positive("the power of a reactor", power)
        require_positive("the distance to a reactor", distance)
        return float(power / _PER_FISSION / (4 * pi * distance**2))
    if form in (_FLUENCE, _BINNED_FLUENCE):
        if window is None or total is not None or power is not None or distance is not None:
            raise ValueError(f"{path}: a fluence needs the time in which it arrives, window, and nothing else")
        require_positive("the window of a fluence", window)
        return 1.0 / window
    if power is not None or distance is not None or window is not None:
        raise ValueError(f"{path}: a flux has no power, distance or window: leave them out")
    return 1.0


def _points(sheet: Sheet) -> tuple[Array, NDArray[np.intp]]:
    """Energies that ascend, and the rows in that order."""
    energy = sheet.column("energy", ENERGY, least=0.0)
    rows = np.arange(len(energy))
    if len(energy) > 1 and energy[0] > energy[-1]:
        energy, rows = energy[::-1], rows[::-1]
    wrong = np.flatnonzero(np.diff(energy) <= 0)
    if wrong.size:
        raise ValueError(f"{sheet.where(int(wrong[0]) + 1, 'energy')}: energies must ascend from row to row")
    return energy, rows


def _widths(sheet: Sheet, energy: Array, binned: bool) -> Array:
    """The widths of the bins that numbers per bin are of; of centres the distance between them."""
    if binned:
        return np.diff(energy)
    steps = np.diff(energy)
    if not np.allclose(steps, steps[0], rtol=1e-3, atol=0.0):
        raise ValueError(
            f"{sheet.path}: numbers per bin need bins: the energies are not evenly spaced, give low and high"
        )
    return np.full(energy.size, steps.mean())


def _table(energy: Array, density: Array) -> tuple[Shape, float]:
    shape = Tabulated(energy, density)
    return shape, shape.total


def _histogram(edges: Array, density: Array) -> tuple[Shape, float]:
    """The same density all over each bin: a function that is smooth between the edges."""
    total = float(np.sum(density * np.diff(edges)))

    def height(energy: Array) -> Array:
        place = np.searchsorted(edges, energy, side="right") - 1
        return np.asarray(density[np.clip(place, 0, density.size - 1)])

    some = np.flatnonzero(density)
    own = edges[some[0] : some[-1] + 2]  # nothing is asked for where there is nothing
    return Continuous.normalised(height, tuple(own.tolist()), _ORDER), total
