#!/usr/bin/env python3
"""Whether the pages of a built documentation show what they should: `python docs/check_site.py docs/_build/html`.

A page must not hold the name of a figure where the figure should be, the source of a formula that nothing draws,
a traceback or a warning, a file of another host, or a picture or page that is not there.  A site with a page about the
explorer has the explorer, with its elements, and one with a page of all figures has all of them there.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

NAMED = re.compile(r"<(?:Figure|Axes|AxesSubplot|matplotlib\.[\w.]+|module|function|bound method)\b[^>]{0,200}>")
TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^[A-Z]\w*(?:Error|Exception): ", re.MULTILINE)
WARNED = re.compile(r"\.py:\d+: \w*Warning: .*")
TEX = re.compile(r"\\(?:frac|int|sum|sqrt|mathrm|mathbf|langle|left|begin|text|varepsilon|sigma|propto|approx)\b|\$\$")
EXPLORER, GALLERY = "explore", "figures.html"
DRAWN = re.compile(r'<img[^>]+src="(_images/[0-9a-f]{64}\.(?:svg|png))"')
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CODE = {"pre", "code", "tt"}
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}


class Page(HTMLParser):
    """The text of a page, by what it stands in, and what the page loads and links."""

    def __init__(self) -> None:
        super().__init__()
        self.prose: list[str] = []
        self.outputs: list[str] = []
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.formulas = 0
        self.draws = False
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element loads, and that it is open."""
        given = {name: value or "" for name, value in attrs}
        self.loaded += [given[name] for of, name in LOADED if of == tag and given.get(name)]
        if tag == "link" and given.get("rel") in ("stylesheet", "preload", "icon"):
            self.loaded.append(given.get("href", ""))
        if tag == "a" and given.get("href"):
            self.linked.append(given["href"])
        classes = given.get("class", "")
        self.formulas += "math" in classes.split()
        self.draws |= tag == "script" and "tex-svg" in given.get("src", "")
        if tag not in VOID:
            self._open.append((tag, classes))

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and what was left open in it."""
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Sort the text by what it stands in."""
        tags = {tag for tag, _ in self._open}
        if tags & {"script", "style"}:
            return
        classes = {name for _, names in self._open for name in names.split()}
        if not tags & CODE and "math" not in classes:
            self.prose.append(data)
        if {"cell_output", "output"} & classes:
            self.outputs.append(data)


def faults(path: Path) -> Iterator[str]:
    """What is wrong with a page, one line each."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    outputs, prose = "".join(page.outputs), "".join(page.prose)
    for found in NAMED.finditer(outputs):
        yield f"{found.group()!r} stands where a figure should be"
    if found := WARNED.search(outputs):
        yield f"a warning: {found.group()!r}"
    for text in (outputs, prose):
        if found := TRACEBACK.search(text):
            yield f"a traceback or an error: {found.group()!r}"
    if found := TEX.search(prose):
        yield f"a raw formula: {prose[max(0, found.start() - 20) : found.end() + 20]!r}"
    if page.formulas and not page.draws:
        yield f"{page.formulas} formulas and nothing that draws them"
    for address in page.loaded:
        yield from _missing(path, address, "loads")
    for address in page.linked:
        if not urlsplit(address).scheme:
            yield from _missing(path, address, "links")


def _missing(path: Path, address: str, does: str) -> Iterator[str]:
    """A line if an address is on another host, or of this site and not there."""
    parts = urlsplit(address)
    if parts.scheme == "data":
        return
    if parts.scheme or parts.netloc:
        yield f"{does} {address}, of another host"
    elif parts.path and not (path.parent / unquote(parts.path)).exists():
        yield f"{does} {address}, which is not there"


def explorer_faults(folder: Path) -> Iterator[str]:
    """What the explorer of a site lacks, one line each."""
    where = folder / EXPLORER
    try:
        listed = json.loads((where / "data" / "index.json").read_text(encoding="utf-8"))["elements"]
    except (OSError, ValueError, KeyError) as error:
        yield f"no list of elements: {error}"
        return
    if not listed:
        yield "no element"
    for symbol in ["sources", *(one["symbol"] for one in listed)]:
        try:
            data = gzip.decompress((where / "data" / f"{symbol}.bin").read_bytes())
            json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
        except (OSError, EOFError, ValueError, zlib.error) as error:
            yield f"{symbol} cannot be read: {error}"
    for name in ("index.html", "explorer.html"):
        if f"{EXPLORER}/index.html" not in (folder / name).read_text(encoding="utf-8"):
            yield f"{name} has no link to it"


def missing_figures(folder: Path, pages: Iterable[Path]) -> Iterator[str]:
    """The figures of pages that are not on the page of all figures, one line each."""
    everything = (folder / GALLERY).read_text(encoding="utf-8")
    for path in pages:
        for image in DRAWN.findall(path.read_text(encoding="utf-8")):
            if f'src="{image}"' not in everything:
                yield f"{image} of {path.name} is not there"


def main(folder: Path) -> int:
    """Check every page of a folder, and say what is wrong."""
    pages = sorted(path for path in folder.rglob("*.html") if "_static" not in path.parts)
    wrong = [f"{path.relative_to(folder)}: {fault}" for path in pages for fault in faults(path)]
    if (folder / "explorer.html").exists():
        wrong += [f"{EXPLORER}: {fault}" for fault in explorer_faults(folder)]
    if (folder / GALLERY).exists():
        wrong += [f"{GALLERY}: {fault}" for fault in missing_figures(folder, pages)]
    print("\n".join(wrong) or f"{len(pages)} pages show what they should")
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
