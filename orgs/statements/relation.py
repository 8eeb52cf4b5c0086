"""Typed relations between records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.records.term import Term

from .statement import Statement


class RelationRule(models.Model):
    """A pair of kinds of record that a predicate may join."""

    predicate = models.SlugField(max_length=60)
    subject_kind = models.CharField(max_length=20, choices=Kind)
    object_kind = models.CharField(max_length=20, choices=Kind)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("predicate", "subject_kind", "object_kind"), name="relation_rule_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.predicate} {self.object_kind}"


class Relation(Statement):
    """A typed relation of one record to another: parallel to, grew out of, ..."""

    part = "relations"
    term_name = "predicate"
    term_scheme = "predicate"
    object_name = "object"
    facet = models.Value("related")
    facet_value = "object"
    rival = ("predicate", "object")
    sentences = {
        "relation_rule": _(
            "These two kinds of record cannot have this relation. Choose another "
            "relation or another record."
        ),
    }

    predicate = models.ForeignKey(
        Term, models.PROTECT, related_name="+", help_text=_("How the two are related.")
    )
    object = models.ForeignKey(
        Record, models.PROTECT, related_name="+", help_text=_("The other record.")
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="relation_not_to_itself",
                condition=~models.Q(record=models.F("object")),
                violation_error_message=_("A record cannot be related to itself."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.predicate_id} {self.object_id}"
