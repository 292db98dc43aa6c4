"""What was published of one record: its versions, and what stands in the place of a withdrawn one."""

from __future__ import annotations

from rest_framework import serializers

from partnerships.publishing.models import ChangeKind

from .everything import LabelledAddress
from .fields import Text, Word


class TombstoneSerializer(serializers.Serializer):
    """What stands in the place of a withdrawn record."""

    title = Text(help_text="null where the record was taken down.")
    action = serializers.CharField()
    note = serializers.CharField(help_text="Why.")
    at = serializers.DateTimeField()
    versions = serializers.IntegerField(help_text="How many versions had been published.")


class PastSerializer(serializers.Serializer):
    """The record that versions are of."""

    id = serializers.UUIDField(source="record")
    kind = serializers.CharField()
    slug = serializers.CharField()
    title = Text(help_text="null where it was taken down.")
    url = LabelledAddress(help_text="The record as it stands now; 410 if it was withdrawn.")


class VersionInListSerializer(serializers.Serializer):
    """A version of a record."""

    version = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Its entry in the public log.")
    at = serializers.DateTimeField(help_text="When it was published.")
    change_kind = Word(ChangeKind)
    note = Text()
    wrong = Text(help_text="Of a correction: what was wrong in versions before …")
    wrong_since = Text(help_text="… and since when.")
    digest = serializers.CharField(help_text="SHA-256 of the document.")
    withheld = serializers.BooleanField(help_text="Whether the document was taken down since.")
    url = serializers.URLField(allow_null=True, help_text="The document; null where it is withheld.")
    page = serializers.URLField(allow_null=True, help_text="The version for readers; null for kinds without pages.")
    corrected_by = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="The later versions that are corrections; each says what was wrong before.",
    )


class VersionListSerializer(serializers.Serializer):
    """The versions of a record, the newest first."""

    count = serializers.IntegerField(help_text="How many versions there are.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    record = PastSerializer()
    tombstone = TombstoneSerializer(allow_null=True, help_text="null while the record is public.")
    results = VersionInListSerializer(many=True)


class DocumentSerializer(serializers.Serializer):
    """A version as it was published. Its bytes never change, and their SHA-256 is its digest."""

    kind = serializers.CharField()
    schema = serializers.IntegerField(help_text="The number of the kind's shape of documents.")
    id = serializers.UUIDField()
    slug = serializers.CharField()
    fields = serializers.DictField(help_text="Texts and facts; other records by their ids.")
    rows = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField()), help_text="The lists of rows that the record owns."
    )
