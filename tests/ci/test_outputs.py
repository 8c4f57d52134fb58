"""The report in all formats: what it says, and that text of others stays text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from ci.gate import outputs
from ci.gate.outputs import github, junit, markdown, page
from ci.gate.rows import Machine, Report, Row, Setting
from ci.gate.statistics import Outcome
from tests.ci.schema import misfits
from tests.reports.test_markdown import SUBJECT, is_plain

HOSTILE = f"{SUBJECT} ##[add-mask]a\n::stop-commands::x\n\x1b[31m\x00 ]]> --> %0A::error::y"
SETTING = Setting(
    "a" * 40, "b" * 40, Machine("box", "cpu", "3.11"), "gate", 0, "all models are measured", [], 1.5
)


def row(verdict: Outcome, name: str = "lif", reason: str = "because", **values) -> Row:
    columns = ("speed", "speed.suite.X.time_y", name, "y", {"model": name, "backend": "eager"})
    built = Row(*columns, "seconds", 1.0, 2.0, 2.0, verdict, reason)
    return replace(built, **values)


def report(*rows: Row, ruler: tuple[str, ...] = ()) -> Report:
    return Report.worst_first(list(rows), replace(SETTING, ruler=list(ruler)))


def of_a_fork() -> Report:
    """A report in which all that a pull request can choose is hostile."""
    params = {"backend": HOSTILE}
    hostile = replace(row(Outcome.FAIL, HOSTILE, HOSTILE), params=params, effects=(1.0, 2.0))
    hostile = replace(hostile, unit=HOSTILE)
    invalid = Row.general("coverage", HOSTILE)
    return report(hostile, invalid, row(Outcome.PASS, HOSTILE, HOSTILE), ruler=("suites/<b>.py",))


class Tags(HTMLParser):
    """Notes the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)


def test_all_formats_are_written(tmp_path: Path) -> None:
    outputs.write(report(row(Outcome.PASS)), tmp_path)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"gate.md", "gate.json", "gate.xml", "gate.html"}


def test_a_write_that_is_interrupted_leaves_no_file(tmp_path: Path, monkeypatch) -> None:
    written: list[str] = []
    write_text = Path.write_text

    def interrupted(path: Path, text: str, **options: str) -> int:
        written.append(path.name)
        write_text(path, text[:9], **options)
        if len(written) == 3:
            raise SystemExit(130)
        return 9

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(Path, "write_text", interrupted)
        outputs.write(report(row(Outcome.FAIL)), tmp_path)
    assert len(written) == 3 and list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path: Path) -> None:
    (tmp_path / "gate.md.partial").write_text("## Ga")
    outputs.write(report(row(Outcome.PASS)), tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".md", ".json", ".xml", ".html"}


def test_json_is_what_the_schema_says() -> None:
    text = outputs.json.text(of_a_fork())
    content = msgspec.json.decode(text, type=dict)
    assert content["schema"] == 1 and content["verdict"] == "FAIL" and content["exit_code"] == 1
    assert content["rows"][0]["name"] == f"speed.suite.X.time_y({HOSTILE})"
    assert content["rows"][0]["reason"] == HOSTILE
    assert misfits(content) == []


@pytest.mark.parametrize(
    ("place", "name", "value", "said"),
    [
        ("row", "colour", "red", "which the schema has not"),
        ("row", "verdict", "GOOD", "not one of"),
        ("row", "ratio", "2", "none of"),
        ("row", "params", {"T": 8}, "params.T is 8, not of type string"),
        ("report", "exit_code", None, "not of type integer"),
    ],
)
def test_what_does_not_fit_the_schema_is_named(place, name, value, said) -> None:
    content = json.loads(outputs.json.text(of_a_fork()))
    changed = content if place == "report" else content["rows"][0]
    changed[name] = value
    (line,) = misfits(content)
    assert said in line
    del content["headline"]
    assert misfits(content)[0] == "gate.json lacks headline"


