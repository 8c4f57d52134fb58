"""A trial as an executor hands it to a worker, and what the worker hands back."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import torch

from suites.accuracy import content
from suites.accuracy.content import Content
from suites.accuracy.trial import Result, Trial


class Failure(NamedTuple):
    """Why a trial has no result, in one line."""

    reason: str


class Train(Protocol):
    """What trains: `suites.accuracy.trainer.run`, or a stand-in of the tests."""

    def __call__(self, trial: Trial, *, checkpoints: Path | None = None) -> Result: ...


class Job(NamedTuple):
    """A trial, with the content under whose key its result is stored."""

    trial: Trial
    content: Content
    checkpoints: Path | None = None  # the folder of its training alone

    @property
    def key(self) -> str:
        return content.key(self.trial, self.content)


Outcome = Result | Failure
Function = Callable[[Job], Outcome]


def attempt(train: Train, job: Job) -> Outcome:
    """Return the result of a job, or why there is none; only what ends the process goes on.

    Afterwards the content must still be that of the job: a file may have been edited meanwhile, and
    another machine may have other code, other libraries or no GPU.
    """
    try:
        result = train(job.trial, checkpoints=job.checkpoints)
        found = content.of(job.trial, "cuda" if torch.cuda.is_available() else "cpu")
    except Exception as error:
        return Failure(line(error))
    pairs = zip(Content._fields, job.content, found, strict=True)
    if others := [name for name, expected, value in pairs if value != expected]:
        return Failure(f"not trained with the {' and '.join(others)} that the grid started with")
    for name in ("error", "loss"):
        if not math.isfinite(value := getattr(result, name)):
            return Failure(f"{name} = {value} is not finite")
    return result


def line(error: Exception) -> str:
    """Return an error in one line, with its type unless it is one of those that we raise."""
    text = next(iter(str(error).splitlines()), "")
    ours = isinstance(error, ArithmeticError | NotImplementedError | ValueError | OSError)
    return text if ours and text else f"{type(error).__name__}: {text}".removesuffix(": ")
