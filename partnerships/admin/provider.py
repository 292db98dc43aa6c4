"""The talk with the outside provider of identities (`OIDC_…`): OpenID Connect Core 1.0, the flow with a code.

allauth brings discovery, state, PKCE and the exchange of the code. What the provider then says of somebody is believed
only if its signature, issuer, audience, times and nonce are right; allauth alone would trust the connection instead and
knows no nonce. Nothing of it decides who gets in: that is `partnerships.admin.outside`.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from requests import RequestException

from portal.environment import is_safe

NAME = "oidc"
"""The provider in the tables of identities and states."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has; none by a shared secret."""
LEEWAY = 60
"""Seconds by which the two clocks may differ."""


class Unreachable(Exception):
    """The provider can't be asked at present."""


class Untrue(Exception):
    """What came back can't be believed."""


@dataclass(frozen=True)
class Claims:
    """What the provider says of somebody: `uid` names them for good, `called` is for people to read."""

    uid: str
    called: str
    address: str
    """Their address of mail, if the provider has made sure of it; else empty."""
    proofs: frozenset[str]
    """How they showed there that it is them: values of `acr` and `amr`."""


class Identities(DefaultSocialAccountAdapter):
    """allauth's view of providers: the one of the settings, never one of the database. Nobody signs up by it."""

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def list_apps(self, request, provider=None, client_id=None) -> list[SocialApp]:
        if not settings.OIDC:
            return []
        given = settings.OIDC
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=NAME,
                name=given["name"],
                client_id=given["client_id"],
                secret=given["secret"],
                settings={"server_url": given["server"], "oauth_pkce_enabled": True},
            )
        ]

    def get_app(self, request, provider, client_id=None) -> SocialApp:
        if not (apps := self.list_apps(request)):
            raise SocialApp.DoesNotExist
        return apps[0]

    def get_provider(self, request, provider, client_id=None) -> OpenIDConnectProvider:
        return Provider(request, app=self.get_app(request, provider))

    def list_providers(self, request) -> list:
        return [Provider(request, app=app) for app in self.list_apps(request)]


class Exchange(OpenIDConnectOAuth2Adapter):
    """The provider's addresses, and what it says in exchange for a code."""

    @property
    def openid_config(self) -> dict:
        """What the provider says of itself. Only its own word counts, and only addresses that nobody can listen in to."""
        found = super().openid_config
        if str(found["issuer"]).rstrip("/") != settings.OIDC["server"]:
            raise Untrue("another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            if name in found and not is_safe(found[name]):
                raise Untrue(f"unsafe {name}")
        return found

    def get_callback_url(self, request, app) -> str:
        return urljoin(settings.SITE_ORIGIN, reverse("account_outside_return"))

    def claims(self, app: SocialApp, verifier: str, nonce: str) -> Claims:
        answer = self.get_access_token_data(self.request, app, self.get_client(self.request, app), verifier)
        signed = self._signed(answer["id_token"], app.client_id, nonce)
        told = signed
        if self.openid_config.get("userinfo_endpoint"):
            told = self._fetch_user_info(answer["access_token"])
            if told["sub"] != signed["sub"]:
                raise Untrue("another person")
            told = told | signed
        uid = hashlib.sha256(f"{signed['iss']} {signed['sub']}".encode()).hexdigest()
        address = str(told.get("email") or "")
        amr = signed.get("amr") or []
        return Claims(
            uid=uid,
            called=str(told.get("preferred_username") or address or told.get("name") or signed["sub"])[:150],
            address=address if told.get("email_verified") is True else "",
            proofs=frozenset(map(str, [signed.get("acr", ""), *(amr if isinstance(amr, list) else [amr])])) - {""},
        )

    def _signed(self, token: str, audience: str, nonce: str) -> dict:
        """The claims of an id_token (OpenID Connect Core 1.0, 3.1.3.7)."""
        with Identities(self.request).get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json())
        named = jwt.get_unverified_header(token).get("kid")
        if named is None and len(keys.keys) > 1:
            raise Untrue("which key?")
        found = jwt.decode(
            token,
            key=keys.keys[0] if named is None else keys[named],
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
        if not secrets.compare_digest(str(found["nonce"]).encode(), nonce.encode()):
            raise Untrue("another nonce")
        if found["aud"] not in (audience, [audience]) or found.get("azp", audience) != audience:
            raise Untrue("not for the portal alone")
        return found


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Exchange


def provider_of(request: HttpRequest) -> Provider:
    """Raises SocialApp.DoesNotExist where the settings name none."""
    return Identities(request).get_provider(request, NAME)


def address_to_go(request: HttpRequest, process: str, after: str, person: int | None) -> str:
    """Where somebody shows who they are: an address of the provider that leads back here once, within ten minutes.

    `process` is "login" or "connect", `after` the page to see then, `person` whose account it is about.
    """
    nonce = secrets.token_urlsafe(32)
    with _plainly():
        return (
            provider_of(request)
            .redirect(
                request,
                process,
                next_url=after,
                data={"nonce": nonce, "person": person},
                auth_params={"nonce": nonce},
                scope=["openid", "profile", "email"],
            )
            .url
        )


def state_of(request: HttpRequest) -> dict | None:
    """What was meant when this browser left for the provider; None if it didn't, too long ago, or came back already."""
    return statekit.unstash_state(request, provider_id=NAME, state_id=request.GET.get("state", ""))


def claims_of(request: HttpRequest, state: dict) -> Claims:
    """What the provider says of who came back. Raises Unreachable or Untrue."""
    provider = provider_of(request)
    with _plainly():
        return Exchange(request, NAME).claims(provider.app, state["pkce_code_verifier"], state["data"]["nonce"])


@contextmanager
def _plainly():
    """The libraries below fail in many ways, an answer can lack anything: two kinds are left."""
    try:
        yield
    except RequestException as error:
        raise Unreachable(type(error).__name__) from error
    except (OAuth2Error, jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise Untrue(type(error).__name__) from error
