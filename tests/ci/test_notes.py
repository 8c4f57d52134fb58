"""The notes of a release: the section of the changelog for the version that the tag names."""

import pytest

from ci import release

CHANGELOG = """# Changelog

## [Unreleased]

* Tomorrow.

## [1.2.0] - 2026-11-26

### Added

* A model ([models](docs/models.md), [paper](https://example.org/1)).

## [1.1.0] - 2026-10-01
"""
NOTES = "### Added\n\n* A model ([models]({}docs/models.md), [paper](https://example.org/1)).\n"


@pytest.fixture
def project(tmp_path, monkeypatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    monkeypatch.setattr(release, "ROOT", tmp_path)


@pytest.mark.parametrize("prefix", ["", "https://example.org/blob/v1.2.0/"])
def test_the_section_of_the_version_is_printed_with_links_that_work_elsewhere(
    project, capsys, prefix
):
    release.main(["v1.2.0", "--files", prefix])
    assert capsys.readouterr().out == NOTES.format(prefix)


@pytest.mark.parametrize("tag", ["v1.1.0", "1.2.0", "v1.2.0rc1"])
def test_a_tag_of_another_version_is_refused(project, capsys, tag):
    with pytest.raises(SystemExit, match="2"):
        release.main([tag])
    assert f"tag {tag!r}, but pyproject.toml has version 1.2.0" in capsys.readouterr().err


def test_a_version_without_notes_is_refused(project, capsys):
    (release.ROOT / "CHANGELOG.md").write_text(CHANGELOG.replace("[1.2.0]", "[1.2.1]"))
    with pytest.raises(SystemExit, match="2"):
        release.main(["v1.2.0"])
    assert "no text under '## [1.2.0]'" in capsys.readouterr().err


@pytest.mark.parametrize("version", ["1.1.0", "1.0.0", "1x2.0"])
def test_no_text_is_found_where_there_is_none(version):
    assert release.section(CHANGELOG, version) == ""
