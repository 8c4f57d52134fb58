"""The page and the summary from results whose every number is known."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reports import analysis, figures, page, palette, sections, units
from reports.__main__ import main
from reports.highlights import five
from reports.sections import speed
from reports.view import View, choose
from tests.reports import synthetic

T = [1024, 4096, 16384]
MODELS = ["dsn", "lif", "psn"]
CASES = {
    "model": MODELS,
    "backend": ["eager", "compile", "spikingjelly"],
    "shape": [f"T={steps} N=1 C=8" for steps in T],
}
BENCHMARKS = {
    **{f"speed.Speed.time_{way}": {"params": CASES} for way in ("forward", "backward", "training")},
    **{
        f"floors.{floor}": {"params": {"shape": CASES["shape"]}}
        for floor in ("Copy.time_copy", "Chain.track_chain")
    },
    **{
        f"calls.FirstCall.track_{how}": {
            "params": {"model": MODELS, "backend": ["compile"], "shape": CASES["shape"][:1]}
        }
        for how in ("cold", "cached")
    },
    "memory.Memory.track_peak_bytes": {"params": CASES, "unit": "bytes"},
    "calls.Counters.track_dispatched_ops": {
        "params": {**CASES, "shape": CASES["shape"][:1]},
        "unit": "operations/step",
        "gate": "counter",
    },
    "gradients.Gradients.track_input_error": {
        "params": {"model": MODELS, "backend": ["eager"], "dtype": ["float32"]},
        "unit": "relative error",
        "tolerance": 1e-4,
    },
    "gradients.Gradients.track_far_flip_rate": {
        "params": {"model": MODELS, "backend": ["eager"], "dtype": ["float32"]},
        "unit": "fraction",
        "tolerance": 0.0,
    },
    "gradients.Surrogated.track_direction_error": {
        "params": {
            "model": MODELS,
            "backend": ["eager", "cpu"],
            "surrogate": ["own", *(f"surrogate{i}" for i in range(7))],
        },
        "unit": "absolute error",
        "tolerance": 1e-6,
    },
    "gradients.horizon.Horizon.track_norm": {"params": {"model": MODELS, "lag": [0, 1, 16, 256]}},
    "gradients.horizon.Truncation.track_truncation_change": {
        "params": {"model": MODELS, "every": [1, 16]}
    },
    "accuracy.suite.Accuracy.track_test_error": {
        "params": {"model": MODELS, "task": ["digits"], "seed": [0, 1]},
        "unit": "fraction",
    },
    "energy.suite.Energy.track_energy": {
        "params": {"model": MODELS, "convention": ["default", "rate"]},
        "unit": "nJ/sample",
    },
    "properties.Models.track_holds": {
        "params": {"model": MODELS, "property": ["nonlinearity", "short_control", "long_control"]},
        "unit": "holds",
    },
    "properties.Variants.track_holds": {
        "params": {"variant": ["lif, soft reset"], "property": ["short_control", "long_control"]},
        "unit": "holds",
    },
}


def known(name: str, model: str = "", backend: str = "", shape: str = "T=1", **axes: object):
    """dsn and lif are linear in T, psn is quadratic; compile is 2 x faster; the peer 5 x slower."""
    steps = int(shape.split()[0][2:])
    if backend == "compile" and model == "psn":
        return math.nan
    if backend == "spikingjelly" and model != "lif":
        return math.nan
    if name.startswith("speed"):
        if (model, backend, steps) == ("lif", "compile", 16384):
            return None
        time = steps**2 * 1e-9 if model == "psn" else steps * 1e-6
        return [time * {"eager": 1.0, "compile": 0.5, "spikingjelly": 5.0}[backend]] * 8
    if name.startswith("floors"):
        return steps * 1e-9
    if "test_error" in name:
        return {"dsn": 0.02, "lif": 0.04, "psn": 0.06}[model] + 0.01 * float(str(axes["seed"]))
    if "energy" in name:
        return {"dsn": 300.0, "lif": 200.0, "psn": 4000.0}[model]
    if "holds" in name:
        return float("long" in str(axes["property"]) or model in ("lif", "dsn"))
    if "far_flip" in name:
        return 1e-4 if model == "lif" else 0.0
    if "direction_error" in name:
        return 1e-7 * MODELS.index(model) + 1e-9 * int(str(axes["surrogate"])[-1:].strip("n") or 9)
    if "track_norm" in name:  # per step a half, a tenth, or nothing of the gradient is lost
        return {"lif": 0.5, "dsn": 0.1, "psn": 1.0}[model] ** int(str(axes["lag"]))
    if "truncation" in name:
        return math.nan if model == "psn" else 1 / int(str(axes["every"]))
    if "input_error" in name:
        return 2e-4 if model == "psn" else 1e-7
    return float(steps)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("asv") / "results"
    synthetic.write(root, BENCHMARKS, _before_dsn, commit="b" * 40, date=synthetic.JUNE - 10**8)
    synthetic.write(root, BENCHMARKS, known)
    synthetic.write(root, BENCHMARKS, known, machine="gpu", facts={"gpu": "H200"})
    return root


def _before_dsn(name: str, model: str = "", **axes: str):
    return math.nan if model == "dsn" else known(name, model, **axes)


@pytest.fixture(scope="module")
def view(root: Path) -> View:
    return choose(root, commit="aaaa", machine="box")


@pytest.fixture(scope="module")
def html(view: View) -> str:
    return page.html(view)


def test_slopes_of_power_laws(view: View) -> None:
    fits = analysis.slopes(view.ok("speed")).set_index(["metric", "model", "backend"])["slope"]
    assert fits["training", "dsn", "eager"] == pytest.approx(1.0)
    assert fits["training", "psn", "eager"] == pytest.approx(2.0)
    assert fits["forward", "lif", "spikingjelly"] == pytest.approx(1.0)
    assert ("forward", "psn", "compile") not in fits


def test_slope_has_an_error_only_where_points_are_left_over(view: View) -> None:
    fits = analysis.slopes(view.ok("speed")).set_index(["metric", "model", "backend"])
    assert fits.loc[("forward", "lif", "compile"), "points"] == 2
    assert math.isnan(fits.loc[("forward", "lif", "compile"), "stderr"])
    assert fits.loc[("forward", "lif", "eager"), "stderr"] < 1e-9


def test_speedups_over_the_baselines_fastest_backend(view: View) -> None:
    rows = analysis.speedups(view.ours(view.rows("speed")), "psn")
    ratio = rows.set_index(["metric", "model", "backend", "T"])["ratio"]
    assert ratio["training", "dsn", "compile", 16384] == pytest.approx(16384 * 1e-3 / 0.5)
    assert ratio["training", "dsn", "eager", 1024] == pytest.approx(1.024)
    assert ratio["training", "psn", "eager", 4096] == 1.0
    assert math.isnan(ratio["training", "lif", "compile", 16384])
    assert "spikingjelly" not in set(rows["backend"])


def test_peers_are_measured_against_our_fastest(view: View) -> None:
    rows = analysis.against_peers(view.rows("speed"), {"spikingjelly"})
    assert set(rows["model"]) == {"lif"}
    at = rows[rows["metric"] == "forward"].set_index("T")
    assert at["ratio"].round(6).to_dict() == {1024: 10.0, 4096: 10.0, 16384: 5.0}
    assert at["our_backend"].to_dict() == {1024: "compile", 4096: "compile", 16384: "eager"}


def test_five_numbers(view: View) -> None:
    found = five(view)
    numbers = [highlight.number.replace(units.THIN, " ") for highlight in found]
    assert numbers == ["32.8×", "10.0×", "∝ T¹·⁰⁰", "97.5 %", "200 nJ/sample"]
    said = " ".join(highlight.sentence for highlight in found)
    for fact in (
        "dsn (compile)",
        "T=16384 N=1 C=8",
        "spikingjelly",
        "mean over 2 seeds",
        "lif needs",
    ):
        assert fact in said


def test_no_number_is_invented(tmp_path: Path) -> None:
    only = {"accuracy.suite.Accuracy.track_test_error": BENCHMARKS[
        "accuracy.suite.Accuracy.track_test_error"]}  # fmt: skip
    synthetic.write(tmp_path, only, known)
    assert len(five(choose(tmp_path))) == 1
    synthetic.write(tmp_path, only, lambda name, **axes: None)
    assert five(choose(tmp_path)) == []
    assert "6 failed" in page.html(choose(tmp_path))


class _Page(HTMLParser):
    """Collects what the tests ask for; complains about elements left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "hr", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def parsed(html: str) -> _Page:
    parser = _Page()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_page_loads_nothing(html: str, parsed: _Page) -> None:
    for tag, attributes in parsed.seen:
        for name in ("src", "href", "data", "srcset"):
            target = attributes.get(name) or ""
            assert target == "data:," or not re.match(r"\w+:|//", target), (tag, target)
        assert not (tag == "script" and "src" in attributes)
    assert not re.search(r"https?://|@import|url\((?!#)", html)


