"""Claims: statements made elsewhere, checked. A wrong one is shown with its correction and never becomes a fact."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind
from .sources import Source


class Verdict(models.TextChoices):
    """The outcome of the check."""

    SUPPORTED = "supported", _("Supported")
    PARTLY = "partly_supported", _("Partly supported")
    MISLEADING = "misleading", _("Misleading")
    OUTDATED = "outdated", _("Outdated")
    CONTRADICTED = "contradicted", _("Contradicted")
    UNVERIFIABLE = "unverifiable", _("Unverifiable")


class Claim(Kind):
    """A statement made in a source, its verdict and, where it is wrong, the corrected statement.

    What it is about stands in the links (relation "is about"). `text_as_of` is the day the verdict describes.
    """

    plural = "claims"

    statement = models.TextField(help_text="What was stated, in our own words.")
    made_in = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="claims")
    made_at = models.CharField("place in that source", max_length=120, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict)
    explanation = models.TextField(blank=True)
    corrected_statement = models.TextField(blank=True)

    def clean(self):
        super().clean()
        if self.verdict == Verdict.CONTRADICTED and not self.corrected_statement:
            raise ValidationError(
                {"corrected_statement": "A contradicted statement is shown with its correction: write it."}
            )
