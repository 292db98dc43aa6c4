"""How mail leaves is read from one address; what can't be used stops the start with a sentence."""

from __future__ import annotations

import pytest

from portal import environment


def read(monkeypatch, url: str) -> dict:
    monkeypatch.setenv("EMAIL_URL", url)
    return environment.mailers().get("default", {})


def test_without_an_address_there_is_no_mail(monkeypatch):
    assert read(monkeypatch, "") == {}


@pytest.mark.parametrize(
    ("url", "host", "port", "username", "password", "use_tls", "use_ssl"),
    [
        ("smtp://anna:p%40ss@mail.example.org:587/?tls=1", "mail.example.org", 587, "anna", "p@ss", True, False),
        ("smtp://mail.example.org", "mail.example.org", 25, "", "", False, False),
        ("smtps://mail.example.org", "mail.example.org", 465, "", "", False, True),
    ],
)
def test_an_address_of_a_server(monkeypatch, url, host, port, username, password, use_tls, use_ssl):
    options = read(monkeypatch, url)["OPTIONS"]
    assert (options["host"], options["port"], options["username"], options["password"]) == (
        host,
        port,
        username,
        password,
    )
    assert (options["use_tls"], options["use_ssl"]) == (use_tls, use_ssl)


def test_the_terminal(monkeypatch):
    assert read(monkeypatch, "console:")["BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp:", "smtp://mail.example.org:port", "mail"])
def test_anything_else_stops_the_start(monkeypatch, url):
    with pytest.raises(SystemExit, match="EMAIL_URL is not the address of a mail server"):
        read(monkeypatch, url)
