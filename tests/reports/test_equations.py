"""The docstrings of models in HTML."""

from __future__ import annotations

import re

import pytest

from reports import equations, source
from reports.equations import math

MODELS = sorted(path.stem for path in (source.NEURONS / "models").glob("[!_]*.py"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("v_th", "<i>v</i><sub>th</sub>"),
        ("x[t-1]", "<i>x</i><sub><i>t</i>−1</sub>"),
        ("v_p[t]", "<i>v</i><sub><i>p</i>, <i>t</i></sub>"),
        ("exp(-1/tau)", "exp(−1/<i>τ</i>)"),
        ("d^(i-j)", "<i>d</i><sup><i>i</i>−<i>j</i></sup>"),
        ("sum_i w[i]", "Σ<sub><i>i</i></sub> <i>w</i><sub><i>i</i></sub>"),
        ("exp(log_dt)", "exp(log_dt)"),
        ("a < b `c_d`", "<i>a</i> &lt; <i>b</i> <code>c_d</code>"),
        ("beta1 x", "<i>β</i><sub>1</sub> <i>x</i>"),
        ("s >= 0 * 2", "<i>s</i> ≥ 0 · 2"),
    ],
)
def test_letters_subscripts_and_signs(text: str, html: str) -> None:
    assert math(text) == html


def test_a_remark_is_what_states_nothing() -> None:
    docstring = """Name.

    h = v + x                 charge (`reset="hard"`)
    v = (1 - s) h   or   h - s
    A = B,     C = D          Eq. 9, h[-1] = 0
      + E

Prose with `code` & <b>.
Source: a paper.
"""
    lines, *prose = equations.blocks(docstring)
    remarks = [line.remark for line in lines.lines]
    assert remarks == ["charge (<code>reset=&#34;hard&#34;</code>)", "", "Eq. 9, h[-1] = 0", ""]
    assert [line.indent for line in lines.lines] == [0, 0, 0, 2]
    assert lines.lines[1].math.count('class="gap"') == 2
    assert [block.prose for block in prose] == [
        "Prose with <code>code</code> &amp; &lt;b&gt;.",
        "Source: a paper.",
    ]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_equations_and_its_source(model: str) -> None:
    read = source.read(model)
    assert read is not None
    blocks = [*equations.blocks(read.docstring)]
    maths = [line.math for block in blocks for line in block.lines]
    assert maths and any(block.prose.startswith("Source: ") for block in blocks)
    words = re.sub(r"<[^>]*>", " ", " ".join(maths))
    assert not re.search(r"\b(alpha|beta|tau|theta|Theta|gamma|lambda)\b|\w\[", words)
