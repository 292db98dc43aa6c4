"""The log of publications, for looking at."""

from django.contrib import admin
from django.utils.html import format_html

from partnerships.publishing.models import Action

from .lists import RecordList
from .standing import name_in


class PublicationAdmin(admin.ModelAdmin):
    """Every step of the public edition, the latest first. Nothing here can be changed, by anybody."""

    list_display = ("seq", "when", "what", "step", "change_kind", "who", "second", "note")
    list_display_links = ("seq",)
    list_filter = ("action", "change_kind", "kind")
    search_fields = ("slug", "note", "by", "release_title")
    date_hierarchy = "at"
    ordering = ("-seq",)
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fields = (
        ("seq", "at"),
        ("what", "step"),
        ("change_kind", "who", "second"),
        "scheduled_for",
        "note",
        ("wrong", "wrong_since"),
        "release_title",
        ("digest", "chain"),
    )

    def get_changelist(self, request, **kwargs):
        return RecordList

    def get_queryset(self, request):
        kinds = [kind._meta.model_name for kind in self.admin_site.visible_kinds(request)]
        return (
            super()
            .get_queryset(request)
            .filter(kind__in=kinds)
            .annotate(by_name=name_in("by"), second_name=name_in("reviewed_by"))
        )

    @admin.display(description="at", ordering="seq")
    def when(self, entry):
        return f"{entry.at:%-d %b %Y, %H:%M}"

    @admin.display(description="record", ordering="slug")
    def what(self, entry):
        return format_html("{}/{}", entry.kind, entry.slug)

    @admin.display(description="step", ordering="action")
    def step(self, entry):
        return Action(entry.action).label

    @admin.display(description="by", ordering="by_name")
    def who(self, entry):
        return entry.by_name

    @admin.display(description="approved by", empty_value="–")
    def second(self, entry):
        return "by one person" if entry.one_person else entry.second_name or None

    def get_readonly_fields(self, request, obj=None):
        return [name for line in self.fields for name in ((line,) if isinstance(line, str) else line)]

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return bool(self.admin_site.visible_kinds(request))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
