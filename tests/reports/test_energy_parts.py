"""What the energy is spent on: bars stacked of the parts, for every convention."""

import re
from dataclasses import replace

import pytest

from reports.records import Record
from reports.sections import energy_parts
from reports.view import View
from tests.reports.test_downloads import read, saved

ENERGY = {
    "clif_memory": {"membrane potential": 900.0, "parameters": 40.0},
    "default": {"synapses, MAC": 300.0, "synapses, AC": 20.5, "neurons": 60.0},
}


def spent(model: str, condition: str, factor: float = 1.0) -> Record:
    energy = {c: {part: v * factor for part, v in parts.items()} for c, parts in ENERGY.items()}
    content = {"model": model, "condition": condition, "nJ/sample": energy}
    return Record("energy", f"{model}-{condition}", "a" * 40, "box", "2026-01-01", content)


@pytest.fixture
def html(view: View) -> str:
    found = (spent("dsn", "own", 2), spent("lif", "own"), spent("lif", "matched"))
    return energy_parts.render(replace(view, records=found))


def test_the_default_comes_first_and_the_others_under_one_condition(html: str) -> None:
    titles = re.findall("<figcaption>(.*?)</figcaption>", html)
    assert [title.partition(":")[0] for title in titles] == [
        *("default, own", "default, matched", "clif_memory, matched")
    ]


def test_the_segments_of_the_download_add_up_to_the_energy(html: str) -> None:
    frame = read(saved(html)["energy-parts-default-own.csv"])
    assert list(frame.groupby("model")["nJ/sample"].sum()) == pytest.approx([761, 380.5])
    assert "761\N{NARROW NO-BREAK SPACE}nJ<" in html, "the total stands at the end of its bar"


def test_a_segment_has_the_hue_of_its_part_and_the_name_of_its_model(html: str) -> None:
    segments = set(re.findall(r'class="hue-(\d)" data-model="(\w+)" data-backend="([^"]+)"', html))
    hue = {part: number for number, _, part in segments}
    assert len(set(hue.values())) == len(hue) == 5
    assert {(hue["neurons"], model, "neurons") for model in ("dsn", "lif")} <= segments
    legend = html.partition("</ul>")[0]
    assert all(part in legend for part in hue)
    assert not re.search(r"#[0-9a-f]{6}", html.replace("&#", ""))


def test_without_records_the_command_stands_there(view: View) -> None:
    html = energy_parts.render(replace(view, records=()))
    assert "Not measured. Do it with <code>asv run HEAD^! --bench ^energy</code>" in html
