"""What of each object is shown: `fields` picks, `include` adds, and a name that nothing has is refused."""

from __future__ import annotations

from partnerships.queries.parameters import BadParameter, nearest

from .serializers import Chosen
from .serializers.base import ALWAYS


def named(parameter: str, text: str, allowed: tuple[str, ...]) -> set[str]:
    """The names in a parameter's list. Raises BadParameter for one that isn't allowed."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in allowed:
            hint = nearest(name, allowed)
            said = f"“{parameter}” can't name “{name[:60]}” here; it can name {', '.join(allowed)}."
            raise BadParameter(parameter, said + (f" Did you mean “{hint}”?" if hint else ""), hint=hint)
    if not names:
        raise BadParameter(parameter, f"“{parameter}” names nothing.")
    return set(names)


def chosen(
    serializer: type[Chosen], fields: str | None, include: str | None, *, single: bool, extra: tuple[str, ...] = ()
) -> list[str]:
    """The names of the fields to show, in order. `extra` are those that only this question makes possible.

    A single record shows everything; a list leaves out the longest text and the lists of rows. Raises BadParameter.
    """
    conditional = tuple(name for name in serializer.conditional if name not in extra)
    possible = tuple(name for name in serializer.names() if name not in conditional)
    if fields is not None:
        wanted = named("fields", fields, possible) | set(ALWAYS)
    elif single:
        wanted = set(possible)
    else:
        wanted = set(possible) - set(serializer.includable())
    if include is not None:
        wanted |= named("include", include, serializer.includable())
    return [name for name in serializer.names() if name in wanted]