def test_page_holds_every_section(parsed: _Page) -> None:
    ids = [attributes["id"] for _, attributes in parsed.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    names = {section.__name__.rsplit(".", 1)[-1] for section in sections.found()}
    assert names == set(ids) & names
    used = [attributes["href"][1:] for tag, attributes in parsed.seen if tag == "use"]  # type: ignore[index]
    assert used and set(used) <= set(ids)


def test_figures_take_colour_from_the_page(html: str, parsed: _Page) -> None:
    assert "var(--c)" in html and "currentColor" in html
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, flags=re.S))
    assert not re.search(r"#[0-9a-f]{6}\b", drawings)
    coloured = {attributes.get("data-model") for _, attributes in parsed.seen} - {None}
    assert coloured == set(MODELS)
    for model in MODELS:
        assert html.count(f'[data-model="{model}"]{{--c:') == 2  # light and dark


def test_properties_stand_beside_the_papers(view: View) -> None:
    section = next(s for s in sections.found() if s.__name__.endswith("properties"))
    page = str(section.render(view))
    rows = section.table(view).rows  # type: ignore[union-attr]
    cells = {row[0].text: [cell.text for cell in row[1:]] for row in rows}
    assert cells["lif"][:2] == ["yes", "yes"]
    assert cells["psn"][:3] == ["no", "no", "n/a"]
    assert "A.17 is a condition on the decay" in page
    assert page.count("lif, soft reset") == 2  # its text, and what it sorts by
    no_short = next(row for row in rows if row[0].text == "dsn")[2]
    assert no_short.text == "yes" and no_short.kind == ""


