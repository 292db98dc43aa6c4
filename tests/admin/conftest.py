"""The cast at the desk: what each may do there, and their browsers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from partnerships.models import KINDS
from tests import databases
from tests.world import World

KIND_VERBS = ("add", "change", "delete", "view")


def permit(user: User, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


@pytest.fixture(scope="session")
def desk_template(root, world_template, django_db_blocker):
    """The small world with rights: Anna writes, Bruno only looks, Chiara writes and publishes, Dag administers."""

    def fill():
        by_name = {user.username: user for user in User.objects.all()}
        permit(by_name["anna"], *(f"{verb}_{kind}" for kind in KINDS for verb in KIND_VERBS))
        permit(by_name["bruno"], *(f"view_{kind}" for kind in KINDS))
        permit(by_name["chiara"], *(f"{verb}_{kind}" for kind in KINDS for verb in KIND_VERBS))
        by_name["chiara"].groups.add(Group.objects.create(name="Publisher"))

    with django_db_blocker.unblock():
        return databases.template(root, "desk", fill, base=world_template)


@pytest.fixture
def world(own, desk_template):
    """The small world, whose cast have their rights at the desk."""
    with own(desk_template):
        yield World()


@pytest.fixture
def at(world):
    """A browser in which somebody of the cast is signed in: `at("anna")`."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return browser
