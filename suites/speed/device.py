"""What the GPU and torch are set to while they are measured."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import torch

from suites import clock

# Our names -> the fields of `nvidia-smi --query-gpu`; MHz, W and a bit mask.
FIELDS = {
    "clock": "clocks.sm",
    "power_limit": "power.limit",
    "throttle_reasons": "clocks_throttle_reasons.active",
}
# Bits of the mantissa of a factor in a float32 matrix product: float32, TF32 and bfloat16.
MANTISSA = {"highest": 23, "high": 10, "medium": 7}


def work(run: Callable[[], object], seconds: float = 1.0) -> None:
    """Call `run` for about `seconds`, so that the clock of the GPU rises."""
    end = clock.now() + seconds
    while clock.now() < end:
        run()


def settings() -> dict[str, float]:
    """Return the settings of the first GPU by the names of `FIELDS`.

    Raise NotImplementedError where nvidia-smi is missing or does not know one of them.
    """
    if shutil.which("nvidia-smi") is None:
        raise NotImplementedError("there is no nvidia-smi here")
    options = [f"--query-gpu={','.join(FIELDS.values())}", "--format=csv,noheader,nounits"]
    answer = subprocess.run(["nvidia-smi", *options], capture_output=True, text=True).stdout
    first = answer.partition("\n")[0]
    try:
        return dict(zip(FIELDS, map(_number, first.split(",")), strict=True))
    except ValueError:
        raise NotImplementedError(f"nvidia-smi answers {first!r}, not three numbers") from None


def _number(text: str) -> float:
    return float(int(text, 16)) if "0x" in text else float(text)


def mantissa_bits() -> float:
    """Return the mantissa bits of float32 matrix products, by torch's global setting."""
    return float(MANTISSA[torch.get_float32_matmul_precision()])
