"""Text from commits, machines and results as plain text in Markdown."""

from __future__ import annotations

import re

_SPACE = "&#8203;"  # of no width: it separates what Markdown would otherwise join
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # and of direction
_MARKUP = re.compile(
    r"""
      (?P<escaped> [\\`*\[\]|~$] | (?<!\w)_ | _(?!\w) | ^[+>-](?=\s) )
    | (?P<entity> [<&] )
    | (?P<separated> @ | \#(?=\w) | \b(?:https?|ftp)(?=://) | \bwww(?=\.) | \bGH(?=-\d) )
    | (?P<heading> ^\# )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def markdown_text(text: str) -> str:
    """Return text that Markdown, in a table or out of it, shows as it is, on one line.

    No part of it becomes HTML, code, emphasis or a link, mentions a person, or refers to an issue.
    """
    return _MARKUP.sub(_plain, _one_line(text))


def code(text: str) -> str:
    """Return text as inline code; a backtick in it, which would end the code, becomes a quote."""
    return f"`{_one_line(text).replace('`', chr(39))}`"


def _one_line(text: str) -> str:
    line = _CONTROL.sub(" ", " ".join(line.strip(" \t") for line in text.splitlines()))
    return line.replace("##[", "## [")  # else a command to GitHub's runner, if it is printed


def _plain(markup: re.Match[str]) -> str:
    text = markup[0]
    if markup.lastgroup == "entity":
        return {"<": "&lt;", "&": "&amp;"}[text]
    return text + _SPACE if markup.lastgroup == "separated" else f"\\{text}"
