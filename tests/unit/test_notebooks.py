"""Notebooks of the examples are whole: what they define runs by itself, and what they call is there."""

import ast
import builtins
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
nbformat = pytest.importorskip("nbformat", reason="nbformat, which builds the documentation, is not installed")
_SPEC = importlib.util.spec_from_file_location("example_notebooks", ROOT / "docs/building/example_notebooks.py")
assert _SPEC is not None and _SPEC.loader is not None
example_notebooks = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example_notebooks)
EXAMPLES = example_notebooks.names()


def test_every_example_that_is_a_program_has_one() -> None:
    assert {"compared", "couplings", "gemma", "screening", "xenonnt"} <= set(EXAMPLES)
    assert not {"style", "tabular"} & set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_notebook_needs_nothing_but_the_package(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = example_notebooks.notebook(name)
    nbformat.validate(made)
    assert made == example_notebooks.notebook(name)
    assert made.cells[0].source.startswith("# ")
    # Elsewhere, and without the folder of the examples.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if Path(p).resolve() != ROOT / "examples"])
    for neighbour in ("style", "tabular", *EXAMPLES):
        monkeypatch.delitem(sys.modules, neighbour, raising=False)
    last = max(i for i, cell in enumerate(made.cells) if cell.cell_type == "markdown")
    module = ModuleType("notebook")
    monkeypatch.setitem(sys.modules, "notebook", module)  # where dataclasses look up their annotations
    for cell in made.cells[:last]:
        if cell.cell_type == "code":
            assert "__main__" not in cell.source
            exec(compile("from __future__ import annotations\n" + cell.source, name, "exec"), module.__dict__)
    calls = [cell.source for cell in made.cells[last + 1 :]]
    assert calls
    for text in calls:
        named = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
        own = {node.id for node in named if isinstance(node.ctx, ast.Store)}
        assert {node.id for node in named} <= own | set(vars(module)) | set(dir(builtins))
    for path in example_notebooks.DATA.get(name, []):
        assert (tmp_path / path).read_text(encoding="utf-8") == (ROOT / path).read_text(encoding="utf-8")
