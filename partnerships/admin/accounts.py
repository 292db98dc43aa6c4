"""The addresses below /accounts/: those of allauth's that the portal uses, each named here, and a few of its own.

What isn't listed (signing up, addresses of mail, resetting by mail) doesn't exist. Pages of somebody who is signed in
look like the desk's.
"""

from __future__ import annotations

from functools import wraps

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.admin import site
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView

from partnerships.editorial.people import open_link, use_link
from partnerships.publishing.feed import Refusal

from . import outside
from .passwords import Start


class ActivateApp(totp.ActivateTOTPView):
    """Adding an authenticator app takes a code from it: the session has used its second factor."""

    def form_valid(self, form):
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP)
        return response


class AddPasskey(passkeys.AddWebAuthnView):
    """Adding a passkey takes a signature by it: the session has used its second factor."""

    def form_valid(self, form):
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.WEBAUTHN)
        return response


def begin_or_use_passkey(request: HttpRequest) -> HttpResponse:
    """Sign-in by passkey. Asking for a challenge starts a session, so that is limited as well."""
    limited = ratelimit.consume_or_429(
        request, app="allauth.mfa", action="challenge", config={"challenge": "30/m/ip"}, limit_get=True
    )
    return limited or passkeys.login_webauthn(request)


@login_required
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The code that an authenticator app photographs, as a picture of its own: the content policy takes no `data:`."""
    if not (secret := request.session.get(SECRET_SESSION_KEY)):
        raise Http404
    factor = get_adapter()
    return HttpResponse(
        factor.build_totp_svg(factor.build_totp_url(request.user, secret)), content_type="image/svg+xml"
    )


BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """What a browser says it is, in two words where it can be told."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    machine = next((name for sign, name in MACHINES if sign in user_agent), "")
    return (
        _("%(browser)s on %(machine)s") % {"browser": browser, "machine": machine}
        if browser and machine
        else user_agent
    )


class Sessions(sessions.ListUserSessionsView):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["lines"] = [(session, device(session.user_agent)) for session in context["sessions"]]
        return context


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of one's own sessions."""
    end_sessions(request, [get_object_or_404(UserSession, pk=pk, user=request.user)])
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list" if request.user.is_authenticated else "account_login")


@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """allauth's page, for who has a password: an account that an outside identity opens may have none."""
    if request.user.has_usable_password():
        return account.password_change(request)
    messages.info(request, _("Your account has no password. An administrator can hand you a one-time link to set one."))
    return redirect("mfa_index")


@sensitive_post_parameters()
def start(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: choose a password. Looking changes nothing; whatever is wrong with a link, the answer is one."""
    if (link := open_link(token)) is None:
        return _gone(request)
    form = Start(link.person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            use_link(token, form.cleaned_data["new_password1"])
        except Refusal:
            return _gone(request)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    context = {"title": _("Choose a password"), "form": form, "link": link}
    return render(request, "account/start.html", site.each_context(request) | context)


def _gone(request: HttpRequest) -> HttpResponse:
    context = {"title": _("This link doesn't open anything")}
    return render(request, "account/gone.html", site.each_context(request) | context, status=404)


def page(view, title: str):
    """A view of allauth's whose page gets the frame of the desk."""

    @wraps(view)
    def framed(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if getattr(response, "context_data", None) is not None and not response.is_rendered:
            response.context_data = site.each_context(request) | {"title": title} | response.context_data
        return response

    return framed


_t = gettext_lazy
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="mfa_index"), name="account_index"),
    path("login/", page(account.login, _t("Sign in")), name="account_login"),
    path("logout/", page(account.logout, _t("Sign out")), name="account_logout"),
    path("inactive/", page(account.account_inactive, _t("This account is closed")), name="account_inactive"),
    path("reauthenticate/", page(account.reauthenticate, _t("Is it you?")), name="account_reauthenticate"),
    path("password/change/", page(change_password, _t("Password")), name="account_change_password"),
    path("start/<str:token>/", start, name="account_start"),
    path("outside/", outside.connections, name="account_outside"),
    path("outside/sign-in/", outside.sign_in, name="account_outside_sign_in"),
    path("outside/return/", outside.come_back, name="account_outside_return"),
    path("outside/connect/", outside.connect, name="account_outside_connect"),
    path("outside/<int:pk>/remove/", outside.remove, name="account_outside_remove"),
    path("sessions/", page(Sessions.as_view(), _t("Sessions")), name="usersessions_list"),
    path("sessions/<int:pk>/end/", end_session, name="account_end_session"),
    path("2fa/", page(factors.index, _t("Second factor")), name="mfa_index"),
    path("2fa/authenticate/", page(factors.authenticate, _t("Second factor")), name="mfa_authenticate"),
    path("2fa/reauthenticate/", page(factors.reauthenticate, _t("Is it you?")), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", page(ActivateApp.as_view(), _t("Authenticator app")), name="mfa_activate_totp"),
    path("2fa/totp/picture.svg", totp_picture, name="account_totp_picture"),
    path(
        "2fa/totp/deactivate/",
        page(totp.deactivate_totp, _t("Remove the authenticator app")),
        name="mfa_deactivate_totp",
    ),
    path("2fa/recovery-codes/", page(codes.view_recovery_codes, _t("Recovery codes")), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        page(codes.generate_recovery_codes, _t("New recovery codes")),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", page(AddPasskey.as_view(), _t("Add a passkey")), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", begin_or_use_passkey, name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        page(passkeys.reauthenticate_webauthn, _t("Is it you?")),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        page(passkeys.remove_webauthn, _t("Remove a passkey")),
        name="mfa_remove_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/edit/",
        page(passkeys.edit_webauthn, _t("Name a passkey")),
        name="mfa_edit_webauthn",
    ),
]
