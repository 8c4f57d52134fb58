"""How wrong outputs and gradients are: against a float64 oracle, and against finite differences.

The oracle is the model's own steps, or its sequence where it has none, run eagerly in float64.
For gradients it replays the spikes of the backend under test: a spike that flips within rounding
of the threshold would else hide everything else, so flips are a metric of their own.
"""

import torch

import neurons
from suites import cases

SHAPE = cases.Shape(64, 2, 8)
SURROGATES = ("atan", "integer", "piecewise_quadratic", "rect", "sigmoid", "triangle")

# The largest relative error that is still right, for a gradient of this dtype. The one table.
TOLERANCE = {"float64": 1e-11, "float32": 1e-5, "bfloat16": 1e-2}


def _run(layer, x, fire=None):
    """Spikes, and the gradients of x and the parameters for fixed random upstream ones."""
    layer.fire = fire or layer.fire
    x = x.clone().requires_grad_()
    spikes = layer(x)
    upstream = cases.current(SHAPE, seed=1).to(spikes)
    return spikes.detach(), torch.autograd.grad(spikes, [x, *layer.parameters()], upstream)


def _oracle(model):
    """The same layer, run step by step in float64."""
    serial = neurons.backends.missing(neurons.get(model), "serial") is None
    return cases.layer(model, "serial" if serial else "eager", SHAPE).double()


def _distance(a, b):
    """Norm of the difference, relative to b's."""
    a, b = a.double(), b.double()
    return float(torch.linalg.vector_norm(a - b) / torch.linalg.vector_norm(b).clamp_min(1e-300))


class Gradients:
    params = (cases.models(), cases.backends(), list(cases.profile().dtypes))
    param_names = ("model", "backend", "dtype")
    version = "1"
    timeout = 300

    def setup(self, model, backend, dtype):
        self.layer = cases.layer(model, backend, SHAPE)
        if dtype == "float64":
            self.layer.double()
        self.x = cases.current(SHAPE).to(getattr(torch, dtype))
        with torch.no_grad():
            self.spikes = self.layer(self.x)
        if not torch.equal(self.spikes, self.spikes.round()):
            raise NotImplementedError(f"{model} puts out no spikes that a reference could replay")

    def track_flip_rate(self, model, backend, dtype):
        """Share of spikes that differ from the oracle's."""
        with torch.no_grad():
            exact = _oracle(model)(self.x.double())
        return float((self.spikes.double() != exact).double().mean())

    vars(track_flip_rate).update(
        unit="fraction", direction="lower", gate="numerics", tolerance=1e-3
    )

    def track_gradient_error(self, model, backend, dtype):
        """Largest relative error among d/dx and every d/dparameter, flips replayed."""
        spikes, grads = _run(self.layer, self.x)
        replayed = neurons.replay(self.layer.fire, spikes.double())
        _, exact = _run(_oracle(model), self.x.double(), replayed)
        return max(map(_distance, grads, exact))

    vars(track_gradient_error).update(
        unit="relative error", direction="lower", gate="numerics", tolerance=TOLERANCE
    )


# Differences see what a model keeps out of its gradient on purpose: these options put it back, and
# evaluation mode fixes running statistics.
DIFFERENTIABLE = {"mpd_agl": {"adaptive": False}, "pmsn": {"detach_sum": False}}


class FiniteDifferences:
    """The whole backward through time in float64, with the spike replaced by its primitive."""

    params = (cases.models(), ["eager", "serial", "cpu"])
    param_names = ("model", "backend")
    version = "1"

    def setup(self, model, backend):
        options = DIFFERENTIABLE.get(model, {})
        self.layer = cases.layer(model, backend, SHAPE, **options).double().eval()
        self.layer.fire = neurons.smooth(self.layer.fire)
        self.x = cases.current(SHAPE).double()

    def track_finite_difference_error(self, model, backend):
        """Relative error of the derivative along random directions of x and each parameter."""
        generator = torch.Generator().manual_seed(2)
        upstream = cases.current(SHAPE, seed=1).double()
        leaves = [self.x.requires_grad_(), *self.layer.parameters()]
        grads = torch.autograd.grad(self.layer(self.x), leaves, upstream)
        errors = []
        for leaf, grad in zip(leaves, grads, strict=True):
            direction = torch.randn(leaf.shape, generator=generator, dtype=leaf.dtype).to(leaf)
            difference = self._along(leaf, direction, upstream)
            errors.append(abs(float((grad * direction).sum()) - difference) / abs(difference))
        return max(errors)

    vars(track_finite_difference_error).update(
        unit="relative error", direction="lower", gate="numerics", tolerance=1e-5
    )

    @torch.no_grad()
    def _along(self, leaf, direction, upstream, step=1e-6):
        """Central difference of the loss when `leaf` moves along `direction`."""
        start, loss = leaf.clone(), []
        for sign in (1, -1):
            leaf.copy_(start + sign * step * direction)
            loss.append(float((self.layer(self.x) * upstream).sum()))
        leaf.copy_(start)
        return (loss[0] - loss[1]) / (2 * step)


class Surrogates:
    params = (list(SURROGATES),)
    param_names = ("surrogate",)
    version = "1"

    def setup(self, surrogate):
        if surrogate not in neurons.SURROGATES:
            raise NotImplementedError(f"this commit has no surrogate {surrogate!r}")
        self.surrogate = neurons.surrogate(surrogate)

    def track_surrogate_error(self, surrogate, step=1e-6):
        """Largest error of a spike's derivative against differences of the primitive."""
        u = torch.linspace(-3.0123, 6.0217, 1000, dtype=torch.float64)  # misses every kink
        u.requires_grad_()
        (grad,) = torch.autograd.grad(neurons.Fire(self.surrogate)(u).sum(), u)
        with torch.no_grad():
            slope = (self.surrogate(u + step) - self.surrogate(u - step)) / (2 * step)
        return float((grad - slope).abs().max())

    vars(track_surrogate_error).update(
        unit="absolute error", direction="lower", gate="numerics", tolerance=1e-6
    )
