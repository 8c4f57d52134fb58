"""What must not matter: length, batch, layout, strides, dtype, and which gradients are needed."""

import copy
from functools import partial

import pytest
import torch
from torch import Tensor

import neurons
from neurons import scan
from suites import cases
from suites.gradients.finite_differences import DIFFERENTIABLE
from suites.profiles import Shape
from tests.neurons.samples import (
    MODELS,
    RUNS,
    SERIAL_RUNS,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)

LENGTHS = (1, 7, 63, 64, 65)
WHOLE = {*MODELS} - {model for model, _ in SERIAL_RUNS}
double = partial(input_current, dtype=torch.float64)
close = partial(torch.testing.assert_close, rtol=1e-9, atol=1e-11)
equal = partial(torch.testing.assert_close, rtol=0.0, atol=0.0)
FADING = {"llif"}  # its threshold only rises: silent after some hundred steps


@pytest.fixture
def short_segments(monkeypatch):
    """Segments of 4 steps: short sequences are differentiated as long ones are."""
    monkeypatch.setattr(scan, "SEGMENT", 4)


def double_layer(model: str, *shape: int, **options) -> neurons.Layer:
    return build_layer(model, shape=shape, **options).double()


def pull(layer: neurons.Layer, x: Tensor, g: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return the spikes, and the gradients of x and all parameters for the upstream gradient g."""
    x = x.detach().requires_grad_()
    s = layer(x)
    return s.detach(), list(torch.autograd.grad(s, [x, *layer.parameters()], g))


@pytest.mark.parametrize(("model", "backend"), SERIAL_RUNS)
def test_a_shorter_sequence_is_the_start_of_a_longer_one(model, backend):
    layer, x = double_layer(model, 16, backend=backend), double(1000, 1, 16)
    s, grads = gradients(layer, x)
    assert fires_sometimes(s[:128]) and all(g.float().isfinite().all() and g.any() for g in grads)
    with torch.no_grad():
        assert all(torch.equal(layer(x[:T]), s[:T]) for T in LENGTHS)
    equal(gradients(layer, x[:65]), gradients(layer, x[:65]))


@pytest.mark.parametrize("T", [*LENGTHS, 1000])
@pytest.mark.parametrize("model", sorted(WHOLE))
def test_a_whole_sequence_of_any_length(model, T):
    layer, x = build_layer(model, shape=(16,)), input_current(T, 4, 16)
    s, grads = gradients(layer, x)
    assert all(v.isfinite().all() for v in (s, *grads)) and (T < 63 or fires_sometimes(s))
    equal((s, grads), gradients(layer, x))


@pytest.mark.parametrize("model", MODELS)
def test_the_input_of_the_suites_makes_it_fire(model):
    for shape in (Shape(256, 4, 64), Shape(1024, 1, 64)):
        s = cases.layer(model, "eager", shape)(cases.current(shape)).detach()
        early = s[:256] if model in FADING else s
        assert fires_sometimes(early) and (model in FADING or (s[-64:] > 0).any())


@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (2, 33), (3, 6, 5), (2, 4, 3, 3)])
@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_samples_do_not_see_each_other(model, backend, shape):
    layer, x = double_layer(model, *shape[1:], backend=backend).eval(), double(20, *shape)
    g = torch.randn_like(x)
    s, (grad, *learned) = pull(layer, x, g)
    _, (twice, *_) = pull(layer, x.repeat_interleave(2, 1), g.repeat_interleave(2, 1))
    close(twice, grad.repeat_interleave(2, 1))
    alone = [pull(layer, *pair) for pair in zip(x.split(1, 1), g.split(1, 1), strict=True)]
    assert torch.equal(torch.cat([spikes for spikes, _ in alone], 1), s)
    inputs, *parameters = zip(*(grads for _, grads in alone), strict=True)
    close((torch.cat(inputs, 1), [*map(sum, parameters)]), (grad, learned))


@pytest.mark.parametrize("shape", [(6, 4), (6, 2, 3)])
@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_places_are_as_good_as_samples(model, backend, shape):
    """[T, N, C, *] equals [T, N *, C] if circuits do not connect places."""
    options = {"kernel": 1} if "kernel" in neurons.get(model).options else {}
    placed, flat = (
        double_layer(model, *s, backend=backend, **options).eval() for s in (shape, (6,))
    )

    def samples(v: Tensor) -> Tensor:
        return v.movedim(2, -1).reshape(20, -1, 6)

    x = double(20, 2, *shape)
    g = torch.randn_like(x)
    placed(x), flat(samples(x))
    for p, q in zip(flat.parameters(), placed.parameters(), strict=True):
        p.data.copy_(q.data.view(p.shape))
    (s, (grad, *learned)), expected = pull(placed, x, g), pull(flat, samples(x), samples(g))
    assert s.any()
    views = [v.view(p.shape) for v, p in zip(learned, flat.parameters(), strict=True)]
    close((samples(s), [samples(grad), *views]), expected)


def views() -> list[Tensor]:
    """Return tensors of [9, 4, 6]: permuted, sliced, expanded along some axes or all."""
    bases = [torch.randn(size).double() for size in [(9, 1, 6), (1, 4, 1), (1,)]]
    strided = [double(6, 9, 4).permute(1, 2, 0), double(18, 4, 12)[::2, :, ::2]]
    return [*strided, *(base.expand(9, 4, 6) for base in bases)]


@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_strides_of_input_and_upstream_gradient(model, backend, short_segments):
    layer, dense = double_layer(model, 6, backend=backend), double(9, 4, 6)
    for x, g in [*((dense, g) for g in views()), *((x, dense) for x in views()[:3])]:
        copies = x.clone().contiguous(), g.clone().contiguous()
        close(pull(layer, x, g), pull(layer, *copies))
        assert torch.equal(x, copies[0]) and torch.equal(g, copies[1])


@pytest.mark.parametrize(("model", "backend"), RUNS)
@pytest.mark.parametrize("training", [False, True])
def test_inputs_and_parameters_are_left_alone(model, backend, training):
    layer, x = build_layer(model, backend=backend).train(training), input_current(9)
    layer(x)
    before, x_before = copy.deepcopy((layer.state_dict(), x))
    with torch.no_grad():
        assert torch.equal(layer(x), layer(x)) and torch.equal(x, x_before)
        layer(x.double())
    for name, v in layer.state_dict().items():
        assert v.dtype == torch.float32
        assert torch.equal(v, before[name]) or (training and name in layer.neuron.running)


@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_a_gradient_does_not_depend_on_which_others_are_needed(model, backend, short_segments):
    layer, x = double_layer(model, 6, backend=backend), double(9, 4, 6)
    g = torch.randn_like(x)
    s, expected = pull(layer, x, g)
    inputs = [x, *layer.parameters()]
    for needed in [*([i] for i in range(len(inputs))), [*range(1, len(inputs))], []]:
        for i, v in enumerate(inputs):
            v.requires_grad_(i in needed)
        again = layer(x)
        assert torch.equal(again.detach(), s) and again.requires_grad == bool(needed)
        if needed:
            ours = torch.autograd.grad(again, [inputs[i] for i in needed], g)
            close(list(ours), [expected[i] for i in needed])


def test_parameters_that_do_not_reach_the_spikes_have_no_gradient(short_segments):
    layer = double_layer("glif", 6, train_gates=False)
    layer.requires_grad_(False).alpha.requires_grad_()
    s = layer(double(9, 4, 6))
    assert not s.requires_grad or torch.autograd.grad(s.sum(), layer.alpha, allow_unused=True)


@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_second_derivatives(model, backend):
    layer = double_layer(model, 3, backend=backend, **DIFFERENTIABLE.get(model, {})).eval()
    x = double(4, 2, 3).requires_grad_()
    layer(x)
    layer.fire = neurons.smooth(layer.fire)
    named = dict(layer.named_parameters())

    def run(x: Tensor, *values: Tensor) -> Tensor:
        return torch.func.functional_call(layer, dict(zip(named, values, strict=True)), x)

    if backend == "cpu":
        with pytest.raises(RuntimeError, match="differentiated once"):
            torch.autograd.gradgradcheck(run, (x, *named.values()), fast_mode=True)
    else:
        assert torch.autograd.gradgradcheck(run, (x, *named.values()), fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_half_input_is_the_float32_run_of_what_it_holds(model, backend, dtype):
    layer, x = build_layer(model, backend=backend, shape=(16,)), input_current(30, 4, 16).to(dtype)
    g = torch.randn(x.shape).to(dtype)
    s, (grad, *learned) = pull(layer, x, g)
    expected, (wide, *others) = pull(layer, x.float(), g.float())
    assert s.any() and s.dtype == grad.dtype == dtype
    equal((s, grad, learned), (expected.to(dtype), wide.to(dtype), others))


def test_backward_under_autocast(short_segments):
    """Its products may have fewer digits, but the spikes computed again must not differ."""
    layer, x = build_layer("stclif", circuit="global", shape=(16,)), input_current(200, 2, 16)
    _, (expected, *_) = gradients(layer, x)
    with torch.autocast("cpu", torch.bfloat16):
        _, (grad, *_) = gradients(layer, x)
    torch.testing.assert_close(grad, expected, rtol=0.02, atol=0.02)
