from partnerships.models import Participant

from .base import KindAdmin
from .columns import day
from .filters import several
from .rows import RowInline


class ExerciseAdmin(KindAdmin):
    columns = ("led_by", "form", "domain", "relationship")
    filters = ("form", "domain", several("focus"), "relationship")
    found_by = ("led_by",)
    facts = (
        ("led_by", "relationship"),
        ("form", "domain"),
        "focus",
        ("first_held", "frequency"),
        "official_address",
    )


class ParticipantInline(RowInline):
    model = Participant
    fields = ("partner", "code", "name", "role", "note", "position")


class EditionAdmin(KindAdmin):
    columns = ("series", "first", "place")
    filters = ("series__form", "series__relationship")
    found_by = ("series__title", "place", "participants__name")
    date_hierarchy = "first_day_earliest"
    facts = (
        "series",
        ("first_day", "last_day", "place"),
        ("personnel", "nations"),
        "official_address",
    )
    rows = (ParticipantInline,)

    first = day("first_day", "first day", "first_day_earliest")
