"""Machine code must not outlive the source it was made from."""

from pathlib import Path

import pytest
from numba.core import config

from nuatom.atom import compiled, dirac
from nuatom.response import kernels
from nuatom.store.keys import fingerprint


def test_kernels_are_cached_under_the_fingerprint_of_the_source() -> None:
    for kernel in (dirac.continuum_wave, kernels.multipole_sum):
        assert fingerprint()[:16] in Path(kernel._cache.cache_path).as_posix()


def test_other_source_is_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    here = compiled._folder()
    monkeypatch.setattr(compiled, "fingerprint", lambda: "0" * 64)
    assert compiled._folder() != here


def test_the_setting_of_others_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", "theirs")
    monkeypatch.setattr(compiled, "_folder", lambda: tmp_path)

    def double(x: float) -> float:
        return 2 * x

    assert compiled.kernel(double)(2.0) == 4.0
    assert config.CACHE_DIR == "theirs"
    assert [path for path in tmp_path.rglob("*.nbi")]
