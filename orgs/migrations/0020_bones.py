"""The bones of a name, found in a time that grows with the name alone."""

from pathlib import Path

from django.db import migrations

from orgs.matching.scripts import translation

SQL = Path(__file__).parents[1] / "sql" / "bones.sql"


def written() -> str:
    """Return the SQL, with the signs of all scripts and the letters that they become."""
    signs, letters = ("'" + text.replace("'", "''") + "'" for text in translation())
    return SQL.read_text(encoding="utf-8").replace("@signs@", signs).replace("@letters@", letters)


class Migration(migrations.Migration):
    """Replace the function; what it returns is the same, so what is stored stays."""

    dependencies = [
        ("orgs", "0019_change_reasons"),
    ]

    operations = [
        migrations.RunSQL(written(), migrations.RunSQL.noop),
    ]
