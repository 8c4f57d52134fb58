"""Plain text that fits WIDTH columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

WIDTH = 100
LONGEST = 36  # of a cell's line
BELOW = ("operations", "note")  # columns of long texts, shown below their rows
GAP = "  "

Rows = Sequence[dict[str, Any]]


def table(rows: Rows) -> str:
    """Return a table of the rows, which have the same columns.

    A table that is too wide continues below with its first column. Long names fold within their
    cells, and the texts of BELOW wrap below their rows.
    """
    if not rows:
        return "none"
    columns = [column for column in rows[0] if column not in BELOW]
    blocks = [*_blocks(columns, rows)]
    texts = [_block(block, rows, notes=i == 0) for i, block in enumerate(blocks)]
    return "\n\n".join("\n".join(lines) for lines in texts)


def paragraph(text: str, indent: str = "") -> str:
    """Return a text in lines of WIDTH, all but the first indented."""
    lines = wrap(text, WIDTH, subsequent_indent=indent + GAP, initial_indent=indent)
    return "\n".join(lines)


def digits(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _blocks(columns: Sequence[str], rows: Rows) -> Iterator[list[str]]:
    """Yield the columns that fit beside each other, the first column in every block."""
    first, *others = columns
    block = [first]
    for column in others:
        widths = (_width(c, rows) + len(GAP) for c in (*block, column))
        if len(block) > 1 and sum(widths) - len(GAP) > WIDTH:
            yield block
            block = [first]
        block.append(column)
    yield block


def _block(columns: Sequence[str], rows: Rows, notes: bool) -> list[str]:
    """Return the lines of some columns."""
    widths = {column: _width(column, rows) for column in columns}
    right = {c for c in columns if any(isinstance(row[c], (int, float)) for row in rows)}

    def lines(cells: dict[str, list[str]]) -> Iterator[str]:
        for i in range(max(map(len, cells.values()))):
            texts = {c: cell[i] if i < len(cell) else "" for c, cell in cells.items()}
            shown = (
                t.rjust(widths[c]) if c in right else t.ljust(widths[c]) for c, t in texts.items()
            )
            yield GAP.join(shown).rstrip()

    result = [*lines({column: _fold(column) for column in columns})]
    for row in rows:
        result += lines({column: _fold(row[column]) for column in columns})
        for name in BELOW if notes else ():
            if row.get(name, "-") not in ("", "-"):
                result.append(paragraph(f"{name}: {row[name]}", 2 * GAP))
    return result


def _width(column: str, rows: Rows) -> int:
    cells = (column, *(row[column] for row in rows))
    return max(len(line) for cell in cells for line in _fold(cell))


def _fold(cell: Any) -> list[str]:
    """Return the lines of a cell."""
    text = digits(cell) if isinstance(cell, float) else str(cell)
    return wrap(text, LONGEST) or [""]
