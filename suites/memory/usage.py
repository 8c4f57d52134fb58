"""Memory in use: the peak of this process or its GPU, and what autograd keeps."""

import ctypes
import gc
from pathlib import Path
from weakref import WeakSet

import torch

from suites.cases import Workload


def saved_bytes(workload: Workload) -> float:
    """Return the bytes that autograd keeps between forward and backward, per element of x.

    Neither the inputs count, nor tensors that are released before the forward ends.
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
    """A tensor that autograd keeps; this object lives as long as autograd keeps it."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor


def reset_peak() -> int:
    """Reset the peak and return the bytes in use now."""
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    ctypes.CDLL(None).malloc_trim(0)  # return freed memory to the system
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak() -> int:
    """Return the largest number of bytes in use since `reset_peak`."""
    if torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    return _status("VmHWM")


def _status(field: str) -> int:
    """Return a field of Linux's /proc/self/status in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(field + ":"))
    return int(kilobytes) * 1024
