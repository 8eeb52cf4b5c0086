"""The tables of the ledger and of its projection, and the functions that their constraints use."""

import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations, models

import orgs.records.record

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(
            (SQL / "functions.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION plain_words, plain, existence_was_seen, statement_span, edtf_range,"
            " edtf_point; DROP SEQUENCE orgs_catalogue_number;",
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "name",
                    models.CharField(
                        editable=False, max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("value", models.JSONField(editable=False)),
                ("until", models.DateTimeField(db_index=True, editable=False)),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
            },
        ),
        migrations.CreateModel(
            name="Changeset",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.BigIntegerField(editable=False, null=True, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("proposed", "proposed"),
                            ("accepted", "accepted"),
                            ("rejected", "rejected"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True, help_text="Why, in a sentence. Public once accepted."
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        help_text="What it is part of: the name of an import.",
                        max_length=120,
                    ),
                ),
                ("letter", models.JSONField(default=dict, editable=False)),
                (
                    "about",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        editable=False,
                        help_text="The records and sources that an accepted change touched or pointed at.",
                        size=None,
                    ),
                ),
                (
                    "reason_shown",
                    models.BooleanField(
                        default=True,
                        editable=False,
                        help_text="Whether readers see reason and label: all of `about` is listed, none redacted.",
                    ),
                ),
                (
                    "reason_redacted",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="A moderator removed the reason for good.",
                    ),
                ),
                ("proposed_at", models.DateTimeField(editable=False, null=True)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "decision",
                    models.TextField(blank=True, editable=False, help_text="Why it was rejected."),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "proposed")),
                        fields=["id"],
                        name="changeset_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("label", ""), _negated=True),
                        fields=["label"],
                        name="changeset_label",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["about"], name="changeset_about"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number__isnull", False), ("state", "accepted")),
                            models.Q(
                                models.Q(("state", "accepted"), _negated=True),
                                ("number__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="changeset_accepted_has_number",
                    ),
                ],
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
                    "digests",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), editable=False, size=None
                    ),
                ),
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
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        help_text="For signing in and for messages. Never shown to anyone.",
                        max_length=254,
                        unique=True,
                        verbose_name="e-mail address",
                    ),
                ),
                (
                    "display_name",
                    models.CharField(
                        blank=True,
                        help_text="How other editors see you. A pseudonym is fine. Never shown in public.",
                        max_length=80,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        help_text="In which messages are written, as BCP-47.",
                        max_length=10,
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="May use the editors' screens.",
                        verbose_name="editor",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="account_email_once",
                        violation_error_message="An account with this e-mail address exists already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Arena",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=orgs.records.record.NextNumber(), editable=False, unique=True
                    ),
                ),
                ("code", models.SlugField(max_length=12, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=60)),
                ("definition", models.TextField()),
                ("locator", models.CharField(max_length=120)),
                ("position", models.PositiveSmallIntegerField(unique=True)),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__in", ("membership", "space", "ngo", "media"))),
                        name="arena_is_one_of_four",
                        violation_error_message="There are four arenas: membership, space, ngo, media.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "letter",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="review",
                        serialize=False,
                        to="orgs.changeset",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
            },
        ),
        migrations.AddField(
            model_name="changeset",
            name="author",
            field=models.ForeignKey(
                blank=True,
                help_text="Who proposed it. It outlives its author.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changesets",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changeset",
            name="decided_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="decisions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changeset",
            name="part_of",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="remainders",
                to="orgs.changeset",
            ),
        ),
        migrations.AddField(
            model_name="changeset",
            name="reverts",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reverted_by",
                to="orgs.changeset",
            ),
        ),
        migrations.CreateModel(
            name="ColumnMap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("headings", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
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
                "verbose_name": "map of columns",
                "verbose_name_plural": "maps of columns",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "headings"), name="column_map_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(null=True)),
                ("day", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="counter_is_one_row")
                ],
            },
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
                (
                    "reminded",
                    models.DateTimeField(
                        blank=True, help_text="When a sign of life was asked for last.", null=True
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
            ],
            options={
                "ordering": ("id",),
            },
        ),
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
                (
                    "custodian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmations",
                        to="orgs.custodian",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("published", "published"),
                            ("merged", "merged into another"),
                            ("gone", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("slug", models.CharField(max_length=120)),
                ("label", models.TextField()),
                ("sort_key", models.TextField(db_collation="C")),
                ("card", models.TextField()),
                ("document", models.TextField()),
                ("judgements", models.TextField(db_default="")),
                (
                    "facets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "mentions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("names", models.TextField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("change", models.BigIntegerField()),
                ("updated", models.DateTimeField()),
                ("successor", models.CharField(max_length=120, null=True)),
                ("gone_on", models.DateField(null=True)),
                ("gone_reason", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [
                    models.Index(
                        fields=["sort_key", "id"], include=("kind", "state"), name="entry_order"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["facets"], name="entry_facets"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["mentions"], name="entry_mentions"
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="entry_words"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["names"], name="entry_names", opclasses=("gin_trgm_ops",)
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["change"], name="entry_change"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "slug"), name="entry_address_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EntryChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField()),
                ("key", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=20)),
                ("change", models.BigIntegerField(db_index=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("published", "published"),
                            ("merged", "merged into another"),
                            ("gone", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("follows", models.BooleanField(db_default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("follows", True)),
                        fields=["entry"],
                        name="entry_followed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Facet",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("filter", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("filter", "value"), name="facet_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EntrySpan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("span", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spans",
                        to="orgs.entry",
                    ),
                ),
                (
                    "facet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.facet",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        editable=False,
                        help_text="A letter, a correction: a kind of the queue.",
                        max_length=20,
                    ),
                ),
                ("number", models.BigIntegerField(editable=False)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
                "constraints": [
                    models.UniqueConstraint(fields=("what", "number"), name="hold_once"),
                ],
            },
        ),
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
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="when"
                    ),
                ),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        editable=False,
                        size=None,
                        verbose_name="rights",
                    ),
                ),
                ("what", models.CharField(editable=False, max_length=40, verbose_name="page")),
                (
                    "number",
                    models.BigIntegerField(editable=False, null=True, verbose_name="number"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "access to non-public content",
                "verbose_name_plural": "accesses to non-public content",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["at"], name="reading_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Record",
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
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("place", "place"),
                            ("organization", "organization"),
                            ("partnership", "network or coalition"),
                            ("gathering", "gathering"),
                            ("campaign", "campaign"),
                            ("instrument", "instrument"),
                            ("project", "project"),
                            ("demand", "demand"),
                            ("case", "case"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        help_text="The last part of the page's address. Former addresses keep leading here.",
                        max_length=120,
                        unique=True,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("listed", "listed"),
                            ("name_withheld", "listed, name withheld"),
                            ("embargoed", "embargoed until a day"),
                            ("hidden", "hidden"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="listed",
                        max_length=20,
                    ),
                ),
                ("embargo_until", models.DateField(blank=True, null=True)),
                ("withdrawn_on", models.DateField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=40)),
                (
                    "sphere",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("civil", "civil society"),
                            ("market", "market"),
                            ("state", "state"),
                            ("intergovernmental", "intergovernmental"),
                        ],
                        editable=False,
                        help_text="Copied from the current statement of the actor’s sphere.",
                        max_length=20,
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "place",
                                    "organization",
                                    "partnership",
                                    "gathering",
                                    "campaign",
                                    "instrument",
                                    "project",
                                    "demand",
                                    "case",
                                ],
                            )
                        ),
                        name="record_kind_known",
                        violation_error_message="Choose one of the kinds of record the catalogue has.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("level", "embargoed"), _negated=True),
                            ("embargo_until__isnull", False),
                            _connector="OR",
                        ),
                        name="record_embargo_has_day",
                        violation_error_message="Say until which day the record is embargoed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("successor__isnull", True),
                            models.Q(("successor", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="record_not_its_own_successor",
                        violation_error_message="A record cannot be merged into itself. Choose another.",
                    ),
                ],
            },
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
            name="FormerSlug",
            fields=[
                ("slug", models.SlugField(max_length=120, primary_key=True, serialize=False)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_slugs",
                        to="orgs.record",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("typed", models.JSONField(default=dict)),
                ("pending", models.JSONField(default=list)),
                (
                    "base",
                    models.BigIntegerField(
                        default=0, help_text="The newest change when it was begun."
                    ),
                ),
                ("saved", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "record"), name="draft_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Distinct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="distinct_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="distinct_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="custodian",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custodians",
                to="orgs.record",
            ),
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "statement",
                    models.BigIntegerField(
                        editable=False,
                        help_text="The number of the sentence, if the reader chose one.",
                        null=True,
                    ),
                ),
                ("wrong", models.TextField(editable=False)),
                ("right", models.TextField(editable=False)),
                (
                    "how",
                    models.TextField(editable=False, help_text="How it can be known: a source."),
                ),
                (
                    "urgent",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Whether it is said to put people in danger.",
                        verbose_name="urgent",
                    ),
                ),
                (
                    "address",
                    models.EmailField(
                        blank=True,
                        editable=False,
                        help_text="Where the answer goes. Deleted with the decision.",
                        max_length=254,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="That of the answer, as BCP-47.",
                        max_length=10,
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for a decision"),
                            ("taken", "taken up in a letter"),
                            ("declined", "declined"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("decision", models.TextField(blank=True, editable=False)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corrections",
                        to="orgs.changeset",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["id"],
                        name="correction_waiting",
                    ),
                ],
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
                            ("code", "a code sent to a contact of the organization"),
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
                            ("asked", "waiting for the code"),
                            ("waits", "waiting for a moderator"),
                            ("awaited", "waiting for the entry"),
                            ("held", "waiting period"),
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
                    "custodian",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claim",
                        to="orgs.custodian",
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
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="orgs.record",
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
        migrations.AddField(
            model_name="changeset",
            name="on_behalf",
            field=models.ForeignKey(
                blank=True,
                help_text="The organization that the author represents.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orgs.record",
            ),
        ),
        migrations.CreateModel(
            name="Ancestor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ancestor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("record", "ancestor"), name="ancestor_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Partnership",
            fields=[],
            options={
                "verbose_name": "network or coalition",
                "verbose_name_plural": "networks and coalitions",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="Place",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("orgs.record",),
        ),
        migrations.CreateModel(
            name="RelationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("predicate", models.SlugField(max_length=60)),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("place", "place"),
                            ("organization", "organization"),
                            ("partnership", "network or coalition"),
                            ("gathering", "gathering"),
                            ("campaign", "campaign"),
                            ("instrument", "instrument"),
                            ("project", "project"),
                            ("demand", "demand"),
                            ("case", "case"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "object_kind",
                    models.CharField(
                        choices=[
                            ("place", "place"),
                            ("organization", "organization"),
                            ("partnership", "network or coalition"),
                            ("gathering", "gathering"),
                            ("campaign", "campaign"),
                            ("instrument", "instrument"),
                            ("project", "project"),
                            ("demand", "demand"),
                            ("case", "case"),
                        ],
                        max_length=20,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("predicate", "subject_kind", "object_kind"),
                        name="relation_rule_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asks",
                    models.BooleanField(
                        help_text="Whether it is a question; otherwise it is an answer."
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="orgs.changeset",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Source",
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
                    "key",
                    models.SlugField(
                        help_text="The last part of the source's address.",
                        max_length=80,
                        unique=True,
                    ),
                ),
                (
                    "short",
                    models.CharField(
                        help_text="How the source is cited in a sentence: Fox and Bada 2008.",
                        max_length=120,
                    ),
                ),
                ("title", models.TextField()),
                (
                    "authors",
                    models.TextField(
                        blank=True,
                        help_text="As printed, family name first, separated by semicolons.",
                    ),
                ),
                (
                    "issued",
                    models.CharField(
                        blank=True,
                        help_text="When it appeared, as EDTF: 2010, 2010-04.",
                        max_length=64,
                    ),
                ),
                (
                    "source_kind",
                    models.CharField(
                        choices=[
                            ("paper", "paper"),
                            ("book", "book"),
                            ("edited_book", "edited book"),
                            ("chapter", "chapter"),
                            ("article", "journal article"),
                            ("conference_paper", "conference paper"),
                            ("newspaper", "newspaper article"),
                            ("report", "report"),
                            ("manuscript", "manuscript"),
                            ("personal_communication", "personal communication"),
                            ("website", "website"),
                            ("standard", "standard"),
                            ("dataset", "data set"),
                            ("own", "the organization itself"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "container",
                    models.TextField(blank=True, help_text="The journal, book or series it is in."),
                ),
                ("publisher", models.TextField(blank=True)),
                (
                    "urls",
                    models.JSONField(
                        blank=True, default=list, help_text="Web addresses, as printed."
                    ),
                ),
                (
                    "language",
                    models.CharField(blank=True, help_text="BCP-47 tag: es, pt-BR.", max_length=35),
                ),
                (
                    "observed",
                    models.CharField(
                        help_text="When the source observed the world, as EDTF. Required: undated statements apply from this date.",
                        max_length=64,
                    ),
                ),
                (
                    "observed_inferred",
                    models.BooleanField(
                        default=False,
                        help_text="The source does not say when it looked; we infer it.",
                    ),
                ),
                (
                    "in_bibliography",
                    models.BooleanField(
                        default=False,
                        help_text="One of the works the paper lists as its references.",
                    ),
                ),
                (
                    "note",
                    models.TextField(blank=True, help_text="What is unusual about it, as printed."),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "public"), (1, "vetted partners"), (2, "custodians")],
                        default=0,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="The publisher, where it is in the catalogue.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="orgs.record",
                    ),
                ),
            ],
            options={
                "ordering": ("key",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.IsNull(
                                models.Func(
                                    models.F("observed"),
                                    function="edtf_range",
                                    output_field=models.TextField(),
                                ),
                                False,
                            )
                        ),
                        name="source_observed_is_edtf",
                        violation_error_message="Write the date of observation, for example 2010, 2010-04 or 2008/2010.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
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
                            ("seat", "seat"),
                            ("registered", "registered in"),
                            ("acts_in", "acts in"),
                            ("has_members_in", "has members in"),
                            ("organized_base_in", "organized membership base in"),
                            ("constituency_origin", "the people it organizes come from"),
                            ("constituency_residence", "the people it organizes live in"),
                            ("held_at", "held in"),
                        ],
                        help_text="What the place is to it.",
                        max_length=24,
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
                    "place",
                    models.ForeignKey(
                        help_text="The place.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
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
                        name="presence_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="presence_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="presence_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="presence_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="presence_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "seat",
                                    "registered",
                                    "acts_in",
                                    "has_members_in",
                                    "organized_base_in",
                                    "constituency_origin",
                                    "constituency_residence",
                                    "held_at",
                                ],
                            )
                        ),
                        name="presence_role_known",
                        violation_error_message="Choose one of the roles a place can play.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            ("retired__isnull", True), ("holds", True), ("role", "seat")
                        ),
                        expressions=(
                            ("record", "="),
                            ("source", "="),
                            ("voice", "="),
                            (django.db.models.functions.comparison.Coalesce("speaker", 0), "="),
                            ("speaker_name", "="),
                            ("span", "&&"),
                        ),
                        name="presence_one_seat_at_a_time",
                        violation_error_message="This source already gives it a seat at that time. Retire that statement, or date the two so that they do not overlap.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Name",
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
                    "text",
                    models.CharField(
                        help_text="The name as its speaker writes it.", max_length=400
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        default="und",
                        help_text="BCP-47 tag: en, es, zh-Hant; und if unknown.",
                        max_length=35,
                    ),
                ),
                (
                    "script",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="ISO 15924 code, if not evident: Khmr.",
                        max_length=4,
                    ),
                ),
                (
                    "name_kind",
                    models.CharField(
                        choices=[
                            ("official", "official name"),
                            ("acronym", "acronym"),
                            ("variant", "variant"),
                            ("translation", "translation"),
                            ("former", "former name"),
                            ("descriptive", "description of an organization without a name"),
                        ],
                        default="official",
                        help_text="Sort of name.",
                        max_length=12,
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
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
                        name="name_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="name_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="name_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="name_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="name_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text__regex", "\\S")),
                        name="name_not_blank",
                        violation_error_message="Write the name; it is blank.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name_kind__in",
                                [
                                    "official",
                                    "acronym",
                                    "variant",
                                    "translation",
                                    "former",
                                    "descriptive",
                                ],
                            )
                        ),
                        name="name_kind_known",
                        violation_error_message="Choose one of the sorts of name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__regex", "^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$")),
                        name="name_language_valid",
                        violation_error_message="Write the language as a tag: en, es, zh-Hant, mix, und.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired__isnull", True), ("preferred", True)),
                        fields=("record", "language"),
                        name="name_one_preferred",
                        violation_error_message="This record has a preferred name in this language already. Retire that preference first, or leave this one unticked.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("member", "member"),
                            ("affiliate", "affiliate"),
                            ("observer", "observer"),
                        ],
                        default="",
                        help_text="How it belongs, if the source says.",
                        max_length=10,
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
                    "partnership",
                    models.ForeignKey(
                        help_text="The network or coalition.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
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
                        name="membership_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="membership_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="membership_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="membership_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="membership_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__in", ("", "member", "affiliate", "observer"))),
                        name="membership_grade_known",
                        violation_error_message="Choose member, affiliate or observer, or leave it open.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("record", models.F("partnership")), _negated=True),
                        name="membership_not_in_itself",
                        violation_error_message="A partnership cannot be a member of itself.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("retired__isnull", True), ("holds", True)),
                        expressions=(
                            ("record", "="),
                            ("partnership", "="),
                            ("source", "="),
                            ("voice", "="),
                            (django.db.models.functions.comparison.Coalesce("speaker", 0), "="),
                            ("speaker_name", "="),
                            ("span", "&&"),
                        ),
                        name="membership_periods_do_not_overlap",
                        violation_error_message="This source already says that it is a member at that time. Retire that statement, or date the two so that they do not overlap.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
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
                    "url",
                    models.CharField(
                        help_text="The address, beginning with https://.", max_length=2000
                    ),
                ),
                (
                    "link_kind",
                    models.CharField(
                        choices=[
                            ("website", "website"),
                            ("information", "information about it"),
                            ("document", "document"),
                        ],
                        default="website",
                        help_text="The link’s content.",
                        max_length=12,
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
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
                        name="link_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="link_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="link_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="link_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="link_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("url__iregex", "^(https?://|mailto:)\\S+$")),
                        name="link_is_web_address",
                        violation_error_message="Write the whole address, beginning with https:// or http:// (or mailto: for a public mail box).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link_kind__in", ["website", "information", "document"])
                        ),
                        name="link_kind_known",
                        violation_error_message="Choose website, information or document.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identifier",
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
                    "scheme",
                    models.SlugField(
                        help_text="iso3166-1, or an org-id.guide prefix.", max_length=60
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="The identifier, with leading zeros.", max_length=200
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
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
                        name="identifier_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="identifier_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="identifier_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="identifier_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="identifier_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired__isnull", True), ("holds", True)),
                        fields=("scheme", "value"),
                        name="identifier_once",
                        violation_error_message="Another record has this identifier. If both are the same, merge them; otherwise check the number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__regex", "\\S")),
                        name="identifier_not_blank",
                        violation_error_message="Write the identifier; it is blank.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Existence",
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
                    "event",
                    models.CharField(
                        choices=[
                            ("founded", "founded"),
                            ("held", "held"),
                            ("planned", "planned"),
                            ("cancelled", "cancelled"),
                            ("ended", "ended"),
                        ],
                        help_text="What happened.",
                        max_length=10,
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "existences",
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="existence_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="existence_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="existence_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="existence_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="existence_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("event__in", ["founded", "held", "planned", "cancelled", "ended"])
                        ),
                        name="existence_event_known",
                        violation_error_message="Choose founded, held, planned, cancelled or ended.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Func(
                                "event",
                                "edtf",
                                "observed",
                                function="existence_was_seen",
                                output_field=models.BooleanField(),
                            )
                        ),
                        name="existence_planned_is_not_held",
                        violation_error_message="The source is older than this date, so it can only say that the event was planned. Choose planned, or cite a later source.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coverage",
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
                    "field",
                    models.SlugField(
                        help_text="The part that was looked into: arenas.", max_length=40
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("found", "found"),
                            ("partial", "partly researched"),
                            ("none_found", "looked for, none found"),
                            ("not_researched", "not researched"),
                            ("confirmed", "reviewed and confirmed"),
                        ],
                        help_text="What came of it.",
                        max_length=14,
                    ),
                ),
                (
                    "researcher",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="The project or organization that did the research.",
                        max_length=200,
                    ),
                ),
                (
                    "method",
                    models.TextField(blank=True, default="", help_text="Where and how it looked."),
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "coverage",
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="coverage_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="coverage_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="coverage_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="coverage_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="coverage_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verdict__in",
                                ["found", "partial", "none_found", "not_researched", "confirmed"],
                            )
                        ),
                        name="coverage_verdict_known",
                        violation_error_message="Choose the result of the research: found, partial, none found, not researched, confirmed.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
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
                        default=2,
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
                    "contact_kind",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("phone", "telephone"),
                            ("postal", "postal address"),
                            ("form", "contact form"),
                        ],
                        help_text="How it works.",
                        max_length=6,
                    ),
                ),
                (
                    "value",
                    models.CharField(help_text="The address or number itself.", max_length=400),
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
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
                        name="contact_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="contact_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="contact_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="contact_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="contact_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact_kind__in", ["email", "phone", "postal", "form"])
                        ),
                        name="contact_kind_known",
                        violation_error_message="Choose e-mail, telephone, postal address or form.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tier", 0), _negated=True), ("voice", "own"), _connector="OR"
                        ),
                        name="contact_public_only_in_own_voice",
                        violation_error_message="Only the organization itself makes a contact public. Keep this one for custodians.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Citation",
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
                ("locator", models.CharField(max_length=120)),
                ("as_printed", models.CharField(max_length=200)),
                ("note", models.TextField(blank=True)),
                (
                    "cites",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cited_by",
                        to="orgs.source",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="orgs.source",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "locator", "as_printed"),
                        name="citation_once",
                        violation_error_message="This citation is recorded already, at the same place of the same source. Change that one.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArenaPlacement",
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
                    "reason",
                    models.TextField(
                        blank=True,
                        help_text="Why, where it needs saying: for a market actor outside the media.",
                    ),
                ),
                (
                    "arena",
                    models.ForeignKey(
                        help_text="Which of the four arenas.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.arena",
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Where this is said.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
            ],
            options={
                "verbose_name": "arena placement",
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="arenaplacement_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="arenaplacement_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="arenaplacement_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="arenaplacement_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="arenaplacement_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
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
                    "scheme",
                    models.SlugField(
                        help_text="The question the term answers: identity.", max_length=40
                    ),
                ),
                (
                    "code",
                    models.SlugField(
                        help_text="The answer, as programs read it: women.", max_length=60
                    ),
                ),
                (
                    "labels",
                    models.JSONField(
                        default=dict,
                        help_text='The term as people read it, per language: {"en": "women"}.',
                    ),
                ),
                (
                    "definitions",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="The definition, per language, in the editors’ words.",
                    ),
                ),
                (
                    "quote",
                    models.TextField(
                        blank=True, help_text="The definition as the source prints it."
                    ),
                ),
                (
                    "locator",
                    models.CharField(
                        blank=True, help_text="Where in the source: Prop 6.", max_length=120
                    ),
                ),
                (
                    "speaker_name",
                    models.CharField(
                        blank=True,
                        help_text="Whose definition the source quotes, if another's.",
                        max_length=200,
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Order within the scheme."
                    ),
                ),
                (
                    "needs_purpose",
                    models.BooleanField(
                        default=False,
                        help_text="Recommendation 5 warns of this term: say for what purpose you use it.",
                    ),
                ),
                (
                    "broader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="narrower",
                        to="orgs.term",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="orgs.source",
                    ),
                ),
            ],
            options={
                "ordering": ("scheme", "position", "code"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "code"),
                        name="term_once",
                        violation_error_message="This scheme has a term of this code already. Change that one, or choose another code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("labels__has_key", "en")),
                        name="term_has_label",
                        violation_error_message="Give the term a label in English at least.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Relation",
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
                    "object",
                    models.ForeignKey(
                        help_text="The other record.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "predicate",
                    models.ForeignKey(
                        help_text="How the two are related.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.term",
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
                        name="relation_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="relation_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="relation_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="relation_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="relation_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("record", models.F("object")), _negated=True),
                        name="relation_not_to_itself",
                        violation_error_message="A record cannot be related to itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Figure",
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
                    "low",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="At least this many.",
                        max_digits=24,
                        null=True,
                    ),
                ),
                (
                    "high",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="At most this many.",
                        max_digits=24,
                        null=True,
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Of what: people, percent, USD.",
                        max_length=60,
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
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.record",
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
                    "measure",
                    models.ForeignKey(
                        help_text="What is counted or measured.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.term",
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
                        name="figure_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="figure_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="figure_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="figure_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="figure_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("low__isnull", True),
                            ("high__isnull", True),
                            ("low__lte", models.F("high")),
                            _connector="OR",
                        ),
                        name="figure_low_not_above_high",
                        violation_error_message="The lower bound is above the upper one. Swap them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("low__isnull", False), ("high__isnull", False), _connector="OR"
                        ),
                        name="figure_has_a_number",
                        violation_error_message="Give at least one bound, or write a trait instead.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Text",
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
                    "text_kind",
                    models.CharField(
                        choices=[
                            ("own_words", "in their own words"),
                            ("summary", "summary"),
                            ("goal", "goal"),
                        ],
                        help_text="What it is for.",
                        max_length=10,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        default="en",
                        help_text="BCP-47 tag of the language: en, es, ar.",
                        max_length=35,
                    ),
                ),
                ("body", models.TextField(help_text="Plain text or Markdown.")),
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
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="text_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="text_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="text_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="text_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="text_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("body__regex", "\\S")),
                        name="text_not_blank",
                        violation_error_message="Write the text; it is blank.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text_kind__in", ["own_words", "summary", "goal"])),
                        name="text_kind_known",
                        violation_error_message="Choose: their own description, summary or goal.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__regex", "^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$")),
                        name="text_language_valid",
                        violation_error_message="Write the language as a tag: en, es, zh-Hant, mix, und.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trait",
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
                    "purpose",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="What for, where Recommendation 5 warns of the word.",
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
                    "term",
                    models.ForeignKey(
                        help_text="The quality.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.term",
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
                        name="trait_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="trait_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="trait_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="trait_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="trait_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("content", models.BinaryField()),
                ("reason", models.TextField()),
                ("columns", models.JSONField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("language", models.CharField(default="en", max_length=8)),
                ("rows", models.PositiveIntegerField(default=0)),
                (
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
                ("asked", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("step", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                (
                    "failed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("tried", "it failed after several attempts"),
                            ("fault", "the program made a mistake"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("outcome", models.JSONField(null=True)),
                ("label", models.CharField(blank=True, default="", max_length=120)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.source",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "indexes": [
                    models.Index(
                        condition=models.Q(("work", ""), _negated=True),
                        fields=["asked", "id"],
                        name="upload_to_do",
                    ),
                ],
            },
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
                    models.UniqueConstraint(fields=("upload", "place"), name="upload_row_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Withheld",
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
                    "field",
                    models.SlugField(
                        help_text="The part that is withheld: contacts.", max_length=40
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
                        help_text="Why, as a class.",
                        max_length=8,
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
                "verbose_name": "withheld",
                "verbose_name_plural": "withheld",
                "ordering": ("id",),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired__isnull", False)),
                        fields=["retired"],
                        name="withheld_retired",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edtf", ""), ("span__isnull", False), _connector="OR"),
                        name="withheld_when_is_edtf",
                        violation_error_message="Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__in", ["stated", "implied", "inferred"]),
                            ("tier__in", [0, 1, 2]),
                            ("voice__in", ["own", "source", "quoted", "editor"]),
                        ),
                        name="withheld_words_known",
                        violation_error_message="Choose voice, confidence and tier from their lists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaker__isnull", True), ("speaker_name", ""), _connector="OR"
                        ),
                        name="withheld_one_speaker",
                        violation_error_message="Name the speaker once: as a record or as text.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired__isnull", True),
                            ("retired__gt", models.F("added")),
                            _connector="OR",
                        ),
                        name="withheld_retired_later",
                        violation_error_message="A statement can only be retired by a later change than the one that added it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["safety", "request", "law", "rights"])),
                        name="withheld_reason_known",
                        violation_error_message="Choose safety, request, law or rights.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tier", 0)),
                        name="withheld_is_public",
                        violation_error_message="That something is withheld is always public.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired__isnull", True)),
                        fields=("record", "field"),
                        name="withheld_once",
                        violation_error_message="This field is declared withheld already.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="review",
            name="account",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="custodian",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended__isnull", True)),
                fields=("account", "record"),
                name="custodian_once",
            ),
        ),
    ]
