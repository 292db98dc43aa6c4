from .base import KindAdmin


class ChallengeAdmin(KindAdmin):
    columns = ("category", "severity")
    filters = ("category", "severity")
    found_by = ("effect",)
    facts = (("category", "severity"), "effect")
    texts = ("mitigation",)
