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
        fvcore = "fvcore: a MAC is a FLOP, GroupNorm 5 per element; 19 steps of a 64 x 64 frame"
        for quantity, column, ours, unit, method in (
            ("parameters", "params_M", parameters / 1e6, "M", "all that train"),
            ("FLOPs", "FLOPs_G", STEPS * flops / 1e9, "GFLOP", fvcore),
        ):
            printed, case = table.printed(row, column), f"{row['method']}: {quantity}"
            yield Claim("STC Table 7", case, printed, ours, unit, method)
    table = Table("stc_table11.csv")
    for row in table.rows:
        parameters, _ = facts(**OPERATIONS[row["operation"]])
        printed = table.printed(row, "params_M")
        case = f"{row['model']}, {row['operation']}: parameters"
        method = "a GroupNorm per convolution, a weight and a bias per self-connection"
        yield Claim("STC Table 11", case, printed, parameters / 1e6, "M", method)


@cache
def facts(**circuits: str) -> tuple[int, int]:
    """Return the number of parameters and the FLOPs of one step, those of circuits included."""
    normed = circuits and circuits.get("circuit") != "self"  # which has no convolution to normalise
    options: dict[str, Any] = {"norm": True, **circuits} if normed else dict(circuits)
    net = predictor("stclif" if circuits else "lif", backend="eager", **options)
    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=_FLOPS) as counter:
        net(torch.randn(1, 1, 1, 64, 64))
    flops = counter.get_total_flops() // 2  # torch counts two per MAC
    return sum(p.numel() for p in net.parameters()), flops


def _norm_flops(x: Sequence[int], *_: object, **__: object) -> int:
    return 2 * NORM * prod(x)


_FLOPS = {torch.ops.aten.native_group_norm: _norm_flops}
