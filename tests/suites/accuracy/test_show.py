"""What the table shows: known means and intervals, differences by seed, and which rows."""

import math

import pytest

from suites.accuracy import show
from suites.accuracy.trial import Trial
from tests.suites.accuracy import stand_in


def results(**errors):
    """Return the rows of models with these errors, seed by seed; None is a failure."""
    rows = []
    for model, values in errors.items():
        trials = [Trial("digits", "mlp", model, "own", "tiny", seed) for seed in range(len(values))]
        for row, error in zip(stand_in.rows(trials), values, strict=True):
            reason = "worker died" if error is None else ""
            rows.append(row._replace(error=error, failure=reason))
    return rows


def test_an_interval_is_that_of_students_t():
    # Of 1..5: the mean 3, the deviation sqrt(2.5), and 2.776445 the 97.5 % point of t at 4.
    mean, low, high = show.interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert mean == 3
    assert math.isclose(3 - low, 2.776445105 * math.sqrt(2.5 / 5), rel_tol=1e-9)
    assert math.isclose(high - 3, 3 - low)


def test_one_value_has_no_interval_and_equal_ones_have_none_to_speak_of():
    assert show.interval([0.5]) == (0.5, None, None)
    assert show.interval([]) == (None, None, None)
    assert show.interval([0.5, 0.5]) == (0.5, 0.5, 0.5)


def test_differences_are_paired_by_seed():
    """Seeds that differ much, and a model that is .01 better on each: the pairs show it."""
    lif, dsn = [0.1, 0.5, 0.9], [0.09, 0.49, 0.89]
    first, second = show.lines(results(lif=lif, dsn=dsn), "lif")
    assert (first["model"], second["model"]) == ("dsn", "lif")
    assert (first["pairs"], second["pairs"]) == (3, None)
    assert first["low"] < 0 < 0.9 < first["high"]
    ends = first["difference_low"], first["difference"], first["difference_high"]
    assert ends == pytest.approx((-0.01, -0.01, -0.01))


def test_a_pair_needs_both_seeds():
    rows = results(lif=[0.1, None, 0.3], dsn=[0.2, 0.2, None])
    first, second = sorted(show.lines(rows, "lif"), key=lambda line: line["model"])
    assert (first["n"], first["pairs"], first["difference"]) == (2, 1, pytest.approx(0.1))
    assert (first["difference_low"], second["n"]) == (None, 2)


def test_tasks_conditions_libraries_and_devices_are_not_mixed():
    rows = results(lif=[0.1, 0.2])
    others = {"task": "rows", "condition": "matched", "device": "cuda", "libraries": "torch 9"}
    rows += [row._replace(**{name: value}) for name, value in others.items() for row in rows[:2]]
    assert [line["n"] for line in show.lines(rows, "lif")] == [2] * 5


def test_without_results_there_is_no_line():
    assert show.lines([], "lif") == []
    assert show.text([], "lif") == "no results"


def test_the_table_has_a_line_per_model_and_the_failures_below():
    text = show.text(results(lif=[0.1, 0.2, 0.3], dsn=[0.05, None, 0.07], psn=[None]), "lif")
    lines = text.splitlines()
    assert lines[0].startswith("digits, mlp, tiny, own, cpu, python")
    heads = ["model", "error", "95%", "interval", "n", "minus", "lif", "95%", "interval"]
    assert lines[1].split() == [*heads, "pairs", "loss", "rate", "seconds"]
    assert lines[2].split()[:6] == ["dsn", "0.06", "-0.06706", "to", "0.1871", "2"]
    assert lines[3].split()[:9] == ["lif", "0.2", "-0.04841", "to", "0.4484", "3", "-", "-", "-"]
    assert lines[5:] == [
        "2 failed, which the next run tries again:",
        "  digits, mlp, dsn, own, tiny, 1: worker died",
        "  digits, mlp, psn, own, tiny, 0: worker died",
    ]


def test_current_rows_are_those_of_this_code():
    now, before = stand_in.rows(), stand_in.rows(code="before")
    lost = [row._replace(model="lost") for row in now]
    assert sorted(show.current([*before, *lost, *now])) == sorted(now)


def test_a_failure_counts_until_there_is_a_result():
    row, other = stand_in.rows()[:2]
    failures = [row._replace(failure="first"), row._replace(failure="second")]
    failures.append(other._replace(failure="later", ended="2100-01-01"))
    assert show.current([*failures[:2], other, failures[2]]) == [failures[1], other]
