"""Measuring in steps that survive an interruption, and one set of pins for pip and asv."""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from asv import util
from asv.config import Config
from asv.environment import get_environments
from asv.machine import Machine, MachineCollection
from asv.plugin_manager import plugin_manager  # noqa: F401  (registers the virtualenv environment)
from asv.results import Results
from asv.runner import BenchmarkResult

from ci import measure
from ci.plugins import keep, offline, pins
from suites import duration, process

ROOT = Path(__file__).parents[2]
COMMIT = "c0ffee" * 6 + "c0ff"
REQUEST = measure.Request(COMMIT, "spawn", here=False)
NAMES = ("m.M.track_a", "m.M.track_b", "m.M.track_c")


def benchmark(name: str, version: str = "1") -> dict[str, object]:
    axes = {"params": [["'lif'", "'psn'"]], "param_names": ["model"]}
    return axes | {"name": name, "version": version, "type": "track", "unit": "bytes"}


def constraints() -> dict[str, str]:
    text = (ROOT / "constraints.txt").read_text()
    return dict(re.findall(r"^([\w-]+)==(\S+)$", text, re.MULTILINE))


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    """A checkout with three benchmarks and the (empty) rows of one commit on this machine."""
    conf = (ROOT / "asv.conf.json").read_text()
    conf, plugins = re.subn(r'"plugins": \[[^]]*\]', '"plugins": []', conf)
    assert plugins == 1
    (tmp_path / "asv.conf.json").write_text(conf)
    monkeypatch.chdir(tmp_path)
    benchmarks = {name: benchmark(name) for name in NAMES}
    util.write_json(".asv/results/benchmarks.json", benchmarks, api_version=2)
    util.write_json(".asv/results/box/machine.json", {"machine": "box"}, api_version=1)
    (environment,) = get_environments(Config.load(), None)
    return Results(
        {"machine": "box"}, environment.requirements, COMMIT, 0, "3", environment.name, {}
    )


def row(*values: float | None) -> BenchmarkResult:
    none = [None] * len(values)
    return BenchmarkResult(list(values), none, none, 0, "", None)


def test_finished_rows_are_left_out(results: Results) -> None:
    results.add_result(benchmark("m.M.track_a"), row(1.0, float("nan")))  # n/a counts as finished
    results.add_result(benchmark("m.M.track_b"), row(1.0, None))  # one cell failed
    results.add_result(benchmark("m.M.track_c", version="0"), row(1.0, 2.0))  # since changed
    results.save(".asv/results")
    assert measure.unfinished("box", REQUEST) == ["m.M.track_b", "m.M.track_c"]
    assert len(measure.unfinished("box", REQUEST._replace(commit="beef" * 10))) == 3


def test_an_interrupted_benchmark_is_not_finished(results: Results) -> None:
    """Between rounds asv holds samples, after the last it drops them."""
    timings = BenchmarkResult([1.0, 2.0], [[1.0], [2.0]], [1, 1], 0, "", None)
    results.add_result(benchmark("m.M.track_a"), timings, record_samples=True)
    results.add_result(benchmark("m.M.track_b"), timings)
    results.save(".asv/results")
    assert measure.unfinished("box", REQUEST) == ["m.M.track_a", "m.M.track_c"]


def test_rows_are_written_one_by_one(results: Results, monkeypatch) -> None:
    for name in ("load_data", "add_result"):
        monkeypatch.setattr(Results, name, getattr(keep, name))
    results.add_result(benchmark("m.M.track_a"), row(1.0, 2.0))  # a run that saves nothing
    assert len(measure.unfinished("box", REQUEST)) == 3
    results.load_data(".asv/results")
    results.add_result(benchmark("m.M.track_a"), row(1.0, 2.0))
    assert measure.unfinished("box", REQUEST) == ["m.M.track_b", "m.M.track_c"]
    results.add_result(benchmark("m.M.track_b"), row(1.0, 2.0))
    assert measure.unfinished("box", REQUEST) == ["m.M.track_c"]
    assert not list(Path(".asv/results").glob(".*"))


@pytest.mark.parametrize(
    ("cases", "selected"),
    [
        ([0, 1, 2, 3], {"a.A.time_b('x.y', 1)", "a.A.time_b('x.y', 2)", "a.A.time_b('xyy', 1)"}),
        ([0, 3], {"a.A.time_b('x.y', 1)", "a.A.time_b('z', 2)"}),
    ],
)
def test_a_pattern_selects_exactly_its_cases(cases: list[int], selected: set[str]) -> None:
    axes = {"name": "a.A.time_b", "params": [["'x.y'", "'z'"], ["1", "2"]]}
    names = ["a.A.time_b('x.y', 1)", "a.A.time_b('x.y', 2)", "a.A.time_b('xyy', 1)"]
    names += ["a.A.time_b('z', 2)", "a.A.time_bb('x.y', 1)", "aa.A.time_b('x.y', 1)"]
    pattern = measure.pattern(axes, cases)
    expected = selected | ({"a.A.time_b('z', 2)"} if len(cases) == 4 else set())
    assert {name for name in names if re.search(pattern, name)} == expected


def test_a_pattern_of_a_benchmark_without_axes() -> None:
    pattern = measure.pattern({"name": "a.time_b", "params": []}, [0])
    assert re.search(pattern, "a.time_b") and not re.search(pattern, "a.time_bb")


