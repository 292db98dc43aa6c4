"""The work cited (Source), and the act of citing it (Citation). The two are never one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind, Record, Row, WebAddressField
from .time import EdgeField, EdtfField


class Source(Kind):
    """A work that facts are taken from, or that makes statements which are checked."""

    plural = "sources"

    class Tier(models.TextChoices):
        PRIMARY = "primary", _("Primary: a party to the fact")
        SECONDARY = "secondary", _("Secondary: reporting or research")
        TERTIARY = "tertiary", _("Tertiary: an encyclopaedia or a copy")

    publisher = models.CharField(max_length=120, blank=True)
    author = models.CharField(max_length=200, blank=True)
    web_address = WebAddressField("address", help_text="Where the work is found. Empty: it has no address of its own.")
    archive_address = WebAddressField("archived copy")
    published = EdtfField("published or updated")
    published_earliest = EdgeField(of="published", edge="earliest")
    retrieved_on = models.DateField("last opened", null=True, blank=True)
    tier = models.CharField(max_length=10, choices=Tier, blank=True, help_text="Empty: not classified yet.")
    language = models.CharField(max_length=20, blank=True)
    licence = models.CharField(max_length=120, blank=True)

    class Meta(Kind.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["web_address"],
                condition=~models.Q(web_address=""),
                name="one_source_per_address",
                violation_error_message="Another source has this address already. Cite that one, or merge the two.",
            )
        ]


class ReadAs(models.TextChoices):
    """In what form the source was read when it was checked."""

    LIVE_PAGE = "live_page", _("live page")
    ARCHIVED_PAGE = "archived_page", _("archived page")
    ARCHIVED_EXCERPT = "archived_excerpt", _("archived excerpt")
    DOCUMENT = "document", _("document")


class Citation(Row):
    """One use of a source: what it says about a record, one of its fields or one of its owned rows.

    An empty locator or quotation is honest: nobody has written down where it stands. A citation is *verified* when a
    second person has found the quotation at the locator (`verified_on`), and only while the value it supports is still
    the one that was checked (`value_digest`). Until then it is *sourced*.
    """

    owner = "record"

    class Stance(models.TextChoices):
        SUPPORTS = "supports", _("supports")
        CONTRADICTS = "contradicts", _("contradicts")

    record = models.ForeignKey(Record, models.CASCADE, related_name="citations")
    source = models.ForeignKey(Source, models.PROTECT, related_name="cited_in")
    stance = models.CharField(max_length=12, choices=Stance, default=Stance.SUPPORTS)
    field = models.CharField(
        "supports the field",
        max_length=40,
        blank=True,
        help_text="The name of a field, or of a list of rows such as “participants”. Empty: the record as a whole.",
    )
    row = models.UUIDField("supports the row", null=True, blank=True, help_text="The id of one owned row.")
    locator = models.CharField(
        max_length=120, blank=True, help_text="Page, paragraph or section. Leave empty if unknown."
    )
    quotation = models.TextField(blank=True, max_length=600, help_text="The words in the source, kept short.")
    checked_on = models.DateField(null=True, blank=True)
    checked_as = models.CharField(
        "checked by", max_length=40, blank=True, help_text="The role of who checked, not the name."
    )
    read_as = models.CharField(max_length=20, choices=ReadAs, blank=True)
    verified_on = models.DateField(null=True, blank=True, editable=False)
    value_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta(Row.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(field="") | models.Q(row__isnull=True),
                name="citation_supports_one_thing",
                violation_error_message="A citation supports a field or a row, not both.",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_on__isnull=True)
                | (~models.Q(locator="") & ~models.Q(quotation="") & models.Q(checked_on__isnull=False)),
                name="verified_needs_evidence",
                violation_error_message="A verified citation has a locator, a quotation and a day on which it was checked.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}{', ' + self.locator if self.locator else ''}"

    def clean(self):
        super().clean()
        if self.field and self.record_id:
            citable = self.record.as_kind().citable()
            if self.field not in citable:
                known = ", ".join(sorted(citable))
                raise ValidationError({"field": f"“{self.field}” is no field of this kind. It can be: {known}."})
