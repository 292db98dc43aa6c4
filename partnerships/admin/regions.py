from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from partnerships.models import Partner

from .base import KindAdmin


class RegionAdmin(KindAdmin):
    columns = ("countries",)

    def get_queryset(self, request):
        inside = Partner._base_manager.filter(region=OuterRef("pk")).order_by().values("region").annotate(n=Count("pk"))
        return super().get_queryset(request).annotate(countries=Coalesce(Subquery(inside.values("n")), 0))

    @admin.display(description="countries", ordering="countries")
    def countries(self, region):
        return region.countries
