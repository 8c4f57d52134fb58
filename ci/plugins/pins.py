"""Give pip this repository's options wherever asv calls it.

asv installs the requirements of its environments one by one, and all that reaches pip is the
process environment. So this plugin puts the constraints there: a plain `asv run` gets the same
versions as `make bench`. Byte code is compiled at the first import, not for all of torch: that
takes a third off the installation. What the user has set in the environment is kept.
"""

import os
from pathlib import Path


def setup() -> None:
    """Set pip's variables; asv calls this at the start of every command."""
    constraints = Path(__file__).resolve().parents[2] / "constraints.txt"
    # pip splits the variable at blanks, and a URI has none.
    os.environ.setdefault("PIP_CONSTRAINT", constraints.as_uri())
    os.environ.setdefault("PIP_COMPILE", "0")
