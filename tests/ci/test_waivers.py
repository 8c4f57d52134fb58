"""Waivers let a row fail for a time, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from ci.gate import __main__ as gate
from ci.gate import waivers
from ci.gate.rows import Report, Row
from ci.gate.statistics import Outcome
from ci.gate.trees import UsageError
from ci.gate.waivers import Waiver
from tests.ci.test_counter_rule import case
from tests.ci.test_outputs import SETTING

TODAY = date.today()
SLOW = Row(
    *("speed", "speed.suite.Training.time_training", "lif", "training"),
    *({"model": "lif", "backend": "cpu"}, "seconds", 1.0, 1.2, 1.2, Outcome.FAIL, "+20 %"),
)
WAIVER = Waiver(
    row="speed.suite.Training.time_training(lif, cpu)",
    device="cpu",
    ceiling=1.3,
    expires=TODAY + timedelta(days=30),
    issue="#7",
    owner="ann",
    reason='a "correct" reset costs more',
)


def counted(base: float, head: float, direction: str = "lower") -> Row:
    """Build the failing row of a count on both sides."""
    return Row.of("counters", case(base, head, direction=direction), Outcome.FAIL, "worse")


def applied(row: Row, waiver: Waiver, device: str = "cpu", complete: bool = True) -> list[Row]:
    return waivers.apply([row], [waiver], device, complete=complete)


def test_a_waived_row_is_shown_and_does_not_fail() -> None:
    (row,) = applied(SLOW, WAIVER)
    assert row.verdict is Outcome.WAIVED
    assert row.reason == f"+20 %; waived until {WAIVER.expires} (ann, #7)"


@pytest.mark.parametrize(
    ("row", "waiver", "refusal"),
    [
        (replace(SLOW, ratio=1.31), WAIVER, "its loss of 1.31 is beyond the ceiling 1.3"),
        (
            SLOW,
            msgspec.structs.replace(WAIVER, expires=TODAY - timedelta(days=1)),
            f"its waiver ended on {TODAY - timedelta(days=1)}",
        ),
        (replace(SLOW, rule="numerics"), WAIVER, "wrong spikes or gradients cannot be waived"),
    ],
    ids=["beyond its ceiling", "after its end", "wrong numbers"],
)
def test_a_waiver_that_does_not_hold_leaves_the_failure(
    row: Row, waiver: Waiver, refusal: str
) -> None:
    (judged,) = applied(row, waiver)
    assert judged.verdict is Outcome.FAIL
    assert judged.reason.startswith(f"+20 %; {refusal}")


ENTRY = waivers.entry(WAIVER)
MODEL = ("lif", Outcome.FAIL, "worse")  # of a row, with its outcome and reason
LOSSES = {
    "a time": (SLOW, 1.2),
    "a count": (counted(40, 45), 45 / 40),
    "a count that was 0": (counted(0, 16), 16.0),
    "a count of which more is better": (counted(20, 16, "higher"), 20 / 16),
    "a finding that no longer holds": (counted(1, 0, "higher"), 1.0),
    "a fingerprint": (Row.of_model("fingerprint", *MODEL, 0.25), 0.25),
    "accuracy": (Row.of_model("accuracy", *MODEL, 2.5).at("points lost"), 2.5),
    "energy": (Row.of_model("energy", *MODEL).measured(0.2, 0.3), 0.3 / 0.2),
    "the energy of a network that was silent": (
        Row.of_model("energy", *MODEL).measured(0.0, 0.3),
        0.3,
    ),
    "compile time": (Row.of_model("compile_time", *MODEL).measured(2.0, 4.0), 2.0),
}


@pytest.mark.parametrize(("row", "loss"), LOSSES.values(), ids=LOSSES)
def test_a_ceiling_binds_whatever_is_lost(row: Row, loss: float) -> None:
    assert row.loss == pytest.approx(loss)
    for ceiling, outcome in ((loss * 1.01, Outcome.WAIVED), (loss * 0.99, Outcome.FAIL)):
        waiver = msgspec.structs.replace(WAIVER, row=row.name, ceiling=ceiling)
        assert applied(row, waiver)[0].verdict is outcome


@pytest.mark.parametrize(
    ("ratio", "ceiling"), [(1.2341, "1.24"), (1.3, "1.3"), (1234.0, "1240"), (2.0, "2")]
)
def test_the_report_gives_the_loss_as_a_ceiling_that_holds(ratio: float, ceiling: str) -> None:
    row = replace(SLOW, ratio=ratio)
    assert row.ceiling == ceiling
    waiver = msgspec.structs.replace(WAIVER, ceiling=float(row.ceiling))
    assert applied(row, waiver)[0].verdict is Outcome.WAIVED


def test_no_ceiling_is_above_a_training_that_fails() -> None:
    failed = Row.of_model("accuracy", "lif", Outcome.FAIL, "training failed on head")
    waiver = msgspec.structs.replace(WAIVER, row=failed.name, ceiling=1e9)
    assert applied(failed, waiver)[0].verdict is Outcome.FAIL


def test_a_model_that_vanished_is_waived_by_any_ceiling() -> None:
    vanished = Row.of_model("vanished", "lif", Outcome.VANISHED, "gone")
    waiver = msgspec.structs.replace(WAIVER, row=vanished.name, ceiling=0.0)
    assert applied(vanished, waiver)[0].verdict is Outcome.WAIVED


def test_the_worst_rows_come_first_whichever_values_are_better() -> None:
    rows = [counted(20, 19, "higher"), counted(20, 22), counted(20, 10, "higher")]
    ranked = Report.worst_first(rows, SETTING).rows
    assert [row.loss for row in ranked] == pytest.approx([2.0, 1.1, 20 / 19])


def test_another_device_is_another_waiver() -> None:
    (row,) = applied(SLOW, WAIVER, device="cuda")
    assert row.verdict is Outcome.FAIL


def test_a_waiver_without_effect_is_named() -> None:
    unused = applied(replace(SLOW, verdict=Outcome.PASS), WAIVER)[1]
    assert unused.reason == f"the waiver of {WAIVER.row} is UNUSED, its row is PASS"
    other = replace(SLOW, params={"model": "plif", "backend": "cpu"})
    assert "is STALE, no row has that name" in applied(other, WAIVER)[1].reason
    assert len(applied(other, WAIVER, complete=False)) == 1, "its model was not measured"
    cut_short = [other, Row.general("coverage", "base worker ended")]
    assert waivers.apply(cut_short, [WAIVER], "cpu", complete=True) == cut_short


def test_the_command_writes_an_entry_that_reads_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ci").mkdir()
    monkeypatch.setattr(gate, "HERE", tmp_path)
    words = ["waive", WAIVER.row, "--ceiling", "1.3", "--issue", "#7", "--owner", "ann"]
    assert gate.main([*words, "--reason", WAIVER.reason, "--device", "cpu"]) == 0
    assert gate.main([*words, "--reason", "twice", "--device", "cuda", "--days", "90"]) == 0
    first, second = waivers.parse((tmp_path / waivers.FILE).read_text())
    assert first == WAIVER
    assert (second.device, second.expires) == ("cuda", TODAY + timedelta(days=90))
    before = (tmp_path / waivers.FILE).read_text()
    assert gate.main([*words, "--reason", "long", "--days", "91"]) == 2
    error = capsys.readouterr().err
    assert "more than 90 days ahead" in error and error.count("\n") == 1
    assert (tmp_path / waivers.FILE).read_text() == before


@pytest.mark.parametrize(
    "text",
    [
        "[[waiver",
        "[[waiver]]\nrow = 'x'\n",
        ENTRY + "colour = 'red'\n",
        ENTRY.replace("1.3", "inf"),
        ENTRY.replace("1.3", "nan"),
        ENTRY.replace("1.3", "-1.3"),
        ENTRY.replace('"ann"', '""'),
        ENTRY.replace('"cpu"', '"gpu"'),
        ENTRY * 2,
    ],
    ids=[
        "no TOML",
        "a field is missing",
        "an unknown field",
        "no ceiling at all",
        "a ceiling that is no number",
        "a ceiling below 0",
        "nobody's",
        "an unknown device",
        "twice",
    ],
)
def test_a_malformed_file_is_an_error_never_an_empty_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"^ci/waivers\.toml: ") as caught:
        waivers.parse(text)
    assert "\n" not in str(caught.value)
