"""Print what the machine code of generated kernels shows, without a GPU.

    python -m suites.kernels lif dsn --arch sm_80
    python -m suites.kernels --json --keep code

A row per model and pass: registers and spilled bytes of a thread, shared memory of a block,
instructions per time step, loads in flight, the longest chain of dependent instructions per step,
kernels that a call starts, bytes per element of the input, and steps that a call takes in turn.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import neurons
from suites import process
from suites.energy import text
from suites.kernels import compile, counters

HEADS = {
    "registers": "regs",
    "spilled_bytes": "spill B",
    "shared_bytes": "shared B",
    "instructions_per_step": "instr/step",
    "loads_in_flight": "loads",
    "bytes_per_element": "B/elem",
    "serial_steps": "serial",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        neurons.one_of("no architecture", options.arch, compile.ARCHS)
        for name in options.models:
            neurons.get(name)
        if reason := compile.refusal():
            raise ValueError(reason)
        rows = [*_rows(options)]
    except (ValueError, NotImplementedError, OSError) as error:
        print(f"kernels: {error}", file=sys.stderr)
        return 2
    print(json.dumps(rows, indent=1) if options.json else _text(rows, options.arch))
    return 0


def _text(rows: Sequence[dict[str, Any]], arch: str) -> str:
    """Return a table of the counters for one architecture."""
    kept = [{HEADS.get(k, k): v for k, v in row.items() if k != "arch"} for row in rows]
    return f"{arch}, float32, {compile.SHAPE}\n\n{text.table(kept)}"


def _rows(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield the counters of each pass, of all models that have kernels if none is named."""
    from tqdm import tqdm  # not installed where asv imports this module

    for model in tqdm(options.models or neurons.names(), unit="model", leave=False, disable=None):
        try:
            for found, kernel in counters.read(options.arch, model):
                if options.keep:
                    _keep(Path(options.keep, f"{model}.{found.run}.{options.arch}"), kernel)
                yield found.row()
        except NotImplementedError as reason:
            if options.models:
                raise NotImplementedError(f"{model}: {reason}") from None


def _keep(path: Path, kernel: compile.Kernel) -> None:
    """Write the machine code of a kernel, as a file for the GPU and as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.cubin").write_bytes(kernel.cubin)
    path.with_name(f"{path.name}.sass").write_text(kernel.sass, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m suites.kernels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("models", nargs="*", metavar="MODEL", help="default: all models with kernels")
    archs = f"of {', '.join(compile.ARCHS)}; default: {compile.NEWEST}"
    add("--arch", default=compile.NEWEST, metavar="ARCH", help=archs)
    add("--json", action="store_true", help="print a list of objects, one a model and pass")
    add("--keep", metavar="DIR", help="write MODEL.PASS.ARCH.cubin and .sass to this folder")
    return parser


if __name__ == "__main__":
    process.prepare()
    sys.exit(main())
