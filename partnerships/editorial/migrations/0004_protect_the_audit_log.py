from django.db import migrations

APPEND_ONLY = "The audit log is append-only."


def protect(apps, schema_editor):
    apps.get_model("editorial", "EventHead").objects.using(schema_editor.connection.alias).get_or_create(pk=1)
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON editorial_event "
                f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
            )
        return
    schema_editor.execute(
        "CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$"
    )
    schema_editor.execute(
        "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON editorial_event "
        "FOR EACH ROW EXECUTE FUNCTION event_append_only()"
    )
    schema_editor.execute(
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON editorial_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()"
    )


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER event_no_{verb}")
        return
    schema_editor.execute("DROP FUNCTION event_append_only() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("editorial", "0003_review_audit_and_releases")]

    operations = [migrations.RunPython(protect, release)]
