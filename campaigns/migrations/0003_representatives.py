"""The third tier is called representatives."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_rules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="context",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="involvement",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="legalact",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
    ]
