"""Read a model's file without importing it: its equations, options and state."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

NEURONS = Path(__file__).parents[1] / "neurons"
_LEARNED = "learnable"  # stands in the comment of every parameter that is trained
_FEW_MARKS = 4  # backticks around two names
_GENERAL = {  # options that mean the same in every model
    "shape": "(C, *), the neurons per sample",
    "T": "the number of time steps",
    "tau": "tau, membrane time constant [steps]",
    "v_th": "v_th, threshold",
    "surrogate": "the derivative of a spike",
    "reset": "what a spike does to the potential",
}


class Field(NamedTuple):
    """A name, its default and its comment; "" where there is none."""

    name: str
    default: str
    meaning: str


class Source:
    """The text of a Python file, and what is defined in it."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text(encoding="utf-8")
        self._tree = ast.parse(self.text)

    @cached_property
    def docstring(self) -> str:
        return ast.get_docstring(self._tree) or ""

    @property
    def summary(self) -> str:
        """The first sentence, without its period."""
        return self.docstring.partition("\n")[0].rstrip(".")

    @property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in self._tree.body if isinstance(node, ast.FunctionDef)}

    def fields(self, name: str) -> list[Field]:
        """Return the fields of a class, each with the comment on its line."""
        classes = [node for node in self._tree.body if isinstance(node, ast.ClassDef)]
        body = [node for found in classes if found.name == name for node in found.body]
        lines = self.text.splitlines()
        return [
            Field(node.target.id, _text(node.value), lines[node.lineno - 1].partition("# ")[2])
            for node in body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]

    @cached_property
    def record(self) -> dict[str, ast.expr]:
        """The keywords of `NEURON = Neuron(...)`."""
        calls = [node.value for node in self._tree.body if isinstance(node, ast.Assign)]
        keywords = [call.keywords for call in calls if isinstance(call, ast.Call)]
        return {word.arg: word.value for words in keywords for word in words if word.arg}


def read(model: str) -> Source | None:
    """Return the source of a model; None if `neurons` has no such file, or it is no Python."""
    path = NEURONS / "models" / f"{model}.py"
    try:
        return Source(path) if path.is_file() else None
    except (SyntaxError, UnicodeDecodeError):
        return None


def shortest(models: Iterable[str]) -> str:
    """Return the model with the shortest file of those with a step; "" if none of these has one."""
    lengths = {
        model: len(source.text)
        for model in models
        if (source := read(model)) and "step" in source.functions
    }
    return min(lengths, key=lengths.__getitem__, default="")


def options(source: Source) -> list[Field]:
    """Return the options of a model: those of `init` first, then those of `Params`.

    The last two are options of every layer whose default is the model's.
    """
    fields, init = source.fields("Params"), source.functions.get("init")
    if init is None:
        return fields + _of_the_layer(source)
    arguments = [*_arguments(init, source)]
    named = {field.name for field in arguments} | _words(source.record.get("running"))
    named.add("training")
    others = [f for f in fields if f.name not in named and _LEARNED not in f.meaning]
    return arguments + (others if init.args.kwarg else []) + _of_the_layer(source)


def learned(source: Source) -> list[Field]:
    """Return the parameters of a model that are trained."""
    return [field for field in source.fields("Params") if _LEARNED in field.meaning]


def runs(source: Source) -> list[str]:
    """Return how a model runs: online, parallel or both."""
    ways = {"step": "online", "sequence": "parallel"}
    return [way for function, way in ways.items() if function in source.functions]


def _arguments(init: ast.FunctionDef, source: Source) -> Iterable[Field]:
    """Yield the keywords of `init`: an option of Params has its comment, others a sentence."""
    comments = {field.name: field.meaning for field in source.fields("Params")}
    for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True):
        name = argument.arg
        comment = comments.get(name, "")
        if _LEARNED in comment:
            comment = comment.partition(": ")[2]
        meaning = comment or _GENERAL.get(name) or _sentence(source, name) or "see the text"
        yield Field(name, _text(default) if default else "from the input", meaning)


def _sentence(source: Source, option: str) -> str:
    """Return the first sentence of the docstring about an option, "" if there is none.

    One that names many options says little of each.
    """
    prose = [part for part in source.docstring.split("\n\n") if not part.startswith(" ")]
    sentences = re.split(r"(?<=\.)\s+", " ".join(" ".join(prose).split()))
    about = (text for text in sentences if re.search(rf"`{option}\b", text))
    return next((text for text in about if text.count("`") <= _FEW_MARKS), "")


def _of_the_layer(source: Source) -> list[Field]:
    """Return surrogate and reset with the model's defaults, or else those of the contract."""
    contract = Source(NEURONS / "contract.py").fields("Neuron")
    defaults = {field.name: field.default for field in contract}
    return [
        Field(name, _text(source.record.get(name)) or defaults[name], _GENERAL[name])
        for name in ("surrogate", "reset")
    ]


def _words(node: ast.expr | None) -> set[str]:
    """Return the strings in an expression."""
    nodes = ast.walk(node) if node else ()
    constants = {item.value for item in nodes if isinstance(item, ast.Constant)}
    return {value for value in constants if isinstance(value, str)}


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node).replace("'", '"') if node else ""
