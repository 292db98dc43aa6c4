"""Headers that keep browsers from doing harm, on every class of answer: pages, API, files, errors, redirects, 304, the desk."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from partnerships.editorial.models import Revision
from partnerships.editorial.preview import make_link
from partnerships.models import Rendition
from portal.headers import of_files

ALWAYS = {
    "Content-Security-Policy": re.compile(
        r"default-src 'none'; (?!.*unsafe)(?!.*(data|blob|https?):).*frame-ancestors 'none'"
    ),
    "X-Frame-Options": re.compile("DENY"),
    "X-Content-Type-Options": re.compile("nosniff"),
    "Referrer-Policy": re.compile("same-origin|no-referrer"),
    "Cross-Origin-Opener-Policy": re.compile("same-origin"),
    "Cross-Origin-Resource-Policy": re.compile("same-origin|cross-origin"),
    "Permissions-Policy": re.compile(r"camera=\(\)"),
    "Strict-Transport-Security": re.compile("max-age=63072000; includeSubDomains; preload"),
}
NEVER = {"Server", "X-Powered-By", "Via", "X-AspNet-Version"}
VERSION = re.compile(r"(?i)(django|python|granian|gunicorn|whitenoise|nginx|sqlite|postgres)[ /]?\d")

PUBLIC = [
    ("/", 200),
    ("/partners/malta/", 200),
    ("/partners/malta/?as_of=2014", 200),
    ("/partners.csv", 200),
    ("/partners.json", 200),
    ("/changes/feed.atom", 200),
    ("/partners/malta/feed.atom", 200),
    ("/partners/malta/cite/bibtex", 200),
    ("/partners/malta/history/", 200),
    ("/partners/malta/versions/1/", 200),
    ("/robots.txt", 200),
    ("/sitemap.xml", 200),
    ("/partners/malta", 301),
    ("/partners/?utm_source=x", 301),
    ("/partners/?nonsense=1", 400),
    ("/%ff", 404),
    ("/partners/atlantis/", 404),
    ("/nowhere/at-all/", 404),
    ("/media/nothing.webp", 404),
    ("/static/nothing.css", 404),
    ("/sources/old-page/", 410),
    ("/api/v1/", 200),
    ("/api/v1/partners/", 200),
    ("/api/v1/partners.csv", 200),
    ("/api/v1/partners.jsonl", 200),
    ("/api/v1/partners/malta.jsonld", 200),
    ("/api/v1/partners/malta/versions/", 200),
    ("/api/v1/changes/", 200),
    ("/api/v1/schema/", 200),
    ("/api/v1/docs/", 200),
    ("/api/v1/partners", 301),
    ("/api/v1/partners/?x=1", 400),
    ("/api/v1/nowhere/", 404),
    ("/api/v1/sources/old-page/", 410),
]
PRIVATE = [
    ("/admin/", 302),
    ("/admin/nowhere/", 302),
    ("/accounts/login/", 200),
    ("/accounts/nowhere/", 404),
    ("/accounts/start/guessed/", 404),
    ("/feedback/", 404),
    ("/feedback/?about=partner/malta", 200),
    ("/preview/guessed/", 404),
    ("/admin/?q=%00", 400),
]


@pytest.fixture
def strict(settings):
    """The settings that an https SITE_ORIGIN brings."""
    settings.SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    return settings


def faults_of(response, but: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with the headers of an answer."""
    found = [f"no {name}" for name in ALWAYS if name not in response.headers and name not in but]
    found += [
        f"{name}: {response.headers[name]}"
        for name, shape in ALWAYS.items()
        if name in response.headers and name not in but and not shape.search(response.headers[name])
    ]
    found += [f"{name} is said" for name in NEVER & set(response.headers)]
    return found + [value for value in response.headers.values() if VERSION.search(value)]


def test_every_public_answer_has_them_and_may_be_kept_by_everybody(still_world, strict):
    client, wrong = Client(), []
    for address, status in PUBLIC:
        response = client.get(address, secure=True)
        about = f"{address} {response.status_code}"
        assert response.status_code == status, about
        wrong += [f"{about}: {one}" for one in faults_of(response)]
        if response.cookies or "Cookie" in response.headers.get("Vary", ""):
            wrong.append(f"{about}: depends on a cookie")
        if not re.match("public, max-age=(0|3600|86400)", response.headers.get("Cache-Control", "")):
            wrong.append(f"{about}: {response.headers.get('Cache-Control')}")
        if (tag := response.headers.get("ETag")) and status == 200:
            again = client.get(address, secure=True, headers={"if-none-match": tag})
            assert again.status_code == 304
            wrong += [f"{about}, 304: {one}" for one in faults_of(again)]
    assert wrong == []


