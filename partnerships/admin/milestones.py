from .base import KindAdmin
from .columns import day


class MilestoneAdmin(KindAdmin):
    columns = ("when", "type")
    filters = ("type",)
    date_hierarchy = "date_earliest"
    facts = (("date", "type"),)

    when = day("date", "date", "date_earliest")
