"""Likely duplicates: what they are found by, and the pairs that are known to be two."""

from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from orgs.matching.scripts import translation

SQL = Path(__file__).parents[1] / "sql" / "matching.sql"

UNDO = """
DROP INDEX facet_identifier, link_host;
ALTER TABLE orgs_entry DROP COLUMN bones;
DROP FUNCTION named_nearly, sounding_like, bare_identifier, host_of, bones;
"""


def written() -> str:
    """Return the SQL, with the signs of all scripts and the letters that they become."""
    signs, letters = ("'" + text.replace("'", "''") + "'" for text in translation())
    return SQL.read_text(encoding="utf-8").replace("@signs@", signs).replace("@letters@", letters)


class Migration(migrations.Migration):
    """Add both."""

    dependencies = [
        ("orgs", "0011_followed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Distinct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="distinct_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="distinct_in_order",
                    ),
                ],
            },
        ),
        migrations.RunSQL(written(), UNDO),
    ]
