"""Statements: what a source says about a record, who says it, and when the catalogue knew it.

A statement is never edited. A changeset retires it and adds another. Only the tier changes in
place, because hiding must also apply to past states of the catalogue.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Expression
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.text import camel_case_to_spaces
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import RECORDS, SOURCES, closed
from orgs.records.kinds import Kind
from orgs.records.record import NextNumber, Record
from orgs.records.source import Source, Tier


class Voice(models.TextChoices):
    """Who says it, seen from the source."""

    OWN = "own", _("the organization itself")
    SOURCE = "source", _("the author of the source")
    QUOTED = "quoted", _("someone whom the source quotes")
    EDITOR = "editor", _("the editors, who infer it")


class Confidence(models.TextChoices):
    """How firmly the source says it. *Disputed* is computed from rivals, never entered."""

    STATED = "stated", _("stated")
    IMPLIED = "implied", _("implied")
    INFERRED = "inferred", _("inferred")


class StatementQuerySet(models.QuerySet):
    def current(self):
        return self.filter(retired__isnull=True)

    def known_at(self, number: int):
        """Statements current after change `number`."""
        return self.filter(added__lte=number).exclude(retired__lte=number)

    def visible_to(self, account):
        """Statements that an account may read on the editors' screens, with all records they point
        at.
        """
        if can(account, Right.SEE_CONFIDENTIAL):
            return self
        visible = self.filter(tier=Tier.PUBLIC).exclude(source__in=closed(SOURCES))
        model: Any = self.model
        for field in model.operation_fields():
            if field.is_relation and field.related_model is Record:
                visible = visible.exclude(**{f"{field.name}__in": closed(RECORDS)})
        return visible


def per_speaker(*expressions: str | models.expressions.Combinable) -> tuple:
    """Expressions of an exclusion constraint that applies per source, speaker and voice.

    Speakers may contradict each other, so a rule about overlapping periods applies to each of them.
    `expressions` are the columns that the rule is about.
    """
    return (
        *((column, "=") for column in expressions),
        ("source", "="),
        ("voice", "="),
        (Coalesce("speaker", 0), "="),
        ("speaker_name", "="),
        ("span", "&&"),
    )


CURRENT = models.Q(retired__isnull=True)
"""Condition of all rules about statements: retired ones are exempt."""


class Statement(models.Model):
    """One typed sentence about a record, with one speaker.

    A kind of statement is a subclass. Documents, facets, search, forms, importer, admin and history
    are built from its class attributes.
    """

    part: ClassVar[str]
    """Its part of a record's document: `names`."""
    document_fields: ClassVar[tuple[str, ...]] = ()
    """Its own columns in the document, in reading order."""
    about_kinds: ClassVar[tuple[str, ...]] = tuple(Kind.values)
    """Kinds of record that it may be about."""
    object_name: ClassVar[str] = ""
    """The column that points at another record, if any: `partnership`."""
    object_kinds: ClassVar[tuple[str, ...]] = tuple(Kind.values)
    """Kinds of that other record."""
    term_name: ClassVar[str] = ""
    """The column that points at a term, if any: `measure`."""
    term_scheme: ClassVar[str] = ""
    """The scheme of that term; empty means any."""
    code_column: ClassVar[tuple[str, str] | None] = None
    """A coded column that is a foreign key to its code: (name in the document, column)."""
    is_event: ClassVar[bool] = False
    """True for an event, which stays true; False for a state, which lasts."""
    rival: ClassVar[tuple[Expression | str, ...]] = ()
    """Statements of one part about one record with equal values answer the same question.

    Here and below a string is the name of a field, as in Django's expressions.
    """
    rival_value: ClassVar[tuple[Expression | str, ...]] = ()
    """The answer; different answers to one question make the statements disputed."""
    rival_place: ClassVar[Expression | str | None] = None
    """The place that is the answer, if one is: a city does not contradict its country."""
    facet: ClassVar[Expression | None] = None
    """The filter by which the record is found; "term" means the term's scheme."""
    facet_value: ClassVar[Expression | str | None] = None
    """The value of the filter; None means the term's code or the other record."""
    search_text: ClassVar[str | None] = None
    """The field for the full-text search; names weigh most."""
    sentences: ClassVar[Mapping[str, str | Promise]] = {}
    """Sentences for refusals by triggers, by name of the trigger's rule."""

    id = models.BigIntegerField(primary_key=True, db_default=NextNumber(), editable=False)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    detail = models.TextField(
        blank=True, default="", help_text=_("What exactly, in a few plain words. Public.")
    )
    edtf = models.CharField(
        _("when"),
        max_length=64,
        blank=True,
        default="",
        help_text=_(
            "When it was so: 1986, 2010-10, 2010-10-08/2010-10-12, 199X, 1994/.. (still). "
            "Leave empty if the source does not date it."
        ),
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Where this is said."),
    )
    locator = models.CharField(
        max_length=120, blank=True, default="", help_text=_("Where in the source: Prop 7, page 28.")
    )
    quote = models.TextField(
        blank=True,
        default="",
        help_text=_("A short quotation, only for definitions, figures and rival statements."),
    )
    voice = models.CharField(
        max_length=10, choices=Voice, default=Voice.SOURCE, help_text=_("Whose words these are.")
    )
    speaker = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The organization that the source quotes, if it is in the catalogue."),
    )
    speaker_name = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text=_(
            "Otherwise the organization or publication it quotes, as text. Never a private person."
        ),
    )
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.STATED)
    holds = models.BooleanField(
        default=True, help_text=_("Untick to record that the source says it is not so.")
    )
    preferred = models.BooleanField(
        default=False, help_text=_("The one among rivals that headings and lists show.")
    )
    tier = models.PositiveSmallIntegerField(
        choices=Tier, default=Tier.PUBLIC, help_text=_("Who may read it.")
    )
    note = models.TextField(
        blank=True, default="", help_text=_("An editors’ note on what the source prints. Public.")
    )
    observed = models.CharField(max_length=64, editable=False)
    span = models.GeneratedField(
        expression=models.Func("edtf", "observed", function="statement_span"),
        output_field=DateRangeField(),
        db_persist=True,
        editable=False,
    )
    added = models.ForeignKey(
        "orgs.Changeset",
        models.PROTECT,
        to_field="number",
        db_column="added",
        related_name="+",
        editable=False,
    )
    retired = models.ForeignKey(
        "orgs.Changeset",
        models.PROTECT,
        to_field="number",
        db_column="retired",
        related_name="+",
        null=True,
        editable=False,
        db_index=False,
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="%(class)s_when_is_edtf",
                condition=models.Q(edtf="") | models.Q(span__isnull=False),
                violation_error_message=_(
                    "Write the date as a year, month or day, for example "
                    "1986, 2010-10, 2010-10-08/2010-10-12, 199X, 2010~ or 1994/.. (still so)."
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_words_known",
                condition=models.Q(
                    voice__in=Voice.values,
                    confidence__in=Confidence.values,
                    tier__in=Tier.values,
                ),
                violation_error_message=_("Choose voice, confidence and tier from their lists."),
            ),
            models.CheckConstraint(
                name="%(class)s_one_speaker",
                condition=models.Q(speaker__isnull=True) | models.Q(speaker_name=""),
                violation_error_message=_("Name the speaker once: as a record or as text."),
            ),
            models.CheckConstraint(
                name="%(class)s_retired_later",
                condition=models.Q(retired__isnull=True) | models.Q(retired__gt=models.F("added")),
                violation_error_message=_(
                    "A statement can only be retired by a later change than the one that added it."
                ),
            ),
        )
        indexes = (
            models.Index(
                name="%(class)s_retired",
                fields=("retired",),
                condition=models.Q(retired__isnull=False),
            ),
        )

    @classmethod
    @cache
    def code(cls) -> str:
        """The name of this kind in proposals, files and addresses: `arena_placement`."""
        return camel_case_to_spaces(cls.__name__).replace(" ", "_")

    @classmethod
    def column_of(cls, name: str) -> str:
        """The column of a field: `partnership_id` for `partnership`.

        "" for "", so that a kind without an object or a term has no column for it.
        """
        field = cls._meta.get_field(name) if name else None
        return field.column if isinstance(field, models.Field) and field.column else ""

    @classmethod
    @cache
    def own_fields(cls) -> tuple[models.Field, ...]:
        """Fields that this kind adds to those of every statement."""
        common = {field.name for field in Statement._meta.get_fields()}
        return tuple(field for field in cls._meta.concrete_fields if field.name not in common)

    @classmethod
    @cache
    def operation_fields(cls) -> tuple[models.Field, ...]:
        """Fields of a proposed statement of this kind, in reading order."""
        own = cls.own_fields()
        first = {"record", "id", *(field.name for field in own)}
        common = [
            field
            for field in cls._meta.concrete_fields
            if field.editable and field.name not in first
        ]
        about = [field for field in cls._meta.concrete_fields if field.name == "record"]
        return (*about, *own, *common)


def statement_kinds() -> dict[str, type[Statement]]:
    """All kinds of statement of all installed apps, by code, in reading order.

    An app adds a kind by defining a subclass of `Statement`.
    """
    kinds = [
        model
        for model in apps.get_models()
        if issubclass(model, Statement) and not model._meta.proxy
    ]
    order = {part: position for position, part in enumerate(PARTS)}
    kinds.sort(key=lambda model: order.get(model.part, len(order)))
    return {model.code(): model for model in kinds}


PARTS = (
    "arenas",
    "dates",
    "names",
    "texts",
    "places",
    "memberships",
    "involvements",
    "legal_acts",
    "context",
    "coverage",
    "traits",
    "figures",
    "relations",
    "identifiers",
    "links",
    "contacts",
    "withheld",
)
"""Parts of a document, in reading order. Other parts come last."""
