"""Accounts: who has which role, how somebody gets in without mail, and when sessions end.

Rights come from the role alone. Each verb writes its event in the transaction that makes the change; none writes secrets.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL, locked_head

from .audit import note_move
from .models import EventHead, OneTimeLink
from .permissions import ADMINISTRATOR, ORDER, people_who_may, role_held

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""

MOVES = {
    "add_person": "Account made",
    "change_role": "Role changed",
    "open_account": "Account opened again",
    "close_account": "Account closed",
    "end_sessions": "Signed out everywhere",
    "make_link": "One-time link made",
    "revoke_link": "One-time link taken back",
    "use_link": "One-time link used",
    "connect_identity": "Outside identity connected",
    "remove_identity": "Outside identity removed",
}
"""The verbs of this module in the audit log, in words."""

GONE = "This link doesn't open anything. It may have been used or replaced, or it is older than a day."


# Roles ----------------------------------------------------------------------------------------------------------------


def objection(person: User, *, role: str, active: bool, by: User) -> str:
    """Why an account can't be given a role and state by somebody; empty when it can.

    Inside a transaction its answer stays true: changes of roles go one after the other.
    """
    if transaction.get_connection(EDITORIAL).in_atomic_block:
        locked_head(EventHead, EDITORIAL)
    if role and role not in ORDER:
        return "There is no such role."
    stored = User.objects.filter(pk=person.pk).first()
    if stored is None:
        return ""
    if by.pk == person.pk and (role != role_held(stored) or not active):
        return "You can't change your own role or close your own account. Ask another administrator."
    others = [one for one in people_who_may("people") if one.pk != person.pk]
    administers = role_held(stored) == ADMINISTRATOR and stored.is_active
    if administers and not others and not (active and role == ADMINISTRATOR):
        return "This is the last active administrator. Make somebody else one first."
    return ""


def save_person(person: User, *, role: str, by: User) -> None:
    """Keep an account as it stands, with one role or none. Who loses or changes a role, or is closed, is signed out.

    Raises Refusal for the last administrator, and for one's own role.
    """
    with transaction.atomic(using=EDITORIAL):
        if sentence := objection(person, role=role, active=person.is_active, by=by):
            raise Refusal(sentence)
        stored = User.objects.filter(pk=person.pk).first()
        held = role_held(stored) if stored else ""
        person.is_staff = bool(role)
        person.is_superuser = person.is_superuser and role == ADMINISTRATOR
        if stored is None:
            person.set_unusable_password()
        person.save()
        person.groups.remove(*Group.objects.filter(name__in=ORDER))
        if role:
            person.groups.add(Group.objects.get_or_create(name=role)[0])
        if stored is None:
            note_move(by.username, "add_person", title=person.username, after=role)
        elif held != role:
            note_move(by.username, "change_role", title=person.username, before=held, after=role)
        if stored and stored.is_active != person.is_active:
            note_move(by.username, "open_account" if person.is_active else "close_account", title=person.username)
        if stored and (held != role or not person.is_active):
            _sign_out(person)
        if not person.is_active:
            _open_links().filter(person=person).update(revoked_at=timezone.now())


# Sessions -------------------------------------------------------------------------------------------------------------


def end_sessions(person: User, *, by: User) -> int:
    """Sign somebody out everywhere; returns of how many sessions."""
    with transaction.atomic(using=EDITORIAL):
        note_move(by.username, "end_sessions", title=person.username)
        return _sign_out(person)


def _sign_out(person: User) -> int:
    """Sessions keep their person inside, so all that live are looked at: staff are few."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [one.pk for one in live.iterator() if one.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=theirs).delete()
    UserSession.objects.filter(user=person).delete()
    return len(theirs)


# One-time links -------------------------------------------------------------------------------------------------------


