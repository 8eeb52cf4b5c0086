"""What a worker does for long uploads: its place in the line, how far it has come, what it told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0014_freshness"),
    ]

    operations = [
        migrations.AddField("upload", "language", models.CharField(default="en", max_length=8)),
        migrations.AddField("upload", "rows", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "upload",
            "work",
            models.CharField(
                blank=True,
                choices=[
                    ("compare", "comparing it with the catalogue"),
                    ("send", "proposing it"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField("upload", "asked", models.DateTimeField(null=True)),
        migrations.AddField("upload", "tries", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("upload", "step", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("upload", "done", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "upload",
            "failed",
            models.CharField(
                blank=True,
                choices=[
                    ("tried", "it was begun again and again, and never came to its end"),
                    ("fault", "the program made a mistake"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField("upload", "outcome", models.JSONField(null=True)),
        migrations.AddField(
            "upload", "label", models.CharField(blank=True, default="", max_length=120)
        ),
        migrations.AddIndex(
            "upload",
            models.Index(
                condition=models.Q(("work", ""), _negated=True),
                fields=["asked", "id"],
                name="upload_to_do",
            ),
        ),
        migrations.CreateModel(
            name="UploadRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveIntegerField()),
                ("told", models.JSONField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="told",
                        to="orgs.upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of an upload",
                "verbose_name_plural": "rows of uploads",
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "place"), name="upload_row_once")
                ],
            },
        ),
    ]
