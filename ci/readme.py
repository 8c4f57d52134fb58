"""`make readme`: renew what the README copies from the code, the table of models."""

import re
from pathlib import Path

from neurons.__main__ import table

README = Path(__file__).parents[1] / "README.md"
COPY = re.compile(r"(?<=<!-- models -->\n\n).*?(?=<!-- /models -->)", re.DOTALL)


def renewed(text: str) -> str:
    """The README with today's table."""
    return COPY.sub(lambda _: table() + "\n\n", text)


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
