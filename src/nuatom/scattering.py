"""Cross sections: a coupling's weights times a model's structure functions, integrated over Q².

    dσ/dT = ∫_{T²}^{(2E−T)²} dQ² Σ_f w_f(E, T, Q) f(T, Q)      (massless neutrinos)

per atom, an area per energy; discrete excitations are lines beside this continuum.  Whatever else has weights, a photon
or a charged particle, takes the place of the neutrino: `nuatom.probe`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuatom.bounds import LARGEST_ENERGY
from nuatom.elements import Shell
from nuatom.functions import MIXED, VECTOR, Array, Function
from nuatom.probe.base import Probe
from nuatom.response.medium import InMedium
from nuatom.response.model import Lines, Measure, ResponseModel
from nuatom.units import ELECTRON_MASS, FINE_STRUCTURE, HBARC2

_CHUNK = 512  # (E, T) pairs treated at a time; with 20 shells and 500 nodes in Q some 100 MB
_LINE_PANELS = 24
_GENERATIONS = 20


@dataclass(frozen=True)
class Spectrum:
    """dσ/dT of one atom, by shell and by what the neutrino couples to.

    Attributes:
        shells: the shells, in the order of the first axis.
        energy: E [energy].
        transfer: T [energy].
        shares: the share of each structure function that the coupling has a weight on, by function; shape
            (shell,) + energy.shape + transfer.shape [area/energy].
        relative_error: estimated relative error of ``total``, energy.shape + transfer.shape.
    """

    shells: tuple[Shell, ...]
    energy: Array
    transfer: Array
    shares: Mapping[Function, Array]
    relative_error: Array

    @property
    def longitudinal(self) -> Array:
        """Share of S, shape (shell,) + energy.shape + transfer.shape [area/energy]."""
        return self._share(Function.CHARGE)

    @property
    def transverse(self) -> Array:
        """Share of R, the same shape [area/energy]."""
        return self._share(Function.CURRENT)

    @property
    def by_shell(self) -> Array:
        """dσ/dT by shell, shape (shell,) + energy.shape + transfer.shape [area/energy]."""
        return sum(self.shares.values(), np.zeros(self._shape))

    @property
    def total(self) -> Array:
        """dσ/dT, shape energy.shape + transfer.shape [area/energy]."""
        return np.asarray(self.by_shell.sum(axis=0))

    @property
    def _shape(self) -> tuple[int, ...]:
        return (len(self.shells), *self.energy.shape, *self.transfer.shape)

    def _share(self, function: Function) -> Array:
        return self.shares[function] if function in self.shares else np.zeros(self._shape)


@dataclass(frozen=True)
class ExcitationLines:
    """Cross sections of the discrete excitations of one atom.

    Attributes:
        transfer: excitation energies, ascending, shape (line,) [energy].
        area: cross sections, shape (line,) + energy.shape [area].
        shell: the shell that loses the electron, one per line.
        final: label of the level excited to, one per line.
    """

    transfer: Array
    area: Array
    shell: tuple[Shell, ...]
    final: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.final)


def spectrum(coupling: Probe, model: ResponseModel, energy: ArrayLike, transfer: ArrayLike) -> Spectrum:
    """dσ/dT by shell and by structure function (K 6–8 for a magnetic moment).

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        transfer: T ≥ 0, any shape [energy].  T ≥ E is closed, and T = 0 no inelastic process: exactly 0.

    Raises:
        ValueError: for energies or transfers that are not finite or out of range, or what is no coupling or model.
    """
    require_coupling(coupling)
    return _spectra({"": coupling}, model, energy, transfer)[""]


def components(coupling: Probe, model: ResponseModel, energy: ArrayLike, transfer: ArrayLike) -> dict[str, Array]:
    """dσ/dT of each part of a coupling, by name; they add up to that of the whole.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        transfer: T ≥ 0, any shape [energy].

    Returns:
        each of shape energy.shape + transfer.shape [area/energy]; "interference" may be negative.

    Raises:
        ValueError: for energies or transfers that are not finite or out of range, or what is no coupling or model.
    """
    require_coupling(coupling, needs=("components",))
    found = _spectra(coupling.components(), model, energy, transfer)
    return {name: part.total for name, part in found.items()}


def cross_section(
    coupling: Probe,
    model: ResponseModel,
    energy: ArrayLike,
    transfer: ArrayLike,
    *,
    by_shell: bool = False,
) -> Array:
    """dσ/dT per atom, continuum only: ``lines`` has the discrete excitations.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        transfer: T ≥ 0, any shape [energy].
        by_shell: keep the shells apart, as the first axis.

    Returns:
        shape energy.shape + transfer.shape, after (shell,) if ``by_shell`` [area/energy].

    Raises:
        ValueError: for energies or transfers that are not finite or out of range, or what is no coupling or model.
    """
    result = spectrum(coupling, model, energy, transfer)
    return result.by_shell if by_shell else result.total


def photoabsorption(model: ResponseModel, energy: ArrayLike, *, by_shell: bool = False) -> Array:
    """Photoionisation cross section per atom, the limit of R for a real photon.

        σ_γ(T) = 4π²α T R(T,Q)/Q²  at Q = T                                                       (K 17)

    Args:
        model: the atom's response.
        energy: photon energy > 0, any shape [energy].
        by_shell: keep the shells apart, as the first axis.

    Returns:
        shape energy.shape, after (shell,) if ``by_shell`` [area].

    Raises:
        ValueError: for energies that are not finite or not positive, and for free electrons, which
            absorb no photon, or what is no model.
    """
    require_model(model, needs=("structure",))
    photon = _positive("energy", energy)
    T = photon.ravel()
    # In matter R vanishes on the photon line: what a photon in matter is absorbed by is the atom.
    model = model.model if isinstance(model, InMedium) else model
    R = model.structure(T, T[:, None], VECTOR).current[:, :, 0]
    area = (4 * pi**2 * FINE_STRUCTURE * HBARC2 * R / T).reshape(len(R), *photon.shape)
    return area if by_shell else np.asarray(area.sum(axis=0))


def lines(coupling: Probe, model: ResponseModel, energy: ArrayLike) -> ExcitationLines:
    """Cross sections of the discrete excitations, σ_i = ∫dQ² Σ_f w_f(E, T_i, Q) f_i(Q).

    Between the points of the model's grid the strengths are cubic in ln Q; below the grid they go on as the powers of
    Q they are there, above it they are taken to have died out.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].

    Raises:
        ValueError: for energies that are not finite or not positive, or what is no coupling or model.
    """
    require_coupling(coupling)
    require_model(model, needs=("shells", "lines"))
    E = _positive("energy", energy)
    flat = E.ravel()
    found = model.lines(coupling.functions)
    area = np.zeros((len(found), len(flat)))
    line, which = np.nonzero(found.transfer[:, None] < flat)
    for start in range(0, line.size, _CHUNK):
        i, j = line[start : start + _CHUNK], which[start : start + _CHUNK]
        area[i, j] = _line_areas(coupling, found, i, flat[j])
    return ExcitationLines(
        transfer=found.transfer,
        area=area.reshape(len(found), *E.shape),
        shell=tuple(model.shells[i] for i in found.shell),
        final=found.final,
    )


def total_cross_section(
    coupling: Probe,
    model: ResponseModel,
    energy: ArrayLike,
    threshold: float,
    *,
    tolerance: float = 1e-5,
) -> Array:
    """σ(T ≥ threshold) per atom: the integral of dσ/dT and the lines above the threshold.

    Panels in log T between the edges of the shells are halved until the two halves agree with the whole.

    Args:
        coupling: what the neutrino couples with.
        model: the atom's response.
        energy: E > 0, any shape [energy].
        threshold: least transfer counted, > 0 [energy].
        tolerance: relative accuracy of the integral over T, > 0.

    Returns:
        shape energy.shape [area].

    Raises:
        ValueError: for arguments that are not finite or not positive, or what is no coupling or model.
        RuntimeError: if the integral does not reach the tolerance.
    """
    require_coupling(coupling)
    require_model(model)
    E = _positive("energy", energy)
    least = float(_positive("threshold", threshold))
    accuracy = float(tolerance)
    if not 1e-12 <= accuracy < 1:
        raise ValueError(f"tolerance must be between 1e-12 and 1, got {tolerance}")
    discrete = lines(coupling, model, E.ravel())
    above = discrete.area[discrete.transfer >= least].sum(axis=0)
    smooth = [_integral_over_transfer(coupling, model, float(e), least, accuracy) for e in E.ravel()]
    return np.asarray((above + np.array(smooth)).reshape(E.shape))


# --- what is asked for ---------------------------------------------------------------------------------


def require_model(
    model: object, symbol: str = "Xe", *, needs: tuple[str, ...] = ("shells", "structure", "measure", "lines")
) -> None:
    """Raise a ValueError unless something is a response model.

    Args:
        model: what came.
        symbol: of the element the message speaks of, where what came does not say.
        needs: what is going to be asked of it.
    """
    # Not by hasattr, which would solve the field of an atom for its shells.
    if not isinstance(model, type) and set(needs) <= set(dir(model)):
        return
    own = getattr(model, "symbol", model if isinstance(model, str | int) else None)
    name = own if isinstance(own, str | int) and not isinstance(own, bool) else symbol
    what = f"the class {model.__name__}" if isinstance(model, type) else repr(model)
    if isinstance(own, str) and not isinstance(model, str | type):
        what += ", which is an atom and does not say how its electrons answer"
    raise ValueError(
        f"expected a response model, got {what}: write CentralField(Atom({name!r})) or FreeElectrons({name!r})"
    )


def require_coupling(coupling: object, *, needs: tuple[str, ...] = ("functions", "weights", "intervals")) -> None:
    """Raise a ValueError unless something is a coupling.

    Args:
        coupling: what came.
        needs: what is going to be asked of it.
    """
    if isinstance(coupling, type):
        name = coupling.__name__
        raise ValueError(f"expected a coupling, got the class {name}: make one, {name}(…)")
    # Not by hasattr: what a neutrino needs of an atom may depend on a flavour that it lacks, which it says best itself.
    lacking = [name for name in needs if name not in dir(coupling)]
    if not lacking:
        return
    if {"structure", "measure"} & set(dir(coupling)):
        raise ValueError(f"expected a coupling, got {coupling!r}, a response model: the coupling comes before it")
    some = f", which has no {' and no '.join(lacking)}" if len(lacking) < len(needs) else ""
    raise ValueError(
        f"expected a coupling, got {coupling!r}{some}: write one such as MagneticMoment(1e-11) or Weak('e')"
    )


# --- parts ---------------------------------------------------------------------------------------------


def _open_pairs(energy: Array, transfer: Array) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Indices of the pairs with 0 < T < E, a chunk at a time; all energies of one transfer come together.

    A model pays by the transfer, so a chunk takes few transfers and many energies.
    """
    j, i = np.nonzero((transfer[:, None] < energy[None]) & (transfer[:, None] > 0))
    for start in range(0, len(i), _CHUNK):
        yield i[start : start + _CHUNK], j[start : start + _CHUNK]


