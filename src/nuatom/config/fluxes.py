"""How well the fluxes of the components of a source are known, each and together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nuatom.config.checks import SetupProblem, named
from nuatom.config.sources import SourceSection

if TYPE_CHECKING:
    from nuatom.source import Source


@dataclass(frozen=True)
class FluxErrors:
    """Relative errors of fluxes and their correlations.

    Attributes:
        names: of the components.
        errors: one standard deviation of each, relative, shape (component,).
        correlation: shape (component, component).
    """

    names: tuple[str, ...]
    errors: NDArray[np.float64]
    correlation: NDArray[np.float64]

    def error(self, name: str) -> float:
        """That of one component."""
        return float(self.errors[self.names.index(name)])

    def pairs(self, names: tuple[str, ...]) -> dict[tuple[str, str], float]:
        """The correlations of some of them that are not zero, by pairs."""
        places = [self.names.index(name) for name in names]
        return {
            (self.names[i], self.names[j]): float(self.correlation[i, j])
            for n, i in enumerate(places)
            for j in places[n + 1 :]
            if self.correlation[i, j]
        }


def flux_errors(section: SourceSection, source: Source) -> FluxErrors:
    """Those that the table of a source says, and its components where it does not.

    With ``luminosity`` the component that most of the light comes with is what the others leave of it: of its relative
    deviation δ, w the shares of the light,

        Σ_i w_i δ_i = 0 ± luminosity,      w_i = α_i Φ_i / Σ α Φ.

    Raises:
        SetupProblem: for a component that is not there, and correlations that cannot be.
    """
    components = source.components
    names = tuple(component.name for component in components)
    errors = np.array([component.uncertainty for component in components], dtype=float)
    correlation = np.eye(len(names))
    if (section.correlations or section.luminosity is not None) and section.uncertainty is not None:
        key = "correlations" if section.correlations else "luminosity"
        raise SetupProblem(
            f"source.{key}: source.uncertainty is one error of all fluxes together, which leaves nothing to correlate: "
            "take one of them out"
        )
    for first, others in section.correlations.items():
        for second, value in others.items():
            key = f"source.correlations.{first}.{second}"
            for name in (first, second):
                if name not in names:
                    raise SetupProblem(f"{key}: {source.name!r} has no {name!r}; expected one of {', '.join(names)}")
            i, j = names.index(first), names.index(second)
            if i == j or (correlation[i, j] and correlation[i, j] != value):
                raise SetupProblem(f"{key}: expected two components, and one number for both orders, got {value:g}")
            correlation[i, j] = correlation[j, i] = value
    if (least := float(np.linalg.eigvalsh(correlation)[0])) < 1e-9:
        raise SetupProblem(
            f"source.correlations: they contradict each other, or leave nothing free: their matrix has the eigenvalue "
            f"{least:.3g}, and all have to be above 0; make them smaller"
        )
    if section.luminosity is None:
        return FluxErrors(names, errors, correlation)
    from nuatom.source.luminosity import light

    energies = named("source.luminosity", lambda: light(components))
    power = np.array([energies[component.name] * component.flux for component in components])
    share = power / power.sum()
    rest = int(np.argmax(share))
    if np.any(np.delete(correlation[rest], rest)):
        raise SetupProblem(
            f"source.correlations: those of {names[rest]} are what source.luminosity says; give others, or leave it out"
        )
    covariance = correlation * errors[:, None] * errors
    covariance[rest] = covariance[:, rest] = 0.0
    # δ_rest = (light − Σ w_i δ_i)/w_rest
    with_rest = -(share @ covariance) / share[rest]
    own = (share @ covariance @ share + section.luminosity**2) / share[rest] ** 2
    covariance[rest] = covariance[:, rest] = with_rest
    covariance[rest, rest] = own
    errors = np.sqrt(np.diag(covariance))
    size = np.where(errors > 0, errors, 1.0)
    correlation = covariance / np.outer(size, size)
    np.fill_diagonal(correlation, 1.0)
    return FluxErrors(names, errors, correlation)
