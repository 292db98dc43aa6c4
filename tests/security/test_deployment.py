"""The settings of a portal that is served to others: what must be strict is, and a setting that isn't is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from portal.checks import deployment


def under(tmp_path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    """A command with the settings that an https address brings."""
    more = {
        "SITE_ORIGIN": "https://portal.example.org",
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP",
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=os.environ | more | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("role", ["all", "editorial", "public", "mirror"])
def test_the_settings_of_every_role_are_clean(tmp_path, role):
    ran = under(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", PORTAL_ROLE=role)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
def test_an_https_address_brings_strict_settings(tmp_path):
    names = [
        *("DEBUG", "LOCAL_MODE", "ALLOWED_HOSTS", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME"),
        *(
            "CSRF_COOKIE_NAME",
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SESSION_COOKIE_HTTPONLY",
            "STRICT_SIGN_IN",
        ),
        *("CSRF_TRUSTED_ORIGINS", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "LOG_FORMAT"),
    ]
    script = (
        f"import json; from portal import settings as s; print(json.dumps({{n: getattr(s, n) for n in {names!r}}}))"
    )
    ran = under(tmp_path, "-c", script, DEBUG="1")
    assert json.loads(ran.stdout) == {
        "DEBUG": False,
        "LOCAL_MODE": False,
        "ALLOWED_HOSTS": ["portal.example.org"],
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 63072000,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "STRICT_SIGN_IN": True,
        "CSRF_TRUSTED_ORIGINS": ["https://portal.example.org"],
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "LOG_FORMAT": "json",
    }, ran.stderr


@pytest.fixture
def strict(settings):
    settings.LOCAL_MODE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    settings.SESSION_COOKIE_DOMAIN = None
    return settings


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECURE_CSP", {}, "portal.E001"),
        ("SECURE_CSP", {"default-src": ["'self'"]}, "portal.E001"),
        ("SECURE_CSP", {"default-src": ["'none'"], "script-src": ["'self'", "'unsafe-inline'"]}, "portal.E002"),
        ("SECURE_CSP", {"default-src": ["'none'"], "script-src": ["'unsafe-eval'"]}, "portal.E002"),
        ("SECURE_CSP", {"default-src": ["'none'"], "img-src": ["data:"]}, "portal.E002"),
        ("SECURE_CSP", {"default-src": ["'none'"], "script-src": ["https:"]}, "portal.E002"),
        ("SECURE_CSP", {"default-src": ["'none'"], "style-src": ["*"]}, "portal.E002"),
        ("SESSION_COOKIE_NAME", "sessionid", "portal.E003"),
        ("CSRF_COOKIE_NAME", "csrftoken", "portal.E003"),
        ("SESSION_COOKIE_DOMAIN", "example.org", "portal.E004"),
        ("CSRF_COOKIE_PATH", "/admin/", "portal.E004"),
        ("ALLOWED_HOSTS", ["*"], "portal.E005"),
        ("ALLOWED_HOSTS", [".example.org"], "portal.E005"),
        ("USE_X_FORWARDED_HOST", True, "portal.E006"),
    ],
)
def test_a_setting_that_is_not_strict_is_named(strict, name, value, fault):
    assert deployment() == []
    setattr(strict, name, value)
    assert {one.id for one in deployment()} == {fault}
