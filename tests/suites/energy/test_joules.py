"""The measured energy: a counter's rise over runs and samples, or one line why there is none."""

import sys
import types

import pytest
import torch
from torch import Tensor, nn

from suites.energy import joules, summary
from suites.energy.crosscheck import Check


def board(monkeypatch, per_run: float) -> nn.Module:
    """A GPU whose energy counter [mJ] rises with every pass of the returned network."""

    class Counted(nn.Module):
        runs = 0

        def forward(self, x: Tensor) -> Tensor:
            Counted.runs += 1
            return x

    class NVMLError(Exception):
        pass

    nvml = types.SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByUUID={"GPU-7": "board"}.__getitem__,
        nvmlDeviceGetTotalEnergyConsumption=lambda handle: {
            "board": 500 + 1000 * per_run * Counted.runs
        }[handle],
    )
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setattr(joules, "DEVICE", "cpu")
    cuda = {
        "is_available": lambda: True,
        "current_device": lambda: 0,
        "synchronize": lambda: None,
        "get_device_properties": {0: types.SimpleNamespace(uuid="7")}.__getitem__,
    }
    for name, fake in cuda.items():
        monkeypatch.setattr(torch.cuda, name, fake)
    return Counted()


def test_joules_are_the_counters_rise_over_runs_and_samples(monkeypatch):
    net = board(monkeypatch, per_run=2.0)
    assert joules.per_sample(net, (torch.ones(4),), batch=4, seconds=0.01) == pytest.approx(0.5)


@pytest.mark.parametrize(("seconds", "runs"), [(0, 1), (3, 3)])
def test_runs_go_on_for_as_long_as_was_asked(monkeypatch, seconds, runs):
    """Here the clock is read before the first run and after each, and a run takes a second."""
    times = iter(range(9))
    monkeypatch.setattr(joules.time, "perf_counter", lambda: float(next(times)))
    net = board(monkeypatch, per_run=2.0)
    joules.per_sample(net, (torch.ones(4),), batch=4, seconds=seconds)
    assert type(net).runs == 1 + runs, "and one to warm up"


def test_a_copy_of_the_network_and_its_inputs_go_to_the_device(monkeypatch):
    seen = []

    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gain = nn.Parameter(torch.ones(1))

        def forward(self, pair: list[Tensor], factor: float) -> None:
            seen.append((self.gain.device.type, pair[0].device.type, factor))
            assert not torch.is_grad_enabled()

    board(monkeypatch, per_run=0.0)
    monkeypatch.setattr(joules, "DEVICE", "meta")
    net = Scale()
    assert joules.per_sample(net, ([torch.ones(4)], 2.0), batch=4, seconds=0) == 0
    assert seen == [("meta", "meta", 2.0)] * 2, "once to warm up, and once at least"
    assert net.gain.device.type == "cpu"


def test_errors_of_nvml_are_reasons(monkeypatch):
    net = board(monkeypatch, per_run=2.0)
    nvml = sys.modules["pynvml"]

    def lacks(handle):
        raise nvml.NVMLError("Not Supported")

    monkeypatch.setattr(nvml, "nvmlDeviceGetTotalEnergyConsumption", lacks)
    with pytest.raises(NotImplementedError, match="NVML: Not Supported"):
        joules.per_sample(net, (torch.ones(4),), batch=4, seconds=0)
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(NotImplementedError, match="pip install nvidia-ml-py"):
        joules.per_sample(net, (torch.ones(4),), batch=4)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_no_gpu_is_a_reason():
    with pytest.raises(NotImplementedError, match="torch finds no GPU"):
        joules.per_sample(nn.Identity(), (torch.ones(1),), batch=1)


def test_a_summary_has_the_measured_energy_in_pj(monkeypatch):
    asked = []
    monkeypatch.setattr(joules, "per_sample", lambda *arguments: asked.append(arguments) or 0.5)
    net, inputs = nn.Identity(), (torch.ones(4),)
    check = summary._measured(net, inputs, 4)
    assert check == Check("measured on this GPU", 0.5e12, "whole board, batch 4")
    assert asked == [(net, inputs, 4)]


def test_a_summary_says_why_there_is_no_measured_energy(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    check = summary._measured(nn.Identity(), (torch.ones(1),), 1)
    assert check == Check("measured on this GPU", None, "n/a: torch finds no GPU")
