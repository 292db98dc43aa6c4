"""Where the files of pictures lie: originals, which are private, and renditions, which the portal serves.

Both are storages of Django's, of folders or of buckets (`portal.s3`). A file has the digest of its bytes for a name, so it
never changes, and keeping it twice is keeping it once. Under its name stands a whole file or none. No address of a storage
is ever given to anybody: readers get the bytes of what is public from the portal, which alone knows what that is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages


class Unreachable(Exception):
    """A storage doesn't answer. The message is a sentence for whoever waits."""

    def __init__(self) -> None:
        super().__init__("The storage of pictures doesn’t answer. Try again in a minute.")


def renditions():
    return storages["renditions"]


def originals():
    """The private storage; a process without an editorial side has none."""
    return storages["originals"]


def sync_folder(folder: Path) -> None:
    """Make names that were written to a folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Folder(FileSystemStorage):
    """A folder that a setting names, made when it is needed."""

    def __init__(self, setting: str, mode: int):
        super().__init__(allow_overwrite=True)
        self.setting, self.mode = setting, mode

    def __str__(self) -> str:
        return f"The folder {self.location}"

    @property
    def location(self) -> str:
        return os.path.abspath(getattr(settings, self.setting))

    def made(self) -> Path:
        """The folder, there and with its rights."""
        folder = Path(self.location)
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(self.mode)
        return folder

    def _save(self, name, content):
        folder = self.made()
        descriptor, aside = tempfile.mkstemp(prefix=".", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(aside, settings.FILE_UPLOAD_PERMISSIONS)
            os.replace(aside, self.path(name))
        except BaseException:
            os.unlink(aside)
            raise
        sync_folder(folder)
        return name

    def listdir(self, path):
        return super().listdir(path) if os.path.isdir(self.location) else ([], [])

    def fetch(self, name: str, target: Path) -> bool:
        """Put a file where a path says, as a second name or, on another file system, a copy; False when it isn't there."""
        source = self.path(name)
        if not os.path.isfile(source):
            return False
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
        return True
