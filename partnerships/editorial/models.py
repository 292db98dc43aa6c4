"""Tables of the editorial side. They keep kind + id without a key: what they tell of outlives the record."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerships.models import uuid7


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


class Review(models.TextChoices):
    """How far a working copy is on its way to publication. Any save returns it to draft."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    CHANGES = "changes", _("Changes requested")
    APPROVED = "approved", _("Approved")


class State(models.Model):
    """Where a record stands: kept beside the working rows, so that lists can show and filter it in one query.

    `digest` is that of the newest revision, `public_digest` of what is public (empty: nothing), `content_digest` of what
    the content fixtures last brought; while it equals `digest`, no editor has touched the record since.

    `review` is about the newest revision: the next save makes it a draft again. `review_digest` says which revision was
    submitted or approved, `owner` which account looks after the record.
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
    review = models.CharField(max_length=10, choices=Review, default=Review.DRAFT, db_index=True)
    review_digest = models.CharField(max_length=64, blank=True)
    submitted_by = models.CharField(max_length=150, blank=True)
    reviewed_by = models.CharField(max_length=150, blank=True)
    review_note = models.TextField(blank=True)
    review_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=150, blank=True, db_index=True)

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


# What happened --------------------------------------------------------------------------------------------------------


class Event(models.Model):
    """One move of an editor: append-only (a trigger protects it) and chained, as the log of publications is."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    verb = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=20, blank=True)
    record = models.UUIDField(null=True, db_index=True)
    title = models.CharField(max_length=200, blank=True)  # what the record was called, or whom the move is about
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # of the revision it is about
    note = models.TextField(blank=True)
    chain = models.CharField(max_length=64)

    class Meta:
        ordering = ["-seq"]

    def __str__(self):
        return f"{self.seq}: {self.by} {self.verb}"


class EventHead(models.Model):
    """One row, locked while an event is written: the source of its `seq`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)


# What is planned ------------------------------------------------------------------------------------------------------


class Release(models.Model):
    """Records that become public at one instant, all or none. `undoes` is the release that this one takes back."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Published")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=120)
    note = models.TextField("public note", blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_index=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    planned_by = models.CharField(max_length=150, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)  # why it failed, as a sentence
    entry_release = models.UUIDField(null=True, db_index=True)  # `Publication.release` of what it became
    undoes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self):
        return self.title


class ReleaseItem(models.Model):
    """One record of a release: which revision, and why. A single publication planned for a time is a release of one.

    The digest is pinned when the release is planned; until then the newest approved revision counts.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20)
    record = models.UUIDField(db_index=True)
    action = models.CharField(max_length=10, default="publish")
    digest = models.CharField(max_length=64, blank=True)
    change_kind = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    wrong = models.TextField(blank=True)
    wrong_since = models.CharField(max_length=12, blank=True)
    reviewed_by = models.CharField(max_length=150, blank=True)
    one_person = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["release", "record"], name="release_holds_a_record_once")]

    def __str__(self):
        return f"{self.kind} in {self.release_id}"


class PreviewLink(models.Model):
    """A way to the preview of one revision, or one release, without an account. Only the token's digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token_digest = models.CharField(max_length=64, unique=True)
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, blank=True)
    release = models.ForeignKey(Release, models.CASCADE, null=True, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revision=None) ^ models.Q(release=None), name="preview_link_shows_one_thing"
            )
        ]

    def __str__(self):
        return f"Link to {self.revision or self.release}"


class Lease(models.Model):
    """Who may do a job that only one process may do at a time, until when; and when it was last done."""

    name = models.CharField(max_length=30, primary_key=True)
    holder = models.CharField(max_length=60, blank=True)
    until = models.DateTimeField(null=True)
    last_run = models.DateTimeField(null=True)


# Who is at work -------------------------------------------------------------------------------------------------------


class Presence(models.Model):
    """A form that stands open in somebody's browser, as that browser last said. It counts until `until`."""

    tab = models.CharField(max_length=40, primary_key=True)  # one tab of one browser
    record = models.UUIDField(db_index=True)
    by = models.CharField(max_length=150)
    name = models.CharField(max_length=310)
    dirty = models.BooleanField(default=False)
    until = models.DateTimeField(db_index=True)

    def __str__(self):
        return f"{self.by} until {self.until}"


class Autosave(models.Model):
    """What somebody typed into a form and has not saved: the form's fields as the browser would send them.

    One for each tab, so that two tabs of one person never write over each other; found again from any computer by person
    and form. It is no revision: nobody else sees it, and a save that succeeds deletes it.
    """

    by = models.CharField(max_length=150)
    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=36)  # the record's id, or "new"
    tab = models.CharField(max_length=40, default="", blank=True)  # as in Presence
    version = models.PositiveIntegerField(default=0)  # of the record when the form was opened
    typed = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "kind", "place", "tab"], name="autosaved_once_a_tab")]

    @property
    def mark(self) -> str:
        """Names what was kept as it is now: another one once more is kept by the same tab."""
        return f"{self.pk}-{self.at.timestamp():.6f}"

    def __str__(self):
        return f"{self.kind} {self.place} by {self.by}"


# Signing in -----------------------------------------------------------------------------------------------------------


class OneTimeLink(models.Model):
    """A way in that an administrator hands to one person, to set a password; used once, or never.

    Only the hash of its token is kept: who reads this table can't open the link.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="one_time_links")
    digest = models.CharField(max_length=64, unique=True)
    clears_factor = models.BooleanField(default=False)  # the second factor goes when the link is used, not before
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self):
        return f"Link for {self.person}"


class Counter(models.Model):
    """The table of Django's database cache: how often somebody tried to sign in, known to all processes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self):
        return self.cache_key


# Upkeep ---------------------------------------------------------------------------------------------------------------


class SavedFilter(models.Model):
    """How somebody narrows a list, kept under a name: for one account, or for everybody."""

    owner = models.CharField(max_length=150, db_index=True)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "name"], name="filter_named_once")]

    def __str__(self):
        return self.name


class LinkState(models.Model):
    """What was found at a web address of a source when it was last asked for."""

    class Status(models.TextChoices):
        FINE = "fine", _("Fine")
        BROKEN = "broken", _("Broken")
        UNSURE = "unsure", _("Unsure")

    source = models.UUIDField(db_index=True)
    address = models.CharField(max_length=500)
    status = models.CharField(max_length=10, choices=Status, db_index=True)
    checked_at = models.DateTimeField()
    fails = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["source", "address"]
        constraints = [models.UniqueConstraint(fields=["source", "address"], name="address_checked_once")]

    def __str__(self):
        return self.address


# Readers --------------------------------------------------------------------------------------------------------------


class Report(models.Model):
    """What a reader says is wrong with a public page. Its id is in the reader's own link, so it can't be guessed."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=20)
    record = models.UUIDField(db_index=True)
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=0)  # the public one that the reader saw; 0: not known
    text = models.TextField()
    contact = models.CharField(max_length=254, blank=True)  # an address of mail, forgotten after a while
    at = models.DateTimeField(db_index=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_index=True)
    closing_note = models.TextField(blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.PositiveBigIntegerField(null=True, blank=True)  # `Publication.seq`

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "reader report"

    def __str__(self):
        return self.title
