"""The desk as a whole: its groups of kinds, its home page, and the records it offers to choose from."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.shortcuts import redirect
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst

from partnerships.editorial.permissions import may
from partnerships.models import (
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Claim,
    Edition,
    Exercise,
    Framework,
    Image,
    Institution,
    Kind,
    Milestone,
    Notice,
    Objective,
    Page,
    Partner,
    Programme,
    Record,
    Region,
    Source,
    Term,
    Threat,
)

from . import calendar, preview, releases, review, signin, verification, writing
from .home import overview, waiting_for

GROUPS: dict[str, tuple[type[Kind], ...]] = {
    "Partnerships": (Partner, Framework, Programme, Region),
    "Exercises and training": (Exercise, Edition, Institution),
    "Themes": (Objective, Threat, Activity, Challenge, Assessment, CaseStudy),
    "Evidence": (Source, Claim, Milestone),
    "The portal itself": (Page, Term, Notice, Image),
}
"""The kinds in the order in which editors find them."""
OTHERS = "Desk"


class Choices(AutocompleteJsonView):
    """What a control for a record offers: titles, and of what kind, where several kinds may stand."""

    def serialize_result(self, obj, to_field_name):
        text = f"{obj.title} · {obj.kind}" if type(obj) is Record else str(obj)
        return {"id": str(getattr(obj, to_field_name)), "text": text, "slug": getattr(obj, "slug", "")}


class Desk(admin.AdminSite):
    """The editors' side of the portal."""

    site_header = "Partnerships Portal"
    site_title = "Partnerships Portal"
    index_title = "Desk"
    enable_nav_sidebar = False
    empty_value_display = "–"

    # Signing in: not by Django's own forms ------------------------------------------------------------------------------

    def has_permission(self, request) -> bool:
        return super().has_permission(request) and signin.proved(request)

    def login(self, request, extra_context=None):
        return signin.entrance(request)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")

    # What the desk holds ------------------------------------------------------------------------------------------------

    def visible_kinds(self, request) -> list[type[Kind]]:
        """The kinds that a person may look at."""
        return [
            kind
            for group in GROUPS.values()
            for kind in group
            if self.get_model_admin(kind).has_view_permission(request)
        ]

    def get_app_list(self, request, app_label=None):
        """The groups as the pages show them; what isn't a kind (log, accounts) comes last."""
        models = {
            entry["model"]: entry
            for app in self._build_app_dict(request, app_label).values()
            for entry in app["models"]
        }
        groups = [(name, [models.pop(kind) for kind in kinds if kind in models]) for name, kinds in GROUPS.items()]
        groups.append((OTHERS, list(models.values())))
        return [
            {
                "name": name,
                "app_label": entries[0]["model"]._meta.app_label,
                "app_url": "",
                "has_module_perms": True,
                "models": entries,
            }
            for name, entries in groups
            if entries
        ]

    def get_urls(self):
        def wrap(view):
            return self.admin_view(lambda request, *args, **kwargs: view(request, self, *args, **kwargs))

        own = [
            path("queue/", wrap(review.queue_view), name="queue"),
            path("releases/", wrap(releases.releases_view), name="releases"),
            path("releases/<uuid:pk>/", wrap(releases.release_view), name="release"),
            path("preview/<uuid:release>/", self.admin_view(preview.release_view), name="preview_release"),
            path("calendar/", wrap(calendar.calendar_view), name="calendar"),
            path("calendar.ics", wrap(calendar.ics_view), name="calendar_ics"),
            path("verification/", wrap(verification.list_view), name="to_verify"),
            path("writing/preview/", self.admin_view(writing.preview), name="writing_preview"),
            path("writing/notes/", self.admin_view(writing.choices), name="writing_notes"),
        ]
        return [*own, *super().get_urls()]

    def each_context(self, request):
        """Also how much waits for the person: only the pages of the desk that are rendered ask for it, and once."""
        context = super().each_context(request) | {
            "without_second_factor": not settings.STRICT_SIGN_IN,
            "outside": settings.OIDC.get("name", ""),
        }
        if context["has_permission"] and may(request.user, "change"):
            context["waiting_for_me"] = SimpleLazyObject(lambda: waiting_for(request.user))
        return context

    def index(self, request, extra_context=None):
        found = overview(self.visible_kinds(request), request.user)
        groups = [
            (
                capfirst(name),
                [found["lines"][kind._meta.model_name] for kind in kinds if kind._meta.model_name in found["lines"]],
            )
            for name, kinds in GROUPS.items()
        ]
        shown = found | {"groups": [(name, lines) for name, lines in groups if lines]}
        return super().index(request, shown | (extra_context or {}))

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)
