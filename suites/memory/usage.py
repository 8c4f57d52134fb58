"""Bytes in use: the peak of this process or device, and what autograd keeps."""

import ctypes
import gc
from pathlib import Path
from weakref import WeakSet

import torch

from suites.cases import Workload


def saved_bytes(workload: Workload) -> float:
    """Return the bytes autograd keeps between forward and backward, per element of x.

    The inputs themselves do not count, and neither does what is released before the forward ends.
    """
    kept: WeakSet[_Kept] = WeakSet()

    def keep(tensor: torch.Tensor) -> "_Kept":
        kept.add(holder := _Kept(tensor))
        return holder

    inputs = {t.untyped_storage().data_ptr() for t in workload.inputs}
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda holder: holder.tensor):
        spikes = workload.run(workload.x)
    storages = [holder.tensor.untyped_storage() for holder in kept]
    sizes = {s.data_ptr(): s.nbytes() for s in storages if s.data_ptr() not in inputs}
    return sum(sizes.values()) / spikes.numel()


class _Kept:
    """A tensor that autograd keeps, for as long as it does."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor


def reset_peak() -> int:
    """Forget the peak so far and return the bytes in use now."""
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    ctypes.CDLL(None).malloc_trim(0)  # freed memory goes back to the system
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak() -> int:
    """Return the largest number of bytes in use since `reset_peak`."""
    if torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    return _status("VmHWM")


def _status(field: str) -> int:
    """A field of Linux's /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(field + ":"))
    return int(kilobytes) * 1024
