"""Where pictures lie is read from two addresses; what can't be used, or doesn't fit together, is said in a sentence."""

from __future__ import annotations

import pytest

from portal import checks, environment

KEYS = "AKIA:s%2Fcr%2Fet"


def read(monkeypatch, url: str) -> dict:
    monkeypatch.setenv("RENDITIONS_URL", url)
    return environment.storage("RENDITIONS_URL", "MEDIA_ROOT", 0o755)


def test_without_an_address_they_lie_in_a_folder(monkeypatch):
    assert read(monkeypatch, "")["OPTIONS"] == {"setting": "MEDIA_ROOT", "mode": 0o755}


@pytest.mark.parametrize(
    ("url", "endpoint", "bucket", "prefix", "region", "keys"),
    [
        (f"s3://{KEYS}@s3.example.org/portal", "https://s3.example.org", "portal", "", "us-east-1", "AKIA s/cr/et"),
        (
            f"s3://{KEYS}@[::1]:9000/portal/a/b/?region=eu-central-1&tls=0",
            "http://[::1]:9000",
            *("portal", "a/b", "eu-central-1", "AKIA s/cr/et"),
        ),
        ("s3://s3.example.org/portal?tls=1", "https://s3.example.org", "portal", "", "us-east-1", ""),
    ],
)
def test_an_address_names_a_place_and_a_key(monkeypatch, url, endpoint, bucket, prefix, region, keys):
    options = read(monkeypatch, url)["OPTIONS"]
    said = " ".join(options.pop(name, "") for name in ("access_key", "secret_key")).strip()
    assert said == keys
    assert options == {"bucket": bucket, "prefix": prefix, "endpoint": endpoint, "region": region}


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.example.org/portal",
        "s3://s3.example.org",
        "s3:///portal",
        "s3://AKIA@s3.example.org/portal",
        "s3://AKIA:SECRET/SECRET@s3.example.org/portal",  # a slash that isn't %2F
        "s3://s3.example.org:x/portal",
        "s3://s3.example.org:0/portal",
        "s3://s3.example.org/portal?acl=public-read",
        "s3://s3.example.org/portal?tls=no",
        "s3://s3.example.org/portal/../other",
        "s3://[::1/portal",
    ],
)
def test_what_is_no_address_stops_the_start_and_says_no_secret(monkeypatch, url):
    with pytest.raises(SystemExit, match="RENDITIONS_URL is no place on S3-compatible storage") as stopped:
        read(monkeypatch, url)
    assert "SECRET" not in str(stopped.value)


def found(monkeypatch, settings, renditions: str = "", originals: str = "", role: str = "all") -> list[str]:
    monkeypatch.setenv("RENDITIONS_URL", renditions)
    monkeypatch.setenv("ORIGINALS_URL", originals)
    settings.ROLE, settings.HAS_EDITORIAL = role, role in ("all", "editorial")
    settings.STORAGES = settings.STORAGES | {
        "renditions": environment.storage("RENDITIONS_URL", "MEDIA_ROOT", 0o755),
        "originals": environment.storage("ORIGINALS_URL", "ORIGINALS_ROOT", 0o700),
    }
    return [fault.id for fault in (*checks.pictures(), *checks.storage())]


@pytest.mark.parametrize(
    ("renditions", "originals", "role", "faults"),
    [
        ("", "", "all", []),
        ("s3://host/one", "s3://host/two", "all", []),
        ("s3://host/one/a", "s3://host/one/b", "editorial", []),
        ("s3://host/one/a", "s3://host/one/ab", "all", []),
        ("s3://host/one/a", "s3://host/one/a", "all", ["portal.E008"]),
        ("s3://host/one/a", "s3://host/one", "all", ["portal.E008"]),
        ("s3://host/one/a", "s3://host/one/a/b", "all", ["portal.E008"]),
        ("s3://host/one", "", "public", []),
        ("s3://host/one", "s3://host/two", "public", ["portal.E007"]),
        ("s3://host/one?tls=0", "s3://127.0.0.1/two?tls=0", "all", ["portal.E009"]),
    ],
)
def test_places_that_do_not_fit_together(monkeypatch, settings, renditions, originals, role, faults):
    assert found(monkeypatch, settings, renditions, originals, role) == faults
