"""Items of the review queue are assigned to editors."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0005_comments")]

    operations = [
        migrations.RenameModel("Hold", "Assignment"),
        migrations.RemoveConstraint("assignment", "hold_once"),
        migrations.AddConstraint(
            "assignment",
            models.UniqueConstraint(fields=("what", "number"), name="assignment_once"),
        ),
        migrations.AlterField(
            "assignment",
            "what",
            models.CharField(
                max_length=20, editable=False, help_text="Proposal, correction or import."
            ),
        ),
        migrations.AlterModelOptions(
            "assignment",
            options={"verbose_name": "assignment", "verbose_name_plural": "assignments"},
        ),
    ]
