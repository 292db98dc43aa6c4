from django.db import migrations

ENTRY = "publishing_searchentry"
WORDS = "portal_plain(title || ' ' || names)"


def list_terms(apps, schema_editor):
    """What near words are looked up in. Both are views of the index that is there, so nothing has to be written anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("CREATE VIRTUAL TABLE publishing_searchterm USING fts5vocab('publishing_searchtext', 'row')")
        return
    schema_editor.execute(f"CREATE INDEX searchentry_words ON {ENTRY} USING gin({WORDS} gin_trgm_ops)")
    # The bar for the operator that uses the index is a setting, too high by default for two letters that changed places.
    schema_editor.execute(
        "CREATE FUNCTION portal_near(word text, most integer) RETURNS SETOF text LANGUAGE sql STABLE "
        "SET pg_trgm.word_similarity_threshold = 0.3 AS "
        f"$$ SELECT {WORDS} FROM {ENTRY} WHERE {WORDS} %> word "
        f"ORDER BY word_similarity(word, {WORDS}) DESC, record LIMIT most $$",
        params=None,
    )


def drop_terms(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE publishing_searchterm")
        return
    schema_editor.execute("DROP FUNCTION portal_near(text, integer)")
    schema_editor.execute("DROP INDEX searchentry_words")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0002_heads_trigger_and_full_text")]

    operations = [migrations.RunPython(list_terms, drop_terms, hints={"lives_in": "published"})]
