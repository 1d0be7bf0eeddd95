"""The package's own couplings and responses pass the tests that users' are put through, and faulty ones do not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nuatom as na
from central_fields import central_field, screened
from nuatom.conformance import ConformanceError, check_coupling, check_response
from nuatom.functions import ALL, VECTOR, Function
from nuatom.units import MeV, cm2, keV

MEDIATORS = (na.VectorMediator(10 * keV, 1e-6, 1e-6), na.AxialMediator(1 * MeV, 1e-6, -1e-6))
FLIPS = (na.ScalarMediator(10 * keV, 1e-6, -1e-6), na.PseudoscalarMediator(10 * keV, 1e-6, 1e-6))
NSI = na.NonStandard.chiral(0.1 * np.ones((3, 3)), np.diag([0.1, -0.2, 0.3]))
COUPLINGS: list[na.Coupling] = [
    na.Weak(),
    na.Weak(sin2_theta=0.23),
    na.MagneticMoment(1e-11),
    na.Millicharge(1e-12),
    na.Millicharge(-1e-12, photon_mass=1e-5),
    na.ChargeRadius(1e-32 * cm2),
    na.Anapole(1e-33 * cm2),
    *MEDIATORS,
    *FLIPS,
    na.HeavyLepton(1e-10, 50 * keV),
    na.Neutrino(
        magnetic_moment=1e-11, millicharge=1e-12, charge_radius=1e-32 * cm2, mediators=MEDIATORS + FLIPS, nsi=NSI
    ),
    na.IncoherentSum((na.Weak(), na.HeavyLepton(1e-10, 50 * keV), na.MagneticMoment(1e-11))),
]
RESPONSES: dict[str, tuple[Callable[[], na.ResponseModel], tuple[Function, ...], dict[str, Any]]] = {
    "free electrons": (lambda: na.FreeElectrons("Ge"), ALL, {"values": False}),
    "stepping": (lambda: na.Stepping(na.Atom("Ge")), ALL, {"values": False}),
    "hydrogenic": (lambda: na.Hydrogenic(n=2, l=1, Z=3), VECTOR, {}),
    "impulse": (lambda: na.Impulse(na.Atom("Ar")), ALL, {}),
    "central field H": (lambda: central_field("H"), ALL, {}),
    "central field Ar": (lambda: central_field("Ar"), ALL, {}),
    "screened Ar": (lambda: screened("Ar"), ALL, {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("coupling", COUPLINGS, ids=lambda c: type(c).__name__)
def test_every_coupling_conforms(coupling: na.Coupling) -> None:
    check_coupling(coupling)


@pytest.mark.slow
@pytest.mark.parametrize("name", RESPONSES)
def test_every_response_conforms(name: str) -> None:
    make, functions, claims = RESPONSES[name]
    check_response(make(), functions, **claims)


class Faulty(na.Coupling):
    """A magnetic moment with one thing wrong."""

    def __init__(self, **changes: Any) -> None:
        self.__dict__.update(changes)
        self.right = na.MagneticMoment(1e-11)

    @property
    def functions(self) -> tuple[Function, ...]:
        return self.__dict__.get("own_functions", VECTOR)

    def weights(self, energy: Any, transfer: Any, momentum: Any) -> na.StructureWeights:
        found = self.right.weights(energy, transfer, momentum)
        return self.change(found) if "change" in self.__dict__ else found

    def intervals(self, energy: Any, transfer: Any) -> Any:
        edges = self.right.intervals(energy, transfer)
        return self.cut(edges) if "cut" in self.__dict__ else edges

    def components(self) -> Any:
        return self.__dict__.get("parts", {"faulty": self})

    def with_flavour(self, flavour: Any, antineutrino: bool = False) -> Any:
        if "remembers" in self.__dict__ and not antineutrino:
            return self
        return na.MagneticMoment(2e-11) if "remembers" in self.__dict__ else self


def scaled(factor: float) -> Callable[[na.StructureWeights], na.StructureWeights]:
    return lambda w: na.StructureWeights({f: factor * v for f, v in w.values.items()})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"own_functions": [Function.CHARGE]}, "functions to be a tuple"),
        ({"own_functions": VECTOR[::-1]}, "in the order of Function"),
        ({"own_functions": (Function.CHARGE,)}, "weights on .*, its functions"),
        ({"change": scaled(-1.0)}, "never to have a negative cross section"),
        ({"change": scaled(np.nan)}, "to be finite"),
        ({"change": lambda w: na.StructureWeights({f: v + 1.0 for f, v in w.values.items()})}, "exact zeros"),
        ({"change": lambda w: na.StructureWeights({f: np.sum(v) for f, v in w.values.items()})}, "of shape"),
        ({"change": lambda w: w.values}, "weights to be a StructureWeights"),
        ({"cut": lambda edges: edges[:, ::-1]}, "intervals to ascend"),
        ({"cut": lambda edges: edges[:, :1]}, "intervals of shape"),
        ({"cut": lambda edges: edges * np.array([1.0, 3.0])}, "intervals within T and 2E"),
        (
            {"parts": {"one": na.MagneticMoment(1e-11), "two": na.MagneticMoment(1e-11)}},
            "components of Faulty that add up",
        ),
        ({"parts": {}}, "components to name one part"),
        ({"remembers": True}, "to forget what it was"),
    ],
)
def test_a_faulty_coupling_does_not(changes: dict[str, Any], message: str) -> None:
    check_coupling(Faulty())
    with pytest.raises(ConformanceError, match=message):
        check_coupling(Faulty(**changes))


def test_what_is_no_coupling_at_all() -> None:
    with pytest.raises(ConformanceError, match=r"make it a subclass of nuatom\.Coupling"):
        check_coupling(object())  # type: ignore[arg-type]
    with pytest.raises(ConformanceError, match="to have shells"):
        check_response(object())  # type: ignore[arg-type]


class Wrong:
    """A hydrogen atom with one thing wrong."""

    def __init__(self, **changes: Any) -> None:
        self.right, self.changes = na.Hydrogenic(n=1, l=0, Z=1), changes
        self.shells = changes.get("shells", self.right.shells)

    def _changed(self, kind: str, found: Any) -> Any:
        return self.changes[kind](found) if kind in self.changes else found

    def structure(self, *args: Any) -> Any:
        return self._changed("structure", self.right.structure(*args))

    def measure(self, *args: Any) -> Any:
        return self._changed("measure", self.right.measure(*args))

    def lines(self, functions: Any = VECTOR) -> Any:
        return self._changed("lines", self.right.lines(functions))


def times(factor: float) -> Callable[[Any], Any]:
    return lambda found: replace(found, values={f: factor * v for f, v in found.values.items()})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shells": ()}, "shells to be one or more"),
        ({"measure": times(1.1)}, "measure the integral of its charge"),
        ({"measure": times(-1.0)}, "not to be negative"),
        ({"structure": times(np.nan)}, "to be finite"),
        ({"measure": lambda m: replace(m, values={f: v + 1e-9 for f, v in m.values.items()})}, "exactly zero"),
        ({"measure": lambda m: replace(m, values={Function.CHARGE: m.charge})}, "current, which was asked for"),
        ({"measure": lambda m: replace(m, relative_error=m.relative_error[:, :1])}, "errors of shape"),
        ({"lines": lambda x: replace(x, transfer=x.transfer[::-1])}, "ascending"),
        ({"lines": lambda x: replace(x, shell=x.shell + 7)}, "lines of shells that there are"),
    ],
)
def test_a_faulty_response_does_not(changes: dict[str, Any], message: str) -> None:
    check_response(Wrong())  # type: ignore[arg-type]
    with pytest.raises(ConformanceError, match=message):
        check_response(Wrong(**changes))  # type: ignore[arg-type]
