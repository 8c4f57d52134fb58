"""Two revisions -> two directories, each holding that revision's `neurons` and our `suites`.

Only the measured package comes from a revision. The measuring code is the one beside this file
on both sides, or a change of the ruler would read as a change of the length.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class UsageError(Exception):
    """A request that cannot be carried out, in one line."""


def git(repo: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(repo), *words], capture_output=True, text=True)
    if done.returncode:
        raise UsageError(f"git {words[0]}: {' '.join(done.stderr.split())}")
    return done.stdout.strip()


def commit(repo: Path, revision: str) -> str:
    """The full hash of a revision."""
    try:
        return git(repo, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except UsageError:
        cure = "give a branch, tag or hash that `git log` knows there, or fetch it first"
        raise UsageError(f"no revision {revision!r} in {repo}; {cure}") from None


def merge_base(repo: Path, head: str) -> str:
    """Where head left main; a pull-request checkout often has only the remote's main."""
    for main in ("main", "origin/main"):
        try:
            return git(repo, "merge-base", head, main)
        except UsageError:
            continue
    raise UsageError(f"{head!r} has no common commit with main in {repo}; name one with --base")


@contextmanager
def checkouts(repo: Path, commits: dict[str, str], suites: Path) -> Iterator[dict[str, Path]]:
    """A directory per side to put first on its path; gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="gate-") as scratch:
        sides = {side: Path(scratch) / side for side in commits}
        trees = {side: Path(scratch) / f"{side}-tree" for side in commits}
        try:
            for side, revision in commits.items():
                git(repo, "worktree", "add", "--quiet", "--detach", str(trees[side]), revision)
                sides[side].mkdir()
                (sides[side] / "neurons").symlink_to(trees[side] / "neurons")
                (sides[side] / "suites").symlink_to(suites.resolve())
            yield sides
        finally:
            for tree in trees.values():
                if tree.exists():
                    git(repo, "worktree", "remove", "--force", str(tree))
