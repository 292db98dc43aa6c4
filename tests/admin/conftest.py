"""The cast at the desk: what each may do there, and their browsers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from partnerships.models import KINDS

KIND_VERBS = ("add", "change", "delete", "view")


def permit(user: User, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


@pytest.fixture(autouse=True)
def _static(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path  # WhiteNoise warns of a folder that isn't there


@pytest.fixture
def roles(world):
    """Anna writes, Bruno only looks, Chiara writes and publishes, Dag administers, Sam has no business here."""
    permit(world.user("anna"), *(f"{verb}_{kind}" for kind in KINDS for verb in KIND_VERBS))
    permit(world.user("bruno"), *(f"view_{kind}" for kind in KINDS))
    permit(world.user("chiara"), *(f"{verb}_{kind}" for kind in KINDS for verb in KIND_VERBS))
    world.user("chiara").groups.add(Group.objects.create(name="Publisher"))
    return world


@pytest.fixture
def at(roles):
    """A browser in which somebody of the cast is signed in: `at("anna")`."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return browser
