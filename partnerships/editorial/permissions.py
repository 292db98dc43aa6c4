"""Who may do what: one table of verbs, asked as a question by every door."""

from __future__ import annotations

from collections.abc import Callable

from partnerships.models import KINDS, Kind, Record

PUBLISHERS = "Publisher"
"""Members of the group of this name may publish, as may whoever has the permission `editorial.publish_record`."""


def may(user, verb: str, subject: Record | type[Kind]) -> bool:
    """Whether a person may do something with a record, or with records of a kind. Raises KeyError for an unknown verb."""
    if isinstance(subject, type):
        kind = subject
    else:
        kind = type(subject) if isinstance(subject, Kind) else KINDS[subject.kind]
    return VERBS[verb](user, kind)


def _permitted(action: str) -> Callable:
    """Django's own permission of that name for the kind. Owned rows need none of their own: they are part of the record."""
    return lambda user, kind: user.has_perm(f"{kind._meta.app_label}.{action}_{kind._meta.model_name}")


def _views(user, kind: type[Kind]) -> bool:
    return _permitted("view")(user, kind) or _permitted("change")(user, kind)


def _publishes(user, kind: type[Kind]) -> bool:
    return _permitted("change")(user, kind) and (user.has_perm("editorial.publish_record") or _in_group(user))


def _in_group(user) -> bool:
    """Asked many times for one page, so the answer is kept with the account's object, as Django keeps its permissions."""
    if not hasattr(user, "_publisher"):
        user._publisher = user.groups.filter(name=PUBLISHERS).exists()
    return user._publisher


def _administers(user, kind: type[Kind]) -> bool:
    return user.is_active and user.is_superuser


def _switches(user, kind: type[Kind]) -> bool:
    return user.has_perm("partnerships.switch_notice")


VERBS: dict[str, Callable] = {
    "view": _views,
    "add": _permitted("add"),
    "change": _permitted("change"),
    "delete": _permitted("delete"),
    "publish": _publishes,
    "withdraw": _publishes,
    "merge": _publishes,
    "take_down": _administers,
    "switch": _switches,
}
