"""`make readme`: renew what the documentation copies from the code, the table of models."""

import re
from pathlib import Path

from neurons.__main__ import table

MODELS = Path(__file__).parents[1] / "docs" / "models.md"
TABLE = re.compile(r"(?<=<!-- models -->\n\n).*?(?=<!-- /models -->)", re.DOTALL)


def renewed(text: str) -> str:
    """Return the page with the table of today's models."""
    return TABLE.sub(lambda _: table() + "\n\n", text)


if __name__ == "__main__":
    MODELS.write_text(renewed(MODELS.read_text(encoding="utf-8")), encoding="utf-8")
