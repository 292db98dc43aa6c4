"""Export and import at the desk: menus, the preview, the second word, and who may."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from partnerships.admin.addresses import list_address
from partnerships.editorial.models import Event, Revision
from partnerships.models import KINDS, Partner, Record, Source
from tests.world import resave, save

from .browser import typed, watched, writes

LIST = list_address("partner")
EXPORT, IMPORT = f"{LIST}export/", f"{LIST}import/"


def body(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))


def upload(client, data: bytes, where: str = IMPORT, name: str = "partners.csv"):
    return client.post(where, {"file": SimpleUploadedFile(name, data)})


def capital(world, town: str) -> bytes:
    """A file that changes the capital of Malta."""
    return f"id,version,capital\n{world.malta.pk},{world.malta.version},{town}\n".encode()


# Export -----------------------------------------------------------------------------------------------------------------


def test_the_list_offers_export_and_import(world, at):
    page = at("anna").get(LIST + "?q=malta").content.decode()
    for form in ("csv", "excel", "json", "xlsx"):
        assert f'href="{EXPORT}?q=malta&amp;as={form}"' in page
    assert f'href="{IMPORT}"' in page
    assert "export" not in at("anna").get(list_address("record")).content.decode().lower()


def test_an_export_is_the_list_as_it_is_narrowed_searched_and_ordered(world, at):
    anna = at("anna")
    assert [row["slug"] for row in table(anna.get(EXPORT, {"as": "csv"}))] == [
        "atlantis", "finland", "japan", "malta", "russia",
    ]  # fmt: skip
    assert [row["slug"] for row in table(anna.get(EXPORT, {"as": "csv", "q": "malta"}))] == ["malta"]
    assert [row["slug"] for row in table(anna.get(EXPORT, {"as": "excel", "standing": "never"}))] == ["atlantis"]
    narrowed = {"as": "json", "region__id__exact": str(world.europe.pk), "o": "-1"}
    assert [r["slug"] for r in json.loads(body(anna.get(EXPORT, narrowed)))["records"]] == [
        "russia",
        "malta",
        "finland",
    ]


def test_an_export_says_what_it_is(world, at):
    anna = at("anna")
    for form, ending, media_type, beginning in (
        ("csv", "csv", "text/csv; charset=utf-8", b"id,version,slug,title"),
        ("excel", "csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfid,version"),
        ("json", "json", "application/json", b'{"kind": "partner", "schema": 1'),
        ("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    ):
        response = anna.get(EXPORT, {"as": form})
        assert response["Content-Type"] == media_type
        assert response["Content-Disposition"].startswith('attachment; filename="partners-20')
        assert response["Content-Disposition"].endswith(f'.{ending}"')
        assert response["Cache-Control"] == "no-store, private"
        assert body(response).startswith(beginning)


@pytest.mark.parametrize(
    "asked", [{"as": ""}, {"as": "pdf"}, {"as": "csv", "body__regex": "x"}, {"as": "csv", "region__id__exact": "x"}]
)
def test_an_export_that_can_not_be_gets_a_sentence(world, at, asked):
    assert at("anna").get(EXPORT, asked).status_code in (400, 302)


def test_the_chosen_records_are_exported_in_the_form_one_asks_for(world, at):
    anna = at("anna")
    chosen = {"action": "export_selected", "_selected_action": [str(world.malta.pk), str(world.japan.pk)]}
    page = anna.post(LIST, chosen)
    assert "Export 2 partners" in page.content.decode()
    rows = table(anna.post(LIST, typed(page) | {"as": "csv"}))
    assert [row["slug"] for row in rows] == ["japan", "malta"]


def test_an_export_takes_as_many_queries_for_many_records(world, at):
    anna, where = at("anna"), list_address("source") + "export/"

    def asked() -> int:
        with watched() as statements:
            body(anna.get(where, {"as": "csv"}))
        assert not writes(statements)
        return len(statements)

    asked()
    few = asked()
    for n in range(12):
        save(Source(slug=f"s{n}", title=f"Source {n}", web_address=f"https://example.org/{n}"))
    assert asked() == few


# Import -----------------------------------------------------------------------------------------------------------------


def test_a_preview_says_what_would_change_and_writes_nothing(world, at):
    anna = at("anna")
    assert "What stands in which column" in anna.get(IMPORT).content.decode()
    with watched() as statements:
        page = upload(anna, capital(world, "Mdina"))
    assert not writes(statements)
    said = page.content.decode()
    assert "<del>Valletta</del> <ins>Mdina</ins>" in said
    assert "Import this one" in said
    assert world.malta.capital == "Valletta"


def test_the_second_word_writes_what_the_preview_showed(world, at):
    anna = at("anna")
    page = upload(anna, capital(world, "Mdina"))
    response = anna.post(IMPORT, typed(page), follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert "1 partner is imported from partners.csv, as drafts: nothing became public." in response.content.decode()
    assert world.malta.capital == "Mdina"
    assert Revision.objects.filter(record=world.malta.pk).first().note == "Imported from partners.csv"
    assert Event.objects.first().verb == "import"
    assert LogEntry.objects.get().change_message == "Imported from partners.csv."
    again = anna.post(IMPORT, typed(page))
    assert (again.status_code, "Nothing was imported" in again.content.decode()) == (200, True)


def test_a_file_that_changes_nothing_says_so(world, at):
    anna = at("anna")
    for form in ("csv", "json"):
        page = upload(anna, body(anna.get(EXPORT, {"as": form})), name=f"partners.{form}").content.decode()
        assert "Nothing would change: all 5 records" in page
        assert 'name="plan"' not in page


def test_what_is_wrong_stands_in_a_table(world, at):
    response = upload(at("anna"), b"slug,title,capital\nmalta,Malta,x\nNew one,,y\n")
    page = response.content.decode()
    assert "3 things are wrong in partners.csv. Nothing was imported." in page
    assert "<td>2</td><td>slug</td><td>Another record of this kind has this slug already." in page
    assert "<td>3</td><td>title</td><td>This field cannot be blank.</td>" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "The file is empty."), (b"\xff\xd8\xff\xe0", "isn&#x27;t UTF-8"), (None, "Choose a file.")],
)
def test_no_file_or_junk_gets_a_sentence(world, at, data, sentence):
    anna = at("anna")
    response = anna.post(IMPORT) if data is None else upload(anna, data)
    assert sentence in response.content.decode()


def test_a_file_that_is_too_large_is_not_read(world, at, settings):
    settings.LIMITS = settings.LIMITS | {"import_bytes": 1000}
    response = upload(at("anna"), b"x" * 1001)
    assert "The file is larger than 0.001 MB: import it in parts." in response.content.decode()


def test_a_preview_outrun_by_a_colleague_writes_nothing(world, at):
    anna = at("anna")
    page = upload(anna, capital(world, "Mdina"))
    resave(world.malta, by="bruno", summary="An island state.")
    response = anna.post(IMPORT, typed(page))
    assert "Something was saved meanwhile" in response.content.decode()
    assert world.malta.capital == "Valletta"


def test_a_preview_is_good_for_its_reader_and_its_kind_only(world, at):
    sealed = typed(upload(at("anna"), capital(world, "Mdina")))
    for client, where, plan in (
        (at("bruno"), IMPORT, sealed["plan"][0]),
        (at("anna"), list_address("source") + "import/", sealed["plan"][0]),
        (at("anna"), IMPORT, sealed["plan"][0] + "x"),
        (at("anna"), IMPORT, ""),
    ):
        response = client.post(where, {"plan": plan})
        assert (response.status_code, "Nothing was imported" in response.content.decode()) == (200, True)
    assert world.malta.capital == "Valletta"


@pytest.mark.slow
def test_who_may_neither_look_nor_write_gets_no_file_and_imports_none(world, at):
    user = world.user("sam")
    user.is_staff = True
    user.save()
    sam = at("sam")
    before = dict(Record.objects.values_list("pk", "version"))
    for kind in KINDS:
        where = list_address(kind)
        assert sam.get(where + "export/", {"as": "csv"}).status_code == 403
        assert sam.get(where + "import/").status_code == 403
        assert upload(sam, b"slug,title\nx,y\n", where + "import/").status_code == 403
        assert sam.post(where + "import/", {"plan": "x"}).status_code == 403
    assert dict(Record.objects.values_list("pk", "version")) == before
    assert Partner.objects.count() == 5
