"""Proposition 8: organized migrants and the states they come from."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from campaigns.models import Context
from orgs.projection.counter import Counter
from orgs.records.kinds import ACTOR_KINDS, RECORD_KINDS

from .base import Cell, Name, Number, Proposition, Results, headings, matrix
from .queries import FacetCounts, entries_by_id, figures, group_terms
from .ties import number_related

PLACES = ("place",)
CHANNELS = {
    _("vote"): ("voting_abroad", "voter_turnout", "migrant_vote_effect"),
    _("limits of the vote"): ("voting_restriction", "party_campaigning_abroad"),
    _("seats in the legislature"): ("legislative_seats",),
    _("consulates"): ("consular_engagement", "home_state_credibility", "home_champion"),
    _("outreach of the state"): (
        "outreach_institutions", "sending_state_stance", "departure_process",
    ),
    _("development policy"): ("development_model", "labour_export", "migration_for_remittances"),
}  # fmt: skip
"""Editorial: the dimensions of context about each channel between migrants and their state."""

MOST_FINDINGS = 3_000


def compute() -> Results:
    facets = FacetCounts("dimension", "repertoire", "orientation")
    rows = channels()
    return Results(
        (
            Number(_("Places where a source describes a channel between migrants and their "
                     "state of origin."), len(rows), "#picture-1"),
            facets.with_value(
                _("States that give their nationals abroad seats in the legislature, by name."),
                PLACES, "dimension", "legislative_seats"),
            facets.with_value(_("Places with an assessment of limits on the vote from abroad."),
                              PLACES, "dimension", "voting_restriction"),
            Number(_(
                "Organizations and cases whose approach to the home state a source describes."),
                   facets.at_least(RECORD_KINDS, "repertoire"), "#picture-2"),
            number_related(
                _("Records with a known outcome: a protest that led to a law, a campaign that "
                  "led to the vote."),
                RECORD_KINDS, "led_to"),
        ),
        (
            matrix(
                _(
                    "Each state, with the number of assessments of each channel. An "
                        "empty field is unknown, not a closed channel."),
                _("State or region"),
                headings(*CHANNELS),
                rows,
            ),
            facets.bars(_("How organized migrants deal with their home state."),
                        _("Repertoire"), _("records"), RECORD_KINDS, "repertoire"),
        ),
        (
            Number(_("Records of confrontation with the home state or doubt in its legitimacy."),
                   facets.count(RECORD_KINDS, "repertoire", "confrontation")
                   + facets.count(RECORD_KINDS, "repertoire", "challenge_legitimacy"),
                   "#picture-2"),
            facets.with_value(
                _("Organizations that sources describe as oriented to the home country."),
                ACTOR_KINDS, "orientation", "home"),
        ),
        figures(
            ("states_with_voting_abroad", "states_limiting_vote_to_officials",
             "states_with_legislative_seats", "migrant_share_of_population"),
            Counter.today(),
        ),
        group_terms((text, (f"dimension:{code}" for code in codes))
                    for text, codes in CHANNELS.items()),
    )  # fmt: skip


def channels() -> list[tuple[Name, list[Cell]]]:
    """The places with findings about channels, those with most first."""
    channel_of = {code: index for index, codes in enumerate(CHANNELS.values()) for code in codes}
    rows = public_statements(Context, Counter.today()).filter(dimension__code__in=channel_of)
    statements: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, code, statement in rows.values_list("record", "dimension__code", "id")[
        :MOST_FINDINGS
    ]:
        statements[place][channel_of[code]].append(statement)
    places = entries_by_id(statements)
    order = sorted(
        (place for place in statements if place in places),
        key=lambda place: (-len(statements[place]), places[place].label),
    )
    return [
        (places[place].name, [cell(places[place].name.url, statements[place][index])
                              for index in range(len(CHANNELS))])
        for place in order
    ]  # fmt: skip


def cell(page: str, statements: list[int]) -> Cell:
    """The number of findings, with a link to the finding if it is one, else to the place."""
    return Cell(len(statements), f"/id/{statements[0]}" if len(statements) == 1 else page)


HOME_STATES = Proposition(
    _("Migrants and their home states"),
    _(
        "Through which channels do organized migrants deal with their state of origin, and "
        "does it respond?"),
    "Organized migrants in diverse settings seek representation and accountability by engaging "
    "with their home nation-states through diverse repertoires and multiple channels.",
    (
        _(
            "A channel counts when a source describes it for a state: the vote, seats, "
            "consulates, councils, outreach. We chose the dimensions of each channel; they are "
            "listed below."),
        _("A concession counts when a source says what led to it. That is its claim about causes, "
          "and it keeps its name."),
    ),
    _(
        "Add an assessment of the context of a state (a vote, a council, a consulate), "
            "how an organization deals with it (scheme repertoire), or what led to what "
            "(relation led_to)."),
    ("context", "figures"),
    ("place", "project", "gathering", "instrument"),
    compute,
)  # fmt: skip
