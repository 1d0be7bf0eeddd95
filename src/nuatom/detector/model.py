"""A detector: what it makes of an energy deposited in it, and of a spectrum of them.

    counts_b = exposure ∫dT (dR/dT) P_b(T)
    P_b(T)   = ε_true(T) ∫_b dE ε(E) N(E; m(T), σ(m(T))),   m(T) = scale(T), or scale(Q(T) T) for a recoiling nucleus

with E the reconstructed energy, above the threshold only.  Discrete lines are folded without approximation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from nuatom.detector import folding
from nuatom.detector.checks import (
    TooFewTransfersError,
    checked_edges,
    checked_exposure,
    checked_probability,
    checked_spectrum,
    electron_ends,
    recoil_ends,
    recoiling,
    thresholds,
    too_short,
    with_shells,
)
from nuatom.detector.efficiency import ConstantEfficiency, Efficiency
from nuatom.detector.expected import Expected
from nuatom.detector.quenching import LinearScale, Quenching, Scale
from nuatom.detector.resolution import ConstantResolution, Resolution, not_negative
from nuatom.functions import Array
from nuatom.response.model import ResponseModel
from nuatom.units import keV

if TYPE_CHECKING:
    from nuatom.detector.background import Background
    from nuatom.neutrino.coupling import Coupling
    from nuatom.rates import Material, RateSpectrum
    from nuatom.source.model import Source

_REACH = 6.0  # σ; beyond, 1e−9 of a Gaussian
_AROUND = np.array([-6.0, -4.5, -3.3, -2.3, -1.5, -0.75, 0.0, 0.75, 1.5, 2.3, 3.3, 4.5, 6.0])
_NOTHING = 9.0  # σ
_PER_SIGMA = 20  # pieces that a Gaussian has to see
_MANY, _SAME = 1000, 1e-5  # pieces of an efficiency, of which more are joined where they are as straight as this
_KNOTS = 60  # so many knots of an efficiency mark panels in T; the others lie closely between them
_CHUNK = 1_000_000  # numbers of an array of pieces and transfers held at a time
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Detector:
    """What turns an energy deposited into counts in bins of reconstructed energy.

    Attributes:
        exposure: > 0 [mass time].
        resolution: σ as a function of the mean reconstructed energy.
        efficiency: of the reconstructed energy.
        true_efficiency: of the energy deposited T, for a nucleus before quenching.
        threshold: nothing is reconstructed below it, ≥ 0 [energy].
        cutoff: deposits T below it are not seen at all, whatever the resolution, ≥ 0 [energy].
        scale: mean reconstructed energy as a function of the electron-equivalent energy.
        quenching: fraction of the energy of a recoiling nucleus that is seen; None if it is not known.

    Raises:
        ValueError: naming the attribute that is not what it should be.
    """

    exposure: float
    resolution: Resolution = field(default_factory=ConstantResolution)
    efficiency: Efficiency = field(default_factory=ConstantEfficiency)
    true_efficiency: Efficiency = field(default_factory=ConstantEfficiency)
    threshold: float = 0.0
    cutoff: float = 0.0
    scale: Scale = field(default_factory=LinearScale)
    quenching: Quenching | None = None

    def __post_init__(self) -> None:
        checked_exposure(self.exposure)
        not_negative("threshold", self.threshold)
        not_negative("cutoff", self.cutoff)
        for name in ("resolution", "efficiency", "true_efficiency", "scale"):
            if not callable(getattr(self, name)):
                raise ValueError(f"{name} must be a function of the energy, got {getattr(self, name)!r}")
        for name in ("efficiency", "true_efficiency"):
            if not hasattr(getattr(self, name), "knots"):
                raise ValueError(
                    f"{name} needs its knots: wrap a function as TabulatedEfficiency.of(function, energies)"
                )
        if self.quenching is not None and not callable(self.quenching):
            raise ValueError(f"quenching must be a function of the recoil energy, got {self.quenching!r}")

    # --- one deposit ---------------------------------------------------------------------------

    def mean(self, transfer: ArrayLike, *, recoils: bool = False) -> Array:
        """Mean reconstructed energy of a deposit T, any shape [energy].

        Args:
            transfer: T ≥ 0, any shape [energy].
            recoils: whether it is nuclei that recoil.

        Raises:
            ValueError: for recoils without a quenching, or outside the range of a table.
        """
        T = np.asarray(transfer, dtype=float)
        if recoils:
            if self.quenching is None:
                raise ValueError(
                    "quenching is not given: nuclear recoils need one, as Detector(quenching=Lindhard.of('Ge'))"
                )
            T = np.asarray(self.quenching(T), dtype=float) * T
        return np.asarray(self.scale(T), dtype=float)

    def sigma(self, transfer: ArrayLike, *, recoils: bool = False) -> Array:
        """Standard deviation of the reconstructed energy of a deposit T, any shape [energy].

        Args:
            transfer: T ≥ 0, any shape [energy].
            recoils: whether it is nuclei that recoil.

        Raises:
            ValueError: for recoils without a quenching, outside the range of a table, or if the resolution is no σ.
        """
        mean = np.maximum(self.mean(transfer, recoils=recoils), 0.0)
        sigma = np.array(np.broadcast_to(np.asarray(self.resolution(mean), dtype=float), mean.shape))
        if not np.all(np.isfinite(sigma) & (sigma >= 0.0)):
            raise ValueError("resolution must be finite and not negative at every energy")
        return sigma

    def matrix(self, transfer: ArrayLike, edges: ArrayLike, *, recoils: bool = False) -> Array:
        """The probability P_b(T) that a deposit T is counted in a bin.

        The sum over bins from 0 to far above T is ε_true(T) ∫_{E > threshold} ε(E) N(E; m, σ) dE.

        Args:
            transfer: T ≥ 0, shape (nT,) [energy].
            edges: edges of the bins, ascending, shape (nb + 1,) [energy].
            recoils: whether it is nuclei that recoil.

        Returns:
            shape (nb, nT), 0 to 1.

        Raises:
            ValueError: for transfers or edges that are not what they should be, or outside the range of a table.
        """
        T = np.atleast_1d(np.asarray(transfer, dtype=float))
        if T.ndim != 1 or not np.all(np.isfinite(T) & (T >= 0.0)):
            raise ValueError("transfer must be a list of finite energies that are not negative")
        bins = checked_edges(edges, self.threshold)
        ends, left, right = self._pieces(bins)
        result = np.zeros((bins.size - 1, T.size))
        seen = np.flatnonzero(T >= self.cutoff)
        seen = seen[np.argsort(T[seen], kind="stable")]
        for part in np.array_split(seen, 1 + seen.size * left.size // _CHUNK):
            mean, sigma = self.mean(T[part], recoils=recoils), self.sigma(T[part], recoils=recoils)
            # Neighbours in T see only the pieces about them: beyond 9σ there is less than 1e−18 of a Gaussian.
            reach = _NOTHING * sigma
            lowest, highest = np.min(mean - reach, initial=np.inf), np.max(mean + reach, initial=-np.inf)
            first = max(int(np.searchsorted(ends, lowest, side="right")) - 1, 0)
            last = min(int(np.searchsorted(ends, highest, side="right")), left.size)
            if last <= first:
                continue
            pieces = ends[first : last + 1], left[first:last], right[first:last]
            width = float(np.min(sigma, initial=np.inf)) / _PER_SIGMA
            if last - first > _MANY and width > 0.0:
                pieces = folding.cells(*pieces, bins, width)
            # The bin of each piece; a sum over them is a product with zeros and ones.
            owner = np.searchsorted(bins, 0.5 * (pieces[0][1:] + pieces[0][:-1])) - 1
            collect = (owner == np.arange(bins.size - 1)[:, None]).astype(float)
            result[:, part] = collect @ folding.straight(mean, sigma, *pieces)
            result[:, part] *= checked_probability("true_efficiency", self.true_efficiency(T[part]))
        return result

    # --- a spectrum of deposits ----------------------------------------------------------------

    def transfers(
        self,
        edges: ArrayLike,
        material: Material | ResponseModel | Sequence[float] | str = (),
        *,
        breaks: Sequence[float] = (),
        recoils: bool = False,
        refinement: int = 1,
    ) -> Array:
        """A grid of transfers on which a rate is to be computed for ``fold``.

        It reaches as far as deposits are seen in the bins, with nodes on both sides of every absorption edge and a
        dozen an octave.  It need not resolve the resolution, the bins or the efficiency.

        Args:
            edges: edges of the bins, ascending, shape (nb + 1,) [energy].
            material: what is hit, whose shells have the absorption edges; or their energies [energy].
            breaks: where else dR/dT steps or bends, as at the Compton edge of a line [energy].
            recoils: whether it is nuclei that recoil.
            refinement: 1, 2, …: how many times as many nodes.

        Returns:
            ascending, shape (nT,) [energy].

        Raises:
            ValueError: for bad edges, if every shell opens above them, or deposits however small are seen.
        """
        if refinement < 1:
            raise ValueError(f"refinement must be 1 or more, got {refinement}")
        bins = checked_edges(edges, self.threshold)
        opens = np.zeros(0) if recoils else thresholds(material)
        least = float(opens.min()) if opens.size else 0.0
        low, high = self._reach(bins, least, recoils)
        if not low < high:
            raise ValueError(
                f"every shell opens above {high / keV:.6g} keV, the last energy that is seen in the bins; "
                "only discrete lines are left"
            )
        marks = [*opens[opens > 0.0].tolist(), *(float(value) for value in breaks)]
        if low >= least:
            return folding.nodes(low, high, marks, refinement)
        # Down to where the first shell opens: one node below it, to tell that there is nothing.
        return np.append(low, folding.nodes(least * (1.0 + folding.BREAK), high, marks, refinement))

    def fold(
        self,
        spectrum: RateSpectrum,
        edges: ArrayLike,
        *,
        recoils: bool = False,
        tolerance: float = _TOLERANCE,
    ) -> Expected:
        """The counts of a spectrum of deposits.

        Args:
            spectrum: dR/dT, best on the grid of ``transfers``.
            edges: edges of the bins, ascending, shape (nb + 1,) [energy].
            recoils: whether it is nuclei that recoil.
            tolerance: the relative change on leaving out every other transfer that is still taken for good.

        Raises:
            ValueError: for bad edges; transfers that are too few, out of order, or do not reach as far as deposits are
                seen; or a threshold above all that the spectrum has.
        """
        bins = checked_edges(edges, self.threshold)
        T = checked_spectrum(spectrum)
        magnitude = np.abs(spectrum.density).sum(axis=(0, 1, 2))
        self._refuse_too_low(spectrum, T, magnitude, recoils)
        least = float(T[0]) if magnitude[0] == 0.0 else 0.0
        low, high = self._reach(bins, least, recoils)
        if magnitude[0] > 0.0 and low < T[0] * (1.0 - 1e-5):
            raise ValueError(too_short("begin", T[0], "down", low))
        if magnitude[-1] > 0.0 and high > T[-1] * (1.0 + 1e-5):
            raise ValueError(too_short("end", T[-1], "up", high))
        fine, coarse = folding.weights(
            T, lambda t: self.matrix(t, bins, recoils=recoils), self._marks(bins, low, high, recoils), low, high
        )
        if not fine.size:
            fine = coarse = np.zeros((bins.size - 1, T.size))
        counts = np.einsum("cpst,bt->cpsb", spectrum.density, fine)
        error = np.abs(np.einsum("cpst,bt->pb", spectrum.density, fine - coarse))
        size = np.einsum("cpst,bt->pb", np.abs(spectrum.density), np.maximum(fine, 0.0))
        # A bin with next to nothing in it need not be as good as the others.
        wrong = error > tolerance * (size + 0.01 * size.max(axis=1, keepdims=True))
        if np.any(wrong):
            part, b = (int(k) for k in np.argwhere(wrong)[0])
            raise TooFewTransfersError(
                f"the transfers are too few: without every other of them the counts of {spectrum.parts[part]!r} from "
                f"{bins[b] / keV:.6g} to {bins[b + 1] / keV:.6g} keV change by "
                f"{error[part, b] / max(size[part, b], 1e-300):.1e}; take Detector.transfers(edges, material), "
                "with a refinement of 2 or more, or a larger tolerance"
            )
        spread = np.abs(fine) @ (magnitude * np.asarray(spectrum.relative_error, dtype=float))
        if spectrum.line_transfer.size:
            at_lines = self.matrix(spectrum.line_transfer, bins, recoils=recoils)
            for line, shell in enumerate(spectrum.line_shell):
                counts[:, :, int(shell)] += spectrum.line_rate[:, :, line, None] * at_lines[:, line]
        total = np.abs(counts.sum(axis=(0, 1, 2)))
        relative = np.divide(spread + error.sum(axis=0), total, out=np.zeros_like(total), where=total > 0.0)
        return Expected(
            bins,
            tuple(spectrum.components),
            tuple(spectrum.parts),
            tuple(spectrum.shells),
            counts * self.exposure,
            self.exposure,
            relative,
        )

    def expected(
        self,
        source: Source,
        coupling: Coupling,
        material: Material | ResponseModel | str,
        edges: ArrayLike,
        *,
        recoils: bool = False,
        tolerance: float = _TOLERANCE,
    ) -> Expected:
        """The counts from a source, on transfers as many as it takes.

        Args:
            source: of neutrinos.
            coupling: what they couple with.
            material: what is hit; for recoils also a symbol or a formula.
            edges: edges of the bins, ascending, shape (nb + 1,) [energy].
            recoils: nuclei that recoil instead of electrons.
            tolerance: as of ``fold``.

        Raises:
            ValueError: as ``fold``, or for a threshold above the greatest energy of the source, before anything is
                computed.
        """
        from nuatom.rates import nuclear_rate_spectrum, rate_spectrum

        checked_edges(edges, self.threshold)
        ends = recoil_ends(source, material) if recoils else electron_ends(source)
        # An electron that is bound may take all there is, and a recoil no more than in an elastic collision.
        greatest = max(ends) if recoils else max(component.shape.support[1] for component in source.components)
        self._refuse_endpoint(float(greatest), f"what the source {source.name!r} can give", recoils)
        for refinement in (1, 2, 4):
            grid = self.transfers(edges, material, breaks=ends, recoils=recoils, refinement=refinement)
            if recoils:
                spectrum = nuclear_rate_spectrum(source, coupling, recoiling(material), grid)
            else:
                spectrum = rate_spectrum(source, coupling, with_shells(material), grid)
            try:
                return self.fold(spectrum, edges, recoils=recoils, tolerance=tolerance)
            except TooFewTransfersError:
                if refinement == 4:
                    raise
        raise AssertionError("unreachable")

    def background(self, background: Background, edges: ArrayLike) -> Array:
        """The counts of a background that is known before the efficiency and the threshold, shape (nb,).

        One that was measured, after them, is `Background.expected`.

        Args:
            background: as a function of the reconstructed energy.
            edges: edges of the bins, ascending, shape (nb + 1,) [energy].

        Raises:
            ValueError: for bad edges, or a background that is negative or not known there.
        """
        bins = checked_edges(edges, self.threshold)
        low = max(bins[0], self.threshold)
        inner = np.concatenate((bins, background.breaks, self._knots(low, bins[-1])))
        ends = np.unique(np.concatenate(([low], inner[(inner > low) & (inner <= bins[-1])])))
        x, w = np.polynomial.legendre.leggauss(8)
        half = 0.5 * np.diff(ends)[:, None]
        E = 0.5 * (ends[1:] + ends[:-1])[:, None] + half * x
        kept = np.asarray(background.density(E), dtype=float) * checked_probability("efficiency", self.efficiency(E))
        pieces = (kept * w * half).sum(axis=1)
        owner = np.searchsorted(bins, 0.5 * (ends[1:] + ends[:-1])) - 1
        return np.asarray(self.exposure * np.bincount(owner, pieces, minlength=bins.size - 1))

    # --- inside --------------------------------------------------------------------------------

    def _knots(self, low: float, high: float) -> Array:
        knots = np.asarray(self.efficiency.knots, dtype=float)
        return knots[(knots > low) & (knots < high)]

    def _pieces(self, bins: Array) -> tuple[Array, Array, Array]:
        """Straight pieces of the efficiency, cut at the edges of the bins: their ends, and the values there."""
        low = max(bins[0], self.threshold)
        ends = np.unique(np.concatenate(([low], bins[bins > low], self._knots(low, bins[-1]))))
        # At a step the value depends on the side one comes from.
        left = checked_probability("efficiency", self.efficiency(np.nextafter(ends[:-1], np.inf)))
        right = checked_probability("efficiency", self.efficiency(np.nextafter(ends[1:], -np.inf)))
        if left.size <= _MANY:
            return ends, left, right
        joins = np.abs(right[:-1] - left[1:]) < 1e-12  # a table has no steps, only rounding
        right[:-1] = np.where(joins, left[1:], right[:-1])
        return folding.fewer(ends, left, right, bins, _SAME)

    def _reach(self, bins: Array, least: float, recoils: bool) -> tuple[float, float]:
        """The transfers that are seen in the bins, from 6σ below them, though not below ``least``, to 6σ above."""

        def mean_and_reach(T: float) -> tuple[float, float]:
            return float(self.mean(T, recoils=recoils)), _REACH * float(self.sigma(T, recoils=recoils))

        bottom, top = max(float(bins[0]), self.threshold), float(bins[-1])
        high = top
        while True:
            mean, reach = mean_and_reach(high)
            if mean - reach >= top:
                break
            if high > 1e4 * top:
                raise ValueError(
                    "resolution: energies however large are seen in the bins, "
                    f"with σ = {reach / _REACH / mean:.3g} of the mean; it must stay below a sixth of it"
                )
            high *= 1.02
        floor = max(least, self.cutoff)
        low = high
        while low > floor:
            mean, reach = mean_and_reach(low)
            if mean + reach <= bottom:
                break
            if low < 1e-4 * top and floor == 0.0:
                raise ValueError(
                    f"threshold: deposits however small are seen above {bottom / keV:.6g} keV with this resolution; "
                    "raise the threshold, or set cutoff to the least energy that gives a signal"
                )
            low *= 0.98
        return max(low, floor * (1.0 - folding.BREAK)), high

    def _marks(self, bins: Array, low: float, high: float, recoils: bool) -> Array:
        """Transfers between which the response is smooth."""

        def mean(T: Array) -> Array:
            return self.mean(T, recoils=recoils)

        knots = self._knots(max(bins[0], self.threshold), bins[-1])
        knots = knots[:: 1 + knots.size // _KNOTS]
        at = folding.invert(mean, np.unique(np.concatenate((bins, [self.threshold], knots))), low, high)
        step = 1e-4 * at
        slope = (mean(np.minimum(at + step, high)) - mean(np.maximum(at - step, low))) / (2.0 * step)
        width = self.sigma(at, recoils=recoils) / np.maximum(slope, 1e-6)
        own = np.asarray(self.true_efficiency.knots, dtype=float)
        own = own[:: 1 + own.size // _KNOTS]
        return np.unique(np.concatenate(((at[:, None] + _AROUND * width[:, None]).ravel(), own, [self.cutoff])))

    def _refuse_too_low(self, spectrum: RateSpectrum, T: Array, magnitude: Array, recoils: bool) -> None:
        """Raise if all of a spectrum lies below the threshold."""
        lines = np.abs(spectrum.line_rate).sum(axis=(0, 1))
        there = [*T[magnitude > 0.0][-1:], *spectrum.line_transfer[lines > 0.0]]
        if there:
            self._refuse_endpoint(max(there), "the spectrum", recoils)

    def _refuse_endpoint(self, endpoint: float, what: str, recoils: bool) -> None:
        try:
            mean, sigma = self.mean(endpoint, recoils=recoils), self.sigma(endpoint, recoils=recoils)
        except ValueError:
            return  # beyond the tables of the detector, hence not below its threshold
        if float(mean + _REACH * sigma) <= self.threshold:
            raise ValueError(
                f"threshold of {self.threshold / keV:.6g} keV is above the endpoint of {what}, "
                f"{endpoint / keV:.6g} keV: there is nothing to be seen"
            )
