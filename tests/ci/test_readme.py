"""The README tells the truth about the code."""

import re
from pathlib import Path

import pytest

from ci.readme import README, renewed

ROOT = Path(__file__).parents[2]
TEXT = README.read_text(encoding="utf-8")


def test_the_table_of_models_is_todays():
    assert renewed(TEXT) == TEXT, "the models changed; run `make readme`"


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", TEXT))))
def test_links_lead_somewhere(link):
    assert link.startswith("http") or (ROOT / link).exists()


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:neurons|suites|reports|ci|tests)/[\w/.]*)`", TEXT)))
)
def test_named_files_exist(name):
    assert (ROOT / name).exists() or "leaky" in name


def test_the_example_neuron_runs(tmp_path, monkeypatch):
    """The page under "Add a neuron in one file" is a model as it stands."""
    page = re.search(r'```python\n("""Leaky.*?)```', TEXT, re.DOTALL)
    assert page
    (tmp_path / "leaky.py").write_text(page[1])
    monkeypatch.syspath_prepend(tmp_path)
    import torch

    from neurons import Fire, backends, surrogate

    neuron = __import__("leaky").NEURON
    fire = Fire(surrogate("atan"), "soft")
    spikes, state = backends.run(neuron, "eager", torch.full((4, 2, 3), 0.6), neuron.params(), fire)
    # h = 0.6, 0.9, 1.05, 0.625: the third step is the first above the threshold
    assert spikes[:, 0, 0].tolist() == [0, 0, 1, 0]
    assert torch.allclose(state.v, torch.tensor(0.625))
