"""Trained findings: a false statement does not hold, and a seed gives the same figure again."""

from dataclasses import replace

import pytest
import torch

from suites.accuracy import tasks
from suites.findings import _decays, _extrapolation, _moving, _order, ds_atgo_depth, dsn_rows, run
from suites.findings.finding import FAILS, HOLDS, judge

pytestmark = pytest.mark.slow

FALSE = {  # what the papers do not say: the opposite
    "LIF beats DSN on rows": ("dsn_rows", dsn_rows.FINDING),
    "AT hurts a deep network": ("ds_atgo_depth", ds_atgo_depth.FINDING),
}


@pytest.mark.parametrize("statement", FALSE)
def test_a_false_statement_does_not_hold(statement):
    name, finding = FALSE[statement]
    figures = [run.measure(name, seed).figure for seed in range(3)]
    opposite = replace(finding, statement=statement, accept=(-1.0, 0.0))
    assert judge(opposite, figures).verdict == FAILS
    assert judge(finding, figures).verdict == HOLDS


def test_a_seed_gives_the_same_figure_again():
    assert run.measure("dsn_rows", 1) == run.measure("dsn_rows", 1)


@pytest.mark.parametrize("structure", _decays.STRUCTURES)
def test_every_structure_of_the_decay_runs_and_learns(structure):
    torch.manual_seed(0)
    (layer,) = _decays.layers(structure, 16)(1)
    x = torch.randn(5, 3, 16, requires_grad=True)
    s = layer(x)
    assert s.shape == x.shape and s.unique().tolist() != [0.0]
    s.sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in layer.parameters())


def test_all_lengths_are_cut_from_the_same_text():
    texts = [_extrapolation.pieces(T).x.T.flatten() for T in (64, 16384)]
    assert torch.equal(*texts)
    pieces = _extrapolation.pieces(64)
    assert torch.equal(pieces.x[1:], pieces.y[:-1])


def test_black_frames_and_the_last_frame_are_the_baselines():
    known = {"black frames": 15.12, "the last frame": 20.65}
    assert _moving.baselines() == pytest.approx(known, abs=0.01)


def test_shuffling_keeps_the_frames():
    split = tasks.load("rows").test
    shuffled = _order.shuffled(split, 0)
    assert torch.equal(shuffled.x.sort(0).values, split.x.sort(0).values)
    assert not torch.equal(shuffled.x, split.x)
