"""What asv's files must contain, and the one function that reads a file and checks it.

A file that is damaged, half written or of another program raises ValueError with one line that
names the file and what is wrong in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, ValidationError

FORMAT = 2  # of asv's result files

Word = Annotated[str, Meta(pattern=r"^\w+$")]
Steps = Annotated[int, Meta(ge=0, le=10**9)]
Milliseconds = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]  # since 1970, up to the year 2100


class Row(Struct):
    """A benchmark in a result file: a list per column, with one entry per case.

    `result` may contain anything: asv saves whatever a benchmark returns.
    """

    result: list[Any] | None = None
    params: list[list[str]] | None = None
    version: str | None = None
    started_at: Milliseconds | None = None
    duration: float | None = None
    stats_ci_99_a: list[float | None] | None = None
    stats_ci_99_b: list[float | None] | None = None
    stats_q_25: list[float | None] | None = None
    stats_q_75: list[float | None] | None = None
    stats_number: list[float | None] | None = None
    stats_repeat: list[float | None] | None = None
    samples: list[list[float] | None] | None = None
    profile: list[str | None] | None = None


class Result(Struct):
    """A result file: what was measured of one commit on one machine in one environment."""

    version: Literal[2]
    commit_hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{40}$")]
    date: Milliseconds
    env_name: str
    params: dict[str, str | None]
    python: str
    requirements: dict[str, str | None]
    result_columns: list[str]
    results: dict[str, list[Any]]
    env_vars: dict[str, str] = {}
    durations: dict[str, float | None] = {}

    @property
    def machine(self) -> str:
        return str(self.params.get("machine"))

    def rows(self) -> dict[str, Row]:
        """Return the row of each benchmark; trailing nulls, which asv leaves out, are None."""
        unknown = sorted(set(self.result_columns) - set(Row.__struct_fields__))
        if unknown:
            raise ValueError(f"unknown column '{unknown[0]}'")
        return {name: self._row(name, values) for name, values in self.results.items()}

    def _row(self, name: str, values: list[Any]) -> Row:
        if len(values) > len(self.result_columns):
            raise ValueError(f"{name} has {len(values)} columns of {len(self.result_columns)}")
        columns = dict(zip(self.result_columns, values, strict=False))
        try:
            return msgspec.convert(columns, Row)
        except ValidationError as error:
            raise ValueError(f"{name}: {error}") from None


class Axes(Struct):
    """The axes of a case that the reports know, by name."""

    model: Word | None = None
    backend: Word | None = None
    shape: Annotated[str, Meta(pattern=r"^T=\d{1,9}( \w+=\d{1,9})*$")] | None = None
    dtype: Word | None = None
    surrogate: Word | None = None
    condition: Word | None = None
    convention: Word | None = None
    task: Word | None = None
    neuron: Word | None = None
    property: Word | None = None
    variant: str | None = None
    seed: Steps | None = None
    lag: Steps | None = None
    window: Steps | None = None


class Paper(Struct):
    """What the DSN paper gives of the properties of neurons, by the lists of names that it has."""

    columns: list[tuple[str, list[str]]] = []
    table_1: list[tuple[str, list[bool | None]]] = []
    propositions: list[tuple[str, list[bool | None]]] = []
    explained: list[tuple[str, str, str]] = []  # name, column, reason

    def __post_init__(self) -> None:
        controls = dict(self.columns).get("function 2", [])
        for names, rows in ((self.columns, self.table_1), (controls, self.propositions)):
            for name, answers in rows:
                if len(answers) != len(names):
                    raise ValueError(f"{name} has {len(answers)} answers of {len(names)}")


class Benchmark(Struct):
    """The attributes of a benchmark in `benchmarks.json` that the reports read."""

    name: str
    param_names: list[str]
    unit: str | None = None
    version: str | None = None
    direction: Literal["lower", "higher"] = "lower"
    gate: str | None = None
    tolerance: float | dict[str, float] | None = None
    serial: dict[str, list[str]] = {}
    unmet: dict[str, dict[str, list[str]]] = {}
    forward_again: dict[str, list[str]] = {}
    silent_before: float | None = None
    shape: str | None = None
    paper: Paper | None = None


MACHINE = dict[str, str | int]  # facts are texts, the version of the format is a number
BENCHMARKS = dict[str, Any]
Content = TypeVar("Content")


def read(path: Path, content: type[Content]) -> Content:
    """Return what a file contains as `content`, or raise ValueError with one line that names it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("not an asv file")
        if content is Result and data.get("version", FORMAT) != FORMAT:
            raise ValueError(f"format {data['version']} instead of {FORMAT}: try `asv update`")
        return msgspec.convert(data, content)
    except (ValueError, OSError, RecursionError) as error:
        raise ValueError(unreadable(path, error)) from None


def unreadable(path: Path, error: Exception) -> str:
    """Return one line: the file, what is wrong in it, and the cure."""
    reason = " ".join(str(error).split())
    return f"cannot read {path}: {reason}; delete it and measure again"
