"""What a release says of itself agrees: pyproject.toml, CITATION.cff and CHANGELOG.md."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}  # of Keep a Changelog


def cited(key: str) -> str:
    """Return the value of a key of CITATION.cff that stands on the key's line."""
    return re.search(rf"^{key}: (.+)$", CITATION, re.MULTILINE)[1]


def items(key: str) -> list[str]:
    """Return the list under a key of CITATION.cff."""
    text = re.search(rf"^{key}:\n((?:  - .+\n?)+)", CITATION, re.MULTILINE)[1]
    return re.findall(r"^  - (.+)$", text, re.MULTILINE)


def test_the_version_is_the_same_everywhere():
    newest = re.search(r"^## \[(\d[^]]*)\] - \d{4}-\d{2}-\d{2}$", CHANGELOG, re.MULTILINE)
    assert newest
    assert PROJECT["version"] == cited("version") == newest[1]


def test_the_citation_names_what_the_package_names():
    assert (cited("cff-version"), cited("type")) == ("1.2.0", "software")
    assert cited("title") == PROJECT["name"]
    assert cited("license") == PROJECT["license"]
    assert items("keywords") == PROJECT["keywords"]
    assert items("authors") == [f"name: {author['name']}" for author in PROJECT["authors"]]


def test_the_changelog_has_the_form_it_names():
    assert re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)[0] == "Unreleased"
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= KINDS
