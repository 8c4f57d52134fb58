"""Make the pages of `asv publish` work without a network.

asv's page loads jQuery, flot, bootstrap and three smaller libraries from content delivery networks.
The source distribution of asv 0.5.1 contains the same libraries, so one file of the package index
replaces them all. Its hash is checked, and it is kept in the user's cache. asv runs `Offline` as
the last step of `asv publish`.
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
    """The libraries cannot be downloaded or are not the right ones; one line."""


def checked(archive: Path) -> Path:
    """Return the archive; raise UnavailableError if it is not the pinned file."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise UnavailableError(
            f"{archive} has sha256 {digest}, expected {SHA256}; delete it and retry"
        )
    return archive


def download(folder: Path) -> Path:
    """Download the archive into `folder` by pip, from the user's index, and return it.

    pip runs the build backend of a source distribution to get its name. So the hash is part of the
    requirement, which pip checks before it runs anything, and the backend is pinned as well.
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
            reason = (errors or run.stderr.splitlines() or [f"exit status {run.returncode}"])[-1]
            raise UnavailableError(f"pip could not download {name}=={version} ({reason.strip()})")
        return checked(Path(scratch, ARCHIVE)).replace(folder / ARCHIVE)


def plain(name: str) -> str:
    """Return a file's name without version and `.min`: the same in the page and the archive."""
    return re.sub(r"-\d+(\.\d+)+|\.min", "", name)


def vendor(site: Path, archive: Path) -> None:
    """Copy the libraries of `site/index.html` into `site/vendor`, and have the page load those."""
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
        """Copy the libraries into the site; if that fails, warn and leave asv's page as it is."""
        cache = user_cache_path("spikebench", ensure_exists=True)
        archive = cache / ARCHIVE
        try:
            vendor(Path(conf.html_dir), checked(archive) if archive.exists() else download(cache))
        except (UnavailableError, OSError) as problem:
            log.warning(f"the pages need a network: {problem}; publish once with one to mend this")
