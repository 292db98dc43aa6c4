"""The public log, for programs that follow it."""

from __future__ import annotations

from rest_framework.response import Response

from partnerships.publishing.reading import head
from partnerships.queries.stream import stretch

from . import answers
from .addresses import api
from .door import Door
from .lists import envelope, page_size, whole_number
from .selection import named
from .serializers.stream import ChangeListSerializer, ChangeSerializer, HeadSerializer

INCLUDABLE = ("document", "patch")


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
        return Response(answer, headers={"Link": answers.link_header(links)})