def found(name: str):
    return next(s for s in sections.found() if s.__name__.endswith(name))


def test_gradients_show_the_worst_first_and_fold_the_rest(view: View) -> None:
    shown = found("gradients").table(view)
    assert [head.text for head in shown.heads[3:]] == ["input error", "far flip rate"]
    assert [head.unit.replace(units.THIN, " ") for head in shown.heads[3:]] == [
        *("bound 1.0 × 10⁻⁴", "bound 0")
    ]
    rows = [[cell.text.replace(units.THIN, " ") for cell in row] for row in shown.rows]
    assert [row[0] for row in rows] == ["lif", "psn", "dsn"]
    assert rows[0][3:] == ["1.0 × 10⁻⁷", "1.0 × 10⁻⁴ over"] and rows[1][3] == "2.0 × 10⁻⁴ over"
    axes = ("model", "backend", "surrogate")
    few = found("gradients").table(view, axes)
    assert [[cell.text for cell in row[:3]] for row in few.rows] == [
        [model, "cpu", "own"] for model in ("psn", "lif", "dsn")
    ]
    assert len(found("gradients").table(view, axes, every=True).rows) == 48
    assert "surrogate by surrogate, float32: every case" in str(found("gradients").render(view))


def test_the_horizon_is_a_line_down_to_what_matters(view: View) -> None:
    drawn = str(found("horizon").render(view))
    lines = re.findall(r'<g data-model="(\w+)" data-backend="">', drawn)
    assert set(lines) == set(MODELS)
    rows = {row[0].text: row for row in found("horizon").table(view).rows}
    assert list(rows) == ["dsn", "lif", "psn"]
    assert [row[1].text for row in rows.values()] == ["1", "1", "256"]
    assert [cell.text.replace(units.THIN, " ") for cell in rows["lif"][2:]] == [
        *("1.0", "0.50", "1.5 × 10⁻⁵", "8.6 × 10⁻⁷⁸")
    ]
    assert "cut every k steps</figcaption>" in drawn and ">0.062<" in drawn


