"""The versions of a record: their list, each as it was published, and a TimeMap for programs that read Memento (RFC 7089)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import http_date
from rest_framework.response import Response

from partnerships.models import BY_PLURAL, Kind
from partnerships.publishing.models import Action, Change
from partnerships.publishing.reading import Moved
from partnerships.queries import paging
from partnerships.queries.changes import corrections_of
from partnerships.queries.versions import Past, all_versions, body_of, kept, past, published_as, taken_down_by

from . import answers
from .addresses import absolute, api, record_url, versions_path
from .door import Door
from .lists import around, envelope, page_size
from .problems import Problem, gone, tombstone
from .serializers.past import DocumentSerializer, PastSerializer, VersionInListSerializer, VersionListSerializer

FOR_A_DAY = "public, max-age=86400"
"""A version never changes, but it can be taken down."""


class KindConverter:
    """A kind in an address, by its plural."""

    regex = "|".join(BY_PLURAL)

    def to_python(self, text: str) -> type[Kind]:
        return BY_PLURAL[text]

    def to_url(self, kind: type[Kind]) -> str:
        return kind.plural


class OfVersions(Door):
    """An address below a record. A former slug leads on; what was taken down is gone with all its versions."""

    refusals = (*Door.refusals, 404, 410)

    def whose(self, kind: type[Kind], slug: str, below: str = "") -> Past | Response:
        """The record whose versions stand here, or the answer that leads to where they do."""
        name = kind.kind_name()
        match past(kind, slug):
            case Past(stone=stone) as found:
                if stone and stone.action == Action.TAKE_DOWN:
                    raise gone(f"The {kind._meta.verbose_name} “{slug}” was taken down.", stone)
                return found
            case Moved() as moved:
                address = api(versions_path(name, moved.slug, below), self.given)
                return Response({"url": address}, status=301, headers={"Location": address})
        raise Problem("not-found", f"There is no {kind._meta.verbose_name} “{slug}”.")


class Versions(OfVersions):
    """The versions of a record, the newest first, and which of them were corrected later."""

    operation = "versions_list"
    answer = VersionListSerializer
    parameters = ("page_size", "cursor")

    def get(self, request, kind: type[Kind], slug: str):
        one = self.whose(kind, slug)
        if not isinstance(one, Past):
            return one
        keys = (("seq", True),)
        page = paging.page(
            all_versions(one.record).defer("refs", "chain"),
            "-seq",
            keys,
            self.given.get("cursor", ""),
            page_size(self.given),
        )
        readable, corrections = kept(entry.digest for entry in page.rows), corrections_of(one.record)
        rows = [_row(one, entry, entry.digest in readable, corrections) for entry in page.rows]
        path = versions_path(one.kind, one.slug)
        links = around(path, self.given, page) | in_time(one)
        answer = envelope(page.count, links, VersionInListSerializer(rows, many=True).data)
        answer = {
            **{name: answer[name] for name in ("count", "next", "previous")},
            "record": PastSerializer(one).data,
            "tombstone": one.stone and tombstone(one.stone),
            "results": answer["results"],
        }
        return Response(answer, headers={"Link": answers.link_header(links)})


def _row(one: Past, entry: Change, readable: bool, corrections: list[Change]) -> dict:
    below = f"{entry.version}/"
    return {
        **{
            name: getattr(entry, name)
            for name in ("version", "seq", "at", "change_kind", "note", "wrong", "wrong_since", "digest")
        },
        "withheld": not readable,
        "url": api(versions_path(one.kind, one.slug, below)) if readable else None,
        "page": absolute(f"{one.path}versions/{below}") if readable and one.path else None,
        "corrected_by": sorted(later.version for later in corrections if later.seq > entry.seq),
    }


class OneVersion(OfVersions):
    """A version as it was published: bytes that never change.

    What became of it (corrected, withdrawn) stands in the list of versions. Last-Modified and Memento-Datetime say when it
    was published.
    """

    operation = "versions_retrieve"
    answer = DocumentSerializer

    def get(self, request, kind: type[Kind], slug: str, number: int):
        below = f"{number}/"
        one = self.whose(kind, slug, below)
        if not isinstance(one, Past):
            return one
        noun = f"{kind._meta.verbose_name} “{slug}”"
        if not (entry := published_as(one.record, number)):
            raise Problem("not-found", f"There is no version {number} of the {noun}.")
        if (body := body_of(entry.digest)) is None:
            raise gone(f"Version {number} of the {noun} was taken down.", taken_down_by(entry))
        moment = http_date(entry.at.timestamp())
        return HttpResponse(
            body,
            content_type="application/json",
            headers={
                "Cache-Control": FOR_A_DAY,
                "Last-Modified": moment,
                "Memento-Datetime": moment,
                "Link": answers.link_header(in_time(one)),
            },
        )


class TimeMap(OfVersions):
    """Where each version of a record is, and from when, as a TimeMap (RFC 7089)."""

    operation = "versions_timemap"
    answer = {"type": "string"}
    media_type = "application/link-format"

    def get(self, request, kind: type[Kind], slug: str):
        one = self.whose(kind, slug, "timemap/")
        if not isinstance(one, Past):
            return one
        entries = list(all_versions(one.record).order_by("seq").defer("refs", "chain"))
        readable = kept(entry.digest for entry in entries)
        lines = [
            f'<{record_url(one.kind, one.slug)}>; rel="original"',
            f'<{api(versions_path(one.kind, one.slug, "timemap/"))}>; rel="self"; type="{self.media_type}"',
        ]
        shown = [entry for entry in entries if entry.digest in readable]
        for entry in shown:
            ends = [word for word, end in (("first", shown[0]), ("last", shown[-1])) if entry is end]
            address = api(versions_path(one.kind, one.slug, f"{entry.version}/"))
            moment = http_date(entry.at.timestamp())
            lines.append(f'<{address}>; rel="{" ".join([*ends, "memento"])}"; datetime="{moment}"')
        return HttpResponse(",\n".join(lines) + "\n", content_type=self.media_type)


def in_time(one: Past) -> dict[str, str]:
    """Links of Memento: the record itself, and the map of its versions."""
    return {
        "original": record_url(one.kind, one.slug),
        "timemap": api(versions_path(one.kind, one.slug, "timemap/")),
    }
