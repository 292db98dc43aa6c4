"""What the admin of every kind shares. A kind's own admin is a declaration: its columns, filters, fields and rows.

The desk only asks and thanks: saving, publishing and withdrawing are verbs of `partnerships.editorial`.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as stock_delete_selected
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from partnerships.editorial import autosave, presence
from partnerships.editorial.exchange_forms import FORMATS
from partnerships.editorial.models import Revision
from partnerships.editorial.permissions import may
from partnerships.editorial.saving import Stale, discard, hold, record_saved
from partnerships.models import MARKDOWN, Kind, Record
from partnerships.publishing.documents import owned_rows
from partnerships.publishing.feed import Refusal, pointing_at
from partnerships.publishing.log import EDITORIAL

from . import bulk, exchange, history, merging, preview, publication, releases, review, uses, verification, work
from .addresses import address, list_address
from .citations import CitationInline
from .lists import RecordListAdmin
from .rows import AliasInline, LinkInline, RowInline, RowTable
from .standing import names, where
from .widgets import (
    ChoiceControl,
    DayControl,
    HiddenControl,
    NumberControl,
    ProseControl,
    RecordChoice,
    RecordControl,
    TextControl,
)

NAMES = ("title", ("short_title", "slug"))
TEXTS = ("summary", "body")
STANDING = (("text_as_of", "disclosure"), ("reviewed_on", "review_by"), ("origin", "unsourced"), "assessment")


class KindForm(forms.ModelForm):
    """A record. `version` is the one that the form was opened with: a save on top of somebody else's is refused."""

    version = forms.IntegerField(required=False, widget=HiddenControl)
    opened_revision = forms.IntegerField(required=False, widget=HiddenControl)
    save_note = forms.CharField(
        label="Note on this save",
        required=False,
        max_length=300,
        widget=TextControl,
        help_text="For colleagues, in the history. It doesn't become public.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["opened_revision"] = getattr(self.instance, "newest", None)

    def clean(self):
        cleaned = super().clean()
        if "_merged" in self.data or (
            not self.instance._state.adding and cleaned.get("version") != self.instance.version
        ):
            raise ValidationError(self._outrun(), code="stale")
        if "_kept" in self.data:
            raise ValidationError(
                _("This is what you had typed. It isn't saved yet: look at it, and save."), code="kept"
            )
        return cleaned

    def _outrun(self) -> str:
        newest = Revision.objects.filter(record=self.instance.pk).order_by("-number").first()
        who = (
            f"{names([newest.by])[newest.by]} saved this record on {newest.at:%-d %B %Y at %H:%M} UTC"
            if newest
            else "It was saved"
        )
        return (
            f"{who}, after you had opened it. Nothing of yours was saved, and nothing is lost: all you typed still stands "
            "below, together with what they changed elsewhere. Look at it, and save again."
        )


class KindAdmin(RecordListAdmin):
    """Base of the admin of every kind."""

    facts: ClassVar[tuple] = ()
    """The kind's own fields, in the order of the form; a tuple stands on one line."""
    texts: ClassVar[tuple] = ()
    """The kind's own long texts, which stand under summary and body."""
    rows: ClassVar[tuple[type[RowInline], ...]] = ()
    """The lists of rows that the kind owns besides links, citations and former slugs."""

    form = KindForm
    save_on_top = False
    actions = (
        "submit_selected",
        "collect_selected",
        "publish_selected",
        "withdraw_selected",
        "merge_selected",
        "set_owner",
        "set_review_day",
        "export_selected",
        "delete_selected",
    )
    delete_confirmation_max_display = 100

    # The form -----------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request, obj=None):
        return (
            (None, {"fields": (*NAMES, *self.facts)}),
            ("Text", {"fields": (*TEXTS, *self.texts)}),
            ("How the text stands", {"fields": STANDING}),
        )

    def get_inlines(self, request, obj):
        return (*self.rows, LinkInline, CitationInline, AliasInline)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ("title",)}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """The form's controls: those of the rows, larger; keys to records keep Django's buttons beside them."""
        if isinstance(db_field, models.TextField):
            rows = 3 if db_field.name == "summary" else 14 if db_field.name == "body" else 5
            marks = {"data-markdown": True} if db_field.name in MARKDOWN else {}  # writing.js gives it a toolbar
            field = db_field.formfield(widget=ProseControl({"rows": rows, "class": "prose"} | marks))
            # Not as `max_length`: a browser would cut what is pasted, without a word.
            field.validators.append(MaxLengthValidator(settings.LIMITS["text_length"]))
            return field
        if isinstance(db_field, models.DateField):
            return db_field.formfield(widget=DayControl)
        if isinstance(db_field, models.URLField):
            return db_field.formfield(widget=TextControl({"class": "wide"}), assume_scheme="https")
        if isinstance(db_field, models.IntegerField):
            return db_field.formfield(widget=NumberControl)
        if db_field.choices:
            return db_field.formfield(widget=ChoiceControl)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ForeignKey):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return RecordChoice(
            db_field.related_model._base_manager.using(EDITORIAL).all(),
            widget=RecordControl(db_field),
            required=not db_field.blank,
            label=capfirst(str(db_field.verbose_name)),
            help_text=db_field.help_text,
        )

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        stock = super().get_inline_formsets(request, formsets, inline_instances, obj)
        return [
            RowTable(
                one.opts,
                one.formset,
                one.fieldsets,
                {},
                one.readonly_fields,
                self,
                one.has_add_permission,
                one.has_change_permission,
                one.has_delete_permission,
                one.has_view_permission,
            )
            for one in stock
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        errors = context["adminform"].form.non_field_errors().as_data()
        asked = request.method == "GET" and not context["is_popup"]
        context |= {
            "outrun": next((error.message for error in errors if error.code == "stale"), ""),
            "brought_back": next((error.message for error in errors if error.code == "kept"), ""),
            "offers": work.offers(self.model, obj.pk if obj else None, request.user) if asked else [],
            "tab": request.POST.get("from_tab", ""),
            "brought": request.POST.get("brought_back", ""),
            "pings": presence.PINGS,
            "merge": getattr(request, "merge", None),
            "most_fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            "may_publish": self.has_publish_permission(request) and not context["is_popup"],
            "show_save_and_add_another": add,
            "where": where(obj, request.user) if obj and not context["is_popup"] else None,
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving -------------------------------------------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if "_saveasnew" in request.POST:
            raise BadRequest("Records aren't copied this way.")
        if typed := work.kept_form(request, self, object_id):
            request.POST = typed
        if request.method == "POST":
            request.POST = merging.take_theirs(request.POST)
        try:
            self._merge(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Stale, IntegrityError):
            # Somebody else's save came between the check and the writing; all of this one was rolled back. The check sees
            # it now, and the form comes back merged.
            self._merge(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _merge(self, request, object_id) -> None:
        """Where somebody else has saved since the form was opened, go on with what was sent merged with theirs."""
        if request.method != "POST" or not object_id or "version" not in request.POST:
            return
        record = self.get_object(request, unquote(object_id))
        if record is None or request.POST["version"] == str(record.version) or not may(request.user, "change", record):
            return
        if found := merging.merged(request, self, record):
            request.POST, request.merge = found

    def save_model(self, request, obj, form, change):
        if change:
            hold(obj.pk, form.cleaned_data["version"])
        obj.save(using=EDITORIAL)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        record = form.instance
        by = request.user.get_username()
        record_saved(record, by=by, expected=record.version, note=form.cleaned_data.get("save_note", ""))
        autosave.forget(self.model, record.pk if change else None, by=by, **work.tab_of(request))

    def construct_change_message(self, request, form, formsets, add=False):
        """One plain sentence; Django's own would hold a line of JSON for each of 500 rows."""
        if add:
            return "Added."
        said = [
            str(form.fields[name].label)
            for name in form.changed_data
            if name not in ("version", "opened_revision", "save_note")
        ]
        for formset in formsets or ():
            counts = (
                f"{len(rows)} {verb}"
                for verb, rows in (
                    ("added", formset.new_objects),
                    ("changed", formset.changed_objects),
                    ("removed", formset.deleted_objects),
                )
                if rows
            )
            if counted := ", ".join(counts):
                said.append(f"{formset.model._meta.verbose_name_plural} ({counted})")
        return f"Changed: {', '.join(said)}." if said else "Nothing changed."

    def response_add(self, request, obj, post_url_continue=None):
        return self._on_to_publishing(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._on_to_publishing(request, obj) or super().response_change(request, obj)

    def _on_to_publishing(self, request, obj) -> HttpResponse | None:
        # Publishing commits in two databases and must not run inside the transaction of this save: it has its own page.
        if "_publish" in request.POST and self.has_publish_permission(request):
            return HttpResponseRedirect(address(obj, "publish"))
        if "_submit" in request.POST and may(request.user, "submit"):
            return HttpResponseRedirect(address(obj, "changes"))
        return None

    # Deleting -----------------------------------------------------------------------------------------------------------

    def has_delete_permission(self, request, obj=None):
        return may(request.user, "delete", obj if obj is not None else self.model)

    def delete_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, object_id)
        if record and record.public_version and self.has_delete_permission(request):
            self.message_user(request, only_withdrawn([record]), messages.ERROR)
            return HttpResponseRedirect(address(record))
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:  # it became public after this page looked
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(address(record))

    def get_deleted_objects(self, objs, request):
        """What a deletion takes along (counts of rows) and what forbids it (the records that point here)."""
        objs = list(objs)
        pks = [obj.pk for obj in objs]
        counts = {self.opts.verbose_name_plural: len(objs)}
        for model in owned_rows(self.model).values():
            if rows := model._base_manager.using(EDITORIAL).filter(**{f"{model.owner}__in": pks}).count():
                counts[model._meta.verbose_name_plural] = rows
        pointing = set().union(*pointing_at(pks, EDITORIAL).values()) if pks else set()
        sources = Record.objects.using(EDITORIAL).filter(pk__in=pointing).order_by("kind", "title")
        protected = [
            format_html('{}: <a href="{}">{}</a>', capfirst(source.kind), address(source), source.title)
            for source in sources
        ]
        lacking = set() if all(self.has_delete_permission(request, obj) for obj in objs) else {self.opts.verbose_name}
        return [str(obj) for obj in objs], counts, lacking, protected

    def delete_model(self, request, obj):
        discard([obj])

    def delete_queryset(self, request, queryset):
        discard(queryset)

    @admin.action(description="Delete…", permissions=["delete"])
    def delete_selected(self, request, queryset):
        if public := [record for record in queryset if record.public_version]:
            self.message_user(request, only_withdrawn(public), messages.ERROR)
            return None
        try:
            return stock_delete_selected(self, request, queryset)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None

    # Publishing, withdrawing, merging; history ----------------------------------------------------------------------------

    def get_urls(self):
        def wrap(view):
            def wrapper(request, *args, **kwargs):
                return self.admin_site.admin_view(view)(request, self, *args, **kwargs)

            return wrapper

        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<uuid:pk>/presence/", wrap(work.presence_view), name=f"{name}_presence"),
            path("<uuid:pk>/autosave/", wrap(work.keep_view), name=f"{name}_autosave"),
            path("<uuid:pk>/discard/", wrap(work.discard_view), name=f"{name}_discard"),
            path("add/autosave/", wrap(work.keep_view), name=f"{name}_autosave_new"),
            path("add/discard/", wrap(work.discard_view), name=f"{name}_discard_new"),
            path("export/", wrap(exchange.export_view), name=f"{name}_export"),
            path("import/", wrap(exchange.import_view), name=f"{name}_import"),
            path("<uuid:pk>/publish/", wrap(publication.publish_view), name=f"{name}_publish"),
            path("<uuid:pk>/withdraw/", wrap(publication.withdraw_view), name=f"{name}_withdraw"),
            path("<uuid:pk>/changes/", wrap(history.compare_view), name=f"{name}_changes"),
            path("<uuid:pk>/review/", wrap(review.review_view), name=f"{name}_review"),
            path("<uuid:pk>/preview/", wrap(preview.preview_view), name=f"{name}_preview"),
            path("<uuid:pk>/preview/<int:number>/", wrap(preview.framed_view), name=f"{name}_previewed"),
            path("<uuid:pk>/restore/<int:number>/", wrap(history.restore_view), name=f"{name}_restore"),
            path("<uuid:pk>/uses/", wrap(uses.uses_view), name=f"{name}_uses"),
            path("<uuid:pk>/verify/", wrap(verification.verify_view), name=f"{name}_verify"),
            *super().get_urls(),
        ]

    def history_view(self, request, object_id, extra_context=None):
        return history.history_view(request, self, object_id)

    def wanted(self, request: HttpRequest, pk: UUID, verb: str) -> Kind:
        """The record that a page of its own is about. Raises PermissionDenied or Http404."""
        if not may(request.user, verb, self.model):
            raise PermissionDenied
        if (record := self.get_object(request, str(pk))) is None:
            raise Http404(f"There is no such {self.opts.verbose_name}: it was deleted or merged.")
        return record

    def has_publish_permission(self, request, obj=None):
        return may(request.user, "publish", self.model)

    def has_submit_permission(self, request, obj=None):
        return may(request.user, "submit", self.model)

    @admin.action(description="Submit for review…", permissions=["submit"])
    def submit_selected(self, request, queryset):
        return review.submit_page(request, self, list(queryset))

    def has_release_permission(self, request, obj=None):
        return may(request.user, "release", self.model)

    @admin.action(description="Add to a release…", permissions=["release"])
    def collect_selected(self, request, queryset):
        return releases.collect_page(request, self, list(queryset))

    @admin.action(description="Set owner…", permissions=["assign"])
    def set_owner(self, request, queryset):
        return bulk.owner_page(request, self, queryset)

    @admin.action(description="Set day of review…", permissions=["change"])
    def set_review_day(self, request, queryset):
        return bulk.review_day_page(request, self, queryset)

    @admin.action(description="Publish…", permissions=["publish"])
    def publish_selected(self, request, queryset):
        return publication.publish_page(request, self, list(queryset), back=list_address(self.model))

    def has_withdraw_permission(self, request, obj=None):
        return may(request.user, "withdraw", self.model)

    def has_merge_permission(self, request, obj=None):
        return may(request.user, "merge", self.model)

    def has_assign_permission(self, request, obj=None):
        return may(request.user, "assign", self.model)

    @admin.action(description="Withdraw…", permissions=["withdraw"])
    def withdraw_selected(self, request, queryset):
        return publication.withdraw_page(request, self, list(queryset), back=list_address(self.model))

    @admin.action(description="Merge two…", permissions=["merge"])
    def merge_selected(self, request, queryset):
        return publication.merge_page(request, self, list(queryset))

    # Export and import -----------------------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        rights = {f"may_{verb}": may(request.user, verb, self.model) for verb in ("export", "import")}
        return super().changelist_view(request, rights | {"export_formats": FORMATS} | (extra_context or {}))

    def has_export_permission(self, request, obj=None):
        return may(request.user, "export", self.model)

    @admin.action(description="Export…", permissions=["export"])
    def export_selected(self, request, queryset):
        return exchange.export_page(request, self, queryset)


def only_withdrawn(records: list[Kind]) -> str:
    """Why these can't be deleted."""
    are = (
        "is or was public and so can't be deleted"
        if len(records) == 1
        else "are or were public and so can't be deleted"
    )
    return f"{', '.join(record.title for record in records)} {are}: the address must keep an answer. Withdraw instead, and say why."
