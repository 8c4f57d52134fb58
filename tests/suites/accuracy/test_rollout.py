"""Free runs and scheduled sampling: what is given, what the network reads of its own."""

import pytest
import torch
from torch import nn

import neurons
from suites.accuracy import recipes, rollout, tasks, trainer
from suites.accuracy.trial import Trial

T, READ = 7, 3
MOVING = Trial("moving", "predictor", "lif", "own", "tiny", 0)


class Shift(nn.Module):
    """Adds 1 to its input: a free run counts on."""

    def forward(self, x):
        return x + 1


def test_a_free_run_goes_on_from_its_own_outputs():
    x = torch.zeros(T, 2, 1)
    given = [1.0] * READ  # 0 + 1
    own = [float(n) for n in range(2, 2 + T - READ)]  # 1 + 1, 2 + 1, ...
    assert rollout.run(Shift(), x, READ)[:, 0, 0].tolist() == given + own


def test_with_all_steps_given_it_is_one_call():
    x = torch.rand(T, 2, 1)
    assert torch.equal(rollout.run(Shift(), x, READ, share=1), x + 1)


def test_the_share_says_how_many_inputs_are_true():
    torch.manual_seed(0)
    outputs = rollout.run(Shift(), torch.zeros(READ + 1, 2000, 1), READ, share=0.3)
    assert outputs[-1].eq(1).float().mean().item() == pytest.approx(0.3, abs=0.04)


def test_layers_carry_their_state_through_the_run_and_forget_it_after():
    torch.manual_seed(0)
    layer = neurons.Layer("lif", tau=4.0)
    x = torch.rand(T, 5, 3)
    truth = layer(x)
    assert torch.equal(rollout.run(layer, x, T), truth)
    assert torch.equal(rollout.run(layer, x, 1, share=0.999999), truth)  # step by step
    assert not layer.stateful and layer.state is None


def test_a_gradient_reaches_the_steps_before():
    layer = neurons.Layer("lif", tau=4.0)
    x = torch.rand(T, 5, 3, requires_grad=True)
    rollout.run(layer, x, READ).sum().backward()
    assert x.grad is not None and x.grad[:READ].abs().sum() > 0
    assert x.grad[READ:].abs().sum() == 0


def test_a_neuron_that_reads_all_steps_at_once_is_refused():
    with pytest.raises(NotImplementedError, match="psn reads all steps at once"):
        rollout.run(neurons.Layer("psn", T=T), torch.rand(T, 5, 3), READ)


@pytest.mark.slow
def test_moving_is_scored_by_a_free_run_and_resumes_with_the_same_bits(tmp_path):
    task = tasks.load("moving")
    part = task.train.pick(slice(32))
    task = task._replace(train=part, test=part)
    recipe = recipes.get("stc")._replace(epochs=3)
    whole = trainer.train(MOVING, task, recipe)
    file = tmp_path / "half.pt"
    trainer.train(MOVING, task, recipe._replace(epochs=3, patience=None), file=file)
    assert trainer.train(MOVING, task, recipe, file=file).score == whole.score
    last = part.x[-10:], rollout.run(whole.network, part.x, 10)[9:]
    error = (last[1] - part.y[9:]).square().mean().item()
    assert whole.score.error == pytest.approx(error, rel=1e-5)
