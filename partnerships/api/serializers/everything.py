"""Answers that are about records of all kinds: what a search finds, the index."""

from __future__ import annotations

from rest_framework import serializers

from ..addresses import page_url, record_url
from .fields import Derived


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
