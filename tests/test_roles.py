"""What a process may touch: the public role runs without any editorial database, and can't write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from tests import databases

ROOT = Path(__file__).resolve().parent.parent


def as_public(published: str, *command: str) -> subprocess.CompletedProcess:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DATABASE_URL"))
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment | {"PORTAL_ROLE": "public", "PUBLISHED_DATABASE_URL": f"sqlite:///{published}"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def published(content):
    """A published file that the editorial side made."""
    assert not databases.on_postgresql()
    return content["published"]


@pytest.mark.slow
def test_public_tests_pass_without_an_editorial_database(published):
    """A sample; `make test-public` runs the whole public suite this way."""
    facts = ("tests/api/test_reading_facts.py", "-k", "russia or malta or japan or month")
    ran = as_public(published, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *facts)
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout


def test_nothing_editorial_is_imported(published):
    script = (
        "import sys; from portal.wsgi import application; from django.test import Client as C; Client = lambda: C(headers={'host': 'localhost'}); "
        "assert Client().get('/partners/malta/').status_code == 200; "
        "assert Client().get('/admin/').status_code == 404; "
        "print([name for name in sys.modules if name.startswith(('partnerships.editorial', 'partnerships.admin', 'django.contrib.sessions'))])"
    )
    ran = as_public(published, "-c", script)
    assert (ran.returncode, ran.stdout) == (0, "[]\n"), ran.stderr


def test_the_public_role_can_not_write(published):
    script = (
        "import django; django.setup(); from partnerships.models import Partner; from django.db import connections; "
        "Partner.objects.using('published').filter(slug='malta').update(capital='x')"
    )
    ran = as_public(published, "-c", f"import os; os.environ['DJANGO_SETTINGS_MODULE']='portal.settings'; {script}")
    assert ran.returncode == 1
    assert "attempt to write a readonly database" in ran.stderr


def test_the_editorial_database_does_not_exist_there(published):
    script = "import django; django.setup(); from partnerships.models import Partner; Partner.objects.count()"
    ran = as_public(published, "-c", f"import os; os.environ['DJANGO_SETTINGS_MODULE']='portal.settings'; {script}")
    assert ran.returncode == 1
    assert "ImproperlyConfigured" in ran.stderr


@pytest.mark.slow
def test_the_editorial_role_serves_no_public_pages(tmp_path):
    environment = os.environ | {"PORTAL_ROLE": "editorial", "VAR_DIR": str(tmp_path)}
    script = "from portal.wsgi import application; from django.test import Client as C; Client = lambda: C(headers={'host': 'localhost'}); print(Client().get('/partners/').status_code, Client().get('/admin/').status_code)"
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.stdout == "404 302\n", ran.stderr


def test_here_both_databases_are_there(world):
    assert {connections[alias].settings_dict["NAME"] for alias in databases.ALIASES} != {""}
