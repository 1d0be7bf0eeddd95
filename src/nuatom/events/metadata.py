"""What files say of the events in them, and what a rate is set from."""

from __future__ import annotations

from nuatom import __version__
from nuatom.source import Source
from nuatom.store import fingerprint
from nuatom.targets import Target
from nuatom.units import barn, cm2, day, kg, ns


def metadata(
    *,
    source: Source,
    coupling: object,
    target: Target,
    flux: float,
    rate: float,
    limits: tuple[float, float],
    bias: str | None,
    model: str,
    **others: str | int | float,
) -> dict[str, str | int | float]:
    """Words and numbers in the units of their names.

    Args:
        source, coupling, target: as for a rate.
        flux: of all components [1/(area time)].
        rate: of all events [1/(mass time)].
        limits: least and largest T [energy].
        bias: of T.
        model: of what was hit.
        others: anything else.
    """
    return {
        "generator": "nuatom",
        "version": __version__,
        "tables": fingerprint()[:16],
        "source": source.name,
        "coupling": repr(coupling),
        "target": target.formula,
        "model": model,
        "lowest_transfer_keV": limits[0] * 1e3,
        "highest_transfer_keV": limits[1] * 1e3,
        **others,
        "bias": bias or "none",
        "total_rate_per_kg_day": rate * kg * day,
        "flux_per_cm2_s": flux * cm2 * 1e9 * ns,
        "flux_averaged_cross_section_pb": rate / target.units_per_mass / flux / (1e-12 * barn),
    }
