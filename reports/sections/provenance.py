"""What was measured, on which machine, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import floors, tables, templates, units
from reports.tables import Head, Table
from reports.view import View

PAGE = "index"
TITLE = "What was measured"
ORDER = 10

_SHAPED = ("speed", "memory")  # the suites whose cases are the profile's shapes
_SETTINGS = {  # metric of the suite speed -> label
    "clock": "GPU clock",
    "power_limit": "GPU power limit",
    "throttle_reasons": "GPU throttled",
    "matmul_precision": "float32 products",
}


def render(view: View) -> Markup:
    return templates.render(
        "provenance.html",
        facts=facts(view),
        coverage=_coverage(view.frame).html(),
        failures=failures(view.frame),
        not_applicable=_not_applicable(view.frame),
        notes=view.notes,
    )


def facts(view: View) -> dict[str, str]:
    """Return the commit, the machine and the software by their labels, as far as known."""
    machine, frame = view.machine_facts, view.frame
    ram = machine.get("ram", "")
    cores = machine.get("num_cpu")
    values = {
        "Commit": f"{view.commit.hash[:12]} {view.commit.subject}".strip(),
        "Commit date": f"{view.commit.date:%Y-%m-%d %H:%M} UTC",
        "Measured": f"{frame['started'].max():%Y-%m-%d %H:%M} UTC",
        "Machine": view.machine,
        "CPU": machine.get("cpu", "") + (f" ({cores} cores)" if cores else ""),
        "Memory": units.quantity(float(ram), "bytes") if ram.isdigit() else ram,
        "GPU": machine.get("gpu", ""),
        "Driver": machine.get("driver", ""),
        "System": " ".join(filter(None, (machine.get("os"), machine.get("arch")))),
        "torch": view.run["requirements"].get("torch", "") or machine.get("torch", ""),
        "Environment": view.run["env"],
        "Profile": view.profile,
        "Settings": " ".join(f"{k}={v}" for k, v in sorted(view.run["env_vars"].items())),
        "Cases": _cases(frame[frame["suite"].isin(_SHAPED)]),
    } | _settings(view)
    values |= {peer: note for peer, note in view.peers.items() if peer in set(frame["backend"])}
    return {label: value for label, value in values.items() if value}


def _settings(view: View) -> dict[str, str]:
    """Return what the GPU and torch were set to, by their labels."""
    values = {}
    for metric, label in _SETTINGS.items():
        for row in view.ok("speed", metric).to_dict("records"):
            values[label] = f"{units.exact(row['value'])} {row['unit'] or ''}".strip()
    return values


def table(view: View) -> Table:
    """Return the numbers of values by suite."""
    return _coverage(view.frame)


def failures(frame: pd.DataFrame) -> list[str]:
    """Return one line per case that failed: its asv name, and the reason if it is known."""
    failed = frame[~frame["state"].isin(["ok", "n/a"])]
    return [
        f"{name}({', '.join(_axes(row))}){_reason(row['state'])}"
        for name, rows in failed.groupby("benchmark")
        for row in rows.to_dict("records")
    ]


def _reason(state: str) -> str:
    return f" {state}: {floors.REASON}" if state == floors.INVALID else ""


def _axes(row: Mapping[Any, Any]) -> list[str]:
    values = [*(row[axis] for axis in ("model", "backend", "shape")), *row["params"].values()]
    return [str(value) for value in values if not pd.isna(value)]


def _cases(frame: pd.DataFrame) -> str:
    steps = sorted(frame["T"].dropna().unique())
    if not steps:
        return ""
    sizes = tables.unique(size for size in frame["size"] if size)
    return f"T = {', '.join(units.steps(int(step)) for step in steps)}; {'; '.join(sizes)}"


def _coverage(frame: pd.DataFrame) -> Table:
    """Return, for each suite, how many cases have a value, are not applicable, or failed."""
    body = []
    for suite, rows in frame.groupby("suite"):
        states = list(rows["state"])
        ok, not_applicable = states.count("ok"), states.count("n/a")
        failed = len(states) - ok - not_applicable
        cells = [tables.count(rows["model"].nunique()), tables.count(ok)]
        cells += [tables.count(not_applicable, "na")]
        cells += [tables.count(failed, "failed" if failed else "na")]
        body.append([tables.text(str(suite)), *cells])
    heads = ["suite", "models", "values", "n/a", "failed"]
    return Table([Head(head) for head in heads], body, "Values by suite")


def _not_applicable(frame: pd.DataFrame) -> Table | None:
    """Return the pairs of model and backend that are n/a, with the suites and numbers of cases."""
    rows = frame[(frame["state"] == "n/a") & frame["model"].notna()]
    if rows.empty:
        return None
    body = []
    for (model, backend), pair in rows.fillna({"backend": "–"}).groupby(["model", "backend"]):
        suites = ", ".join(sorted(pair["suite"].unique()))
        labels = [tables.label("model", str(model)), tables.text(str(backend))]
        body.append([*labels, tables.text(suites), tables.count(len(pair))])
    heads = [Head("model"), Head("backend"), Head("suites"), Head("values")]
    return Table(heads, body, "Not applicable")
