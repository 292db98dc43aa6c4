"""Fixtures of the whole suite: databases, the cast, the small world, the portal's real content."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections

from tests import databases

EDITORIAL = settings.HAS_EDITORIAL


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    databases.forget_power_failures()
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
def own(django_db_blocker, tmp_path):
    """A context manager that gives the test its own copy of a template."""

    @contextmanager
    def own(template):
        pair = databases.copy(template, tmp_path / uuid4().hex)
        with django_db_blocker.unblock(), databases.using(pair):
            try:
                yield pair
            finally:
                connections.close_all()
                databases.drop(pair)

    return own


@pytest.fixture
def empty(own, empty_template):
    """Two migrated databases without any record."""
    with own(empty_template) as pair:
        yield pair


@pytest.fixture
def world(own, world_template):
    """The small world of tests/world.py, its own copy: records in every state, and the cast."""
    from tests.world import World

    with own(world_template):
        yield World()


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
def own_content(own, content_template):
    """The real content in databases of the test's own, for writing."""
    with own(content_template) as pair:
        yield pair


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    """Media of the test's own; static files are looked up when asked for, not gathered for each new client."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ORIGINALS_ROOT = tmp_path / "originals"
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_finish():
    """What is there when the tests begin stays to the end: looking through it for garbage again and again costs a tenth."""
    gc.freeze()
    gc.set_threshold(20_000)
