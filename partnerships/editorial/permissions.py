"""Who may do what: one table of roles, asked as a question by every door.

A role is a group of that name. Each role may all that the one before it may. The table is the only place where rights
stand: `RoleBackend` answers Django's own questions (`user.has_perm`) from it, so there is nothing to keep in step.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend

from partnerships.models import Kind, Record

from .models import Revision, Standing, State

AUTHOR, REVIEWER, PUBLISHER, ADMINISTRATOR = "Author", "Reviewer", "Publisher", "Administrator"

ROLES: dict[str, frozenset[str]] = {
    AUTHOR: frozenset(
        {
            "view",
            "add",
            "change",
            "delete",
            "restore",
            "submit",
            "reopen",
            "comment",
            "preview",
            "export",
            "import",
            "assign",
        }
    ),
    REVIEWER: frozenset({"approve", "send_back", "verify"}),
    PUBLISHER: frozenset({"publish", "plan", "withdraw", "merge", "release"}),
    ADMINISTRATOR: frozenset({"take_down", "switch", "people"}),
}
"""What each role adds to the one above it. "switch" is turning a notice on or off, "people" accounts and their roles."""

ORDER = tuple(ROLES)
VERBS = frozenset().union(*ROLES.values())


def role_of(user) -> str:
    """The highest role of an account; empty for none. Superusers are administrators. Asked often, so kept with the object."""
    if not (user.is_active and user.is_authenticated):
        return ""
    if user.is_superuser:
        return ADMINISTRATOR
    if not hasattr(user, "_portal_role"):
        names = set(user.groups.values_list("name", flat=True))
        user._portal_role = next((role for role in reversed(ORDER) if role in names), "")
    return user._portal_role


def verbs_of(role: str) -> frozenset[str]:
    """All that a role may: its own line of the table and those above it."""
    return frozenset().union(*(ROLES[name] for name in ORDER[: ORDER.index(role) + 1])) if role else frozenset()


def may(user, verb: str, subject: Record | type[Kind] | None = None) -> bool:
    """Whether a person may do something: with records of a kind, with one record, or at all.

    Of one record its state counts as well: a draft is deleted by its author, nothing that was ever public is. Raises
    KeyError for an unknown verb.
    """
    if verb not in VERBS:
        raise KeyError(verb)
    if verb not in verbs_of(role_of(user)):
        return False
    if isinstance(subject, Record) and verb in OF_A_RECORD:
        return OF_A_RECORD[verb](user, subject)
    return True


def _deletes(user, record: Record) -> bool:
    """What was public is only withdrawn. A draft is its author's to delete; administrators may delete any."""
    state = State.objects.filter(record=record.pk).first()
    if state and state.public_version:
        return False
    if role_of(user) == ADMINISTRATOR:
        return True
    others = Revision.objects.filter(record=record.pk).exclude(by=user.get_username())
    return not others.exists()


def _waits(user, record: Record) -> bool:
    """There is something that isn't public yet."""
    return State.objects.filter(record=record.pk).exclude(standing=Standing.PUBLIC).exists()


def _is_public(user, record: Record) -> bool:
    return State.objects.filter(record=record.pk, standing__in=[Standing.PUBLIC, Standing.CHANGED]).exists()


OF_A_RECORD = {"delete": _deletes, "submit": _waits, "withdraw": _is_public}
"""What the state of one record adds to a verb."""


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
    roles = [role for role in ORDER if verb in verbs_of(role)]
    people = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    able = people.filter(groups__name__in=roles) | people.filter(is_superuser=True)
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
