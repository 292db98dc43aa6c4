"""The pages of export and import. An import is two steps: a preview of what the file would change, then that, or nothing.

What the preview showed travels through the page, signed for the person who saw it, so it is what is written.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from partnerships.editorial.exchange import Refused, carry_out, plan, shown
from partnerships.editorial.exchange_entries import CHANGED, NEW, SAME
from partnerships.editorial.exchange_forms import FORMATS, MOST_SHOWN, column_help, export
from partnerships.editorial.exchange_reading import Fault, Unfit, read
from partnerships.editorial.permissions import may
from partnerships.models import Kind

from .account_log import log
from .addresses import list_address

SALT = "import"
IN_MEMORY = 2_000_000
EXPIRED = "This preview is older than a day, or isn't yours. Nothing was imported: choose the file again."


# Export ---------------------------------------------------------------------------------------------------------------


def export_view(request: HttpRequest, door) -> HttpResponse:
    """The records of a list, as it is filtered, searched and ordered, in the form that `as` names (CSV unless told)."""
    if not may(request.user, "export", door.model):
        raise PermissionDenied
    asked = request.GET.copy()
    form = (asked.pop("as", None) or ["csv"])[-1]
    if form not in FORMATS:
        raise BadRequest(f"Say in what form: {', '.join(FORMATS)}.")
    request.GET = asked
    try:
        found = door.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        raise BadRequest("The list can't be narrowed in this way.") from None
    return _file(door.model, found, form)


def export_page(request: HttpRequest, door, records) -> HttpResponse:
    """The action of a list: in what form the chosen records are wanted, then the file."""
    if "confirmed" in request.POST and request.POST.get("as") in FORMATS:
        return _file(door.model, records, request.POST["as"])
    chosen = list(records)
    request.current_app = door.admin_site.name
    context = {
        "opts": door.opts,
        "title": f"Export {chosen[0].title if len(chosen) == 1 else f'{len(chosen)} {door.opts.verbose_name_plural}'}",
        "formats": FORMATS,
        "records": chosen,
        "action": "export_selected",
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": list_address(door.model),
    }
    return TemplateResponse(request, "admin/desk/export.html", door.admin_site.each_context(request) | context)


def _file(kind: type[Kind], records, form: str) -> FileResponse:
    _, media_type = FORMATS[form]
    out = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the response closes it)
    export(kind, list(records.values_list("pk", flat=True)), form, out)
    out.seek(0)
    name = f"{kind.plural}-{timezone.now():%Y-%m-%d}.{'csv' if form == 'excel' else form}"
    return FileResponse(out, as_attachment=True, filename=name, content_type=media_type)


# Import ---------------------------------------------------------------------------------------------------------------


class ImportForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label="File",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )


def import_view(request: HttpRequest, door) -> HttpResponse:
    """The page that takes a file, shows what it would change, and on a second word does it."""
    if not all(may(request.user, verb, door.model) for verb in ("import", "add", "change")):
        raise PermissionDenied
    if request.method == "POST" and "plan" in request.POST:
        return _carry_out(request, door)
    form = (
        ImportForm(request.POST, request.FILES, label_suffix="")
        if request.method == "POST"
        else ImportForm(label_suffix="")
    )
    if form.is_bound and form.is_valid():
        return _preview(request, door, form)
    return _import_page(request, door, form)


def _preview(request: HttpRequest, door, form: ImportForm) -> HttpResponse:
    upload = form.cleaned_data["file"]
    name = _printable(upload.name)
    try:
        if upload.size > settings.LIMITS["import_bytes"]:
            read(door.model, b" " * (settings.LIMITS["import_bytes"] + 1))  # says so, without reading it
        entries, faults = read(door.model, upload.read())
    except Unfit as refusal:
        return _import_page(request, door, form, file=name, faults=[Fault(0, "", str(refusal))])
    made = plan(door.model, entries, request.user, faults)
    if made.faults:
        return _import_page(request, door, form, file=name, faults=made.faults)
    writing = made.writing
    sealed = signing.dumps(
        {"kind": door.opts.model_name, "by": request.user.pk, "file": name, "records": shown(made)},
        salt=SALT,
        compress=True,
    )
    if len(sealed) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 9 // 10:
        fault = Fault(0, "", "The file changes more than the portal takes at once: import it in parts.")
        return _import_page(request, door, form, file=name, faults=[fault])
    return _import_page(
        request,
        door,
        form,
        file=name,
        previewed=True,
        writing=writing,
        open_at_once=len(writing) <= MOST_SHOWN,
        same=made.signed(SAME),
        new_count=len(made.signed(NEW)),
        changed_count=len(made.signed(CHANGED)),
        sealed=sealed,
    )


def _carry_out(request: HttpRequest, door) -> HttpResponse:
    try:
        seen = signing.loads(request.POST["plan"], salt=SALT, max_age=24 * 3600)
        if (seen["kind"], seen["by"]) != (door.opts.model_name, request.user.pk):
            raise signing.BadSignature
    except signing.BadSignature:
        return _import_page(request, door, ImportForm(label_suffix=""), faults=[Fault(0, "", EXPIRED)])
    try:
        records = carry_out(door.model, seen["records"], request.user, seen["file"])
    except Refused as refusal:
        return _import_page(
            request, door, ImportForm(label_suffix=""), file=seen["file"], faults=[Fault(0, "", str(refusal))]
        )
    log(request, [(record, f"Imported from {seen['file']}.") for record in records])
    count = f"{len(records)} {door.opts.verbose_name_plural if len(records) > 1 else door.opts.verbose_name}"
    are = "are" if len(records) > 1 else "is"
    door.message_user(
        request, f"{count} {are} imported from {seen['file']}, as drafts: nothing became public.", messages.SUCCESS
    )
    return HttpResponseRedirect(list_address(door.model))


def _printable(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[-150:] or "a file"


def _import_page(request: HttpRequest, door, form: ImportForm, **context) -> HttpResponse:
    request.current_app = door.admin_site.name
    shared = {
        "opts": door.opts,
        "title": f"Import {door.opts.verbose_name_plural}",
        "form": form,
        "columns": column_help(door.model),
        "back": list_address(door.model),
        "limits": {"rows": settings.LIMITS["import_rows"], "megabytes": settings.LIMITS["import_bytes"] / 1_000_000},
    }
    return TemplateResponse(request, "admin/desk/import.html", door.admin_site.each_context(request) | shared | context)
