"""What the machine code of the kernels predicts for a GPU, beside what was measured on one."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from reports import commands, tables, templates
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "speed"
TITLE = "Kernels, from their machine code"
ORDER = 34


class Device(NamedTuple):
    """What limits a kernel on a GPU."""

    name: str
    arch: str
    bandwidth: float  # bytes/s of a copy, read and written bytes together
    clock: float  # Hz
    latency: int  # cycles from an instruction to one that needs its result


H200 = Device("H200", "sm_90", 4.3e12, 1.98e9, 4)
MEASURED = {"forward": "forward_graph", "backward": "backward"}  # a pass -> what speed times of it
_LIMITING = ("chain", "serial_steps", "bytes_per_element")
_COUNTERS = {
    "registers": "registers",
    "spilled_bytes": "spilled bytes",
    "shared_bytes": "shared bytes",
    "instructions_per_step": "instructions per step",
    "loads_in_flight": "loads in flight",
    "launches": "launches per call",
}
_INTRO = (
    "Read from the kernels as compiled, on any machine. The limits: the bytes of a call, as if"
    " nothing were cached, at the bandwidth of the GPU; and its steps one after the other, steps ×"
    f" chain × latency. For an {H200.name}: a copy moves {H200.bandwidth / 1e12:g} TB/s, the boost"
    f" clock is {H200.clock / 1e9:g} GHz, and a 32-bit addition or product takes {H200.latency}"
    " cycles until its result can be used (measured on an A100, arXiv:2208.11174). Exponentials and"
    " divisions take longer, and a wait for memory is in neither limit: the fewer loads are in"
    " flight, the farther a kernel stays from it. Only a measurement says how far."
)


def render(view: View) -> Markup | None:
    limits = table(view)
    if limits is None:
        return None
    return templates.render(
        "figures.html", intro=_INTRO, tables=[limits], folded={"All counters": _counters(view)}
    )


def table(view: View) -> Table | None:
    """Return the limits of each model and pass, and its measured time over the larger one."""
    rows = _rows(view)
    rows = rows[rows["arch"] == H200.arch]
    shape = view.attribute("kernels", "shape")
    if rows.empty or shape is None:
        return None
    seconds = _measured(view, shape)
    elements = math.prod(map(int, re.findall(r"=(\d+)", shape)))
    row_of = tables.by_case(rows, ["model", "run", "metric"])
    body = []
    for case in tables.unique(zip(rows["model"], rows["run"], strict=True)):
        found = [row_of.get((*case, metric)) for metric in _LIMITING]
        numbers = [math.nan if row is None else row.value for row in found]
        limits = _limits(*numbers, elements=elements, seconds=seconds.get(case, math.nan))
        body.append([*_names(*case), *map(_number, limits)])
    heads = [Head("model"), Head("pass"), Head("chain", "op/step"), Head("steps in turn")]
    heads += [Head("moved", "B/element"), Head("by chain", "µs"), Head("by bytes", "µs")]
    heads += [Head("limit", "µs"), Head("measured", "µs"), Head("× limit")]
    caption = f"Limits on an {H200.name} at {shape}, float32"
    limiting = rows[rows["metric"].isin(_LIMITING)]
    return Table(heads, body, caption, commands.of_rows(limiting, _timed(view, shape)))


def _limits(
    chain: float, steps: float, moved: float, *, elements: int, seconds: float
) -> list[float]:
    """Return the numbers of a row: those given, the limits, the time; times in microseconds."""
    by_bytes = moved * elements / H200.bandwidth
    by_chain = steps * chain * H200.latency / H200.clock
    limit = max(by_bytes, by_chain)
    times = [by_chain, by_bytes, limit, seconds]
    return [chain, steps, moved, *(time * 1e6 for time in times), seconds / limit]


def _number(value: float) -> Cell:
    if math.isnan(value):
        return Cell("–", kind="na", note="not measured here")
    return tables.number(value)


def _names(model: str, run: str) -> list[Cell]:
    return [tables.label("model", model), tables.text(run)]


def _measured(view: View, shape: str) -> dict[tuple[str, str], float]:
    """Return the seconds of each model and pass on the backend "triton" at a shape."""
    runs = {metric: run for run, metric in MEASURED.items()}
    rows = tables.tuples(_timed(view, shape))
    return {(row.model, runs[row.metric]): row.value for row in rows}


def _timed(view: View, shape: str) -> pd.DataFrame:
    rows = view.ok("speed", *MEASURED.values())
    return rows[(rows["backend"] == "triton") & (rows["shape"] == shape)]


def _rows(view: View) -> pd.DataFrame:
    """Return the rows of the suite, with the axes `run` and `arch` as columns."""
    rows = view.ok("kernels")
    return rows.assign(
        run=[params.get("pass") for params in rows["params"]],
        arch=[params.get("arch", "x86-64-v3") for params in rows["params"]],
    )


def _counters(view: View) -> Table:
    """Return all other counters: a row per model, pass and architecture."""
    rows = _rows(view)
    keys = ["model", "run", "arch"]
    row_of = tables.by_case(rows, [*keys, "metric"])
    body = []
    for model, run, arch in tables.unique(zip(*(rows[key] for key in keys), strict=True)):
        found = [row_of.get((model, run, arch, metric)) for metric in _COUNTERS]
        body.append([*_names(model, run), tables.text(arch), *map(tables.value, found)])
    heads = [Head("model"), Head("pass"), Head("architecture"), *map(Head, _COUNTERS.values())]
    return Table(heads, body, command=commands.of_rows(rows))
