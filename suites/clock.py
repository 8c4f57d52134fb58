"""The clock of every timing."""

import time

import torch


def now() -> float:
    """Return seconds, read after the device has finished what it was given."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()
