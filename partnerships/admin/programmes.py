from .base import KindAdmin
from .columns import PeriodColumn


class ProgrammeAdmin(PeriodColumn, KindAdmin):
    columns = ("instrument", "period")
    filters = ("instrument",)
    facts = (("instrument", "official_address"), ("start", "end", "end_is"))
    texts = ("purpose",)
