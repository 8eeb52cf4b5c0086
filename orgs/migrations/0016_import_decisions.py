"""What an editor decided about all letters of an import, for a worker to carry out."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0015_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=120, unique=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("accept", "accept"), ("reject", "reject")], max_length=10
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("last_seen", models.BigIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("letters", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("left", models.PositiveIntegerField(default=0)),
                ("ended", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about an import",
                "verbose_name_plural": "decisions about imports",
            },
        ),
    ]