def test_asv_is_asked_for_what_is_left_and_can_run(results: Results, monkeypatch) -> None:
    results.add_result(benchmark("m.M.track_a"), row(1.0, 2.0))
    results.save(".asv/results")
    runs: list[list[str]] = []

    def asv(request: measure.Request, patterns: list[str]) -> int:
        runs.append(patterns)
        return 0 if patterns == ["just-discover"] else 2

    monkeypatch.setattr(measure, "asv", asv)
    monkeypatch.setattr(measure, "describe_machine", lambda: "box")
    runnable = {"m.M.track_a": [0], "m.M.track_b": [1], "m.M.track_c": []}
    monkeypatch.setattr(measure, "runnable", lambda request: runnable)
    assert measure.measure(REQUEST) == 2
    (pattern,) = runs[1]
    assert [n for n in NAMES for m in ("lif", "psn") if re.search(pattern, f"{n}('{m}')")] == [
        "m.M.track_b"
    ]
    results.add_result(benchmark("m.M.track_b"), row(float("nan"), 2.0))
    results.save(".asv/results")
    assert measure.measure(REQUEST) == 0 and len(runs) == 3, "what cannot run is not left to do"


def test_machine_file_keeps_its_fields(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(MachineCollection, "get_machine_file_path", lambda: str(tmp_path / "m"))
    monkeypatch.setattr(measure, "accelerator", lambda: {"gpu": "H", "driver": "1"})
    name = measure.describe_machine()
    MachineCollection.save(name, MachineCollection.load(name) | {"ram": "8GB", "driver": "0"})
    measure.describe_machine()
    machine = MachineCollection.load(name)
    assert (machine["ram"], machine["gpu"], machine["driver"]) == ("8GB", "H", "1")
    assert name == Machine.get_unique_machine_name() and machine["torch"]


def test_unknown_commit_is_one_line(capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        measure.main(["no-such-revision"])
    assert stop.value.code == 2
    assert "no commit 'no-such-revision' here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "commit", "allowed"),
    [("", "HEAD", True), (" M neurons/layer.py", "HEAD", False), ("", "HEAD~1", False)],
)
def test_the_checkout_is_measured_only_as_committed(
    monkeypatch, capsys, changed: str, commit: str, allowed: bool
) -> None:
    def git(command: str, *arguments: str) -> str:
        if command == "status":
            assert arguments == ("--porcelain", "--", "neurons")
            return changed
        return arguments[-1].partition("^")[0]

    requests: list[measure.Request] = []
    monkeypatch.setattr(measure, "git", git)
    monkeypatch.setattr(measure, "measure", lambda request: requests.append(request) or 0)
    if allowed:
        assert measure.main(["--here", commit]) == 0 and requests[0].here
        return
    with pytest.raises(SystemExit) as stop:
        measure.main(["--here", commit])
    assert stop.value.code == 2 and not requests
    assert "--here measures HEAD as checked out" in capsys.readouterr().err


def test_changed_neurons_are_left_out_unless_here(monkeypatch, capsys) -> None:
    monkeypatch.setattr(
        measure, "git", lambda command, *_: "M neurons" if command == "status" else "c"
    )
    monkeypatch.setattr(measure, "measure", lambda request: 0)
    assert measure.main([]) == 0
    assert "neurons/ has uncommitted changes" in capsys.readouterr().out


def test_the_estimate_measures_nothing_and_prints_a_line_per_suite(monkeypatch, capsys) -> None:
    monkeypatch.setattr(measure, "measure", lambda request: pytest.fail("it measures"))
    counts = Counter(speed=3, energy=2), Counter(speed=5400, energy=1800)
    monkeypatch.setattr(duration, "estimate", lambda *_: counts)
    monkeypatch.setattr(process, "prepare", lambda: None)
    monkeypatch.setattr(measure, "disc_benchmarks", lambda folder: [])
    assert measure.main(["--estimate"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split() for line in printed[1:]] == [
        ["energy", "2", "cases", "30.0", "min"],
        ["speed", "3", "cases", "90.0", "min"],
        ["together", "5", "cases", "2.0", "h"],
    ]


def test_asv_measures_with_the_pinned_versions() -> None:
    pinned = constraints()
    conf = util.load_json(str(ROOT / "asv.conf.json"), js_comments=True)
    for package, versions in conf["matrix"]["req"].items():
        assert versions == [pinned.get(package, "")], package  # Triton: what torch needs
    assert f"setuptools=={pinned['setuptools']}\n" in offline.BUILD_PINS


def test_plain_asv_gives_pip_the_constraints(monkeypatch) -> None:
    monkeypatch.setenv("PIP_COMPILE", "1")
    monkeypatch.setenv("PIP_CONSTRAINT", "mine.txt")
    pins.setup()
    assert (os.environ["PIP_CONSTRAINT"], os.environ["PIP_COMPILE"]) == ("mine.txt", "1")
    monkeypatch.delenv("PIP_CONSTRAINT")
    pins.setup()
    assert os.environ["PIP_CONSTRAINT"] == (ROOT / "constraints.txt").as_uri()


def test_make_help_names_every_target() -> None:
    run = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True)
    targets = ["help", "bench", "site", "test", "quick", "check", "readme", "clean"]
    assert re.findall(r"^  (\w+)\t", run.stdout, re.M) == targets
