"""Previews: what a revision, or a release, would be in public; and links to them for people without an account.

A link is a random token of 256 bits, of which only the SHA-256 is kept. A signed token would need a row as well, to be
revocable, and would be worth what the key is worth; a random one can be neither guessed, forged nor read from a backup.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from partnerships.models import Record, uuid7
from partnerships.publishing.documents import digest
from partnerships.publishing.feed import Refusal, missing_references
from partnerships.publishing.log import EDITORIAL, Step
from partnerships.publishing.models import Action, ChangeKind, Publication

from .audit import note_move
from .models import PreviewLink, Release, ReleaseItem, Revision
from .permissions import may
from .publication import _pinned, _titles
from .rules import broken

LIVE = (Release.Status.OPEN, Release.Status.PLANNED, Release.Status.FAILED)
"""A release that is still to come; any other has nothing to preview."""


# What would be public -------------------------------------------------------------------------------------------------


def release_with(record: UUID) -> Release | None:
    """The release to come that a record is collected in."""
    return Release.objects.filter(items__record=record, status__in=LIVE).order_by("-made_at").first()


def items_of(release: Release) -> list[ReleaseItem]:
    return list(release.items.all())


def steps_for(revision: Revision, by: str) -> list[Step]:
    """What would be published with a revision: itself, and the rest of the release that its record is collected in.

    Raises Refusal, with the sentence that publishing would give, for a broken rule or a reference that isn't public.
    """
    release = release_with(revision.record)
    return _steps({revision.record: revision.digest}, items_of(release) if release else [], release, by)


def steps_of(release: Release, by: str) -> list[Step]:
    """What would be published with a release: of each record the pinned revision, else the newest. Raises Refusal."""
    return _steps({}, items_of(release), release, by)


def _steps(digests: Mapping[UUID, str], items: Iterable[ReleaseItem], release: Release | None, by: str) -> list[Step]:
    reasons = {item.record: item for item in items}
    digests = {item.record: item.digest for item in items if item.digest} | dict(digests)
    records = list(Record.objects.using(EDITORIAL).filter(pk__in=reasons.keys() | digests.keys()))
    pinned = _pinned(records, digests)
    waiting = {pk: one for pk, one in pinned.items() if one[0].withdrawn or digest(one[1]) != one[0].public_digest}
    sentences = [
        f"{document['fields']['title']}: {complaint}"
        for _, document in waiting.values()
        for complaint in broken(document)
    ]
    if sentences:
        raise Refusal(" ".join(sentences))
    if missing := missing_references(document for _, document in waiting.values()).keys() - waiting.keys():
        raise Refusal(
            f"Not public yet, but pointed at: {_titles(missing)}. Collect them in one release to see them together.",
            missing=missing,
        )
    together = uuid7() if release else None
    return [
        Step(
            action=Action.PUBLISH,
            kind=state.kind,
            record=pk,
            slug=document["slug"],
            document=document,
            change_kind=_reason(state.public_version, reasons.get(pk)),
            note=(reasons[pk].note or release.note if pk in reasons and release else ""),
            wrong=reasons[pk].wrong if pk in reasons else "",
            wrong_since=reasons[pk].wrong_since if pk in reasons else "",
            by=by,
            release=together,
            release_title=release.title if release else "",
        )
        for pk, (state, document) in waiting.items()
    ]


def _reason(version: int, item: ReleaseItem | None) -> str:
    """A preview needs no reason yet: until one is given, the change counts as one of wording."""
    return ChangeKind.FIRST if not version else (item and item.change_kind) or ChangeKind.EDITORIAL


# Links ----------------------------------------------------------------------------------------------------------------


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make_link(subject: Revision | Release, *, by, days: int = 7) -> tuple[PreviewLink, str]:
    """A link to a preview, and its token, which is told this once and kept nowhere. Raises Refusal with a sentence."""
    if not may(by, "preview"):
        raise Refusal("Your account can't share previews.")
    if not 1 <= days <= settings.LIMITS["preview_days"]:
        raise Refusal(f"A preview link lasts from 1 to {settings.LIMITS['preview_days']} days.")
    token, now = secrets.token_urlsafe(32), timezone.now()
    link = PreviewLink(
        token_digest=_digest(token), made_by=by.get_username(), made_at=now, expires_at=now + timedelta(days=days)
    )
    if isinstance(subject, Release):
        link.release = subject
        if subject.status not in LIVE:
            raise Refusal(f"{subject.title} is not to come any more, so there is nothing to preview.")
    else:
        link.revision = subject
        if Publication.objects.filter(record=subject.record).order_by("-seq").values_list(
            "digest", flat=True
        ).first() == (subject.digest):
            raise Refusal("This revision is public: share the address of its page.")
    with transaction.atomic(using=EDITORIAL):
        link.save(force_insert=True)
        _note(link, "make_link", by)
    return link, token


def revoke(link: PreviewLink, *, by) -> None:
    """End a link. Its maker may, and whoever looks after people. One that is revoked already stays as it is."""
    if link.made_by != by.get_username() and not may(by, "people"):
        raise Refusal("Only who made a link, or an administrator, can revoke it.")
    with transaction.atomic(using=EDITORIAL):
        if PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
            _note(link, "revoke_link", by)


def _note(link: PreviewLink, verb: str, by) -> None:
    until = f"{link.expires_at:%Y-%m-%d %H:%M} UTC"
    if link.revision is None:
        note_move(by.get_username(), verb, title=str(link.release), after=until)
        return
    record = Record.objects.using(EDITORIAL).filter(pk=link.revision.record).first()
    note_move(by.get_username(), verb, record, title=str(link.revision), after=until, digest=link.revision.digest)


def opened(token: str) -> PreviewLink | None:
    """The link that a token opens; None for a token that nobody made, and for a link that is over, whatever ended it."""
    link = (
        PreviewLink.objects.select_related("revision", "release")
        .filter(token_digest=_digest(token), revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    return link if link and _lives(link) else None


def _lives(link: PreviewLink) -> bool:
    maker = get_user_model()._default_manager.filter(username=link.made_by, is_active=True).first()
    if maker is None or not may(maker, "preview"):
        return False
    if link.release:
        return link.release.status in LIVE
    entries = Publication.objects.filter(record__in=[link.revision.record] if link.revision else [])
    return not entries.filter(at__gte=link.made_at).exists()


def links_of(user, subject: Record | Release) -> list[PreviewLink]:
    """The links to a record's revisions, or to a release, that a person made and that are not over by themselves."""
    about = Q(release=subject) if isinstance(subject, Release) else Q(revision__record=subject.pk)
    links = PreviewLink.objects.filter(
        about, made_by=user.get_username(), revoked_at=None, expires_at__gt=timezone.now()
    )
    return [link for link in links.select_related("revision", "release") if _lives(link)]
