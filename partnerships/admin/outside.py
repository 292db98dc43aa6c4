"""Signing in by the outside provider of identities: who gets in by it, and how somebody connects their account.

An outside identity makes no account and gives no right. It lets in whoever has connected it to their account of the desk
(or, where `OIDC_MATCH_EMAIL` says so, whose address it is), if the account is open and of the desk.
"""

from __future__ import annotations

import logging
from functools import wraps

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partnerships.editorial.people import connect_identity, remove_identity
from partnerships.publishing.feed import Refusal

from .provider import NAME, Claims, Unreachable, Untrue, address_to_go, claims_of, state_of
from .signin import OUTSIDE, Accounts

log = logging.getLogger("portal.signin")


class Refused(Exception):
    """A sentence for who isn't let in, and the status that goes with it."""

    def __init__(self, said: str, status: int = 403):
        super().__init__(said)
        self.status = status


def where_set(view):
    """A page that exists only where the settings name a provider."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not settings.OIDC:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


# Going there ----------------------------------------------------------------------------------------------------------


@where_set
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """From the sign-in page to the provider."""
    if request.user.is_authenticated:
        return redirect("admin:index")
    limited = ratelimit.consume_or_429(request, app="allauth.account", action="outside", config={"outside": "30/m/ip"})
    return limited or _go(request, "login", get_next_redirect_url(request) or reverse("admin:index"))


@where_set
@login_required
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """From the account page to the provider, to connect what it says to this account."""
    raise_if_reauthentication_required(request, app="allauth.socialaccount")
    return _go(request, "connect", reverse("account_outside"))


def _go(request: HttpRequest, process: str, after: str) -> HttpResponse:
    """A page that leads on. Not a redirect: our content policy lets no form lead elsewhere, not by way of one either."""
    try:
        where = address_to_go(request, process, after, request.user.pk)
    except (Unreachable, Untrue) as error:
        return _refusal(request, _unusable(error))
    context = site.each_context(request) | {"title": _name("On to %(name)s"), "where": where}
    response = render(request, "account/outside_go.html", context)
    response.headers["Refresh"] = f"0; url={where}"
    return response


# Coming back ----------------------------------------------------------------------------------------------------------


@where_set
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Where the provider sends somebody back to. It takes the state that this browser left with, once."""
    try:
        if (state := state_of(request)) is None:
            raise Refused(_("This sign-in wasn't begun in this browser, or it took too long. Begin again here."))
        if request.GET.get("error") == "access_denied":
            raise Refused(_name("%(name)s didn't let you through, or you turned back there."))
        if state["data"]["person"] != request.user.pk:
            raise Refused(_("Somebody else has signed in or out here since you left. Begin again."))
        try:
            claims = claims_of(request, state)
        except (Unreachable, Untrue) as error:
            raise _unusable(error) from error
        return _connected(request, claims) if state["process"] == "connect" else _let_in(request, claims, state["next"])
    except Refused as refused:
        return _refusal(request, refused)


def _connected(request: HttpRequest, claims: Claims) -> HttpResponse:
    try:
        _connect(request.user, claims, "By themselves.")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _name("From now on %(name)s lets you in as well."))
    return redirect("account_outside")


def _let_in(request: HttpRequest, claims: Claims, after: str) -> HttpResponse:
    person = _person(claims)
    record_authentication(request, person, "socialaccount", provider=NAME)
    if claims.proofs & set(settings.OIDC["factors"]):
        record_authentication(request, person, "mfa", type=OUTSIDE)
    return perform_login(request, Login(user=person, redirect_url=after))


def _person(claims: Claims) -> User:
    """Whose account an outside identity opens. Raises Refused."""
    identity = SocialAccount.objects.filter(provider=NAME, uid=claims.uid).select_related("user").first()
    person = identity.user if identity else _by_address(claims.address)
    if person is None:
        raise Refused(
            _name(
                "No account of the desk is connected to this identity at %(name)s. Sign in as you did so far and connect"
                " it on the page of your account; if you have no account, ask an administrator."
            )
        )
    if not person.is_active:
        raise Refused(_("This account is closed. An administrator can make it active again."))
    if not person.is_staff:
        raise Refused(_("This account has no role at the desk. An administrator can give it one."))
    if identity is None:
        try:
            _connect(person, claims, "By their address.")
        except Refusal as refusal:
            raise Refused(str(refusal)) from refusal
    return person


def _by_address(address: str) -> User | None:
    """The one account with an address that the provider has made sure of, if the settings let that be enough.

    Addresses are compared without regard to case in ASCII alone: elsewhere different letters can fold to the same.
    """
    if not settings.OIDC["by_email"] or not address or not address.isascii():
        return None
    found = list(User.objects.filter(email__iexact=address)[:2])
    return found[0] if len(found) == 1 and found[0].email.lower() == address.lower() else None


def _connect(person: User, claims: Claims, note: str) -> None:
    connect_identity(person, provider=NAME, uid=claims.uid, called=claims.called, note=note)


# On the account page --------------------------------------------------------------------------------------------------


@where_set
@login_required
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """What is connected to one's own account."""
    context = {
        "title": settings.OIDC["name"],
        "identities": SocialAccount.objects.filter(user=request.user, provider=NAME).order_by("pk"),
    }
    return render(request, "account/outside.html", site.each_context(request) | context)


@where_set
@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own connection away."""
    identity = get_object_or_404(SocialAccount, pk=pk, user=request.user, provider=NAME)
    raise_if_reauthentication_required(request, app="allauth.socialaccount")
    try:
        remove_identity(identity, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _name("%(name)s no longer lets you in by this identity."))
    return redirect("account_outside")


# Sentences ------------------------------------------------------------------------------------------------------------


def _name(sentence: str) -> str:
    return _(sentence) % {"name": settings.OIDC["name"]}


def _unusable(error: Unreachable | Untrue) -> Refused:
    log.warning("The outside provider can't be used (%s): %s", type(error).__name__, error)
    if isinstance(error, Unreachable):
        return Refused(
            _name("%(name)s doesn't answer at present. Try again later, or sign in with your password."), 502
        )
    return Refused(_name("What %(name)s answered can't be trusted, so nobody was let in. Tell an administrator."))


def _refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A failed sign-in is written down as others are."""
    Accounts(request).authentication_failed(request)
    context = {"title": _("You aren't signed in"), "said": str(refused)}
    if request.user.is_authenticated:
        context["title"] = _("Nothing was connected")
    return render(request, "account/outside_refused.html", site.each_context(request) | context, status=refused.status)
