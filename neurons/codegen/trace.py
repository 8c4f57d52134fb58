"""Tracing: from a model's `step` to its program.

`step` and its vector-Jacobian product are traced once, for two samples of two channels: four
neurons. The operations that the first neuron needs are the program. If it needed a number of one
of the other three, the neurons would not be independent; that is an error.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.fx import Graph
from torch.fx.experimental.proxy_tensor import make_fx

from neurons.codegen.aten import TableTerm, read
from neurons.codegen.fields import Field, param_fields, state_fields
from neurons.codegen.operations import Input, UnsupportedStepError
from neurons.codegen.program import Program, TableGradient
from neurons.codegen.sums import with_sums
from neurons.codegen.tape import Tape
from neurons.contract import Neuron
from neurons.fire import Fire, Surrogate

SIZE = 2  # samples, and channels, of the trace
SPIKES = (Surrogate.spike, Surrogate.strictly, Surrogate.__call__)
X = Field("x", Input.X, 0, 1, learns=True)


class Graphs(NamedTuple):
    """The traced graphs of a step and of its vector-Jacobian product."""

    step: Graph  # (x, *state, *params) -> (s, *next state)
    # ([grad_s, *grad_next_state], x, *state, *params) -> the gradients of all that learn
    gradient: Graph


def trace(neuron: Neuron, p: Any, fire: Fire, channels: int) -> Program:
    """Return the program of a model with `channels` channels.

    Raise UnsupportedStepError with the reason if it has no program.
    """
    if neuron.step is None:
        raise UnsupportedStepError("it has no step")
    if type(fire) is not Fire or fire.spike not in SPIKES:
        raise UnsupportedStepError("its fire replaces the surrogate's spikes")
    params = param_fields(neuron, p, channels)
    tensors = {f.name: _for_trace(getattr(p, f.name), f) for f in params}
    p, x = p._replace(**tensors), torch.full((SIZE, SIZE), 0.3, dtype=torch.float64)
    states = state_fields(neuron, x, p)
    state = [v + 0 for v in neuron.initial(x, p)]  # tensors that share no memory
    inputs = [x, *state, *tensors.values()]
    try:
        graphs = _graphs(neuron, p, fire, [X, *states, *params], inputs)
    except UnsupportedStepError:
        raise
    except (RuntimeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UnsupportedStepError(f"its step joins channels ({reason})") from None
    first_state = _first_state(neuron, p, states, params, inputs)
    return replace(_program(graphs, states, params, inputs), first_state=first_state)


def _for_trace(v: Tensor, field: Field) -> Tensor:
    """Return a parameter with as many channels as the trace has."""
    v = v.detach().double().clone()
    if not field.per_neuron or v.ndim == field.lead:
        return v
    return torch.cat([v.narrow(field.lead, 0, 1)] * SIZE, field.lead)


def _graphs(
    neuron: Neuron, p: Any, fire: Fire, fields: list[Field], inputs: list[Tensor]
) -> Graphs:
    """Trace a step, and the gradients of the inputs whose field learns."""
    outputs_end = 1 + len(neuron.State._fields)  # of x and the states among the fields
    names = [f.name for f in fields[outputs_end:]]

    def step(*inputs: Tensor) -> list[Tensor]:
        x, *state = inputs[:outputs_end]
        params = p._replace(**dict(zip(names, inputs[outputs_end:], strict=True)))
        s, next_state = neuron.step(x, neuron.State(*state), params, fire)  # type: ignore[misc]
        for before, after in zip((x, *state), (s, *next_state), strict=True):
            if before.shape != after.shape:
                shapes = f"{[*before.shape]} to {[*after.shape]}"
                raise UnsupportedStepError(f"its step changes a shape from {shapes}")
        return [s, *next_state]

    def gradient(upstream: list[Tensor], *inputs: Tensor) -> list[Tensor | None]:
        leaves = [v.detach().requires_grad_(f.learns) for v, f in zip(inputs, fields, strict=True)]
        with torch.enable_grad():
            outputs = step(*leaves)
        for output, f in zip(outputs, fields, strict=False):
            if output.requires_grad and not f.per_neuron:
                raise UnsupportedStepError("its gradient flows through a state of all neurons")
        pairs = [(o, g) for o, g in zip(outputs, upstream, strict=True) if o.requires_grad]
        sources, starts = zip(*pairs, strict=True)
        learned = [v for v in leaves if v.requires_grad]
        return list(torch.autograd.grad(sources, learned, starts, allow_unused=True))

    with torch.no_grad():
        upstream = [torch.ones_like(v) for v in inputs[:outputs_end]]
        return Graphs(make_fx(step)(*inputs).graph, make_fx(gradient)(upstream, *inputs).graph)


def _first_state(
    neuron: Neuron, p: Any, states: list[Field], params: list[Field], inputs: list[Tensor]
) -> list[float] | None:
    """Return the constants that fill the rows of both states before the first step.

    Return None if there is one that is no constant.
    """

    def initial(x: Tensor, *tensors: Tensor) -> list[Tensor]:
        named = zip((f.name for f in params), tensors, strict=True)
        return list(neuron.initial(x, p._replace(**dict(named))))

    x, tensors, tape = inputs[0], inputs[1 + len(states) :], Tape()
    try:
        graph = make_fx(initial)(x, *tensors).graph
        nodes = [_input_nodes(tape, f, v) for f, v in zip([X, *params], [x, *tensors], strict=True)]
        outputs = dict(zip(states, read(tape, graph, nodes), strict=True))
    except (RuntimeError, ValueError):
        return None
    kinds = (Input.STATE, Input.SHARED_STATE)
    ordered = (f for kind in kinds for f in states if f.kind is kind)
    rows = [{*map(tape.value, row)} for f in ordered for row in f.to_rows(outputs[f]).tolist()]
    constants = [value for row in rows if len(row) == 1 for value in row if value is not None]
    return constants if len(constants) == len(rows) else None


def _program(
    graphs: Graphs, states: list[Field], params: list[Field], inputs: list[Tensor]
) -> Program:
    """Return the program that the first neuron's outputs in the graphs make."""
    tape, fields = Tape(), [X, *states, *params]
    nodes = [_input_nodes(tape, f, v) for f, v in zip(fields, inputs, strict=True)]
    upstream = [_upstream_nodes(tape, f, v) for f, v in zip([X, *states], inputs, strict=False)]
    next_states = dict(zip([X, *states], read(tape, graphs.step, nodes), strict=True))
    gradients = read(tape, graphs.gradient, [*upstream, *nodes])
    grads = dict(zip([f for f in fields if f.learns], gradients, strict=True))

    def rows(kind: Input, outputs: dict[Field, Any]) -> list[int]:
        """Return the first neuron's nodes of a kind; an absent gradient is the constant 0."""
        return [
            node
            for f in fields
            if f.kind is kind
            for node in _rows_of_first(outputs.get(f), f) or [tape.constant(0)] * f.rows
        ]

    program = Program(
        tape.instructions,
        states,
        [f._replace(learns=grads.get(f) is not None) for f in params],
        spike=rows(Input.X, next_states)[0],
        next_state=rows(Input.STATE, next_states),
        next_shared_state=rows(Input.SHARED_STATE, next_states),
        grad_x=rows(Input.X, grads)[0],
        grad_state=rows(Input.STATE, grads),
        grad_neuron_params=rows(Input.NEURON_PARAM, grads),
        grad_common_params=rows(Input.COMMON_PARAM, grads),
        table_gradients=[
            _table_gradient(term, f)
            for f, term in grads.items()
            if f.kind is Input.TABLE and term is not None
        ],
    )
    _check_independent(tape, program)
    return with_sums(program)


