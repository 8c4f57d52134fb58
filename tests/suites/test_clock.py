"""The clock: means over calls in a row, the best of alternating calls, and what a GPU is set to."""

import shutil
import subprocess
from types import SimpleNamespace

import pytest
import torch

from suites import clock
from suites.speed import device, share


class Fake:
    """A clock that only calls move on: each takes one second."""

    def __init__(self, monkeypatch) -> None:
        self.time, self.calls = 0.0, 0
        monkeypatch.setattr(clock.time, "perf_counter", lambda: self.time)

    def call(self) -> None:
        self.time += 1.0
        self.calls += 1


def test_a_mean_is_of_all_calls_and_a_slow_one_of_fewer(monkeypatch):
    fake = Fake(monkeypatch)
    assert clock.mean_seconds(fake.call, calls=20, warm_ups=3, limit=100) == 1.0
    assert fake.calls == 23
    assert clock.mean_seconds(fake.call, calls=20, warm_ups=3, limit=4.5) == 1.0
    assert fake.calls == 23 + 3 + 5
    assert clock.mean_seconds(fake.call, calls=20, warm_ups=3, limit=0) == 1.0
    assert fake.calls == 23 + 8 + 2, "one warm-up and one call at least"


def test_a_mean_waits_for_the_gpu_only_around_the_calls(monkeypatch):
    waits = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: waits.append(len(calls)))
    calls: list[int] = []
    clock.mean_seconds(lambda: calls.append(1), calls=100, warm_ups=10)
    assert waits == [10, 110]


def test_the_best_of_alternating_calls(monkeypatch):
    fake = Fake(monkeypatch)
    order: list[str] = []
    runs = [lambda: (order.append("a"), fake.call()), lambda: (order.append("b"), fake.call())]
    assert clock.best_seconds(runs, calls=3, limit=100) == [1.0, 1.0]
    assert order == ["a", "b"] * 4
    order.clear()
    clock.best_seconds(runs, calls=50, limit=0)
    assert order == ["a", "b"] * 2, "the first calls warm up, one call at least counts"


def test_the_kernel_share_is_what_the_fixed_cost_leaves(monkeypatch):
    monkeypatch.setattr(clock, "best_seconds", lambda runs, *_: [run() for run in runs])
    cases = [SimpleNamespace(training=lambda s=s: s) for s in (10.0, 1.0, 20.0)]
    assert share.kernel_share(cases[0], cases[1]) == pytest.approx(0.9)
    assert share.kernel_share(cases[0], cases[2]) == 0.0


def test_the_cache_is_flushed_only_on_a_gpu(monkeypatch):
    made: list[tuple[int, str]] = []
    monkeypatch.setattr(
        torch, "empty", lambda size, **to: made.append((size, to["device"])) or torch.zeros(1)
    )
    clock.flush_cache()
    assert made == []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    clock.flush_cache()
    assert made == [(256 * 2**20, "cuda")]


def answering(monkeypatch, text: str) -> list[list[str]]:
    """Put `text` in place of nvidia-smi's answer; return the commands that are run."""
    commands: list[list[str]] = []

    def run(command, **_):
        commands.append(command)
        return SimpleNamespace(stdout=text)

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_settings_of_a_gpu_are_numbers(monkeypatch):
    commands = answering(monkeypatch, "1980, 700.00, 0x0000000000000004\n1200, 300.00, 0x0\n")
    assert device.settings() == {"clock": 1980, "power_limit": 700, "throttle_reasons": 4}
    assert "clocks.sm,power.limit,clocks_throttle_reasons.active" in commands[0][1]


@pytest.mark.parametrize("text", ["", "1980, [N/A], 0x0\n", "1980\n"])
def test_settings_that_a_gpu_lacks_are_not_applicable(monkeypatch, text):
    answering(monkeypatch, text)
    with pytest.raises(NotImplementedError, match="nvidia-smi answers"):
        device.settings()


def test_without_nvidia_smi_there_are_no_settings(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NotImplementedError, match="no nvidia-smi"):
        device.settings()


def test_the_precision_of_products_is_torchs_setting(monkeypatch):
    assert device.mantissa_bits() == 23
    monkeypatch.setattr(torch, "get_float32_matmul_precision", lambda: "high")
    assert device.mantissa_bits() == 10


def test_work_lasts_as_long_as_it_should(monkeypatch):
    fake = Fake(monkeypatch)
    device.work(fake.call, seconds=3.0)
    assert fake.calls == 3
