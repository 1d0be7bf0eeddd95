"""The explorer in a real browser: its numbers are those of the package, and a stranger's tasks can be done.

Chromium is one of the system's packages; where it is not, the tests are skipped, except in CI, which installs it.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuatom as na
from nuatom.explore.serving import address, server
from nuatom.explore.site import Shown, write_site
from nuatom.units import ELECTRON_MASS, MeV, cm2, eV, keV
from nuatom.units import s as second

pytestmark = pytest.mark.slow

AGREE = 5e-3
"""Of page and package, wherever a cross section is above a millionth of its maximum."""
SEEN = 1e-6
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLUX = 1e13
CONTRAST = """() => {
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (e) => {
    const colour = getComputedStyle(e).backgroundColor;
    return /, 0\\)$/.test(colour) && e.parentElement ? behind(e.parentElement) : colour;
  };
  const words = 'label, p, h1, h2, button, td, th, pre, legend, input, select, output, li';
  const shown = [...document.querySelectorAll(words)].filter((e) => e.textContent.trim());
  return Math.min(...shown.map((e) => {
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
}"""
"""The least contrast of a text with what is behind it (WCAG 2: at least 4.5)."""

COUPLINGS: dict[str, tuple[na.Coupling, dict[str, object]]] = {
    "moment": (na.MagneticMoment(1e-11), {"moment": 1e-11}),
    "weak e": (na.Weak("e"), {"weak": True}),
    "weak anti-mu": (na.Weak("mu", True), {"weak": True, "flavour": "mu", "antineutrino": True}),
    "millicharge": (na.Millicharge(1e-12), {"millicharge": 1e-12}),
    "charge radius": (na.ChargeRadius(1e-32 * cm2), {"charge_radius": 1e-32 * cm2}),
    "all": (
        na.Neutrino("e", magnetic_moment=1e-11, millicharge=-1e-12, charge_radius=1e-32 * cm2),
        {"moment": 1e-11, "millicharge": -1e-12, "charge_radius": 1e-32 * cm2, "weak": True},
    ),
}


def model(symbol: str) -> na.CentralField:
    return na.CentralField(na.Atom(symbol))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an explorer with neon and argon."""
    folder = tmp_path_factory.mktemp("explorer")
    shown = [
        Shown(
            symbol, model(symbol), {"name": "independent", "python": f'na.CentralField(na.Atom("{symbol}"))', "cli": ""}
        )
        for symbol in ("Ne", "Ar")
    ]
    write_site(folder, shown)
    with server(folder) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield address(running)
        running.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("NUATOM_NEEDS_BROWSER") == "1":
            pytest.fail("no Chromium, which CI is to install")
        pytest.skip("no Chromium on this computer: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        # Inside a container there are no name spaces for its sandbox; the page is our own.
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    """An empty page that fails the test for an error on its console or a request to another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda r: wrong.append(r.url) if not r.url.startswith((site, "data:", "blob:")) else None)
    yield opened
    context.close()
    assert wrong == []


def opened(page: Any, site: str, link: str = "") -> Any:
    page.goto(site + link)
    page.wait_for_selector("body[data-ready]")
    return page


def numbers(page: Any, **asked: object) -> dict[str, np.ndarray]:
    found = page.evaluate("async (asked) => (await import('./app.js')).numbers(asked)", asked)
    return {name: np.array(values) for name, values in found.items()}


def same(page: np.ndarray, package: np.ndarray) -> None:
    seen = np.abs(package) > SEEN * np.abs(package).max()
    assert seen.sum() > 0.4 * seen.size
    np.testing.assert_allclose(page[seen], package[seen], rtol=AGREE)


def asked_of(name: str) -> dict[str, Any]:
    given = dict(COUPLINGS[name][1])
    rest = {key: given.pop(key) for key in ("flavour", "antineutrino") if key in given}
    coupling = {"moment": 0, "millicharge": 0, "charge_radius": 0, "weak": False, **given}
    return {"coupling": coupling, **rest}


@pytest.mark.parametrize(("symbol", "energies"), [("Ne", (0.02, 0.1, 1.0)), ("Ar", (0.1, 0.4, 10.0))])
def test_cross_sections_are_those_of_the_package(
    page: Any, site: str, symbol: str, energies: tuple[float, ...]
) -> None:
    opened(page, site)
    for E in energies:
        end = 2 * E**2 / (2 * E + ELECTRON_MASS)
        T = np.concatenate([np.geomspace(0.02, 280, 20) * keV, end * np.array([0.9, 0.97, 0.99, 1.0, 1.01, 1.05])])
        T = np.sort(T[(T < min(E, 0.289))])
        for name, (coupling, _) in COUPLINGS.items():
            found = numbers(
                page, target=symbol, source="mono", flux=None, energies={"E": E, "T": T.tolist()}, **asked_of(name)
            )
            same(found["bound"], na.cross_section(coupling, model(symbol), E, T))
            for word, other in (("free", na.FreeElectrons(symbol)), ("stepping", na.Stepping(na.Atom(symbol)))):
                exact = na.cross_section(coupling, other, E, T)
                # A free electron ends at once there: on which side of it the number is, rounding decides.
                sure = np.abs(T / end - 1) > 1e-9
                np.testing.assert_allclose(found[word][sure], exact[sure], rtol=1e-9, atol=1e-9 * exact.max())


@pytest.mark.parametrize(
    ("word", "names"), [("solar", ("moment", "weak e", "millicharge")), ("reactor", ("moment", "all"))]
)
def test_rates_are_those_of_the_package(page: Any, site: str, word: str, names: tuple[str, ...]) -> None:
    opened(page, site)
    source = na.Solar("B16-GS98") if word == "solar" else na.Reactor(flux=FLUX / (cm2 * second))
    T = np.geomspace(0.02, 280, 16) * keV
    for name in names:
        coupling = COUPLINGS[name][0]
        found = numbers(page, target="Ne", source=word, flux=FLUX, energies={"E": 1, "T": T.tolist()}, **asked_of(name))
        per_atom = na.Material.of("Ne", lambda symbol: model(symbol)).units_per_mass
        same(found["bound"], na.rate(source, coupling, model("Ne"), T) / per_atom)
        same(found["free"], na.rate(source, coupling, na.FreeElectrons("Ne"), T) / per_atom)


@pytest.fixture(scope="module")
def shipped_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an explorer with tables of the package: screened argon, caesium and iodine that are not."""
    folder = tmp_path_factory.mktemp("shipped")
    words = {"name": "recommended", "python": 'na.recommended("Ar")', "cli": "--model recommended"}
    alone = {"name": "independent", "python": "", "cli": ""}
    shown = [Shown(symbol, na.CentralField(na.recommended(symbol).atom), alone) for symbol in ("Cs", "I")]
    write_site(folder, [Shown("Ar", na.recommended("Ar"), words), *shown])
    with server(folder) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield address(running)
        running.shutdown()
        thread.join()


def test_screened_electrons_have_their_resonances_on_the_page(browser: Any, shipped_site: str) -> None:
    """Lines of closed shells lie in the continuum of open ones: half of all there is, below 3s and the L edges."""
    argon = na.recommended("Ar")
    edges = np.array([shell.binding_energy for shell in argon.shells])
    T = (
        np.unique(np.concatenate([np.geomspace(16.5, 2900, 120), np.linspace(24, 34, 40), np.linspace(240, 252, 40)]))
        * eV
    )
    # On an edge itself it is rounding which side of it a number is.
    T = T[np.abs(T[:, None] - edges).min(axis=1) > 0.1 * eV]
    context = browser.new_context()
    page = opened(context.new_page(), shipped_site, "#target=Ar")
    for name in ("moment", "millicharge", "weak e"):
        asked = {"target": "Ar", "source": "mono", "flux": None, "energies": {"E": 1 * MeV, "T": T.tolist()}}
        found = numbers(page, **asked, **asked_of(name))
        same(found["bound"], na.cross_section(COUPLINGS[name][0], argon, 1 * MeV, T))
    closed = na.cross_section(COUPLINGS["moment"][0], argon, 1 * MeV, T, by_shell=True)
    below = np.where(T < edges[:, None], closed, 0).sum(axis=0) / closed.sum(axis=0)
    assert below.max() > 0.05
    # Its vacancies.
    row = page.locator("#binding tr", has_text="K").first.inner_text().split()
    relaxation = na.Relaxation(argon.atom)
    assert float(row[-1]) == pytest.approx(relaxation.fluorescence_yield("1s1/2"), rel=5e-3)
    assert float(row[-2]) == pytest.approx(relaxation.width("1s1/2") / eV, rel=5e-3)
    context.close()


def test_a_stranger_reads_off_caesium_iodide(browser: Any, shipped_site: str) -> None:
    page = opened(browser.new_page(), shipped_site, "#target=Ar")
    page.get_by_label("Element or compound").fill("CsI")
    page.get_by_label("Magnetic moment μB").fill("1e-11")
    page.get_by_label("Read at T =").fill("1 keV")
    page.get_by_role("button", name="Read").click()
    page.wait_for_function("document.querySelector('#status').textContent.startsWith('caesium')")
    page.wait_for_function("document.querySelector('#read').textContent.includes('formula unit')")
    text = page.locator("#read").inner_text()
    parts = (na.CentralField(na.recommended(symbol).atom) for symbol in ("Cs", "I"))
    area = sum(float(na.cross_section(na.MagneticMoment(1e-11), one, 1 * MeV, 1 * keV)) for one in parts) / (cm2 / keV)
    value, power = text.split("bound ")[1].split(",")[0].split("·10")
    assert power == "⁻⁴⁵"
    assert float(value) * 1e-45 == pytest.approx(area, rel=AGREE)
    page.close()


def test_a_compound_is_the_sum_of_its_atoms(page: Any, site: str) -> None:
    opened(page, site)
    T = [0.05 * keV, 1 * keV, 20 * keV]
    asked = {"source": "mono", "flux": None, "energies": {"E": 1 * MeV, "T": T}, **asked_of("moment")}
    whole, neon, argon = (numbers(page, target=t, **asked)["bound"] for t in ("NeAr2", "Ne", "Ar"))
    np.testing.assert_allclose(whole, neon + 2 * argon, rtol=1e-12)


# --- what a stranger does ------------------------------------------------------------------------------


def test_a_stranger_reads_downloads_and_shares(page: Any, site: str, browser: Any) -> None:
    opened(page, site)
    page.get_by_label("Element or compound").fill("Ne")
    page.get_by_label("Magnetic moment μB").fill("3e-11")
    page.get_by_label("Read at T =").fill("1 keV")
    page.get_by_role("button", name="Read").click()
    page.wait_for_function("document.querySelector('#status').textContent.startsWith('neon')")
    text = page.locator("#read").inner_text()
    area = float(na.cross_section(na.MagneticMoment(3e-11), model("Ne"), 1 * MeV, 1 * keV) / (cm2 / keV))
    value, power = f"{area:.3e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert text.startswith("At 1 keV: bound ")
    shown = text.split("bound ")[1].split(",")[0]
    assert shown.endswith(f"10{raised}")
    assert float(shown.split("·")[0]) == pytest.approx(float(value), rel=AGREE)
    # The edge.
    row = page.locator("#binding tr", has_text="L3").inner_text()
    assert row.startswith("2p3/2")
    # A file.
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[2].startswith("T[keV],bound[cm2/keV],free[cm2/keV],stepping[cm2/keV],1s1/2[cm2/keV]")
    rows = np.array([line.split(",") for line in lines[3:]], dtype=float)
    exact = na.cross_section(na.MagneticMoment(3e-11), model("Ne"), 1 * MeV, rows[::60, 0] * keV) / (cm2 / keV)
    np.testing.assert_allclose(rows[::60, 1], exact, rtol=AGREE, atol=SEEN * exact.max())
    # A link.
    other = opened(browser.new_page(), site, page.url.removeprefix(site))
    assert other.get_by_label("Element or compound").input_value() == "Ne"
    assert other.get_by_label("Magnetic moment μB").input_value() == "3e-11"
    assert other.locator("#read").inner_text() == text
    other.close()


def test_a_link_is_never_markup(page: Any, site: str) -> None:
    opened(page, site)
    page.goto(
        site + "#target=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&energy=%3Cb%3E1&hidden=%3Cscript%3E&unit=%3Ci%3E"
    )
    page.wait_for_function("document.querySelector('#target-error').textContent !== ''")
    assert "<img" in page.locator("#target-error").inner_text()  # as text
    assert page.locator("img").count() == 0
    assert page.get_by_label("Unit of T").input_value() == "keV"


@pytest.mark.parametrize(
    ("label", "wrong", "said"),
    [
        ("Element or compound", "Qx", "Qx is not on this page"),
        ("Magnetic moment μB", "much", "expected a number"),
        ("Energy with its unit", "1", "expected the unit"),
        ("From", "1 kev", "written so"),
        ("To", "1 eV", "expected more than 10 eV"),
    ],
)
def test_errors_stand_beside_what_is_wrong(page: Any, site: str, label: str, wrong: str, said: str) -> None:
    opened(page, site)
    control = page.get_by_label(label, exact=True)
    control.fill(wrong)
    page.wait_for_function("document.querySelector('[aria-invalid=true]') !== null")
    described = control.get_attribute("aria-describedby")
    assert said in page.locator(f"#{described}").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_is_labelled_and_fits_a_phone(browser: Any, site: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = opened(context.new_page(), site, "#source=solar&weak=1")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.wait_for_function("document.querySelector('#map').width > 300")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, select, button')]"
        ".filter((e) => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map((e) => e.id)"
    )
    assert unnamed == []
    contrast = page.evaluate(CONTRAST)
    assert contrast >= 4.5
    context.close()
