"""Memberships in networks and coalitions."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import ACTOR_KINDS, Kind
from orgs.records.record import Record

from .statement import CURRENT, Statement, per_speaker


class Grade(models.TextChoices):
    """The kind of membership."""

    MEMBER = "member", _("member")
    AFFILIATE = "affiliate", _("affiliate")
    OBSERVER = "observer", _("observer")


class Membership(Statement):
    """That an actor is a member of a partnership. Members may leave and join again."""

    part = "memberships"
    document_fields = ("grade",)
    about_kinds = ACTOR_KINDS
    object_name = "partnership"
    object_kinds = (Kind.PARTNERSHIP,)
    facet = models.Value("partnership")
    rival = ("partnership",)

    partnership = models.ForeignKey(
        Record, models.PROTECT, related_name="+", help_text=_("The network or coalition.")
    )
    grade = models.CharField(
        max_length=10,
        choices=Grade,
        blank=True,
        default="",
        help_text=_("How it belongs, if the source says."),
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="membership_grade_known",
                condition=models.Q(grade__in=("", *Grade.values)),
                violation_error_message=_(
                    "Choose member, affiliate or observer, or leave it open."
                ),
            ),
            models.CheckConstraint(
                name="membership_not_in_itself",
                condition=~models.Q(record=models.F("partnership")),
                violation_error_message=_("A partnership cannot be a member of itself."),
            ),
            ExclusionConstraint(
                name="membership_periods_do_not_overlap",
                expressions=per_speaker("record", "partnership"),
                condition=CURRENT & models.Q(holds=True),
                violation_error_message=_(
                    "This source already says that it is a member at that "
                    "time. Retire that statement, or date the two so that they do not overlap."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.record_id} in {self.partnership_id}"
