"""How people sign in: allauth, told what the portal asks of it.

Who somebody is, password and second factor say; what they may do, only their role does. The rules on second factors and
on the length of sessions hold where the portal is served to others (`STRICT_SIGN_IN`), not on one's own machine.
"""

from __future__ import annotations

import hashlib
import logging
import math
import secrets
import time
from base64 import b32encode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import get_pending_stage
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit  # its public face doesn't tell when a limit opens again
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partnerships.editorial.people import FACTORS

from . import refusals

log = logging.getLogger("portal.signin")


class Recognition(AuthenticationBackend):
    """Recognises people by user name and password. Rights kept with an account count for nothing: the role decides."""

    def get_user_permissions(self, user_obj, obj=None) -> set:
        return set()

    get_group_permissions = get_all_permissions = get_user_permissions

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return False

    def has_module_perms(self, user_obj, app_label) -> bool:
        return False


class Accounts(DefaultAccountAdapter):
    """Nobody signs up, nobody confirms an address; failures are counted by name and address together."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("This user name and this password don't belong together."),
        "incorrect_password": _("This isn't your password."),
        "enter_current_password": _("This isn't your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["partnerships.admin.signin.SecondFactor"]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return _name_and_address(request, credentials.get("username", ""))

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Who has just signed in needn't do so again for the next page."""
        records = get_authentication_records(self.request, self.request.user)
        recent = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not any(record["at"] > recent for record in records)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Neither the name (what was typed may be a password) nor the address: a mark that is the same for a day instead."""
        mark = salted_hmac(
            f"sign-in {timezone.now():%Y-%m-%d}", str(self.get_client_ip(request)), algorithm="sha256"
        ).hexdigest()[:8]
        log.warning("A sign-in failed, from the place with the mark %s.", mark)

    def validation_error(self, code, *args):
        if code in ("too_many_login_attempts", "rate_limited"):
            raise ImmediateHttpResponse(too_many(self.request))
        return super().validation_error(code, *args)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_change_password")


class Factors(DefaultMFAAdapter):
    """The portal's name in authenticator apps, and plain names for passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code isn't right, or it was used before."),
    }

    def _get_site_name(self) -> str:
        return "Partnerships Portal"

    def _get_user_identifier(self, user) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was kept under a key that is lost fits no code any more: an administrator can clear it by a link."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.warning("A second factor was kept under another SECRET_KEY and can't be used.")
            return b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user, type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _now("Passkey %(number)d") % {"number": number}


def _cipher() -> MultiFernet:
    """Secrets of authenticator apps are useless to who reads the database alone."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet(
        [Fernet(urlsafe_b64encode(hashlib.sha256(f"second factors {key}".encode()).digest())) for key in keys]
    )


# Limits ---------------------------------------------------------------------------------------------------------------


def _name_and_address(request: HttpRequest, name: str) -> str:
    return f"{name.strip().casefold()} {ratelimit.get_ip(request)}"


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody tried too often: a page that says when to try again."""
    seconds = _wait(request)
    log.warning("Too many attempts at %s, from %s.", request.resolver_match.route, ratelimit.get_ip(request))
    minutes = math.ceil(seconds / 60)
    said = ngettext(
        "There were too many attempts. Try again in %(minutes)d minute, after %(at)s UTC.",
        "There were too many attempts. Try again in %(minutes)d minutes, after %(at)s UTC.",
        minutes,
    ) % {"minutes": minutes, "at": f"{timezone.now() + timedelta(minutes=minutes):%H:%M}"}
    response = refusals.page(request, 429, _now("Too many attempts"), said)
    response.headers["Retry-After"] = str(seconds)
    return response


def _wait(request: HttpRequest) -> int:
    """Seconds until the limits that a request can have met are open again."""
    person = request.user if request.user.is_authenticated else None
    keys = [_name_and_address(request, person.username if person else request.POST.get("login", ""))]
    stage = None if person else get_pending_stage(request)
    if second := person or (stage and stage.login.user):
        keys.append(f"mfa-auth-user-{second.pk}")
    waits, now = [], time.time()
    limits = [("allauth.account", action) for action in settings.ACCOUNT_RATE_LIMITS]
    for app, action in (*limits, *(("allauth.mfa", action) for action in settings.MFA_RATE_LIMITS)):
        for rate in ratelimit.get_rates(app=app, action=action):
            if rate.per == "user" and person is None:
                continue
            for key in keys if rate.per == "key" else keys[:1]:
                where = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=person)
                times = cache.get(where, [])
                if len(times) >= rate.amount:
                    waits.append(times[-1] + rate.duration - now)
    return math.ceil(max(waits, default=60))


# The second factor ----------------------------------------------------------------------------------------------------


def proved(request: HttpRequest) -> bool:
    """Whether a second factor, or what stands in for one, was used in this session; where none is asked, always."""
    if not settings.STRICT_SIGN_IN:
        return True
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


OUTSIDE = "outside"
"""A second factor that was used at the outside provider, which the settings say is enough."""


class SecondFactor(AuthenticateStage):
    """The page between password and desk, for who has a second factor and hasn't used one elsewhere."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        elsewhere = any((record["method"], record.get("type")) == ("mfa", OUTSIDE) for record in records)
        return not elsewhere and super()._should_handle(request)


def has_factor(person: User) -> bool:
    return Authenticator.objects.filter(user=person, type__in=FACTORS).exists()


OPEN = {"account_logout", "account_inactive", "account_start", "logout", "jsi18n"}
ENROLMENT = {
    "mfa_index",
    "mfa_activate_totp",
    "account_totp_picture",
    "mfa_add_webauthn",
    "account_reauthenticate",
}
"""Where somebody without any second factor gets one."""
PROOF = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
"""Where somebody who has one uses it: nobody adds another by the password alone."""


class SignedIn:
    """Ends sessions that are idle or old, and lets nobody to the desk who hasn't used a second factor."""

    GUARDED = ("/admin/", "/accounts/", "/preview/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STRICT_SIGN_IN and request.path.startswith(self.GUARDED) and request.user.is_authenticated:
            if _outlived(request):
                logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not (settings.STRICT_SIGN_IN and request.path.startswith(self.GUARDED) and request.user.is_authenticated):
            return None
        name = request.resolver_match.url_name
        if name in OPEN or proved(request):
            return None
        if not has_factor(request.user):
            return None if name in ENROLMENT else redirect("mfa_index")
        if name in PROOF:
            return None
        has_app = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
        where = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return HttpResponseRedirect(f"{where}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def _outlived(request: HttpRequest) -> bool:
    """Whether a session is over; otherwise notes that somebody was here, once a minute."""
    now, session = int(time.time()), request.session
    began, seen = session.get("began", now), session.get("seen", now)
    if now - began > settings.LIMITS["session_life"] or now - seen > settings.LIMITS["session_idle"]:
        return True
    if "began" not in session or now - seen > 60:
        session["began"], session["seen"] = began, now
    return False


# The entrance ---------------------------------------------------------------------------------------------------------


def entrance(request: HttpRequest) -> HttpResponse:
    """In place of Django's own sign-in form, which knows no second factor: the portal's, or why it wouldn't help."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "account/no_desk.html", {"title": _("Not for this account")}, status=403)
