"""What files say of the events in them, and what a rate is set from."""

from __future__ import annotations

from nuatom import __version__
from nuatom.source import Source, burst_of
from nuatom.store import fingerprint
from nuatom.targets import Target
from nuatom.units import barn, cm2, day, kg, s


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

    Of what comes once there are the events of the whole burst in the place of a rate, and a fluence in that of a flux:
    both are the same whatever window the burst is looked at in.

    Args:
        source, coupling, target: as for a rate.
        flux: of all components [1/(area time)].
        rate: of all events [1/(mass time)]; of a burst both are means over its window.
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
        **_how_many(rate, flux, burst_of(source)),
        "flux_averaged_cross_section_pb": rate / target.units_per_mass / flux / (1e-12 * barn),
    }


def _how_many(rate: float, flux: float, burst: float | None) -> dict[str, float]:
    if burst is None:
        return {"total_rate_per_kg_day": rate * kg * day, "flux_per_cm2_s": flux * cm2 * s}
    return {
        "total_events_per_kg_burst": rate * burst * kg,
        "fluence_per_cm2": flux * burst * cm2,
        "burst_s": burst / s,
    }
