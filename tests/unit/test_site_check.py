"""The check of the built documentation finds what it is there for, and nothing in a page that is right."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import nuatom as na
from nuatom.explore.site import Shown, write_site

SCRIPT = Path(__file__).parents[2] / "docs" / "check_site.py"


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_site", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def output(text: str) -> str:
    return f'<div class="cell_output docutils container"><div class="output"><pre>{text}</pre></div></div>'


DRAWN = '<script src="tex-svg-full.js"></script>'
FORMULA = '<span class="math notranslate">\\(\\frac{a}{b}\\)</span>'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (output("&lt;Figure size 640x600 with 2 Axes&gt;"), "where a figure should be"),
        (output("&lt;Axes: title={'center': 'x'}&gt;"), "where a figure should be"),
        (output("Traceback (most recent call last)"), "traceback"),
        (output("<span>ValueError</span>: no such atom"), "traceback"),
        (output("examples/a.py:155: RuntimeWarning: invalid value encountered in divide"), "a warning"),
        ("<p>the sum \\frac{a}{b} is</p>", "raw formula"),
        ("<p>$$ E = mc^2 $$</p>", "raw formula"),
        (FORMULA, "nothing that draws them"),
        ('<script src="https://example.org/x.js"></script>', "another host"),
        ('<img src="figures/none.png">', "not there"),
        ('<a href="none.html">a page</a>', "not there"),
    ],
)
def test_what_is_wrong_is_found(check: ModuleType, tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    found = list(check.faults(tmp_path / "page.html"))
    assert len(found) == 1 and said in found[0]
    assert check.main(tmp_path) == 1


def test_a_page_that_is_right_passes(check: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "tex-svg-full.js").write_text("", encoding="utf-8")
    code = "<pre>raise ValueError: \\frac &lt;Figure size&gt;</pre><code>$$</code>"
    links = '<a href="page.html#here">here</a><a href="https://example.org">there</a><img src="data:image/png;base64,">'
    body = f"{DRAWN}<p>A {FORMULA} drawn</p>{code}{links}{output('1.25')}"
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    assert list(check.faults(tmp_path / "page.html")) == []
    assert check.main(tmp_path) == 0


def test_a_folder_without_pages_is_no_site(check: ModuleType, tmp_path: Path) -> None:
    assert check.main(tmp_path) == 1


def test_a_page_about_the_explorer_needs_the_explorer(check: ModuleType, tmp_path: Path) -> None:
    link = '<a href="explore/index.html">Explore</a>'
    for name in ("index.html", "explorer.html"):
        (tmp_path / name).write_text(f"<html><body>{link}</body></html>", encoding="utf-8")
    assert check.main(tmp_path) == 1
    assert "no list" in " ".join(check.explorer_faults(tmp_path))
    write_site(tmp_path / "explore", [Shown("H", na.Hydrogenic(n=1, l=0, Z=1), {"name": "", "python": "", "cli": ""})])
    assert list(check.explorer_faults(tmp_path)) == []
    assert check.main(tmp_path) == 0
    data = tmp_path / "explore/data/H.bin"
    data.write_bytes(data.read_bytes()[:100])
    (tmp_path / "index.html").write_text("<html><body></body></html>", encoding="utf-8")
    said = list(check.explorer_faults(tmp_path))
    assert len(said) == 2 and "H cannot be read" in said[0] and "index.html has no link" in said[1]


def test_the_page_of_all_figures_has_all_of_them(check: ModuleType, tmp_path: Path) -> None:
    image = f"_images/{'0a' * 32}.svg"
    (tmp_path / "_images").mkdir()
    (tmp_path / image).write_text("<svg/>", encoding="utf-8")
    (tmp_path / "page.html").write_text(f'<img alt="" src="{image}">', encoding="utf-8")
    (tmp_path / "figures.html").write_text("<p>none</p>", encoding="utf-8")
    assert check.main(tmp_path) == 1
    (tmp_path / "figures.html").write_text(f'<img alt="" src="{image}">', encoding="utf-8")
    assert check.main(tmp_path) == 0
