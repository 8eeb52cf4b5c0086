"""Custodians are called representatives, in every name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0002_rules")]

    operations = [
        migrations.RenameModel("Custodian", "Representative"),
        migrations.RenameField("claim", "custodian", "representative"),
        migrations.RenameField("confirmation", "custodian", "representative"),
        migrations.RenameField("invitation", "custodian", "representative"),
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_held_has_custodian",
        ),
        migrations.RemoveConstraint(
            model_name="representative",
            name="custodian_once",
        ),
        migrations.AlterField(
            model_name="arenaplacement",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=2,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="coverage",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="existence",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="figure",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="identifier",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="name",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="presence",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="relation",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="representative",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="representations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="representative",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="representatives",
                to="orgs.record",
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")], default=0
            ),
        ),
        migrations.AlterField(
            model_name="text",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="trait",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AlterField(
            model_name="withheld",
            name="tier",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "public"), (1, "vetted partners"), (2, "representatives")],
                default=0,
                help_text="Who may read it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("held", "stands")), _negated=True),
                    models.Q(
                        ("record__isnull", False),
                        ("representative__isnull", False),
                        ("stop__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="claim_held_has_representative",
            ),
        ),
        migrations.AddConstraint(
            model_name="representative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended__isnull", True)),
                fields=("account", "record"),
                name="representative_once",
            ),
        ),
        migrations.AlterConstraint(
            model_name="contact",
            name="contact_public_only_in_own_voice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tier", 0), _negated=True), ("voice", "own"), _connector="OR"
                ),
                name="contact_public_only_in_own_voice",
                violation_error_message="Only the organization itself makes a contact public. Keep this one for representatives.",
            ),
        ),
    ]
