"""The public log, for programs that follow it."""

from __future__ import annotations

from django.conf import settings
from rest_framework.response import Response

from partnerships.publishing.reading import head
from partnerships.queries import paging
from partnerships.queries.changes import Step, all_corrections, by_themselves, steps, what_happened
from partnerships.queries.stream import stretch

from . import answers
from .addresses import absolute, api, record_url
from .door import Door
from .lists import around, envelope, envelope_of, page_size, whole_number
from .selection import named
from .serializers.stream import (
    ChangeListSerializer,
    ChangeSerializer,
    CorrectionSerializer,
    FeedSerializer,
    HeadSerializer,
)

INCLUDABLE = ("document", "patch")
FED = 50
"""Items of a feed."""


class Changes(Door):
    """The public log: every publication and withdrawal, in order and without gaps, from the one after `since` on.

    It can't be narrowed: with entries left out, nobody could tell a gap from a loss, or check the chain. Documents come
    on request, because who only wants to know what happened shouldn't fetch a hundred times as much.
    """

    operation = "changes"
    answer = ChangeListSerializer
    includable = INCLUDABLE
    parameters = ("since", "include", "page_size")

    def get(self, request):
        size = page_size(self.given)
        since = whole_number("since", self.given.get("since", "0"), least=0, most=10**15 - 1)
        included = named("include", self.given["include"], INCLUDABLE) if "include" in self.given else set()
        found = stretch(since, size, documents="document" in included, patches="patch" in included)
        last = head()
        links = {"first": api("changes/", {name: text for name, text in self.given.items() if name != "since"})}
        if found.more:
            links["next"] = api("changes/", self.given | {"since": str(found.items[-1].change.seq)})
        results = ChangeSerializer(found.items, many=True, context={"included": included}).data
        answer = envelope(max(last.seq - since, 0), links, results)
        answer |= {"head": HeadSerializer(last).data, "results": answer.pop("results")}
        links["alternate"] = api("changes/feed.json")
        return Response(answer, headers={"Link": answers.link_header(links)})


class ChangesFeed(Door):
    """What changed lately as a JSON Feed (version 1.1); what was published together is one item.

    The same in Atom: `/changes/feed.atom`.
    """

    operation = "changes_feed"
    answer = FeedSerializer
    media_type = "application/feed+json"

    def get(self, request):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"{settings.SPECTACULAR_SETTINGS['TITLE']}: what changed",
            "home_page_url": absolute("/changes/"),
            "feed_url": api("changes/feed.json"),
            "language": "en",
            "items": [_feed_item(step) for step in steps(FED, self.today)],
        }
        return Response(FeedSerializer(feed).data, content_type=self.media_type)


def _feed_item(step: Step) -> dict:
    last, single = step.last, step.size == 1
    return {
        "id": absolute(f"/changes/#{last.seq}"),
        "url": record_url(last.kind, last.slug) if single else api("changes/", {"since": str(step.first - 1)}),
        "title": f"{step.name}: {what_happened(last)}",
        "content_text": " ".join(filter(None, (last.wrong, last.note))) or what_happened(last),
        "date_published": last.at,
        "tags": [last.change_kind],
        "_portal": {
            "about": api("docs/"),
            "seq": last.seq,
            "first_seq": step.first,
            "action": last.action,
        },
    }


class Corrections(Door):
    """Every correction, the newest first: what was wrong, since when, and in which version it was put right."""

    operation = "corrections"
    answer = envelope_of(CorrectionSerializer, meta=False)
    parameters = ("page_size", "cursor")

    def get(self, request):
        rows, keys = all_corrections().defer("refs", "chain"), (("seq", True),)
        page = paging.page(rows, "-seq", keys, self.given.get("cursor", ""), page_size(self.given))
        links = around("corrections/", self.given, page)
        results = CorrectionSerializer(by_themselves(page.rows, self.today), many=True).data
        return Response(envelope(page.count, links, results), headers={"Link": answers.link_header(links)})
