"""Print the energy of a network, layer by layer and by every convention.

    python -m suites.energy mynet:build --input 16,3,32,32 --T 4
    python -m suites.energy lif dsn --epochs 2 --technology loihi

MODEL is `module:factory`, a callable without arguments that returns an nn.Module, alone or with its
input; or the name of one of our models, for a small network with its neurons that reads digits.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from suites import process
from suites.energy import target, technology, text
from suites.energy.summary import NANO, Rows, Summary, summarize


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        chip = technology.find(options.technology)
        summaries = [*_summaries(options, chip)]
        data = {"technology": asdict(chip), "models": [s.data() for s in summaries]}
        if options.json and options.json != "-":
            Path(options.json).write_text(json.dumps(data) + "\n", encoding="utf-8")
        if options.html:
            Path(options.html).write_text(page(summaries, chip), encoding="utf-8")
    except (ValueError, OSError) as error:
        print(f"energy: {error}", file=sys.stderr)
        return 2
    print(json.dumps(data) if options.json == "-" else shown(summaries))
    return 0


def _summaries(options: argparse.Namespace, chip: technology.Technology) -> Iterator[Summary]:
    from tqdm import tqdm  # not installed where asv imports this module

    request = _request(options)
    for name in tqdm(options.models, unit="model", leave=False, disable=None):
        yield summarize(target.load(name, request), chip)


def _request(options: argparse.Namespace) -> target.Request:
    if options.T is not None and options.T < 1:
        raise ValueError(f"--T {options.T} is not allowed; it must be 1 or more")
    if options.spikes is not None and not 0 <= options.spikes <= 1:
        raise ValueError(f"--spikes {options.spikes} is not allowed; it is a rate from 0 to 1")
    if options.epochs < 0:
        raise ValueError(f"--epochs {options.epochs} is not allowed; it must be 0 or more")
    shape = options.input and target.parse_shape(options.input)
    return target.Request(shape, options.T, options.spikes, options.epochs)


def shown(summaries: Sequence[Summary]) -> str:
    """Return the tables of each network and, for several, one that compares them."""
    parts = [_text(summary) for summary in summaries]
    if len(parts) > 1:
        parts += ["Energy by convention [nJ/sample]", text.table(comparison(summaries))]
    return "\n\n".join(parts)


def _text(summary: Summary) -> str:
    ledger = summary.ledger
    title = f"{summary.name}: T={ledger.T}, batch {ledger.batch}, rate {ledger.rate:.4g}"
    tables = map(text.table, (summary.layers(), summary.energies(), summary.comparisons()))
    lines = [f"{name}: {', '.join(items)}" for name, items in summary.unsupported().items()]
    lines = [text.paragraph(line, "  ") for line in lines or ["none"]]
    return "\n\n".join([text.paragraph(title), *tables, "\n".join(["Not counted by", *lines])])


def comparison(summaries: Sequence[Summary]) -> Rows:
    """Return a row per network with the energy by each convention [nJ/sample]."""
    return [
        {"model": s.name, "rate": s.ledger.rate}
        | {name: e.total * NANO for name, e in s.estimates.items() if name != "rate"}
        | {"rate convention": s.estimates["rate"].total * NANO}
        for s in summaries
    ]


def page(summaries: Sequence[Summary], chip: technology.Technology) -> str:
    """Return the same tables as one HTML page that needs no other file."""
    # not installed where asv imports this module
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    loader = PackageLoader("suites.energy")
    known = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined)
    known.filters["digits"] = text.digits
    return known.get_template("page.html").render(
        summaries=summaries, chip=chip, comparison=comparison(summaries)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m suites.energy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("models", nargs="+", metavar="MODEL")
    shape = "shape of the input, batch first: 16,3,32,32; its values are random in [0, 1)"
    add("--input", metavar="SHAPE", help=shape)
    steps = "add a time axis before the batch, T = STEPS; the input is the same at every step"
    add("--T", type=int, metavar="STEPS", help=steps)
    spikes = "make the input random spikes of this rate, drawn again at every step"
    add("--spikes", type=float, metavar="RATE", help=spikes)
    epochs = "how long to train the network of one of our models; default: 0"
    add("--epochs", type=int, default=0, help=epochs)
    chips = f"prices of operations: {', '.join(technology.PRESETS)} or a file; default: 45nm-fp32"
    add("--technology", default="45nm-fp32", metavar="NAME|FILE.toml", help=chips)
    add("--json", metavar="FILE|-", help="write everything as JSON; - is the standard output")
    add("--html", metavar="FILE", help="write the tables as one HTML page")
    return parser


if __name__ == "__main__":
    process.prepare()  # on one thread a seed trains the same network on every machine
    sys.exit(main())
