"""Bytes: the peak of a training step, and what autograd keeps for the backward."""

import ctypes
import gc
from pathlib import Path

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
        kept: dict[int, int] = {}

        def note(tensor):
            storage = tensor.untyped_storage()
            kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        own = {t.untyped_storage().data_ptr() for t in self.subject.inputs}
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            spikes = self.subject.run(self.subject.x)
        held = sum(size for pointer, size in kept.items() if pointer not in own)
        return held / spikes.numel()

    vars(track_saved_bytes).update(
        unit="bytes/element", direction="lower", gate="counter", tolerance=0.0
    )


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
