from django.contrib import admin

from .base import KindAdmin
from .columns import day


class InstitutionAdmin(KindAdmin):
    columns = ("type", "place", "since")
    filters = ("type",)
    found_by = ("host__title", "host_name")
    facts = ("type", ("host", "host_code", "host_name"), ("opened", "official_address"))

    since = day("opened", "opened", "opened_earliest")

    @admin.display(description="host", ordering="host__title")
    def place(self, institution):
        return institution.host or institution.host_name or "–"
