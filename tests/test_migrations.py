"""A release's migrations don't break the older version that still runs while they are made (docs/operations.md).

Whatever does is named in `ALLOWED`, with the reason why nobody is hurt: mostly that the release before has stopped using it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

FIRST_RELEASE = {"partnerships": 2, "publishing": 3, "editorial": 10}
"""The last migration of each app that nothing older runs beside: the first release makes these tables."""

ALLOWED: dict[tuple[str, str, str], str] = {}
"""(app, migration, what it does as `breaks` says it): the reason."""

TAKEN_AWAY = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN)|SET\s+NOT\s+NULL)\b", re.IGNORECASE)


def narrows(old: models.Field, new: models.Field) -> bool:
    """Whether the new column refuses what the old one took, or older code no longer finds or understands it."""
    if old.get_internal_type() != new.get_internal_type() or old.db_column != new.db_column:
        return True
    lost_default = old.has_db_default() and not new.has_db_default() and not new.null
    for name in ("max_length", "max_digits"):
        before, after = getattr(old, name, None), getattr(new, name, None)
        if after is not None and (before is None or after < before):
            return True
    return (old.null and not new.null) or (new.unique and not old.unique) or lost_default


def breaks(operation, app: str, state: ProjectState, made: set[str]) -> str:
    """What an operation breaks for older code, in a few words; empty: nothing. `made`: tables of the same migration."""
    model = (getattr(operation, "model_name", "") or "").lower()
    if model in made:
        return ""
    match operation:
        case migrations.RemoveField() | migrations.DeleteModel() | migrations.AlterModelTable():
            return f"{type(operation).__name__} {model or operation.name.lower()} {operation.name}".strip()
        case migrations.RenameField() | migrations.RenameModel():
            return f"{type(operation).__name__} {model} {operation.old_name}".replace("  ", " ")
        case migrations.AddField(field=field):
            silent = field.null or field.has_db_default() or field.many_to_many or field.generated
            return "" if silent else f"AddField {model} {operation.name}"
        case migrations.AlterField(field=field):
            old = state.models[app, model].fields[operation.name]
            return f"AlterField {model} {operation.name}" if narrows(old, field) else ""
        case migrations.AddConstraint():
            return f"AddConstraint {model} {operation.constraint.name}"
        case migrations.AlterUniqueTogether() if operation.name.lower() not in made:
            return f"AlterUniqueTogether {operation.name.lower()}"
        case migrations.RunSQL() if TAKEN_AWAY.search(str(operation.sql)):
            return "RunSQL takes away"
    return ""


def found(migration, app: str, state: ProjectState) -> Iterator[str]:
    """What a migration breaks. `state` is the one before it, and is altered."""
    made: set[str] = set()

    def walk(operations) -> Iterator[str]:
        for operation in operations:
            if isinstance(operation, migrations.SeparateDatabaseAndState):
                yield from walk(operation.database_operations)
            elif broken := breaks(operation, app, state, made):
                yield broken
            if isinstance(operation, migrations.CreateModel):
                made.add(operation.name.lower())
            operation.state_forwards(app, state)

    yield from walk(migration.operations)


def later() -> list[tuple[str, str]]:
    return sorted(
        (app, name)
        for app, name in MigrationLoader(None).disk_migrations
        if app in FIRST_RELEASE and int(name[:4]) > FIRST_RELEASE[app]
    )


def test_no_migration_breaks_the_version_that_still_runs():
    loader = MigrationLoader(None)
    seen = {
        (app, name, broken)
        for app, name in later()
        for broken in found(loader.disk_migrations[app, name], app, loader.project_state((app, name), at_end=False))
    }
    assert seen - ALLOWED.keys() == set(), "add instead (docs/operations.md), or give the reason in ALLOWED"
    assert ALLOWED.keys() - seen == set(), "not there any more"
    assert all(len(reason.split()) > 3 for reason in ALLOWED.values())


def test_every_app_of_ours_is_looked_at():
    loader = MigrationLoader(None)
    made = loader.disk_migrations.items()
    ours = {app for (app, _), migration in made if type(migration).__module__.startswith("partnerships.")}
    assert ours == set(FIRST_RELEASE)
    for app, number in FIRST_RELEASE.items():
        assert any(one == app and name.startswith(f"{number:04}_") for one, name in loader.disk_migrations)


TEXT = models.CharField(max_length=20)
TABLE = migrations.CreateModel(
    "Thing",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
        ("size", models.IntegerField(db_default=1)),
    ],
)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (migrations.RemoveField("thing", "name"), ["RemoveField thing name"]),
        (migrations.DeleteModel("Thing"), ["DeleteModel thing Thing"]),
        (migrations.RenameField("thing", "name", "title"), ["RenameField thing name"]),
        (migrations.RenameModel("Thing", "Matter"), ["RenameModel Thing"]),
        (migrations.AddField("thing", "other", TEXT), ["AddField thing other"]),
        # Django takes a default of Python's away from the column again: older code couldn't write a row.
        (migrations.AddField("thing", "other", models.CharField(max_length=9, default="")), ["AddField thing other"]),
        (migrations.AddField("thing", "other", models.CharField(max_length=9, db_default="")), []),
        (migrations.AddField("thing", "other", models.TextField(null=True)), []),
        (migrations.AlterField("thing", "name", models.CharField(max_length=19)), ["AlterField thing name"]),
        (migrations.AlterField("thing", "name", models.CharField(max_length=21)), []),
        (migrations.AlterField("thing", "name", models.CharField(max_length=20, unique=True)), ["AlterField thing name"]),
        (migrations.AlterField("thing", "name", models.CharField(max_length=20, db_column="n")), ["AlterField thing name"]),
        (migrations.AlterField("thing", "note", models.TextField()), ["AlterField thing note"]),
        (migrations.AlterField("thing", "size", models.IntegerField()), ["AlterField thing size"]),
        (migrations.AlterField("thing", "size", models.TextField(db_default="1")), ["AlterField thing size"]),
        (migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="once")), ["AddConstraint thing once"]),
        (migrations.RunSQL("ALTER TABLE thing DROP COLUMN name"), ["RunSQL takes away"]),
        (migrations.RunSQL("CREATE INDEX i ON thing (name)"), []),
        (migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "name")], []), ["RemoveField thing name"]),
        (migrations.AddIndex("thing", models.Index(fields=["name"], name="by_name")), []),
    ],
)  # fmt: skip
def test_what_breaks_is_seen(operation, expected):
    state = ProjectState()
    TABLE.state_forwards("toys", state)
    assert list(found(SimpleNamespace(operations=[operation]), "toys", state)) == expected


def test_what_a_migration_makes_itself_is_its_own():
    both = [TABLE, migrations.AddField("thing", "other", TEXT)]
    assert list(found(SimpleNamespace(operations=both), "toys", ProjectState())) == []
