"""What organizations do together: gatherings, campaigns, instruments, projects, demands, cases."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import orgs.records.record


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("orgs", "0002_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Case",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Demand",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Gathering",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Instrument",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Project",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Context",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=orgs.records.record.NextNumber(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "detail",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="What exactly, in a few plain words. Public.",
                    ),
                ),
                (
                    "edtf",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="When it was so: 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 1994/.. (still). Leave empty if the source does not date it.",
                        max_length=64,
                        verbose_name="when",
                    ),
                ),
                (
                    "locator",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Where in the source: Prop 7, page 28.",
                        max_length=120,
                    ),
                ),
                (
                    "quote",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="A short quotation, only for definitions, figures and rival statements.",
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        choices=[
                            ("own", "the organization itself"),
                            ("source", "the author of the source"),
                            ("quoted", "someone whom the source quotes"),
                            ("editor", "the editors, who infer it"),
                        ],
                        default="source",
                        help_text="Whose words these are.",
                        max_length=10,
                    ),
                ),
                (
                    "speaker_name",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Otherwise the organization or publication it quotes, as text. Never a private person.",
                        max_length=200,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("stated", "stated"),
                            ("implied", "implied"),
                            ("inferred", "inferred"),
                        ],
                        default="stated",
                        max_length=10,
                    ),
                ),
                (
                    "holds",
                    models.BooleanField(
                        default=True,
                        help_text="Untick to record that the source says it is not so.",
                    ),
                ),
                (
                    "preferred",
                    models.BooleanField(
                        default=False,
                        help_text="The one among rivals that headings and lists show.",
                    ),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "public"), (1, "vetted partners"), (2, "custodians")],
                        default=0,
                        help_text="Who may read it.",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="An editors’ note on what the source prints. Public.",
                    ),
                ),
                ("observed", models.CharField(editable=False, max_length=64)),
                (
                    "span",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("edtf", "observed", function="statement_span"),
                        output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                    ),
                ),
                (
                    "value",
                    models.TextField(help_text="The assessment, in a few plain words or a rating."),
                ),
                (
                    "setting",
                    models.CharField(
                        blank=True,
                        choices=[("in_law", "in law"), ("in_practice", "in practice")],
                        default="",
                        help_text="In law or in practice.",
                        max_length=11,
                    ),
                ),
                (
                    "constituency",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="For whom, if not for everyone.",
                        max_length=200,
                    ),
                ),
                (
                    "added",
                    models.ForeignKey(
                        db_column="added",
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.changeset",
                        to_field="number",
                    ),
                ),
                (
                    "comparator",
                    models.ForeignKey(
                        blank=True,
                        help_text="The place that the source compares it with.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "dimension",
                    models.ForeignKey(
                        help_text="Which side of the context.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.term",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "retired",
                    models.ForeignKey(
                        db_column="retired",
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.changeset",
                        to_field="number",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The organization that the source quotes, if it is in the catalogue.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="context_retired",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="context_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="context_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="context_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="context_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("setting__in", ("", "in_law", "in_practice"))),
                        name="context_setting_known",
                        violation_error_message="Choose in law, in practice, or leave it open.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__regex", "\\S")),
                        name="context_value_not_blank",
                        violation_error_message="Write the assessment; it is blank.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Involvement",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=orgs.records.record.NextNumber(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "detail",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="What exactly, in a few plain words. Public.",
                    ),
                ),
                (
                    "edtf",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="When it was so: 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 1994/.. (still). Leave empty if the source does not date it.",
                        max_length=64,
                        verbose_name="when",
                    ),
                ),
                (
                    "locator",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Where in the source: Prop 7, page 28.",
                        max_length=120,
                    ),
                ),
                (
                    "quote",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="A short quotation, only for definitions, figures and rival statements.",
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        choices=[
                            ("own", "the organization itself"),
                            ("source", "the author of the source"),
                            ("quoted", "someone whom the source quotes"),
                            ("editor", "the editors, who infer it"),
                        ],
                        default="source",
                        help_text="Whose words these are.",
                        max_length=10,
                    ),
                ),
                (
                    "speaker_name",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Otherwise the organization or publication it quotes, as text. Never a private person.",
                        max_length=200,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("stated", "stated"),
                            ("implied", "implied"),
                            ("inferred", "inferred"),
                        ],
                        default="stated",
                        max_length=10,
                    ),
                ),
                (
                    "holds",
                    models.BooleanField(
                        default=True,
                        help_text="Untick to record that the source says it is not so.",
                    ),
                ),
                (
                    "preferred",
                    models.BooleanField(
                        default=False,
                        help_text="The one among rivals that headings and lists show.",
                    ),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "public"), (1, "vetted partners"), (2, "custodians")],
                        default=0,
                        help_text="Who may read it.",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="An editors’ note on what the source prints. Public.",
                    ),
                ),
                ("observed", models.CharField(editable=False, max_length=64)),
                (
                    "span",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("edtf", "observed", function="statement_span"),
                        output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("convenor", "convenes"),
                            ("hosts", "hosts"),
                            ("leads", "leads"),
                            ("joins", "joins"),
                            ("supports", "supports"),
                            ("opposes", "opposes"),
                            ("funds", "funds"),
                            ("participates", "takes part in"),
                            ("raises", "raises"),
                            ("target", "is a target of"),
                        ],
                        help_text="The part it takes.",
                        max_length=12,
                    ),
                ),
                (
                    "veto",
                    models.BooleanField(
                        default=False,
                        help_text="Its consent is needed: a funder with a veto (Prop 9).",
                    ),
                ),
                (
                    "added",
                    models.ForeignKey(
                        db_column="added",
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.changeset",
                        to_field="number",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "retired",
                    models.ForeignKey(
                        db_column="retired",
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.changeset",
                        to_field="number",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The organization that the source quotes, if it is in the catalogue.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "undertaking",
                    models.ForeignKey(
                        help_text="What it takes part in.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="involvement_retired",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="involvement_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="involvement_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="involvement_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="involvement_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "convenor",
                                    "hosts",
                                    "leads",
                                    "joins",
                                    "supports",
                                    "opposes",
                                    "funds",
                                    "participates",
                                    "raises",
                                    "target",
                                ],
                            )
                        ),
                        name="involvement_role_known",
                        violation_error_message="Choose one of the parts an actor can take.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalAct",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=orgs.records.record.NextNumber(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "detail",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="What exactly, in a few plain words. Public.",
                    ),
                ),
                (
                    "edtf",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="When it was so: 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 1994/.. (still). Leave empty if the source does not date it.",
                        max_length=64,
                        verbose_name="when",
                    ),
                ),
                (
                    "locator",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Where in the source: Prop 7, page 28.",
                        max_length=120,
                    ),
                ),
                (
                    "quote",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="A short quotation, only for definitions, figures and rival statements.",
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        choices=[
                            ("own", "the organization itself"),
                            ("source", "the author of the source"),
                            ("quoted", "someone whom the source quotes"),
                            ("editor", "the editors, who infer it"),
                        ],
                        default="source",
                        help_text="Whose words these are.",
                        max_length=10,
                    ),
                ),
                (
                    "speaker_name",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Otherwise the organization or publication it quotes, as text. Never a private person.",
                        max_length=200,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("stated", "stated"),
                            ("implied", "implied"),
                            ("inferred", "inferred"),
                        ],
                        default="stated",
                        max_length=10,
                    ),
                ),
                (
                    "holds",
                    models.BooleanField(
                        default=True,
                        help_text="Untick to record that the source says it is not so.",
                    ),
                ),
                (
                    "preferred",
                    models.BooleanField(
                        default=False,
                        help_text="The one among rivals that headings and lists show.",
                    ),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "public"), (1, "vetted partners"), (2, "custodians")],
                        default=0,
                        help_text="Who may read it.",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="An editors’ note on what the source prints. Public.",
                    ),
                ),
                ("observed", models.CharField(editable=False, max_length=64)),
                (
                    "span",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("edtf", "observed", function="statement_span"),
                        output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("adopted", "adopted"),
                            ("dated", "dated"),
                            ("in_force", "in force"),
                            ("signed", "signed"),
                            ("ratified", "ratified"),
                            ("under_deliberation", "under deliberation"),
                            ("pending", "decision pending"),
                        ],
                        help_text="What was done.",
                        max_length=20,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        help_text="The state or organization that did it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "added",
                    models.ForeignKey(
                        db_column="added",
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.changeset",
                        to_field="number",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "retired",
                    models.ForeignKey(
                        db_column="retired",
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.changeset",
                        to_field="number",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The organization that the source quotes, if it is in the catalogue.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "verbose_name": "legal act",
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="legalact_retired",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="legalact_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="legalact_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="legalact_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="legalact_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "act__in",
                                [
                                    "adopted",
                                    "dated",
                                    "in_force",
                                    "signed",
                                    "ratified",
                                    "under_deliberation",
                                    "pending",
                                ],
                            )
                        ),
                        name="legalact_act_known",
                        violation_error_message="Choose one of the acts.",
                    ),
                    models.UniqueConstraint(
                        models.F("record"),
                        django.db.models.functions.comparison.Coalesce("actor", 0),
                        models.F("act"),
                        models.F("source"),
                        models.F("voice"),
                        django.db.models.functions.comparison.Coalesce("speaker", 0),
                        models.F("speaker_name"),
                        condition=models.Q(("retired__isnull", True)),
                        name="legalact_once_per_speaker",
                        violation_error_message="This source says so already. Retire that statement before you add another.",
                    ),
                ],
            },
        ),
    ]
