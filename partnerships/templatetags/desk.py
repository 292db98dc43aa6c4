"""Marks of the desk for its templates: `{% load desk %}`."""

from django import template
from django.conf import settings

from partnerships.models import Record

register = template.Library()

if settings.HAS_EDITORIAL:  # a public process loads every library of tags, and has no desk
    from partnerships.admin import addresses, marks

    register.simple_tag(marks.icon)
    register.simple_tag(marks.chip)

    @register.simple_tag
    def address(record: Record, page: str = "change", number: int | None = None) -> str:
        """The address of a page about a record."""
        return addresses.address(record, page, **({} if number is None else {"number": number}))
