"""The explorer as a part of the built pages: `nuatom explore -o` into the folder `explore` of the site.

Its tables are kept beside the doctrees, and written anew only when what makes them has changed.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from nuatom.atom.exchange import KriegerLiIafrate
from nuatom.cli import main
from nuatom.explore import site
from nuatom.explore.stored import stored_elements
from nuatom.store import SHIPPED, Store, fingerprint

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
    kept = Path(app.doctreedir) / f"{FOLDER}-{_version(symbols)}"
    if not (kept / "index.html").exists():
        scratch = kept.with_suffix(".part")
        shutil.rmtree(scratch, ignore_errors=True)
        if main(["explore", "-o", str(scratch), "--elements", ",".join(symbols)]) != 0:
            raise RuntimeError("nuatom explore did not write its page")
        scratch.rename(kept)
    out = Path(app.outdir) / FOLDER
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(kept, out)
    for name, data in site.page_files().items():  # which cost nothing, as they are now
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(data)


def _version(symbols: list[str]) -> str:
    """What the tables of these elements depend on, as a few digits."""
    own = sorted(Path(site.__file__).parent.glob("*.py"))
    digest = hashlib.sha256(",".join([fingerprint(), *symbols]).encode())
    for path in own:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def setup(app: Any) -> dict[str, Any]:
    """A value of the configuration, ``-D explorer_elements=Ge`` for a quick look, and the writing."""
    app.add_config_value("explorer_elements", [], "html", [list])
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
