"""Files that are damaged, half written or of another program: one line names each of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asv.results import Results

from reports import results
from tests.reports import synthetic

AXES = {"model": ["lif", "psn"], "backend": ["eager"]}
SPEED = {"speed.suite.Inference.time_forward": {"params": AXES}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"commit_hash": ', "Expecting value"),
        ("[]", "not an asv file"),
        ("{}", "Object missing required field `version`"),
        ('{"version": 1}', "format 1 instead of 2: try `asv update`"),
        ('{"version": 2, "params": {}}', "Object missing required field `commit_hash`"),
    ],
)
def test_a_broken_file_is_one_line_that_names_it(tmp_path: Path, text: str, message: str) -> None:
    path = synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0)
    path.write_text(text)
    recorded = results.read(tmp_path)
    assert recorded.frame.empty and recorded.runs.empty
    (line,) = recorded.skipped
    assert line.startswith(f"cannot read {path}: {message}")
    assert line.endswith("; delete it and measure again") and "\n" not in line


def test_a_machine_file_without_a_version_is_named(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0).parent / "machine.json"
    path.write_text('{"machine": "box"}')
    (line,) = results.read(tmp_path).skipped
    assert line.startswith(f"cannot read {path}: it is not of this machine;")


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0)
    path.write_text(path.read_text().replace('"stats_q_25"', '"stats_q_26"'))
    (line,) = results.read(tmp_path).skipped
    assert line.startswith(f"cannot read {path}: unknown column 'stats_q_26';")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"version": "1"}, "it is not of this machine"),
        ({"machine": "other"}, "it is not of this machine"),
        ({"ram": 8}, "'ram' is no text"),
        ({"os": 1, "ram": 8}, "'os' is no text"),
    ],
)
def test_a_machine_file_that_is_not_its_own_is_named(tmp_path: Path, facts, reason) -> None:
    path = synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0).parent / "machine.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts, sort_keys=True))
    recorded = results.read(tmp_path)
    assert recorded.skipped == (f"cannot read {path}: {reason}; delete it and measure again",)
    assert recorded.machines == {} and len(recorded.frame) == 2


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"version": 2}, "no benchmarks in it"),
        ({"a.track_b": {"name": "a.track_b", "param_names": []}}, "no benchmarks in it"),
        (
            {"version": 2, "a.track_b": {"name": "a.track_c", "param_names": []}},
            "'a.track_b' has another name",
        ),
        (
            {"version": 2, "a.track_b": {"name": "a.track_b"}},
            "Object missing required field `param_names`",
        ),
    ],
)
def test_a_damaged_list_of_benchmarks_is_refused(tmp_path: Path, entries, reason) -> None:
    path = tmp_path / "benchmarks.json"
    path.write_text(json.dumps(entries))
    with pytest.raises(ValueError) as error:
        results.read(tmp_path)
    assert str(error.value) == f"cannot read {path}: {reason}; delete it and measure again"


def test_a_row_with_more_values_than_columns_is_named(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path, SPEED, lambda n, **a: 1.0)
    data = json.loads(path.read_text())
    ((name, row),) = data["results"].items()
    row += [None] * (14 - len(row))
    path.write_text(json.dumps(data))
    reason = f"{name} has 14 columns of 13"
    (line,) = results.read(tmp_path).skipped
    assert line == f"cannot read {path}: {reason}; delete it and measure again"


def test_a_file_has_the_name_under_which_asv_saves_it(tmp_path: Path) -> None:
    """That of a long environment is replaced by its hash; a copy of another name is refused."""
    for name in ("e" * 127, "e" * 128):
        saved = Results({"machine": "box"}, {}, "a" * 40, synthetic.JUNE, "3.11", name, {})
        saved.save(str(tmp_path))
    files = sorted(path.name for path in (tmp_path / "box").iterdir())
    assert sorted(map(len, files)) == [len("aaaaaaaa-env-.json") + 32, len("aaaaaaaa-.json") + 127]
    assert results.read(tmp_path).skipped == () and len(results.read(tmp_path).runs) == 2
    (tmp_path / "box" / files[0]).rename(tmp_path / "box" / "copy.json")
    (line,) = results.read(tmp_path).skipped
    assert f"it contains 'box/{files[0]}'" in line
