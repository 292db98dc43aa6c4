"""The people of the desk: who they are, which role they have, and how they get in again. Only administrators see it."""

from __future__ import annotations

from urllib.parse import urljoin

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from partnerships.editorial import people
from partnerships.editorial.models import Event
from partnerships.editorial.permissions import ADMINISTRATOR, AUTHOR, ORDER, may, role_held
from partnerships.editorial.posting import post_link
from partnerships.publishing.feed import Refusal

from .lists import RecordList
from .standing import names

NO_ROLE = "No role (can't enter the desk)"


def is_it_you(request: HttpRequest) -> None:
    """Who changes people shows once more that it is them, unless they just did. What was sent waits meanwhile."""
    if settings.STRICT_SIGN_IN:
        raise_if_reauthentication_required(request, app="allauth.mfa")


class PersonForm(forms.ModelForm):
    """An account. The role is all that decides what it may do."""

    role = forms.ChoiceField(
        required=False,
        help_text="Each role may all that the one before it may. A change signs the person out.",
    )
    asker: User  # set by the admin: who is at the form

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "is_active")
        labels = {"username": "User name", "is_active": "Active"}
        help_texts = {
            "username": "Stands in every history, so it can't be changed later. Letters, digits and @ . + - _",
            "is_active": "Without this the account can't sign in. Accounts aren't deleted: histories name them.",
            "email": "For the one-time link, where the portal can send mail.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["role"].choices = [("", NO_ROLE), *((role, role) for role in ORDER)]
        if self.instance.pk:
            self.fields["role"].initial = role_held(self.instance)
        else:
            self.fields["role"].initial = AUTHOR

    def clean(self):
        cleaned = super().clean()
        role, active = cleaned.get("role", ""), cleaned.get("is_active", True)
        if sentence := people.objection(self.instance, role=role, active=active, by=self.asker):
            self.add_error("role", sentence)
        return cleaned


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return [*((role, role) for role in ORDER), ("none", "No role")]

    def queryset(self, request, queryset):
        if self.value() == ADMINISTRATOR:
            return queryset.filter(Q(groups__name=ADMINISTRATOR) | Q(is_superuser=True)).distinct()
        if self.value() in ORDER:
            return queryset.filter(groups__name=self.value(), is_superuser=False)
        if self.value() == "none":
            return queryset.exclude(groups__name__in=ORDER).exclude(is_superuser=True)
        return queryset


class PersonAdmin(admin.ModelAdmin):
    """Accounts, without boxes for single rights: those don't count."""

    form = PersonForm
    fields = (("username", "role"), ("first_name", "last_name"), ("email", "is_active"))
    list_display = ("username", "full_name", "role", "active", "factor", "signed_in")
    list_filter = ("is_active", RoleFilter)
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = "Name or e-mail address"
    ordering = ("username",)
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_changelist(self, request, **kwargs):
        return RecordList

    def get_queryset(self, request):
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=people.FACTORS)
        return super().get_queryset(request).annotate(has_factor=Exists(factors)).prefetch_related("groups")

    def get_readonly_fields(self, request, obj=None):
        return ("username",) if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.asker = request.user
        return form

    # Who may ---------------------------------------------------------------------------------------------------------

    def has_module_permission(self, request):
        return may(request.user, "people")

    def has_view_permission(self, request, obj=None):
        return may(request.user, "people")

    has_add_permission = has_module_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request, obj=None):
        return False

    # The list --------------------------------------------------------------------------------------------------------

    @admin.display(description="name", ordering="last_name")
    def full_name(self, person):
        return person.get_full_name() or "–"

    @admin.display(description="role")
    def role(self, person):
        return role_held(person) or "–"

    @admin.display(description="active", ordering="is_active")
    def active(self, person):
        return _("yes") if person.is_active else _("no, closed")

    @admin.display(description="second factor", ordering="has_factor")
    def factor(self, person):
        return _("yes") if person.has_factor else _("no")

    @admin.display(description="last sign-in", ordering="last_login")
    def signed_in(self, person):
        return f"{person.last_login:%-d %b %Y, %H:%M}" if person.last_login else _("never")

    # Keeping ---------------------------------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        people.save_person(obj, role=form.cleaned_data["role"], by=request.user)

    def log_addition(self, request, obj, message):
        """The audit log has it."""

    log_change = log_addition

    def render_change_form(self, request, context, add=False, **kwargs):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": not add}
        return super().render_change_form(request, context, add=add, **kwargs)

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(request, _("%(who)s has an account now, and no password yet.") % {"who": obj.username})
        return redirect(reverse("admin:auth_user_link", args=[obj.pk]))

    # Pages of their own ----------------------------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/link/", wrap(self.link_view), name="auth_user_link"),
            path("<path:object_id>/revoke/", wrap(self.revoke_view), name="auth_user_revoke"),
            path("<path:object_id>/sessions/", wrap(self.sessions_view), name="auth_user_sessions"),
            *super().get_urls(),
        ]

    def changeform_view(self, request, *args, **kwargs):
        if may(request.user, "people"):
            is_it_you(request)
        return super().changeform_view(request, *args, **kwargs)

    def wanted(self, request: HttpRequest, object_id: str) -> User:
        """The person that a page is about. Raises PermissionDenied or Http404."""
        if not may(request.user, "people"):
            raise PermissionDenied
        is_it_you(request)
        if (person := self.get_object(request, object_id)) is None:
            raise Http404("There is no such account.")
        return person

    def link_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a one-time link. It is shown in the answer to the POST, and never again."""
        person = self.wanted(request, object_id)
        context = {"clears_factor": request.GET.get("factor") == "lost"}
        if request.method == "POST":
            clears_factor = request.POST.get("what") == "factor"
            try:
                link, token = people.make_link(person, by=request.user, clears_factor=clears_factor)
            except Refusal as refusal:
                messages.error(request, str(refusal))
                return redirect(reverse("admin:auth_user_change", args=[person.pk]))
            address = urljoin(settings.SITE_ORIGIN, reverse("account_start", args=[token]))
            context = {"link": link, "address": address, "posted": post_link(link, address)}
        return self.page(request, person, "link", "One-time link", context | _waiting(person))

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.wanted(request, object_id)
        if request.method == "POST" and people.revoke_links(person, by=request.user):
            messages.success(request, _("The link no longer opens anything."))
        return redirect(reverse("admin:auth_user_link", args=[person.pk]))

    def sessions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Sign somebody out everywhere."""
        person = self.wanted(request, object_id)
        if person.pk == request.user.pk:
            return redirect("usersessions_list")
        if request.method == "POST":
            ended = people.end_sessions(person, by=request.user)
            said = _("%(who)s is signed out everywhere (%(count)d).") % {"who": person.username, "count": ended}
            messages.success(request, said)
            return redirect(reverse("admin:auth_user_change", args=[person.pk]))
        return self.page(request, person, "sessions", "End all sessions", {})

    def history_view(self, request, object_id, extra_context=None):
        """What was done to an account, and by whom, out of the audit log."""
        person = self.wanted(request, object_id)
        events = Event.objects.filter(kind="", record=None, title=person.username, verb__in=people.MOVES)[:100]
        called = names(event.by for event in events)
        told = [(event, called[event.by], people.MOVES[event.verb]) for event in events]
        return self.page(request, person, "history", "History", {"told": told})

    def page(self, request: HttpRequest, person: User, name: str, title: str, context: dict) -> HttpResponse:
        frame = self.admin_site.each_context(request) | {"opts": self.opts, "person": person, "title": title}
        frame["who"] = person.get_full_name() or person.username
        return TemplateResponse(request, f"admin/auth/user/{name}.html", frame | context)


def _waiting(person: User) -> dict:
    """The link that somebody was handed and hasn't used, and who made it."""
    link = people.waiting_link(person)
    return {"waiting": link, "made_by": names([link.made_by])[link.made_by] if link else ""}
