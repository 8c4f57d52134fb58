"""The gate from end to end: what it says of a changed package that runs."""

import re
import shutil
from pathlib import Path

import pytest

from ci.gate import __main__ as gate
from ci.gate.rules import every_rule
from reports.units import quantity
from tests.ci import planted
from tests.ci.planted import RunGate

pytestmark = pytest.mark.slow


def verdicts(result: dict, metric: str) -> dict[str, str]:
    return {row["model"]: row["verdict"] for row in result["rows"] if row["metric"] == metric}


def test_an_unchanged_package_passes(run_gate: RunGate) -> None:
    code, result, text = run_gate("same", "--full")
    assert code == 0, text
    assert verdicts(result, "operations") == {"lif": "PASS", "plif": "PASS", "dsn": "N/A"}
    assert verdicts(result, "fingerprint") == {"lif": "PASS", "plif": "PASS"}
    assert {row["params"].get("backend", "eager") for row in result["rows"]} == {"eager"}
    assert not {row["metric"] for row in result["rows"]} - {
        "forward",
        "operations",
        "error",
        "fingerprint",
        "",  # of no case: how many models were not trained
    }
    for row in result["rows"]:
        assert row["reason"] and "\n" not in row["reason"]


@pytest.mark.slow
def test_a_slower_model_fails_and_is_named(run_gate: RunGate) -> None:
    code, result, text = run_gate("slow", "--full")
    assert code == 1, text
    assert result["headline"] == "FAIL: lif"
    assert verdicts(result, "forward")["lif"] == "FAIL"
    assert verdicts(result, "forward")["plif"] != "FAIL"
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert row["ratio"] > 1  # how much is for the machine to say: it may be busy
    assert row["unit"] == "seconds" and row["base"] < row["head"]
    assert result["rows"][0] == row, "worst first"


def test_a_slowdown_below_the_floor_passes(run_gate: RunGate) -> None:
    assert run_gate("slow-below-the-floor")[0] == 0


def test_a_worse_counter_fails_and_is_named(run_gate: RunGate) -> None:
    code, result, text = run_gate("operations")
    assert (code, result["headline"]) == (1, "FAIL: lif")
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert (row["rule"], row["base"], row["head"]) == ("counters", 40, 45)
    assert f"| grew by {quantity(5, 'operations/step')} |" in text


def test_a_better_counter_passes_and_proposes_itself(run_gate: RunGate) -> None:
    code, _, text = run_gate("fewer-operations")
    assert code == 0
    assert f"new baseline: {quantity(35, 'operations/step')}" in text


def test_an_error_beyond_tolerance_fails_and_is_named(run_gate: RunGate) -> None:
    code, result, _ = run_gate("wrong")
    assert (code, result["headline"]) == (1, "FAIL: lif")
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert (row["rule"], row["base"], row["head"]) == ("numerics", 1e-8, 0.3)


def test_a_model_that_computes_something_else_fails_and_is_named(run_gate: RunGate) -> None:
    code, result, _ = run_gate("other-spikes")
    assert (code, result["headline"]) == (1, "FAIL: lif")
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert row["rule"] == "fingerprint"
    assert row["reason"] == "25.0% of the spikes differ, from step 1 on"


def test_a_fingerprint_names_the_backends_that_give_other_bits(run_gate: RunGate) -> None:
    _, result, _ = run_gate("operations")
    (row,) = [row for row in result["rows"] if row["rule"] == "fingerprint"]
    assert row["reason"] == "equal up to rounding; other bits on cpu float32"
    assert row["verdict"] == "PASS"


@pytest.mark.parametrize(
    ("branch", "rule", "reason"),
    [
        ("learns-worse", "accuracy", "-6.00 points [-6.00, -6.00] over 3 seeds"),
        ("fires-more", "energy", "+50.0 % over 3 seeds"),
        ("diverges", "accuracy", "training failed on head: its error is not finite"),
    ],
)
def test_a_model_that_learns_worse_or_fires_more_fails(
    run_gate: RunGate, branch: str, rule: str, reason: str
) -> None:
    code, result, _ = run_gate(branch)
    assert (code, result["headline"]) == (1, "FAIL: lif")
    rows = [row for row in result["rows"] if row["rule"] == rule and row["verdict"] == "FAIL"]
    assert {row["reason"] for row in rows} == {reason}
    assert {row["params"]["task"] for row in rows} == {"digits", "rows"}
    assert {row["params"].get("figure") for row in rows} <= {None, "rate", "ac"}


