"""The explorer: a page for a browser that answers from the tables of the package.

Python writes the tables of some elements as files and copies the page beside them (`write_site`); the page does the
integrals over Q and the spectrum of a source itself, so that any plain file server will do, and none of this package
runs behind it.
"""

from nuatom.explore.site import write_site

__all__ = ["write_site"]
