from django.db import migrations

APPEND_ONLY = "The log of publications is append-only."
COLUMNS = "title, names, text"


def make_head(model):
    def make(apps, schema_editor):
        apps.get_model("publishing", model).objects.using(schema_editor.connection.alias).get_or_create(pk=1)

    return make


def protect_the_log(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER publication_no_{verb.lower()} BEFORE {verb} ON publishing_publication "
                f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
            )
        return
    schema_editor.execute(
        "CREATE FUNCTION publication_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$"
    )
    schema_editor.execute(
        "CREATE TRIGGER publication_no_change BEFORE UPDATE OR DELETE ON publishing_publication "
        "FOR EACH ROW EXECUTE FUNCTION publication_append_only()"
    )
    schema_editor.execute(
        "CREATE TRIGGER publication_no_truncate BEFORE TRUNCATE ON publishing_publication "
        "FOR EACH STATEMENT EXECUTE FUNCTION publication_append_only()"
    )


def release_the_log(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER publication_no_{verb}")
        return
    schema_editor.execute("DROP FUNCTION publication_append_only() CASCADE")


def index_full_text(apps, schema_editor):
    """The database keeps the index itself, so whatever writes a SearchEntry row can't forget it."""
    table = "publishing_searchentry"
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE publishing_searchtext USING fts5({COLUMNS}, content='{table}', "
            "tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3')"
        )
        old, new = (", ".join(f"{row}.{name}" for name in ("rowid", "title", "names", "text")) for row in ("old", "new"))
        add = f"INSERT INTO publishing_searchtext(rowid, {COLUMNS}) VALUES ({new});"
        remove = f"INSERT INTO publishing_searchtext(publishing_searchtext, rowid, {COLUMNS}) VALUES ('delete', {old});"
        for event, body in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + add)):
            schema_editor.execute(f"CREATE TRIGGER searchentry_{event.lower()} AFTER {event} ON {table} BEGIN {body} END")
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # unaccent is only STABLE because its dictionary may change; an index needs a function that promises not to. A hyphen
    # before a digit would be read as a minus sign.
    schema_editor.execute(
        "CREATE FUNCTION portal_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS "
        "$$ SELECT translate(public.unaccent('public.unaccent', $1), '-', ' ') $$"
    )
    vector = " || ".join(
        f"setweight(to_tsvector('simple', portal_plain({name})), '{weight}')"
        for name, weight in (("title", "A"), ("names", "B"), ("text", "C"))
    )
    schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN vector tsvector GENERATED ALWAYS AS ({vector}) STORED")
    schema_editor.execute(f"CREATE INDEX searchentry_vector ON {table} USING gin(vector)")
    schema_editor.execute(f"CREATE INDEX searchentry_title ON {table} USING gin(portal_plain(title) gin_trgm_ops)")


def drop_full_text(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for event in ("insert", "delete", "update"):
            schema_editor.execute(f"DROP TRIGGER searchentry_{event}")
        schema_editor.execute("DROP TABLE publishing_searchtext")
        return
    schema_editor.execute("ALTER TABLE publishing_searchentry DROP COLUMN vector CASCADE")
    schema_editor.execute("DROP FUNCTION portal_plain(text) CASCADE")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_log_and_edition")]

    operations = [
        migrations.RunPython(make_head("LogHead"), migrations.RunPython.noop, hints={"lives_in": "default"}),
        migrations.RunPython(make_head("Head"), migrations.RunPython.noop, hints={"lives_in": "published"}),
        migrations.RunPython(protect_the_log, release_the_log, hints={"lives_in": "default"}),
        migrations.RunPython(index_full_text, drop_full_text, hints={"lives_in": "published"}),
    ]
