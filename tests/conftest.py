"""Fixtures of the whole suite: databases, the cast, the small world, the portal's real content."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests import databases

EDITORIAL = settings.HAS_EDITORIAL


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    return databases.worker_root(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def empty_template(root, django_db_blocker):
    with django_db_blocker.unblock():
        return databases.template(root, "empty", databases.migrate)


@pytest.fixture(scope="session")
def world_template(root, empty_template, django_db_blocker):
    from tests.world import make_world

    with django_db_blocker.unblock():
        return databases.template(root, "world", make_world, base=empty_template)


@pytest.fixture(scope="session")
def content_template(root, empty_template, django_db_blocker):
    def fill():
        from partnerships.editorial.content import load_content

        load_content(sorted(settings.FIXTURES_DIR.glob("*.json")))

    with django_db_blocker.unblock():
        return databases.template(root, "content", fill, base=empty_template)


@pytest.fixture
def _own(django_db_blocker, tmp_path):
    """A function that gives the test its own copy of a template."""
    from contextlib import ExitStack

    with ExitStack() as stack, django_db_blocker.unblock():

        def own(template):
            pair = databases.copy(template, tmp_path / "databases")
            stack.callback(databases.drop, pair)
            stack.enter_context(databases.using(pair))
            return pair

        yield own


@pytest.fixture
def empty(_own, empty_template):
    """Two migrated databases without any record."""
    return _own(empty_template)


@pytest.fixture
def world(_own, world_template):
    """The small world of tests/world.py, its own copy: records in every state, and the cast."""
    from tests.world import World

    _own(world_template)
    return World()


@pytest.fixture
def content(request, django_db_blocker):
    """The portal's real content, published. Shared by all tests of a worker: for reading only."""
    if not EDITORIAL:  # the public half of the suite: the settings point at a published file made beforehand
        with django_db_blocker.unblock():
            yield None
        return
    pair = request.getfixturevalue("content_template")
    with django_db_blocker.unblock(), databases.using(pair):
        yield pair


@pytest.fixture
def own_content(_own, content_template):
    """The real content in databases of the test's own, for writing."""
    return _own(content_template)


@pytest.fixture(autouse=True)
def _media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
