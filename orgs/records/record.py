"""Records: the nouns of the catalogue, each with a permanent id and a slug."""

import uuid

from django.db import models
from django.db.models.expressions import Func
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import RECORDS, closed


class NextNumber(Func):
    """The next number of the one sequence that numbers records, sources, terms and statements.

    One sequence for all means that a number alone names one thing in the whole catalogue, so a
    statement can be cited by its number and an entry may stand for any of them.
    """

    template = "nextval('orgs_catalogue_number')"
    arity = 0
    output_field = models.BigIntegerField()


class Kind(models.TextChoices):
    """What a record is. Each kind has a proxy model in the app that owns it."""

    PLACE = "place", _("place")
    ORGANIZATION = "organization", _("organization")
    PARTNERSHIP = "partnership", _("network or coalition")
    GATHERING = "gathering", _("gathering")
    CAMPAIGN = "campaign", _("campaign")
    INSTRUMENT = "instrument", _("instrument")
    PROJECT = "project", _("project")
    DEMAND = "demand", _("demand")
    CASE = "case", _("case")


ACTORS = (Kind.ORGANIZATION, Kind.PARTNERSHIP)
"""The kinds that act: organizations, and the partnerships that they form."""


class Sphere(models.TextChoices):
    """Where a body stands: civil society is "in contrast to both state and market" (fn 2)."""

    CIVIL = "civil", _("civil society")
    MARKET = "market", _("market")
    STATE = "state", _("state")
    INTERGOVERNMENTAL = "intergovernmental", _("intergovernmental")


class Level(models.TextChoices):
    """How much of a record the public may see. The strictest of record, field and source holds."""

    LISTED = "listed", _("listed")
    NAME_WITHHELD = "name_withheld", _("listed, name withheld")
    EMBARGOED = "embargoed", _("embargoed until a day")
    HIDDEN = "hidden", _("hidden")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RecordQuerySet(models.QuerySet):
    """Words for choosing records."""

    def actors(self):
        """Organizations and partnerships: whoever can act, belong and speak."""
        return self.filter(kind__in=ACTORS)

    def visible_to(self, account):
        """Those that an account may read on the editors' screens."""
        if can(account, Right.SEE_UNPUBLISHED):
            return self
        return self.exclude(pk__in=closed(RECORDS))


class KindManager(models.Manager.from_queryset(RecordQuerySet)):
    """The manager of a proxy model: it sees the records of its own kind, and makes no others."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def deconstruct(self):
        """Migrations need no manager that only narrows."""
        return False, None, None, (), {}

    def get_queryset(self):
        """Return the records of these kinds."""
        return super().get_queryset().filter(kind__in=self.kinds)


class Record(models.Model):
    """A noun of the catalogue: an organization, a place, a gathering, a campaign, ...

    A record carries nothing that anyone says about it; whatever is said is a statement. Its `id`
    numbers it inside the database, its `key` names it outside, for ever.
    """

    id = models.BigIntegerField(primary_key=True, db_default=NextNumber(), editable=False)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    slug = models.SlugField(
        max_length=120,
        unique=True,
        help_text=_("The last part of the page's address. Former addresses keep leading here."),
    )
    level = models.CharField(max_length=20, choices=Level, default=Level.LISTED)
    embargo_until = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=40, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    sphere = models.CharField(
        max_length=20,
        choices=Sphere,
        blank=True,
        editable=False,
        help_text=_("Copied from the current statement of the actor’s sphere."),
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="record_kind_known",
                condition=models.Q(kind__in=Kind.values),
                violation_error_message=_("Choose one of the kinds of record the catalogue has."),
            ),
            models.CheckConstraint(
                name="record_embargo_has_day",
                condition=~models.Q(level=Level.EMBARGOED) | models.Q(embargo_until__isnull=False),
                violation_error_message=_("Say until which day the record is embargoed."),
            ),
            models.CheckConstraint(
                name="record_not_its_own_successor",
                condition=models.Q(successor__isnull=True) | ~models.Q(successor=models.F("id")),
                violation_error_message=_("A record cannot be merged into itself. Choose another."),
            ),
        )

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        """Return the path of the record's page."""
        return path_of(self.kind, self.slug)


class FormerSlug(models.Model):
    """An address that a record once had, and that leads to it for ever."""

    slug = models.SlugField(max_length=120, primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug


PATHS = {
    Kind.PLACE: "places",
    Kind.ORGANIZATION: "organizations",
    Kind.PARTNERSHIP: "organizations",
    Kind.GATHERING: "gatherings",
    Kind.CAMPAIGN: "campaigns",
    Kind.INSTRUMENT: "instruments",
    Kind.PROJECT: "projects",
    Kind.DEMAND: "demands",
    Kind.CASE: "cases",
    "source": "sources",
    "term": "terms",
    "arena": "arenas",
    "membership": "memberships",
}
"""The first part of the address of each kind's page. A partnership is an organization too."""


def path_of(kind: str, slug: str) -> str:
    """Return the path of the page of a thing of this kind: `/organizations/picum/`.

    A term's slug is `scheme:code`; it stands on the page of its scheme. A membership has no page
    of its own: it stands on the page of the member.
    """
    if kind == "term":
        scheme, _, code = slug.partition(":")
        return f"/terms/{scheme}/#{code}"
    return f"/{PATHS[kind]}/{slug}/"