def test_failures_and_na_are_shown_as_such(html: str) -> None:
    assert "speed.Speed.time_training(lif, compile, T=16384 N=1 C=8)" in html
    assert re.search(r'class="number failed"[^>]*>failed<', html)
    assert ">n/a<" in html
    assert "0.00020 over" not in html and re.search(r"2\.0.×.10⁻⁴ over", html)


def test_tables_can_be_sorted(parsed: _Page) -> None:
    heads = [attributes for tag, attributes in parsed.seen if tag == "th"]
    assert heads and all(head["aria-sort"] == "none" for head in heads)
    assert sum(tag == "button" for tag, _ in parsed.seen) == len(heads) + len(MODELS)


def test_page_is_the_same_every_time(view: View, html: str) -> None:
    assert page.html(view) == html


def test_history_shows_the_commit_that_lacks_a_model(view: View, root: Path) -> None:
    history = next(s for s in sections.found() if s.__name__.endswith("history"))
    drawn = history.render(view)
    assert drawn is not None
    assert "bbbbbbb" in drawn and "aaaaaaa" in drawn
    row = re.search(r'data-model="dsn">dsn</td><td[^>]*>compile</td>(.*?)</tr>', str(drawn), re.S)
    assert row is not None and "n/a" in row[1] and ">8.19<" in row[1]  # ms at T = 16 384
    assert history.render(choose(root, "aaaa", machine="gpu")) is None


def test_markdown(view: View) -> None:
    text = page.markdown(view)
    assert text.startswith("# spikebench, aaaaaaaa on box")
    assert "- `speed.Speed.time_forward(lif, compile, T=16384 N=1 C=8)`" in text
    line = next(line for line in text.splitlines() if line.startswith("| psn | eager | 2.00"))
    assert line.count("2.00") >= 3
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
        assert len({row.count("|") for row in table.splitlines()}) == 1


