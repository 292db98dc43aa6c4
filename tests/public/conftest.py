"""The reader of the public pages: asks for an address, gets a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from .markup import Page

TODAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    """The portal's day, in all of these tests."""
    with time_machine.travel(TODAY, tick=False):
        yield TODAY.date()


@pytest.fixture
def reader():
    """A reader without any cookie."""
    return Client()


def asking(reader: Client):
    """A function that asks for an address and returns the page, parsed strictly: an HTML page of the given status."""

    def ask(address: str, status: int = 200) -> Page:
        response = reader.get(address)
        assert response.status_code == status, (
            f"{address}: {response.status_code} {response.headers.get('Location', '')}"
        )
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        page = Page(response.text)
        page.response = response
        assert not page.faults, f"{address}: {page.faults}"
        return page

    return ask


@pytest.fixture
def read(reader):
    return asking(reader)
