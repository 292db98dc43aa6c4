"""A portal filled from a snapshot: every address answers the same bytes as where the snapshot was made."""

from __future__ import annotations

import pytest
from django.db import transaction

from partnerships.models import Rendition
from partnerships.publishing.feed import wipe
from partnerships.publishing.loading import load_snapshot
from partnerships.publishing.models import Head
from partnerships.publishing.snapshot import make

from .crowd import PICTURE
from .test_every_address import NAMES, NO_SAMPLE, OTHER_FORMS, SERIALIZERS, sample
from .test_forms import asked, body

QUESTIONS = [
    "partners/?framework=framework-3&as_of=2014-03-01&facets=status,region",
    "partners/?page_size=1&ordering=-title",
    "partners/?include=citations,links,memberships&fields=title,citations,links,memberships",
    "partners/partner-3/?as_of=1990",
    "memberships.csv?as_of=2014-03-01&in_force=yes",
    "changes/?include=document,patch",
    "changes/?since=1&page_size=2",
    "search/?q=title&facets=kind,framework",
    "partners/nowhere/",
    "nowhere/",
    "partners/?statsu=ally",
]
"""Besides one address of every name: days, files, pages, the stream as a whole, and what is refused."""


def addresses() -> list[str]:
    found = [sample(name) for name in NAMES if name not in NO_SAMPLE and name not in OTHER_FORMS]
    for name in OTHER_FORMS:
        plural, form = asked(name)
        model = SERIALIZERS[plural].model._meta.model_name
        found.append(f"{plural}/{model}-3.{form}" if name.endswith("-one") else f"{plural}.{form}")
    past = Head.objects.using("published").get(pk=1).seq - 1
    return [*found, *QUESTIONS, f"partners/?known_at={past}", f"partners/partner-1/?known_at={past}&as_of=2014"]


@pytest.mark.slow
def test_every_address_says_the_same_bytes(own, crowd_template, settings, tmp_path, ask):
    settings.SNAPSHOTS_ROOT, settings.EDITIONS_ROOT = tmp_path / "snapshots", tmp_path / "editions"

    def said() -> dict[str, tuple]:
        answers = {}
        for address in asking:
            response = ask.response(address)
            answers[address] = response.status_code, response.headers.get("ETag"), body(response)
        return answers

    with own(crowd_template):
        asking = addresses()
        settings.MEDIA_ROOT.mkdir()
        (settings.MEDIA_ROOT / Rendition.objects.using("published").first().file).write_bytes(PICTURE)
        made = make()
        first = body(ask.response("partners/"))
        before = said()
        assert len(before) > 100
        with transaction.atomic(using="published"):
            wipe("published")
        assert body(ask.response("partners/")) != first
        assert load_snapshot(made.file) == made.seq
        after = said()
        assert {address for address in asking if after[address] != before[address]} == set()
        wrong = {address: status for address, (status, *_) in after.items() if status != 200}
        assert wrong == {"partners/nowhere/": 404, "nowhere/": 404, "partners/?statsu=ally": 400}
