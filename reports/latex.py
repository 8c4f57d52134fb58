"""Write a table for a paper in LaTeX, with the rules of the package booktabs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.units import THIN

_ESCAPED = str.maketrans(
    {
        **{special: rf"\{special}" for special in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        THIN: r"\,",
        "–": "--",
        "−": "$-$",
        "×": r"$\times$",
        "µ": r"\textmu{}",
        "≥": r"$\ge$",
        "≤": r"$\le$",
        "→": r"$\to$",
        "±": r"$\pm$",
        "∂": r"$\partial$",
    }
)
_POWER = re.compile(r"[⁻⁰¹²³⁴-⁹]+(?:·[⁰¹²³⁴-⁹]+)?")
_DIGITS = str.maketrans("⁻·⁰¹²³⁴⁵⁶⁷⁸⁹", "-.0123456789")


def escaped(text: str) -> str:
    """Return text as LaTeX shows it: nothing in it is a command, powers stand raised."""
    line = " ".join(text.split(" "))
    return _POWER.sub(_raised, line.translate(_ESCAPED))


def tabular(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> str:
    """Return a table of texts; the columns that are `numeric` are set to the right."""
    columns = "".join("r" if number else "l" for number in numeric)
    head, *body = (rf"{' & '.join(map(escaped, row))} \\" for row in (heads, *rows))
    lines = ["% needs \\usepackage{booktabs}", r"\begin{table}", r"\centering"]
    lines += [rf"\caption{{{escaped(caption)}}}"] if caption else []
    lines += [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule", *body]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""])


def _raised(power: re.Match[str]) -> str:
    return rf"\textsuperscript{{{power[0].translate(_DIGITS)}}}"
