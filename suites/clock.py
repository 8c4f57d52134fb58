"""The clock of every timing, and a process calm enough to be timed."""

import ctypes
import time

import torch

# glibc's mallopt(3): M_TRIM_THRESHOLD, M_MMAP_MAX
_KEEP_FREED, _MAP_NOTHING = (-1, 2**31 - 1), (-4, 0)


def now() -> float:
    """Seconds, after the device has finished what it was given."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()


def settle() -> None:
    """One thread, and freed memory kept for the next call, as torch does on a GPU.

    Else long sequences pay for the system's fresh pages at every call and short ones do not: the
    time of DSN then grew as T^1.3 where the work is linear.
    """
    torch.set_num_threads(1)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(*_KEEP_FREED)
        mallopt(*_MAP_NOTHING)