def make_link(person: User, *, by: User, clears_factor: bool = False) -> tuple[OneTimeLink, str]:
    """A link to hand to somebody, and its token, which is told only now. Links made before it no longer open.

    Raises Refusal for a closed account.
    """
    if not person.is_active:
        raise Refusal("This account is closed. Make it active first.")
    token, now = secrets.token_urlsafe(32), timezone.now()
    with transaction.atomic(using=EDITORIAL):
        note_move(by.username, "make_link", title=person.username, note=_about(clears_factor))
        _open_links().filter(person=person).update(revoked_at=now)
        link = OneTimeLink.objects.create(
            person=person,
            digest=_digest(token),
            clears_factor=clears_factor,
            made_by=by.username,
            made_at=now,
            expires_at=now + timedelta(seconds=settings.LIMITS["link_life"]),
        )
    return link, token


def revoke_links(person: User, *, by: User) -> int:
    """Take back what somebody was handed and hasn't used; returns how many links."""
    with transaction.atomic(using=EDITORIAL):
        if revoked := _open_links().filter(person=person).update(revoked_at=timezone.now()):
            note_move(by.username, "revoke_link", title=person.username)
    return revoked


def open_link(token: str) -> OneTimeLink | None:
    """The link of a token, if it can still be used."""
    return _open_links().filter(digest=_digest(token), person__is_active=True).select_related("person").first()


def waiting_link(person: User) -> OneTimeLink | None:
    """The link that somebody was handed and hasn't used."""
    return _open_links().filter(person=person).first()


def use_link(token: str, password: str) -> User:
    """Set a password by a link, which is used up by it; all sessions of the account end. Raises Refusal if it can't be."""
    now = timezone.now()
    with transaction.atomic(using=EDITORIAL):
        locked_head(EventHead, EDITORIAL)
        if (link := open_link(token)) is None or not _open_links().filter(pk=link.pk).update(used_at=now):
            raise Refusal(GONE)
        person = link.person
        person.set_password(password)
        person.save(update_fields=["password"])
        if link.clears_factor:
            Authenticator.objects.filter(user=person).delete()
        _sign_out(person)
        note_move(person.username, "use_link", title=person.username, note=_about(link.clears_factor))
    return person


def _open_links():
    return OneTimeLink.objects.filter(
        Q(used_at__isnull=True) & Q(revoked_at__isnull=True) & Q(expires_at__gt=timezone.now())
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _about(clears_factor: bool) -> str:
    return "For a new password; the second factor is cleared." if clears_factor else "For a new password."


# Outside identities -----------------------------------------------------------------------------------------------------


def connect_identity(person: User, *, provider: str, uid: str, called: str, note: str) -> SocialAccount:
    """Let somebody in by an identity of an outside provider: `uid` names it for good, `called` is for people to read.

    Raises Refusal for an account that can't enter the desk or has another identity there, and for an identity that is
    another account's.
    """
    with transaction.atomic(using=EDITORIAL):
        locked_head(EventHead, EDITORIAL)
        if not User.objects.filter(pk=person.pk, is_active=True, is_staff=True).exists():
            raise Refusal("This account can't enter the desk, so nothing can be connected to it.")
        identity, new = SocialAccount.objects.get_or_create(
            provider=provider, uid=uid, defaults={"user": person, "extra_data": {"called": called}}
        )
        if identity.user_id != person.pk:
            raise Refusal("This identity is connected to another account of the desk.")
        if new:
            if SocialAccount.objects.filter(user=person, provider=provider).count() > 1:
                raise Refusal("Another identity is connected to this account. Remove that one first.")
            note_move(person.username, "connect_identity", title=person.username, note=note)
    return identity


def remove_identity(identity: SocialAccount, *, by: User) -> None:
    """Take an outside identity from its account. Raises Refusal where nothing else would let the person in."""
    with transaction.atomic(using=EDITORIAL):
        locked_head(EventHead, EDITORIAL)
        person = User.objects.get(pk=identity.user_id)
        passkeys = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
        alone = any(key.wrap().is_passwordless for key in passkeys)
        if not (person.has_usable_password() or alone):
            raise Refusal("This is the only way into your account. Add a passkey first, or ask for a one-time link.")
        note_move(by.username, "remove_identity", title=person.username)
        identity.delete()
