"""Which table lives in which database.

The kinds of the domain live in both; accounts, sessions and the verbs of editors in `default` only; the log of
publications in `default`, and what it becomes (change log, documents, search index) in `published`.
"""

BOTH = frozenset({"default", "published"})
EDITORIAL = frozenset({"default"})
PUBLISHED = frozenset({"published"})

LOG = frozenset({"publication", "logdocument", "loghead"})
"""The models of `partnerships.publishing` that live on the editorial side."""


def homes(app_label: str, model_name: str | None) -> frozenset[str]:
    """The databases that hold a model's table. Without a model's name: where an app has tables at all."""
    if app_label == "partnerships":
        return BOTH
    if app_label == "publishing":
        return BOTH if model_name is None else EDITORIAL if model_name in LOG else PUBLISHED
    return EDITORIAL


class TwoDatabases:
    """Queries stay where their instance came from; without one they go to the model's own home, else to `default`."""

    def db_for_read(self, model, **hints):
        if (instance := hints.get("instance")) is not None and instance._state.db:
            return instance._state.db
        where = homes(model._meta.app_label, model._meta.model_name)
        return "default" if "default" in where else "published"

    db_for_write = db_for_read

    def allow_relation(self, first, second, **hints):
        return first._state.db == second._state.db or None

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if db == "scratch":  # a published database to throw away, see publishing/scratch.py
            db = "published"
        if lives_in := hints.get("lives_in"):  # raw SQL in a migration says where it belongs
            return db == lives_in
        return db in homes(app_label, model_name)
