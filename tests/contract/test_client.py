"""A client that a generator makes from the schema alone fetches every kind."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from partnerships.models import KINDS
from tests.contract.serving import serving  # noqa: F401 (fixture)

pytestmark = pytest.mark.contract


def test_a_generated_client_fetches_every_kind(serving, tmp_path, monkeypatch):  # noqa: F811
    schema = tmp_path / "openapi.json"
    with urlopen(f"{serving}/api/v1/schema/", timeout=60) as answer:
        schema.write_bytes(answer.read())
    generator = str(Path(sys.executable).parent / "openapi-python-client")
    (tmp_path / "config.yml").write_text(
        "project_name_override: portal-client\npackage_name_override: portal_client\npost_hooks: []\n"
    )
    made = subprocess.run(
        [generator, "generate", "--path", str(schema), "--config", str(tmp_path / "config.yml"), "--meta", "none",
         "--output-path", str(tmp_path / "portal_client")],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in made.stdout, made.stdout
    monkeypatch.syspath_prepend(str(tmp_path))
    from portal_client import Client  # made a moment ago

    client = Client(base_url=serving, raise_on_unexpected_status=True)
    plurals = [kind.plural for kind in KINDS.values()]
    for plural in [*plurals, "memberships", "participations", "participants"]:
        name = plural.replace("-", "_")
        listing = importlib.import_module(f"portal_client.api.{name}.{name}_list")
        page = listing.sync(client=client, page_size=3)
        assert page.count >= len(page.results), plural
        if not page.results:
            assert plural in ("images",)
            continue
        first = page.results[0]
        single = importlib.import_module(f"portal_client.api.{name}.{name}_retrieve")
        key = {"slug": first.slug} if plural in plurals else {"id": first.id}
        one = single.sync(client=client, **key)
        assert one.id == first.id
        assert json.dumps(one.to_dict())
