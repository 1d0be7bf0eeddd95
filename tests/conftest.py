"""What every test has in common."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tables in a folder of this run: no test reads or writes the user's own.

    Several workers (`pytest -n 2`) have one folder, beside their own: none computes what another has computed.
    NUATOM_TEST_CACHE names another folder, as of the documentation that the same code has just built.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "store"
    folder = Path(os.environ.get("NUATOM_TEST_CACHE", folder))
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUATOM_CACHE", str(folder))
        yield
