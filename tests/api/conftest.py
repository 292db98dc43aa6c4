"""What all tests of the API share: worlds to read, and a client that asks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from tests import databases


@pytest.fixture
def still_world(world_template, django_db_blocker):
    """The small world, shared by all tests of a worker: for reading only."""
    with django_db_blocker.unblock(), databases.using(world_template):
        yield


@pytest.fixture(scope="session")
def crowd_template(root, empty_template, django_db_blocker):
    from .crowd import make_crowd

    with django_db_blocker.unblock():
        return databases.template(root, "crowd", make_crowd, base=empty_template)


@pytest.fixture
def crowd(crowd_template, django_db_blocker):
    """Three complete records of every kind: for reading only."""
    with django_db_blocker.unblock(), databases.using(crowd_template):
        yield


@dataclass
class Asker:
    """Asks the API as a program would."""

    client: Client

    def response(self, path: str, **headers: str) -> HttpResponse:
        """Whatever comes, for an address below /api/v1/ or a whole path. Header names are written as in HTTP."""
        whole = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        return self.client.get(whole, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def __call__(self, path: str, **headers: str) -> dict:
        """The answer, which must be one."""
        response = self.response(path, **headers)
        assert response.status_code == 200, response.content[:600]
        return response.json()

    def queries(self, path: str) -> list[str]:
        """The queries to the published database that an answer costs."""
        asked = []

        def note(execute, sql, params, many, context):
            asked.append(sql)
            return execute(sql, params, many, context)

        with connections["published"].execute_wrapper(note):
            self.response(path)
        return asked

    def reads(self, path: str) -> int:
        """How many of these read something: on PostgreSQL a transaction is opened as well."""
        return sum(sql.startswith("SELECT") for sql in self.queries(path))

    def slugs(self, path: str) -> list[str]:
        """The slugs of a list's first page."""
        return [one["slug"] for one in self(path)["results"]]

    def problem(self, path: str, status: int, name: str, **members) -> dict:
        """The problem document, which must be one: of this status and name, with these members."""
        response = self.response(path)
        assert response.status_code == status, response.content[:600]
        assert response.headers["Content-Type"] == "application/problem+json"
        said = response.json()
        assert said["status"] == status
        assert said["type"].endswith(f"/api/v1/docs/#problem-{name}")
        assert said["title"]
        assert said["detail"]
        for member, value in members.items():
            assert said.get(member) == value, said
        return said


@pytest.fixture
def ask(client):
    return Asker(client)
