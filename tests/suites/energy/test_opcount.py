"""The traced arithmetic of a neuron against a count by hand."""

import pytest
import torch
import torch.nn.functional as F

import neurons
from neurons import Fire, surrogate
from suites.energy.opcount import count
from tests.neurons.samples import MODELS

MATRIX = torch.ones(2, 4)
WIDE = torch.zeros(8, 2, 500)  # so wide that what is done once a layer does not count


def counted(model: str, reset: str = "hard", x: torch.Tensor = WIDE, **options) -> dict[str, float]:
    neuron = neurons.get(model)
    return count(neuron, neuron.params(**options), Fire(surrogate("atan"), reset), x)


@pytest.mark.parametrize(
    ("reset", "options", "add", "mul"),
    [
        ("none", {}, 2, 1),  # d v + x; h - v_th
        ("soft", {}, 3, 2),  # and h - s v_th
        ("hard", {}, 3, 2),  # and (1 - s) h
        ("hard", {"v_reset": -0.1}, 5, 3),  # and the rest, and s v_reset
        ("soft", {"decay_input": True}, 3, 3),  # and (1 - d) x
        ("soft", {"decay": "exp"}, 3, 2),  # d is one number for all steps
    ],
)
def test_lif(reset, options, add, mul):
    assert counted("lif", reset, **options) == {"add": add, "mul": mul, "compare": 1}


def test_plif_shares_one_sigmoid():
    once = 1 / WIDE[0].numel()
    assert counted("plif", decay_input=False) == pytest.approx(
        {"add": 3 + once, "mul": 2, "compare": 1, "transcendental": once}
    )


@pytest.mark.parametrize("k", [1, 4, 9])
def test_sliding_psn_grows_with_its_window(k):
    expected = {"mul": k, "add": k, "compare": 1}  # k - 1 sums and the bias
    assert counted("sliding_psn", k=k) == expected


@pytest.mark.parametrize("T", [1, 8])
def test_psn_grows_with_the_sequence(T):
    assert counted("psn", x=WIDE[:T], T=T) == {"mul": T, "add": T, "compare": 1}


@pytest.mark.parametrize("T", [512, 1024])
def test_masked_psn_stops_growing_with_the_sequence_where_the_mask_is_full(T):
    """Two blocks of 32 steps; their sum and the bias."""
    full, half = (
        counted("masked_psn", x=torch.zeros(T, 2, 50), T=T, lambda_=v) for v in (1.0, 0.5)
    )
    assert full == {"mul": 64, "add": 64, "compare": 1}
    assert half["mul"] >= T


@pytest.mark.parametrize("k", [4, 2])
def test_dsn(k):
    """k taps and a bias, 1/(1 + e^-a) to a power, the blend of h and x, the threshold."""
    expected = {"mul": k + 2, "add": k + 3, "transcendental": 2, "compare": 1}
    assert counted("dsn", shape=(500,), k=k) == expected


@pytest.mark.parametrize("model", MODELS)
def test_counts_do_not_depend_on_values_or_batch(model):
    needs = {need: {"shape": (500,), "T": 8}[need] for need in neurons.get(model).needs}
    usual = counted(model, **needs)
    assert usual and all(number > 0 for number in usual.values())
    assert counted(model, x=torch.randn(8, 2, 500), **needs) == usual
    four, eight = (counted(model, x=torch.zeros(8, N, 500), **needs) for N in (4, 8))
    if "shape" not in needs:
        assert four == pytest.approx(usual, abs=0.01)
    for kind, number in usual.items():  # what is done once a channel is shared by the batch
        assert number - four[kind] == pytest.approx(2 * (four[kind] - eight[kind]), abs=1e-9)


def traced(function, fire: bool = False) -> dict[str, float]:
    """Return the counts of a neuron whose step calls `function`, and then fires or not."""

    def step(x, state, p, fires):
        function(x)
        return fires(x) if fire else x, state

    lif = neurons.get("lif")
    odd = neurons.Neuron(lif.Params, lif.State, step, start=lif.start)
    one = torch.zeros(1, 1, 1)  # a single neuron: counts per neuron are those of the step
    return count(odd, odd.params(), Fire(surrogate("atan")), one)


