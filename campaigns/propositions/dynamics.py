"""Proposition 10: campaigning for rights, and addressing development and causes."""

from collections import Counter as Multiset
from collections.abc import Sequence

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, KINDS, RECORD_KINDS

from .base import Cell, Name, Number, Picture, Proposition, Results, Text, headings, matrix
from .queries import FacetCounts, facet_ids, group_terms, number_matching
from .ties import number_related

ABOUT_RIGHTS = (
    "agenda=migrant_rights", "agenda=worker_rights", "agenda=legal_status",
    "agenda=human_rights_perspective", "approach=rights_based", "issue=rights_of_migrant_workers",
    "issue=rights_of_undocumented_workers", "issue=rights_of_domestic_workers",
    "issue=rights_of_immigrants_and_refugees", "issue=rights_of_seafarers",
    "issue=freedom_of_association", "issue=collective_bargaining", "issue=ratification",
    "issue=detention_and_custody", "issue=regularization", "issue=criminalization",
    "issue=human_rights", "issue=social_rights", "issue=wages", "issue=withheld_documents",
)  # fmt: skip
"""Editorial: the terms about campaigning for rights."""

ABOUT_DEVELOPMENT = (
    "agenda=alternative_development", "agenda=migration_and_development",
    "agenda=community_development", "agenda=remittance_investment",
    "issue=migration_and_development", "issue=root_causes_of_migration", "issue=job_creation",
    "issue=home_country_policies", "issue=remittances", "activity=community_development",
    "activity=collective_remittance", "activity=investing_in_alternatives",
    "activity=linking_migration_and_development",
)  # fmt: skip
"""Editorial: the terms about development and the causes of migration."""

COMPARED_KINDS = (*ACTOR_KINDS, "gathering", "campaign", "project", "demand", "case")

UNDERTAKINGS = tuple(kind for kind in COMPARED_KINDS if kind not in ACTOR_KINDS)


def compute() -> Results:
    facets = FacetCounts("beneficiary")
    return Results(
        (
            *numbers_by_agenda(ACTOR_KINDS, (
                _("Organizations and networks with an agenda of rights alone, on this record."),
                _("Organizations and networks with both: they bridge the two."),
                _("Organizations and networks with an agenda of development or causes alone."))),
            *numbers_by_agenda(UNDERTAKINGS, (
                _("Campaigns, gatherings, projects, demands and cases about rights alone."),
                _("Those about both."),
                _("Those about development or causes alone."))),
            facets.with_value(_("Records that serve potential future migrants."),
                              RECORD_KINDS, "beneficiary", "future_migrants"),
            facets.with_value(_("Records that serve current migrants."),
                              RECORD_KINDS, "beneficiary", "current_migrants"),
        ),
        (
            agendas_by_kind(),
            facets.bars(_("The beneficiaries of agendas."),
                        _("For whom"), _("records"), RECORD_KINDS, "beneficiary"),
        ),
        (
            number_related(
                _("Records that form a bridge with another."), RECORD_KINDS, "bridges_with"),
        ),
        term_groups=group_terms(
            (heading, (value.replace("=", ":") for value in values))
            for heading, values in (
                (_("Terms for rights"), ABOUT_RIGHTS),
                (_("Terms for development and causes"), ABOUT_DEVELOPMENT),
            )
        ),
    )  # fmt: skip


def numbers_by_agenda(kinds: Sequence[str], rules: Sequence[Text]) -> list[Number]:
    """The records about rights alone, about both and about development alone."""
    agendas: list[tuple[list[tuple[str, ...]], tuple[str, ...]]] = [
        ([ABOUT_RIGHTS], ABOUT_DEVELOPMENT),
        ([ABOUT_RIGHTS, ABOUT_DEVELOPMENT], ()),
        ([ABOUT_DEVELOPMENT], ABOUT_RIGHTS),
    ]
    return [
        number_matching(rule, kinds, every, none)
        for rule, (every, none) in zip(rules, agendas, strict=True)
    ]


def agendas_by_kind() -> Picture:
    sides = agendas()
    return matrix(
        _(
            "Rights on one side, development and the causes of migration on the "
            "other, and records about both in the middle."),
        _("Records"),
        headings(_("rights alone"), _("both"), _("development alone")),
        [
            (
                Name(KINDS[kind].plural, KINDS[kind].list_url, content=False),
                [Cell(sides[kind, side], "#numbers") for side in ("rights", "both", "development")],
            )
            for kind in COMPARED_KINDS
        ],
    )  # fmt: skip


def agendas() -> Multiset[tuple[str, str]]:
    """Records by kind and by agenda: rights, development or both."""
    sides = {"rights": ABOUT_RIGHTS, "development": ABOUT_DEVELOPMENT}
    entries = Entry.objects.published().of_kinds(*COMPARED_KINDS)
    annotated = entries.annotate(
        **{
            name: ExpressionWrapper(Q(facets__overlap=facet_ids(values)), BooleanField())
            for name, values in sides.items()
        }
    )
    rows = annotated.values("kind", *sides).annotate(total=Count("id")).order_by()
    counts: Multiset[tuple[str, str]] = Multiset()
    for row in rows:
        matches = [name for name in sides if row[name]]
        if matches:
            counts[row["kind"], matches[0] if len(matches) == 1 else "both"] += row["total"]
    return counts


DYNAMICS = Proposition(
    _("Rights and development"),
    _("Do those who campaign for the rights of migrants and those who work on development and the "
      "causes of migration find each other?"),
    "The coalitional dynamics involved in campaigning for migrant rights are different from those "
    "involved in addressing development issues and the causes of migration.",
    (
        _("The choice of terms for rights and for development is ours. They are listed below."),
        _(
            "An organization bridges the two when sources record both. One alone shows only "
            "what sources have noted."),
    ),
    _(
        "Add the organization’s agenda (schemes agenda and issue), whom it serves (scheme "
        "beneficiary), and with whom it forms a bridge (relation bridges_with)."),
    ("relations", "traits"),
    RECORD_KINDS,
    compute,
)  # fmt: skip
