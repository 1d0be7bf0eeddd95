"""``nuatom probe``: photons, electrons, protons and dark matter on the same electrons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuatom import choices
from nuatom.cli import options, screen
from nuatom.cli.describe import About, atom_in_words, command, isotopes_in_words
from nuatom.cli.groups import OnceCommand, completion, expanded
from nuatom.cli.screen import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nuatom.atom.field import Atom
    from nuatom.functions import Array
    from nuatom.probe import Probe
    from nuatom.response.model import ResponseModel

_PROBE = "Probe"
_BARE = ("free", "stepping")
"""Models without an S of finite T at small Q."""
_KINDS = {"heavy": "F = 1", "light": "F = (αm/Q)²"}

Energy = Annotated[
    str, typer.Option(metavar="ENERGY", help="Energy of a photon, kinetic energy of others.", rich_help_panel=_PROBE)
]
Transfer = Annotated[
    str,
    typer.Option(
        metavar="RANGE",
        help="Energy transfers: start:stop:count, a list with commas, or one.",
        rich_help_panel=_PROBE,
    ),
]
Stopping = Annotated[
    bool,
    typer.Option("--stopping", help="Show the stopping power and the mean excitation energy.", rich_help_panel=_PROBE),
]


def photon(
    context: typer.Context,
    atom: options.Symbol,
    energy: Energy,
    transfer: Transfer,
    angle: Annotated[
        float | None,
        typer.Option(metavar="DEGREES", help="Of scattering: d²σ/dΩdT, not dσ/dT.", rich_help_panel=_PROBE),
    ] = None,
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Compton scattering of a photon by the atom's electrons.

    The A² term, joined to Klein and Nishina's formula for free electrons. It is dσ/dT of the energy T that stays in the
    atom, in cm²/keV, or with --angle d²σ/dΩdT in cm²/keV/sr.

    For example:

    nuatom probe photon Xe --energy 60keV --transfer 0.1:11keV:60

    nuatom probe photon Ge --energy 60keV --angle 150 --transfer 5:15keV:60:lin -o ge.csv
    """
    from math import radians

    from nuatom.observables.compton import compton_spectrum
    from nuatom.probe import Photon
    from nuatom.quantities import parse_quantity, parse_range

    if angle is not None and not 0 < angle <= 180:
        raise ValueError(f"--angle must be above 0 and at most 180 degrees, got {angle:g}")
    asked = _Asked(context, atom, model, own, (exchange, nucleus, binding), tolerance, unit, output)
    if angle is None:
        asked.cross_section(Photon(), "photon", energy, transfer, stopping=False)
        return
    if model in _BARE:
        raise ValueError(f"--angle needs an S with values at every T, which the model {model} has not: take impulse")
    asked.check()
    E, T = parse_quantity(energy), parse_range(transfer)
    known, response, about = asked.made()
    values = compton_spectrum(response, E, radians(angle), T)
    about |= {"probe": f"photon, scattered by {angle:g} degrees", "energy": energy}
    columns = {"d2sigma_dOmega_dT": ("d²σ/dΩdT\ncm²/keV/sr", "cm2/keV/sr", values / _per_energy())}
    asked.show(about, T, columns, f"{known.symbol}, photon")


