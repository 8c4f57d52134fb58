"""Print what CHANGELOG.md says of the version that a tag names: `python -m ci.release v0.1.0`.

The exit status is 2 if the tag does not name the version of pyproject.toml, or if CHANGELOG.md says
nothing of it.
"""

import argparse
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def section(changelog: str, version: str) -> str:
    """Return what stands under the heading of a version, nothing if there is no such heading."""
    heading = rf"^## \[{re.escape(version)}\].*\n"
    match = re.search(rf"{heading}((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    return match[1].strip() if match else ""


def absolute(text: str, prefix: str) -> str:
    """Return the text with this prefix before every link to a file of the repository."""
    return re.sub(r"\]\((?!https?://|#)", f"]({prefix}", text)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ci.release", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("tag", help="v and the version")
    parser.add_argument("--files", default="", metavar="URL", help="goes before links to files")
    options = parser.parse_args(arguments)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if options.tag != f"v{project['version']}":
        parser.error(
            f"tag {options.tag!r}, but pyproject.toml has version {project['version']}; "
            "change one of them"
        )
    text = section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), project["version"])
    if not text:
        parser.error(f"CHANGELOG.md has no text under '## [{project['version']}]'; write it")
    print(absolute(text, options.files))


if __name__ == "__main__":
    main()
