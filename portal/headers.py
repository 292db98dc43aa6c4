"""Headers that every answer has, whoever gives it: a view, the files beside Django, or a refusal before any view."""

from __future__ import annotations

from django.conf import settings
from django.utils.csp import build_policy

SAFE = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}
"""What Django's own middleware doesn't set, or not on every answer. A view may say otherwise."""


def of_files() -> dict[str, str]:
    """All that Django's middleware would set, for the static files that stand in front of it."""
    found = SAFE | {
        "Content-Security-Policy": build_policy(settings.SECURE_CSP),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        found["Strict-Transport-Security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}"
            + ("; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else "")
            + ("; preload" if settings.SECURE_HSTS_PRELOAD else "")
        )
    return found