def _spectra(
    couplings: Mapping[str, Probe], model: ResponseModel, energy: ArrayLike, transfer: ArrayLike
) -> dict[str, Spectrum]:
    """The spectra of several couplings, from one evaluation of the model where they share their intervals."""
    require_model(model, needs=("shells", "measure"))
    E, T = _positive("energy", energy), _positive("transfer", transfer, zero=True)
    flat_energy, flat_transfer = E.ravel(), T.ravel()
    shape = (len(model.shells), len(flat_energy), len(flat_transfer))
    shares = {name: {f: np.zeros(shape) for f in coupling.functions} for name, coupling in couplings.items()}
    absolute_error = {name: np.zeros(shape[1:]) for name in couplings}
    wanted = tuple(f for f in Function if any(f in functions for functions in shares.values()))
    for i, j in _open_pairs(flat_energy, flat_transfer):
        measured: dict[bytes, Measured] = {}
        for name, coupling in couplings.items():
            edges = coupling.intervals(flat_energy[i], flat_transfer[j])
            if edges.tobytes() not in measured:
                measured[edges.tobytes()] = _measured(model, flat_transfer[j], edges, wanted)
            terms, error = _contract(coupling, flat_energy[i], flat_transfer[j], measured[edges.tobytes()])
            for function, term in terms.items():
                shares[name][function][:, i, j] = term
            absolute_error[name][i, j] = error
    full, by_shell = E.shape + T.shape, (len(model.shells), *E.shape, *T.shape)
    found = {}
    for name, parts in shares.items():
        total = np.abs(sum(parts.values(), np.zeros(shape))).sum(axis=0)
        error = np.divide(absolute_error[name], total, out=np.zeros_like(total), where=total > 0)
        reshaped = {function: part.reshape(by_shell) for function, part in parts.items()}
        found[name] = Spectrum(model.shells, E, T, reshaped, error.reshape(full))
    return found


