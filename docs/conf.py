"""How the documentation is built: `python -m sphinx -W docs docs/_build/html`."""

import os
import re
import sys
from pathlib import Path

import mathjax

import nuatom

project = "nuatom"
author = "the nuatom authors"
copyright = "2026, the nuatom authors"
version = release = nuatom.__version__

# What the site has besides its pages, one file each in docs/building.
sys.path.insert(0, str(Path(__file__).parent / "building"))
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
extensions += ["embedded_explorer", "example_notebooks", "gallery_of_figures", "version_switch"]
exclude_patterns = ["_build", "jupyter_execute"]
default_role = "py:obj"

html_theme = "furo"
html_title = f"nuatom {release}"
html_css_files = ["site.css"]

# Formulas are drawn by a file of the site itself, so that they are formulas without a network too: the one of MathJax
# that has its letters in it as outlines, from the package that carries MathJax as data.
MATHJAX = Path(mathjax.__file__).parent / "static" / "mathjax" / "es5" / "tex-svg-full.js"
mathjax_path = MATHJAX.name
# The menu would ask another host for voices.
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"scale": 0.92}}
html_static_path = ["_static", str(MATHJAX)]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3

# An example that raises or warns is an error of the documentation.
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 900  # of a cell that computes several atoms on two busy cores
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_attr_annotations = False  # the signature above has them

_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields|Examples?|Notes?|References|Warns):$")


_ARRAY = re.compile(r"~?(?:numpy\.)?ndarray\[tuple\[[^\]]*\], ~?(?:numpy\.)?dtype\[[^\]]*\]\]")


def display_equations(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Show the indented equations of a docstring as they stand, and bars and stars as themselves.

    Docstrings are written for people who read them in a terminal: an equation is an indented block, and
    |⟨n|ρ|0⟩|² is no reStructuredText substitution.
    """
    done: list[str] = []
    in_section = in_block = False
    for line in lines:
        if _SECTION.match(line):
            in_section, in_block = True, False
        elif line.strip() and not line.startswith(" "):
            in_section = in_block = False
        starts_block = line.startswith(" ") and not in_section and not in_block and (not done or not done[-1])
        if starts_block and not (done[-2:-1] and done[-2].endswith("::")):
            done += ["::", ""]
        in_block = in_block or starts_block
        done.append(line if in_block else _escape(line))
    lines[:] = done


def _escape(line: str) -> str:
    """A line with its bars, stars and trailing underscores taken literally outside of backquotes."""
    parts = re.split(r"(``.+?``|`[^`]+`_?)", line)
    return "".join(part if part.startswith("`") else re.sub(r"([|*]|(?<=\w)_(?!\w))", r"\\\1", part) for part in parts)


def shorten_signature(
    app: object,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Write arrays as Array, and no arguments for a protocol, which nobody calls."""

    def short(text: str | None) -> str | None:
        return text and _ARRAY.sub("Array", text)

    return ("" if signature == "(*args, **kwargs)" else short(signature)), short(returns)


KERNEL = """
c = get_config()
c.IPKernelApp.matplotlib = "inline"
c.InlineBackend.figure_formats = {"svg"}
c.HistoryManager.enabled = False
"""


def configure_kernels(folder: Path) -> None:
    """Show figures as figures in every notebook, so that no page has to begin with saying so."""
    profile = folder / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder)


def setup(app: object) -> None:
    """Run before napoleon, which takes the sections apart."""
    configure_kernels(Path(app.doctreedir) / "ipython")  # type: ignore[attr-defined]
    app.connect("autodoc-process-docstring", display_equations, priority=100)  # type: ignore[attr-defined]
    app.connect("autodoc-process-signature", shorten_signature)  # type: ignore[attr-defined]
