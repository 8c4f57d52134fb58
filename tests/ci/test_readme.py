"""The README and the chapters agree with the code."""

import re
from pathlib import Path

import pytest
import torch

from ci.gate.outputs import json
from ci.readme import SCHEMA, TABLES, page, renewed
from neurons import Fire, backends, surrogate

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS[ROOT / "README.md"]
LINES = 120  # a newcomer reads the README to its end


def mentions(pattern: str) -> list:
    """Every match in every page, as (page, text) for `parametrize`."""
    matches = {(page, text) for page, body in TEXTS.items() for text in re.findall(pattern, body)}
    return [pytest.param(*m, id=f"{m[0].name}-{m[1]}") for m in sorted(matches)]


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_are_todays(name):
    text = page(name).read_text(encoding="utf-8")
    assert TABLES[name]() in text, f"the {name} changed; run `make readme`"
    assert renewed(name) == text


def test_the_schema_of_the_gates_json_is_todays():
    assert SCHEMA.read_text(encoding="utf-8") == json.schema(), "run `make readme`"


def test_the_readme_is_short():
    assert len(README.splitlines()) <= LINES


@pytest.mark.parametrize(("page", "link"), mentions(r"\]\(([^)#]+)\)"))
def test_links_lead_somewhere(page, link):
    assert link.startswith("http") or (page.parent / link).exists()


@pytest.mark.parametrize(
    ("page", "name"), mentions(r"`((?:neurons|suites|reports|ci|examples|tests|docs)/[\w/.]*)`")
)
def test_named_files_exist(page, name):
    assert (ROOT / name).exists() or "leaky" in name


@pytest.mark.parametrize(
    ("page", "name"), mentions(r"python -m ((?:neurons|suites|reports|ci|examples|tests)[\w.]*)")
)
def test_named_commands_exist(page, name):
    file = ROOT / name.replace(".", "/")
    assert file.with_suffix(".py").exists() or (file / "__main__.py").exists()


def test_every_chapter_is_linked_from_the_readme():
    chapters = [f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")]
    assert [name for name in chapters if f"({name})" not in README] == []


def test_the_example_neuron_runs(tmp_path, monkeypatch):
    """The page under "Add a neuron in one file" is a complete model."""
    page = re.search(r'```python\n("""Leaky.*?)```', README, re.DOTALL)
    assert page
    (tmp_path / "leaky.py").write_text(page[1])
    monkeypatch.syspath_prepend(tmp_path)

    neuron = __import__("leaky").NEURON
    fire = Fire(surrogate("atan"), "soft")
    spikes, state = backends.run(neuron, "eager", torch.full((4, 2, 3), 0.6), neuron.params(), fire)
    # h = 0.6, 0.9, 1.05, 0.625: the third step is the first above the threshold
    assert spikes[:, 0, 0].tolist() == [0, 0, 1, 0]
    assert torch.allclose(state.v, torch.tensor(0.625))
