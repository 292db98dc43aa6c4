"""The rows that a record owns, edited with it: one table for each list, under the record's form.

A form of 500 rows opens with the queries of a form of five, because what a row needs from elsewhere (titles of what it
points at) is asked for once for all. Rows are part of the record: whoever may change the record may change them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.utils import display_for_field, help_text_for_field, lookup_field
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.forms.utils import ErrorDict
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from partnerships.editorial.checks import first_twin
from partnerships.models import Alias, Link, Record, Row
from partnerships.publishing.log import EDITORIAL

from .widgets import (
    ChoiceControl,
    DayControl,
    HiddenControl,
    NumberControl,
    ProseControl,
    RecordChoice,
    RecordControl,
    TextControl,
    TickControl,
    share,
)


class RowForm(forms.ModelForm):
    """One row."""

    def full_clean(self):
        """A saved row that nobody touched isn't checked again: it costs queries and can't have become wrong."""
        if not self.is_bound or self.instance._state.adding or self.has_changed():
            return super().full_clean()
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}

    def validate_unique(self):
        """What must be unique is so among the rows of one record: the formset sees them all, without a query."""

    def validate_constraints(self):
        """The checks that a row answers alone; constraints of uniqueness are the formset's."""
        exclude = self._get_validation_exclusions()
        for constraint in self.instance._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                try:
                    constraint.validate(type(self.instance), self.instance, exclude=exclude, using=EDITORIAL)
                except ValidationError as error:
                    self.add_error(None, error)


class RowFormSet(BaseInlineFormSet):
    """All rows of one list of a record."""

    default_error_messages = {
        "too_many_forms": "A record can have at most %(num)d rows of this kind: remove some, or move them to another "
        "record. Nothing was saved, and all you typed still stands here."
    }

    @classmethod
    def get_deletion_widget(cls):
        return TickControl({"aria-label": _("Remove")})

    # What the rows point at ----------------------------------------------------------------------------------------

    @cached_property
    def found(self) -> dict[str, dict[str, Record]]:
        """The records that the rows point at, or are about to: by field, then by id. One query for each field."""
        return {
            name: self._look_up(name, field)
            for name, field in self.form.base_fields.items()
            if isinstance(field, RecordChoice)
        }

    def _look_up(self, name: str, field: RecordChoice) -> dict[str, Record]:
        column = self.model._meta.get_field(name).attname
        wanted = {getattr(row, column) for row in self.get_queryset()} - {None}
        if self.is_bound:
            for index in range(self.total_form_count()):
                try:
                    wanted.add(UUID(self.data.get(f"{self.add_prefix(index)}-{name}", "")))
                except ValueError:
                    continue  # empty, or nonsense: the field says so
        records = field.queryset.only("id", "kind", "slug", "title").in_bulk(wanted) if wanted else {}
        return {str(pk): record for pk, record in records.items()}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields[self.fk.name].widget = HiddenControl()
        # Django would look each row up again; that it is one of the record's is seen in `clean`.
        form.fields["id"] = forms.UUIDField(initial=form.fields["id"].initial, required=False, widget=HiddenControl)
        for name, found in self.found.items():
            form.fields[name].find_among(found)

    # Checking ---------------------------------------------------------------------------------------------------------

    def standing_forms(self) -> list[RowForm]:
        """The forms of the rows that the record will have: changed and unchanged ones, without the removed."""
        gone = {id(form) for form in self.deleted_forms}
        kept = (form for form in self.initial_forms if id(form) not in gone)
        new = (form for form in self.extra_forms if form.has_changed() and id(form) not in gone)
        return [*kept, *new]

    def clean(self):
        if any(self.errors):
            return
        forms_ = self.standing_forms()
        if any(form.instance._state.adding for form in self.initial_forms):
            raise ValidationError("A row isn't one of the record's any more: open the record again.", code="row_gone")
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                self._refuse_twins(constraint, [form.instance for form in forms_])

    def _refuse_twins(self, constraint: models.UniqueConstraint, rows: list[Row]) -> None:
        if twin := first_twin(constraint, rows):
            raise ValidationError(f"{constraint.violation_error_message} ({twin})", code="twice")

    # Saving -----------------------------------------------------------------------------------------------------------

    def save(self, commit=True):
        """Write changed rows anew and new ones with them, all at once, under the ids they have.

        So two rows may swap what must be unique, and 500 rows take three statements. Nothing has a key to a row.
        """
        gone = {id(form) for form in self.deleted_forms}
        changed = [form for form in self.initial_forms if form.has_changed() and id(form) not in gone]
        new = [form for form in self.extra_forms if form.has_changed() and id(form) not in gone]
        self.deleted_objects = [form.instance for form in self.initial_forms if id(form) in gone]
        self.changed_objects = [(form.instance, form.changed_data) for form in changed]
        self.new_objects = [form.instance for form in new]
        rows = [form.instance for form in (*changed, *new)]
        for row in rows:
            setattr(row, self.fk.name, self.instance)
        lost = [row.pk for row in self.deleted_objects] + [row.pk for row, _ in self.changed_objects]
        if lost:
            self.model._base_manager.using(EDITORIAL).filter(pk__in=lost, **{self.fk.name: self.instance.pk}).delete()
        self.model._base_manager.using(EDITORIAL).bulk_create(rows, batch_size=300)
        return rows


