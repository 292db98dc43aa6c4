"""The tables of the mechanism. Three live in the editorial database, the rest in `published` (see portal/router.py).

Nothing here has a foreign key to a record: this is what outlives records.
"""

from django.db import models


class Action(models.TextChoices):
    """What an entry of the log does to the public edition."""

    PUBLISH = "publish", "published"
    RETRACT = "retract", "retracted"
    TAKE_DOWN = "take_down", "taken down"
    MERGE = "merge", "merged into another record"


class ChangeKind(models.TextChoices):
    """Why a version was published. All but the first and the editorial need a public note."""

    FIRST = "first_publication", "First publication"
    WORLD = "world_change", "The world changed"
    EVIDENCE = "new_evidence", "New evidence"
    CORRECTION = "correction", "Correction"
    EDITORIAL = "editorial", "Editorial"
    WITHDRAWAL = "withdrawal", "Withdrawal"


class Entry(models.Model):
    """What the log says of one step, the same on both sides. `seq` has no gaps; `chain` covers all that stands here."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    action = models.CharField(max_length=10, choices=Action)
    kind = models.CharField(max_length=20)
    record = models.UUIDField(db_index=True)
    slug = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, blank=True)  # of the document; empty unless something is published
    refs = models.JSONField(default=dict)
    change_kind = models.CharField(max_length=20, choices=ChangeKind)
    note = models.TextField(blank=True)
    wrong = models.TextField(blank=True)  # of a correction: what was wrong …
    wrong_since = models.CharField(max_length=12, blank=True)  # … and since when
    into = models.UUIDField(null=True)  # of a merge: the surviving record
    release = models.UUIDField(null=True, db_index=True)  # entries published together share it
    release_title = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    chain = models.CharField(max_length=64)

    class Meta:
        abstract = True
        ordering = ["seq"]


class Publication(Entry):
    """An entry of the log in the editorial database: append-only, protected by a trigger."""

    by = models.CharField(max_length=150)  # the account's name: accounts may go, the log stays
    reviewed_by = models.CharField(max_length=150, blank=True)
    one_person = models.BooleanField(default=False)  # nobody but its author has looked at it
    scheduled_for = models.DateTimeField(null=True)

    class Meta(Entry.Meta):
        abstract = False

    def __str__(self):
        return f"{self.seq}: {self.kind}/{self.slug} {self.get_action_display()}"


class LogHead(models.Model):
    """One row, locked while an entry is appended: the source of `seq`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)


class LogDocument(models.Model):
    """A document by its digest, on the editorial side: of revisions and publications alike."""

    digest = models.CharField(max_length=64, primary_key=True)
    body = models.TextField()


class Head(models.Model):
    """One row of `published`: how far the log has been applied. Locked by whoever applies."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)


class Change(Entry):
    """An entry of the public change log. `version` counts the published versions of its record."""

    version = models.PositiveIntegerField(default=0)
    previous = models.CharField(max_length=64, blank=True)  # digest of the version before

    class Meta(Entry.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["kind", "slug", "-seq"], name="change_by_address"),
            models.Index(fields=["kind", "-seq"], name="change_by_kind"),
            models.Index(fields=["change_kind", "-seq"], name="change_by_reason"),
            models.Index(fields=["kind", "at"], name="change_by_kind_and_time"),
            models.Index(fields=["at"], name="change_by_time"),
        ]


class PublicDocument(models.Model):
    """A document that is or was public, by its digest. Only a take-down deletes one."""

    digest = models.CharField(max_length=64, primary_key=True)
    body = models.TextField()


class Tombstone(models.Model):
    """What stands in the place of a withdrawn record."""

    record = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    title = models.CharField(max_length=200, blank=True)  # empty when it was taken down
    action = models.CharField(max_length=10, choices=Action)
    note = models.TextField(blank=True)
    into = models.UUIDField(null=True)
    versions = models.PositiveIntegerField(default=0)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["record"]
        indexes = [models.Index(fields=["kind", "slug", "-seq"], name="tombstone_by_address")]


class FormerSlug(models.Model):
    """A slug that once led to a record, or that its editors gave as an alias. A current slug wins over it."""

    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    record = models.UUIDField(db_index=True)
    seq = models.PositiveBigIntegerField()  # of two claims to one slug the later holds

    class Meta:
        ordering = ["kind", "slug", "record"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug", "record"], name="former_slug_once_per_record")]


class SearchEntry(models.Model):
    """What search knows of a public record; the database keeps a full-text index beside it."""

    record = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    names = models.TextField(blank=True)  # former names, codes, acronyms, one a line
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["record"]
