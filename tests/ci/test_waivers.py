"""Waivers let a row fail for a time, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from ci.gate import __main__ as gate
from ci.gate import waivers
from ci.gate.rows import Row
from ci.gate.statistics import Outcome
from ci.gate.trees import UsageError
from ci.gate.waivers import Waiver

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


def applied(row: Row, waiver: Waiver, device: str = "cpu", complete: bool = True) -> list[Row]:
    return waivers.apply([row], [waiver], device, complete=complete)


def test_a_waived_row_is_shown_and_does_not_fail() -> None:
    (row,) = applied(SLOW, WAIVER)
    assert row.verdict is Outcome.WAIVED
    assert row.reason == f"+20 %; waived until {WAIVER.expires} (ann, #7)"


@pytest.mark.parametrize(
    ("row", "waiver"),
    [
        (replace(SLOW, ratio=1.31), WAIVER),
        (SLOW, msgspec.structs.replace(WAIVER, expires=TODAY - timedelta(days=1))),
        (replace(SLOW, rule="numerics"), WAIVER),
    ],
    ids=["beyond its ceiling", "after its end", "wrong numbers"],
)
def test_a_waiver_that_does_not_hold_leaves_the_failure(row: Row, waiver: Waiver) -> None:
    (judged,) = applied(row, waiver)
    assert judged.verdict is Outcome.FAIL
    assert "its waiver does not hold" in judged.reason


def test_a_fingerprint_is_held_to_its_change() -> None:
    moved = Row.of_model("fingerprint", "clif", Outcome.FAIL, "moved", 0.25)
    waiver = msgspec.structs.replace(WAIVER, row="fingerprint(clif)", ceiling=0.3)
    assert applied(moved, waiver)[0].verdict is Outcome.WAIVED
    waiver = msgspec.structs.replace(waiver, ceiling=0.2)
    assert applied(moved, waiver)[0].verdict is Outcome.FAIL


def test_another_device_is_another_waiver() -> None:
    (row,) = applied(SLOW, WAIVER, device="cuda")
    assert row.verdict is Outcome.FAIL


def test_a_waiver_without_effect_is_named() -> None:
    unused = applied(replace(SLOW, verdict=Outcome.PASS), WAIVER)[1]
    assert unused.reason == f"the waiver of {WAIVER.row} is UNUSED, its row is PASS"
    other = replace(SLOW, params={"model": "plif", "backend": "cpu"})
    assert "is STALE, no row has that name" in applied(other, WAIVER)[1].reason
    assert len(applied(other, WAIVER, complete=False)) == 1, "its model was not measured"


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
    ["[[waiver", "[[waiver]]\nrow = 'x'\n", waivers.entry(WAIVER) + "colour = 'red'\n"],
    ids=["no TOML", "a field is missing", "an unknown field"],
)
def test_a_malformed_file_is_an_error_never_an_empty_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"^ci/waivers\.toml: ") as caught:
        waivers.parse(text)
    assert "\n" not in str(caught.value)
