"""The public log in answers: its entries with what they published, and where it ends."""

from __future__ import annotations

from rest_framework import serializers

from partnerships.publishing.models import Action, ChangeKind

from ..addresses import record_url
from .fields import Derived, Text, Word


class ChangedAddress(serializers.URLField):
    def to_representation(self, change):
        return record_url(change.kind, change.slug)


class ReleaseSerializer(Derived, serializers.Serializer):
    """What was published together."""

    id = serializers.UUIDField(source="change.release")
    title = Text(source="change.release_title")

    def to_representation(self, item):
        return super().to_representation(item) if item.change.release else None


class ChangeSerializer(serializers.Serializer):
    """One entry of the public log. All that its chain hash covers stands in it."""

    seq = serializers.IntegerField(source="change.seq", help_text="Its number. Numbers have no gaps.")
    at = serializers.DateTimeField(
        source="change.at", help_text="The moment of publication; never before the entry before."
    )
    action = Word(Action, source="change.action")
    change_kind = Word(ChangeKind, source="change.change_kind")
    kind = serializers.CharField(source="change.kind", help_text="The kind of the record.")
    id = serializers.UUIDField(source="change.record", help_text="The id of the record. It never changes.")
    slug = serializers.CharField(source="change.slug", help_text="The slug it had then.")
    url = ChangedAddress(source="change", help_text="Leads to where the record is now, or says that it is gone.")
    version = serializers.IntegerField(
        source="change.version", help_text="How many versions of the record have been published, this one included."
    )
    digest = Text(source="change.digest", help_text="SHA-256 of the document; null unless something was published.")
    previous_digest = Text(source="change.previous", help_text="The digest of the version before; null for the first.")
    note = Text(source="change.note")
    wrong = Text(source="change.wrong", help_text="Of a correction: what was wrong …")
    wrong_since = Text(source="change.wrong_since", help_text="… and since when.")
    into = serializers.UUIDField(
        source="change.into", allow_null=True, help_text="Of a merge: the id of the record that stays."
    )
    release = ReleaseSerializer(allow_null=True, help_text="null for what was published by itself.")
    refs = serializers.DictField(
        source="change.refs",
        child=serializers.CharField(),
        help_text="The records that the document points at: id → kind/slug, as they were called then.",
    )
    chain = serializers.CharField(
        source="change.chain",
        help_text="The chain hash: it covers this entry and, through the one before, all others.",
    )
    withheld = serializers.BooleanField(help_text="Whether the document was taken down since.")
    document = serializers.DictField(
        required=False,
        allow_null=True,
        help_text="What was published, on request: with `include=document` always; with `include=patch` alone where there is "
        "nothing to patch. null if nothing was published or it is withheld.",
    )
    patch = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        allow_null=True,
        help_text="On request: what makes the document of the document of the version before (RFC 6902). null for the first "
        "version, where nothing was published, and where either document is withheld.",
    )

    def to_representation(self, item):
        shown = super().to_representation(item)
        included = self.context["included"]
        if "patch" not in included:
            del shown["patch"]
        if not included:
            del shown["document"]
        return shown


class HeadSerializer(serializers.Serializer):
    """The newest entry of the log."""

    seq = serializers.IntegerField()
    chain = Text()
    at = serializers.DateTimeField(allow_null=True)


class ChangeListSerializer(serializers.Serializer):
    """A stretch of the public log."""

    count = serializers.IntegerField(help_text="How many entries there are after `since`.")
    next = serializers.URLField(allow_null=True, help_text="The entries after these; null where the log ends.")
    previous = serializers.URLField(allow_null=True, help_text="Always null: the log is followed forwards.")
    head = HeadSerializer()
    results = ChangeSerializer(many=True)


class CorrectionSerializer(serializers.Serializer):
    """A correction: what was wrong, and which version put it right."""

    seq = serializers.IntegerField(source="last.seq", help_text="Its number in the public log.")
    at = serializers.DateTimeField(source="last.at")
    kind = serializers.CharField(source="last.kind", help_text="The kind of the record.")
    id = serializers.UUIDField(source="last.record", help_text="The id of the record.")
    slug = serializers.CharField(source="last.slug", help_text="The slug it had then.")
    title = Text(help_text="What it is called now; null where it was taken down.")
    url = ChangedAddress(source="last")
    version = serializers.IntegerField(source="last.version", help_text="The version that put it right.")
    digest = Text(source="last.digest")
    previous_digest = Text(source="last.previous", help_text="The digest of the version that was wrong.")
    wrong = Text(source="last.wrong", help_text="What was wrong.")
    wrong_since = Text(source="last.wrong_since", help_text="Since when, as far as it is known (EDTF).")
    note = Text(source="last.note", help_text="What was changed.")


class FeedExtensionSerializer(serializers.Serializer):
    """Where an item stands in the public log."""

    about = serializers.URLField()
    seq = serializers.IntegerField()
    first_seq = serializers.IntegerField(help_text="Of what was published together: the first entry.")
    action = Word(Action)


class FeedItemSerializer(serializers.Serializer):
    """A change, or all that was published together."""

    id = serializers.URLField()
    url = serializers.URLField()
    title = serializers.CharField()
    content_text = serializers.CharField()
    date_published = serializers.DateTimeField()
    tags = serializers.ListField(child=serializers.CharField())

    def get_fields(self):  # a class body would make a private name of it
        return super().get_fields() | {"_portal": FeedExtensionSerializer()}


class FeedSerializer(serializers.Serializer):
    """A JSON Feed, version 1.1."""

    version = serializers.URLField()
    title = serializers.CharField()
    home_page_url = serializers.URLField()
    feed_url = serializers.URLField()
    language = serializers.CharField()
    items = FeedItemSerializer(many=True)
