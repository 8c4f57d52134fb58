"""The memory suite: what autograd keeps is counted once, and only while it is kept."""

import pytest
import torch

from suites import cases
from suites.memory.suite import Memory
from suites.profiles import Shape, profile

SHAPE = Shape(4, 2, 8)


def saved(run) -> float:
    memory = Memory()
    memory.workload = cases.Workload(run, [], SHAPE)
    return memory.track_saved_bytes("any", "any", str(SHAPE))


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (lambda x: x * 2, 0),
        (lambda x: x * x, 0),  # the input is there anyway
        (torch.sigmoid, 4),
        (lambda x: (s := torch.sigmoid(x)) * s[0], 4),  # a view is of the same bytes
        (lambda x: torch.exp(x) * torch.sigmoid(x), 8),
    ],
)
def test_bytes_are_those_of_distinct_storages(run, expected):
    assert saved(run) == expected


def test_what_is_let_go_before_the_end_is_not_counted():
    """As when a first call traces a program."""

    def run(x):
        inner = torch.ones(100).requires_grad_()
        torch.autograd.grad(torch.exp(inner).sum(), inner)
        return torch.sigmoid(x)

    assert saved(run) == 4


@pytest.mark.parametrize("model", ["klif", "lif"])
def test_a_first_call_counts_as_any_other(model):
    memory, shape = Memory(), str(profile().shapes_of(model, "cpu")[0])
    try:
        memory.setup(model, "cpu", shape)
    except NotImplementedError as reason:
        pytest.skip(str(reason))
    first, second = (memory.track_saved_bytes(model, "cpu", shape) for _ in "ab")
    assert first == second
