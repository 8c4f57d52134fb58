"""A followed path has the values of the layer's run."""

import pytest
import torch

from suites import analysis
from tests.neurons.samples import assert_one_line, build_layer
from tests.suites.analysis.samples import sequence


def test_a_path_has_the_values_of_the_layer():
    layer, x = build_layer("clif", stateful=True, backend="eager").double(), sequence()
    path = analysis.follow(layer, x)
    assert torch.equal(path.s, layer(x)) and torch.equal(path.s, (path.u >= 0).double())
    for values, last in zip(path.states, layer.state, strict=True):
        assert torch.equal(values[-1], last)
    assert torch.equal(path.slope, (path.u.abs() < 0.5).double())
    assert (path.width == 1).all()
    assert analysis.follow(build_layer("lif"), x).width.isnan().all()


@pytest.mark.parametrize(("model", "why"), [("psn", "no step"), ("super", "no step")])
def test_models_without_steps_cannot_be_followed(model, why):
    with pytest.raises(ValueError, match=why) as error:
        analysis.follow(
            build_layer(model, shape=(5,)) if model == "super" else build_layer(model), sequence()
        )
    assert_one_line(error, model)


def test_autocorrelation_is_the_papers_sum():
    x = sequence(9)
    for k, R in enumerate(analysis.autocorrelation(x, 4)):
        expected = sum(x[n] * x[n - k] for n in range(k, 9)) / 9
        torch.testing.assert_close(R, expected)
