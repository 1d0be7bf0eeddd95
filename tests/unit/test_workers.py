"""Tests that run side by side share tables and do not fight for cores."""

import os

import numpy as np
import pytest

import nuatom as na

pytestmark = pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process only")


def test_a_process_has_one_thread_of_every_library() -> None:
    import numba
    from threadpoolctl import threadpool_info

    np.linalg.inv(np.eye(3))  # BLAS is loaded
    pools = threadpool_info()
    assert pools
    assert {pool["num_threads"] for pool in pools} == {1}
    assert numba.config.NUMBA_NUM_THREADS == 1


def test_processes_have_one_folder_of_tables() -> None:
    assert os.environ["PYTEST_XDIST_WORKER"] not in str(na.Store().folder)
