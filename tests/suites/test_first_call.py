"""The first call of a compiled model."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurons import backends, get
from suites.calls import first_call


@pytest.mark.slow
def test_a_first_call_fills_the_cache_it_is_given(tmp_path: Path) -> None:
    if reason := backends.refusal(get("iaf"), "cpu"):
        pytest.skip(reason)
    assert first_call._seconds(str(tmp_path), "iaf", "cpu", "T=4 N=1 C=3") > 0
    assert first_call.by_backend("iaf").keys() == set(first_call.COMPILED)
    assert list((tmp_path / "SPIKEBENCH_CACHE").glob("*.so"))
