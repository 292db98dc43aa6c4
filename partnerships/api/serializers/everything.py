"""Answers that are about records of all kinds: what a search finds, the public log, the index."""

from __future__ import annotations

from rest_framework import serializers

from partnerships.publishing.models import Action, ChangeKind

from ..addresses import page_url, record_url
from .fields import Derived, Text, Word


class IndexSerializer(serializers.Serializer):
    """All that the API has."""

    title = serializers.CharField()
    description = serializers.CharField()
    licence = serializers.URLField()
    endpoints = serializers.DictField(child=serializers.URLField(), help_text="Name and address of each.")


class LabelledAddress(Derived, serializers.URLField):
    def to_representation(self, row):
        return record_url(row.kind, row.slug)


class FoundPage(Derived, serializers.URLField):
    def to_representation(self, entry):
        return page_url(entry, self.context["series"].get(entry.record, ""))


class FoundSerializer(serializers.Serializer):
    """A record that was found."""

    id = serializers.UUIDField(source="record")
    kind = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = LabelledAddress(help_text="The record in this API.")
    page = FoundPage(allow_null=True, help_text="Its public page.")


class ChangedSerializer(Derived, serializers.Serializer):
    """The record that a change is about, under the slug it had then. Its address leads on, or says that it is gone."""

    id = serializers.UUIDField(source="record")
    kind = serializers.CharField()
    slug = serializers.CharField()
    url = LabelledAddress()


class ReleaseSerializer(Derived, serializers.Serializer):
    """What was published together."""

    id = serializers.UUIDField(source="release")
    title = Text(source="release_title")

    def to_representation(self, change):
        return super().to_representation(change) if change.release else None


class ChangeSerializer(serializers.Serializer):
    """One step of the public log."""

    seq = serializers.IntegerField(help_text="Its number. Numbers have no gaps.")
    action = Word(Action)
    record = ChangedSerializer()
    version = serializers.IntegerField(
        help_text="How many versions of the record have been published, this one included."
    )
    digest = Text(help_text="SHA-256 of the document; null unless something was published.")
    previous = Text(help_text="The digest of the version before.")
    change_kind = Word(ChangeKind)
    note = Text()
    wrong = Text(help_text="Of a correction: what was wrong …")
    wrong_since = Text(help_text="… and since when.")
    into = serializers.UUIDField(allow_null=True, help_text="Of a merge: the id of the record that stays.")
    release = ReleaseSerializer(allow_null=True)
    at = serializers.DateTimeField(help_text="The moment of publication.")
    chain = serializers.CharField(
        help_text="The chain hash: it covers this step and, through the one before, all others."
    )