def test_models_that_compute_what_they_did_are_not_trained(run_gate: RunGate) -> None:
    _, result, _ = run_gate("operations")
    (row,) = [row for row in result["rows"] if row["rule"] == "accuracy"]
    assert row["verdict"] == "PASS" and row["reason"].startswith("1 model computes what it did")


@pytest.mark.parametrize(
    ("branch", "rule", "verdict"),
    [
        ("looser", "numerics", "FAIL"),
        ("uncounted", "counters", "FAIL"),
        ("hidden", "coverage", "INVALID"),
    ],
)
def test_a_pull_request_that_changes_the_suites_is_judged_by_those_of_the_base_too(
    run_gate: RunGate, repository: Path, tmp_path: Path, branch: str, rule: str, verdict: str
) -> None:
    suites = tmp_path / "theirs" / "suites"
    shutil.copytree(repository / "suites", suites)
    planted.plant(suites / "toy.py", planted.PLANTED[branch]["suites/toy.py"])
    code, result, text = run_gate(branch, "--suites", str(suites))
    assert (code, result["headline"]) == ({"FAIL": 1, "INVALID": 3}[verdict], f"{verdict}: lif")
    (row,) = [row for row in result["rows"] if row["verdict"] == verdict]
    assert row["rule"] == rule and row["reason"].endswith("by the suites of the base")
    assert "suites/toy.py" in text


def test_a_new_model_is_shown_and_not_compared(run_gate: RunGate) -> None:
    code, result, _ = run_gate("new")
    assert code == 0
    assert verdicts(result, "forward")["dsn"] == "NEW"


def test_a_new_model_is_held_to_the_numerics(run_gate: RunGate) -> None:
    code, result, _ = run_gate("new-and-wrong")
    assert (code, result["headline"]) == (1, "FAIL: dsn")


def test_nothing_is_measured_where_neurons_is_the_same(run_gate: RunGate) -> None:
    code, result, text = run_gate("same")
    assert code == 0, text
    (row,) = result["rows"]
    assert (row["verdict"], row["reason"]) == ("PASS", "base and head have the same neurons/")


def test_only_the_changed_model_and_the_canary_are_measured(run_gate: RunGate) -> None:
    code, result, _ = run_gate("other-plif")
    assert code == 0
    assert {row["model"] for row in result["rows"] if row["model"]} == {"lif", "plif"}
    _, result, _ = run_gate("operations")
    assert {row["model"] for row in result["rows"] if row["model"]} == {"lif"}


def test_a_model_that_the_head_lacks_has_vanished(run_gate: RunGate) -> None:
    code, result, _ = run_gate("lacking")
    assert (code, result["headline"]) == (1, "VANISHED: plif")


def test_a_waived_row_passes_and_is_shown(run_gate: RunGate) -> None:
    code, result, text = run_gate("waived")
    assert code == 0, text
    (row,) = [row for row in result["rows"] if row["verdict"] == "WAIVED"]
    assert row["name"] == "toy.Toy.track_operations(lif, eager)"
    assert "grew by" in row["reason"] and "waived until" in row["reason"]


def test_the_report_names_what_may_be_waived_and_changes_of_the_ruler(run_gate: RunGate) -> None:
    assert "* `toy.Toy.track_operations(lif, eager)`" in run_gate("operations")[2]
    code, result, text = run_gate("ruler")
    assert (code, result["setting"]["ruler"]) == (0, ["suites/new.py"])
    assert "changes files by which the gate judges; read them first:** `suites/new.py`" in text


def test_rules_are_the_files_of_their_folder() -> None:
    files = {path.stem for path in Path(gate.__file__).parent.glob("rules/[a-z]*.py")}
    rules = every_rule()
    assert {rule.__name__.rpartition(".")[2] for rule in rules} == files
    for rule in rules:
        assert re.match(r"[\w ]+: .+\.$", (rule.__doc__ or "").split("\n")[0])
        assert callable(rule.judge)
