"""Marks of the desk for its templates: `{% load desk %}`."""

from django import template

from partnerships.admin import addresses, marks
from partnerships.models import Record

register = template.Library()

register.simple_tag(marks.icon)
register.simple_tag(marks.chip)


@register.simple_tag
def address(record: Record, page: str = "change", number: int | None = None) -> str:
    """The address of a page about a record."""
    return addresses.address(record, page, **({} if number is None else {"number": number}))
