"""Two revisions -> two folders, each with that revision's `neurons` and the same `suites`.

Only the measured package comes from a revision. Both sides are measured by this checkout's suites:
otherwise a change of the measuring code would look like a change of the neurons.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RULER = ("suites", "ci", "tests/golden", "constraints.txt", "pyproject.toml", "asv.conf.json")

PREFIX = "gate-"  # of scratch folders; the number of their process follows


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
        require_repository(repo)
        cure = "give a branch, tag or hash that `git log` knows there, or fetch it first"
        raise UsageError(f"no revision {revision!r} in {repo}; {cure}") from None


def require_repository(repo: Path) -> None:
    """Raise UsageError for a folder that is not in a git repository."""
    try:
        git(repo, "rev-parse", "--git-dir")
    except UsageError:
        raise UsageError(f"{repo} is no git repository; name one by --repo") from None


def refuse_uncommitted(repo: Path) -> None:
    """Raise UsageError if `neurons` of a work tree has changes that no commit has."""
    require_repository(repo)
    has_files = git(repo, "rev-parse", "--is-inside-work-tree") == "true"
    if has_files and git(repo, "status", "--porcelain", "--", ":/neurons"):
        reason = f"neurons/ in {repo} has changes that are not committed"
        raise UsageError(f"{reason}, and only commits are judged; commit or stash them")


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
    names = git(repo, "diff", "--name-only", "-z", base, head, "--", *RULER)
    return names.rstrip("\0").split("\0") if names else []


@contextmanager
def checkouts(repo: Path, commits: dict[str, str]) -> Iterator[dict[str, Path]]:
    """Yield a worktree per side; remove them afterwards."""
    with scratch_folder(repo) as scratch:
        trees = {side: scratch / side for side in commits}
        for side, revision in commits.items():
            git(repo, "worktree", "add", "--quiet", "--detach", str(trees[side]), revision)
        yield trees


def with_suites(trees: dict[str, Path], suites: Path) -> dict[str, Path]:
    """Return a folder per side, to be put first on its path: its `neurons`, and these suites."""
    roots = {}
    for side, tree in trees.items():
        root = Path(tempfile.mkdtemp(prefix=f"{side}-", dir=tree.parent))
        (root / "neurons").symlink_to(tree / "neurons")
        (root / "suites").symlink_to(suites.resolve())
        roots[side] = root
    return roots


@contextmanager
def scratch_folder(repo: Path) -> Iterator[Path]:
    """Yield a folder for worktrees; remove it, and those of runs that were killed, with theirs."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        process = re.match(rf"{PREFIX}(\d+)-", left.name)
        if process and not _runs(int(process[1])):
            shutil.rmtree(left, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as scratch:
            yield Path(scratch)
    finally:
        git(repo, "worktree", "prune")


def _runs(process: int) -> bool:
    """Return whether a process with this number runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's
    return True
