"""Claims, invitations, and when a custodian was reminded."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0007_custodians"),
    ]

    operations = [
        migrations.AddField(
            model_name="custodian",
            name="reminded",
            field=models.DateTimeField(
                blank=True, help_text="When a sign of life was asked for last.", null=True
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("steps_down", models.BooleanField(default=False)),
                (
                    "reason",
                    models.TextField(
                        blank=True, help_text="How the moderator knows. Never public."
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
                ("ended", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "custodian",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="orgs.custodian",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("awaited", models.BigIntegerField(editable=False, null=True)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("invitation", "invited by a moderator"),
                            ("colleague", "invited by a colleague"),
                            ("code", "a code that was sent to a contact on record"),
                            ("note", "a note to the moderators"),
                            ("addition", "added it to the catalogue"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for the code"),
                            ("waits", "waits for a moderator"),
                            ("awaited", "waits for the entry"),
                            ("held", "held back"),
                            ("stands", "stands"),
                            ("stopped", "stopped by those whom it concerns"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                    ),
                ),
                ("digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("until", models.DateTimeField(editable=False, null=True)),
                ("note", models.TextField(blank=True)),
                ("decision", models.TextField(blank=True)),
                ("stop", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ("stoppable_until", models.DateTimeField(editable=False, null=True)),
                ("begun", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "custodian",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claim",
                        to="orgs.custodian",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claims",
                        to="orgs.changeset",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="orgs.record",
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claim",
                        to="orgs.invitation",
                    ),
                ),
            ],
            options={
                "verbose_name": "claim",
                "verbose_name_plural": "claims",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "held"), models.Q(("way", "colleague"), _negated=True)
                        ),
                        fields=("record",),
                        name="claim_one_held_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "waits", "held"))),
                        fields=("account", "record", "state"),
                        name="claim_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("held", "stands")), _negated=True),
                            models.Q(
                                ("custodian__isnull", False),
                                ("record__isnull", False),
                                ("stop__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="claim_held_has_custodian",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("record__isnull", False), ("awaited__isnull", False), _connector="OR"
                        ),
                        name="claim_is_about_a_record",
                    ),
                ],
            },
        ),
    ]
