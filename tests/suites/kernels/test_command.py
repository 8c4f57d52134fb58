"""`python -m suites.kernels`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from suites.kernels import __main__ as kernels
from suites.kernels import compile, sass
from tests.suites.kernels.planted import ROOT, command

KEYS = [
    *("model", "pass", "arch", "registers", "spilled_bytes", "shared_bytes"),
    *("instructions_per_step", "loads_in_flight", "chain", "launches", "bytes_per_element"),
    "serial_steps",
]
compiles = pytest.mark.skipif(compile.tools() is not None, reason=str(compile.tools()))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["lfi"], "kernels: no neuron 'lfi'; did you mean 'lif'? known: "),
        (["--arch", "sm_75"], "kernels: no architecture 'sm_75'; did you mean 'sm_90'? known: "),
    ],
)
def test_a_wrong_name_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kernels.main(arguments) == 2
    output = capsys.readouterr()
    assert output.err.startswith(line) and output.err.count("\n") == 1 and output.out == ""


def test_where_nothing_can_be_compiled_the_reason_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compile.importlib.util, "find_spec", lambda name: None)
    assert kernels.main(["lif"]) == 2
    line = "kernels: Triton is not installed; pip install triton\n"
    assert capsys.readouterr().err == line


@compiles
@pytest.mark.slow
def test_a_model_without_kernels_says_why() -> None:
    run = command(ROOT, "psn")
    assert run.returncode == 2
    assert run.stderr.endswith("kernels: psn: no code is generated: it has no step\n")


@compiles
@pytest.mark.slow
@pytest.mark.parametrize("arch", [pytest.param("sm_80", marks=pytest.mark.exhaustive), "sm_90"])
def test_a_model_end_to_end(arch: str, tmp_path: Path) -> None:
    run = command(ROOT, "lif", "--arch", arch, "--json", "--keep", str(tmp_path / "code"))
    assert run.returncode == 0, run.stderr
    forward, backward = json.loads(run.stdout)
    assert [*forward] == [*backward] == KEYS
    assert [forward[key] for key in KEYS[:3]] == ["lif", "forward", arch]
    # d v, + x, - v_th, the steps of the spike, 1 - s, times h; no load waits for another
    assert forward["chain"] == 9 and forward["spilled_bytes"] == 0
    assert forward["loads_in_flight"] > 8 < backward["loads_in_flight"]
    assert 8 <= forward["bytes_per_element"] < 10
    assert 12 <= backward["bytes_per_element"] < 14
    assert forward["serial_steps"] == backward["serial_steps"] == 16384
    kept = {path.name for path in (tmp_path / "code").iterdir()}
    names = [f"lif.{run}.{arch}" for run in compile.PASSES]
    assert kept == {f"{name}.{kind}" for name in names for kind in ("cubin", "sass")}
    text = (tmp_path / "code" / f"{names[0]}.sass").read_text()
    assert list(sass.parse(text)) == ["forward"]


@compiles
@pytest.mark.exhaustive
def test_the_table_fits_100_columns() -> None:
    run = command(ROOT, "lif", "sliding_psn")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert [line.split()[:2] for line in lines[3:]] == [
        *([model, run] for model in ("lif", "sliding_psn") for run in compile.PASSES)
    ]