def test_junit_counts_failures_errors_and_what_ran_nowhere() -> None:
    outcomes = (Outcome.FAIL, Outcome.VANISHED, Outcome.INVALID, Outcome.NOT_RUN, Outcome.PASS)
    (suite,) = ElementTree.fromstring(junit.text(report(*map(row, outcomes))))
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "2", "errors": "1", "skipped": "1"}
    assert [case[0].tag for case in suite] == [
        "failure",
        "error",
        "failure",
        "system-out",
        "skipped",
    ]
    assert suite[0].get("name") == "speed.suite.X.time_y(lif, eager)"
    assert suite[0][0].get("message") == "because"


def test_the_comment_shows_the_worst_rows_and_counts_the_others() -> None:
    many = [row(Outcome.PASS, f"m{i}", ratio=2 - i / 1000) for i in range(markdown.SHOWN + 7)]
    text = markdown.text(report(row(Outcome.FAIL), *many, row(Outcome.NOT_RUN, "nowhere")))
    assert text.startswith("## Gate: FAIL: lif\n")
    assert f"The other {len(many)} rows" in text and "And 7 more in `gate.html`" in text
    assert "| m49 |" in text and "| m50 |" not in text
    assert "1 N/A" in text and "nowhere" not in text
    assert "python -m ci.gate waive" in text
    assert "* `speed.suite.X.time_y(lif, eager)`: 2\n" in text


def test_the_page_shows_what_every_round_gave() -> None:
    effects = (1.2, 1.25, 1.4, 1.3)
    shown = page.strip(row(Outcome.FAIL, effects=effects))
    assert (shown.low, shown.high, shown.unchanged) == (1.0, 1.4, 0.0)
    assert shown.positions == pytest.approx([50, 62.5, 100, 75])
    lost = page.strip(row(Outcome.FAIL, ratio=None, effects=(-1.0, 3.0)))
    assert (lost.unchanged, lost.positions) == (25.0, [0.0, 100.0])
    tags = Tags(page.text(report(row(Outcome.FAIL, effects=effects), row(Outcome.PASS)))).tags
    assert tags.count("circle") == 4 and tags.count("figure") == 1
    same = page.strip(row(Outcome.WAIVED, effects=(1.0, 1.0)))
    assert same.positions == [0.0, 0.0]


def test_github_gets_annotations_at_the_models_file_and_the_summary(tmp_path, capsys) -> None:
    summary = tmp_path / "summary"
    several = report(*(row(Outcome.FAIL, "lif", f"{i}") for i in range(12)), row(Outcome.PASS))
    github.publish(several, {})
    assert capsys.readouterr().out == ""
    github.publish(several, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == github.SHOWN
    title = "FAIL%3A speed.suite.X.time_y(lif%2C eager)"
    assert lines[0] == f"::error file=neurons/models/lif.py,title={title}::0"
    assert summary.read_text() == markdown.text(several)


# What a pull request says, stays text ----------------------------------------------------------


def test_a_fork_writes_no_markdown() -> None:
    text = markdown.text(of_a_fork())
    lines = [line for line in text.splitlines() if "script" in line and line.startswith("|")]
    assert len(lines) == 3
    assert all(is_plain(line.replace(" | ", " ").strip("|")) for line in lines)
    outside = re.sub("`[^`\n]*`", "", text)
    assert "<script" not in outside and "@someone" not in outside and "<b>" not in outside
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    assert not re.search("^::", text, re.MULTILINE), "a command to GitHub's runner"
    assert "##[" not in text


def test_a_fork_writes_no_html() -> None:
    rows = row(Outcome.FAIL, effects=(1.0, 2.0)), row(Outcome.INVALID), row(Outcome.PASS)
    honest = report(*rows, ruler=("suites/x.py",))
    tags = Tags(page.text(of_a_fork())).tags
    assert set(tags) <= set(Tags(page.text(honest)).tags)


def test_a_fork_writes_no_xml() -> None:
    root = ElementTree.fromstring(junit.text(of_a_fork()))
    assert {element.tag for element in root.iter()} == {
        *("testsuites", "testsuite", "testcase", "failure", "error", "system-out")
    }


def test_a_fork_writes_one_annotation_a_row(capsys) -> None:
    github.publish(of_a_fork(), {"GITHUB_ACTIONS": "true"})
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 3 and lines[-1] == ""
    assert all(line.startswith("::error title=") for line in lines[:2])
    assert all(line.count("::") - line.partition("::")[2].count("::") == 1 for line in lines[:2])
    assert all("\r" not in line for line in lines)
