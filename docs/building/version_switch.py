"""A choice of the version of the documentation, for where several stand beside one another.

With `-D versions_at=../versions.json` the pages look for that list, relative to their first page, and show it:

    [{"version": "0.2", "url": "0.2/"}, {"version": "0.1", "url": "0.1/"}]

with addresses relative to the list.  A page that the other version does not have leads to its first page.
"""

from __future__ import annotations

from typing import Any


def add(app: Any) -> None:
    """Have every page load the script, if there is a list."""
    if app.config.versions_at:
        app.add_js_file("versions.js", **{"data-versions": app.config.versions_at, "defer": "defer"})


def setup(app: Any) -> dict[str, Any]:
    """A value of the configuration, empty for none."""
    app.add_config_value("versions_at", "", "html", [str])
    app.connect("builder-inited", add)
    return {"parallel_read_safe": True}
