"""Measure the energy of a GPU by its counter (NVML), before and after many forward passes.

The counter includes the whole board, idle power and other programs, and changes about ten times a
second. SECONDS of work make that error small.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_map_only

SECONDS = 3.0
DEVICE = "cuda"


def per_sample(
    network: nn.Module, inputs: tuple[Any, ...], batch: int, seconds: float = SECONDS
) -> float:
    """Return joules per sample on the current GPU; raise NotImplementedError if it cannot."""
    if not torch.cuda.is_available():
        raise NotImplementedError("torch finds no GPU")
    try:
        import pynvml
    except ImportError:
        raise NotImplementedError("pip install nvidia-ml-py") from None
    network = copy.deepcopy(network).to(DEVICE)
    inputs = tree_map_only(torch.Tensor, lambda x: x.to(DEVICE), inputs)
    try:
        pynvml.nvmlInit()
        uuid = torch.cuda.get_device_properties(torch.cuda.current_device()).uuid
        board = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{uuid}")

        def read_counter() -> float:
            torch.cuda.synchronize()
            return pynvml.nvmlDeviceGetTotalEnergyConsumption(board) / 1000  # mJ -> J

        with torch.no_grad():
            return _per_run(lambda: network(*inputs), read_counter, seconds) / batch
    except pynvml.NVMLError as error:
        raise NotImplementedError(f"NVML: {error}") from None


def _per_run(run: Callable[[], Any], read_counter: Callable[[], float], seconds: float) -> float:
    """Return the joules of one run, the mean over those that fit into `seconds`."""
    run()
    before, runs, end = read_counter(), 0, time.perf_counter() + seconds
    while not runs or time.perf_counter() < end:
        run()
        runs += 1
        torch.cuda.synchronize()
    return (read_counter() - before) / runs
