"""Answers that are about records of all kinds: what a search finds, the index."""

from __future__ import annotations

from rest_framework import serializers

from partnerships.models import Verdict
from partnerships.queries.reasons import Where

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


class WhySerializer(serializers.Serializer):
    """What made a record a result."""

    where = Word(Where, help_text="Where the words were found.")
    said = Text(help_text="The name or code as it is written; null for titles and texts.")


class FoundSerializer(serializers.Serializer):
    """A record that was found."""

    id = serializers.UUIDField(source="record")
    kind = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = LabelledAddress(help_text="The record in this API.")
    page = FoundPage(allow_null=True, help_text="Its public page.")
    verdict = Word(Verdict, optional=True, help_text="Of a claim.")
    why = WhySerializer(help_text="What made it a result.")
    excerpt = Text(help_text="The beginning of its text, or the part that has the words.")
