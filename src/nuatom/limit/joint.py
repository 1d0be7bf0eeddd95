"""Several experiments in one model: their bins side by side, the parameters and some nuisances in common.

The likelihood of the joint model is the product of the single ones, with the constraint of a shared nuisance once:

    D(x, a, b_1, b_2, …) = Σ_e D_e(x, a, b_e) − (n_a − 1) (a − a₀)²

with x the parameters, a what n_a experiments share and b_e what is an experiment's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from nuatom.limit.model import Model
from nuatom.limit.nuisance import Factor, Free, Gaussian, LogNormal, Morphing
from nuatom.limit.polynomial import Array, Signal

_SEPARATOR = ": "


def joint_model(models: Mapping[str, Model], shared: Collection[str] = ()) -> Model:
    """One model of several, each by its name.

    Components, backgrounds and nuisances have the name of their experiment in front, "LZ: flat", but for nuisances
    that are shared.

    Args:
        models: those of the experiments, in the same parameters.
        shared: names of nuisances that are the same one wherever they are; an experiment need not have them.

    Raises:
        ValueError: for less than one model, different parameters or bounds, a shared nuisance that has another size in
            another experiment, or errors by bin that would have to be shared.
    """
    if not models:
        raise ValueError("a joint model needs one experiment at least")
    first = next(iter(models.values()))
    for name, model in models.items():
        if model.signal.parameters != first.signal.parameters:
            raise ValueError(
                f"{name!r} is fitted with {', '.join(model.signal.parameters)}, and the first with "
                f"{', '.join(first.signal.parameters)}: a joint fit has the same parameters everywhere"
            )
        if set(model.measured) != set(first.measured):
            raise ValueError(f"{name!r} measures {model.measured}, and the first {first.measured}: expected the same")
        if dict(model.bounds) != dict(first.bounds):
            raise ValueError(f"{name!r} has other bounds of its parameters than the first experiment")
    places = _places(models)
    backgrounds = {
        f"{name}{_SEPARATOR}{own}": _placed(np.asarray(counts, dtype=float), places[name])
        for name, model in models.items()
        for own, counts in model.backgrounds.items()
    }
    signal = _signal({name: model.signal for name, model in models.items()}, places)
    return Model(
        signal,
        backgrounds,
        _factors(models, shared, places),
        _bands(models, shared, places),
        first.bounds,
        first.measured,
        _correlations(models, shared),
    )


def parts(models: Mapping[str, Model]) -> dict[str, slice]:
    """The bins of each experiment in the joint model."""
    found, start = {}, 0
    for name, model in models.items():
        found[name] = slice(start, start + model.bins)
        start += model.bins
    return found


def _places(models: Mapping[str, Model]) -> dict[str, NDArray[np.bool_]]:
    total = sum(model.bins for model in models.values())
    found = {}
    for name, own in parts(models).items():
        mask = np.zeros(total, dtype=bool)
        mask[own] = True
        found[name] = mask
    return found


def _placed(counts: Array, mask: NDArray[np.bool_]) -> Array:
    """Counts in their bins, none in those of others, shape (…, bin)."""
    found = np.zeros((*counts.shape[:-1], mask.size))
    found[..., mask] = counts
    return found


def _signal(signals: Mapping[str, Signal], places: Mapping[str, NDArray[np.bool_]]) -> Signal:
    """The polynomial with the terms that any of them has."""
    components = tuple(f"{name}{_SEPARATOR}{own}" for name, one in signals.items() for own in one.components)
    rows: dict[tuple[int, ...], Array] = {}
    bins = next(iter(places.values())).size
    start = 0
    for name, one in signals.items():
        stop = start + len(one.components)
        for powers, coefficient in zip(one.exponents.tolist(), one.coefficients, strict=True):
            row = rows.setdefault(tuple(powers), np.zeros((len(components), bins)))
            row[start:stop] += _placed(coefficient, places[name])
        start = stop
    first = next(iter(signals.values()))
    exponents = np.array(list(rows), dtype=np.int64).reshape(len(rows), len(first.parameters))
    return Signal(first.parameters, components, exponents, np.array(list(rows.values())))


def _factors(
    models: Mapping[str, Model], shared: Collection[str], places: Mapping[str, NDArray[np.bool_]]
) -> tuple[Factor, ...]:
    found: dict[str, Factor] = {}
    for name, model in models.items():
        for one in model.factors:
            of = tuple(f"{name}{_SEPARATOR}{own}" for own in one.of)
            if one.name not in shared:
                whole = f"{name}{_SEPARATOR}{one.name}"
                found[whole] = _renamed(one, whole, of, places[name])
            elif one.name in found:
                other = found[one.name]
                if type(other) is not type(one) or _size(other) != _size(one):
                    raise ValueError(
                        f"the nuisance {one.name!r} of {name!r} has another size than elsewhere: do not share it"
                    )
                found[one.name] = _renamed(one, one.name, (*other.of, *of), None)
            else:
                found[one.name] = _renamed(one, one.name, of, None)
    return tuple(found.values())


def _correlations(models: Mapping[str, Model], shared: Collection[str]) -> dict[tuple[str, str], float]:
    """Those of every model, of what they share once."""
    found: dict[tuple[str, str], float] = {}
    for name, model in models.items():
        common = {*shared, *model.measured}
        for (a, b), value in model.correlations.items():
            first, second = sorted(own if own in common else f"{name}{_SEPARATOR}{own}" for own in (a, b))
            if found.setdefault((first, second), value) != value:
                raise ValueError(
                    f"{a!r} and {b!r} have another correlation in {name!r} than elsewhere: do not share them"
                )
    return found


def _size(factor: Factor) -> float:
    sigma = getattr(factor, "sigma", 0.0)
    if np.size(sigma) != 1:
        raise ValueError(f"the nuisance {factor.name!r} has an error for each bin and cannot be shared")
    return float(np.ravel(sigma)[0])


def _renamed(factor: Factor, name: str, of: tuple[str, ...], place: NDArray[np.bool_] | None) -> Factor:
    """The same nuisance with another name, of other samples; errors by bin are put where the bins are."""
    if isinstance(factor, Free):
        return Free(name, of)
    if isinstance(factor, Gaussian | LogNormal):
        sigma = np.asarray(factor.sigma, dtype=float)
        if sigma.size != 1 and place is not None:
            sigma = _placed(sigma, place)
        return type(factor)(name, of, sigma if sigma.size != 1 else float(sigma.ravel()[0]))
    raise ValueError(
        f"the nuisance {factor.name!r} is of a kind that a joint model has no rule for: {type(factor).__name__}"
    )


def _bands(
    models: Mapping[str, Model], shared: Collection[str], places: Mapping[str, NDArray[np.bool_]]
) -> tuple[Morphing, ...]:
    """Bands whose variants change the experiments that have them, and leave the others as they are."""
    groups: dict[str, dict[str, Morphing]] = {}
    for name, model in models.items():
        for band in model.bands:
            groups.setdefault(band.name if band.name in shared else f"{name}{_SEPARATOR}{band.name}", {})[name] = band
    made = []
    for whole, bands in groups.items():
        positions = {tuple(sorted(band.variants)) for band in bands.values()}
        if len(positions) > 1:
            raise ValueError(f"the band {whole!r} has variants at different positions: do not share it")
        variants = {}
        for at in positions.pop():
            signals = {
                name: bands[name].variants[at] if name in bands else model.signal for name, model in models.items()
            }
            variants[at] = _signal(signals, places)
        made.append(Morphing(whole, variants))
    return tuple(made)
