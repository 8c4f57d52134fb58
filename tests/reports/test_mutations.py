"""A report from damaged results: never a traceback, and what is left is shown."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from reports.__main__ import main
from tests.reports import known, mutations, synthetic

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of results with two commits on one machine."""
    root = tmp_path_factory.mktemp("two") / "results"
    older = {"commit": "b" * 40, "date": synthetic.JUNE - 10**8}
    synthetic.write(root, known.BENCHMARKS, known.before_dsn, **older)
    synthetic.write(root, known.BENCHMARKS, known.value)
    return root


def check(seed: int, folder: Path, scratch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Damage one file, build, and assert what must hold."""
    root, out = scratch / f"results{seed}", scratch / f"html{seed}"
    shutil.copytree(folder, root)
    path, damage, before = mutations.mutate(random.Random(seed), root)
    status = main(["build", "--results", str(root), "-o", str(out)])
    printed = capsys.readouterr()
    told = f"{seed}: {damage.__name__} {path.name}: {printed.err}"
    if path.name == "benchmarks.json":
        assert status in (0, 2), told
        assert status == 0 or (path.name in printed.err and printed.err.count("\n") == 1), told
        return
    page = (out / "index.html").read_text(encoding="utf-8")
    summary = (out / "summary.md").read_text(encoding="utf-8")
    assert status in (0, 1), told
    if status == 1:
        assert path.name in page and path.name in summary and path.name in printed.err, told
    else:
        assert damage not in mutations.ALWAYS_NOTICED or path.read_bytes() == before, told
    shutil.rmtree(out)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_is_named_and_the_rest_is_shown(
    seed: int, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(seed, folder, tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("decade", range(30))
def test_three_hundred_mutations(
    decade: int, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(10 * decade, 10 * decade + 10):
        check(seed, folder, tmp_path, capsys)


def test_a_list_where_a_text_should_be_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, tmp_path / "results")
    path = next((tmp_path / "results" / "box").glob("aaaaaaaa*"))
    path.write_text(path.read_text().replace('"torch": "2.13.0"', '"torch": ["2.13.0"]'))
    assert main(["build", "--results", str(tmp_path / "results"), "-o", str(tmp_path)]) == 1
    assert "requirements" in capsys.readouterr().err
    page = (tmp_path / "index.html").read_text()
    assert path.name in page and "bbbbbbbb" in page