@dataclass(frozen=True)
class Measured:
    """A model's measure on all intervals of all pairs, pair by pair and, within each, interval by interval."""

    measure: Measure
    intervals: int


def _measured(model: ResponseModel, transfer: Array, edges: Array, functions: tuple[Function, ...]) -> Measured:
    intervals = edges.shape[-1] - 1
    low, high = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    return Measured(model.measure(np.repeat(transfer, intervals), low, high, functions), intervals)


def _contract(
    coupling: Probe, energy: Array, transfer: Array, measured: Measured
) -> tuple[dict[Function, Array], Array]:
    """Σ_k weight · structure for every structure function that has a weight, (shell, pair), and the error, (pair,)."""
    measure, n = measured.measure, measured.intervals
    E, T = np.repeat(energy, n)[:, None], np.repeat(transfer, n)[:, None]
    weights = coupling.weights(E, T, measure.momentum).values
    sums = {f: np.sum(weight * measure[f], axis=-1) for f, weight in weights.items()}
    # The error estimates are of S; a shell's shares are taken to be no better known than it.
    error = np.sum(measure.relative_error * sum(abs(part) for part in sums.values()), axis=0)
    terms = {f: part.reshape(len(part), -1, n).sum(axis=-1) for f, part in sums.items()}
    return terms, error.reshape(-1, n).sum(axis=-1)


