"""What was computed, in words: the summary on the screen and the attributes of files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

    from nuatom.atom.field import Atom
    from nuatom.choices import FieldWords
    from nuatom.targets import Target

About = dict[str, str | int | float]


def command(context: typer.Context) -> str:
    """The command line as it was typed."""
    return str(context.find_root().obj or "nuatom")


def atom_in_words(atom: Atom, words: FieldWords) -> About:
    """The atom, its thresholds, and where they come from."""
    from nuatom.quantities import format_energy

    known = atom.element
    thresholds = ", ".join(f"{s.label} {format_energy(s.binding_energy, 5)}" for s in atom.shells)
    return {
        "atom": f"{known.symbol} ({known.name}, Z = {known.Z}), {known.notation}",
        "field": f"{words.exchange} exchange, {words.nucleus} nucleus",
        "thresholds": thresholds,
        "edges": edges_in_words(atom),
    }


def isotopes_in_words(word: str) -> About:
    """What a target of chosen isotopes has to do with the atom that is computed; nothing for an element as it is."""
    from nuatom.targets import single

    part = single(word)
    return {"target": f"{part.label}, with the electrons of the atom {part.symbol}"} if part.mixture else {}


def mass_fractions_in_words(target: str | Target) -> str:
    """The shares of the mass: "Cs 0.5115, I 0.4885"."""
    from nuatom.targets import target as read

    return ", ".join(f"{name} {share:.5g}" for name, share in read(target).mass_fractions.items())


def edges_in_words(atom: Atom) -> str:
    """Where the thresholds come from: "calculated", or how many were measured on what."""
    origins = Counter(atom.edge_origins.values())
    if set(origins) == {"calculated"}:
        return "calculated (energies of the orbitals)"
    parts = [
        f"{count} calculated" if origin == "calculated" else f"{count} measured ({origin})"
        for origin, count in origins.most_common()
    ]
    return ", ".join(parts)
