"""What was measured, on what, and what could not be."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import floors, tables, templates, units
from reports.tables import Head, Table
from reports.view import View

TITLE = "What was measured"
ORDER = 10


def render(view: View) -> Markup:
    return templates.render(
        "provenance.html",
        facts=facts(view),
        coverage=_coverage(view.frame).html(),
        failures=failures(view.frame),
        absent=_absent(view.frame),
        notes=view.notes,
    )


def facts(view: View) -> dict[str, str]:
    """The commit, the machine and the software, as label -> value; only what is known."""
    machine, frame = view.facts, view.frame
    ram = machine.get("ram", "")
    cores = machine.get("num_cpu")
    wanted = {
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
        "Settings": " ".join(f"{k}={v}" for k, v in sorted(view.run["env_vars"].items())),
        "Cases": _cases(frame),
    }
    wanted |= {peer: note for peer, note in view.peers.items() if peer in set(frame["backend"])}
    return {label: value for label, value in wanted.items() if value}


def table(view: View) -> Table:
    return _coverage(view.frame)


def failures(frame: pd.DataFrame) -> list[str]:
    """One line per case that failed: its asv name, and why if it is known."""
    failed = frame[~frame["state"].isin(["ok", "n/a"])]
    return [
        f"{name}({', '.join(str(value) for value in _axes(row))}){_why(row['state'])}"
        for name, rows in failed.groupby("benchmark")
        for row in rows.to_dict("records")
    ]


def _why(state: str) -> str:
    return f" {state}: {floors.REASON}" if state == floors.INVALID else ""


def _axes(row: dict) -> list[str]:
    first = [row[axis] for axis in ("model", "backend", "shape")]
    return [str(value) for value in [*first, *row["params"].values()] if not pd.isna(value)]


def _cases(frame: pd.DataFrame) -> str:
    steps = sorted(frame["T"].dropna().unique())
    if not steps:
        return ""
    sizes = tables.ordered(size for size in frame["size"] if size)
    return f"T = {', '.join(units.steps(int(step)) for step in steps)}; {'; '.join(sizes)}"


def _coverage(frame: pd.DataFrame) -> Table:
    """How many values of each suite are there, are not applicable, or failed."""
    rows = []
    for suite, some in frame.groupby("suite"):
        states = list(some["state"])
        found, absent = states.count("ok"), states.count("n/a")
        failed = len(states) - found - absent
        cells = [tables.count(some["model"].nunique()), tables.count(found)]
        cells += [tables.count(absent, "na"), tables.count(failed, "failed" if failed else "na")]
        rows.append([tables.text(str(suite)), *cells])
    heads = ["suite", "models", "values", "n/a", "failed"]
    return Table([Head(head) for head in heads], rows, "Values by suite")


def _absent(frame: pd.DataFrame) -> Table | None:
    """Which model and backend pairs are n/a, and where."""
    absent = frame[(frame["state"] == "n/a") & frame["model"].notna()]
    if absent.empty:
        return None
    rows = []
    for (model, backend), some in absent.fillna({"backend": "–"}).groupby(["model", "backend"]):
        where = ", ".join(sorted(some["suite"].unique()))
        labels = [tables.named("model", str(model)), tables.text(str(backend))]
        rows.append([*labels, tables.text(where), tables.count(len(some))])
    heads = [Head("model"), Head("backend"), Head("suites"), Head("values")]
    return Table(rows=rows, heads=heads, caption="Not applicable")
