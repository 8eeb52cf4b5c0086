"""Sources of statements, and citations between them."""

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.access.roles import Right, can
from orgs.access.visibility import CITATIONS, SOURCES, closed

from .record import NextNumber


class Tier(models.IntegerChoices):
    """Who may read a statement or a source. Lower tiers have more readers."""

    PUBLIC = 0, _("public")
    VETTED = 1, _("vetted partners")
    REPRESENTATIVES = 2, _("representatives")


class SourceKind(models.TextChoices):
    PAPER = "paper", _("paper")
    BOOK = "book", _("book")
    EDITED_BOOK = "edited_book", _("edited book")
    CHAPTER = "chapter", _("chapter")
    ARTICLE = "article", _("journal article")
    CONFERENCE_PAPER = "conference_paper", _("conference paper")
    NEWSPAPER = "newspaper", _("newspaper article")
    REPORT = "report", _("report")
    MANUSCRIPT = "manuscript", _("manuscript")
    PERSONAL_COMMUNICATION = "personal_communication", _("personal communication")
    WEBSITE = "website", _("website")
    STANDARD = "standard", _("standard")
    DATASET = "dataset", _("data set")
    OWN = "own", _("the organization itself")


class SourceQuerySet(models.QuerySet):
    def visible_to(self, account):
        """Sources that an account may read on the editors' screens."""
        if can(account, Right.SEE_CONFIDENTIAL):
            return self
        return self.exclude(pk__in=closed(SOURCES))


class CitationQuerySet(models.QuerySet):
    def visible_to(self, account):
        """Citations of which an account may read both sources on the editors' screens."""
        if can(account, Right.SEE_CONFIDENTIAL):
            return self
        return self.exclude(pk__in=closed(CITATIONS))


class Source(models.Model):
    """A work, a page or a voice that states something.

    `observed` is when the source observed the world; an undated statement holds from then on.
    """

    id = models.BigIntegerField(primary_key=True, db_default=NextNumber(), editable=False)
    key = models.SlugField(
        max_length=80, unique=True, help_text=_("The last part of the source's address.")
    )
    short = models.CharField(
        max_length=120, help_text=_("How the source is cited in a sentence: Fox and Bada 2008.")
    )
    title = models.TextField()
    authors = models.TextField(
        blank=True, help_text=_("As printed, family name first, separated by semicolons.")
    )
    issued = models.CharField(
        max_length=64, blank=True, help_text=_("When it appeared, as EDTF: 2010, 2010-04.")
    )
    source_kind = models.CharField(max_length=30, choices=SourceKind)
    container = models.TextField(blank=True, help_text=_("The journal, book or series it is in."))
    publisher = models.TextField(blank=True)
    published_by = models.ForeignKey(
        "orgs.Record",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="publications",
        help_text=_("The publisher, where it is in the catalogue."),
    )
    urls = models.JSONField(default=list, blank=True, help_text=_("Web addresses, as printed."))
    language = models.CharField(max_length=35, blank=True, help_text=_("BCP-47 tag: es, pt-BR."))
    observed = models.CharField(
        max_length=64,
        help_text=_(
            "When the source observed the world, as EDTF. Required: undated statements "
            "apply from this date."
        ),
    )
    observed_inferred = models.BooleanField(
        default=False, help_text=_("The source does not say when it looked; we infer it.")
    )
    in_bibliography = models.BooleanField(
        default=False, help_text=_("One of the works the paper lists as its references.")
    )
    note = models.TextField(blank=True, help_text=_("What is unusual about it, as printed."))
    tier = models.PositiveSmallIntegerField(choices=Tier, default=Tier.PUBLIC)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ("key",)
        constraints = (
            models.CheckConstraint(
                name="source_observed_is_edtf",
                condition=models.Q(
                    models.lookups.IsNull(
                        models.Func(
                            models.F("observed"),
                            function="edtf_range",
                            output_field=models.TextField(),
                        ),
                        False,
                    )
                ),
                violation_error_message=_(
                    "Write the date of observation, for example 2010, 2010-04 or 2008/2010."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.short


class Citation(models.Model):
    """A citation as printed, with the work that an editor believes is meant."""

    id = models.BigIntegerField(primary_key=True, db_default=NextNumber(), editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    locator = models.CharField(max_length=120)
    as_printed = models.CharField(max_length=200)
    cites = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="cited_by"
    )
    note = models.TextField(blank=True)

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("source", "locator", "as_printed"),
                name="citation_once",
                violation_error_message=_(
                    "This citation is recorded already, at the same place of "
                    "the same source. Change that one."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.as_printed} ({self.locator})"

    @property
    def resolves(self) -> bool:
        """Whether the printed citation matches the work exactly.

        Computed, never entered: "Fox and Bada 2009" does not resolve to a work listed as 2010.
        """
        return self.cites is not None and _citation_words(self.as_printed) == _citation_words(
            self.cites.short
        )


def _citation_words(citation: str) -> list[str]:
    """Names and years of a citation, without connecting words."""
    folded = unicodedata.normalize("NFC", citation).casefold().replace("’", "'")
    words = re.findall(r"[\w']+", folded)
    return [word for word in words if word not in {"and", "et", "al", "eds", "ed"}]
