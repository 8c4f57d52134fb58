"""Tracing: from a neuron's `step` to its program.

`step` and its vector-Jacobian product are traced once, with two samples of two channels side by
side; the operations of the first of the four neurons are the program. That nothing of the other
three is among them is what makes the neurons of a layer independent, and is checked.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import Tensor
from torch.fx import Graph
from torch.fx.experimental.proxy_tensor import make_fx

from neurons.codegen.aten import Scattered, read
from neurons.codegen.program import Field, Program, Scatter
from neurons.codegen.tape import Tape, UngeneratableError
from neurons.contract import Neuron
from neurons.fire import Fire, Surrogate

SIDE = 2  # samples, and channels, of the trace
SPIKES = (Surrogate.spike, Surrogate.strictly, Surrogate.__call__)
X = Field("x", "x", 0, 1, learns=True)


def trace(neuron: Neuron, p: Any, fire: Fire, channels: int) -> Program:
    """The program of a neuron; its parameters per channel have `channels` of them.

    Raises UngeneratableError with the operation that stands in the way.
    """
    if neuron.step is None:
        raise UngeneratableError("a whole sequence: it has no step")
    if type(fire) is not Fire or fire.spike not in SPIKES:
        raise UngeneratableError("spikes that are not the surrogate's")
    params = _param_fields(neuron, p, channels)
    narrow = {f.name: _side_by_side(getattr(p, f.name), f) for f in params}
    p, x = p._replace(**narrow), torch.full((SIDE, SIDE), 0.3, dtype=torch.float64)
    states = _state_fields(neuron, x, p)
    state = [v + 0 for v in neuron.initial(x, p)]  # a value of its own for each
    held = [x, *state, *narrow.values()]
    try:
        graphs = _graphs(neuron, p, fire, [X, *states, *params], held)
    except UngeneratableError:
        raise
    except (RuntimeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UngeneratableError(f"a step that joins channels ({reason})") from None
    return _program(graphs, states, params, held)


def _param_fields(neuron: Neuron, p: Any, channels: int) -> list[Field]:
    """The tensors among the parameters. Where a model asks for its shape, they are per channel."""
    fields, used = [], Counter[str]()
    for name, v in p._asdict().items():
        if not isinstance(v, Tensor):
            continue
        if name in neuron.tables:
            kind, rows, lead, trail = "table", len(v), 1, 0
        elif "shape" in neuron.needs and v.ndim:
            if len(v) != channels:
                raise UngeneratableError(f"{name} {[*v.shape]}, which is not one per channel")
            kind, rows, lead, trail = "own", v[0].numel(), 0, v.ndim - 1
        else:
            kind, rows, lead, trail = "common", v.numel(), 0, v.ndim
        fields.append(Field(name, kind, used[kind], rows, lead, trail, v.requires_grad))
        used[kind] += rows
    return fields


def _state_fields(neuron: Neuron, x: Tensor, p: Any) -> list[Field]:
    """Where the neurons' axes are in a state is seen by giving it another sample."""
    once, twice = neuron.initial(x, p), neuron.initial(torch.cat([x, x[:1]]), p)
    fields, used = [], Counter[str]()
    for name, v, w in zip(neuron.State._fields, once, twice, strict=True):
        grown = [axis for axis, (a, b) in enumerate(zip(v.shape, w.shape, strict=True)) if a != b]
        kind = "state" if grown else "shared"
        lead, trail = (grown[0], v.ndim - x.ndim - grown[0]) if grown else (0, v.ndim)
        rows = v.numel() // (x.numel() if grown else 1)
        fields.append(Field(name, kind, used[kind], rows, lead, trail, bool(grown)))
        used[kind] += rows
    return fields


def _side_by_side(v: Tensor, field: Field) -> Tensor:
    """A parameter's values for the channels of the trace."""
    v = v.detach().double().clone()
    if field.alike or v.ndim == field.lead:
        return v
    return torch.cat([v.narrow(field.lead, 0, 1)] * SIDE, field.lead)


