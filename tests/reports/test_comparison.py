"""`python -m reports compare`: two commits or two machines, series by series."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import comparison, comparison_page
from reports.__main__ import main
from reports.comparison import BETTER, SAME, UNKNOWN, WORSE, compare
from tests.reports import synthetic
from tests.reports.parser import Page

HOSTILE = "<script>alert(1)</script>"
BENCHMARKS = {
    "speed.suite.Training.time_training": {
        "params": {"model": ["lif", "dsn", "psn"], "backend": ["cpu"], "shape": ["T=64 N=1 C=8"]}
    },
    "speed.suite.KernelShare.track_kernel_share": {
        "params": {"model": ["lif"]}, "unit": "fraction", "direction": "higher"
    },
    "calls.suite.Counters.track_dispatched_ops": {
        "params": {"model": ["lif", "dsn"]}, "unit": "operations/step", "gate": "counter"
    },
    "accuracy.suite.Accuracy.track_test_error": {
        "params": {"model": ["lif"], "task": ["digits"], "seed": [0, 1, 2]}, "unit": "fraction"
    },
    "memory.suite.Memory.track_peak_bytes": {"params": {"model": ["lif", "dsn"]}, "unit": "bytes"},
}  # fmt: skip


def old(name: str, model: str, **axes: object) -> synthetic.Value:
    if "training" in name:
        return [1.0 + 0.01 * n for n in range(12)]
    if "error" in name:
        return 0.10 + 0.01 * float(str(axes["seed"]))
    return 0.5 if "share" in name else 100.0


def new(name: str, model: str, **axes: object) -> synthetic.Value:
    """lif is twice as slow and learns worse, dsn as before, psn failed; a counter fell by one."""
    if "training" in name:
        scale = {"lif": 2.0, "dsn": 1.001, "psn": None}[model]
        return None if scale is None else [scale * (1.0 + 0.01 * n) for n in range(12)]
    if "error" in name:
        return 0.30 + 0.01 * float(str(axes["seed"]))
    if "share" in name:
        return 0.25
    return {"lif": 100.0, "dsn": 99.0}[model]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results of two commits on two machines; the second machine has the second alone."""
    root = tmp_path_factory.mktemp("results")
    synthetic.write(root, BENCHMARKS, old, commit="a" * 40, date=synthetic.JUNE)
    for machine, value in (("box", new), ("other", old)):
        where = {"commit": "b" * 40, "date": synthetic.JUNE + 1000, "machine": machine}
        synthetic.write(root, BENCHMARKS, value, **where)
    return root


def test_every_series_of_both_has_its_verdict_and_the_worst_is_first(root: Path) -> None:
    compared = compare("aaaa", "bbbb", root)
    rows = compared.series.set_index(["metric", "model"])
    assert rows["verdict"].to_dict() == {
        ("test_error", "lif"): WORSE,
        ("training", "lif"): WORSE,
        ("kernel_share", "lif"): UNKNOWN,
        ("training", "dsn"): SAME,
        ("dispatched_ops", "lif"): SAME,
        ("peak_bytes", "lif"): SAME,
        ("dispatched_ops", "dsn"): BETTER,
        ("peak_bytes", "dsn"): UNKNOWN,
    }
    assert compared.counts == {WORSE: 2, BETTER: 1, SAME: 3, UNKNOWN: 2}
    assert compared.alone == (1, 0), "psn failed in the second commit"
    assert rows["worse"].is_monotonic_decreasing
    assert rows.loc[("test_error", "lif"), "ratio"] == pytest.approx(31 / 11)
    assert rows.loc[("kernel_share", "lif"), ["ratio", "worse"]].tolist() == [0.5, 2.0]


def test_two_machines_are_compared_at_the_commit_that_both_have(root: Path) -> None:
    compared = compare("other", "box", root)
    assert {side.commit for side in compared[:2]} == {"b" * 40}
    assert (compared.first.machine, compared.second.machine) == ("other", "box")
    assert compared.counts[WORSE] == 2


def test_a_value_of_zero_has_no_ratio(tmp_path: Path) -> None:
    benchmarks = {"memory.suite.Memory.track_peak_bytes": {"unit": "bytes"}}
    for commit, value in (("a", 0.0), ("b", 5.0)):
        synthetic.write(tmp_path, benchmarks, lambda name, value=value: value, commit=commit * 40)
    compared = compare("aaaa", "bbbb", tmp_path)
    assert compared.counts[UNKNOWN] == 1
    assert "one of the values is 0" in comparison_page.html(compared, tmp_path)
    assert compare("aaaa", "aaaa", tmp_path).series["ratio"].tolist() == [1.0]


def test_the_page_is_one_file_with_a_table_per_suite(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "aaaa", "bbbb", "--results", str(root), "-o", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "bbbb against aaaa: 2 worse, 1 better, 3 same, 2 noise unknown" in printed
    assert [file.name for file in tmp_path.iterdir()] == ["compare.html"]
    page = Page((tmp_path / "compare.html").read_text(encoding="utf-8"))
    assert [own.get("src") for own in page.all("script")] == [None]
    assert not any(own["rel"] == "stylesheet" for own in page.all("link"))
    assert {"accuracy", "speed", "calls", "memory"} <= set(page.values("id"))
    targets = {target for target in page.values("href") if not target.startswith(("data:", "#"))}
    assert targets == set(), "without a site beside it, the page links none"
    assert "2.00×" in page.text and "fraction" in page.text


def test_the_page_links_the_site_beside_it_and_shows_text_as_text(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "index.html").touch()
    compared = compare("aaaa", "bbbb", root)
    hostile = compared._replace(first=compared.first._replace(name=HOSTILE, subject=HOSTILE))
    page = Page(comparison_page.html(hostile, tmp_path))
    assert "speed.html" in page.values("href")
    assert len(page.all("script")) == 1 and HOSTILE in page.text


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["aaaa", "cccc"],
            "no results for commit 'cccc'; measured: bbbbbbbb, aaaaaaaa; machines: ",
        ),
        (
            ["box", "aaaa"],
            "'box' is a machine and 'aaaa' is none: give two commits or two machines",
        ),
        (["aaaa", "bbbb", "--machine", "other"], "no results for commit 'aaaa'"),
        (["box", "other", "--commit", "aaaa"], "'box' is a machine and 'other' is none"),
        (["aaaa", "bbbb", "--results", "nowhere"], "no results below nowhere"),
    ],
)
def test_errors_are_one_line(
    root: Path, names: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "--results", str(root), *names]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_no_place_with_both_is_said_with_what_there_is(tmp_path: Path) -> None:
    for machine, commit in (("box", "a"), ("other", "b")):
        synthetic.write(tmp_path, BENCHMARKS, old, machine=machine, commit=commit * 40)
    with pytest.raises(ValueError, match="no machine and profile has both: 'aaaa' at box; 'bbbb'"):
        comparison.compare("aaaa", "bbbb", tmp_path)