def test_every_private_answer_has_them_and_is_kept_by_nobody(still_world, strict):
    client, wrong = Client(), []
    for address, status in PRIVATE:
        response = client.get(address, secure=True)
        about = f"{address} {response.status_code}"
        assert response.status_code == status, about
        wrong += [f"{about}: {one}" for one in faults_of(response)]
        if response.headers["Cache-Control"] != "no-store, private" or response.headers["X-Robots-Tag"] != "noindex":
            wrong.append(f"{about}: {response.headers.get('Cache-Control')}, {response.headers.get('X-Robots-Tag')}")
    for address in ("/healthz", "/readyz"):
        response = client.get(address)
        assert response.headers["Cache-Control"] == "no-store"
        wrong += [f"{address}: {one}" for one in faults_of(response, but=("Strict-Transport-Security",))]
    assert wrong == []


def test_the_desk_and_previews_say_the_same_to_people_signed_in(world, strict):
    client = Client()
    client.force_login(User.objects.get(username="dag"))
    _, token = make_link(Revision.objects.get(record=world.atlantis.pk), by=User.objects.get(username="anna"))
    for address in (
        "/admin/",
        f"/admin/partnerships/partner/{world.malta.pk}/change/",
        "/admin/calendar.ics",
        "/accounts/2fa/",
        f"/preview/{token}/",
    ):
        response = client.get(address, secure=True)
        assert response.status_code == 200, address
        assert faults_of(response) == []
        assert response.headers["Cache-Control"] == "no-store, private"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert (response.headers["Referrer-Policy"] == "no-referrer") is address.startswith("/preview/")


def test_a_picture_that_is_opened_by_itself_can_do_nothing(own_crowd, settings):
    """Readers' pictures and the desk's thumbnails alike: no script, no style, no form, whatever a browser takes them for."""
    name = f"{'ab' * 32}.webp"
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.MEDIA_ROOT / name).write_bytes(b"<svg onload=alert(1)>")
    for alias in ("default", "published"):
        Rendition.objects.using(alias).filter(pk=Rendition.objects.using(alias).first().pk).update(
            file=name, media_type="image/webp"
        )
    client = Client()
    client.force_login(User.objects.get(username="dag"))
    for address in (f"/media/{name}", reverse("admin:partnerships_image_file", args=[name])):
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Type"] == "image/webp"
        assert response.headers["X-Frame-Options"] == "DENY"
        b"".join(response.streaming_content)


def test_files_that_stand_before_django_have_them_too(still_world, strict, settings):
    response = HttpResponse(headers=of_files())
    assert faults_of(response) == []
    response = Client().get("/static/admin/css/base.css", secure=True)
    assert response.status_code == 200
    assert faults_of(response) == []
    assert "Access-Control-Allow-Origin" not in response.headers
    b"".join(response.streaming_content)


def test_http_leads_to_https_and_says_no_more(still_world, strict):
    for address in ("/partners/?as_of=2014", "/admin/", "/api/v1/partners/", "/static/nothing.css"):
        response = Client().get(address)
        assert (response.status_code, response.url) == (301, f"https://testserver{address}")
        assert faults_of(response, but=("Strict-Transport-Security",)) == []
        assert not response.content
        assert not response.cookies


@pytest.mark.parametrize("address", ["/partners/", "/api/v1/partners/", "/admin/", "/healthz", "/static/nothing.css"])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "[::1", "a b", "."]
)
def test_a_host_that_is_not_ours_is_refused_and_not_kept(still_world, address, host):
    response = Client().get(address, headers={"host": host})
    assert response.status_code == 400
    assert "evil" not in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert faults_of(response, but=("Strict-Transport-Security",)) == []


def test_a_fault_of_ours_has_them_and_says_nothing_of_its_cause(still_world, strict, monkeypatch):
    from partnerships.public import frame
    from partnerships.queries import paging

    def broken(*args, **kwargs):
        raise RuntimeError("canary-of-a-fault in /srv/portal with SECRET")

    monkeypatch.setattr(frame, "change_days", broken)
    monkeypatch.setattr(paging, "page", broken)
    for address in ("/partners/", "/api/v1/partners/"):
        response = Client(raise_request_exception=False).get(address, secure=True)
        assert response.status_code == 500
        assert faults_of(response) == []
        assert response.headers["Cache-Control"] == "no-store"
        assert not re.search("canary|SECRET|RuntimeError|Traceback", response.text)
