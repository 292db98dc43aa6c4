from .base import KindAdmin
from .columns import shortened


class ClaimAdmin(KindAdmin):
    columns = ("stated", "verdict")
    filters = ("verdict",)
    found_by = ("statement", "corrected_statement")
    facts = ("statement", ("made_in", "made_at"), "verdict", "corrected_statement", "explanation")

    stated = shortened("statement", "statement")