def test_an_unlisted_operation_is_counted_under_its_name():
    assert traced(torch.erf, fire=True) == {"erf": 1, "compare": 1}
    assert traced(lambda x: torch.frexp(MATRIX)) == {"frexp": 8}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda a, b: a @ b, {"mul": 5 * 7 * 3, "add": 5 * 7 * 2}),
        (lambda a, b: torch.addmm(torch.ones(7), a, b), {"mul": 5 * 7 * 3, "add": 5 * 7 * 3}),
        (lambda a, b: torch.bmm(a[None], b[None]), {"mul": 5 * 7 * 3, "add": 5 * 7 * 2}),
        (lambda a, b: torch.mv(a, b[:, 0]), {"mul": 5 * 3, "add": 5 * 2}),
        (lambda a, b: torch.dot(a[0], b[:, 0]), {"mul": 3, "add": 2}),
    ],
    ids=["mm", "addmm", "bmm", "mv", "dot"],
)
def test_a_product_counts_its_inner_size(function, expected):
    """A sum of n products has n - 1 additions, and one more for a bias."""
    factors = torch.ones(5, 3), torch.ones(3, 7)
    assert traced(lambda x: function(*factors)) == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda m: m.sum(0), {"add": 4}),
        (lambda m: m.sum(), {"add": 7}),
        (lambda m: m.mean(0), {"add": 4, "div": 4}),
        (lambda m: F.conv1d(m[None], torch.ones(3, 2, 3)), {"mul": 6 * 6, "add": 6 * 5}),
        (lambda m: F.conv1d(m[None], torch.ones(1, 2, 3)), {"mul": 2 * 6, "add": 2 * 5}),
        (lambda m: -(1 - (m - m)) * m, {"add": 24, "mul": 8}),
        (lambda m: m.reciprocal(), {"div": 8}),
        (lambda m: m.cumsum(0) + m.floor().abs().relu(), {"add": 16, "round": 8, "compare": 16}),
        (lambda m: m.square(), {"mul": 8}),
        (lambda m: m**2, {"mul": 8}),
        (lambda m: m**3, {"transcendental": 8}),
        (lambda m: F.group_norm(m, 2), {"add": 24, "mul": 16}),
        (lambda m: F.hardtanh(m).clamp_max(0), {"compare": 24}),
        (lambda m: m.clamp(0, 1), {"compare": 16}),
        (lambda m: m.clamp_min(0), {"compare": 8}),
        (lambda m: m.clone().add_(1), {"add": 8}),
        (lambda m: torch.lerp(m, m, 0.5), {"mul": 8, "add": 16}),
        (lambda m: torch.addcmul(m, m, m), {"mul": 8, "add": 8}),
        (lambda m: m.softmax(1), {"transcendental": 8, "add": 8, "div": 8}),
        (lambda m: F.gelu(m), {"transcendental": 8, "mul": 24, "add": 8}),
        (lambda m: F.silu(m), {"transcendental": 8, "mul": 8}),
        (lambda m: F.leaky_relu(m), {"compare": 8, "mul": 8}),
        (lambda m: F.layer_norm(m, (4,)), {"add": 24, "mul": 16}),
        (lambda m: (m / m).exp().sqrt().round(), {"div": 8, "transcendental": 16, "round": 8}),
        (lambda m: (m > 0) & (m != 1), {"compare": 16, "bitwise_and": 8}),
        (lambda m: torch.cat([m.t().flatten(), torch.zeros(3)]).view(1, -1).expand(2, -1), {}),
    ],
)
def test_arithmetic_by_hand(function, expected):
    assert traced(lambda x: function(MATRIX)) == expected


@pytest.mark.parametrize(
    "name", ["exp", "log", "tanh", "sigmoid", "atan", "cos", "sin", "sqrt", "rsqrt"]
)
def test_a_function_is_one_transcendental(name):
    assert traced(lambda x: getattr(torch, name)(MATRIX)) == {"transcendental": 8}


@pytest.mark.parametrize("name", ["ge", "gt", "le", "lt", "eq", "ne", "maximum", "minimum"])
def test_a_comparison_is_one_even_where_it_returns_a_value(name):
    assert traced(lambda x: getattr(torch, name)(MATRIX, MATRIX)) == {"compare": 8}


@pytest.mark.parametrize(
    "function",
    [
        lambda m: m.to(torch.float64),
        lambda m: m.clone().copy_(m),
        lambda m: torch.stack([m, m]),
        lambda m: m[torch.tensor([1, 0])],
        lambda m: m.index_select(0, torch.tensor([1])),
        lambda m: m.gather(1, torch.tensor([[0, 1], [1, 0]])),
        lambda m: F.embedding(torch.tensor([1]), m),
        lambda m: torch.where(m.bool(), m, m),
        lambda m: m.masked_fill(m.bool(), 2.0),
        lambda m: m.flip(0).roll(1, 1).repeat(2, 2).tril().triu(),
        lambda m: F.pad(m[None], (1, 1)),
        lambda m: F.pad(m[None, None], (1, 1, 1, 1), "reflect"),
        lambda m: F.interpolate(m[None, None], scale_factor=2.0),
        lambda m: torch.arange(3) if m[0, 0].item() else None,
        lambda m: [torch.zeros(3), torch.zeros_like(m), m.new_zeros(3), torch.ones(3).zero_()],
        lambda m: [torch.ones_like(m), m.new_ones(3), torch.full((2,), 3.0), m.new_full((2,), 3.0)],
        lambda m: [torch.full_like(m, 2.0), torch.empty(3).fill_(2.0), torch.empty_like(m)],
        lambda m: m.new_empty(3),
    ],
)
def test_what_only_moves_values_costs_nothing(function):
    assert traced(lambda x: function(MATRIX)) == {}


@pytest.mark.parametrize(("shape", "taps"), [((32,), 2), ((32, 9, 9), 2 * 9)])
def test_circuits_cost_their_convolutions(shape, taps):
    """Two circuits of 2 channels a group; a GroupNorm adds 3 sums and 2 products to each."""
    x = torch.zeros(1, 2, *shape)
    plain, normed = (
        counted("stclif", "soft", x, shape=shape, kernel=3, norm=norm) for norm in (False, True)
    )
    assert plain["mul"] == 2 * taps + 2 + 1  # v (1 + beta), x (1 + gamma), s v_th
    assert plain["add"] == 2 * (taps - 1) + 3 + 2
    assert normed == plain | {"mul": plain["mul"] + 4, "add": plain["add"] + 6}
