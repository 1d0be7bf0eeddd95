"""Neutrinos of the Sun at the Earth: fluxes of a standard solar model, spectra, and the flavours they arrive with.

In the Sun, ν_e are made at the electron density n_e as mass states in matter and follow them out adiabatically; on the
way the mass states lose their coherence (S. P. Mikheyev and A. Yu. Smirnov, Sov. J. Nucl. Phys. 42 (1985) 913;
S. J. Parke, Phys. Rev. Lett. 57 (1986) 1275):

    P_e1 = c13² (1 + cos2θ_m)/2,      P_e2 = c13² (1 − cos2θ_m)/2,      P_e3 = s13²,
    cos2θ_m = (cos2θ12 − β) / √[(cos2θ12 − β)² + sin²2θ12],      β = 2√2 G_F n_e c13² E / Δm²₂₁,
    P_eα = Σ_k P_ek |U_αk|²

θ13 is taken as in vacuum, which changes P_ee by less than 1e-3.  The density is averaged over where each component is
made by its mean and spread, P = ½[P(n̄+σ) + P(n̄−σ)].  By day that is all; at night the Earth changes |U_αk|² to what
`nuatom.source.earth` computes: P_ee of ⁸B gains 3 %, and those of ⁷Be and pp lose 0.05 and 0.02 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
from hepunits.constants import Avogadro
from numpy.typing import ArrayLike

from nuatom.bounds import check_number
from nuatom.neutrino.flavour import NUFIT, Flavour, Mixing
from nuatom.source import earth
from nuatom.source.beta import Lepton, allowed_spectrum
from nuatom.source.model import (
    Array,
    Component,
    Continuous,
    Emitter,
    LineSpectrum,
    Shape,
    Share,
    pure,
    require_positive,
)
from nuatom.source.table import column, rows
from nuatom.units import FERMI_CONSTANT, HBARC, MeV, cm, cm2, s


@dataclass(frozen=True)
class SolarModel:
    """Fluxes of a standard solar model.

    Attributes:
        name: e.g. "B16-GS98".
        fluxes: by component, all flavours together [1/(area time)].
        uncertainties: their relative standard deviations.  They are correlated in truth: temperature moves ⁷Be and ⁸B
            the same way, and the luminosity ties pp to ⁷Be.
    """

    name: str
    fluxes: Mapping[str, float]
    uncertainties: Mapping[str, float]


def b16_gs98() -> SolarModel:
    """B16 with the high metallicity GS98 (N. Vinyoles et al., Astrophys. J. 835 (2017) 202)."""
    return _b16("B16-GS98", "gs98")


def b16_agss09met() -> SolarModel:
    """B16 with the low metallicity AGSS09met (the same)."""
    return _b16("B16-AGSS09met", "agss09met")


_MODELS = {"B16-GS98": b16_gs98, "B16-AGSS09met": b16_agss09met}
TIMES = ("day", "night", "average")
"""When the neutrinos of the Sun are seen."""
_GRAN_SASSO = 42.45  # degrees


@dataclass(frozen=True, init=False)
class Solar(Emitter):
    """The neutrinos of the Sun, oscillated: components pp, pep, hep, 7Be, 8B, 13N, 15O and 17F.

    Args:
        model: "B16-GS98", "B16-AGSS09met" or a `SolarModel`.
        mixing: angles and Δm²₂₁.
        oscillated: whether they arrive mixed; False leaves all of them ν_e, for comparison.
        when: "day", without the Earth; "night", a mean over the nights of a year; or "average", half of each.  Fluxes
            are the same: an exposure of a year by night is half a year of live time.
        latitude: of the detector, for the night [degrees]; by default that of Gran Sasso, 42.45.  By day there is none.

    Raises:
        ValueError: for an unknown model, a component without a known spectrum, Δm²₂₁ ≤ 0, a latitude that is none, or
            one by day.
    """

    name: str
    components: tuple[Component, ...]
    mixing: Mixing
    when: str
    latitude: float | None

    def __init__(
        self,
        model: SolarModel | str = "B16-GS98",
        mixing: Mixing = NUFIT,
        *,
        oscillated: bool = True,
        when: str = "day",
        latitude: float | None = None,
    ) -> None:
        if isinstance(model, str):
            if model not in _MODELS:
                raise ValueError(f"unknown solar model {model!r}: expected {' or '.join(_MODELS)}")
            model = _MODELS[model]()
        if not isinstance(model, SolarModel):
            raise ValueError(f"a solar model is {' or '.join(_MODELS)}, or a SolarModel, got {model!r}")
        if not isinstance(mixing, Mixing):
            raise ValueError(f"the mixing of solar neutrinos is a Mixing, got {mixing!r}")
        require_positive("Δm²₂₁ of solar neutrinos", mixing.splitting_21)
        if when not in TIMES:
            raise ValueError(f"unknown time {when!r} of solar neutrinos: expected {', '.join(TIMES)}")
        if latitude is not None:
            check_number("the latitude of a detector", latitude, -90.0, 90.0, unit="degrees")
            if when == "day":
                others = " or ".join(f"when = {word!r}" for word in TIMES[1:])
                raise ValueError(f"a latitude says nothing of the Sun by day: leave it out, or take {others}")
        if when != "day" and not oscillated:
            raise ValueError(f"solar neutrinos that do not oscillate are the same at all times: leave {when!r} out")
        if when != "day":
            latitude = _GRAN_SASSO if latitude is None else float(latitude)
        made = []
        for name, flux in model.fluxes.items():
            if name not in _SPECTRA:
                raise ValueError(f"{model.name} has an unknown component {name!r}: expected {', '.join(_SPECTRA)}")
            composition = _composition(name, mixing, when, latitude) if oscillated else pure(Flavour.E)
            error = model.uncertainties.get(name, 0.0)
            masses = tuple(_MassState(name, k, mixing) for k in range(3)) if oscillated else ()
            made.append(Component(name, flux, _shape(name), composition, uncertainty=error, masses=masses))
        object.__setattr__(self, "name", model.name)
        object.__setattr__(self, "components", tuple(made))
        object.__setattr__(self, "mixing", mixing)
        object.__setattr__(self, "when", when)
        object.__setattr__(self, "latitude", latitude)

    def mass_probabilities(self, component: str, energy: ArrayLike) -> Array:
        """P_e1, P_e2, P_e3 before the Earth, of the module's head, shape energy.shape + (3,).

        Args:
            component: e.g. "pp".
            energy: E ≥ 0 [energy].

        Raises:
            ValueError: for an unknown component.
        """
        return mass_probabilities(component, energy, self.mixing)

    def probability(self, component: str, flavour: Flavour | str, energy: ArrayLike) -> Array:
        """P_eα at the detector, the shape of energy; the survival probability for "e".

        Raises:
            ValueError: for an unknown component or flavour.
        """
        share = _Oscillated(component, Flavour.of(flavour), self.mixing, self.when, self.latitude)
        return share(np.asarray(energy, dtype=float))


def mass_probabilities(component: str, energy: ArrayLike, mixing: Mixing = NUFIT) -> Array:
    """P_e1, P_e2, P_e3 of solar neutrinos at the Earth, shape energy.shape + (3,): the equations of the module's head.

    Args:
        component: e.g. "pp"; says where in the Sun it is made.
        energy: E ≥ 0 [energy].
        mixing: angles and Δm²₂₁.

    Raises:
        ValueError: for an unknown component.
    """
    table = {row["component"]: row for row in rows("source_solar_matter.csv")}
    if component not in table:
        raise ValueError(f"unknown solar component {component!r}: expected one of {', '.join(table)}")
    mean, spread = (float(table[component][key]) for key in ("electron_density", "spread"))
    at = np.asarray(energy, dtype=float)
    e3 = mixing.sin2_13
    rest = 1 - e3
    double = 1 - 2 * mixing.sin2_12
    cosine = np.zeros(at.shape)
    for density in (mean - spread, mean + spread):
        potential = sqrt(2) * FERMI_CONSTANT * density * Avogadro / cm**3 * HBARC**3
        away = double - 2 * potential * rest * at / mixing.splitting_21
        cosine += 0.5 * away / np.sqrt(away**2 + 1 - double**2)
    return np.stack([rest * (1 + cosine) / 2, rest * (1 - cosine) / 2, np.full(at.shape, e3)], axis=-1)


@dataclass(frozen=True)
class _Oscillated:
    """P_eα of one component."""

    component: str
    flavour: Flavour
    mixing: Mixing
    when: str
    latitude: float | None

    def __call__(self, energy: Array) -> Array:
        states = mass_probabilities(self.component, energy, self.mixing)
        row = np.abs(self.mixing.matrix[self.flavour.value]) ** 2
        day = np.asarray(states @ row)
        if self.latitude is None:
            return day
        passed = earth.night(energy, self.mixing, self.latitude)[..., self.flavour.value, :]
        dark = np.asarray((states * passed).sum(axis=-1))
        return dark if self.when == "night" else (day + dark) / 2


@dataclass(frozen=True)
class _MassState:
    """P_ek of one component, as it comes from the Sun.

    In the Earth they mix again, which changes the flavours of ⁸B by some per cent and those of pp not at all; that is
    left out of what is told of mass states.
    """

    component: str
    state: int
    mixing: Mixing

    def __call__(self, energy: Array) -> Array:
        return np.asarray(mass_probabilities(self.component, energy, self.mixing)[..., self.state])


def _composition(component: str, mixing: Mixing, when: str, latitude: float | None) -> tuple[Share, ...]:
    return tuple(Share(flavour, _Oscillated(component, flavour, mixing, when, latitude)) for flavour in Flavour)


def _b16(name: str, key: str) -> SolarModel:
    table = rows("source_solar_b16.csv")
    fluxes = {row["component"]: float(row[key]) / cm2 / s for row in table}
    return SolarModel(name, fluxes, {row["component"]: float(row[f"{key}_uncertainty"]) for row in table})


@dataclass(frozen=True, eq=False)
class _Boron:
    """E² times a smooth function."""

    reduced: Callable[[Array], Array]

    def __call__(self, energy: Array) -> Array:
        return np.asarray(energy**2 * self.reduced(energy))


def _boron() -> Shape:
    from scipy.interpolate import CubicSpline

    energy = column("source_boron8.csv", "energy_MeV") * MeV
    density = column("source_boron8.csv", "density")
    # Below 0.4 MeV, 3e-4 of all, the published numbers do not begin like E²: the rest is continued.
    used = energy > 0.45 * MeV
    spectrum = _Boron(CubicSpline(energy[used], density[used] / energy[used] ** 2))
    breaks = (0.0, 1.0 * MeV, 3.0 * MeV, 6.0 * MeV, 9.0 * MeV, 12.0 * MeV, 14.0 * MeV, 15.2 * MeV)
    return Continuous.normalised(spectrum, breaks, order=7)


# Endpoints: pp with the 3.4 keV that the protons bring (J. N. Bahcall, Phys. Rev. C 56 (1997) 3391), hep likewise; the
# others are atomic mass differences less 2m (M. Wang et al., Chin. Phys. C 45 (2021) 030003).  Lines at rest: the Sun
# shifts them by 1.3 keV and widens them by about as much.
_SPECTRA: dict[str, Callable[[], Shape]] = {
    "pp": lambda: allowed_spectrum(0.4234 * MeV, 1, 2, Lepton.POSITRON),
    "pep": lambda: LineSpectrum(1.442 * MeV),
    "hep": lambda: allowed_spectrum(18.784 * MeV, 2, 4, Lepton.POSITRON),
    "7Be": lambda: LineSpectrum(np.array([0.8613, 0.3843]) * MeV, [0.8956, 0.1044]),
    "8B": _boron,
    "13N": lambda: allowed_spectrum(1.1985 * MeV, 6, 13, Lepton.POSITRON),
    "15O": lambda: allowed_spectrum(1.7322 * MeV, 7, 15, Lepton.POSITRON),
    "17F": lambda: allowed_spectrum(1.7385 * MeV, 8, 17, Lepton.POSITRON),
}


@cache
def _shape(component: str) -> Shape:
    return _SPECTRA[component]()
