"""The reader of the public pages: asks for an address, gets a page."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
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


# In a real browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def site(content_template, tmp_path_factory):
    """A server of the real content, its styles gathered and compressed as they are in production: its address."""
    from tests.contract.serving import public_process

    folder = tmp_path_factory.mktemp("site")
    more = {"HASHED_STATIC": "1", "VAR_DIR": str(folder)}
    command = [
        sys.executable,
        "manage.py",
        "collectstatic",
        "--noinput",
        "--verbosity",
        "0",
        "--ignore",
        "admin",
        "--ignore",
        "desk",
    ]
    subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ | more, check=True, timeout=600)
    with public_process(content_template, folder, **more) as where:
        yield where


@pytest.fixture(scope="module")
def chrome():
    """A browser, for one module: the driver's event loop ends with it."""
    from tests.admin.live import chromium

    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the driver runs an event loop in this thread
        yield browser
