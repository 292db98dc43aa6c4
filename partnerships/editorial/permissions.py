"""Who may do what: one table of rights, asked as a question by every door.

A role is a group of that name; each role may all that the one before it may. The table is the only place where rights
stand: `RoleBackend` answers Django's own questions (`user.has_perm`) from it, so there is nothing to keep in step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend

from partnerships.models import Kind, Record

from .models import Review, Revision, Standing, State

AUTHOR, REVIEWER, PUBLISHER, ADMINISTRATOR = ORDER = ("Author", "Reviewer", "Publisher", "Administrator")


@dataclass(frozen=True)
class Right:
    """From which role on something may be done; with which kinds; and in which states of one record. Empty: any."""

    role: str
    kinds: frozenset[str] = frozenset()
    standings: frozenset[str] = frozenset()
    reviews: frozenset[str] = frozenset()

    def fits(self, state: State) -> bool:
        """Whether a record may stand so for this to be done with it."""
        return (not self.standings or state.standing in self.standings) and (
            not self.reviews or state.review in self.reviews
        )


def _right(
    role: str, *, kinds: Iterable[str] = (), standings: Iterable[str] = (), reviews: Iterable[str] = ()
) -> Right:
    return Right(role, frozenset(kinds), frozenset(standings), frozenset(reviews))


NEVER, PUBLIC, CHANGED, WITHDRAWN = Standing.NEVER, Standing.PUBLIC, Standing.CHANGED, Standing.WITHDRAWN
DRAFT, IN_REVIEW, CHANGES, APPROVED = Review.DRAFT, Review.IN_REVIEW, Review.CHANGES, Review.APPROVED

RIGHTS: dict[str, Right] = {
    # working copies
    "view": _right(AUTHOR),
    "add": _right(AUTHOR),
    "change": _right(AUTHOR),
    "delete": _right(AUTHOR, standings=[NEVER]),  # its only author, or an administrator: see ALSO
    "restore": _right(AUTHOR),
    "comment": _right(AUTHOR),
    "assign": _right(AUTHOR),  # say who looks after a record
    "preview": _right(AUTHOR),
    "export": _right(AUTHOR),
    "import": _right(AUTHOR),
    "report": _right(AUTHOR),  # read and answer what readers report
    # review
    "submit": _right(AUTHOR, standings=[NEVER, CHANGED, WITHDRAWN], reviews=[DRAFT, CHANGES]),
    "reopen": _right(AUTHOR, reviews=[IN_REVIEW, APPROVED]),
    "approve": _right(REVIEWER, reviews=[IN_REVIEW]),
    "send_back": _right(REVIEWER, reviews=[IN_REVIEW, APPROVED]),
    "verify": _right(REVIEWER),
    # the public edition
    "publish": _right(PUBLISHER),
    "plan": _right(PUBLISHER),
    "release": _right(PUBLISHER),
    "merge": _right(PUBLISHER),
    "withdraw": _right(PUBLISHER, standings=[PUBLIC, CHANGED]),
    "take_down": _right(ADMINISTRATOR, standings=[PUBLIC, CHANGED, WITHDRAWN]),
    # the desk itself
    "switch": _right(ADMINISTRATOR, kinds=["notice"]),  # a notice, on or off
    "people": _right(ADMINISTRATOR),  # accounts and their roles
}
"""What may be done: by whom, with what, in which state."""


def role_of(user) -> str:
    """The highest role that an account may use; empty for none. Asked often, so kept with the object."""
    if not (user.is_active and user.is_authenticated):
        return ""
    if not hasattr(user, "_portal_role"):
        user._portal_role = role_held(user)
    return user._portal_role


def role_held(user) -> str:
    """The highest role that stands with an account, be it active or not. Superusers are administrators."""
    if user.is_superuser:
        return ADMINISTRATOR
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(ORDER) if role in names), "")


def roles_for(verb: str) -> tuple[str, ...]:
    """The roles that may do something, the lowest first. Raises KeyError for an unknown verb."""
    return ORDER[ORDER.index(RIGHTS[verb].role) :]


def may(user, verb: str, subject: Record | type[Kind] | None = None, state: State | None = None) -> bool:
    """Whether a person may do something: at all, with records of a kind, or with one record as it stands.

    `state` saves a query for those who have it. A record without a state was never saved: it counts as a new draft.
    Raises KeyError for an unknown verb.
    """
    right = RIGHTS[verb]
    if role_of(user) not in roles_for(verb):
        return False
    if subject is None:
        return True
    if right.kinds and _kind_of(subject) not in right.kinds:
        return False
    if not isinstance(subject, Record):
        return True
    if right.standings or right.reviews:
        state = state or State.objects.filter(record=subject.pk).first() or State(record=subject.pk)
        if not right.fits(state):
            return False
    return verb not in ALSO or ALSO[verb](user, subject)


def _kind_of(subject: Record | type[Kind]) -> str:
    return subject.kind if isinstance(subject, Record) and subject.kind else subject.kind_name()


def _alone_or_administrator(user, record: Record) -> bool:
    """A draft is its author's to delete, while nobody else has worked on it; administrators may delete any."""
    others = Revision.objects.filter(record=record.pk).exclude(by=user.get_username())
    return role_of(user) == ADMINISTRATOR or not others.exists()


ALSO = {"delete": _alone_or_administrator}
"""What no state says: a further condition of one record."""


# Two people -----------------------------------------------------------------------------------------------------------


def four_eyes() -> bool:
    """Whether a text needs a second person before it is public (`EDITORIAL_FOUR_EYES`: on, off, or auto).

    auto: as soon as two active people may approve, so that a portal of one is not stuck and a portal of two is safe.
    """
    if settings.EDITORIAL_FOUR_EYES != "auto":
        return settings.EDITORIAL_FOUR_EYES == "on"
    return len(people_who_may("approve", at_most=2)) == 2


def people_who_may(verb: str, *, at_most: int | None = None) -> list:
    """Active accounts of the desk with the right to a verb."""
    people = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    able = people.filter(groups__name__in=roles_for(verb)) | people.filter(is_superuser=True)
    return list(able.distinct().order_by("username")[:at_most])


# Django's questions ---------------------------------------------------------------------------------------------------

TABLES = {
    "partnerships": {"view": "view", "add": "add", "change": "change", "delete": "delete"},
    "publishing": {"view": "view"},
    "editorial": {"view": "view"},
    "auth": {"view": "people", "add": "people", "change": "people", "delete": "people"},
}
"""Django's permissions by app and action, and the verb that each asks for. What isn't here nobody has."""


class RoleBackend(BaseBackend):
    """Answers `user.has_perm("partnerships.change_partner")` from the table of roles."""

    def has_perm(self, user, permission: str, obj=None) -> bool:
        app, _, codename = permission.partition(".")
        if permission == "partnerships.switch_notice":
            return may(user, "switch")
        verb = TABLES.get(app, {}).get(codename.partition("_")[0])
        return verb is not None and may(user, verb)

    def has_module_perms(self, user, app: str) -> bool:
        return app in TABLES and bool(role_of(user))
