"""Fields of comments, assignments and readings have plain names."""

from django.db import migrations, models

READING_STAYS = """
CREATE OR REPLACE FUNCTION reading_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    -- The reading outlives its account.
    IF TG_OP = 'UPDATE' AND NEW.account_id IS NULL
       AND (NEW.id, NEW.at, NEW.rights, NEW.target_kind)
           = (OLD.id, OLD.at, OLD.rights, OLD.target_kind)
       AND NEW.number IS NOT DISTINCT FROM OLD.number THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A reading is neither changed nor removed before its time.'
        USING ERRCODE = 'restrict_violation';
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("orgs", "0009_claim_fields")]

    operations = [
        migrations.RemoveConstraint("assignment", "assignment_once"),
        migrations.RenameField("comment", "asks", "is_question"),
        migrations.RenameField("assignment", "what", "item_kind"),
        migrations.RenameField("reading", "what", "target_kind"),
        migrations.RunSQL(READING_STAYS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "assignment",
            models.UniqueConstraint(fields=("item_kind", "number"), name="assignment_once"),
        ),
        migrations.AlterField(
            "comment",
            "is_question",
            models.BooleanField(help_text="Otherwise it is an answer."),
        ),
    ]
