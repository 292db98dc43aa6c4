from .base import KindAdmin
from .columns import PeriodColumn
from .filters import several


class ObjectiveAdmin(KindAdmin):
    columns = ("parent", "position")
    facts = (("parent", "position"),)


class ThreatAdmin(KindAdmin):
    columns = ("transnational",)
    filters = ("transnational",)
    facts = ("transnational",)


class ActivityAdmin(KindAdmin):
    columns = ("instrument", "exercise_role")
    filters = ("instrument", "exercise_role", several("benefits"), several("outcomes"))
    facts = (("instrument", "exercise_role"), "benefits", "outcomes")


class AssessmentAdmin(KindAdmin):
    columns = ("type", "direction", "basis", "evidence")
    filters = ("type", "direction", "basis", "evidence")
    facts = (("type", "direction"), ("basis", "evidence"))


class CaseStudyAdmin(PeriodColumn, KindAdmin):
    columns = ("partner", "period")
    found_by = ("partner__title",)
    facts = ("partner", ("start", "end", "end_is"))
    texts = ("aims", "measures", "results", "limits")
