"""Templates, scans and likelihoods in the forms that other tools read.

`templates`, `scan_table` and `contour_table` give tables that `nuatom.output.save` writes as csv, json or netCDF;
`pyhf_workspace` is the JSON of pyhf (Heinrich, Feickert and Stark, J. Open Source Softw. 6 (2021) 2823);
`write_inference_templates` writes ``.ii.h5`` files as inference_interface reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuatom.files import write_file
from nuatom.limit.fit import Contour, Scan
from nuatom.limit.likelihood import Binned
from nuatom.limit.model import Model
from nuatom.limit.nuisance import Factor, Free, Gaussian, LogNormal, Morphing
from nuatom.limit.polynomial import Array, Signal
from nuatom.store import Table, Variable
from nuatom.units import keV

_LARGEST = 1e10  # for pyhf, which wants bounds that are finite
_PULLS = [-5.0, 5.0]
PYHF_SETTINGS: dict[str, dict[str, str]] = {"normsys": {"interpcode": "code1"}, "histosys": {"interpcode": "code2"}}
"""``modifier_settings`` for ``pyhf.Workspace.model`` that make its interpolation ours, for a band between −1 and 1."""


def templates(model: Model, edges: ArrayLike, units: Mapping[str, str] | None = None) -> Table:
    """The counts of every term of the signal, by component, and of every background.

    Args:
        model: what is expected.
        edges: edges of the bins, shape (bin + 1,) [energy].
        units: what one of a parameter is, by its name, such as "(1e-11 Bohr magnetons)^2"; written into the table.

    Raises:
        ValueError: edges that do not fit the model.
    """
    bins = _edges(model, edges) / keV
    names, counts = zip(*_named(model), strict=True)
    return Table(
        {
            "low": Variable(("bin",), bins[:-1], "keV", "lower edge of the bin"),
            "high": Variable(("bin",), bins[1:], "keV", "upper edge of the bin"),
            "template": Variable(
                ("template",), np.array(names), "", "component of the signal: its term, or background"
            ),
            "counts": Variable(("template", "bin"), np.array(counts), "1", "events, per unit of the term's parameters"),
        },
        {"title": "templates of expected events", **_in_units(units)},
    )


def scan_table(scan: Scan) -> Table:
    """A likelihood scan: the parameter, the rise of −2 ln L, and all parameters at their best there."""
    names = np.array(list(scan.others))
    return Table(
        {
            "value": Variable(("value",), scan.values, "", scan.parameter),
            "rise": Variable(("value",), scan.rise, "1", "-2 ln L less its least, the other parameters at their best"),
            "parameter": Variable(("parameter",), names, "", "all parameters"),
            "best": Variable(("parameter", "value"), np.array(list(scan.others.values())), "", "their values"),
        },
        {"title": f"likelihood scan of {scan.parameter}"},
    )


def contour_table(contour: Contour) -> Table:
    """The rise of −2 ln L over two parameters, one row per point."""
    first, second = np.meshgrid(contour.first, contour.second, indexing="ij")
    return Table(
        {
            "first": Variable(("point",), first.ravel(), "", contour.parameters[0]),
            "second": Variable(("point",), second.ravel(), "", contour.parameters[1]),
            "rise": Variable(("point",), contour.rise.ravel(), "1", "-2 ln L less its least, the others at their best"),
        },
        {"title": f"likelihood over {contour.parameters[0]} and {contour.parameters[1]}"},
    )


def _in_units(units: Mapping[str, str] | None) -> dict[str, str]:
    return {f"unit_of_{name}": text for name, text in (units or {}).items()}


def write_inference_templates(
    path: str | Path,
    model: Model,
    edges: ArrayLike,
    axis: str = "energy_keV",
    units: Mapping[str, str] | None = None,
) -> None:
    """Write the templates as an ``.ii.h5`` file, for alea and inference_interface.

    Args:
        path: the file, replaced if it is there.
        model: what is expected.
        edges: edges of the bins, shape (bin + 1,) [energy]; in keV in the file.
        axis: the name of the axis there.
        units: what one of a parameter is, by its name; attributes of the file.

    Raises:
        ValueError: edges that do not fit the model, or another suffix.
        OSError: the file cannot be written.
    """
    target = Path(path)
    if not target.name.endswith(".ii.h5"):
        raise ValueError(f"cannot write {str(path)!r}: inference_interface expects a name that ends in .ii.h5")
    write_file(target, inference_templates(model, edges, axis, units))


def inference_templates(
    model: Model, edges: ArrayLike, axis: str = "energy_keV", units: Mapping[str, str] | None = None
) -> bytes:
    """What a file for alea and inference_interface holds, as `write_inference_templates` writes it.

    Args:
        model: what is expected.
        edges: edges of the bins, shape (bin + 1,) [energy]; in keV in the file.
        axis: the name of the axis there.
        units: what one of a parameter is, by its name; attributes of the file.

    Raises:
        ValueError: edges that do not fit the model.
    """
    import io

    import h5py

    bins = _edges(model, edges) / keV
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["version"] = "0.0"
        for name, text in _in_units(units).items():
            file.attrs[name] = text
        file.create_dataset("bins/0", data=bins).attrs["name"] = axis
        for name, counts in _named(model):
            # A slash would begin a group.
            file.create_dataset(f"templates/{name.replace('/', '_')}", data=counts)
    return buffer.getvalue()


def pyhf_workspace(
    likelihood: Binned, parameter: str, channel: str = "counts", unit: str | None = None
) -> dict[str, Any]:
    """The likelihood as a pyhf workspace, a dictionary that ``json.dump`` writes.

    pyhf multiplies a sample by its parameter of interest, so this one must enter linearly, alone in its terms, as μ_ν²
    does.  Build it with ``pyhf.Workspace(w).model(modifier_settings=PYHF_SETTINGS)``: −2 ln L then differs from ours by
    a constant, for a band between −1 and 1 (beyond, pyhf's code 2 jumps, and we go on along the tangent).

    ============================  ========================================================
    ours                          pyhf
    ============================  ========================================================
    `Gaussian`                    histosys
    `LogNormal`, a number         normsys with 1 + σ and 1/(1 + σ)
    `Free`                        normfactor
    `Morphing` of ±1, or of 1 alone   histosys
    ============================  ========================================================

    pyhf adds what several histosys do to one sample, where we multiply: a component with a band takes `LogNormal`
    normalisations, and one `Gaussian` at most without.

    Args:
        likelihood: one data set, whose auxiliary measurements are at their nominal values.
        parameter: the parameter of interest of the workspace.
        channel: a name for the data.
        unit: what one of the parameter is; in the name of the measurement, where pyhf has a place for words.

    Raises:
        ValueError: what pyhf has no form for, with what that is.
    """
    likelihood.require_single()
    model = likelihood.model
    if parameter not in model.signal.parameters:
        raise ValueError(f"unknown parameter {parameter!r}: expected one of {model.signal.parameters}")
    if np.any(model.signal.exponents.sum(axis=1) > 1):
        raise ValueError(
            "pyhf has no parameter that enters squared or in a product; hold it and make the signal linear"
        )
    if model.measured or model.correlations:
        raise ValueError(
            "pyhf has no form for correlated measurements, or for sin²θ_W as a nuisance: leave source.correlations, "
            "source.luminosity and neutrino.sin2_theta_uncertainty out"
        )
    if np.any(likelihood.auxiliary != model.start[None, list(model.constrained)]):
        raise ValueError("pyhf expects auxiliary measurements at their nominal values, as an observation has them")
    low, high = (np.clip(limit, -_LARGEST, _LARGEST) for limit in model.limits)
    measured = [
        {"name": name, "bounds": [[float(low[i]), float(high[i])]], "inits": [float(model.start[i])]}
        for i, name in enumerate(model.signal.parameters)
    ]
    for nuisance in model.factors:
        measured.append(_parameter_of(nuisance))
    measured += [{"name": band.name, "bounds": [_PULLS], "inits": [0.0]} for band in model.bands]
    title = "measurement" if unit is None else f"{parameter} in {unit}"
    return {
        "version": "1.0.0",
        "channels": [{"name": channel, "samples": list(_samples(model))}],
        "observations": [{"name": channel, "data": likelihood.counts[0].tolist()}],
        "measurements": [{"name": title, "config": {"poi": parameter, "parameters": measured}}],
    }


def _samples(model: Model) -> Iterator[dict[str, Any]]:
    signal = model.signal
    for t, powers in enumerate(signal.exponents):
        scaled = [
            {"name": name, "type": "normfactor", "data": None}
            for name, power in zip(signal.parameters, powers, strict=True)
            if power
        ]
        for c, component in enumerate(signal.components):
            counts = signal.coefficients[t, c]
            changes = [_band(model, band, t, c) for band in model.bands]
            yield _sample(f"{component}: {signal.label(t)}", component, counts, model, [*scaled, *changes])
    for name, values in model.backgrounds.items():
        yield _sample(name, name, np.asarray(values, dtype=float), model, [])


def _sample(name: str, of: str, counts: Array, model: Model, modifiers: list[dict[str, Any]]) -> dict[str, Any]:
    every = modifiers + [_modifier(nuisance, counts) for nuisance in model.factors if of in nuisance.of]
    shapes = [modifier["name"] for modifier in every if modifier["type"] == "histosys"]
    if len(shapes) > 1:
        raise ValueError(
            f"{of!r} has {' and '.join(shapes)}, and pyhf adds such changes where we multiply them: keep one, and make "
            f"normalisations LogNormal"
        )
    return {"name": name, "data": counts.tolist(), "modifiers": every}


def _modifier(nuisance: Factor, counts: Array) -> dict[str, Any]:
    if isinstance(nuisance, Free):
        return {"name": nuisance.name, "type": "normfactor", "data": None}
    if isinstance(nuisance, Gaussian):
        change = counts * np.asarray(nuisance.sigma)
        return _histosys(nuisance.name, counts + change, counts - change)
    if isinstance(nuisance, LogNormal) and np.ndim(nuisance.sigma) == 0:
        up = 1 + float(np.asarray(nuisance.sigma))
        return {"name": nuisance.name, "type": "normsys", "data": {"hi": up, "lo": 1 / up}}
    raise ValueError(f"pyhf has no form for the nuisance {nuisance.name!r}, {type(nuisance).__name__} by bin")


def _parameter_of(nuisance: Factor) -> dict[str, Any]:
    if isinstance(nuisance, Free):
        return {"name": nuisance.name, "bounds": [[0.0, _LARGEST]], "inits": [1.0]}
    return {"name": nuisance.name, "bounds": [_PULLS], "inits": [0.0]}


def _band(model: Model, band: Morphing, t: int, c: int) -> dict[str, Any]:
    if set(band.variants) not in ({1.0}, {-1.0, 1.0}):
        raise ValueError(
            f"pyhf has bands with variants at 1, or at −1 and 1, but {band.name!r} has {sorted(band.variants)}"
        )
    nominal = model.signal.coefficients[t, c]
    up = _term(band.variants[1.0], model.signal.exponents[t], c)
    down = _term(band.variants[-1.0], model.signal.exponents[t], c) if -1.0 in band.variants else 2 * nominal - up
    return _histosys(band.name, up, down)


def _histosys(name: str, up: Array, down: Array) -> dict[str, Any]:
    return {"name": name, "type": "histosys", "data": {"hi_data": up.tolist(), "lo_data": down.tolist()}}


def _term(signal: Signal, powers: Array, component: int) -> Array:
    rows = np.flatnonzero((signal.exponents == powers).all(axis=1))
    return signal.coefficients[rows[0], component] if len(rows) else np.zeros(signal.bins)


def _named(model: Model) -> Iterator[tuple[str, Array]]:
    signal = model.signal
    for t in range(len(signal.exponents)):
        for c, component in enumerate(signal.components):
            yield f"{component}: {signal.label(t)}", signal.coefficients[t, c]
    for name, counts in model.backgrounds.items():
        yield name, np.asarray(counts, dtype=float)


def _edges(model: Model, edges: ArrayLike) -> Array:
    values = np.asarray(edges, dtype=float)
    if values.shape != (model.bins + 1,) or not np.all(np.isfinite(values)) or np.any(np.diff(values) <= 0):
        raise ValueError(f"expected {model.bins + 1} ascending edges for {model.bins} bins, got shape {values.shape}")
    return values
