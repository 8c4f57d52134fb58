"""Make the pages of `asv publish` work without a network.

asv's page loads jQuery, flot, bootstrap and three smaller libraries from content delivery networks.
Up to version 0.5.1 asv carried the same libraries in its source distribution, so one file of the
package index, held to its hash and kept in the user's cache, replaces them all.  asv runs `Offline`
once the site stands, because `asv.conf.json` names this module under `plugins`.
"""

import hashlib
import math
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from asv.console import log
from asv.publishing import OutputPublisher
from platformdirs import user_cache_path

ARCHIVE = "asv-0.5.1.tar.gz"
SHA256 = "805fc3cc46c0bcf3e7baeaa16a12e4b92f1276c25490db4cb80fc541afa52bfc"
BUILD_PINS = "setuptools==84.2.1\nwheel==0.45.1\n"
PIP = (sys.executable, "-m", "pip")
REMOTE = re.compile(r'(src|href)="(?:https?:)?//[^"]*/([^"/]+\.(?:js|css))"[^>]*?(/?>)')


class UnavailableError(Exception):
    """The libraries cannot be had; the message is one line."""


def checked(archive: Path) -> Path:
    """The archive itself, or `UnavailableError` when it is not the pinned file."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise UnavailableError(
            f"{archive} has sha256 {found}, expected {SHA256}; delete it and retry"
        )
    return archive


def download(folder: Path) -> Path:
    """Let pip, with whatever index the user has, put the archive into `folder`.

    pip asks a source distribution for its name by running its build backend, so the hash stands in
    the requirement (pip checks it before anything runs) and the backend is pinned as well.
    """
    name, version = ARCHIVE.removesuffix(".tar.gz").split("-")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        requirements, pins = Path(scratch, "requirements.txt"), Path(scratch, "build.txt")
        requirements.write_text(f"{name}=={version} --hash=sha256:{SHA256}\n")
        pins.write_text(BUILD_PINS)
        options = ["--no-deps", "--retries=1", f"--requirement={requirements}", f"--dest={scratch}"]
        env = os.environ | dict.fromkeys(("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"), pins.as_uri())
        command = [*PIP, "download", "--quiet", *options]
        run = subprocess.run(command, env=env, capture_output=True, text=True)
        if run.returncode:
            errors = [line for line in run.stderr.splitlines() if "ERROR" in line]
            why = (errors or run.stderr.splitlines() or [f"exit status {run.returncode}"])[-1]
            raise UnavailableError(f"pip could not download {name}=={version} ({why.strip()})")
        return checked(Path(scratch, ARCHIVE)).replace(folder / ARCHIVE)


def plain(name: str) -> str:
    """A file's name without version and `.min`: what both sides call the same library."""
    return re.sub(r"-\d+(\.\d+)+|\.min", "", name)


def vendor(site: Path, archive: Path) -> None:
    """Copy what `site/index.html` loads from elsewhere into `site/vendor`, and load that."""
    page = site / "index.html"
    with tarfile.open(archive) as tar:
        members = {plain(Path(m.name).name): m for m in tar if "/vendor/" in m.name and m.isfile()}

        def local(match: re.Match[str]) -> str:
            attribute, name, end = match.groups()
            if plain(name) not in members:
                raise UnavailableError(f"{ARCHIVE} has no {name}, which asv's page loads")
            source = tar.extractfile(members[plain(name)])
            assert source is not None
            (site / "vendor" / name).write_bytes(source.read())
            return f'{attribute}="vendor/{name}"{end}'

        (site / "vendor").mkdir(exist_ok=True)
        page.write_text(REMOTE.sub(local, page.read_text()))


class Offline(OutputPublisher):
    """The last step of `asv publish`."""

    name = "offline"
    order = math.inf

    @classmethod
    def publish(cls, conf: Any, *_: object) -> None:
        """Vendor the libraries; where they cannot be had, say so and leave asv's page as it is."""
        cache = user_cache_path("spikebench", ensure_exists=True)
        archive = cache / ARCHIVE
        try:
            vendor(Path(conf.html_dir), checked(archive) if archive.exists() else download(cache))
        except (UnavailableError, OSError) as problem:
            log.warning(f"the pages need a network: {problem}; publish once with one to mend this")
