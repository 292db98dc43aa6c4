"""The page of a challenge: whom and what it affects, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from partnerships.models import KINDS, Challenge, Kind, Link

from .details import RELATIONS, LinkGroup, RecordPage, Section
from .frame import many


class ChallengePage(RecordPage):
    template = "records/challenge.html"

    @property
    def affected(self) -> list[LinkGroup]:
        """What it affects, by kind."""
        ends = self.linked_to.get(Link.Relation.AFFECTS, [])
        return [
            LinkGroup(many(kind), there)
            for name, kind in KINDS.items()
            if (there := [link for link in ends if link.record.kind == name])
        ]

    @property
    def links(self) -> list[LinkGroup]:
        """All other links; what it affects has a section of its own."""
        return [group for group in super().links if group.title != RELATIONS[Link.Relation.AFFECTS]]

    def own_sections(self) -> Iterable[Section]:
        yield Section("affects", _("Whom and what it affects"))


PAGE: dict[type[Kind], type[RecordPage]] = {Challenge: ChallengePage}
