"""What is not about partnerships but about the portal: pages, the glossary, notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind


class Page(Kind):
    """A page of the portal's own: home, about, method, a policy."""

    plural = "pages"


class Term(Kind):
    """An entry of the glossary; `short_title` is its acronym, `summary` the definition."""

    plural = "terms"


class Notice(Kind):
    """A notice that stands on pages and in the API: `title` its head, `summary` its text.

    Switching one off needs a permission of its own, so that a disclosure can't vanish by accident.
    """

    plural = "notices"

    class Type(models.TextChoices):
        AI_DISCLOSURE = "ai_disclosure", _("AI disclosure")
        VERIFICATION = "verification_advice", _("Advice to verify")
        OTHER = "other", _("Other")

    class Severity(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")

    class Placement(models.TextChoices):
        EVERYWHERE = "everywhere", _("Every page and the API")
        HOME = "home", _("Home page")
        API = "api", _("API only")

    type = models.CharField(max_length=20, choices=Type, default=Type.OTHER)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.INFO)
    placement = models.CharField(max_length=12, choices=Placement, default=Placement.EVERYWHERE)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(Kind.Meta):
        permissions = [("switch_notice", "Can switch a notice on or off")]
