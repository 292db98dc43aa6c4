"""Gathering the static files under names with a digest, compressed beforehand: once for each state of their sources."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

UNUSED = ("rest_framework", "gis")
"""What applications bring for pages that the portal doesn't have."""


def sources() -> str:
    """A digest over the name, size and time of every file that would be gathered."""
    seen = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list(UNUSED):
            file = os.stat(storage.path(path))
            seen.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return seen.hexdigest()


class Gathering:
    """A gathering that runs beside other work, if one is needed. `done()` waits for it and says whether all is there."""

    def __init__(self, folder: Path):
        self.stamp, self.now = folder / "gathered", sources()
        self.process = None
        if not (self.stamp.exists() and self.stamp.read_text() == self.now):
            self.stamp.unlink(missing_ok=True)
            ignored = [part for name in UNUSED for part in ("--ignore", name)]
            self.process = subprocess.Popen(  # noqa: S603 (our own command)
                [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0", *ignored],
                cwd=settings.BASE_DIR,
                env=os.environ | {"HASHED_STATIC": "1"},
            )

    def done(self) -> bool:
        if self.process:
            if self.process.wait() != 0:
                return False
            self.stamp.write_text(self.now)
        return True
