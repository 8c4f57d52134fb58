"""Bytes: the peak of a training step, and what autograd keeps for the backward."""

import ctypes
import gc
from pathlib import Path
from weakref import WeakSet

import torch

from suites import cases


class Memory:
    params = (cases.models(), cases.runners(training=True), cases.shapes()[:2])
    param_names = ("model", "backend", "shape")
    version = "1"
    timeout = 600

    def setup(self, model, backend, shape):
        self.subject = cases.subject(model, backend, shape)

    def track_peak_bytes(self, model, backend, shape):
        """Peak of forward+backward above what the case holds before it, in bytes."""
        self.subject.training()  # what a first call leaves behind is not the neuron's
        before = _reset_peak()
        self.subject.training()
        return float(_peak() - before)

    vars(track_peak_bytes).update(unit="bytes", direction="lower")

    def track_saved_bytes(self, model, backend, shape):
        """Bytes autograd keeps between forward and backward, per element of x."""
        kept: WeakSet[_Kept] = WeakSet()  # of what is let go again, nothing counts

        def keep(tensor):
            kept.add(held := _Kept(tensor))
            return held

        own = {t.untyped_storage().data_ptr() for t in self.subject.inputs}
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda held: held.tensor):
            spikes = self.subject.run(self.subject.x)
        storages = [held.tensor.untyped_storage() for held in kept]
        sizes = {s.data_ptr(): s.nbytes() for s in storages if s.data_ptr() not in own}
        return sum(sizes.values()) / spikes.numel()

    vars(track_saved_bytes).update(
        unit="bytes/element", direction="lower", gate="counter", tolerance=0.0
    )


class _Kept:
    """A tensor that autograd keeps, for as long as it does."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor


def _reset_peak() -> int:
    """Forget the peak so far; the bytes in use now."""
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    ctypes.CDLL(None).malloc_trim(0)  # freed memory goes back to the system
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    if torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    return _status("VmHWM")


def _status(field: str) -> int:
    """A field of Linux's /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(field + ":"))
    return int(kilobytes) * 1024