def _graphs(
    neuron: Neuron, p: Any, fire: Fire, fields: list[Field], held: list[Tensor]
) -> tuple[Graph, Graph]:
    """The step and its vector-Jacobian product, of x, the states and the parameters in `held`."""
    ends = 1 + len(neuron.State._fields)
    wanted = [i for i, f in enumerate(fields) if f.learns]

    def step(x: Tensor, *held: Tensor) -> list[Tensor]:
        own = {f.name: v for f, v in zip(fields[ends:], held[ends - 1 :], strict=True)}
        before = neuron.State(*held[: ends - 1])
        s, after = neuron.step(x, before, p._replace(**own), fire)  # type: ignore[misc]
        for was, now in zip((x, *before), (s, *after), strict=True):
            if was.shape != now.shape:
                raise UngeneratableError(f"a shape that grows: {[*was.shape]} to {[*now.shape]}")
        return [s, *after]

    def gradient(upstream: list[Tensor], *held: Tensor) -> list[Tensor | None]:
        inputs = [v.detach().requires_grad_(f.learns) for v, f in zip(held, fields, strict=True)]
        with torch.enable_grad():
            outputs = step(*inputs)
        if any(o.requires_grad and f.alike for o, f in zip(outputs, fields, strict=False)):
            raise UngeneratableError("a gradient through a state that all neurons share")
        pairs = [(o, g) for o, g in zip(outputs, upstream, strict=True) if o.requires_grad]
        sources, starts = zip(*pairs, strict=True)
        leaves = [inputs[i] for i in wanted]
        return list(torch.autograd.grad(sources, leaves, starts, allow_unused=True))

    with torch.no_grad():
        upstream = [torch.ones_like(v) for v in held[:ends]]
        return make_fx(step)(*held).graph, make_fx(gradient)(upstream, *held).graph


def _program(
    graphs: tuple[Graph, Graph], states: list[Field], params: list[Field], held: list[Tensor]
) -> Program:
    tape, fields = Tape(), [X, *states, *params]
    ends = [f._replace(kind=kind) for f, kind in zip([X, *states], _upstream(states), strict=True)]
    nodes = [_inputs(tape, f, v) for f, v in zip(fields, held, strict=True)]
    upstream = [_first_alone(_inputs(tape, f, v), f) for f, v in zip(ends, held, strict=False)]
    outputs = read(tape, graphs[0], nodes)
    wanted = [f for f in fields if f.learns]
    grads = dict(zip(wanted, read(tape, graphs[1], [*upstream, *nodes]), strict=True))
    params = [f._replace(learns=grads.get(f) is not None) for f in params]

    def gathered(kind: str, of: list[Field], found: dict[Field, Any]) -> list[int]:
        return [node for f in of if f.kind == kind for node in _first(found.get(f), f)]

    after = dict(zip([X, *states], outputs, strict=True))
    made = Program(
        tape.ops,
        states,
        params,
        spike=_first(outputs[0], X)[0],
        after=gathered("state", states, after),
        after_shared=gathered("shared", states, after),
        grad_x=_first(grads[X], X)[0],
        grad_state=gathered("state", states, grads),
        grad_own=gathered("own", params, grads),
        grad_common=gathered("common", params, grads),
        scatters=[_scatter(v, f) for f, v in grads.items() if f.kind == "table" and v is not None],
    )
    _check_independent(tape, made)
    return made.summed()


def _upstream(states: list[Field]) -> list[str]:
    return ["grad_s", *("grad_state" if f.kind == "state" else "shared" for f in states)]


def _inputs(tape: Tape, field: Field, like: Tensor) -> Tensor:
    """The nodes of an input, in its shape; the value of a neighbour's is (row, which)."""
    place = field.flat(torch.arange(like.numel()).view(like.shape))
    nodes = torch.empty(like.numel(), dtype=torch.long)
    for row, lanes in enumerate(place.tolist()):
        for lane, at in enumerate(lanes):
            value = field.start + (0 if field.kind == "table" else row)
            nodes[at] = tape.node(field.kind, value=(value, lane) if lane else value)
    return nodes.view(like.shape)


def _first_alone(nodes: Tensor, field: Field) -> Tensor:
    """An upstream gradient that only the first neuron has: it is 0 for the others."""
    alone = torch.zeros_like(nodes).flatten()
    if not field.alike:
        first = field.flat(torch.arange(nodes.numel()).view(nodes.shape))[:, 0]
        alone[first] = nodes.flatten()[first]
    return alone.view(nodes.shape)


def _first(nodes: Tensor | None, field: Field) -> list[int]:
    """The first neuron's nodes of an output; what is not there is 0."""
    return [0] * field.rows if nodes is None else field.flat(nodes)[:, 0].tolist()


def _scatter(found: Scattered, field: Field) -> Scatter:
    one = field._replace(rows=1).flat(found.values)
    return Scatter(field.start, found.at, int(one[0, 0]))


def _check_independent(tape: Tape, made: Program) -> None:
    """Raise where the first neuron computes with what belongs to another."""
    foreign: set[int] = set()
    roots = [made.spike, *made.after, *made.after_shared, *made.backward, *made.finish]
    for node in made.needed(roots):
        name, args, value = made.ops[node]
        if name == "table":
            raise UngeneratableError(f"{tape.origin[node]} of a table, which is only looked up")
        if isinstance(value, tuple):
            foreign.add(node)
        if foreign.intersection(args):
            raise UngeneratableError(f"{tape.origin[node]}, which couples neurons")
    if foreign:
        raise UngeneratableError("taking what is another neuron's")
