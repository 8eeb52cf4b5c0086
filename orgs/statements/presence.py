"""Places where a record is, acts, has members, comes from, or is held."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import Kind
from orgs.records.record import Record

from .statement import CURRENT, Statement, per_speaker


class Role(models.TextChoices):
    """The role of a place for a record."""

    SEAT = "seat", _("seat")
    REGISTERED = "registered", _("registered in")
    ACTS_IN = "acts_in", _("acts in")
    HAS_MEMBERS_IN = "has_members_in", _("has members in")
    ORGANIZED_BASE_IN = "organized_base_in", _("organized membership base in")
    CONSTITUENCY_ORIGIN = "constituency_origin", _("the people it organizes come from")
    CONSTITUENCY_RESIDENCE = "constituency_residence", _("the people it organizes live in")
    HELD_AT = "held_at", _("held in")


class Presence(Statement):
    """That a place plays a role for a record.

    An organized membership base is a role of its own, since acting in a country is not enough for
    a "transnational movement organization" (Prop 6).
    """

    part = "places"
    document_fields = ("role",)
    object_name = "place"
    object_kinds = (Kind.PLACE,)
    # An actor has one seat, so seats in different places are rivals.
    rival = ("role", models.Case(models.When(role=Role.SEAT, then=None), default="place"))
    rival_place = models.Case(models.When(role=Role.SEAT, then="place"))
    rival_value = (rival_place,)
    facet = models.Case(
        models.When(role=Role.SEAT, then=models.Value("country")),
        models.When(role=Role.ACTS_IN, then=models.Value("active_in")),
        models.When(role=Role.CONSTITUENCY_ORIGIN, then=models.Value("origin")),
        models.When(role=Role.CONSTITUENCY_RESIDENCE, then=models.Value("residence")),
        default="role",
    )

    place = models.ForeignKey(Record, models.PROTECT, related_name="+", help_text=_("The place."))
    role = models.CharField(max_length=24, choices=Role, help_text=_("What the place is to it."))

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="presence_role_known",
                condition=models.Q(role__in=Role.values),
                violation_error_message=_("Choose one of the roles a place can play."),
            ),
            ExclusionConstraint(
                name="presence_one_seat_at_a_time",
                expressions=per_speaker("record"),
                condition=CURRENT & models.Q(role=Role.SEAT, holds=True),
                violation_error_message=_(
                    "This source already gives it a seat at that time. "
                    "Retire that statement, or date the two so that they do not overlap."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.place_id}"
