"""What a GPU really draws: its energy counter (NVML), before and after many forward passes.

The counter is that of the whole board, its idle power and other programs included, and moves some
ten times a second: SECONDS of work make that small.
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
    """Joules per sample on the current GPU; NotImplementedError with the reason without one."""
    if not torch.cuda.is_available():
        raise NotImplementedError("torch finds no GPU")
    try:
        import pynvml
    except ImportError:
        raise NotImplementedError("pip install nvidia-ml-py") from None
    moved = copy.deepcopy(network).to(DEVICE)
    there = tree_map_only(torch.Tensor, lambda x: x.to(DEVICE), inputs)
    try:
        pynvml.nvmlInit()
        uuid = torch.cuda.get_device_properties(torch.cuda.current_device()).uuid
        board = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{uuid}")

        def drawn() -> float:
            torch.cuda.synchronize()
            return pynvml.nvmlDeviceGetTotalEnergyConsumption(board) / 1000  # mJ -> J

        with torch.no_grad():
            return _per_run(lambda: moved(*there), drawn, seconds) / batch
    except pynvml.NVMLError as why:
        raise NotImplementedError(f"NVML: {why}") from None


def _per_run(run: Callable[[], Any], drawn: Callable[[], float], seconds: float) -> float:
    """Joules of one of as many runs as fit."""
    run()
    before, runs, end = drawn(), 0, time.perf_counter() + seconds
    while not runs or time.perf_counter() < end:
        run()
        runs += 1
        torch.cuda.synchronize()
    return (drawn() - before) / runs
