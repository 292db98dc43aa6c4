"""The base of all records and of all rows that they own, and what every record owns: citations and links."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from django.db import models
from django.db.models import F, Prefetch
from rest_framework import serializers
from rest_framework.fields import SkipField

from partnerships.models import (
    Citation,
    Disclosure,
    Kind,
    Link,
    Origin,
    PeriodQuerySet,
    ReadAs,
    Row,
    Source,
)
from partnerships.queries.as_of import Day
from partnerships.queries.evidence import Verification, verification, verified
from partnerships.queries.freshness import Freshness, freshness
from partnerships.queries.prose import linked, paths_in

from ..addresses import LICENCE, absolute, page_url, record_url, row_url
from .fields import (
    Derived,
    PartialDateSerializer,
    SeparatedNames,
    StubSerializer,
    Text,
    Word,
    needs_of,
)

ALWAYS = ("id", "kind", "url")
"""What stands in every object, whatever `fields` asks for: who it is and where it is."""


# About the answer as a whole --------------------------------------------------------------------------------------------


class AsOfSerializer(serializers.Serializer):
    """The day that the answer shows."""

    day = serializers.DateField(help_text="The day shown. A month or a year means its last day.")
    asked = Text(help_text="`as_of` as it was given; null where it wasn't, and today is shown.")
    applies = serializers.BooleanField(
        help_text="Whether anything here depends on the day; where nothing does, the answer is the same for every day."
    )


class KnownAtSerializer(serializers.Serializer):
    """The last entry of the public log that counts."""

    asked = serializers.CharField(help_text="What the address says.")
    seq = serializers.IntegerField()
    at = serializers.DateTimeField(help_text="When it was published.")


class WithheldSerializer(serializers.Serializer):
    """What was public then and was taken down since: it is left out, in all answers about that moment."""

    records = serializers.IntegerField()
    references = serializers.IntegerField(help_text="How many fields, rows and texts pointed there.")


class NoticeInMetaSerializer(serializers.Serializer):
    """A notice that goes with every answer."""

    type = serializers.CharField()
    severity = serializers.CharField()
    title = serializers.CharField()
    text = Text()
    url = serializers.URLField()


class MetaSerializer(Derived, serializers.Serializer):
    """What is to be known about the answer as a whole. A list has it once, a single record carries it itself."""

    as_of = AsOfSerializer()
    known_at = KnownAtSerializer(required=False, help_text="Where it was asked for.")
    withheld = WithheldSerializer(required=False, help_text="With `known_at`.")
    notices = NoticeInMetaSerializer(many=True)

    def get_attribute(self, instance):
        if self.parent is not self.root:  # one of many, or a row of the record that is answered
            raise SkipField
        return self.context["meta"]

    def to_representation(self, meta):
        return meta


# Serializers that show some of their fields -------------------------------------------------------------------------------


class Chosen(serializers.Serializer):
    """Shows those of its fields that are named in `chosen`, in its own order; without it, all."""

    model: ClassVar[type[models.Model]]
    turns: ClassVar[bool] = False
    """Whether anything in the answers depends on the day that is asked for."""
    unlisted: ClassVar[tuple[str, ...]] = ()
    """Fields that a list leaves out unless they are asked for, besides the lists of rows."""
    conditional: ClassVar[tuple[str, ...]] = ()
    """Fields that only some questions make possible."""

    def __init__(self, *args, chosen: Iterable[str] | None = None, **kwargs):
        self.chosen = None if chosen is None else frozenset(chosen)
        super().__init__(*args, **kwargs)

    def get_fields(self):
        fields = self.in_order(super().get_fields())
        fields = {name: field for name, field in fields.items() if self.chosen is None or name in self.chosen}
        fields["meta"] = MetaSerializer(help_text="Only in the answer for a single one.")
        for name, field in fields.items():
            field.required = name in ALWAYS  # `fields` may leave out any other
        return fields

    def in_order(self, fields: dict[str, serializers.Field]) -> dict[str, serializers.Field]:
        return fields

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """All fields that can be asked for, in order."""
        return tuple(name for name in cls().fields if name != "meta")

    @classmethod
    @cache
    def includable(cls) -> tuple[str, ...]:
        """What `include` can add to a list: the lists of rows, and what else is left out of it."""
        return tuple(name for name, field in cls().fields.items() if name in cls.unlisted or isinstance(field, RowList))

    @classmethod
    def made_possible(cls, given: dict[str, str]) -> tuple[str, ...]:
        """The conditional fields that some parameters make possible."""
        return ()

    @classmethod
    def fetched(cls, queryset: models.QuerySet, chosen: Iterable[str], day: Day) -> models.QuerySet:
        """The rows with all that the chosen fields need."""
        return queryset.prefetch_related(*needs_of(cls(chosen=chosen).fields.values(), day))

    @classmethod
    def prepared(cls, rows: list, chosen: Iterable[str], day: Day, questions=None) -> dict:
        """What the chosen fields need to know about all rows together, for the context."""
        return {}


# Owned rows -------------------------------------------------------------------------------------------------------------


class RowList(serializers.ListSerializer):
    """The rows of one list, as part of their owner."""

    def needs(self, day: Day) -> list[Prefetch]:
        return [type(self.child).prefetch(self.source, day)]


class RowKind(Derived, serializers.CharField):
    def to_representation(self, row):
        return row._meta.model_name


class RowAddress(Derived, serializers.URLField):
    def to_representation(self, row):
        return row_url(self.parent.endpoint, row.pk)


class RowSerializer(Chosen):
    """A row that a record owns: published, changed and withdrawn with it."""

    model: ClassVar[type[Row]]
    endpoint: ClassVar[str] = ""
    """The plural in its address, where it has one of its own."""

    id = serializers.UUIDField()
    kind = RowKind()
    record = StubSerializer(help_text="The record that owns the row.")

    class Meta:
        list_serializer_class = RowList

    @classmethod
    def prefetch(cls, lookup: str, day: Day) -> Prefetch:
        """The rows of a list, with what they need, in order: by position; what has a period by its beginning, unknown
        ones first. On a dated answer those that began later are left out."""
        rows = cls.model._default_manager.all()
        if isinstance(rows, PeriodQuerySet):
            rows = rows.begun_by(day.day) if day.dated else rows
            rows = rows.order_by(F("start_earliest").asc(nulls_first=True), "id")
        else:
            rows = rows.order_by("position", "id")
        needs = needs_of(cls().fields.values(), day, known=cls.model.owner)
        return Prefetch(lookup, queryset=rows.prefetch_related(*needs))


class LinkSerializer(RowSerializer):
    """From a record to another that its content is about."""

    model = Link
    relation = Word(Link.Relation)
    other = StubSerializer()
    note = Text()


class VerificationField(Derived, Word):
    def to_representation(self, citation):
        return str(verification(citation, self.context["verified"]))


class CitationSerializer(RowSerializer):
    """One use of a source. `field` or `row` say what it supports; without either it supports the record as a whole."""

    model = Citation
    source = StubSerializer(Source)
    stance = Word(Citation.Stance)
    field = Text(help_text="The name of the field, or list of rows, that it supports.")
    row = serializers.UUIDField(allow_null=True, help_text="The id of the owned row that it supports.")
    locator = Text(help_text="Page, paragraph or section.")
    quotation = Text(help_text="The words in the source.")
    checked_on = serializers.DateField(allow_null=True)
    checked_as = Text(help_text="The role of who checked it.")
    read_as = Word(ReadAs, optional=True, help_text="In what form the source was read.")
    verification = VerificationField(
        Verification,
        help_text="verified: a second person found the quotation, and the value is still the one that was checked.",
    )
    verified_on = serializers.DateField(allow_null=True)


# Records ----------------------------------------------------------------------------------------------------------------


class DisclosedSerializer(Derived, serializers.Serializer):
    """How the text came about, and whether a person has reviewed it."""

    how = Word(Disclosure, source="disclosure")
    reviewed_on = serializers.DateField(allow_null=True, help_text="null: no person has reviewed the text yet.")


class RecordAddress(Derived, serializers.URLField):
    def to_representation(self, record):
        return record_url(record.kind, record.slug)


class PageAddress(Derived, serializers.URLField):
    """The public page; of an edition it stands below the page of its series."""

    def to_representation(self, record):
        return page_url(record)


class FreshnessField(Derived, Word):
    def to_representation(self, record):
        answer = freshness(record.review_by, self.context["day"].today)
        return str(answer) if answer else None


class ProseField(Text):
    """A text whose links to records lead to their public pages."""

    def to_representation(self, text):
        paths = {pk: absolute(path) for pk, path in self.context["paths"].items()}
        return super().to_representation(linked(text, paths))


class LicenceField(Derived, serializers.URLField):
    """The licence of what the portal says: the same for all, except where a kind has one of its own."""

    def to_representation(self, record):
        return LICENCE


class RecordSerializer(Chosen):
    """What every record has. Kinds add their own fields; citations and links come last."""

    model: ClassVar[type[Kind]]
    unlisted = ("body",)

    id = serializers.UUIDField(source="pk")
    slug = serializers.CharField()
    kind = serializers.CharField()
    url = RecordAddress(help_text="The record in this API.")
    page = PageAddress(allow_null=True, help_text="Its public page; null where it has none.")
    title = serializers.CharField()
    short_title = Text()
    summary = Text()
    body = ProseField(help_text="Markdown. A note “[^slug]” stands for the citation of the source of that slug.")
    text_as_of = PartialDateSerializer(help_text="The day that the text describes. It can't be turned to another.")
    disclosure = DisclosedSerializer()
    origin = Word(Origin)
    assessment = serializers.BooleanField(help_text="Judgement, not fact.")
    review_by = serializers.DateField(allow_null=True)
    freshness = FreshnessField(
        Freshness, optional=True, help_text="Reckoned from `review_by` and the portal's day; null without `review_by`."
    )
    version = serializers.IntegerField(help_text="Counts the published versions of the record.")
    updated_at = serializers.DateTimeField(allow_null=True, help_text="When this version was published.")
    unsourced = SeparatedNames(help_text="Names of fields for which no source was found.")
    licence = LicenceField(help_text="Of the record: its texts and the collection of its facts.")

    links = LinkSerializer(many=True)
    citations = CitationSerializer(many=True)

    def in_order(self, fields):
        """What every record owns comes after what its kind adds."""
        last = {name: fields.pop(name) for name in ("links", "citations")}
        return fields | last

    @classmethod
    def fetched(cls, queryset, chosen, day):
        queryset = super().fetched(queryset, chosen, day)
        return queryset if "body" in chosen else queryset.defer("body")

    @classmethod
    def prepared(cls, rows, chosen, day, questions=None):
        context: dict = {"paths": paths_in(row.body for row in rows) if "body" in chosen else {}}
        if "citations" in chosen:
            context["verified"] = verified(cls.model, [one for row in rows for one in row.citations.all()])
        return context
