"""What all tests share."""

from __future__ import annotations

import atexit
import os
import sys
from collections import Counter

import pytest
import torch

from suites import axes

if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"  # before a kernel is defined

QUICK = 1  # cases of each test function in a quick round


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--exhaustive", action="store_true", help="compile every model, not one of each kind"
    )
    parser.addoption(
        "--quick", action="store_true", help=f"{QUICK} case of each test function, no slow test"
    )
    parser.addoption("--model", choices=axes.models(), help="of tests/bench: time this one alone")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-benchmark skip its tests unless --benchmark-only asks for them."""
    config.option.benchmark_skip = not getattr(config.option, "benchmark_only", False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--exhaustive"):
        for item in items:
            if item.get_closest_marker("exhaustive"):
                reason = "another case stands for it; --exhaustive"
                item.add_marker(pytest.mark.skip(reason=reason))
    if config.getoption("--quick"):
        kept = quick_round(items)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def quick_round(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the first case of each test function, without slow and exhaustive tests."""
    seen: Counter[str] = Counter()
    kept = []
    for item in items:
        slow = any(item.get_closest_marker(mark) for mark in ("slow", "exhaustive"))
        function = item.nodeid.partition("[")[0]
        if not slow and seen[function] < QUICK:
            seen[function] += 1
            kept.append(item)
    return kept


@atexit.register
def keep_the_last_line_of_pytest_last() -> None:
    """Silence Triton's binding, which lists at exit what it has not freed."""
    if "triton" in sys.modules:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """The tensors here are small; threads would only wait for each other on a busy machine."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seed() -> None:
    """The same random numbers whichever tests run before."""
    torch.manual_seed(0)
