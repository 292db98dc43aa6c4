"""A snapshot in the hands of other people's programs. They aren't needed to run the portal."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from partnerships.publishing.snapshot import make

pytestmark = pytest.mark.contract


@pytest.fixture
def unpacked(content, settings, tmp_path) -> Path:
    settings.SNAPSHOTS_ROOT = tmp_path / "snapshots"
    with zipfile.ZipFile(make().file) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_frictionless_finds_nothing_wrong(unpacked):
    file = unpacked / "datapackage.json"
    package = json.loads(file.read_text())
    assert len(package["resources"]) > 40
    # It can't read a file of no lines; those of kinds without a record are left out of what it is asked.
    package["resources"] = [one for one in package["resources"] if one["format"] != "jsonl" or one["bytes"]]
    file.write_text(json.dumps(package))
    command = [sys.executable, "-m", "frictionless", "validate", "--json", str(file)]
    ran = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    report = json.loads(ran.stdout)
    assert report["valid"], [task["errors"][:2] for task in report["tasks"] if task["errors"]] or report["errors"]


def test_datasette_opens_it(unpacked):
    command = [sys.executable, "-m", "datasette", "portal.sqlite3", "--metadata", "metadata.json", "--get"]
    ran = subprocess.run([*command, "/portal/partners"], cwd=unpacked, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Creative Commons Attribution 4.0" in ran.stdout
    assert "malta" in ran.stdout
