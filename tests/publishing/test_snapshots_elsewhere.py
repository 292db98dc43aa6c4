"""A snapshot in the hands of other people's programs. They aren't needed to run the portal."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from partnerships.publishing.snapshot import make

pytestmark = pytest.mark.slow


@pytest.fixture
def unpacked(content, settings, tmp_path) -> Path:
    settings.SNAPSHOTS_ROOT = tmp_path / "snapshots"
    with zipfile.ZipFile(make().file) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_frictionless_finds_nothing_wrong(unpacked):
    """JSON Lines need an extra of frictionless; their rows are those of the CSV files, so these are checked."""
    pytest.importorskip("frictionless")
    file = unpacked / "datapackage.json"
    package = json.loads(file.read_text())
    package["resources"] = [one for one in package["resources"] if one["format"] == "csv"]
    assert len(package["resources"]) > 19
    file.write_text(json.dumps(package))
    command = [sys.executable, "-m", "frictionless", "validate", "--json", str(file)]
    ran = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    report = json.loads(ran.stdout)
    assert report["valid"], [task["errors"][:2] for task in report["tasks"] if task["errors"]] or report["errors"]


def test_datasette_opens_it(unpacked):
    pytest.importorskip("datasette")
    command = [sys.executable, "-m", "datasette", "portal.sqlite3", "--metadata", "metadata.json", "--get"]
    ran = subprocess.run([*command, "/portal/partners"], cwd=unpacked, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Creative Commons Attribution 4.0" in ran.stdout
    assert "malta" in ran.stdout
