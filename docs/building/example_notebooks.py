"""The examples as notebooks, to be downloaded from the pages: each whole, with what it imports from its neighbours.

A notebook has the text of its example cell by cell, under its section comments, and ends with the calls of its `main`
and with a cell for every figure.  Nothing is executed: the pages have done that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
FOLDER = "notebooks"
DATA = {"xenonnt": ["examples/xenonnt.toml"], "compared": ["tests/validation/data/xenon_hartree_fock.csv"]}
"""Files that an example reads, by their path in the repository."""
_HELPERS = {"style", "tabular"}
_SECTION = re.compile(r"^# --- (.+?) -+$", re.MULTILINE)


def names() -> list[str]:
    """The examples that are programs of their own."""
    return sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem not in _HELPERS)


def notebook(name: str) -> Any:
    """The notebook of an example.

    Args:
        name: of its file, without the ending.

    Raises:
        FileNotFoundError: if there is no such example.
    """
    source = _source(name)
    title, _, rest = (ast.get_docstring(ast.parse(source)) or name).partition("\n")
    needs = "`pip install nuatom`; what is compared with `xraylib` needs that too." if "xraylib" in source else ""
    cells = [_markdown(f"# {title.rstrip('.')}\n{rest}\n\n{needs or '`pip install nuatom`'}")]
    if name in DATA:
        cells.append(new_code_cell("\n".join(_written(name))))
    cells += [_code(text) for text in ("from __future__ import annotations", *map(_module, _imported(name)))]
    for heading, text in _sections(_module(name)):
        if heading:
            cells.append(_markdown(f"## {heading[0].upper()}{heading[1:]}"))
        cells.append(_code(text))
    cells.append(_markdown("## All of it"))
    cells += [_code(text) for text in _calls(name)]
    for number, cell in enumerate(cells):
        cell["id"] = f"{name.replace('_', '-')}-{number}"  # the same at every build
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _source(name: str) -> str:
    return (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")


def _markdown(text: str) -> Any:
    # An indented command is a block of code in Markdown too.
    return new_markdown_cell(text.strip())


def _code(text: str) -> Any:
    return new_code_cell(text.strip("\n"))


def _written(name: str) -> Iterator[str]:
    """A cell that puts the files of an example where it looks for them."""
    yield "from pathlib import Path\n"
    yield f'__file__ = "examples/{name}.py"'
    for path in DATA[name]:
        yield f'Path("{path}").parent.mkdir(parents=True, exist_ok=True)'
        yield f'Path("{path}").write_text("""\\\n{(ROOT / path).read_text(encoding="utf-8")}""", encoding="utf-8");'


def _imported(name: str) -> list[str]:
    """The neighbours that an example imports, those first that others of them import."""
    found: list[str] = []
    for node in ast.parse(_source(name)).body:
        if isinstance(node, ast.ImportFrom) and node.module and (EXAMPLES / f"{node.module}.py").exists():
            found += [*_imported(node.module), node.module]
    return list(dict.fromkeys(found))


def _module(name: str) -> str:
    """The text of an example without its docstring, its neighbours and what makes it a program."""
    source = _source(name)
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in tree.body:
        neighbour = isinstance(node, ast.ImportFrom) and (EXAMPLES / f"{node.module}.py").exists()
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        guard = isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
        program = isinstance(node, ast.FunctionDef) and node.name == "main" and _is_command(name)
        if node is tree.body[0] or neighbour or future or guard or program:
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = source.splitlines()
    kept = [line for number, line in enumerate(lines, start=1) if number not in left_out and not line.startswith("#!")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept)).strip("\n")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Headings, the first of them empty, and what is under them, where there is something."""
    parts = _SECTION.split(text)
    for heading, body in zip(["", *parts[1::2]], parts[0::2], strict=True):
        if body.strip():
            yield heading, body


def _main(name: str) -> ast.FunctionDef:
    body = ast.parse(_source(name)).body
    return next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == "main")


def _is_command(name: str) -> bool:
    """Whether the main of an example takes options."""
    return "argparse" in ast.unparse(_main(name))


def _calls(name: str) -> Iterator[str]:
    """What main does but for its options and files, and every figure."""
    if not _is_command(name):
        yield "main()"
        return
    for node in _main(name).body[1:]:
        text = ast.unparse(node)
        if not re.search(r"\b(parser|folder)\b", text):
            yield text
    body = ast.parse(_source(name)).body
    for node in body:
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or ast.Constant(None)) == "Figure":
            yield f"{node.name}()"


def write(app: Any, failure: Exception | None) -> None:
    """Write all of them into the folder `notebooks` of the built pages."""
    if failure is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    for name in names():
        nbformat.write(notebook(name), folder / f"{name}.ipynb")


def setup(app: Any) -> dict[str, Any]:
    """The writing, once the pages are there."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
