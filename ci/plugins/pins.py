"""Show this repository's pins to pip wherever asv calls it.

asv installs the requirements of its environments one by one and hands pip nothing but the process
environment.  So this plugin, which `asv.conf.json` names under `plugins`, puts the constraints
there: a plain `asv run` gets the same versions as `make bench`.  A PIP_CONSTRAINT of the user wins.
"""

import os
from pathlib import Path


def setup() -> None:
    """Called by asv at the start of every command."""
    constraints = Path(__file__).resolve().parents[2] / "constraints.txt"
    # pip splits the variable at blanks, and a URI has none.
    os.environ.setdefault("PIP_CONSTRAINT", constraints.as_uri())
