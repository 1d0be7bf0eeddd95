"""Several experiments in one fit: the product of their likelihoods."""

import numpy as np
import pytest
from scipy.optimize import minimize

from nuatom import limit
from nuatom.limit import Binned, Free, Gaussian, LogNormal, Model, Morphing, Signal
from nuatom.limit.joint import joint_model, parts

SHAPES = {"one": np.array([9.0, 4.0, 2.0, 1.0]), "two": np.array([5.0, 3.0, 2.5])}
COUNTS = {"one": np.array([27, 24, 18, 22]), "two": np.array([11, 14, 9])}
FLUX = 0.1


def single(name: str, extra: float = 0.0) -> Model:
    """A falling signal on a flat background; both share the error of the flux, the second has one of its own too."""
    shape = SHAPES[name]
    signal = Signal.of({"x": 1}, lambda x: x * shape * (1 + extra * np.arange(shape.size)))
    own = (LogNormal("efficiency", ("signal",), 0.2),) if name == "two" else ()
    background = {"flat": np.full(shape.size, 20.0 if name == "one" else 10.0)}
    variant = Signal.of({"x": 1}, lambda x: x * shape * 0.9)
    bands = (Morphing("binding", {1.0: variant}),)
    factors = (LogNormal("flux", ("signal",), FLUX), Free("background", ("flat",)), *own)
    return Model(signal, background, factors, bands, {"x": limit.NOT_NEGATIVE})


MODELS = {name: single(name) for name in SHAPES}
SHARED = ("flux", "binding")


def joint() -> Binned:
    return Binned.of(joint_model(MODELS, SHARED), np.concatenate(list(COUNTS.values())))


def test_names_and_bins_of_a_joint_model() -> None:
    model = joint().model
    assert model.parameters == ("x", "flux", "one: background", "two: background", "two: efficiency", "binding")
    assert model.samples == ("one: signal", "two: signal", "one: flat", "two: flat")
    assert parts(MODELS) == {"one": slice(0, 4), "two": slice(4, 7)}


@pytest.mark.parametrize("seed", range(5))
def test_the_joint_likelihood_is_the_product_of_the_single_ones(seed: int) -> None:
    """At any point of all parameters, to 1e-12: the constraints of what is shared are there once."""
    random = np.random.default_rng(seed)
    values = {
        "x": float(random.uniform(0, 3)),
        "flux": float(random.normal()),
        "one: background": float(random.uniform(0.7, 1.3)),
        "two: background": float(random.uniform(0.7, 1.3)),
        "two: efficiency": float(random.normal()),
        "binding": float(random.normal()),
    }
    both = 0.0
    for name, model in MODELS.items():
        own = {key.removeprefix(f"{name}: "): v for key, v in values.items() if ": " not in key or key.startswith(name)}
        both += Binned.of(model, COUNTS[name]).at(**own)
    both -= values["flux"] ** 2 + values["binding"] ** 2
    assert joint().at(**values) == pytest.approx(both, rel=1e-12)


def brute(x: float) -> float:
    """−2 ln L of both experiments written out, minimised over their nuisances by another program."""

    def deviance(a: np.ndarray) -> float:
        flux, first, second, efficiency, binding = a
        total = flux**2 + efficiency**2 + binding**2
        for name, size, level in (("one", 20.0, first), ("two", 10.0, second)):
            scale = (1 + FLUX) ** flux * (1 - 0.1 * binding) * (1.2**efficiency if name == "two" else 1.0)
            expected = x * SHAPES[name] * scale + size * level
            n = COUNTS[name]
            total += 2 * np.sum(expected - n + n * np.log(n / expected))
        return float(total)

    start = np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    found = minimize(deviance, start, method="L-BFGS-B", bounds=[(-8, 8), (0.01, 5), (0.01, 5), (-8, 8), (-8, 8)])
    for _ in range(3):
        found = minimize(
            deviance, found.x, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 9000}
        )
    return float(found.fun)


def test_the_joint_fit_is_that_of_brute_force() -> None:
    """The profile along x, to 1e-6."""
    values = np.array([0.0, 0.5, 1.0, 2.0])
    scan = limit.scan(joint(), "x", values)
    expected = np.array([brute(x) for x in values])
    np.testing.assert_allclose(np.diff(scan.rise), np.diff(expected), rtol=0, atol=1e-6)


@pytest.mark.slow
def test_a_joint_limit_covers() -> None:
    """2000 toys of both together at a signal: 90 % of them allow it with the unified procedure, within 3 errors."""
    data = joint()
    point = data.model.point({"x": 1.0})
    toys = data.toys(point, 2000, np.random.default_rng(7))
    low, high, _ = limit.intervals(toys, "x", 0.9)
    share = np.mean((low <= 1.0) & (1.0 <= high))
    assert abs(share - 0.9) < 3 * np.sqrt(0.9 * 0.1 / 2000) + 0.01  # that of the closed forms with some ten events


def test_what_cannot_be_joined_is_refused() -> None:
    other = Model(Signal.of({"y": 1}, lambda y: y * np.ones(2)))
    with pytest.raises(ValueError, match="a joint fit has the same parameters everywhere"):
        joint_model({"one": MODELS["one"], "other": other})
    wider = Model(MODELS["two"].signal, {}, (LogNormal("flux", ("signal",), 0.3),), (), MODELS["two"].bounds)
    with pytest.raises(ValueError, match="another size than elsewhere"):
        joint_model({"one": MODELS["one"], "two": wider}, SHARED)
    by_bin = Model(
        MODELS["two"].signal, {}, (Gaussian("flux", ("signal",), [0.1, 0.2, 0.3]),), (), MODELS["two"].bounds
    )
    with pytest.raises(ValueError, match=r"cannot be shared|another size"):
        joint_model({"one": by_bin, "two": by_bin}, ("flux",))
    apart = joint_model({"one": MODELS["one"], "two": by_bin})
    assert np.isfinite(Binned.of(apart, np.concatenate(list(COUNTS.values()))).at(x=1.0))
