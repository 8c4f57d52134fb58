"""Counts that do not depend on the machine: what a training step asks of torch."""

from torch.utils._python_dispatch import TorchDispatchMode

from suites import cases

cases.ahead("torch._dynamo")  # by dispatch modes


class _Calls(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.number = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.number += 1
        return func(*args, **(kwargs or {}))


class Counters:
    """Only eager code passes torch's dispatcher; the shortest case tells it all."""

    params = (cases.models(), ["eager"], cases.shapes()[:1])
    param_names = ("model", "backend", "shape")
    version = "1"

    def setup(self, model, backend, shape):
        self.subject = cases.ours(model, backend, cases.Shape.parse(shape))

    def track_dispatched_ops(self, model, backend, shape):
        """Operations dispatched by forward+backward, per time step."""
        with _Calls() as calls:
            self.subject.training()
        return calls.number / cases.Shape.parse(shape).T

    vars(track_dispatched_ops).update(
        unit="operations/step", direction="lower", gate="counter", tolerance=0.0
    )
