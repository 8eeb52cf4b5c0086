"""Records: organizations, places, gatherings and so on, each with a permanent key and a slug."""

import uuid

from django.db import models
from django.db.models.expressions import Func
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import RECORDS, closed

from .kinds import ACTOR_KINDS, Kind, path_of


class NextNumber(Func):
    """The next number of the one sequence of records, sources, terms and statements.

    With one sequence a number identifies one item of the whole catalogue, so a statement can be
    cited by its number and an entry may stand for any of them.
    """

    template = "nextval('orgs_catalogue_number')"
    arity = 0
    output_field = models.BigIntegerField()


class Sphere(models.TextChoices):
    """The sphere of an actor: civil society is "in contrast to both state and market" (fn 2)."""

    CIVIL = "civil", _("civil society")
    MARKET = "market", _("market")
    STATE = "state", _("state")
    INTERGOVERNMENTAL = "intergovernmental", _("intergovernmental")


class Level(models.TextChoices):
    """How much of a record the public may see. The strictest of record, statement and source
    applies.
    """

    LISTED = "listed", _("listed")
    NAME_WITHHELD = "name_withheld", _("listed, name withheld")
    EMBARGOED = "embargoed", _("embargoed until a day")
    HIDDEN = "hidden", _("hidden")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RecordQuerySet(models.QuerySet):
    def actors(self):
        return self.filter(kind__in=ACTOR_KINDS)

    def visible_to(self, account):
        """Records that an account may read on the editors' screens."""
        if can(account, Right.SEE_UNPUBLISHED):
            return self
        return self.exclude(pk__in=closed(RECORDS))


class KindManager(models.Manager.from_queryset(RecordQuerySet)):
    """The manager of a proxy model: it selects the records of its kinds."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def deconstruct(self):
        """Leave the manager out of migrations."""
        return False, None, None, (), {}

    def get_queryset(self):
        return super().get_queryset().filter(kind__in=self.kinds)


class Record(models.Model):
    """An organization, a place, a gathering, a campaign and so on.

    Everything that sources say about it is a statement. `id` identifies it inside the database,
    `key` permanently outside.
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
        return path_of(self.kind, self.slug)


class FormerSlug(models.Model):
    """A former slug of a record, which redirects to it permanently."""

    slug = models.SlugField(max_length=120, primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug
