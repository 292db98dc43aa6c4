"""The fixtures in a database: loaded and published as one release, and loaded again the stock way without harm."""

import pytest
from django.conf import settings
from django.core.management import call_command

from partnerships.editorial.content import FIRST_RELEASE, load_content, read
from partnerships.editorial.models import State
from partnerships.models import KINDS, Citation, Record
from partnerships.publishing.documents import build, digest
from partnerships.publishing.models import Publication
from tests.sweep import some

FILES = sorted(settings.FIXTURES_DIR.glob("*.json"))


def test_all_is_published_as_one_release(content):
    documents = read(FILES)
    assert Record.objects.using("published").count() == len(documents)
    assert Publication.objects.count() == len(documents)
    (release,) = set(Publication.objects.values_list("release", "release_title", "by"))
    assert release[1:] == (FIRST_RELEASE, "system")


def test_the_public_records_are_the_fixtures(content):
    documents = read(FILES)
    for kind in KINDS.values():
        pks = [pk for pk, document in documents.items() if document["kind"] == kind._meta.model_name]
        public = build(kind, pks, "published")
        assert {pk: digest(public[pk]) for pk in pks} == {pk: digest(documents[pk]) for pk in pks}


def test_nothing_public_is_verified(content):
    assert Citation.objects.using("published").filter(verified_on__isnull=False).count() == 0


@pytest.mark.sampled
def test_stock_loaddata_over_a_loaded_portal_changes_nothing(own_content):
    before = dict(State.objects.values_list("record", "digest"))
    call_command("loaddata", *map(str, some(FILES, 3)), verbosity=0)
    for kind in KINDS.values():
        pks = list(Record.objects.filter(kind=kind._meta.model_name).values_list("pk", flat=True))
        assert {pk: digest(document) for pk, document in build(kind, pks, "default").items()} == {
            pk: before[pk] for pk in pks
        }
    report = load_content(FILES)
    assert (report.created, report.updated, report.skipped) == ([], [], [])
    assert report.unchanged == len(before)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "image"])
def test_every_kind_but_images_has_content(content, kind):
    assert Record.objects.using("published").filter(kind=kind).exists()
