"""`python -m reports build`, and the commit and machine that it shows."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from asv.config import Config

from reports import results
from reports.__main__ import main
from reports.view import choose
from tests.reports import synthetic

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_build_writes_and_prints(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "out" / "asv"
    site.mkdir(parents=True)
    (site / "index.html").write_text("asv")
    monkeypatch.chdir(tmp_path)
    options = ["--results", str(root), "--machine", "box", "--markdown", "notes/bench.md"]
    assert main(["build", "-o", "out", *options]) == 0
    printed = capsys.readouterr().out
    assert "No git history here: showing aaaaaaaa" in printed
    assert "1. dsn (compile) runs forward + backward 32.8× faster than psn (eager)" in printed
    assert (tmp_path / "notes" / "bench.md").exists()
    written = (tmp_path / "out" / "index.html").read_text()
    link = re.search(r'<a href="([^"#]*)">Every commit', written)
    assert link is not None
    assert (tmp_path / "out" / link[1]).read_text() == "asv"


def test_asv_publishes_where_the_page_links() -> None:
    configured = Config.load(str(ROOT / "asv.conf.json"))
    assert (configured.results_dir, configured.html_dir) == (results.ROOT, "html/asv")


def test_head_is_shown_when_it_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (
        "init -q",
        "commit -q --allow-empty -m first",
        "commit -q --allow-empty -m last",
    ):
        identity = ["-c", "user.name=n", "-c", "user.email=e"]
        subprocess.run(["git", *identity, *command.split()], check=True)
    log = subprocess.run(["git", "log", "--format=%H"], capture_output=True, text=True, check=True)
    last, first = log.stdout.split()
    benchmarks = {"lone.track_number": {"unit": "bytes"}}
    synthetic.write(tmp_path / "r", benchmarks, lambda name: 1.0, commit=first)
    assert choose(tmp_path / "r").notes[0].startswith(f"HEAD ({last[:8]}) has no results here")
    synthetic.write(tmp_path / "r", benchmarks, lambda name: 2.0, commit=last, date=1)
    assert choose(tmp_path / "r").commit.subject == "last"
    assert choose(tmp_path / "r", "HEAD~1").frame["value"].tolist() == [1.0]


def test_of_two_machines_the_last_is_shown_with_a_note(root: Path) -> None:
    view = choose(root, "aaaa")
    other = {"box": "gpu", "gpu": "box"}[view.machine]
    assert f"measured on {view.machine} and on {other}; --machine chooses" in view.notes[0]


def test_of_two_profiles_the_last_is_shown_with_a_note(tmp_path: Path) -> None:
    benchmarks = {"lone.track_number": {"unit": "bytes"}}
    synthetic.write(tmp_path, benchmarks, lambda name: 1.0, profile="cpu")
    time.sleep(0.002)  # asv notes when a benchmark started, in ms
    synthetic.write(tmp_path, benchmarks, lambda name: 2.0, profile="smoke")
    last = choose(tmp_path, "aaaa")
    assert (last.profile, last.frame["value"].tolist()) == ("smoke", [2.0])
    assert last.notes == (
        "The commit was measured with the profile smoke and with the profile cpu; --profile chooses"
        " another.",
    )
    chosen = choose(tmp_path, "aaaa", profile="cpu")
    assert (chosen.history["value"].tolist(), chosen.notes) == ([1.0], ())
    with pytest.raises(ValueError, match="no profile 'cup' was measured; did you mean 'cpu'"):
        choose(tmp_path, profile="cup")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--commit", "c0ffee"], "no results for commit 'c0ffee'; measured: aaaaaaaa, bbbbbbbb"),
        (["--baseline", "pns"], "did you mean 'psn'? measured: dsn, lif, psn"),
        (["--machine", "boxx"], "did you mean 'box'? measured: box, gpu"),
        (["--sections", "speed"], "name its file too: --pdf FILE"),
        (["--results", "nowhere"], "no results below nowhere; measure something first"),
    ],
)
def test_errors_are_one_line(
    root: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--results", str(root), *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
