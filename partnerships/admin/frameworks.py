from .base import KindAdmin
from .columns import PeriodColumn


class FrameworkAdmin(PeriodColumn, KindAdmin):
    columns = ("type", "period")
    filters = ("type", "instrument", "mutual_defence")
    facts = (
        ("type", "instrument"),
        ("start", "end", "end_is"),
        ("founding_document", "scope"),
        ("mutual_defence", "mutual_defence_note"),
        ("successor", "official_address"),
    )
