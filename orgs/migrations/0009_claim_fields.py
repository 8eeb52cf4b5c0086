"""Fields and states of claims, confirmations and the register have plain names."""

from django.db import migrations, models

STATES = {
    "asked": "code_sent",
    "waits": "pending",
    "awaited": "proposed",
    "held": "waiting",
    "stands": "active",
}


def rename_states(names):
    def rename(apps, schema_editor):
        Claim = apps.get_model("orgs", "Claim")
        for old, new in names.items():
            Claim.objects.filter(state=old).update(state=new)

    return rename


class Migration(migrations.Migration):
    dependencies = [("orgs", "0008_jobs")]

    operations = [
        # Renamed functions of the projection, which is installed after migrations.
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS said_of, heard_of CASCADE", migrations.RunSQL.noop
        ),
        migrations.RemoveConstraint("claim", "claim_one_held_at_a_time"),
        migrations.RemoveConstraint("claim", "claim_open_once"),
        migrations.RemoveConstraint("claim", "claim_held_has_representative"),
        migrations.RemoveConstraint("claim", "claim_is_about_a_record"),
        migrations.RenameField("unlisted", "sort", "kind"),
        migrations.RenameField("confirmation", "asked", "requested_at"),
        migrations.RenameField("confirmation", "answered", "answered_at"),
        migrations.RenameField("claim", "way", "method"),
        migrations.RenameField("claim", "awaited", "new_record_id"),
        migrations.RenameField("claim", "begun", "created_at"),
        migrations.RenameField("claim", "stop", "stop_digest"),
        migrations.RunPython(
            rename_states(STATES), rename_states({new: old for old, new in STATES.items()})
        ),
        migrations.AlterField(
            "claim",
            "state",
            models.CharField(
                choices=[
                    ("code_sent", "waiting for the code"),
                    ("pending", "waiting for a moderator"),
                    ("proposed", "waiting for the entry"),
                    ("waiting", "waiting period"),
                    ("active", "active"),
                    ("stopped", "stopped by the organization"),
                    ("refused", "refused"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.UniqueConstraint(
                condition=models.Q(
                    ("state", "waiting"), models.Q(("method", "colleague"), _negated=True)
                ),
                fields=("record",),
                name="claim_one_waiting_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.UniqueConstraint(
                condition=models.Q(("state__in", ("code_sent", "pending", "waiting"))),
                fields=("account", "record", "state"),
                name="claim_open_once",
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("waiting", "active")), _negated=True),
                    models.Q(
                        ("record__isnull", False),
                        ("representative__isnull", False),
                        ("stop_digest__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="claim_in_force_has_representative",
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(
                condition=models.Q(
                    ("record__isnull", False), ("new_record_id__isnull", False), _connector="OR"
                ),
                name="claim_is_about_a_record",
            ),
        ),
    ]
