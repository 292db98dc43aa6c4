"""Limits on signing in stand in Redis where there is one; when it dies or hangs, they hold and nobody gets a fault."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from socket import socket
from threading import Thread

import pytest
import redis as library
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.cache import cache, caches
from django.test import Client

from partnerships.editorial.models import Counter
from portal.cache import SharedCache
from tests.redis_server import redis_server
from tests.world import PASSWORD

pytestmark = pytest.mark.services


def pointed(settings, address: str, fallback: str = "database") -> None:
    """Settings as they are with `REDIS_URL`."""
    SharedCache.breakers.clear()
    here = settings.CACHES
    settings.CACHES = {
        "database": here.get("database", here["default"]),
        "nothing": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        "default": {
            "BACKEND": "portal.cache.SharedCache",
            "LOCATION": address,
            "KEY_PREFIX": "portal:desk",
            "OPTIONS": {"FALLBACK": fallback},
        },
    }


@pytest.fixture
def server(world, settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.filter(username="dag").update(password=make_password(PASSWORD))
    with redis_server(tmp_path) as server:
        pointed(settings, server.address)
        yield server


@pytest.fixture
def deaf(settings):
    """An address where somebody listens and says nothing; a function that counts who called."""
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(200)
        listening.setblocking(False)

        def calls() -> int:
            count = 0
            while True:
                try:
                    listening.accept()[0].close()
                except BlockingIOError:
                    return count
                count += 1

        pointed(settings, f"redis://127.0.0.1:{listening.getsockname()[1]}/0")
        yield calls


def sign_in(password: str = PASSWORD) -> int:
    return Client().post("/accounts/login/", {"login": "dag", "password": password}).status_code


def counted() -> bool:
    return Counter.objects.filter(cache_key__contains="login_failed").exists()


def rested() -> None:
    """As if the while were over for which Redis is left alone."""
    caches["default"].breaker.until = 0.0


def test_limits_stand_in_redis_and_hold_there(server):
    assert [sign_in("wrong") for _ in range(5)] == [200] * 5
    assert sign_in() == 429
    assert not counted()
    keys = library.Redis.from_url(server.address).keys("*")
    assert [key for key in keys if b"login_failed" in key]
    assert all(key.startswith(b"portal:desk:") for key in keys)


def test_what_is_kept_comes_back_as_it_was_and_ends(server):
    values = {"times": [1.5, 2.25], "used": "y", "lock": True, "count": 3, "none": None}
    for name, value in values.items():
        cache.set(name, value, 60)
    assert {name: cache.get(name) for name in values} == values == cache.get_many(values)
    assert cache.add("used", "y", timeout=30) is False
    assert cache.add("fresh", "y", timeout=30) is True
    assert cache.incr("count") == 4
    client = library.Redis.from_url(server.address)
    assert 0 < client.ttl("portal:desk:1:fresh") <= 30
    assert cache.delete("fresh") is True
    assert cache.get("fresh", "gone") == "gone"
    assert not Counter.objects.exists()


@pytest.mark.parametrize("way", ["kill", "pause"])
def test_redis_goes_in_the_middle_and_the_limit_holds(server, way):
    assert [sign_in("wrong") for _ in range(3)] == [200] * 3
    getattr(server, way)()
    away = [sign_in("wrong") for _ in range(6)]
    assert set(away) == {200, 429}
    assert away.count(200) == 5  # the database counts from the beginning, and no further than the limit
    assert away[-1] == 429
    assert sign_in() == 429
    assert counted()


def test_a_redis_that_comes_back_counts_again(server):
    server.pause()
    assert sign_in("wrong") == 200
    assert counted()
    server.resume()
    assert caches["default"].breaker.open
    rested()
    Counter.objects.all().delete()
    assert [sign_in("wrong") for _ in range(5)] == [200] * 5
    assert sign_in() == 429
    assert not counted()


def test_a_redis_that_is_killed_and_started_anew_is_used_again(server):
    cache.set("a", 1)
    server.kill()
    assert cache.get("a", "nothing") == "nothing"
    server.start()
    rested()
    cache.set("a", 2)
    assert library.Redis.from_url(server.address).get("portal:desk:1:a") == b"2"


def test_one_that_hangs_is_called_once_by_all_threads_together(world, deaf):
    cache.set("first", 1)
    got = []

    def ask():
        got.append([cache.get(f"a{number}", "miss") for number in range(10)])

    crowd = [Thread(target=ask) for _ in range(3)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert got == [["miss"] * 10] * 3
    assert deaf() == 1


def test_without_another_cache_reads_miss_and_writes_are_dropped(world, settings, deaf):
    pointed(settings, settings.CACHES["default"]["LOCATION"], fallback="nothing")
    cache.set("a", 1)
    cache.set_many({"b": 2})
    assert cache.get("a") is None
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("a", 1) is True  # nobody is held up
    assert cache.has_key("a") is False
    assert cache.delete("a") is False
    cache.delete_many(["a", "b"])
    cache.clear()
    assert not Counter.objects.exists()


def test_what_others_wrote_there_is_never_run(server, tmp_path):
    mark = tmp_path / "ran"

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(mark),)

    library.Redis.from_url(server.address).set("portal:desk:1:a", pickle.dumps(Trap()))
    assert cache.get("a", "miss") == "miss"
    assert not mark.exists()


SAY = "import json; from portal import settings; print(json.dumps(getattr(settings, 'CACHES', {})))"


@pytest.mark.parametrize(("role", "caches_"), [("all", ["database", "default"]), ("public", [])])
def test_the_settings_name_it_where_there_is_a_desk(tmp_path, role, caches_):
    environment = os.environ | {
        "REDIS_URL": "redis://redis:6379/0",
        "PORTAL_ROLE": role,
        "VAR_DIR": str(tmp_path),
        "PUBLISHED_DATABASE_URL": "",
        "DATABASE_URL": "",
    }
    done = subprocess.run([sys.executable, "-c", SAY], env=environment, capture_output=True, check=True)
    said = json.loads(done.stdout)
    assert sorted(said) == caches_
    if caches_:
        assert said["default"]["BACKEND"] == "portal.cache.SharedCache"
        assert said["default"]["OPTIONS"] == {"FALLBACK": "database"}
        assert said["database"]["BACKEND"].endswith("DatabaseCache")
