from .base import KindAdmin
from .columns import day
from .filters import LinksFilter


class SourceAdmin(KindAdmin):
    columns = ("publisher", "when", "tier")
    filters = ("tier", "language", LinksFilter)
    found_by = ("publisher", "author", "web_address")
    date_hierarchy = "published_earliest"
    facts = (
        ("publisher", "author"),
        "web_address",
        "archive_address",
        ("published", "retrieved_on", "tier"),
        ("language", "licence"),
    )

    when = day("published", "published", "published_earliest")
