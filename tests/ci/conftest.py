"""What the tests of the gate share."""

import json
from pathlib import Path

import pytest

from ci.gate import __main__ as gate
from tests.ci import planted
from tests.ci.planted import RunGate
from tests.ci.schema import misfits


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a correct main and one branch per planted change."""
    repo = tmp_path_factory.mktemp("repository")
    planted.build(repo)
    return repo


@pytest.fixture
def run_gate(
    repository: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> RunGate:
    """A function that runs the gate as the command line does: exit code, gate.json, gate.md.

    It measures the CPU, also on a machine with a GPU.
    """
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    folders = ["--repo", repository, "--suites", repository / "suites", "-o", tmp_path]

    def run(head: str, *options: str) -> tuple[int, dict, str]:
        code = gate.main([*map(str, folders), "--head", head, "--minimum", "1", *options])
        text = (tmp_path / "gate.md").read_text()
        assert capsys.readouterr().out.strip() == text.strip()
        assert planted.git(repository, "worktree", "list").count("\n") == 0, (
            "a worktree was left behind"
        )
        content = json.loads((tmp_path / "gate.json").read_text())
        assert misfits(content) == []
        return code, content, text

    return run
