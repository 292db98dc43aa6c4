"""The page of a claim: what was stated, where, and how it stands up to the evidence."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Claim, Kind, Verdict
from partnerships.queries.records import Stub, stub_of

from .details import RecordPage, Section

MEANINGS = {
    Verdict.SUPPORTED: gettext_lazy("The sources say the same."),
    Verdict.PARTLY: gettext_lazy("The sources bear out a part of the statement, or bear it out with reservations."),
    Verdict.MISLEADING: gettext_lazy("Parts of it are true; as a whole it leads to a wrong idea."),
    Verdict.OUTDATED: gettext_lazy("It was true once; the sources show that it no longer is."),
    Verdict.CONTRADICTED: gettext_lazy("The sources say otherwise."),
    Verdict.UNVERIFIABLE: gettext_lazy("No source was found that could decide it."),
}
"""What each verdict means, in the words that stand beside it."""


class ClaimPage(RecordPage):
    template = "records/claim.html"
    sentence = True
    rests_on = False

    @property
    def label(self) -> str:
        return _("Claim %(number)s") % {"number": self.record.slug.upper()}

    @property
    def meaning(self) -> str:
        return str(MEANINGS[Verdict(self.record.verdict)])

    @property
    def made_in(self) -> Stub | None:
        return stub_of(self.record.made_in) if self.record.made_in else None

    @property
    def evidence(self) -> list[int]:
        """The notes that the verdict rests on: those of the record as a whole, and of what was stated and found."""
        found = {number for name in ("statement", "verdict", "explanation") for number in self.notes.of(name)}
        return sorted(found.union(self.notes.of_record()))

    def texts(self) -> list[tuple[str, str, str]]:
        """Explanation and correction have sections of their own, except under another day than theirs: then they stand in
        the box with the other text."""
        if self.text_fits:
            return []
        texts = [
            (_("Verdict"), "explanation", self.record.explanation),
            (_("What is right"), "corrected_statement", self.record.corrected_statement),
        ]
        return [one for one in texts if one[2]]

    def own_sections(self) -> Iterable[Section]:
        if not self.text_fits:
            return
        yield Section("verdict", _("Verdict"))
        if self.record.corrected_statement:
            yield Section("correction", _("What is right"))


PAGE: dict[type[Kind], type[RecordPage]] = {Claim: ClaimPage}
