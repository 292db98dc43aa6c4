"""The page of a source: the work, where it is used, and which of its statements were checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from partnerships.models import KINDS, Citation, Claim, Kind, Source
from partnerships.publishing.reading import public
from partnerships.queries.records import Stub, stub_of, stubs

from .details import RecordPage, Section, Statement, statements
from .frame import many


@dataclass
class Use:
    """A record that cites the source: how often, and where it says so, if it says."""

    record: Stub
    times: int = 0
    locators: list[str] = field(default_factory=list)


class SourcePage(RecordPage):
    template = "records/source.html"
    sentence = True

    @cached_property
    def used_in(self) -> list[tuple[str, list[Use]]]:
        """The records that cite it, by kind and name."""
        rows = public(Citation).filter(source=self.record.pk).select_related("record").order_by("record__title", "id")
        rows = list(rows)
        ends = stubs((row.record for row in rows), self.day.day)
        uses: dict[str, dict] = {}
        for row in rows:
            use = uses.setdefault(row.record.kind, {}).setdefault(row.record_id, Use(ends[row.record_id]))
            use.times += 1
            if row.locator and row.locator not in use.locators:
                use.locators.append(row.locator)
        return [(many(kind), list(uses[name].values())) for name, kind in KINDS.items() if name in uses]

    @property
    def citing(self) -> int:
        return sum(len(uses) for _, uses in self.used_in)

    @cached_property
    def made_here(self) -> list[Statement]:
        """Statements of this source that were checked, the wrong ones first."""
        rows = list(public(Claim).filter(made_in=self.record.pk))
        return statements(rows, {row.pk: stub_of(row) for row in rows}, self.day)

    def own_sections(self) -> Iterable[Section]:
        if self.made_here:
            yield Section("made", _("Statements made in it, checked"))
        yield Section("used", _("Where it is used"))


PAGE: dict[type[Kind], type[RecordPage]] = {Source: SourcePage}
