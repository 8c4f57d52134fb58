"""Time of a forward pass, of the backward alone, and of both as in training."""

from suites import cases, clock


class Timed:
    """How every timing is taken; asv repeats `setup` before every timed call."""

    version = "1"
    timer = staticmethod(clock.now)
    number = 1
    rounds = cases.profile().rounds
    repeat = cases.profile().repeat
    timeout = 600


class _Pass(Timed):
    param_names = ("model", "backend", "shape")

    def setup(self, model, backend, shape):
        self.subject = cases.subject(model, backend, shape)


class Inference(_Pass):
    params = (cases.models(), cases.runners(), cases.shapes())

    def time_forward(self, model, backend, shape):
        self.subject.forward()

    vars(time_forward).update(direction="lower")


class Training(_Pass):
    params = (cases.models(), cases.runners(training=True), cases.shapes())

    def time_backward(self, model, backend, shape):
        self.subject.backward()

    vars(time_backward).update(direction="lower")

    def time_training(self, model, backend, shape):
        self.subject.training()

    vars(time_training).update(direction="lower")
