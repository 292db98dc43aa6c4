"""The base of all views: parameters are read strictly, and every answer gets the same headers."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.http import http_date
from rest_framework.response import Response
from rest_framework.views import APIView

from partnerships.queries.as_of import portal_day
from partnerships.queries.known_at import Known, at_that_time, read_moment
from partnerships.queries.parameters import BadParameter, read

from . import answers


@dataclass(frozen=True)
class Leaving:
    """An address that will go: since when one shouldn't use it, the day on which it ends, and what to read about it."""

    since: datetime
    ends: datetime
    read: str

    def headers(self) -> dict[str, str]:
        """`Deprecation` (RFC 9745) and `Sunset` (RFC 8594)."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": http_date(self.ends.timestamp()),
        }


class Door(APIView):
    """An address of the API. Nothing here knows who asks: no session, no cookie, no account."""

    http_method_names = ["get", "head", "options"]
    parameters: ClassVar[tuple[str, ...]] = ()
    """The parameters that the address takes; any other is refused."""
    leaving: ClassVar[Leaving | None] = None
    """Set where the address will go; its schema says so too."""
    needed: ClassVar[tuple[str, ...]] = ()
    """Those of them without which it has no answer."""
    operation: str = ""
    """Its name in the schema."""

    @property
    def description(self) -> str:
        """What it answers, for the schema: the first paragraph of the docstring."""
        return " ".join((type(self).__doc__ or "").split("\n\n")[0].split())

    known: Known | None = None
    """Which entry of the log is the last that counts, where `known_at` was asked for."""
    answer: Any = None
    """The serializer of its answer, for the schema."""
    media_type: ClassVar[str] = "application/json"
    refusals: ClassVar[tuple[int, ...]] = (400, 405, 406, 429, 500, 503)
    """The statuses of problems that it can answer with."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return
        self.today = portal_day()
        self.given = read(request.query_params, self.known_parameters())
        for name, value in self.given.items():
            if not value.strip():
                raise BadParameter(name, f"“{name}” is empty: give a value, or leave it out.")
        if "known_at" in self.given:
            asked = read_moment(self.given["known_at"], datetime.now(UTC))
            self.known = self.inside.enter_context(at_that_time(asked))

    def dispatch(self, request, *args, **kwargs):
        """Whatever is read for the answer comes from one edition: the present one, or that of `known_at`."""
        with ExitStack() as self.inside:
            return super().dispatch(request, *args, **kwargs)

    def known_parameters(self) -> tuple[str, ...]:
        return self.parameters

    def options(self, request, *args, **kwargs):
        """What a browser asks before it lets another site's page read the API."""
        return HttpResponse(status=204, headers=answers.PREFLIGHT)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            response.render()
        if self.leaving:
            for name, value in self.leaving.headers().items():
                response.headers[name] = value
            links = answers.link_header({"deprecation": self.leaving.read})
            response.headers["Link"] = ", ".join(filter(None, (response.headers.get("Link", ""), links)))
        return answers.finish(request, response)
