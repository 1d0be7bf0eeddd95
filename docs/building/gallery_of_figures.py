"""The gallery: every figure that the pages draw, in one place, with the code behind it.

A page that was executed is left as a notebook beside the build.  Its figures are found in the page, in their order, and
their code in the notebook, with the function of the examples that it calls; both are put where the page of the
gallery has two comments for them.  The figures get a text of their section, for who cannot see them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PAGE = "figures"
_PLACE = re.compile(r"<!-- figures -->.*<!-- /figures -->", re.DOTALL)
_FORMULA = re.compile(r"\\\((.+?)\\\)")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(frozen=True)
class Shown:
    """A figure of a page: its file, the anchor and the title of its section, and its page's title."""

    image: str
    anchor: str
    section: str
    page: str


class Figures(HTMLParser):
    """The figures among the outputs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Shown] = []
        self._open: list[tuple[str, str, str]] = []
        self._titles = {"": ""}
        self._heading = False
        self._first = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note sections, headings, and figures within outputs."""
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, given.get("class", ""), given.get("id", "")))
        if re.fullmatch("h[1-6]", tag):
            self._heading = True
            self._titles[self._section()] = ""
        image = given.get("src", "")
        if tag == "img" and image.startswith("_images/") and any("cell_output" in c for _, c, _ in self._open):
            at = self._section()
            self.found.append(Shown(image, at, *(_plain(title) for title in (self._titles.get(at, ""), self._first))))

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if re.fullmatch("h[1-6]", tag):
            self._heading = False
            self._first = self._first or self._titles[self._section()]
        if any(tag == name for name, _, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """The text of headings, without the sign of their link."""
        if self._heading and data != "¶":
            self._titles[self._section()] += data

    def _section(self) -> str:
        return next((id for tag, _, id in reversed(self._open) if tag == "section" and id), "")


def _plain(title: str) -> str:
    """A title with its formulas as they would be typed."""
    return _FORMULA.sub(r"\1", title).replace("\n", " ").strip()


def codes(notebook: dict[str, Any]) -> Iterator[str]:
    """The code of every figure of an executed notebook, in their order."""
    modules: dict[str, str] = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            continue
        # What a magic command is not is Python.
        tree = ast.parse("\n".join(line for line in source.splitlines() if not line.startswith("%")))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        drawn = [out for out in cell.get("outputs", []) if any("image/" in kind for kind in out.get("data", {}))]
        if drawn:
            functions = _functions(tree, modules)
            calls = [text for text in functions if text.startswith(("def figure", "def photo", "def ratio"))]
            for k, _ in enumerate(drawn):
                # Several figures of a cell are drawn by as many functions, in their order.
                own = [calls[k]] if len(calls) == len(drawn) else functions
                yield "\n\n\n".join([*own, source.strip()] if own else [source.strip()])


def _functions(tree: ast.Module, modules: dict[str, str]) -> list[str]:
    """The functions of the examples that a cell calls."""
    found = []
    for node in ast.walk(tree):
        call = node.func if isinstance(node, ast.Call) else None
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name):
            path = EXAMPLES / f"{modules.get(call.value.id, '')}.py"
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                for function in ast.parse(text).body:
                    if isinstance(function, ast.FunctionDef) and function.name == call.attr:
                        found.append(ast.get_source_segment(text, function) or "")
    return list(dict.fromkeys(found))


def executed(notebook: Path) -> dict[str, Any]:
    """A notebook with its outputs: one that was executed in an earlier build has them in the cache beside it."""
    found: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    if any(cell.get("outputs") for cell in found["cells"]):
        return found
    import nbformat
    from jupyter_cache import get_cache

    cache = get_cache(str(notebook.parent.parent / ".jupyter_cache"))
    try:
        return dict(cache.merge_match_into_notebook(nbformat.from_dict(found))[1])
    except KeyError:
        return found


def card(name: str, shown: Shown, code: str) -> str:
    """A figure of the gallery."""
    where = escape(f"{name}.html#{shown.anchor}")
    title = escape(shown.page if shown.page == shown.section else f"{shown.page}: {shown.section}")
    text = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
    link = f'<a class="reference internal" href="{where}">'
    return (
        f'<figure>{link}<img loading="lazy" src="{shown.image}" alt="{title}"></a>'
        f"<figcaption>{link}{title}</a></figcaption>"
        '<details><summary>Code</summary><div class="highlight">'
        f'<pre tabindex="0">{text}</pre></div></details></figure>'
    )


def gallery(folder: Path, notebooks: Path, pages: list[str]) -> list[str]:
    """A card of every figure of some pages.

    Args:
        folder: of the built pages.
        notebooks: folder of what was executed.
        pages: their names.

    Raises:
        ValueError: if a page does not have the figures of its notebook.
    """
    cards = []
    for name in pages:
        page, source = folder / f"{name}.html", notebooks / f"{name}.ipynb"
        if not (page.exists() and source.exists()):
            continue
        parser = Figures()
        parser.feed(page.read_text(encoding="utf-8"))
        own = list(codes(executed(source)))
        if len(own) != len(parser.found):
            raise ValueError(f"{name} shows {len(parser.found)} figures, and {len(own)} were drawn")
        cards += [card(name, *pair) for pair in zip(parser.found, own, strict=True)]
        _describe(page, parser.found)
    return cards


def _describe(page: Path, figures: list[Shown]) -> None:
    """Give figures the title of their section in place of the name of their file."""
    text = page.read_text(encoding="utf-8")
    for one in figures:
        said = escape(f"Figure: {one.section or one.page}")
        text = text.replace(f'alt="{one.image}"', f'alt="{said}"')
    page.write_text(text, encoding="utf-8")


def write(app: Any, failure: Exception | None) -> None:
    """Fill the page of the gallery, once the pages are there."""
    if failure is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    pages = [name for name in app.env.toctree_includes.get(app.config.root_doc, [])]
    cards = gallery(folder, folder.parent / "jupyter_execute", pages)
    if not cards:
        return  # the page says so
    path = folder / f"{PAGE}.html"
    text = path.read_text(encoding="utf-8")
    made = f'<!-- figures --><div class="every-figure">{"".join(cards)}</div><!-- /figures -->'
    path.write_text(_PLACE.sub(lambda _: made, text), encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """The filling, once the pages are there."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
