"""Stock Django and DRF over the same content, to measure against: ModelSerializer and ModelViewSet, a view and a Django
template, with select_related and prefetch_related wherever they help. The rules of time are the portal's own.

It answers with the same facts, simply set: no notes beside facts, no drawings, no headers of ours. So it does less.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import include, path
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, negotiation, pagination, renderers, routers, serializers, viewsets

from partnerships.models import KINDS, Framework, InForce, Notice, Participant, Partner, Region, name_on, status_on
from partnerships.publishing.reading import public

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# The API --------------------------------------------------------------------------------------------------------------


class RegionStub(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ("id", "kind", "slug", "title")


class PartnerSerializer(serializers.ModelSerializer):
    region = RegionStub()
    name = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    url = serializers.HyperlinkedIdentityField(view_name="partner-detail", lookup_field="slug")

    class Meta:
        model = Partner
        exclude = ("body",)

    def get_name(self, partner) -> str:
        return name_on(partner, date.today())

    def get_status(self, partner) -> str:
        return status_on(list(partner.memberships.all()), date.today())


class Pages(pagination.PageNumberPagination):
    page_size_query_param = "page_size"


class PartnerViewSet(viewsets.ModelViewSet):
    serializer_class = PartnerSerializer
    pagination_class = Pages
    renderer_classes = [renderers.JSONRenderer]
    content_negotiation_class = negotiation.DefaultContentNegotiation
    filter_backends = [DjangoFilterBackend, filters.SearchFilter, filters.OrderingFilter]
    filterset_fields = ("region", "aspiration")
    search_fields = ("title", "summary")
    lookup_field = "slug"

    def get_queryset(self):
        return public(Partner).select_related("region").prefetch_related("names", "memberships")


# The pages ------------------------------------------------------------------------------------------------------------

BASE = """{% load i18n %}<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>
<nav>{% for kind in kinds %}<a href="/{{ kind.plural }}/">{{ kind.plural }}</a>{% endfor %}</nav>
{% for notice in notices %}<p><b>{{ notice.title }}</b> {{ notice.summary }}</p>{% endfor %}<h1>{{ title }}</h1>"""

PARTNER = (
    BASE
    + """
<p>{{ status }}</p><p>{{ partner.summary }}</p>{{ partner.body|linebreaks }}
<dl><dt>{% trans "Official name" %}</dt><dd>{{ partner.official_name }}</dd><dt>Codes</dt><dd>{{ partner.iso2 }} {{ partner.iso3 }}</dd>
<dt>Capital</dt><dd>{{ partner.capital }}</dd><dt>Region</dt><dd><a href="/regions/{{ partner.region.slug }}/">{{ partner.region }}</a></dd>
<dt>Relations since</dt><dd>{{ partner.relations_since }}</dd><dt>Wish to join</dt><dd>{{ partner.get_aspiration_display }} {{ partner.aspiration_note }}</dd>
<dt>Membership</dt><dd>{{ partner.membership_note }}</dd><dt>Dates</dt><dd>{{ partner.key_dates }}</dd></dl>
<ul>{% for row in partner.memberships.all %}<li><a href="/frameworks/{{ row.framework.slug }}/">{{ row.framework.title }}</a>
 {{ row.get_status_display }} {{ row.period_words }} {{ row.get_end_reason_display }} {{ row.note }}</li>{% endfor %}</ul>
<ul>{% for row in partner.participations.all %}<li><a href="/programmes/{{ row.programme.slug }}/">{{ row.programme.title }}</a> {{ row.period_words }} {{ row.note }}</li>{% endfor %}</ul>
<ul>{% for row in partner.names.all %}<li>{{ row.name }} {{ row.get_type_display }} {{ row.period_words }} {{ row.note }}</li>{% endfor %}</ul>
<ul>{% for row in partner.focus.all %}<li><a href="/{{ row.topic.kind }}/{{ row.topic.slug }}/">{{ row.topic.title }}</a> {{ row.note }}</li>{% endfor %}</ul>
<table>{% for row in took_part %}<tr><td><a href="/exercises/{{ row.edition.series.slug }}/{{ row.edition.slug }}/">{{ row.edition.title }}</a></td>
 <td>{{ row.get_role_display }}</td><td>{{ row.edition.first_day }}</td><td>{{ row.edition.last_day }}</td><td>{{ row.edition.place }}</td><td>{{ row.edition.personnel|default:"" }}</td></tr>{% endfor %}</table>
