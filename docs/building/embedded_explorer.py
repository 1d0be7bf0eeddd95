"""The explorer as a part of the built pages: `nuatom explore -o` into the folder `explore` of the site.

What it has of an element is kept by the command, so that only the first build of a source pays for it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nuatom.atom.exchange import KriegerLiIafrate
from nuatom.cli import main
from nuatom.explore.stored import stored_elements
from nuatom.store import SHIPPED, Store

FOLDER = "explore"


def shipped() -> list[str]:
    """The elements whose tables come with the package, so that the page of the site costs no atom."""
    return stored_elements(repr(KriegerLiIafrate()), screened=True, store=Store(SHIPPED))


def write(app: Any, failure: Exception | None) -> None:
    """Write the explorer beside the pages, once they are there.

    Raises:
        RuntimeError: if the command does not succeed.
    """
    if failure is not None or app.builder.format != "html":
        return
    symbols = list(app.config.explorer_elements) or shipped()
    out = Path(app.outdir) / FOLDER
    shutil.rmtree(out, ignore_errors=True)
    if main(["explore", "-o", str(out), "--elements", ",".join(symbols)]) != 0:
        raise RuntimeError("nuatom explore did not write its page")


def setup(app: Any) -> dict[str, Any]:
    """A value of the configuration, ``-D explorer_elements=Ge`` for a quick look, and the writing."""
    app.add_config_value("explorer_elements", [], "html", [list])
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
