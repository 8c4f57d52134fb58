"""Show the dynamics of every model: what a neuron does with the same input as all others.

    python -m suites.dynamics [MODEL ...]

keeps a record per model, with pictures for its page of the report: the input, the potential with
its threshold and spikes, and the states of a model that has several.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import neurons
from suites import cases, pictures, process, records
from suites.accuracy import content
from suites.profiles import Shape
from suites.records import Origin, Record

SHAPE = Shape(120, 1, 4)  # four channels, as some models look at all; the first is shown
LEVELS = (0.0, 0.5, 1.0, -0.5)  # thresholds of a LIF, for 20 steps each
PERIOD, AMPLITUDE = 5, 2.0  # of the wave at the end, to which resonators answer
NOISE = 0.2


def stimulus() -> Tensor:
    """Return the input current, [T, N, C]: levels, then a wave, with noise of its own per channel.

    The other channels get a fraction of what the first gets.
    """
    levels = torch.tensor(LEVELS).repeat_interleave(20)
    wave = AMPLITUDE * torch.sin(2 * math.pi * torch.arange(SHAPE.T - len(levels)) / PERIOD)
    share = torch.linspace(1, 0.25, SHAPE.C)
    noise = torch.randn(*SHAPE, generator=torch.Generator().manual_seed(0))
    current = torch.cat([levels, wave])[:, None, None] * share + NOISE * noise
    return current.to(cases.device())


def trace(model: str) -> tuple[Tensor, Tensor]:
    """Return the potential minus the threshold and the spikes of a neuron, [T] each.

    An integer spike is a potential that is rounded: its threshold is where that gives 1, at 0.5.
    The model has its default options and initial parameters. Where it holds several neurons, the
    potential is that of the last one.
    """
    layer = cases.layer(model, "eager", SHAPE)
    threshold = 0.5 if layer.fire.surrogate.name == "integer" else 0.0
    layer.fire, decisions = neurons.recording(layer.fire)
    with torch.no_grad():
        s = layer(stimulus())
    if len(decisions) < SHAPE.T:
        u = decisions[-1].u.reshape(-1, *SHAPE)[-1]
    else:
        per_step = len(decisions) // SHAPE.T
        u = torch.stack(
            [d.u.reshape(-1, *SHAPE[1:])[-1] for d in decisions[per_step - 1 :: per_step]]
        )
    return u[:, 0, 0].cpu() - threshold, s[:, 0, 0].cpu()


def states(model: str) -> dict[str, Tensor]:
    """Return the states of a neuron after each step by the names of `State`, [T] each.

    A state is here what each neuron has, but for its spikes; of several compartments, that of the
    first. {} for a model that looks at all steps at once.
    """
    neuron = neurons.get(model)
    if neuron.step is None:
        return {}
    backend = "serial" if neuron.sequence else "eager"
    layer = cases.layer(model, backend, SHAPE, stateful=True)
    values: dict[str, list[Tensor]] = defaultdict(list)
    with torch.no_grad():
        for x in stimulus():
            values["spike"].append(layer(x[None]).flatten()[0])
            for name, value in layer.state._asdict().items():
                if value.shape[:2] == (SHAPE.N, SHAPE.C):
                    values[name].append(value[0, 0].flatten()[0])
    traces = {name: torch.stack(taken).cpu() for name, taken in values.items()}
    fired = traces.pop("spike")
    return {name: trace for name, trace in traces.items() if not torch.equal(trace, fired)}


def describe(model: str) -> dict[str, Any]:
    """Return the pictures of a model: the input, the potential with its spikes, several states."""
    u, s = trace(model)
    # Half a spike counts: some models mix those of several neurons.
    fired = (s >= 0.5).nonzero()[:, 0].tolist()
    steps = range(SHAPE.T)
    current = stimulus()[:, 0, 0].tolist()
    potential = pictures.lines(
        "potential minus threshold; a tick at the bottom is a spike",
        steps,
        {"potential minus threshold": u.tolist(), "threshold": [0.0] * SHAPE.T},
        x_label="step",
        events={"spike": fired},
    )
    given = pictures.lines("input current", steps, {"input": current}, x_label="step")
    drawn = [given, potential]
    if len(values := {name: trace.tolist() for name, trace in states(model).items()}) > 1:
        drawn.append(pictures.lines("states after each step", steps, values, x_label="step"))
    return {"fired": len(fired), "pictures": drawn}


def keep(file: Path, models: Sequence[str]) -> list[Record]:
    """Return the records of these models; add to the store those that it lacks."""

    def dynamics(model: str) -> Record:
        code = content.digest(content.reached(["suites.dynamics", f"neurons.models.{model}"]))
        origin = Origin(code, cases.device().type)
        return records.obtain(file, "dynamics", model, origin, partial(describe, model))

    return [dynamics(model) for model in models]


def main(arguments: Sequence[str] | None = None) -> None:
    """Keep the records and print how often each model fires."""
    parser = argparse.ArgumentParser(prog="python -m suites.dynamics", description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: all")
    parser.add_argument(
        "--store", type=Path, default=records.STORE, metavar="FILE", help="default: %(default)s"
    )
    options = parser.parse_args(arguments)
    names = options.models or cases.models()
    if unknown := set(names) - set(cases.models()):
        parser.error(f"{', '.join(sorted(unknown))}: no such model; {', '.join(cases.models())}")
    for record in keep(options.store, names):
        print(f"{record.name}: fires in {record.content['fired']} of {SHAPE.T} steps")


if __name__ == "__main__":
    process.prepare()
    main()
