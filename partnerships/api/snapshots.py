"""The snapshots that there are, for programs."""

from __future__ import annotations

from rest_framework.response import Response

from partnerships.queries.snapshots import snapshots

from . import answers
from .addresses import absolute
from .door import Door
from .lists import envelope, envelope_of
from .serializers.snapshots import SnapshotSerializer


class Snapshots(Door):
    """The snapshots that there are, the newest first: everything that was public at one moment, as one file each."""

    operation = "snapshots"
    answer = envelope_of(SnapshotSerializer, meta=False)

    def get(self, request):
        found = snapshots()
        links = {"alternate": absolute("/data/")}
        results = SnapshotSerializer(found, many=True).data
        headers = {"Link": answers.link_header(links), "Cache-Control": answers.ASKED_EACH_TIME}
        return Response(envelope(len(found), links, results), headers=headers)
