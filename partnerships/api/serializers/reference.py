"""What is cited and shown beside the facts: sources and images; and the portal's own pages, terms and notices."""

from __future__ import annotations

from django.conf import settings
from rest_framework import serializers

from partnerships.models import Image, Notice, Page, Rendition, Source, Term

from ..addresses import absolute
from .base import RecordSerializer, RowSerializer
from .fields import Address, Derived, PartialDateSerializer, StubSerializer, Text, Word


class SourceSerializer(RecordSerializer):
    """A work that facts are taken from, or that makes statements which are checked."""

    model = Source

    publisher = Text()
    author = Text()
    web_address = Address(help_text="Where the work is found.")
    archive_address = Address(help_text="An archived copy.")
    published = PartialDateSerializer(help_text="Published or updated.")
    retrieved_on = serializers.DateField(allow_null=True, help_text="When it was last opened.")
    tier = Word(Source.Tier, optional=True)
    language = Text()
    licence = Text()


class RenditionAddress(Derived, serializers.URLField):
    def to_representation(self, rendition):
        return absolute(f"{settings.MEDIA_URL}{rendition.file}")


class RenditionSerializer(RowSerializer):
    """One size and format of an image; the file is named by its content and never changes."""

    model = Rendition

    record = StubSerializer(Image, source="image")
    file = RenditionAddress(help_text="The address of the file.")
    media_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField()


class FocalPointSerializer(Derived, serializers.Serializer):
    """The part of an image that every crop keeps, in per cent from the left and the top."""

    x = serializers.IntegerField(source="focal_x")
    y = serializers.IntegerField(source="focal_y")


class ImageSerializer(RecordSerializer):
    """A picture with what must be said of it."""

    model = Image

    alt = Text(help_text="What a reader who can't see it must know.")
    decorative = serializers.BooleanField()
    credit = serializers.CharField()
    licence = serializers.CharField()
    focal_point = FocalPointSerializer()
    renditions = RenditionSerializer(many=True)


class PageSerializer(RecordSerializer):
    """A page of the portal's own."""

    model = Page


class TermSerializer(RecordSerializer):
    """An entry of the glossary: `short_title` is its acronym, `summary` the definition."""

    model = Term


class NoticeSerializer(RecordSerializer):
    """A notice that stands on pages and in answers: `title` its head, `summary` its text."""

    model = Notice

    type = Word(Notice.Type)
    severity = Word(Notice.Severity)
    placement = Word(Notice.Placement)
    active = serializers.BooleanField()
    position = serializers.IntegerField()
