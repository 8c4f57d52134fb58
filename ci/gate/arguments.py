"""What the command lines of the gate share: an error is one line, before anything is measured."""

import argparse
import math
import os
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from ci.gate.trees import UsageError


class Parser(argparse.ArgumentParser):
    """Reads a command line; raises UsageError for a bad one."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; `{self.prog} --help` lists what may be given")


def above_zero(text: str) -> float:
    """Return a finite number above 0."""
    if not 0 < (number := _number(text)) < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def count(text: str) -> int:
    """Return a whole number, 1 or more."""
    if (number := _number(text)) < 1 or not number.is_integer():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(number)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0


def folder(text: str) -> Path:
    """Return a folder that may be written to; it is made if it is not there."""
    path = Path(text)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot make {path}: {error.strerror}") from None
    if not os.access(path, os.W_OK):
        raise argparse.ArgumentTypeError(f"cannot write to {path}")
    return path


def file(text: str) -> Path:
    """Return the path of a file that may be written; its folder is made if it is not there."""
    path = Path(text)
    folder(str(path.parent))
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is a folder; name a file in it")
    return path


def refuse_unknown(command: str, known: list[str]) -> None:
    """Raise UsageError for a word that is neither an option nor one of the commands."""
    if command.startswith("-") or command in known:
        return
    close = get_close_matches(command, known, 1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise UsageError(f"no command {command!r}; {hint}known: {', '.join(known)}; or options alone")
