"""The energy of your own network, layer by layer and under every convention.

    python -m suites.energy mynet:build --input 16,3,32,32 --T 4
    python -m suites.energy lif dsn --epochs 2 --technology loihi

MODEL is `module:factory`, a callable without arguments that returns an nn.Module, alone or with its
input; or the name of one of our neurons, for a small network around it that reads digits.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suites.energy import target, technology
from suites.energy.summary import NANO, Account, of

if TYPE_CHECKING:
    import pandas as pd


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        chip = technology.find(options.technology)
        accounts = [*_accounts(options, chip)]
        said = json.dumps({"technology": asdict(chip), "models": [a.data() for a in accounts]})
        if options.json and options.json != "-":
            Path(options.json).write_text(said + "\n", encoding="utf-8")
        if options.html:
            Path(options.html).write_text(page(accounts, chip), encoding="utf-8")
    except (ValueError, OSError) as why:
        print(f"energy: {why}", file=sys.stderr)
        return 2
    print(said if options.json == "-" else "\n\n".join([*map(text, accounts), side(accounts)]))
    return 0


def _accounts(options: argparse.Namespace, chip: technology.Technology) -> Iterator[Account]:
    from tqdm import tqdm  # as pandas: asv imports this file where it may be missing

    for name in tqdm(options.models, unit="model", leave=False, disable=None):
        yield of(target.load(name, _request(options)), chip)


def _request(options: argparse.Namespace) -> target.Request:
    if options.T is not None and options.T < 1:
        raise ValueError(f"--T {options.T} is not allowed; it must be 1 or more")
    if options.spikes is not None and not 0 <= options.spikes <= 1:
        raise ValueError(f"--spikes {options.spikes} is not allowed; it is a rate from 0 to 1")
    if options.epochs < 0:
        raise ValueError(f"--epochs {options.epochs} is not allowed; it must be 0 or more")
    shape = options.input and target.shape(options.input)
    return target.Request(shape, options.T, options.spikes, options.epochs)


def text(account: Account) -> str:
    """The ledger, the conventions and what stands beside them."""
    facts = account.ledger
    head = f"{account.name}: T={facts.T}, batch {facts.batch}, rate {facts.rate:.4g}"
    parts = [head, table(account.layers()), table(account.energies()), table(account.others())]
    missing = [f"{name}: {', '.join(what)}" for name, what in account.unsupported().items()]
    return "\n\n".join([*parts, "\n  ".join(["Not counted by", *(missing or ["none"])])])


def side(accounts: Sequence[Account]) -> str:
    """Several models side by side; empty for one."""
    return table(models(accounts)) if len(accounts) > 1 else ""


def models(accounts: Sequence[Account]) -> pd.DataFrame:
    """A row per model, a column per convention [nJ/sample]."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {"model": a.name, "rate": a.ledger.rate}
        | {f"{name} [nJ]": e.total * NANO for name, e in a.estimates.items()}
        for a in accounts
    ]
    return pd.DataFrame(rows)


def table(frame: pd.DataFrame) -> str:
    return frame.to_string(index=False, float_format=digits)


def digits(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def page(accounts: Sequence[Account], chip: technology.Technology) -> str:
    """The same as one self-contained page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    loader = PackageLoader("suites.energy")
    known = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined)
    known.filters["digits"] = digits
    return known.get_template("page.html").render(
        accounts=accounts, chip=chip, models=models(accounts)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m suites.energy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("models", nargs="+", metavar="MODEL")
    add("--input", metavar="SHAPE", help="the input's, batch first: 16,3,32,32; noise in [0, 1)")
    add("--T", type=int, metavar="STEPS", help="time before the batch: the same at every step")
    add("--spikes", type=float, metavar="RATE", help="binary input instead, new at every step")
    add("--epochs", type=int, default=0, help="train a neuron's network so long; default: 0")
    chips = ", ".join(technology.PRESETS)
    add("--technology", default="45nm-fp32", metavar="NAME|FILE.toml", help=f"one of {chips}")
    add("--json", metavar="FILE|-", help="everything as JSON; - is the standard output")
    add("--html", metavar="FILE", help="one self-contained page")
    return parser


if __name__ == "__main__":
    sys.exit(main())
