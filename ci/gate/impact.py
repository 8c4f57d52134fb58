"""Which models a pull request can change: only these are measured.

The code of a model is all of `neurons/` but the files of the other models, since no model file
imports another. Both sides are measured by the same suites in the same environment.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

CANARY = "lif"  # timed even if its code is the same: a slowdown of it is the machine's noise


@dataclass(frozen=True)
class Impact:
    """What differs between base and head."""

    models: frozenset[str]  # those whose file differs
    vanished: frozenset[str]  # those that only the base has
    shared: bool  # code that every model can reach differs, or all is to be measured

    @property
    def nothing(self) -> bool:
        """Whether every model computes the same by the same code."""
        return not (self.models or self.shared)

    def changes(self, model: str) -> bool:
        """Return whether the code of a model differs."""
        return self.shared or model in self.models

    def measures(self, models: Collection[str], *, timed: bool) -> bool:
        """Return whether a case, or a timing, that runs these models is measured."""
        canary = timed and CANARY in models
        changed = self.shared or canary or any(map(self.changes, models))
        return changed and self.vanished.isdisjoint(models)

    def __str__(self) -> str:
        if self.shared:
            return "all models are measured"
        return f"measured: {', '.join(sorted(self.models)) or 'nothing'}; no other code differs"


def impact_of(roots: Mapping[str, Path], *, full: bool = False) -> Impact:
    """Compare `neurons` in the two folders; with `full`, everything counts as changed."""
    base, head = (contents(roots[side] / "neurons") for side in ("base", "head"))
    differing = {name for name in base.keys() | head.keys() if base.get(name) != head.get(name)}
    models = {name for name in differing if is_model(name)}
    return Impact(
        frozenset(name.stem for name in models),
        frozenset(name.stem for name in models - head.keys()),
        full or models != differing,
    )


def contents(package: Path) -> dict[Path, str]:
    """Return the hash of every file of a package but Python's caches, by its path inside."""
    return {
        path.relative_to(package): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def is_model(name: Path) -> bool:
    """Return whether a path inside `neurons` is that of a model file."""
    return name.parent == Path("models") and name.suffix == ".py" and name.stem[0] != "_"