def electron(
    context: typer.Context,
    atom: options.Symbol,
    energy: Energy,
    transfer: Transfer,
    stopping: Stopping = False,
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Energy loss of an electron, in first Born approximation.

    Longitudinal and transverse, with exchange as between free electrons. dσ/dT is in cm²/keV per atom. Above half of
    the energy the other electron is the slower one: count transfers up to there.

    For example:

    nuatom probe electron Ar --energy 100keV --transfer 0.02:50keV:40

    nuatom probe electron Ne --energy 1MeV --transfer 1keV --stopping
    """
    from nuatom.probe import ChargedParticle

    asked = _Asked(context, atom, model, own, (exchange, nucleus, binding), tolerance, unit, output)
    asked.cross_section(ChargedParticle.electron(), "electron", energy, transfer, stopping=stopping)


def proton(
    context: typer.Context,
    atom: options.Symbol,
    energy: Energy,
    transfer: Transfer,
    stopping: Stopping = False,
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    unit: options.Unit = "keV",
    output: options.Files = None,
) -> None:
    """Energy loss of a proton to electrons, in first Born approximation.

    Longitudinal and transverse. dσ/dT is in cm²/keV per atom.

    For example:

    nuatom probe proton Ar --energy 10MeV --transfer 0.02:20keV:40

    nuatom probe proton Xe --energy 1MeV --transfer 1keV --stopping
    """
    from nuatom.probe import ChargedParticle

    asked = _Asked(context, atom, model, own, (exchange, nucleus, binding), tolerance, unit, output)
    asked.cross_section(ChargedParticle.proton(), "proton", energy, transfer, stopping=stopping)


def dark_matter(
    context: typer.Context,
    atom: options.Symbol,
    mass: Annotated[str, typer.Option(metavar="MASS", help="Mass, such as 100MeV.", rich_help_panel=_PROBE)],
    transfer: Transfer,
    mediator: Annotated[
        str,
        typer.Option(
            metavar="|".join(_KINDS),
            autocompletion=completion(_KINDS),
            help="Of the interaction: " + "; ".join(f"{word}: {what}" for word, what in _KINDS.items()) + ".",
            rich_help_panel=_PROBE,
        ),
    ] = "heavy",
    reference: Annotated[
        str,
        typer.Option(metavar="AREA", help="Cross section on a free electron at Q = αm.", rich_help_panel=_PROBE),
    ] = "1e-40cm2",
    model: options.Model = "recommended",
    own: options.OwnOptions = options.NOTHING,
    exchange: options.ExchangeName = "kli",
    nucleus: options.NucleusName = "point",
    binding: options.BindingName = "calculated",
    tolerance: options.Tolerance = 0.005,
    unit: options.Unit = "eV",
    output: options.Files = None,
) -> None:
    """Events of dark matter of the standard halo among the electrons, per kg, day and keV.

    T is what the atom absorbs: the photoelectron's energy and its binding. Continuum only.

    For example:

    nuatom probe dark-matter Xe --mass 100MeV --transfer 15eV:500eV:40

    nuatom probe dark-matter Xe --mass 1GeV --mediator light --reference 1e-38cm2 --transfer 20eV -o xe.json
    """
    from nuatom.observables.dark_matter import dark_matter_rate
    from nuatom.probe import DarkMatter
    from nuatom.quantities import AREA, parse_quantity, parse_range
    from nuatom.units import day, keV, kg

    asked = _Asked(context, atom, model, own, (exchange, nucleus, binding), tolerance, unit, output)
    asked.check()
    choices.choose("mediator", mediator, _KINDS)
    particle = DarkMatter(parse_quantity(mass), mediator, parse_quantity(reference, AREA))
    T = parse_range(transfer)
    known, response, about = asked.made()
    values = dark_matter_rate(particle, response, T) * (kg * day * keV)
    about |= {
        "probe": f"dark matter of {mass}, {mediator} mediator, {reference} on a free electron",
        "halo": "0.3 GeV/cm³, 238, 544 and 254 km/s",
    }
    columns = {"rate": ("events\n1/kg/day/keV", "1/kg/day/keV", values)}
    asked.show(about, T, columns, f"{known.symbol}, dark matter")


def app() -> typer.Typer:
    """The commands of other probes."""
    made = typer.Typer(
        rich_markup_mode="rich",
        help="Photons, electrons, protons and dark matter on the electrons that neutrinos hit.\n\nThe same structure "
        "functions with other weights: what proves them. Each command has its help.\n\nFor example:\n\n"
        "nuatom probe photon Xe --energy 60keV --transfer 0.1:11keV:60\n\n"
        "nuatom probe dark-matter Xe --mass 100MeV --transfer 15eV:500eV:40",
    )
    named = (("photon", photon), ("electron", electron), ("proton", proton), ("dark-matter", dark_matter))
    for name, one in named:
        made.command(name, cls=OnceCommand, help=options.teaching(one))(expanded(one))
    return made


class _Asked:
    """What the commands share: the atom, the model, and how answers are shown."""

    def __init__(
        self,
        context: typer.Context,
        atom: str,
        model: str,
        own: Mapping[str, object],
        field: tuple[str, str, str],
        tolerance: float,
        unit: str,
        output: list[Path] | None,
    ) -> None:
        self.context, self.atom, self.tolerance = context, atom, tolerance
        self.chosen = options.choose_model(model, choices.MODELS, own)
        self.words = options.field_of(context, self.chosen.word, *field)
        self.unit = choices.choose("unit", unit, options.UNITS)
        self.paths = output or []

    def check(self) -> None:
        """Find out, before anything is computed, whether the files can be written."""
        from nuatom import output as files

        files.check(self.paths, files.DATA)

    def made(self) -> tuple[Atom, ResponseModel, About]:
        """The atom, the model with its table, and both in words."""
        known = options.make_atom(self.atom, *self.words)
        response = options.make_model(self.chosen, known, self.tolerance)
        about: About = {
            "command": command(self.context),
            **isotopes_in_words(self.atom),
            **atom_in_words(known, self.words),
            "model": self.chosen.in_words(self.tolerance),
        }
        return known, response, about

    def cross_section(self, probe: Probe, name: str, energy: str, transfer: str, *, stopping: bool) -> None:
        """dσ/dT of a probe, free electrons beside it, and the stopping power if that is asked for."""
        from nuatom.probe import ChargedParticle
        from nuatom.quantities import format_energy, parse_quantity, parse_range
        from nuatom.response.free import FreeElectrons
        from nuatom.scattering import cross_section

        self.check()
        if stopping and self.chosen.word in _BARE:
            raise ValueError(f"--stopping needs bound electrons, which the model {self.chosen.word} has not")
        E, T = parse_quantity(energy), parse_range(transfer)
        known, response, about = self.made()
        bound, free = (cross_section(probe, one, E, T) / _per_energy() for one in (response, FreeElectrons(known)))
        about |= {"probe": name, "energy": format_energy(E)}
        if stopping and isinstance(probe, ChargedParticle):
            about |= _stopping_in_words(probe, response, known, E)
        columns = {
            "dsigma_dT": ("dσ/dT\ncm²/keV", "cm2/keV", bound),
            "free": ("free electrons\ncm²/keV", "cm2/keV", free),
        }
        self.show(about, T, columns, f"{known.symbol}, {name}")

    def show(self, about: About, transfer: Array, columns: Mapping[str, tuple[str, str, Array]], text: str) -> None:
        """A table on the screen, and in files."""
        from nuatom import output as files
        from nuatom import units
        from nuatom.store import Table, Variable
        from nuatom.units import keV

        scale = float(getattr(units, self.unit))
        shown = [Column(f"T\n{self.unit}", f"T[{self.unit}]", (transfer / scale).tolist(), ".6g")]
        shown += [Column(title, f"{name}[{per}]", values.tolist()) for name, (title, per, values) in columns.items()]
        screen.show(about, shown)
        variables = {"transfer": Variable(("transfer",), transfer / keV, "keV", "energy transfer T")}
        for name, (_, per, values) in columns.items():
            variables[name] = Variable(("transfer",), values, per, f"{name}, {text}")
        files.save(files.Results(Table(variables, about)), self.paths)
        screen.written(self.paths)


def _stopping_in_words(probe: object, response: ResponseModel, known: Atom, energy: float) -> About:
    """Stopping power and mean excitation energy."""
    from hepunits.constants import Avogadro

    from nuatom.observables.stopping import mean_excitation_energy, stopping_power
    from nuatom.probe import ChargedParticle
    from nuatom.units import MeV, cm2, eV

    assert isinstance(probe, ChargedParticle)
    lost = stopping_power(probe, response, energy) * float(Avogadro) / known.element.atomic_weight
    return {
        "stopping_power": f"{lost / (MeV * cm2):.5g} MeV cm²/g",
        "mean_excitation_energy": f"{mean_excitation_energy(response) / eV:.5g} eV",
    }


def _per_energy() -> float:
    from nuatom.units import cm2, keV

    return float(cm2 / keV)
