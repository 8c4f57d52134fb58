"""The asv site that needs no network: what is rewritten, and the message of a failure."""

import hashlib
import io
import re
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import asv
import pytest
from asv.console import log

from ci.plugins import offline

LIBRARIES = [
    "jquery-3.3.1.min.js",
    "jquery.flot-0.8.3.min.js",
    "jquery.flot-0.8.3.time.min.js",
    "stupidtable.js",
    "jquery.flot-0.8.3.selection.min.js",
    "jquery.flot-0.8.3.categories.min.js",
    "md5.js",
    "jquery.flot.orderBars.js",
    "bootstrap-3.1.0.min.js",
    "bootstrap-3.1.0.min.css",
]


def pack(path: Path, names: list[str]) -> str:
    """An archive like the pinned one, each library holding its own name; returns its sha256."""
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(f"asv-0.5.1/asv/www/vendor/{name}")
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """asv's own page, as the installed asv copies it."""
    page = (Path(asv.__file__).parent / "www" / "index.html").read_text()
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text(page)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory in place of the user's."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(offline, "user_cache_path", lambda *_, **__: folder)
    return folder


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `asv publish` would warn of."""
    lines: list[str] = []
    monkeypatch.setattr(log, "warning", lines.append)
    return lines


def publish(site: Path) -> None:
    offline.Offline.publish(SimpleNamespace(html_dir=str(site)))


def fake_pip(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let `download` call a Python snippet instead of pip; `dest` is the folder pip would fill."""
    head = "import sys; dest = sys.argv[-1].removeprefix('--dest=')\n"
    monkeypatch.setattr(offline, "PIP", (sys.executable, "-c", head + code))


def remote(page: str) -> list[str]:
    """Scripts and stylesheets that a page loads from another host."""
    tags = re.findall(r"<(?:script|link)[^>]*>", page)
    return [tag for tag in tags if re.search(r'(?:src|href)="(?:https?:)?//', tag)]


def test_page_loads_nothing_remote(site, cache, warnings, monkeypatch):
    assert len(remote((site / "index.html").read_text())) == 10
    archive = cache.parent / offline.ARCHIVE
    monkeypatch.setattr(offline, "SHA256", pack(archive, LIBRARIES))
    fake_pip(monkeypatch, f"import shutil; shutil.copy({str(archive)!r}, dest)")
    publish(site)
    page = (site / "index.html").read_text()
    assert not remote(page) and "integrity=" not in page
    local = re.findall(r'"(vendor/[^"]+)"', page)
    assert len(local) == 10
    for name in local:
        assert offline.plain((site / name).read_text()) == offline.plain(Path(name).name)
    assert 'src="asv.js"' in page and not warnings
    assert [path.name for path in cache.iterdir()] == [offline.ARCHIVE]


def test_cache_is_used_before_pip(site, cache, warnings, monkeypatch):
    monkeypatch.setattr(offline, "SHA256", pack(cache / offline.ARCHIVE, LIBRARIES))
    fake_pip(monkeypatch, "sys.exit('pip was called')")
    publish(site)
    assert not warnings and not remote((site / "index.html").read_text())


@pytest.mark.parametrize("where", ["cached", "downloaded"])
def test_wrong_hash_is_one_line(site, cache, warnings, monkeypatch, where):
    if where == "cached":
        (cache / offline.ARCHIVE).write_bytes(b"not the file")
    fake_pip(monkeypatch, f"open(dest + '/{offline.ARCHIVE}', 'w').write('not the file')")
    before = (site / "index.html").read_text()
    publish(site)
    (line,) = warnings
    assert "\n" not in line and f"expected {offline.SHA256}; delete it" in line
    assert (site / "index.html").read_text() == before


def test_unreachable_index_is_one_line_with_the_cure(site, cache, warnings, monkeypatch):
    fake_pip(monkeypatch, "sys.exit('WARNING: retrying\\nERROR: No matching distribution\\n')")
    before = (site / "index.html").read_text()
    publish(site)
    assert warnings == [
        "the pages need a network: pip could not download asv==0.5.1 "
        "(ERROR: No matching distribution); publish once with one to mend this"
    ]
    assert (site / "index.html").read_text() == before and not list(cache.iterdir())


def test_library_missing_from_the_archive_is_named(site, cache, warnings, monkeypatch):
    monkeypatch.setattr(offline, "SHA256", pack(cache / offline.ARCHIVE, LIBRARIES[1:]))
    publish(site)
    assert len(warnings) == 1 and "has no jquery-3.3.1.min.js" in warnings[0]