def _line_areas(coupling: Probe, found: Lines, line: NDArray[np.intp], energy: Array) -> Array:
    """Cross sections of lines at energies above them, one of each for a pair, shape (pair,)."""
    node, weight = np.polynomial.legendre.leggauss(8)
    fraction = ((np.arange(_LINE_PANELS)[:, None] + (node + 1) / 2) / _LINE_PANELS).ravel()
    share = np.tile(weight / 2 / _LINE_PANELS, _LINE_PANELS)
    T = found.transfer[line]
    edges = np.minimum(coupling.intervals(energy, T), found.momentum[-1])
    area = np.zeros(line.size)
    for low, high in zip(edges.T[:-1], edges.T[1:], strict=True):
        span = np.log(np.maximum(high, low) / low)[:, None]
        Q = low[:, None] * np.exp(span * fraction)
        dQ2 = 2 * Q**2 * span * share
        for function, w in coupling.weights(energy[:, None], T[:, None], Q).values.items():
            strength = line_strengths(found.momentum, found[function][line], Q, signed=function in MIXED)
            area += np.sum(w * strength * dQ2, axis=-1)
    return area


def line_strengths(grid: Array, rows: Array, momentum: Array, *, signed: bool) -> Array:
    """Row i of strengths, tabulated at the grid, at momentum[i]: cubic Hermite in ln Q, a power law below the grid.

    It is the logarithm that is interpolated where a strength is positive and varies like a power; not where it dies
    out, nor for an interference.  Written out because thousands of short rows share one grid, where one spline object
    a row takes a second.
    """
    x, at = np.log(grid), np.log(momentum)
    cell = np.clip(np.searchsorted(x, at) - 1, 0, x.size - 2)
    row = np.arange(len(rows))[:, None]
    value = _hermite(x, rows, at, row, cell)
    if not signed:
        present = rows > 1e-20 * rows.max(axis=1, keepdims=True, initial=0.0)
        logs = np.log(np.where(present, rows, 1.0))
        tame = present[:, 1:] & present[:, :-1] & (np.abs(np.diff(logs, axis=1)) < 4)
        # The slopes at both ends of a cell come from its neighbours.
        tame[:, 1:-1] &= tame[:, :-2] & tame[:, 2:]
        value = np.where(tame[row, cell], np.exp(_hermite(x, logs, at, row, cell)), np.maximum(value, 0.0))
    first, second = np.abs(rows[:, :1]), np.abs(rows[:, 1:2])
    usable = (first > 0) & (second > 0)
    power = np.log(np.where(usable, second, 1.0) / np.where(usable, first, 1.0)) / (x[1] - x[0])
    return np.asarray(value * np.exp(power * np.minimum(at - x[0], 0.0)))


