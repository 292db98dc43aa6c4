"""The cast at the desk: their browsers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def at(world):
    """A browser in which somebody of the cast is signed in: `at("anna")`."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return browser
