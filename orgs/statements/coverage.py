"""Coverage and withholding: what was researched, and what is deliberately not published."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.source import Tier

from .statement import CURRENT, Statement


class Verdict(models.TextChoices):
    """The result of research."""

    FOUND = "found", _("found")
    PARTIAL = "partial", _("partly researched")
    NONE_FOUND = "none_found", _("looked for, none found")
    NOT_RESEARCHED = "not_researched", _("not researched")
    CONFIRMED = "confirmed", _("reviewed and confirmed")


class Coverage(Statement):
    """That something was researched: it distinguishes "not researched" from "none"."""

    part = "coverage"
    document_fields = ("field", "verdict", "researcher", "method")
    rival = ("field",)
    rival_value = ("verdict",)

    field = models.SlugField(max_length=40, help_text=_("The part that was looked into: arenas."))
    verdict = models.CharField(max_length=14, choices=Verdict, help_text=_("What came of it."))
    researcher = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text=_("The project or organization that did the research."),
    )
    method = models.TextField(blank=True, default="", help_text=_("Where and how it looked."))

    class Meta(Statement.Meta):
        verbose_name_plural = _("coverage")
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="coverage_verdict_known",
                condition=models.Q(verdict__in=Verdict.values),
                violation_error_message=_(
                    "Choose the result of the research: found, partial, none found, not "
                    "researched, confirmed."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.field}: {self.get_verdict_display()}"


class ReasonClass(models.TextChoices):
    """A class of reasons for withholding that reveals nothing more."""

    SAFETY = "safety", _("for the safety of people")
    REQUEST = "request", _("at the request of the organization")
    LAW = "law", _("for a legal reason")
    RIGHTS = "rights", _("for the rights of others")


class Withheld(Statement):
    """That a field of a record is withheld. Declared whether or not a value exists, for everyone.

    So it does not reveal whether there is anything to hide.
    """

    part = "withheld"
    document_fields = ("field", "reason")

    field = models.SlugField(max_length=40, help_text=_("The part that is withheld: contacts."))
    reason = models.CharField(max_length=8, choices=ReasonClass, help_text=_("Why, as a class."))

    class Meta(Statement.Meta):
        verbose_name = _("withheld")
        verbose_name_plural = _("withheld")
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="withheld_reason_known",
                condition=models.Q(reason__in=ReasonClass.values),
                violation_error_message=_("Choose safety, request, law or rights."),
            ),
            models.CheckConstraint(
                name="withheld_is_public",
                condition=models.Q(tier=Tier.PUBLIC),
                violation_error_message=_("That something is withheld is always public."),
            ),
            models.UniqueConstraint(
                name="withheld_once",
                fields=("record", "field"),
                condition=CURRENT,
                violation_error_message=_("This field is declared withheld already."),
            ),
        )

    def __str__(self) -> str:
        return self.field
