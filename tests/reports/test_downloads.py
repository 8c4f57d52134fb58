"""What the menus under figures and tables save: CSV with the values, LaTeX with the texts."""

from __future__ import annotations

import io
import math
import re
from urllib.parse import unquote

import pandas as pd
import pytest

from reports import downloads, latex, tables
from reports.tables import Cell, Head, Table
from reports.view import View
from tests.reports.parser import Page

TABLE = Table(
    [Head("model"), Head("T = 1\N{NARROW NO-BREAK SPACE}024", "ms"), Head("share of 50 %")],
    [
        [tables.label("model", "sliding_psn"), tables.number(1234.5678), tables.text("R&D, 3 %")],
        [tables.label("model", "dsn"), tables.number(1.5e-8), Cell("–", kind="na")],
        [tables.label("model", "lif"), Cell("failed", kind="failed"), tables.text('"x" $\\_{#}~^')],
    ],
    caption="Times & shares",
)


def saved(html: str) -> dict[str, str]:
    """Return the text of every file in the menus of a page, by its name."""
    links = Page(html).all("a")
    return {
        str(own["download"]): unquote(str(own["href"]).partition(",")[2])
        for own in links
        if "download" in own
    }


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), keep_default_na=False)


def test_csv_has_the_numbers_of_a_table_in_full_and_its_texts() -> None:
    frame = read(saved(TABLE.html())["times-shares.csv"])
    assert list(frame) == ["model", "T = 1024 (ms)", "share of 50 %"]
    assert list(frame["T = 1024 (ms)"]) == ["1234.5678", "1.5e-08", "failed"]
    assert list(frame["share of 50 %"]) == ["R&D, 3 %", "", '"x" $\\_{#}~^']


def test_a_benchmark_without_a_backend_has_an_empty_label() -> None:
    assert tables.label("backend", math.nan) == Cell("", "")


def test_latex_escapes_what_would_be_a_command() -> None:
    assert latex.escaped("50 % of a_b & c") == r"50 \% of a\_b \& c"
    assert latex.escaped("\\x{#$}~^") == (
        r"\textbackslash{}x\{\#\$\}\textasciitilde{}\textasciicircum{}"
    )
    assert latex.escaped("1.5 × 10⁻⁸, T¹·⁰²") == (
        r"1.5 $\times$ 10\textsuperscript{-8}, T\textsuperscript{1.02}"
    )


def test_latex_is_a_table_of_booktabs_as_the_page_shows_it() -> None:
    text = saved(TABLE.html())["times-shares.tex"]
    assert text.splitlines() == [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering",
        r"\caption{Times \& shares}",
        r"\begin{tabular}{lrl}",
        r"\toprule",
        r"model & T = 1\,024 (ms) & share of 50 \% \\",
        r"\midrule",
        r"sliding\_psn & 1\,235 & R\&D, 3 \% \\",
        r"dsn & 1.50\,$\times$\,10\textsuperscript{-8} & -- \\",
        r"lif & failed & "
        r'"x" \$\textbackslash{}\_\{\#\}\textasciitilde{}\textasciicircum{} \\',
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


def test_a_file_survives_its_address() -> None:
    data = pd.DataFrame({"a, b": ['"<&>#%?\n', "µ"], "empty": [None, None]})
    (text,) = saved(str(downloads.of_figure("x", "<title>", data))).values()
    assert text == downloads.csv(data[["a, b"]])
    assert read(text)["a, b"].tolist() == ['"<&>#%?\n', "µ"]


@pytest.mark.slow
def test_csv_of_a_figure_equals_the_frame(view: View, files: dict[str, str]) -> None:
    frame = read(saved(files["speed.html"])["speed-training-3.csv"])
    rows = view.ours(view.rows("speed", "training"))
    assert list(frame) == ["model", "backend", "T", "seconds", "low", "high"]
    drawn = {(row.model, row.backend, row.T): row.seconds for row in frame.itertuples(index=False)}
    expected = {
        (row.model, row.backend, row.T): "" if row.state == "failed" else repr(row.value)
        for row in rows.itertuples(index=False)
    }
    assert drawn == expected and "" in drawn.values()


@pytest.mark.slow
def test_csv_of_a_table_is_in_the_unit_of_its_head(view: View, files: dict[str, str]) -> None:
    frame = read(saved(files["accuracy.html"])["test-error.csv"])
    dsn = frame[(frame["model"] == "dsn") & (frame["condition"] == "own")].iloc[0]
    assert (dsn["test error (%)"], dsn["accuracy (%)"]) == pytest.approx((3.0, 97.0))
    memory = read(saved(files["memory.html"])["peak-bytes.csv"])
    (column,) = (name for name in memory if name.endswith("T = 16384 (kB)"))
    dsn = memory[(memory["model"] == "dsn") & (memory["backend"] == "eager")].iloc[0]
    assert float(dsn[column]) == pytest.approx(16.384)


@pytest.mark.slow
def test_every_figure_and_table_can_be_saved(files: dict[str, str]) -> None:
    for name, text in files.items():
        for figure in re.findall(r"<figure>.*?</figure>", text, flags=re.S):
            assert ("<svg" in figure) == ('class="download"' in figure), name
        names = [own["download"] for own in Page(text).all("a") if "download" in own]
        assert text.count('<div class="table">') <= sum(str(n).endswith(".tex") for n in names)
