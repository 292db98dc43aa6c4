"""The check of links: what counts as broken, and what is never asked for."""

from __future__ import annotations

import socket

import pytest

from partnerships.editorial import links
from partnerships.editorial.links import Unfetched, check_links, fetch, look_at, public_address
from partnerships.editorial.models import LinkState


def web(answers: dict):
    def ask(address: str, method: str) -> tuple[int, str]:
        answer = answers[address]
        if isinstance(answer, Exception):
            raise answer
        return answer.get(method, (405, "")) if isinstance(answer, dict) else answer

    return ask


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((200, ""), "fine"),
        ((404, ""), "broken"),
        ((403, ""), "unsure"),
        ((503, ""), "unsure"),
        ((301, "/b"), "fine"),
        ((301, "/a"), "broken"),
        ((301, "/inside"), "broken"),
        ({"GET": (200, "")}, "fine"),
        (Unfetched("It didn't answer."), "broken"),
    ],
)
def test_what_an_address_answers(answer, status):
    known = {"https://x.org/a": answer, "https://x.org/b": (200, ""), "https://x.org/inside": Unfetched("No.")}
    assert look_at("https://x.org/a", web(known))[0] == status


def test_findings_are_kept_counted_and_forgotten(world):
    answers = {"https://example.org/topic": (404, ""), "https://example.org/old": (200, "")}
    check_links(web(answers))
    check_links(web(answers))
    broken = LinkState.objects.get(status="broken")
    assert (broken.source, broken.fails) == (world.nato_topic.pk, 2)
    answers["https://example.org/topic"] = (200, "")
    check_links(web(answers))
    assert not LinkState.objects.filter(status="broken").exists()
    type(world.nato_topic).objects.filter(slug="old-page").update(web_address="")
    check_links(web(answers))
    assert LinkState.objects.get().address == "https://example.org/topic"


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "ff02::1",
    ],
)
def test_hosts_that_are_not_public_are_refused(monkeypatch, ip):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("93.184.216.34", ip)]
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *a, **k: answers)
    with pytest.raises(Unfetched, match="public internet"):
        public_address("x.org", 80)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    asked = []
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *a, **k: answers)

    def connect(where, timeout):
        asked.append(where)
        raise OSError

    monkeypatch.setattr(links.socket, "create_connection", connect)
    with pytest.raises(Unfetched, match="didn't answer"):
        fetch("http://x.org/", "HEAD")
    assert asked == [("93.184.216.34", 80)]


@pytest.mark.parametrize(
    "address",
    [
        "ftp://x.org/",
        "file:///etc/passwd",
        "http://x.org:8080/",
        "https://x.org:80/",
        "http://u@x.org/",
        "http://[",
        "http://",
    ],
)
def test_only_the_web_is_asked(monkeypatch, address):
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *a, **k: pytest.fail("looked up"))
    with pytest.raises(Unfetched):
        fetch(address, "HEAD")
