"""A compiled layer that was called before computes what a new one does, whatever changed since."""

import copy
import gc
import io
import itertools
import pickle
import random
import resource
from pathlib import Path

import pytest
import torch

import neurons
from neurons.codegen import operators
from tests.neurons.samples import build_layer, gradients, input_current

reason = neurons.backends.refusal(neurons.get("lif"), "cpu")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))
FIRES = [
    neurons.Layer("lif", **options).fire
    for options in ({}, {"reset": "soft"}, {"surrogate": "sigmoid"}, {"strict": True})
]


def scaled(layer, factor):
    return {name: v * factor for name, v in layer.state_dict().items()}


def step_of_an_optimiser(layer, factor):
    learned = [p for p in layer.parameters() if p.requires_grad]
    if learned:
        layer(input_current(6, 2, 5).to(dtype(layer))).sum().backward()
        torch.optim.SGD(learned, lr=0.1 * factor).step()


def edit_data(layer, factor):
    for v in (*layer.parameters(), *layer.buffers()):
        v.data.mul_(factor)  # which does not count as a version


def edit_in_place(layer, factor):
    with torch.no_grad():
        for v in (*layer.parameters(), *layer.buffers()):
            v.copy_(v * factor)


def replace_data(layer, factor):
    for v in layer.parameters():
        v.data = (v.data * factor).t().contiguous().t()  # other memory, another layout


def replace_parameters(layer, factor):
    for name, v in list(layer.named_parameters()):
        setattr(layer, name, torch.nn.Parameter(v.detach() * factor))


def load(layer, factor):
    layer.load_state_dict(scaled(layer, factor))


def assign(layer, factor):
    layer.load_state_dict(scaled(layer, factor), assign=True)


def change_dtype(layer, factor):
    layer.float() if dtype(layer) == torch.float64 else layer.double()


def freeze(layer, factor):
    for v in layer.parameters():
        v.requires_grad_(factor > 1)


def change_fire(layer, factor):
    layer.fire = random.choice(FIRES)


def change_mode(layer, factor):
    layer.train(factor > 1)


def copied(layer, factor):
    return copy.deepcopy(layer)


def pickled(layer, factor):
    return pickle.loads(pickle.dumps(layer))


def saved(layer, factor):
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


EDITS = [
    *(step_of_an_optimiser, edit_data, edit_in_place, replace_data, replace_parameters, load),
    *(assign, change_dtype, freeze, change_fire, change_mode, copied, pickled, saved),
]


def dtype(layer):
    return next((v.dtype for v in layer.state_dict().values()), torch.float32)


def fresh(layer, **options):
    """Return a new layer with the same values."""
    new = build_layer(layer.neuron.name, **options).to(dtype(layer))
    new.load_state_dict({n: v.clone() for n, v in layer.state_dict().items()}, assign=True)
    for name, p in new.named_parameters():
        p.requires_grad_(getattr(layer, name).requires_grad)
    new.fire = layer.fire
    return new.train(layer.training)


def results(layer, x):
    """Return the spikes without and with a graph, and the gradients of all that has one."""
    with torch.no_grad():
        s = layer(x)
    x = x.clone().requires_grad_()
    with_graph = layer(x)
    inputs = [x, *(p for p in layer.parameters() if p.requires_grad)]
    weights = torch.linspace(-1, 1, x.numel(), dtype=x.dtype).view(x.shape)
    return [s, with_graph, *torch.autograd.grad((with_graph * weights).sum(), inputs)]


@pytest.mark.parametrize(
    ("model", "options"),
    [
        *(("lif", {}), ("lif", {"v_th": torch.tensor(0.8)}), ("plif", {}), ("clif", {})),
        *(("dsn", {"shape": (5,)}), ("pmsn", {"shape": (5,)}), ("sliding_psn", {})),
        ("psn", {"T": 6}),
    ],
)
def test_a_layer_never_computes_with_old_values(model, options):
    random.seed(model)
    options |= {"backend": "auto"}
    layer = build_layer(model, **options)
    for _ in range(30):
        x = input_current(6, *random.choice([(2, 5), (3, 5), (1, 5)])).to(dtype(layer))
        for ours, expected in zip(
            results(layer, x), results(fresh(layer, **options), x), strict=True
        ):
            assert torch.equal(ours, expected)
        edit = random.choice(EDITS)
        layer = edit(layer, random.choice([0.9, 1.1])) or layer


def test_a_state_of_another_shape_is_refused():
    layer = build_layer("lif", backend="cpu", stateful=True)
    layer(input_current(3))
    layer.state = layer.state._replace(v=torch.tensor(0.0))
    with pytest.raises(ValueError, match=r"state whose v has the shape \(\).*reset_state"):
        layer(input_current(3))


@pytest.mark.parametrize("model", ["lif", "plif", "dsn", "pmsn", "glif", "clif"])
@pytest.mark.parametrize("neurons_of_sample", [5, 77, 1000])
def test_two_threads_give_the_bits_of_one(model, neurons_of_sample):
    layer, x = build_layer(model, backend="cpu"), input_current(40, 3, neurons_of_sample)
    layer(x)
    expected = gradients(layer, x)
    torch.set_num_threads(2)
    try:
        s, grads = gradients(layer, x)
    finally:
        torch.set_num_threads(1)
    assert torch.equal(s, expected[0])
    assert all(map(torch.equal, grads, expected[1]))


def resident() -> int:
    """Return the KiB of memory that this process occupies."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def test_calls_leave_nothing_behind():
    layer, x = build_layer("dsn", backend="cpu"), input_current(20, 8, 64)

    def call(times):
        for _ in range(times):
            gradients(layer, x)
            with torch.no_grad():
                layer(x)
        gc.collect()
        tensors = sum(issubclass(type(v), torch.Tensor) for v in gc.get_objects())
        return len(operators._handles), tensors

    call(20)
    handles_and_tensors, kept = call(20), [resident()]
    for _ in range(4):
        assert call(100) == handles_and_tensors
        kept.append(resident())
    # A leak grows every time (x alone is 40 KiB a call), an allocator that settles does not.
    assert min(after - before for before, after in itertools.pairwise(kept)) < 2048, kept


def test_a_gradient_is_differentiated_once():
    layer, x = build_layer("plif", backend="cpu"), input_current(5).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="differentiated once"):
        grad.sum().backward()


def test_transforms_and_views_of_other_numbers_are_seen():
    layer, x = build_layer("plif", backend="cpu"), input_current(5, 3, 4)
    s = layer(x)
    assert torch.equal(torch.func.vmap(layer)(torch.stack([x, -x])), torch.stack([s, layer(-x)]))
    z = torch.complex(x, x)
    negative = z.conj().imag
    assert negative.is_neg() and torch.equal(layer(negative), layer(-x))
    x.requires_grad_()
    rows = layer(x).sum((1, 2))
    batched = torch.autograd.grad(rows, x, torch.eye(5), is_grads_batched=True, retain_graph=True)
    for i, grad in enumerate(batched[0]):
        assert torch.equal(grad, torch.autograd.grad(rows[i], x, retain_graph=True)[0])
