"""How much one caller may have made for it: a token bucket for answers that cost something.

Only answers that Django had to make are counted; those from the store, 304s among them, never come here. Every answer of
the API says the policy, made ones and refusals say what is left (draft-ietf-httpapi-ratelimit-headers).
"""

from __future__ import annotations

import ipaddress
import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from partnerships.api import outside
from partnerships.public import refusals

from .buckets import Rate, RedisBuckets, SharedBuckets, Taken
from .middleware import is_public
from .store import AGAIN

API = "/api/"
NAME = "made"


def caller(request: HttpRequest) -> str:
    """Who asks, as far as the machines in between are trusted: the address that the last trusted one saw.

    Somebody with IPv6 has a whole network, so the first 64 bits stand for them.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if trusted := settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        address = hops[-min(trusted, len(hops))] or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6 and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed.ipv4_mapped if parsed.version == 6 else parsed)


def buckets() -> SharedBuckets | RedisBuckets | None:
    """Where the tokens are kept; None when nothing is limited."""
    rate = Rate(settings.LIMITS["made_answers"], settings.LIMITS["made_seconds"])
    if not rate.room:
        return None
    if settings.REDIS_URL:
        return RedisBuckets(settings.REDIS_URL, rate)
    try:
        return SharedBuckets(settings.BUCKETS_FILE, rate)
    except OSError:
        return None


class MadeAnswers:
    """Middleware: a caller who has had too much made for it within a while is asked to wait."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.policy = f'"{NAME}";q={settings.LIMITS["made_answers"]};w={settings.LIMITS["made_seconds"]}'
        self.buckets = buckets()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        taken = self.taken(request)
        if taken and not taken.granted:
            wait = math.ceil(taken.wait)
            refuse = outside.too_many if request.path.startswith(API) else refusals.too_many
            response = refuse(request, wait)
            response.headers["Retry-After"] = str(wait)
            response.headers["Cache-Control"] = "no-store"
        else:
            response = self.get_response(request)
        if request.path.startswith(API):
            response.headers["RateLimit-Policy"] = self.policy
            if taken:
                response.headers["RateLimit"] = f'"{NAME}";r={taken.left};t={math.ceil(taken.wait)}'
        return response

    def taken(self, request: HttpRequest) -> Taken | None:
        """A token for this answer; None for what is not counted: the desk, machines' questions, our own, and this machine."""
        if self.buckets is None or not is_public(request.path) or request.META.get(AGAIN):
            return None
        who = caller(request)
        if settings.LOCAL_MODE and who in settings.INTERNAL_ADDRESSES:
            return None
        return self.buckets.take(who)
