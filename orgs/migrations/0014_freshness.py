"""Questions whether entries are still right, and what is never to be listed."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0013_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("secret", models.CharField(editable=False, max_length=64, unique=True)),
                ("asked", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField()),
                ("answered", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Unlisted",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("name", "a name"),
                            ("host", "a web site"),
                            ("identifier", "an identifier, as scheme:value"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("safety", "for the safety of people"),
                            ("request", "at the request of the organization"),
                            ("law", "for a legal reason"),
                            ("rights", "for the rights of others"),
                        ],
                        max_length=8,
                        verbose_name="why",
                    ),
                ),
                (
                    "since",
                    models.DateField(
                        default=django.utils.timezone.localdate,
                        editable=False,
                        verbose_name="since",
                    ),
                ),
            ],
            options={
                "verbose_name": "never to be listed",
                "verbose_name_plural": "never to be listed",
                "ordering": ("-id",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="coverage",
            name="coverage_verdict_known",
        ),
        migrations.AlterField(
            model_name="coverage",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("found", "found"),
                    ("partial", "partly researched"),
                    ("none_found", "looked for, none found"),
                    ("not_researched", "not researched"),
                    ("confirmed", "looked at, and still right"),
                ],
                help_text="What came of it.",
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verdict__in",
                        ["found", "partial", "none_found", "not_researched", "confirmed"],
                    )
                ),
                name="coverage_verdict_known",
                violation_error_message="Choose what came of looking: found, partial, none found, not researched, confirmed.",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="custodian",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="confirmations",
                to="orgs.custodian",
            ),
        ),
    ]