def _hermite(x: Array, rows: Array, at: Array, row: NDArray[np.intp], cell: NDArray[np.intp]) -> Array:
    """Cubic Hermite of rows of values at x, at points of known cells, constant beyond the ends.

    Where a step is long beside its neighbour, as next to momenta that crowd, slopes are kept to three times the chord:
    the slope of a short step would carry a cubic in a long one anywhere.
    """
    slope = np.gradient(rows, x, axis=1, edge_order=2)
    step = np.diff(x)
    shortest = np.minimum(np.append(np.inf, step[:-1]), np.append(step[1:], np.inf))
    h = step[cell]
    low, high = rows[row, cell], rows[row, cell + 1]
    bound = np.where((step > 3 * shortest)[cell], 3 * np.abs(high - low) / h, np.inf)
    first, last = (np.clip(slope[row, at_cell], -bound, bound) for at_cell in (cell, cell + 1))
    u = np.clip((at - x[cell]) / h, 0.0, 1.0)
    v = 1 - u
    ends = v * v * (1 + 2 * u) * low + u * u * (3 - 2 * u) * high
    return np.asarray(ends + h * u * v * (v * first - u * last))


def _integral_over_transfer(
    coupling: Probe,
    model: ResponseModel,
    energy: float,
    threshold: float,
    tolerance: float,
) -> float:
    """∫_threshold^E dT dσ/dT at one energy."""
    if threshold >= energy:
        return 0.0
    # dσ/dT jumps at the edges and falls steeply at the greatest transfer to a free electron.
    free_end = 2 * energy**2 / (ELECTRON_MASS + 2 * energy)
    inner = {free_end, *(shell.binding_energy for shell in model.shells)}
    cuts = np.log(sorted({threshold, energy, *(cut for cut in inner if threshold < cut < energy)}))
    node, weight = np.polynomial.legendre.leggauss(8)

    def integrate(low: Array, high: Array) -> Array:
        half = (high - low)[:, None] / 2
        T = np.minimum(np.exp((high + low)[:, None] / 2 + half * node), energy)
        values = cross_section(coupling, model, energy, T)
        return np.asarray(np.sum(values * T * half * weight, axis=1))

    low, high = cuts[:-1], cuts[1:]
    coarse = integrate(low, high)
    done = 0.0
    for _ in range(_GENERATIONS):
        middle = (low + high) / 2
        left, right = integrate(low, middle), integrate(middle, high)
        fine = left + right
        scale = abs(done) + float(np.sum(np.abs(fine)))
        # Each panel may take the share of the tolerance that goes with its length.
        bad = np.abs(fine - coarse) > tolerance * scale * (high - low) / (cuts[-1] - cuts[0])
        done += float(np.sum(fine[~bad]))
        if not bad.any():
            return done
        low, high = np.concatenate([low[bad], middle[bad]]), np.concatenate([middle[bad], high[bad]])
        coarse = np.concatenate([left[bad], right[bad]])
    raise RuntimeError(
        f"the integral over T above {threshold} MeV did not reach the tolerance {tolerance} after "
        f"{_GENERATIONS} halvings; ask for a larger tolerance"
    )


def _positive(name: str, values: ArrayLike, *, zero: bool = False) -> Array:
    array = np.asarray(values, dtype=float)
    good = np.isfinite(array) & ((array >= 0) if zero else (array > 0)) & (array <= LARGEST_ENERGY)
    if not np.all(good):
        sign = "≥" if zero else ">"
        raise ValueError(
            f"{name} must be finite and {sign} 0 [MeV], and at most {LARGEST_ENERGY:g} MeV, "
            f"got {array[~good].ravel()[0]}"
        )
    return array
