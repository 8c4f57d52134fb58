"""The clock of every timing."""

import time

import torch


def now() -> float:
    """Return the time in seconds, after the GPU, if one is in use, has finished its work."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()
