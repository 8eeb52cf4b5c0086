"""What a changeset does are its operations; what points at one says changeset."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0003_representatives")]

    operations = [
        migrations.RenameField("changeset", "letter", "operations"),
        migrations.RenameField("claim", "letter", "changeset"),
        migrations.RenameField("correction", "letter", "changeset"),
        migrations.RenameField("importdecision", "letters", "changesets"),
        migrations.RenameField("remark", "letter", "changeset"),
        migrations.RenameField("review", "letter", "changeset"),
        migrations.AlterField(
            model_name="correction",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting for a decision"),
                    ("taken", "taken up in a proposal"),
                    ("declined", "declined"),
                ],
                default="waiting",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="what",
            field=models.CharField(
                editable=False,
                help_text="A proposal, a correction: a kind of the queue.",
                max_length=20,
            ),
        ),
    ]