@dataclass
class Line:
    """One row as the page shows it. (Stock pages ask for `prepopulated_fields`; rows have none.)"""

    table: RowTable
    form: RowForm
    original: Row | None
    number: int | None
    prepopulated_fields = ()

    def __str__(self) -> SafeString:
        """The row, drawn here: a template takes three times as long, which 500 rows make a second."""
        keys = (self.form["id"], self.form[self.table.formset.fk.name])
        return format_html(
            '<tr class="form-row{}" id="{}-{}"><td class="original">{}{}</td>{}<td class="delete" data-label="{}">{}</td></tr>',
            " has_original" if self.original else " empty-form" if self.is_blank else "",
            self.table.formset.prefix,
            "empty" if self.is_blank else self.number,
            *keys,
            format_html_join("", '<td class="field-{}{}" data-label="{}">{}</td>', self._cells()),
            _("Remove"),
            self.form["DELETE"] if self.original and self.table.removes else "",
        )

    @property
    def is_blank(self) -> bool:
        """Whether this is the row that stands hidden in the page, for new rows to be copied from."""
        return self.number is None

    @property
    def complaints(self) -> list[str]:
        """What is wrong with the row, for a line of its own above it: a column is too narrow for a sentence."""
        labels = {column["name"]: column["label"] for column in self.table.columns}
        return [
            f"{labels[name]}: {error}" if name in labels else error
            for name, errors in self.form.errors.items()
            for error in errors
        ]

    def _cells(self) -> Iterator[tuple]:
        for column in self.table.columns:
            name, label = column["name"], column["label"]
            if self.table.is_fixed(name, self.original):
                yield name, "", label, self._words(name)
            else:
                yield name, " errors" if name in self.form.errors else "", label, self.form[name]

    def _words(self, name: str):
        field, _, value = lookup_field(name, self.form.instance, self.table.opts)
        return value if field is None else display_for_field(value, field, "–")


class RowTable(InlineAdminFormSet):
    """A list of rows as the page shows it."""

    def __iter__(self) -> Iterator[Line]:
        # Django pairs the forms with the saved rows. After somebody else removed some, the last forms would find no
        # partner, and what was typed in them would vanish from the page.
        saved = self.formset.initial_form_count()
        for number, form in enumerate(self.formset.forms):
            yield Line(self, form, form.instance if number < saved else None, number)
        if self.has_add_permission:
            yield Line(self, self.formset.empty_form, None, None)

    @cached_property
    def columns(self) -> list[dict]:
        """The heads of the columns: name, label, whether it must be filled, and what explains it."""
        return [
            column | {"help_text": self.opts.explain(column["name"]), "label": capfirst(str(column["label"]))}
            for column in self.fields()
        ]

    @property
    def removes(self) -> bool:
        return self.formset.can_delete and self.has_delete_permission

    def is_fixed(self, name: str, original: Row | None) -> bool:
        """Whether a field can't be changed: no field of a saved row can without the permission to change the record."""
        return name in self.readonly_fields or (original is not None and not self.has_change_permission)

    @property
    def media(self):
        """That of one row stands for all: adding up 500 equal ones takes longer than drawing them."""
        return self.opts.media + self.formset.media


class RowInline(admin.TabularInline):
    """Base of the lists of rows: a list declares its `model` and `fields`."""

    template = "admin/desk/rows.html"
    form = RowForm
    formset = RowFormSet
    extra = 0

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.fk_name = cls.model.owner

    def get_queryset(self, request):
        return super().get_queryset(request).using(EDITORIAL).fetch_mode(models.FETCH_PEERS)

    def get_max_num(self, request, obj=None, **kwargs):
        return settings.LIMITS["owned_rows"] if self.max_num is None else self.max_num  # 0: none can be added

    def get_formset(self, request, obj=None, **kwargs):
        most = settings.LIMITS["owned_rows"]
        # Somewhat more than is allowed is still read, so that it can be shown again with the sentence.
        limits = {"validate_max": self.max_num is None, "absolute_max": 3 * most}
        return super().get_formset(request, obj, **limits | kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        match db_field:
            case models.ForeignKey():
                found = self.targets(db_field)
                field = RecordChoice(found, widget=RecordControl(db_field), required=not db_field.blank)
            case _ if db_field.choices:
                field = db_field.formfield(widget=ChoiceControl)
                if "" not in dict(db_field.flatchoices):  # Django's own words for "nothing" are too long for a column
                    field.choices = [(key, label if key else "–") for key, label in field.choices]
            case models.TextField():
                field = db_field.formfield(widget=ProseControl({"rows": 1, "cols": 30}))
            case models.DateField():
                field = db_field.formfield(widget=DayControl)
            case models.IntegerField():
                field = db_field.formfield(widget=NumberControl)
            case _:
                field = db_field.formfield(widget=TextControl)
        field.label = capfirst(str(db_field.verbose_name))
        field.help_text = ""  # stands once, in the head of the column
        field.widget.attrs["aria-label"] = field.label
        return share(field)

    def targets(self, db_field) -> models.QuerySet[Record]:
        """The records that a foreign key of a row may lead to."""
        return db_field.related_model._base_manager.using(EDITORIAL).all()

    def explain(self, name: str) -> str:
        return help_text_for_field(name, self.model)

    # Permissions: the record's ---------------------------------------------------------------------------------------

    def _owner_admin(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def _may_edit(self, request, obj):
        owner = self._owner_admin()
        return owner.has_change_permission(request, obj) if obj else owner.has_add_permission(request)

    def has_view_permission(self, request, obj=None):
        return self._owner_admin().has_view_permission(request, obj)

    def has_add_permission(self, request, obj):
        return self._may_edit(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may_edit(request, obj)


class LinkInline(RowInline):
    model = Link
    fields = ("relation", "other", "note", "position")


class AliasInline(RowInline):
    model = Alias
    fields = ("slug",)
