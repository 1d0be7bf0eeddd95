"""What can be fitted, and how numbers of the fit become numbers of physics.

The fit has units in which everything is of order one, and of a magnetic moment its square, which enters linearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from nuatom.units import cm2


@dataclass(frozen=True)
class Parameter:
    """A property of the neutrino that is fitted.

    Attributes:
        name: in a configuration, and of the argument of `nuatom.Neutrino`.
        fitted: its name in the fit.
        unit: one in the fit, in public units; of a square, of its root.
        label: that unit in words.
        scale: one of the label's unit in public units: 1 for Bohr magnetons, cm² for areas.
        short: the same in short, for the head of a column.
        symbol: for a figure.
        squared: whether it is fitted through its square, which is not negative.
    """

    name: str
    fitted: str
    unit: float
    label: str
    scale: float
    short: str
    symbol: str
    squared: bool = False

    def value(self, fitted: float) -> float:
        """From the fit to public units; the root, where it is the square that is fitted."""
        return self.unit * sqrt(max(fitted, 0.0)) if self.squared else self.unit * fitted

    def to_fit(self, value: float) -> float:
        """From public units to the fit."""
        return (value / self.unit) ** 2 if self.squared else value / self.unit

    @property
    def fitted_unit(self) -> str:
        """What one in the fit is, in words: "(1e-11 Bohr magnetons)^2"."""
        one = f"{self.unit / self.scale:.6g} {self.label}"
        return f"({one})^2" if self.squared else one

    @property
    def part(self) -> str:
        """The name of its part of a coupling."""
        return self.name.replace("_", " ")


PARAMETERS: Mapping[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            "magnetic_moment", "magnetic_moment_squared", 1e-11, "Bohr magnetons", 1.0, "μ_B", r"\mu_\nu", squared=True
        ),
        Parameter("millicharge", "millicharge", 1e-12, "e", 1.0, "e", r"q_\nu"),
        Parameter("charge_radius", "charge_radius", 1e-32 * cm2, "cm2", cm2, "cm²", r"\langle r^2\rangle"),
        Parameter("anapole", "anapole", 1e-32 * cm2, "cm2", cm2, "cm²", r"a_\nu"),
    )
}