<ul>{% for link in partner.linked_from.all %}<li><a href="/{{ link.record.kind }}/{{ link.record.slug }}/">{{ link.record.title }}</a> {{ link.note }}</li>{% endfor %}</ul>
<ul>{% for one in partner.institutions.all %}<li>{{ one.title }} {{ one.summary }}</li>{% endfor %}{% for one in partner.case_studies.all %}<li>{{ one.title }}</li>{% endfor %}</ul>
<ol>{% for one in partner.citations.all %}<li><a href="{{ one.source.web_address }}">{{ one.source.title }}</a> {{ one.source.publisher }} {{ one.source.published }} {{ one.locator }} {{ one.quotation }} {{ one.checked_on|date:"j F Y" }}</li>{% endfor %}</ol>"""
)

FRAMEWORK = (
    BASE
    + """
<p>{{ framework.summary }}</p>{{ framework.body|linebreaks }}<p>{{ framework.get_type_display }} {{ framework.period_words }} {{ framework.founding_document }} {{ framework.scope }}</p>
<p>{{ members|length }}</p><table>{% for row, name in members %}<tr><td><a href="/partners/{{ row.partner.slug }}/">{{ name }}</a></td>
 <td>{{ row.get_status_display }}</td><td>{{ row.period_words }}</td><td>{{ row.note }}</td></tr>{% endfor %}</table>
<table>{% for row, name in all %}<tr><td>{{ name }}</td><td>{{ row.start }}</td><td>{{ row.end }}</td><td>{{ row.get_end_reason_display }}</td></tr>{% endfor %}</table>
<ul>{% for link in framework.linked_from.all %}<li><a href="/{{ link.record.kind }}/{{ link.record.slug }}/">{{ link.record.title }}</a></li>{% endfor %}</ul>
<ol>{% for one in framework.citations.all %}<li><a href="{{ one.source.web_address }}">{{ one.source.title }}</a> {{ one.source.publisher }} {{ one.locator }} {{ one.checked_on|date:"j F Y" }}</li>{% endfor %}</ol>"""
)

SEARCH = (
    BASE
    + """{% for kind, rows in found %}<h2>{{ kind }}</h2><ul>{% for row in rows %}<li><a href="/{{ row.kind }}/{{ row.slug }}/">{{ row.title }}</a> {{ row.summary|truncatechars:200 }}</li>{% endfor %}</ul>{% endfor %}"""
)

COMPILED = {name: engines["admin"].from_string(text) for name, text in (("partner", PARTNER), ("framework", FRAMEWORK), ("search", SEARCH))}  # fmt: skip


def _page(request, name: str, title: str, **context) -> HttpResponse:
    frame = {"title": title, "kinds": list(KINDS.values()), "notices": public(Notice).filter(active=True)}
    return HttpResponse(COMPILED[name].render(frame | context, request))


LINKED = ("linked_from__record", "citations__source")


def partner(request, slug: str) -> HttpResponse:
    rows = public(Partner).select_related("region").prefetch_related(
        "names", "memberships__framework", "participations__programme", "focus__topic", "institutions", "case_studies", *LINKED
    )  # fmt: skip
    one, day = get_object_or_404(rows, slug=slug), date.today()
    took_part = public(Participant).filter(partner=one.pk).select_related("edition__series")
    took_part = took_part.order_by("-edition__first_day_earliest")
    status = status_on(list(one.memberships.all()), day).label
    return _page(request, "partner", name_on(one, day), partner=one, took_part=took_part, status=status)


def framework(request, slug: str) -> HttpResponse:
    rows = public(Framework).prefetch_related("memberships__partner__names", *LINKED)
    one, day = get_object_or_404(rows, slug=slug), date.fromisoformat(request.GET["as_of"])
    every = [(row, name_on(row.partner, day)) for row in one.memberships.all()]
    members = [(row, name) for row, name in every if row.counts and row.in_force(day) != InForce.NO]
    return _page(request, "framework", one.title, framework=one, members=members, all=every)


def search(request) -> HttpResponse:
    words = request.GET["q"]
    matching = Q(title__icontains=words) | Q(summary__icontains=words) | Q(body__icontains=words)
    found = [(kind.plural, list(public(kind).filter(matching)[:5])) for kind in KINDS.values()]
    return _page(request, "search", "Search", found=[one for one in found if one[1]])


router = routers.SimpleRouter()
router.register("api/partners", PartnerViewSet, basename="partner")
urlpatterns = [
    path("partners/<slug:slug>/", partner),
    path("frameworks/<slug:slug>/", framework),
    path("search/", search),
    path("", include(router.urls)),
]
