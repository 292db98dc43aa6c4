"""The OpenAPI description: what the views and serializers say of themselves, read by drf-spectacular."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db.models import Model
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from partnerships.models import BY_PLURAL
from partnerships.publishing.models import SearchEntry
from partnerships.queries.facets import facet_names
from partnerships.queries.questions import (
    ChoiceListFilter,
    QueryFilter,
    Question,
    RecordListFilter,
    YearFilter,
    YesNoFilter,
)

from .addresses import ROOT
from .negotiation import FORMS
from .problems import CATALOGUE, MEDIA_TYPE
from .serializers.past import TombstoneSerializer

PATHS = {
    "kind": ("The kind of the record.", {"type": "string", "enum": list(BY_PLURAL)}),
    "slug": (
        "The last part of the record's address.",
        {"type": "string", "maxLength": 80, "pattern": "^[-a-zA-Z0-9_]+$"},
    ),
    "number": ("The number of the version, from 1 on.", {"type": "integer", "minimum": 1, "maximum": 999_999_999}),
    "pk": ("The row's id.", {"type": "string", "format": "uuid"}),
}
DAYS = r"^(1949|19[5-9]\d|20\d{2})(-\d{2}(-\d{2})?)?$"
"""How a day, month or year is written; which of them can be shown the problem `bad-day` says."""


class WordExtension(OpenApiSerializerFieldExtension):
    """Each set of words is one named component."""

    target_class = "partnerships.api.serializers.fields.Word"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction):
        choices = self.target.choices
        component = ResolvedComponent(
            name=self.target.component,
            type=ResolvedComponent.SCHEMA,
            object=self.target.words,
            schema={
                "type": "string",
                "enum": list(choices),
                "description": "\n".join(f"* `{word}`: {label}" for word, label in choices.items()),
            },
        )
        auto_schema.registry.register_on_missing(component)
        return component.ref


class ProblemSerializer(serializers.Serializer):
    """What went wrong (RFC 9457)."""

    type = serializers.URLField(help_text="Names the problem; its address explains it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong here, in a sentence.")
    parameter = serializers.CharField(required=False, help_text="The parameter that can't be used.")
    hint = serializers.CharField(required=False, help_text="What was probably meant.")
    tombstone = TombstoneSerializer(required=False, help_text="Of a withdrawn record.")


class PortalSchema(AutoSchema):
    """How a `Door` stands in the schema."""

    def get_operation_id(self):
        return self.view.operation

    def get_description(self):
        return self.view.description

    def get_tags(self):
        """The plural, or the one word, that follows /api/v1/ in the address."""
        first, *_ = self.path.removeprefix(ROOT).split("/")
        return ["versions" if first == "{kind}" else first.partition(".")[0] or "index"]

    def is_deprecated(self):
        return self.view.leaving is not None

    def get_auth(self):
        return []

    # Parameters and envelopes are said by the views themselves: nothing is to be guessed.

    def _get_filter_parameters(self):
        return []

    def _get_pagination_parameters(self):
        return []

    def _is_list_view(self, serializer=None):
        return False

    def get_override_parameters(self):
        filters = self.view.questions.base_filters if hasattr(self.view, "questions") else {}
        named = [parameter(self.view, name, filters.get(name)) for name in self.view.known_parameters()]
        kind = getattr(getattr(self.view, "serializer", None), "model", None)
        return [*(_in_path(name, kind) for name in PATHS if f"{{{name}}}" in self.path), *named]

    def get_response_serializers(self):
        refusals = {
            (status, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, description=_titles(status))
            for status in sorted(self.view.refusals)
        }
        forms = [self.view.form] if getattr(self.view, "form", "") else getattr(self.view, "forms", ())
        files = {
            (200, FORMS[form].partition(";")[0]): OpenApiResponse(
                OpenApiTypes.OBJECT if form.startswith(("geo", "jsonld")) else OpenApiTypes.STR,
                description="The same in another form.",
            )
            for form in forms
        }
        moved = OpenApiResponse(description="It has another address now: see Location.")
        return {
            **(
                {}
                if getattr(self.view, "form", "")
                else {(200, self.view.media_type): OpenApiResponse(self.view.answer, description="The answer.")}
            ),
            **files,
            304: OpenApiResponse(description="What `If-None-Match` names is still the answer."),
            **({301: moved} if 410 in self.view.refusals else {}),
            **refusals,
        }


def _titles(status: int) -> str:
    return "; ".join(kind.title for kind in CATALOGUE.values() if kind.status == status) + "."


def _in_path(name: str, kind: type[Model] | None) -> OpenApiParameter:
    description, schema = PATHS[name]
    if name == "slug" and kind is not None:
        schema = schema | {"format": f"{kind._meta.model_name}-slug"}
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=description)


# Parameters -------------------------------------------------------------------------------------------------------------


def parameter(view, name: str, question: Question | None) -> OpenApiParameter:
    """A query parameter as the schema describes it."""
    if question is not None:
        return _of_question(view, name, question)
    limits = settings.LIMITS
    match name:
        case "as_of":
            said = "The day to show: 2014-03-01; 2014-03 or 2014 mean their last day. Today unless given."
            return _text(name, said, pattern=DAYS, format="portal-day")
        case "known_at":
            said = (
                "What the portal said at a moment: with its zone (2026-11-25T12:00:00Z), or the number of an entry of the "
                "public log, counted in. `as_of` asks for a day in the world, this for what was published by then."
            )
            return _text(name, said, format="portal-moment")
        case "page_size":
            schema = {
                "type": "integer",
                "minimum": 1,
                "maximum": limits["page_size_most"],
                "default": limits["page_size"],
            }
            return OpenApiParameter(name, schema, description="How many rows a page has.")
        case "cursor":
            said = "Where a page begins. Follow `next` and `previous`; cursors are not made by hand."
            return _text(name, said, format="cursor")
        case "since":
            schema = {"type": "integer", "minimum": 0, "default": 0}
            return OpenApiParameter(name, schema, description="The number of the last change that is known already.")
        case "ordering":
            names = view.questions.sort_names()
            words = [word for one in names for word in ((one,) if one == "rank" else (one, f"-{one}"))]
            schema = {"type": "string", "enum": words, "default": view.questions.default_ordering}
            return OpenApiParameter(name, schema, description="What the list is sorted by; “-” turns it round.")
        case "fields":
            names = [one for one in view.serializer.names() if view.many or one not in view.serializer.conditional]
            return _list(name, names, "The fields to show, and no others; `id`, `kind` and `url` always stand.")
        case "facets":
            names = facet_names(view.serializer.model if hasattr(view, "serializer") else SearchEntry)
            return _list(name, names, "Parameters whose values are to be counted: each with the rows that it gives.")
        case "include":
            named = view.includable if hasattr(view, "includable") else view.serializer.includable()
            return _list(name, list(named), "What to show besides, where a list leaves it out.")
    raise LookupError(f"The schema can't describe the parameter {name}.")


def _of_question(view, name: str, question: Question) -> OpenApiParameter:
    said = str(question.extra["help_text"]) + "."
    if isinstance(question, ChoiceListFilter):
        return _list(name, question.words, said)
    if isinstance(question, RecordListFilter):
        slug = {"format": f"{question.kind.kind_name()}-slug"}
        return _list(name, None, f"{said} Slugs, separated by commas.", **slug)
    if isinstance(question, YesNoFilter):
        return OpenApiParameter(name, {"type": "string", "enum": ["true", "false"]}, description=said)
    if isinstance(question, YearFilter):
        return _text(
            name, f"{said} 2014, 2014-2020, 2014- or -2020.", pattern=r"^([1-9]\d{3}(-([1-9]\d{3})?)?|-[1-9]\d{3})$"
        )
    words = {"format": "search-words"} if isinstance(question, QueryFilter) else {}
    return _text(name, said, required=name in view.needed, **words)


def _text(name: str, description: str, *, required: bool = False, **more: str) -> OpenApiParameter:
    limit = {"cursor": "cursor_length", "q": "query_length"}.get(name, "parameter_length")
    most = settings.LIMITS[limit]
    schema = {"type": "string", "minLength": 1, "maxLength": most} | more
    return OpenApiParameter(name, schema, description=description, required=required)


def _list(name: str, words: list[str] | None, description: str, **more: str) -> OpenApiParameter:
    item = {"type": "string", "minLength": 1} | ({"enum": words} if words else {}) | more
    schema = {"type": "array", "minItems": 1, "items": item}
    return OpenApiParameter(name, schema, style="form", explode=False, description=description)


# The whole --------------------------------------------------------------------------------------------------------------


@cache
def openapi() -> dict:
    """The description of the API. Made once: it depends on the code and the settings alone."""
    return SchemaGenerator().get_schema(request=None, public=True)