def _input_nodes(tape: Tape, field: Field, like: Tensor) -> Tensor:
    """Return the nodes of an input, a tensor in its shape."""
    positions = field.to_rows(torch.arange(like.numel()).view(like.shape))
    nodes = torch.empty(like.numel(), dtype=torch.long)
    for i, row in enumerate(positions.tolist()):
        for neuron, position in enumerate(row):
            row_of_kind = field.start + (0 if field.kind is Input.TABLE else i)
            nodes[position] = tape.node(field.kind, row=row_of_kind, neuron=neuron)
    return nodes.view(like.shape)


def _upstream_nodes(tape: Tape, field: Field, like: Tensor) -> Tensor:
    """Return the nodes of an upstream gradient: an input for the first neuron, 0 for all others."""
    nodes = torch.full((like.numel(),), tape.constant(0))
    if field.per_neuron:
        kind = Input.SPIKE_GRADIENT if field is X else Input.STATE_GRADIENT
        first = field.to_rows(torch.arange(like.numel()).view(like.shape))[:, 0]
        for i, position in enumerate(first.tolist()):
            nodes[position] = tape.node(kind, row=field.start + i)
    return nodes.view(like.shape)


def _rows_of_first(nodes: Tensor | None, field: Field) -> list[int]:
    """Return the first neuron's nodes of an output, one per row; none of an absent output."""
    return [] if nodes is None else field.to_rows(nodes)[:, 0].tolist()


def _table_gradient(term: TableTerm, field: Field) -> TableGradient:
    """Return the first neuron's term of a table's gradient."""
    value = field._replace(rows=1).to_rows(term.values)[0, 0]
    return TableGradient(field.start, term.row, int(value))


def _check_independent(tape: Tape, program: Program) -> None:
    """Raise UnsupportedStepError if the first neuron computes with a number of another."""
    foreign: set[int] = set()
    outputs = [*program.forward, *program.backward, *program.grad_params]
    for node in program.needed(outputs):
        instruction, origin = program.instructions[node], tape.origins[node]
        if instruction.operation is Input.TABLE:
            raise UnsupportedStepError(f"its step uses {origin} on a table, not aten.index_select")
        if instruction.neuron:
            foreign.add(node)
        if foreign.intersection(instruction.arguments):
            raise UnsupportedStepError(f"its step uses {origin}, which couples neurons")
    if foreign:
        raise UnsupportedStepError("its step copies a number of another neuron")
