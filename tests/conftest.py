"""What every test has in common."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Each process of several has one core: threads of libraries would only wait.  Set before numpy is there.
if "PYTEST_XDIST_WORKER" in os.environ:
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ[f"{library}_NUM_THREADS"] = "1"

# Figures are files here, never windows.  Set before anything imports matplotlib.
os.environ.setdefault("MPLBACKEND", "Agg")

# No deadline: the first call of a compiled kernel compiles it.  The same examples every time, so that a
# change fails because of what it changes; `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "fixed", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("fixed")


@pytest.fixture(scope="session", autouse=True)
def own_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tables in the cache of pytest: no test reads or writes the user's own.

    All processes have one folder, and none computes what another has computed, or a run before it with the same source.
    NUATOM_TEST_CACHE names another place for such folders, as of the documentation that was just built.
    """
    own = tmp_path_factory.getbasetemp()
    folder = _folder(request.config) or (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "tables"
    folder.mkdir(exist_ok=True, parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUATOM_CACHE", str(folder))
        patch.delenv("NUATOM_ATLAS", raising=False)
        yield


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remove tables of another source, once, before the processes begin."""
    folder = _folder(session.config)
    if folder is not None and "PYTEST_XDIST_WORKER" not in os.environ and "NUATOM_TEST_CACHE" not in os.environ:
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other) if other.is_dir() else other.unlink()


def _folder(config: pytest.Config) -> Path | None:
    """Where tables are kept from run to run; None with ``-p no:cacheprovider``.

    The key of a table does not know the source that computed it, and who edits the source must not be served what it
    gave before.  So the folder has the source in its name.
    """
    from nuatom.store import fingerprint

    if "NUATOM_TEST_CACHE" in os.environ:
        return Path(os.environ["NUATOM_TEST_CACHE"]) / fingerprint()[:16]
    cache = getattr(config, "cache", None)
    return cache.mkdir("nuatom-tables") / fingerprint()[:16] if cache is not None else None
