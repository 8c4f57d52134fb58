"""The figures, and the colours and line styles in them."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd

from reports import figures, palette
from reports.sections import speed
from reports.view import View
from tests.reports.known import MODELS, T


def test_every_model_keeps_its_colour() -> None:
    many = [f"model{i}" for i in range(22)]
    slots = palette.slots([*MODELS, *many])
    assert len(set(slots.values())) == len(slots)
    assert {model: palette.slots(MODELS)[model] for model in MODELS} == {
        model: slots[model] for model in MODELS
    }
    assert set(palette.slots([f"model{i}" for i in range(60)]).values()) <= set(
        range(palette.SLOTS)
    )


def test_every_backend_has_its_style() -> None:
    names = [f"backend{i}" for i in range(40)]
    styles = palette.styles(names)
    assert len({*styles.values()}) == len(names)
    assert palette.styles(names[:3]) == {name: styles[name] for name in names[:3]}


def test_styles_follow_the_recorded_axis(view: View) -> None:
    names = ["eager", "compile", "spikingjelly", "cpu"]  # cpu only has gradients
    assert view.styles == {"": palette.style(0)} | palette.styles(names)
    assert list(view.styles_of(view.rows("gradients"))) == ["eager", "cpu"]
    assert list(view.styles_of(view.rows("speed"))) == names[:3]


def test_too_many_lines_become_a_figure_per_backend() -> None:
    rows = pd.DataFrame(
        [(f"m{i}", backend, steps, steps * (i + 1.0))
         for i in range(27) for backend in ("cpu", "eager") for steps in T],
        columns=["model", "backend", "T", "value"],
    ).assign(lo=np.nan, hi=np.nan)  # fmt: skip
    styles = palette.styles(["eager", "cpu"])
    drawn = figures.panels(rows, styles, "forward", stem="x", unit="seconds")
    assert list(drawn) == ["forward, eager", "forward, cpu"]
    assert all(f">m{i}<" in drawn["forward, cpu"] for i in range(27))
    one = rows[rows["model"] == "m1"]
    assert list(figures.panels(one, styles, "forward", stem="x", unit="seconds")) == ["forward"]


def test_a_model_at_one_length_has_no_line_but_a_rank() -> None:
    rows = pd.DataFrame(
        [("slow", 64, 9.0), ("quick", 64, 1.0), ("long", 64, 3.0), ("long", 256, 12.0)],
        columns=["model", "T", "value"],
    ).assign(backend="eager", metric="training", size="", lo=np.nan, hi=np.nan)
    styles = palette.styles(["eager"])
    (lines,) = figures.panels(rows, styles, "training", stem="x", unit="seconds").values()
    assert ">long<" in lines and ">slow<" not in lines
    ((title, ranking),) = speed._ranking(rows, styles).items()
    assert title == "forward + backward, T = 64"
    places = [ranking.index(f">{model}<") for model in ("slow", "long", "quick")]
    assert places == sorted(places), "drawn from below: the fastest is on top"


def test_a_figure_has_the_font_of_the_page(files: dict[str, str]) -> None:
    drawn = re.findall(r"<text[^>]*>", files["speed.html"])
    assert len(drawn) > 50 and not any("font-family" in text for text in drawn)


def test_names_of_lines_do_not_overlap() -> None:
    placed = figures.spread([0.0, 1.0, 2.0, 99.0], gap=10, low=0, high=100)
    assert all(b - a >= 10 for a, b in itertools.pairwise(placed))
    assert min(placed) >= 0 and max(placed) <= 100
