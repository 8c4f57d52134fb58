"""STC (Wang & Yu 2024): Tables 7 and 11, Moving MNIST."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import prod
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from suites.claims.claim import Claim, Table
from suites.networks.predictor import predictor

STEPS = 10 + 10 - 1  # frames read, frames predicted; the last is not read again
NORM = 5  # operations per element of a GroupNorm
CIRCUITS: dict[str, dict[str, str]] = {
    "Vanilla LIF": {},
    "STC-LIF w/o TC": {"kept": "spatial"},
    "STC-LIF w/o SC": {"kept": "temporal"},
    "STC-LIF": {"kept": "both"},
}
OPERATIONS: dict[str, dict[str, str]] = {
    "-": {},
    "only self-connection": {"circuit": "self"},
    "group convolution (16)": {"circuit": "group"},
    "global convolution": {"circuit": "global"},
}


def claims() -> Iterator[Claim]:
    table = Table("stc_table7.csv")
    for row in table.rows:
        parameters, flops = facts(**CIRCUITS[row["method"]])
        how = "fvcore: a MAC is a FLOP, GroupNorm 5 per element; 19 steps of a 64 x 64 frame"
        for quantity, column, ours, unit, counting in (
            ("parameters", "params_M", parameters / 1e6, "M", "all that train"),
            ("FLOPs", "FLOPs_G", STEPS * flops / 1e9, "GFLOP", how),
        ):
            figure = table.printed(row, column)
            where = f"{row['method']}: {quantity}"
            yield Claim("STC Table 7", where, figure, ours, unit, counting)
    table = Table("stc_table11.csv")
    for row in table.rows:
        parameters, _ = facts(**OPERATIONS[row["operation"]])
        figure = table.printed(row, "params_M")
        where = f"{row['model']}, {row['operation']}: parameters"
        how = "a GroupNorm per convolution, a weight and a bias per self-connection"
        yield Claim("STC Table 11", where, figure, parameters / 1e6, "M", how)


@cache
def facts(**circuits: str) -> tuple[int, int]:
    """Parameters, and the FLOPs of one step, those within neurons included."""
    own: dict[str, Any] = {"norm": True, **circuits} if circuits else {}
    net = predictor("stclif" if circuits else "lif", backend="eager", **own)
    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=_NORMS) as counter:
        net(torch.randn(1, 1, 1, 64, 64))
    flops = counter.get_total_flops() // 2  # torch counts a MAC as two
    return sum(p.numel() for p in net.parameters()), flops


def _norm(x: Sequence[int], *_: object, **__: object) -> int:
    return 2 * NORM * prod(x)


_NORMS = {torch.ops.aten.native_group_norm: _norm}
