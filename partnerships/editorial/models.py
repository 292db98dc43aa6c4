"""Tables of the editorial side. They keep kind + id without a key: what they tell of outlives the record."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    """The document of a record as one save left it. Never changed; the body stands in publishing's LogDocument."""

    kind = models.CharField(max_length=20)
    record = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["record", "-number"]
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="revision_numbered_once")]

    def __str__(self):
        return f"Revision {self.number}"


class Standing(models.TextChoices):
    """How a working copy stands to the public edition."""

    NEVER = "never", _("Never public")
    PUBLIC = "public", _("Public")
    CHANGED = "changed", _("Changed since")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class State(models.Model):
    """Where a record stands: kept beside the working rows, so that lists can show and filter it in one query.

    `digest` is that of the newest revision, `public_digest` of what is public (empty: nothing), `content_digest` of what
    the content fixtures last brought; while it equals `digest`, no editor has touched the record since.
    """

    record = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    revision = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    public_digest = models.CharField(max_length=64, blank=True)
    public_version = models.PositiveIntegerField(default=0)
    withdrawn = models.BooleanField(default=False)
    content_digest = models.CharField(max_length=64, blank=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.NEVER, db_index=True)

    class Meta:
        permissions = [("publish_record", "Can publish, withdraw and merge records")]

    def __str__(self):
        return self.get_standing_display()

    def settle(self) -> "State":
        """Reckon `standing` from the digests; returns itself."""
        if self.withdrawn:
            self.standing = Standing.WITHDRAWN
        elif not self.public_digest:
            self.standing = Standing.NEVER
        else:
            self.standing = Standing.PUBLIC if self.public_digest == self.digest else Standing.CHANGED
        return self
