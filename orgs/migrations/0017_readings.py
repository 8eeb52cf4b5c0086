"""Readings: who read what is not public. Nothing changes a row, and none goes before its time."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION reading_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    -- Who deletes an account is forgotten here, too.
    IF TG_OP = 'UPDATE' AND NEW.account_id IS NULL
       AND (NEW.id, NEW.at, NEW.rights, NEW.what) = (OLD.id, OLD.at, OLD.rights, OLD.what)
       AND NEW.number IS NOT DISTINCT FROM OLD.number THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A reading is neither changed nor removed before its time.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER reading_stays BEFORE UPDATE OR DELETE ON orgs_reading
    FOR EACH ROW EXECUTE FUNCTION reading_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0016_import_decisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="when"
                    ),
                ),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        editable=False,
                        size=None,
                        verbose_name="rights",
                    ),
                ),
                ("what", models.CharField(editable=False, max_length=40, verbose_name="page")),
                (
                    "number",
                    models.BigIntegerField(editable=False, null=True, verbose_name="number"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reading of what is not public",
                "verbose_name_plural": "readings of what is not public",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["at"], name="reading_at")],
            },
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION reading_stays CASCADE"),
    ]
