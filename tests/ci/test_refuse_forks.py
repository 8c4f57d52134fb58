"""What a GPU box starts before each job: it ends the job of a fork."""

import json
import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "ci" / "refuse_forks.sh"
OURS = "group/spikebench"


def pull_request(repository: str | None) -> dict:
    repo = None if repository is None else {"full_name": repository}
    return {"pull_request": {"head": {"repo": repo}}}


@pytest.mark.parametrize(
    ("name", "event", "status", "reason"),
    [
        ("schedule", {}, 0, ""),
        ("workflow_dispatch", {}, 0, ""),
        ("pull_request", pull_request(OURS), 0, ""),
        ("pull_request", pull_request("somebody/spikebench"), 1, "no code of another repository"),
        ("pull_request", pull_request(f"{OURS}-2"), 1, f"here {OURS}-2; push the branch to ours"),
        ("pull_request", pull_request(None), 1, "here None"),  # the fork was deleted
        ("pull_request", {}, 1, "KeyError"),
        ("pull_request_target", pull_request(OURS), 1, "no job of pull_request_target"),
        ("issue_comment", {}, 1, "no job of issue_comment"),
    ],
)
def test_only_jobs_of_this_repository_run(tmp_path, name, event, status, reason):
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    variables = {"EVENT_NAME": name, "EVENT_PATH": str(file), "REPOSITORY": OURS}
    environment = os.environ | {f"GITHUB_{key}": value for key, value in variables.items()}
    # as the runner starts it
    run = subprocess.run(["bash", "-e", SCRIPT], env=environment, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (status, "")
    assert reason in run.stderr and bool(run.stderr) == bool(status)
