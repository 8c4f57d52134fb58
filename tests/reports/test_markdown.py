"""Text of others in Markdown: it stays text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reports import page
from reports.markdown import code, markdown_text
from reports.view import View

SUBJECT = (
    "<script>alert(1)</script> @someone fixes #12 `x` [y](https://z.org) **b** | www.z.org &lt;"
)
_MARKUP = re.compile(r"<|@\w|#\w|\w://|www\.|(?<!\\)[`*\[\]|]|&(?!(?:lt|amp);)")


def is_plain(text: str) -> bool:
    """Return whether no part of the text is markup for GitHub's Markdown."""
    return _MARKUP.search(text.replace("&#8203;", "\u200b")) is None


@pytest.mark.slow
def test_a_subject_stays_text(view: View) -> None:
    assert not is_plain(SUBJECT) and is_plain(markdown_text(SUBJECT))
    named = replace(view, commit=replace(view.commit, subject=SUBJECT))
    line = next(x for x in page.markdown(named).splitlines() if x.startswith("**Commit:**"))
    assert is_plain(line.removeprefix("**Commit:**"))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("sliding_psn at T = 1 024", "sliding_psn at T = 1 024"),
        ("_stress_", "\\_stress\\_"),
        ("- item", "\\- item"),
        ("# head", "\\# head"),
        ("a\nb | c", "a b \\| c"),
        ("a <b> & c", "a &lt;b> &amp; c"),
        ("me@there", "me@&#8203;there"),
    ],
)
def test_what_is_markup_and_what_is_not(text: str, escaped: str) -> None:
    assert markdown_text(text) == escaped


def test_code_cannot_be_left() -> None:
    assert code("a `b`\nc") == "`a 'b' c`"
