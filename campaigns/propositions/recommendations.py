"""The ten recommendations: what each asks for, and what is on record of it so far."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.analysis.facts import public_statements
from campaigns.models import LegalAct
from campaigns.models.legal_act import Act
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS
from orgs.statements.existence import Event

from .base import (
    MAX_ROWS,
    Cell,
    Name,
    Number,
    Picture,
    Recommendation,
    Results,
    Row,
    bars,
    headings,
    matrix,
)
from .queries import (
    NETWORKS,
    FacetCounts,
    cross_counts,
    entries_by_id,
    entries_with_values,
    list_url,
    matching_entries,
    number_matching,
)
from .ties import Ties, number_related

GATHERINGS = ("gathering",)
PLACES = ("place",)
THE_CONVENTION = "migrant-workers-convention"


def inputs() -> Results:
    """Recommendation 1: what civil society brings in, and what becomes of it."""
    facets = FacetCounts("sphere", "outcome", "assessment")
    return Results((
        facets.with_value(_("Intergovernmental gatherings in the catalogue."),
                          GATHERINGS, "sphere", "intergovernmental"),
        number_related(
            _("Gatherings that civil society held beside one of them."), GATHERINGS, "parallel_to"),
        number_matching(_("Intergovernmental gatherings with a known outcome."),
                        GATHERINGS, [["sphere=intergovernmental"], ["outcome="]]),
        facets.with_value(
            _("Records assessed as having no effective model for taking up what civil society "
              "says."),
            RECORD_KINDS, "assessment", "no_effective_model"),
    ))  # fmt: skip


MOST_SECTORS = 12


def sectors() -> Results:
    """Recommendation 2: which sectors meet in one network, campaign or gathering."""
    kinds = ("partnership", "campaign", "gathering", "organization")
    facets = FacetCounts("sector", "approach")
    pairs = cross_counts(kinds, "sector", "sector")
    codes = sorted(
        {code for code, other in pairs if code != other},
        key=lambda code: (-sum(count for (a, b), count in pairs.items() if a == code != b), code),
    )[:MOST_SECTORS]
    return Results(
        (
            Number(_("Networks and coalitions of two sectors or more."),
                   facets.at_least(("partnership",), "sector", 2), "#picture-1"),
            Number(_("Campaigns of two sectors or more."),
                   facets.at_least(("campaign",), "sector", 2), "#picture-1"),
            Number(_("Gatherings of two sectors or more."),
                   facets.at_least(("gathering",), "sector", 2), "#picture-1"),
            facets.with_value(_("Records with a cross-sectoral approach, as a source says."),
                              RECORD_KINDS, "approach", "cross_sectoral"),
        ),
        (
            matrix(
                _("Which sectors meet: how many organizations, networks, campaigns and gatherings "
                  "join the sector of the row with that of the column. Those that meet others "
                  "most often come first."),
                _("Sector"),
                tuple(facets.term("sector", code) for code in codes),
                [
                    (
                        facets.term("sector", code),
                        [
                            Cell(pairs[code, other],
                                 f"/search/?trait=sector:{code},sector:{other}")
                            if code != other else Cell(names=(Name("", content=False),))
                            for other in codes
                        ],
                    )
                    for code in codes
                ],
            ),
        ),
    )  # fmt: skip


def planned() -> Results:
    """Recommendation 3: what was planned, and what became of it."""
    facets = FacetCounts("event", "assessment", "resource")
    rows = [
        (gathering, set(values["event"]))
        for gathering, values in entries_with_values(GATHERINGS, ["event"], 10 * MAX_ROWS)[1]
        if Event.PLANNED in values["event"]
    ]
    later = [gathering for gathering, events in rows if events & {Event.HELD, Event.CANCELLED}]
    return Results(
        (
            facets.with_value(_("Planned gatherings."), GATHERINGS, "event", Event.PLANNED),
            Number(_("Those that are known to have taken place or been cancelled."),
                   len(later), "#picture-1"),
            facets.with_value(_("Records assessed as having extremely limited resources."),
                              RECORD_KINDS, "assessment", "resources_extremely_limited"),
            facets.with_several(_("Records with known resources."), RECORD_KINDS, "resource"),
        ),
        (
            Picture(
                _("Planned gatherings and what became of them."),
                _("Gathering"),
                headings(_("was held"), _("was cancelled")),
                tuple(
                    Row(gathering.name, tuple(
                        Cell(names=(Name(_("yes"), content=False),) if event in events else ())
                        for event in (Event.HELD, Event.CANCELLED)))
                    for gathering, events in rows[:MAX_ROWS]
                ),
            ),
        ),
    )  # fmt: skip


def voices() -> Results:
    """Recommendation 4: recognized without one voice."""
    facets = FacetCounts("repertoire", "organ", "scope", "terms_of_engagement")
    scopes = ("binational", "transnational", "global", "international")
    return Results((
        Number(_("Networks and coalitions that reach across borders, as a source says."),
               sum(facets.count(NETWORKS, "scope", scope) for scope in scopes),
               list_url("partnership", trait="scope:global")
               if not facets.count(NETWORKS, "scope", "binational") else "",
               matching_entries(NETWORKS, [[f"scope={scope}" for scope in scopes]])[1]),
        facets.with_value(_("Records with an official channel for advice."),
                          RECORD_KINDS, "repertoire", "advisory_channels"),
        facets.with_value(_("Organizations that have, or are, an advisory council."),
                          ACTOR_KINDS, "organ", "advisory_council"),
        facets.with_value(_("Records whose partners agree to disagree."),
                          RECORD_KINDS, "terms_of_engagement", "agree_to_disagree"),
    ))  # fmt: skip


def oppositions() -> Results:
    """Recommendation 5: who uses which of the words that divide."""
    facets = FacetCounts("categorization")
    terms = list(
        Entry.objects.published().of_kinds("term").filter(slug__startswith="categorization:")
        .order_by("sort_key", "id").values_list("slug", "label")[:MAX_ROWS]
    )  # fmt: skip
    rows = []
    for slug, label in terms:
        code = slug.removeprefix("categorization:")
        rows.append(
            (
                Name(label, f"/terms/categorization/#{code}"),
                facets.count(RECORD_KINDS, "categorization", code),
                f"/search/?trait={slug}",
            )
        )
    return Results(
        (
            Number(_("Oppositions that the paper warns about."), len(rows),
                   "/terms/categorization/"),
            Number(_("Records described by one of them."),
                   facets.at_least(RECORD_KINDS, "categorization"), "#picture-1"),
        ),
        (
            bars(
                _(
                    "Each opposition, with the number of records described by it. Every use "
                    "must state its purpose."),
                _("Opposition"),
                _("records"),
                rows,
            ),
        ),
    )  # fmt: skip


def media() -> Results:
    """Recommendation 6: the media, and the freedom to associate."""
    facets = FacetCounts("arena", "activity", "sector", "dimension", "right")
    return Results((
        facets.with_value(
            _("Organizations in the arena of migrant-led media."), ACTOR_KINDS, "arena", "media"),
        facets.with_value(
            _("Organizations that work with the media."), ACTOR_KINDS, "activity", "media_work"),
        facets.with_value(_("Organizations of the sector media."), ACTOR_KINDS, "sector", "media"),
        facets.with_value(_("Places with an assessment of freedom of association."),
                          PLACES, "dimension", "freedom_of_association"),
        facets.with_value(_("Records that claim or protect the freedom of association."),
                          RECORD_KINDS, "right", "freedom_of_association"),
    ))  # fmt: skip


SOCIAL = ("social_rights", "social_rights_education", "social_rights_health",
          "social_rights_labour", "civil_rights", "political_rights", "basic_rights",
          "voting_abroad")  # fmt: skip


def equality() -> Results:
    """Recommendation 7: social and political rights, place by place."""
    facets = FacetCounts("dimension")
    codes = [code for code in SOCIAL if facets.count(PLACES, "dimension", code)]
    rows = [
        (place, set(values["dimension"]))
        for place, values in entries_with_values(PLACES, ["dimension"], 10 * MAX_ROWS)[1]
        if set(values["dimension"]) & set(codes)
    ]
    return Results(
        (
            Number(_("Places with an assessment of social, civil or political rights."),
                   matching_entries(PLACES, [[f"dimension={code}" for code in SOCIAL]])[0],
                   list_url("place", dimension=codes)),
            facets.with_value(_("Places with an assessment of political rights there."),
                              PLACES, "dimension", "political_rights"),
            facets.with_value(_("Places with an assessment of voting from abroad."),
                              PLACES, "dimension", "voting_abroad"),
        ),
        (
            Picture(
                _(
                    "Where each right has been researched. The page of each place shows the "
                    "results."),
                _("Place"),
                tuple(facets.term("dimension", code) for code in codes),
                tuple(
                    Row(place.name, tuple(
                        Cell(names=(Name(_("found"), place.name.url, content=False),)
                             if code in dimensions else ())
                        for code in codes))
                    for place, dimensions in rows[:MAX_ROWS]
                ),
            ),
        ),
    )  # fmt: skip


def security() -> Results:
    """Recommendation 8: people without papers, and how they are treated."""
    facets = FacetCounts("repression", "issue", "dimension")
    return Results(
        (
            Number(_("Records with force or pressure against people who organize."),
                   facets.at_least(RECORD_KINDS, "repression"), "#picture-1"),
            facets.with_value(_("Records about making people criminals for being without papers."),
                              RECORD_KINDS, "issue", "criminalization"),
            facets.with_value(
                _("Records about regularization."), RECORD_KINDS, "issue", "regularization"),
            facets.with_value(_("Places with an assessment of border controls."),
                              PLACES, "dimension", "border_controls"),
        ),
        (
            facets.bars(_("What was done against people who organize, according to sources."),
                        _("Repression"), _("records"), RECORD_KINDS, "repression"),
        ),
    )  # fmt: skip


ACTS = (Act.SIGNED, Act.RATIFIED, Act.UNDER_DELIBERATION)


def ratification() -> Results:
    """Recommendation 9: which states have done what with the convention."""
    facets = FacetCounts("act", "issue")
    acts_by_state = acts_about_the_convention()
    return Results(
        (
            *(
                Number(rule, sum(act in acts for acts in acts_by_state.values()), "#picture-1")
                for act, rule in (
                    (Act.RATIFIED, _("States that have ratified the Migrant Workers Convention, "
                                     "by the record.")),
                    (Act.SIGNED, _("States that have signed it.")),
                    (Act.UNDER_DELIBERATION, _("States that deliberate on it.")),
                )
            ),
            Number(_("Campaigns that invoke it."),
                   campaigns_invoking(),
                   list_url("campaign", relation=f"invokes:{THE_CONVENTION}")),
            facets.with_value(_("Instruments that at least one state has ratified."),
                              ("instrument",), "act", Act.RATIFIED),
        ),
        (states_with_acts(acts_by_state),),
    )  # fmt: skip


ActsByState = dict[int, dict[str, tuple[int, str]]]
"""By the number of a state and the act: the statement and its date."""


def acts_about_the_convention() -> ActsByState:
    rows = public_statements(LegalAct, Counter.today()).filter(
        record__slug=THE_CONVENTION, actor__kind="place"
    )
    acts: ActsByState = defaultdict(dict)
    for actor, act, statement, when in rows.order_by().values_list("actor", "act", "id", "edtf"):
        acts[actor][act] = (statement, when)
    return acts


def states_with_acts(acts_by_state: ActsByState) -> Picture:
    states = sorted(entries_by_id(acts_by_state).values(), key=lambda state: state.label)

    def cell(state: int, act: Act) -> Cell:
        if act not in acts_by_state[state]:
            return Cell()
        statement, when = acts_by_state[state][act]
        return Cell(names=(Name(when or _("yes, undated"), f"/id/{statement}", content=False),))

    return Picture(
        _(
            "What each state has done with the convention, with the year if known. "
            "States that are missing have not been researched."
        ),
        pgettext_lazy("a country", "State"),
        headings(*(act.label for act in ACTS)),
        tuple(
            Row(state.name, tuple(cell(state.id, act) for act in ACTS))
            for state in states[: 10 * MAX_ROWS]
        ),
    )


def campaigns_invoking() -> int:
    records = Entry.objects.published().filter(slug=THE_CONVENTION).values_list("id", flat=True)
    ties = Ties("invokes").by_object("invokes")
    return sum(ties[record]["campaign"] for record in records if record in ties)


def framing() -> Results:
    """Recommendation 10: beyond migration and development."""
    facets = FacetCounts("approach", "issue", "project_kind", "asks_for")
    return Results((
        facets.with_value(
            _("Projects with a project-led approach."), ("project",), "approach", "project_led"),
        facets.with_value(
            _("Projects with a policy-led approach."), ("project",), "approach", "policy_led"),
        facets.with_value(_("Records about migration and development."),
                          RECORD_KINDS, "issue", "migration_and_development"),
        number_related(_("Demands, resolutions and others that call for a gathering to be held."),
                       RECORD_KINDS, "calls_for"),
    ))  # fmt: skip


RECOMMENDATIONS = {
    1: Recommendation(
        _("Recognize migrant civil society in policy on migration"),
        "A genuine recognition of the role that migrant civil society plays",
        _("A process with its editions, what civil society brought in at each, and what became of "
          "it; events between two editions."),
        _("What was brought in, and what was answered: there is no kind of statement for either "
          "yet. Meetings between editions."),
        inputs,
    ),
    2: Recommendation(
        _("Build alliances across sectors"),
        "The cross-sectoral alliance building approach is crucial",
        _("Which sectors are tied to which, by country and by year."),
        _("The country and the year of most ties: sources seldom give them."),
        sectors,
    ),
    3: Recommendation(
        _("Find means for migrant-led organizations"),
        "Resources should be mobilized for the support of migrant-led organizations",
        _(
            "What an organization needs and what it is offered, published only by the "
            "organization; planned gatherings and their outcome."),
        _("Needs and offers. The outcome of what was planned when the paper was written."),
        planned,
    ),
    4: Recommendation(
        _("Recognize alliances without asking for one voice"),
        "recognized by state authorities as representative, in an inclusive manner",
        _(
            "How a state recognizes an organization, and on which terms. Different positions "
            "of members of one coalition on the same question stay separate."),
        _("Recognition by states, and positions of members: neither has statements yet."),
        voices,
    ),
    5: Recommendation(
        _("Watch the words that divide"),
        "discourses that create discontent and fragmentation within the sector",
        _("Each term: who uses it, when and for what; and who uses another term for the same."),
        _("Who uses these terms: the paper names the terms but few of their users."),
        oppositions,
    ),
    6: Recommendation(
        _("Work with the media, and be free to associate"),
        "Serious and intense work needs to be done within migrant civil society",
        _(
            "Migrant-led media with language and reach; work with the media; assessments of "
            "the freedom of association by place and by status."),
        _("Languages and reach of media. Freedom of association in most places."),
        media,
    ),
    7: Recommendation(
        _("Equal social rights, and the local vote"),
        "enjoy their social rights on the basis of equality with that of nationals",
        _("Social rights and the local vote, by place, by status and by year."),
        _("The vote in local elections, anywhere. Rights by status and by year in most places."),
        equality,
    ),
    8: Recommendation(
        _("Not a threat to security"),
        "should not be treated as threats to national security",
        _("How acts of states frame people without papers."),
        _(
            "How state acts frame them: the vocabulary has no terms for it yet. Information "
            "that could endanger people without papers is never published."),
        security,
    ),
    9: Recommendation(
        _("Ratify the Migrant Workers Convention"),
        "adopt, ratify and effectively monitor the implementation",
        _("What each state did and when, with which reservation; which reports were due and came; "
          "the campaign in each state."),
        _("Reservations and reports. The paper names no state that has ratified; the recipe for "
          "the list of the United Nations imports them."),
        ratification,
    ),
    10: Recommendation(
        _("Beyond migration and development"),
        "Move beyond the framing of current migratory flows",
        _("What part migrants have in each phase of a programme; which agendas are led by projects "
          "and which by national policy."),
        _("The phases of programmes and the part that migrants have in them."),
        framing,
    ),
}  # fmt: skip
