"""The custodians of records, and the language in which accounts are written to."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0006_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="language",
            field=models.CharField(
                blank=True, help_text="In which messages are written, as BCP-47.", max_length=10
            ),
        ),
        migrations.CreateModel(
            name="Custodian",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="When it begins: in the future while it is held back.",
                    ),
                ),
                (
                    "seen",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="The last sign of life: a change, or a confirmation.",
                    ),
                ),
                ("ended", models.DateTimeField(blank=True, null=True)),
                (
                    "trusted",
                    models.BooleanField(
                        default=False,
                        help_text="Whether what it says for the body goes live at once, and is reviewed after.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="custodies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custodians",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended__isnull", True)),
                        fields=("account", "record"),
                        name="custodian_once",
                    )
                ],
            },
        ),
    ]
