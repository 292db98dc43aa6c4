"""The pages on which citations are verified: those of one record, each beside the fact that it supports, and the work list."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from partnerships.editorial.differences import GONE, Said, label_of, names_in, rows_said, value_words
from partnerships.editorial.permissions import may
from partnerships.editorial.saving import Stale
from partnerships.editorial.verification import entered_by, lacking, verify, why_not
from partnerships.models import KINDS, Citation, Kind
from partnerships.publishing.documents import Document, build_one
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL
from partnerships.queries.evidence import holds

from .account_log import log
from .addresses import address

PAGE = 50
READY = ~Q(locator="") & ~Q(quotation="") & Q(checked_on__isnull=False)
"""Citations that have all that a verification needs."""


@dataclass(frozen=True)
class Checked:
    """A citation as the page shows it: what it supports, in the words of the form, and how it stands."""

    citation: Citation
    label: str
    values: list[Said | str] = field(default_factory=list)
    verified: bool = False
    why_not: str = ""

    @property
    def lapsed(self) -> bool:
        """It was verified, and the fact has changed since."""
        return bool(self.citation.verified_on) and not self.verified

    @property
    def host(self) -> str:
        return (urlsplit(self.citation.source.web_address).hostname or "").removeprefix("www.")


def verify_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    """The citations of a record. A POST verifies one of them."""
    record = door.wanted(request, pk, "view")
    trouble = ""
    if request.method == "POST":
        if not may(request.user, "verify", record):
            raise PermissionDenied
        try:
            done = verify(
                record,
                _id(request.POST.get("citation")),
                by=request.user,
                expected=_number(request.POST.get("version")),
            )
        except Refusal as refusal:
            trouble = str(refusal)
        except Stale:
            trouble = "Somebody else saved this record while the page was open. Nothing was verified: look at it as it stands now."
        else:
            log(request, [(record, f"Verified the citation of {done}.")])
            door.message_user(request, f"The citation of {done} is verified.", messages.SUCCESS)
            return HttpResponseRedirect(address(record, "verify"))
        record = door.get_object(request, str(pk))
    request.current_app = door.admin_site.name
    shown = checked(record, request.user)
    context = {
        "title": f"Citations of {record.title}",
        "opts": door.opts,
        "record": record,
        "checked": shown,
        "verified": sum(one.verified for one in shown),
        "may_verify": may(request.user, "verify", record),
        "trouble": trouble,
    }
    return TemplateResponse(request, "admin/desk/verify.html", door.admin_site.each_context(request) | context)


def checked(record: Kind, user) -> list[Checked]:
    """The citations of a record, those that wait for a verification first."""
    rows = (
        Citation.objects.using(EDITORIAL).filter(record=record.pk).select_related("source").order_by("position", "id")
    )
    rows = list(rows)
    document = build_one(record, EDITORIAL)
    names, entered = names_in(document), entered_by(record.pk, rows)
    lists = rows_said(document, names)
    found = []
    for row in rows:
        good = holds(row, document)
        label, values = supported(type(record), row, document, names, lists)
        found.append(Checked(row, label, values, good, why_not(row, entered, by=user, holds=good)))
    return sorted(found, key=lambda one: (one.verified, bool(lacking(one.citation))))


def supported(
    kind: type[Kind], row: Citation, document: Document, names: dict, lists: dict[str, dict[str, Said]]
) -> tuple[str, list]:
    """What a citation supports: a label and the values, as an editor reads them."""
    if row.row:
        for name, part in lists.items():
            if said := part.get(str(row.row)):
                return label_of(kind, name), [said]
        return "A row that is gone", []
    if not row.field:
        return "The record as a whole", [document["fields"]["summary"] or document["fields"]["title"]]
    if row.field in lists:
        return label_of(kind, row.field), list(lists[row.field].values())
    if row.field not in kind.citable():
        return row.field, [GONE]
    words = value_words(kind._meta.get_field(row.field), document["fields"].get(row.field), names)
    return label_of(kind, row.field), [words] if words else []


def list_view(request: HttpRequest, site) -> HttpResponse:
    """The citations that nobody has verified, those that can be first; `ready=1` shows only them. Constant in queries."""
    if not may(request.user, "view"):
        raise PermissionDenied
    kinds = [kind.kind_name() for kind in site.visible_kinds(request)]
    rows = Citation.objects.using(EDITORIAL).filter(record__kind__in=kinds, verified_on__isnull=True)
    ready = rows.filter(READY)
    counts = {"all": rows.count(), "ready": ready.count()}
    chosen = ready if request.GET.get("ready") == "1" else rows
    order = Case(When(READY, then=Value(0)), default=Value(1), output_field=IntegerField())
    chosen = chosen.select_related("source", "record").order_by(order, "record__title", "record", "position", "id")
    page = Paginator(chosen, PAGE).get_page(request.GET.get("p"))
    lines = [{"citation": row, "label": _label(row), "lacking": lacking(row)} for row in page]
    context = {
        "title": "Citations to verify",
        "page": page,
        "lines": lines,
        "counts": counts,
        "only_ready": request.GET.get("ready") == "1",
    }
    return TemplateResponse(request, "admin/desk/to_verify.html", site.each_context(request) | context)


def _label(row: Citation) -> str:
    if row.row:
        return "One row"
    kind = KINDS[row.record.kind]
    return (
        label_of(kind, row.field) if row.field and row.field in kind.citable() else row.field or "The record as a whole"
    )


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Refusal("This citation isn't there any more.") from None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
