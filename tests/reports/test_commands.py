"""The command beside every figure and table: it measures what was drawn, and nothing else."""

from __future__ import annotations

import html
import importlib.util
import os
import re
import shlex
import subprocess
import sys

import pandas as pd
import pytest

from reports import commands
from reports.records import Record
from reports.view import View
from tests.reports import known

# The profile gpu has every benchmark of the suites; a process can have one profile only.
_LIST = (
    "from asv_runner.discovery import disc_benchmarks as d; print(*(b.name for b in d('suites')))"
)
_NOT_MEASURED = {"What a model could not follow", "Values by suite", "Not applicable"}


@pytest.fixture(scope="module")
def benchmarks() -> set[str]:
    """Return the names of all benchmarks of the suites."""
    environment = os.environ | {"SPIKEBENCH_PROFILE": "gpu"}
    listed = subprocess.run(
        [sys.executable, "-c", _LIST], env=environment, capture_output=True, text=True, check=True
    )
    return {*listed.stdout.split()}


def bench(command: str) -> str:
    """Return the regular expression in a command of asv."""
    words = shlex.split(command)
    return words[words.index("--bench") + 1]


def matching(expression: str, names: set[str], model: str = "lif") -> set[str]:
    """Return the benchmarks that asv would run: it searches in `name('lif', ...)`."""
    return {name for name in names if re.search(expression, f"{name}('{model}', 'eager')")}


def shown(text: str) -> list[str]:
    """Return the commands of a page."""
    codes = re.findall(r'<details class="again">.*?<code>(.*?)</code>', text, flags=re.S)
    return [html.unescape(code) for code in codes]


@pytest.mark.slow
def test_a_pattern_finds_its_benchmarks_and_no_other(benchmarks: set[str]) -> None:
    assert {*known.BENCHMARKS} <= benchmarks
    groups = [{name} for name in benchmarks] + [benchmarks]
    groups += [{n for n in benchmarks if n.startswith(f"{c}.")} for c in ("speed", "calls")]
    for names in groups:
        assert matching(commands.pattern(names), benchmarks) == names


def test_a_command_follows_from_the_rows(view: View) -> None:
    rows = view.rows("speed", "forward")
    assert commands.of_rows(rows) == (
        r"asv run aaaaaaaa^! --bench '^speed.suite.Inference.time_forward\b'"
    )
    both = commands.of_rows(rows.assign(profile="cpu"), view.rows("speed", "backward"))
    assert both.startswith("SPIKEBENCH_PROFILE=cpu asv run ")
    measured = {"speed.suite.Inference.time_forward", "speed.suite.Backward.time_backward"}
    assert matching(bench(both), {*known.BENCHMARKS}) == measured
    assert commands.of_rows(view.history).startswith("asv run EXISTING ")
    one = commands.of_series("speed.suite.Inference.time_forward", "cpu", "psn")
    assert one == (
        "SPIKEBENCH_PROFILE=cpu asv run EXISTING"
        r" --bench '^speed.suite.Inference.time_forward\b.*\Wpsn\W'"
    )
    assert commands.of_rows(rows[:0]) == commands.of_rows(pd.DataFrame({"T": [1]})) == ""


def test_a_record_names_its_command_or_has_that_of_its_kind() -> None:
    record = Record("dynamics", "lif", "a" * 40, "box", "2026-01-01", {})
    assert commands.of_record(record) == "python -m suites.dynamics lif"
    own = record._replace(content={"command": "python -m suites.findings '{x}'"})
    assert commands.of_record(own) == "python -m suites.findings '{x}'"


def test_a_command_of_one_model_leaves_out_the_others(view: View) -> None:
    command = bench(commands.of_rows(view.rows("speed", "forward"), model="psn"))
    assert matching(command, {*known.BENCHMARKS}, "psn") == {"speed.suite.Inference.time_forward"}
    assert not matching(command, {*known.BENCHMARKS}, "sliding_psn")
    whole = bench(commands.of_model("psn", view.frame))
    assert matching(whole, {*known.BENCHMARKS}, "psn") == {*known.BENCHMARKS}
    assert not matching(whole, {*known.BENCHMARKS}, "masked_psn")


@pytest.mark.slow
def test_every_figure_and_table_has_a_command_that_measures_something(
    files: dict[str, str], benchmarks: set[str]
) -> None:
    measured: set[str] = set()
    for name, text in files.items():
        for figure in re.findall(r"<figure>.*?</figure>", text, flags=re.S):
            assert len(shown(figure)) == 1, (name, figure[:100])
        for command in shown(text):
            if command.startswith("python -m "):
                assert importlib.util.find_spec(command.split()[2])
                continue
            runs = set().union(*(matching(bench(command), benchmarks, m) for m in known.MODELS))
            assert runs, command
            measured |= runs
    assert {*known.BENCHMARKS} <= measured


def test_a_table_that_stands_alone_has_a_command(files: dict[str, str]) -> None:
    for name in ("speed", "gradients", "memory", "properties", "accuracy", "energy"):
        for table in files[f"{name}.html"].split('<div class="table">')[1:]:
            caption = re.findall(r'aria-label="([^"]*)"', table)[0]
            has = bool(shown(table.partition("</section>")[0]))
            assert has or caption in _NOT_MEASURED, (name, caption)
