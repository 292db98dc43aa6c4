"""Regions: the portal's own grouping of countries, for finding them."""

from .base import Kind


class Region(Kind):
    """A grouping of countries. The text says what is counted to it and why."""

    plural = "regions"
