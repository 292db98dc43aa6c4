from django.db import migrations

# The days on which a period is in force beyond doubt; what is uncertain may overlap, and editorial rules look at it.
SURE = (
    "daterange(start_latest, CASE WHEN end_is = 'open' THEN NULL ELSE GREATEST(start_latest, to_earliest) END)"
)


def keep_apart(apps, schema_editor):
    """PostgreSQL holds by itself that two periods of one country in one framework don't overlap."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    schema_editor.execute(
        "ALTER TABLE partnerships_membership ADD CONSTRAINT membership_periods_apart EXCLUDE USING gist "
        f"(partner_id WITH =, framework_id WITH =, {SURE} WITH &&) "
        "WHERE (start_latest IS NOT NULL AND end_is <> 'unknown') DEFERRABLE INITIALLY DEFERRED"
    )


def let_go(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE partnerships_membership DROP CONSTRAINT membership_periods_apart")


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0001_record_kinds")]

    operations = [migrations.RunPython(keep_apart, let_go)]
