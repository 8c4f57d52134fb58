"""What the gate compares of a training."""

import pytest

from suites import trained
from suites.accuracy import tasks, trainer
from suites.accuracy.trial import Trial


def test_only_tasks_of_the_profile_are_trained(monkeypatch) -> None:
    monkeypatch.setenv("SPIKEBENCH_PROFILE", "gate")
    assert trained.train("lif", "recall", seed=0) == {}


@pytest.mark.slow
def test_a_training_gives_error_and_what_the_network_spends() -> None:
    answer = trained.train("lif", "rows", seed=1)
    result = trainer.run(Trial("rows", tasks.load("rows").network, "lif", "own", "tiny", 1))
    assert (answer["error"], answer["rate"]) == (result.error, result.rate)
    # 8 steps of 8 pixels to 128 neurons, and from every spike to 10 classes
    assert answer["mac"] == 8 * 8 * 128
    spikes = result.rate * 8 * 128
    assert answer["ac"] == pytest.approx(10 * spikes, rel=0.2)
