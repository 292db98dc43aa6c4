"""What is installed is what is pinned, every pin has its hashes, and nothing is older than its last known fault."""

from __future__ import annotations

import re
import sqlite3
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from portal import sqlite

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements.txt", "requirements-dev.txt")
BROUGHT = {"pip", "setuptools", "wheel"}
"""What an environment may have of itself, in a version of its own, before anything is installed."""
LEAST = {
    "django": "6.1.3",
    "pillow": "13.0.0",
    "djangorestframework": "3.18.3",
}
"""The first releases without known faults that concern the portal."""


def pins(name: str) -> list[tuple[Requirement, list[str]]]:
    """Each pin of a list with its hashes."""
    text = re.sub(r"(?m)^\s*#.*\n|\\\n", "", (ROOT / name).read_text())
    lines = [line for line in text.splitlines() if line.strip()]
    return [
        (Requirement(line.partition("--hash=")[0]), re.findall(r"--hash=sha256:([0-9a-f]{64})", line)) for line in lines
    ]


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_is_exact_and_has_hashes(name):
    listed = pins(name)
    assert len(listed) > 30
    assert [str(pin) for pin, hashes in listed if not hashes or not re.fullmatch(r"==[^*,]+", str(pin.specifier))] == []


@pytest.mark.parametrize("name", LISTS)
def test_what_is_installed_is_what_is_pinned(name):
    """The heavier tools needn't be there (`bin/setup --dev` brings them); what is there fits."""
    wrong, seen = [], 0
    for pin, _ in pins(name):
        if pin.name in BROUGHT or (pin.marker and not pin.marker.evaluate()):
            continue
        try:
            installed = metadata.version(pin.name)
        except metadata.PackageNotFoundError:
            if name == "requirements.txt":
                wrong.append(f"{pin.name} is not installed")
            continue
        seen += 1
        if installed not in pin.specifier:
            wrong.append(f"{pin.name} {installed} is installed, {pin.specifier} is pinned")
    assert wrong == []
    assert seen or name != "requirements.txt"


def test_nothing_is_older_than_its_last_known_fault():
    for name, least in LEAST.items():
        assert Version(metadata.version(name)) >= Version(least)
        assert all(Version(str(pin.specifier)[2:]) >= Version(least) for pin, _ in pins(LISTS[0]) if pin.name == name)


def test_a_write_ahead_log_only_with_an_sqlite_that_keeps_it():
    """The WAL-reset fault: 3.7.0 to 3.51.2, mended in 3.51.3, 3.50.7 and 3.44.6."""
    mended = {(3, 51, 3), (3, 50, 7), (3, 44, 6), (3, 53, 4)}
    affected = {(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)}
    assert {version for version in mended | affected if sqlite.is_fixed(version)} == mended
    assert (sqlite.journal_mode() == "WAL") is sqlite.is_fixed(sqlite3.sqlite_version_info)
    assert "synchronous=FULL" in sqlite.options()["init_command"]