def test_build_writes_and_prints(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = root.parent / "html"
    site.mkdir()
    (site / "index.html").write_text("asv")
    monkeypatch.chdir(tmp_path)
    options = ["--results", str(root), "--machine", "box", "--markdown", "notes/bench.md"]
    assert main(["build", "-o", "out", *options]) == 0
    printed = capsys.readouterr().out
    assert "No git history here: showing aaaaaaaa" in printed
    assert "1. dsn (compile) runs forward + backward 32.8× faster than psn" in printed
    assert (tmp_path / "notes" / "bench.md").exists()
    written = (tmp_path / "out" / "index.html").read_text()
    link = re.search(r'<a href="([^"#]*)">Every commit', written)
    assert link is not None
    assert (tmp_path / "out" / link[1]).resolve() == (site / "index.html").resolve()


def test_head_is_shown_when_it_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (
        "init -q",
        "commit -q --allow-empty -m first",
        "commit -q --allow-empty -m last",
    ):
        identity = ["-c", "user.name=n", "-c", "user.email=e"]
        subprocess.run(["git", *identity, *command.split()], check=True)
    log = subprocess.run(["git", "log", "--format=%H"], capture_output=True, text=True, check=True)
    last, first = log.stdout.split()
    only = {"lone.track_number": {"unit": "bytes"}}
    synthetic.write(tmp_path / "r", only, lambda name: 1.0, commit=first)
    assert choose(tmp_path / "r").notes[0].startswith(f"HEAD ({last[:8]}) has no results here")
    synthetic.write(tmp_path / "r", only, lambda name: 2.0, commit=last, date=1)
    assert choose(tmp_path / "r").commit.subject == "last"
    assert choose(tmp_path / "r", "HEAD~1").frame["value"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--commit", "c0ffee"], "no results for commit 'c0ffee'; measured: aaaaaaaa, bbbbbbbb"),
        (["--baseline", "pns"], "did you mean 'psn'? measured: dsn, lif, psn"),
        (["--machine", "boxx"], "did you mean 'box'? measured: box, gpu"),
        (["--results", "nowhere"], "no results below nowhere; measure something first"),
    ],
)
def test_errors_are_one_line(
    root: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--results", str(root), *options]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_every_model_has_its_colour_and_keeps_it() -> None:
    many = [f"model{i}" for i in range(22)]
    seats = palette.seats([*MODELS, *many])
    assert len(set(seats.values())) == len(seats)
    assert {model: palette.seats(MODELS)[model] for model in MODELS} == {
        model: seats[model] for model in MODELS
    }
    assert set(palette.seats([f"model{i}" for i in range(60)]).values()) <= set(
        range(palette.SLOTS)
    )


def test_too_many_lines_become_a_figure_per_backend() -> None:
    rows = pd.DataFrame(
        [(f"m{i}", backend, steps, steps * (i + 1.0))
         for i in range(27) for backend in ("eager", "cpu") for steps in T],
        columns=["model", "backend", "T", "value"],
    ).assign(lo=np.nan, hi=np.nan)  # fmt: skip
    drawn = figures.panels(rows, "forward", stem="x", unit="seconds")
    assert list(drawn) == ["forward, eager", "forward, cpu"]
    assert all(f">m{i}<" in drawn["forward, cpu"] for i in range(27))
    few = figures.panels(rows[rows["model"] == "m1"], "forward", stem="x", unit="seconds")
    assert list(few) == ["forward"]


def test_a_model_at_one_length_has_no_line_but_a_rank() -> None:
    rows = pd.DataFrame(
        [("slow", 64, 9.0), ("quick", 64, 1.0), ("long", 64, 3.0), ("long", 256, 12.0)],
        columns=["model", "T", "value"],
    ).assign(backend="eager", metric="training", size="", lo=np.nan, hi=np.nan)
    (lines,) = figures.panels(rows, "training", stem="x", unit="seconds").values()
    assert ">long<" in lines and ">slow<" not in lines
    ((title, ranked),) = speed._ranking(rows).items()
    assert title == "forward + backward, T = 64"
    heights = [ranked.index(f">{model}<") for model in ("slow", "long", "quick")]
    assert heights == sorted(heights), "drawn from below: the quickest stands on top"


def test_names_are_moved_apart() -> None:
    placed = figures.apart([0.0, 1.0, 2.0, 99.0], gap=10, low=0, high=100)
    assert all(b - a >= 10 for a, b in itertools.pairwise(placed))
    assert min(placed) >= 0 and max(placed) <= 100


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0123, "seconds", "12.3 ms"),
        (2.5e-6, "seconds", "2.50 µs"),
        (1.5e9, "bytes", "1.50 GB"),
        (1234.0, "nJ/sample", "1.23 µJ/sample"),
        (0.032, "fraction", "3.20 %"),
        (1.2e-7, "relative error", "1.20 × 10⁻⁷"),
        (0.0, "bytes", "0 B"),
    ],
)
def test_quantities(value: float, unit: str, said: str) -> None:
    assert units.quantity(value, unit).replace(units.THIN, " ") == said


def test_a_peer_says_how_it_differs(view: View) -> None:
    differs = replace(view, peers={"spikingjelly": "fires at >"})
    assert "spikingjelly: fires at &gt;." in page.html(differs)
    assert "**spikingjelly:** fires at >" in page.markdown(differs)
    assert "h >= v_th" in view.peers["snntorch"]
