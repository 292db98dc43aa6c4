"""How much one caller may have made for it: shared between processes, truthful, and gone when its keeping is gone."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from multiprocessing import get_context
from socket import socket

import pytest
import time_machine
from django.test import Client, RequestFactory

from portal import limits
from portal.buckets import SLOTS, Rate, RedisBuckets, SharedBuckets, Taken
from portal.store import AGAIN
from tests.redis_server import redis_server

RATE = Rate(5, 60)


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def buckets(tmp_path, clock):
    return SharedBuckets(tmp_path / "buckets", RATE, clock=lambda: clock[0])


def test_a_bucket_empties_and_fills_again(buckets, clock):
    taken = [buckets.take("a") for _ in range(6)]
    assert [one.granted for one in taken] == [True] * 5 + [False]
    assert [one.left for one in taken] == [4, 3, 2, 1, 0, 0]
    assert taken[0].wait == 12
    assert taken[-1].wait == 12
    clock[0] += 11.9
    assert not buckets.take("a").granted
    clock[0] += 0.2
    assert buckets.take("a").granted  # what was said about the wait was true
    clock[0] += 3600
    assert buckets.take("a").left == 4  # no more than there is room for


def test_callers_have_buckets_of_their_own_and_a_clock_that_jumps_back_costs_nothing(buckets, clock):
    for _ in range(6):
        buckets.take("a")
    assert buckets.take("b").granted
    clock[0] -= 500
    assert not buckets.take("a").granted
    assert buckets.take("b").granted


def test_the_file_has_its_room_from_the_start(tmp_path):
    """A disk that is full later would else end the process at the first write to memory."""
    SharedBuckets(tmp_path / "buckets", RATE)
    said = (tmp_path / "buckets").stat()
    assert said.st_blocks * 512 >= said.st_size > 0


def test_a_full_table_holds_nobody_up_and_idle_buckets_give_way(tmp_path, clock, monkeypatch):
    monkeypatch.setattr("portal.buckets.SLOTS", 9)  # one place for everybody, and eight slots
    buckets = SharedBuckets(tmp_path / "few", RATE, clock=lambda: clock[0])
    assert all(buckets.take(str(n)).granted for n in range(8))
    assert buckets.take("one more") is None
    clock[0] += 60
    assert buckets.take("one more").granted
    assert SLOTS > 10_000


def taking(path, out):
    buckets = SharedBuckets(path, Rate(100, 100_000))
    out.put(sum(buckets.take("a").granted for _ in range(80)))


def test_processes_share_their_buckets(tmp_path):
    context = get_context("fork")
    out = context.Queue()
    crowd = [context.Process(target=taking, args=(tmp_path / "buckets", out)) for _ in range(3)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(20)
    assert sum(out.get() for _ in crowd) == 100


# In front of the portal -------------------------------------------------------------------------------------------------


@pytest.fixture
def few(settings, tmp_path):
    """Three answers a minute for each caller, in a minute that stands still."""
    settings.LIMITS = settings.LIMITS | {"made_answers": 3, "made_seconds": 60}
    settings.BUCKETS_FILE = tmp_path / "buckets"
    with time_machine.travel("2026-11-25 12:00:00Z", tick=False):
        yield


def test_the_fourth_answer_is_a_problem_that_says_how_long(world, few):
    client = Client(REMOTE_ADDR="203.0.113.5")
    answers = [client.get("/api/v1/partners/malta/") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert {one["RateLimit-Policy"] for one in answers} == {'"made";q=3;w=60'}
    assert [one["RateLimit"] for one in answers] == [
        '"made";r=2;t=20',
        '"made";r=1;t=40',
        '"made";r=0;t=60',
        '"made";r=0;t=20',
    ]
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Cache-Control"] == "no-store"
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert refused.json()["type"].endswith("#problem-too-many-requests")
    assert refused["Retry-After"] == "20"
    assert refused["Retry-After"] in refused.json()["detail"]


def test_a_page_says_it_in_the_look_of_the_site_and_asks_nothing(world, few, django_assert_num_queries):
    client = Client(REMOTE_ADDR="203.0.113.5")
    assert [client.get("/partners/malta/").status_code for _ in range(3)] == [200] * 3
    with django_assert_num_queries(0, using="published"):
        refused = client.get("/partners/malta/")
    assert refused.status_code == 429
    assert "Too many requests" in refused.content.decode()
    assert "RateLimit-Policy" not in refused.headers
    assert Client(REMOTE_ADDR="203.0.113.6").get("/partners/malta/").status_code == 200


def test_what_is_not_counted(world, few):
    client = Client(REMOTE_ADDR="203.0.113.5")
    for path in ("/healthz", "/readyz", "/accounts/login/"):
        assert {client.get(path).status_code for _ in range(5)} != {429}
    assert client.get("/api/v1/", **{AGAIN: True}).headers.get("RateLimit") is None
    assert client.get("/api/v1/")["RateLimit"] == '"made";r=2;t=20'
    here = Client(REMOTE_ADDR="127.0.0.1")
    answers = [here.get("/api/v1/") for _ in range(5)]
    assert {one.status_code for one in answers} == {200}
    assert "RateLimit" not in answers[-1].headers
    assert answers[-1]["RateLimit-Policy"]


def test_without_a_place_for_buckets_nobody_is_held_up(world, few, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.BUCKETS_FILE = tmp_path / "file" / "buckets"
    client = Client(REMOTE_ADDR="203.0.113.5")
    assert [client.get("/api/v1/").status_code for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("trusted", "forwarded", "who"),
    [
        (0, "198.51.100.1", "203.0.113.5"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "", "203.0.113.5"),
        (1, "nonsense", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_who_asks_is_what_the_last_trusted_machine_saw(settings, trusted, forwarded, who):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR=forwarded)
    assert limits.caller(request) == who


# Redis ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def redis(tmp_path):
    with redis_server(tmp_path) as server:
        yield server


@pytest.mark.services
def test_redis_shares_them_and_its_loss_means_no_limit(redis, clock, caplog):
    one, other = (RedisBuckets(redis.address, RATE, clock=lambda: clock[0]) for _ in range(2))
    taken = [(one, other)[turn % 2].take("a") for turn in range(6)]
    assert [t.granted for t in taken] == [True] * 5 + [False]
    assert [t.left for t in taken] == [4, 3, 2, 1, 0, 0]
    assert 0 < taken[-1].wait <= 12
    assert isinstance(other.take("b"), Taken)
    redis.kill()
    assert one.take("a") is None
    asked = caplog.text.count("Redis is away")
    assert one.take("a") is None  # left alone for a while
    assert caplog.text.count("Redis is away") == asked == 1


@pytest.mark.services
def test_a_redis_that_hangs_costs_a_fifth_of_a_second_once(clock):
    with closing(socket()) as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        silent = RedisBuckets(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0", RATE, clock=lambda: clock[0])
        began = time.monotonic()
        assert [silent.take("a") for _ in range(50)] == [None] * 50
        assert time.monotonic() - began < 5  # one wait, not fifty


def test_threads_take_no_token_twice(tmp_path):
    buckets = SharedBuckets(tmp_path / "buckets", Rate(100, 100_000))
    got = []
    crowd = [
        threading.Thread(target=lambda: got.extend(buckets.take("a").granted for _ in range(50))) for _ in range(4)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sum(got) == 100
