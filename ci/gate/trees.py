"""Two revisions -> two folders, each with that revision's `neurons` and the same `suites`.

Only the measured package comes from a revision. Both sides are measured by this checkout's suites:
otherwise a change of the measuring code would look like a change of the neurons.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RULER = ("suites", "ci", "tests/golden", "constraints.txt", "pyproject.toml", "asv.conf.json")


class UsageError(Exception):
    """A request that cannot be carried out, in one line."""


def git(repo: Path, *arguments: str) -> str:
    """Run git and return what it prints; raise UsageError if it fails."""
    run = subprocess.run(["git", "-C", str(repo), *arguments], capture_output=True, text=True)
    if run.returncode:
        raise UsageError(f"git {arguments[0]}: {' '.join(run.stderr.split())}")
    return run.stdout.strip()


def commit(repo: Path, revision: str) -> str:
    """Return the full hash of a revision."""
    try:
        return git(repo, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except UsageError:
        cure = "give a branch, tag or hash that `git log` knows there, or fetch it first"
        raise UsageError(f"no revision {revision!r} in {repo}; {cure}") from None


def merge_base(repo: Path, head: str) -> str:
    """Return the last common commit of head and main, or the remote's main in a CI checkout."""
    for main in ("main", "origin/main"):
        try:
            return git(repo, "merge-base", head, main)
        except UsageError:
            continue
    raise UsageError(f"{head!r} has no common commit with main in {repo}; name one with --base")


def ruler(repo: Path, base: str, head: str) -> list[str]:
    """Return the files by which the gate judges that differ between two commits."""
    return git(repo, "diff", "--name-only", base, head, "--", *RULER).splitlines()


@contextmanager
def checkouts(repo: Path, commits: dict[str, str], suites: Path) -> Iterator[dict[str, Path]]:
    """Yield a folder per side, to be put first on its path; remove them afterwards.

    A third one, "ruler", has the base with its own suites; none if the base has no suites.
    """
    with tempfile.TemporaryDirectory(prefix="gate-") as scratch:
        sides = {side: Path(scratch) / side for side in commits}
        trees = {side: Path(scratch) / f"{side}-tree" for side in commits}
        try:
            for side, revision in commits.items():
                git(repo, "worktree", "add", "--quiet", "--detach", str(trees[side]), revision)
                sides[side].mkdir()
                (sides[side] / "neurons").symlink_to(trees[side] / "neurons")
                (sides[side] / "suites").symlink_to(suites.resolve())
            own = {"ruler": trees["base"]} if (trees["base"] / "suites").is_dir() else {}
            yield sides | own
        finally:
            for tree in trees.values():
                if tree.exists():
                    git(repo, "worktree", "remove", "--force", str(tree))
