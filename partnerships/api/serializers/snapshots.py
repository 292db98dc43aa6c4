"""Snapshots in answers."""

from __future__ import annotations

from rest_framework import serializers

from ..addresses import absolute


class SnapshotAddress(serializers.URLField):
    def to_representation(self, path):
        return absolute(path)


class SnapshotSerializer(serializers.Serializer):
    """Everything that was public at one moment, as one file: a Data Package in a zip archive."""

    name = serializers.CharField(help_text="Carries the day, the entry and a digest of the take-downs that count.")
    url = SnapshotAddress(source="path", help_text="Stays, until something in it is taken down: then it answers 410.")
    day = serializers.DateField(help_text="The day of the last entry.")
    at = serializers.DateTimeField(help_text="The moment of the last entry.")
    seq = serializers.IntegerField(help_text="The last entry of the public log that is in it.")
    bytes = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256 of the file.")
    withdrawn = serializers.BooleanField(help_text="Whether something in it was taken down since.")
