from partnerships.editorial.permissions import may
from partnerships.models import Notice

from .base import KindAdmin
from .columns import shortened


class PageAdmin(KindAdmin):
    columns = ("slug",)


class TermAdmin(KindAdmin):
    columns = ("definition",)
    found_by = ("summary",)

    definition = shortened("summary", "definition")


class NoticeAdmin(KindAdmin):
    columns = ("type", "severity", "placement", "active")
    filters = ("type", "severity", "placement", "active")
    facts = (("type", "severity"), ("placement", "position"), "active")

    def get_readonly_fields(self, request, obj=None):
        # Switching a notice off has a permission of its own, so that a disclosure can't vanish by accident.
        return () if may(request.user, "switch", Notice) else ("active",)
