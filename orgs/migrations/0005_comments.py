"""What a moderator asks about a proposal, and what its author answers, are comments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0004_operations")]

    operations = [
        migrations.RenameModel("Remark", "Comment"),
        migrations.AlterField(
            "comment",
            "changeset",
            models.ForeignKey("orgs.Changeset", models.CASCADE, related_name="comments"),
        ),
    ]
