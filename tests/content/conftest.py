"""The content as documents, read from the fixture files; most tests here need no database."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

if settings.HAS_EDITORIAL:
    from partnerships.editorial.content import read
else:  # the public half of the suite has no editorial side, which is what reads fixtures
    collect_ignore_glob = ["test_*.py"]

FILES = sorted(settings.FIXTURES_DIR.glob("*.json"))


@pytest.fixture(scope="session")
def items():
    """All items of the fixture files, as they stand there."""
    return [item for file in FILES for item in json.loads(file.read_text("utf-8"))]


@pytest.fixture(scope="session")
def documents():
    """The documents that the fixtures stand for, by "kind/slug"."""
    return {f"{document['kind']}/{document['slug']}": document for document in read(FILES).values()}


@pytest.fixture(scope="session")
def labels(documents):
    """What each record is called, by its id."""
    return {document["id"]: label for label, document in documents.items()}


@pytest.fixture(scope="session")
def converted():
    """The content as the converter makes it of the reference files."""
    from fixtures.converter.output import content

    return content()
