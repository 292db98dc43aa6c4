from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models

from partnerships.models import KINDS, MARKDOWN, Alias, Citation, EdgeField, Link, Row
from partnerships.models.time import EdtfField
from partnerships.publishing.documents import owned_rows

FILE = settings.BASE_DIR / "docs" / "dictionary.md"
TYPES = {
    EdtfField: "partial date",
    models.UUIDField: "id",
    models.SlugField: "slug",
    models.URLField: "web address",
    models.BooleanField: "yes or no",
    models.DateTimeField: "moment",
    models.DateField: "day",
    models.IntegerField: "number",
    models.JSONField: "JSON",
    models.TextField: "text",
    models.CharField: "text",
}

SHARED: tuple[type[Row], ...] = (Citation, Link, Alias)
"""Rows of every kind."""


class Command(BaseCommand):
    help = (
        "Writes docs/dictionary.md: every kind of record and row, and what each of their fields means, from the models."
    )

    def handle(self, *args, **options):
        FILE.write_text(text())


def text() -> str:
    """The data dictionary."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield (
        "Every kind of record, what it owns, and what each field means. Made from the models by `manage.py write_dictionary`; "
        "a test compares them. Names are those of documents, snapshots and, nearly always, the API."
    )
    for name, kind in KINDS.items():
        yield from _section("##", f"{kind._meta.verbose_name.capitalize()} (`{name}`)", kind)
        for rows, row in owned_rows(kind).items():
            if row not in SHARED:
                yield from _section("###", f"{kind._meta.verbose_name.capitalize()}: {rows}", row)
    yield ""
    yield "## Rows that every record may own"
    for row in SHARED:
        yield from _section("###", row._meta.verbose_name_plural.capitalize(), row)


def _section(level: str, title: str, model: type[models.Model]) -> Iterator[str]:
    yield ""
    yield f"{level} {title}"
    yield ""
    yield " ".join((model.__doc__ or "").split("\n\n")[0].split())
    yield ""
    yield "| field | meaning | holds |"
    yield "|---|---|---|"
    for field in model._meta.concrete_fields:
        if not isinstance(field, EdgeField) and field.name not in ("record_ptr", "kind"):
            said = str(field.help_text or field.verbose_name).replace("|", "\\|")
            yield f"| `{field.name}` | {said} | {_holds(field)} |"


def _holds(field: models.Field) -> str:
    if isinstance(field, models.ForeignKey):
        return f"a {field.related_model._meta.verbose_name}"
    if field.choices:
        return ", ".join(f"`{word}`" for word, _ in field.choices if word)
    if field.name in MARKDOWN:
        return "Markdown"
    return next(words for kind, words in TYPES.items() if isinstance(field, kind))
