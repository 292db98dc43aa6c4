"""What the tests of safety share: a world in which every field is filled, and somebody who may do everything."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import crowd, crowd_template, still_world  # noqa: F401


@pytest.fixture
def own_crowd(own, crowd_template):  # noqa: F811
    """Three complete records of every kind, in databases of the test's own."""
    with own(crowd_template) as pair:
        yield pair


@pytest.fixture
def dag(own_crowd) -> Client:
    """An administrator's browser. What fails is answered as in production, not raised."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="dag"))
    return client


@pytest.fixture(autouse=True)
def _quiet():
    """Refusals are expected by the thousand here; faults are seen by their status."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
