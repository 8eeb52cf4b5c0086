"""Involvements: what part an actor takes in an undertaking."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import ACTOR_KINDS, UNDERTAKING_KINDS
from orgs.records.record import Record
from orgs.statements.statement import Statement


class InvolvementRole(models.TextChoices):
    """The part an actor takes."""

    CONVENOR = "convenor", _("convenes")
    HOSTS = "hosts", _("hosts")
    LEADS = "leads", _("leads")
    JOINS = "joins", _("joins")
    SUPPORTS = "supports", _("supports")
    OPPOSES = "opposes", _("opposes")
    FUNDS = "funds", _("funds")
    PARTICIPATES = "participates", _("takes part in")
    RAISES = "raises", _("raises")
    TARGET = "target", _("is a target of")


class Involvement(Statement):
    """That an actor takes part in an undertaking."""

    part = "involvements"
    document_fields = ("role", "veto")
    about_kinds = ACTOR_KINDS
    object_name = "undertaking"
    object_kinds = UNDERTAKING_KINDS
    facet = models.Value("involved_in")
    rival = ("undertaking", "role")
    sentences = {
        "involvement_role": _(
            "An actor cannot take this part in this kind of undertaking. Choose another part."
        ),
    }

    undertaking = models.ForeignKey(
        Record, models.PROTECT, related_name="+", help_text=_("What it takes part in.")
    )
    role = models.CharField(
        max_length=12, choices=InvolvementRole, help_text=_("The part it takes.")
    )
    veto = models.BooleanField(
        default=False, help_text=_("Its consent is needed: a funder with a veto (Prop 9).")
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="involvement_role_known",
                condition=models.Q(role__in=InvolvementRole.values),
                violation_error_message=_("Choose one of the parts an actor can take."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.record_id} {self.role} {self.undertaking_id}"
