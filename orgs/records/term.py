"""Terms: the coded vocabulary, with every typology of the paper, its definition and locator."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import SOURCES, closed

from .record import NextNumber


class TermQuerySet(models.QuerySet):
    def visible_to(self, account):
        """Terms whose page, with the source, an account may read on the editors' screens.

        Labels of terms are public.
        """
        if can(account, Right.SEE_CONFIDENTIAL):
            return self
        return self.exclude(source__in=closed(SOURCES))


class Term(models.Model):
    """A term of the codebook: a code in a scheme, with labels and definitions per language.

    Changed by changesets only.
    """

    id = models.BigIntegerField(primary_key=True, db_default=NextNumber(), editable=False)
    scheme = models.SlugField(
        max_length=40, help_text=_("The question the term answers: identity.")
    )
    code = models.SlugField(max_length=60, help_text=_("The answer, as programs read it: women."))
    labels = models.JSONField(
        default=dict, help_text=_('The term as people read it, per language: {"en": "women"}.')
    )
    definitions = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("The definition, per language, in the editors’ words."),
    )
    quote = models.TextField(blank=True, help_text=_("The definition as the source prints it."))
    source = models.ForeignKey("orgs.Source", models.PROTECT, null=True, blank=True)
    locator = models.CharField(
        max_length=120, blank=True, help_text=_("Where in the source: Prop 6.")
    )
    speaker_name = models.CharField(
        max_length=200, blank=True, help_text=_("Whose definition the source quotes, if another's.")
    )
    broader = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="narrower"
    )
    position = models.PositiveSmallIntegerField(default=0, help_text=_("Order within the scheme."))
    needs_purpose = models.BooleanField(
        default=False,
        help_text=_("Recommendation 5 warns of this term: say for what purpose you use it."),
    )

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ("scheme", "position", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "code"),
                name="term_once",
                violation_error_message=_(
                    "This scheme has a term of this code already. Change "
                    "that one, or choose another code."
                ),
            ),
            models.CheckConstraint(
                name="term_has_label",
                condition=models.Q(labels__has_key="en"),
                violation_error_message=_("Give the term a label in English at least."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme}:{self.code}"

    @property
    def label(self) -> str:
        """The label in the language of the page, or else in English."""
        return self.labels.get(get_language()) or self.labels.get("en", self.code)
