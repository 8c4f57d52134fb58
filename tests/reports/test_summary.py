"""The Markdown summary."""

from __future__ import annotations

import re

from reports import page
from reports.view import View


def test_markdown(view: View) -> None:
    text = page.markdown(view)
    assert text.startswith("# spikebench, aaaaaaaa on box")
    assert "- `speed.suite.Inference.time_forward(lif, compile, T=16384 N=1 C=8)`" in text
    line = next(line for line in text.splitlines() if line.startswith("| psn | eager | 2.00"))
    assert line.count("2.00") >= 3
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
        assert len({row.count("|") for row in table.splitlines()}) == 1
