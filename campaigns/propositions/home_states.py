"""Proposition 8: organized migrants and the states they come from."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import public_statements
from campaigns.models import Context
from orgs.projection.counter import Counter
from orgs.projection.entry import RECORD_KINDS

from .base import Cell, Found, Name, Number, Proposition, bars, matrix
from .reading import BODIES, Reading, figures, listed, named, termed
from .ties import tied

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
"""Editorial: which sides of context tell of which channel between migrants and their state."""

MOST_FINDINGS = 3_000


def find() -> Found:
    """Return through which channels migrants deal with which states, and what came of it."""
    read = Reading("dimension", "repertoire", "orientation")
    today = Counter.today()
    sheet = channels()
    led, led_names = tied(RECORD_KINDS, "led_to")
    return Found(
        (
            Number(_("Places of which a source tells something about a channel between migrants "
                     "and the state they come from."), len(sheet), "#picture-1"),
            Number(_("States that give their nationals abroad seats in the legislature, by name."),
                   read.of(PLACES, "dimension", "legislative_seats"),
                   listed("place", dimension="legislative_seats")),
            Number(_("Places with a finding on limits of the vote from abroad."),
                   read.of(PLACES, "dimension", "voting_restriction"),
                   listed("place", dimension="voting_restriction")),
            Number(_(
                "Organizations and cases whose approach to the home state a source describes."),
                   read.at_least(RECORD_KINDS, "repertoire"), "#picture-2"),
            Number(_("Records of which a source says that something came of them: a protest that "
                     "led to a law, a campaign that led to the vote."), led, named=led_names),
        ),
        (
            matrix(
                _(
                    "Each state, with the number of findings about each channel. An empty "
                    "field is unknown, not a closed channel."),
                _("State or region"),
                tuple(Name(words, content=False) for words in CHANNELS),
                sheet,
            ),
            bars(
                _("How organized migrants deal with their home state."),
                _("Repertoire"),
                _("records"),
                [(read.term("repertoire", code), count, f"/search/?trait=repertoire:{code}")
                 for code, count in read.values(RECORD_KINDS, "repertoire")],
            ),
        ),
        (
            Number(_("Records of confrontation with the home state or doubt in its legitimacy."),
                   read.of(RECORD_KINDS, "repertoire", "confrontation")
                   + read.of(RECORD_KINDS, "repertoire", "challenge_legitimacy"),
                   "#picture-2"),
            Number(_("Organizations of which it is said that they turn to the home country."),
                   read.of(BODIES, "orientation", "home"),
                   listed("organization", orientation="home")),
        ),
        figures(
            ("states_with_voting_abroad", "states_limiting_vote_to_officials",
             "states_with_legislative_seats", "migrant_share_of_population"),
            today,
        ),
        termed((words, (f"dimension:{code}" for code in codes))
               for words, codes in CHANNELS.items()),
    )  # fmt: skip


def channels() -> list[tuple[Name, list[Cell]]]:
    """Return the places with findings about channels, those with most first."""
    channel_of = {code: index for index, codes in enumerate(CHANNELS.values()) for code in codes}
    rows = public_statements(Context, Counter.today()).filter(dimension__code__in=channel_of)
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, code, statement in rows.values_list("record", "dimension__code", "id")[
        :MOST_FINDINGS
    ]:
        found[place][channel_of[code]].append(statement)
    places = named(found)
    order = sorted(
        (place for place in found if place in places),
        key=lambda place: (-len(found[place]), places[place].label),
    )
    return [
        (places[place].name, [cell(places[place].name.url, found[place][index])
                              for index in range(len(CHANNELS))])
        for place in order
    ]  # fmt: skip


def cell(page: str, statements: list[int]) -> Cell:
    """Return the number of findings: one leads to itself, several to the page that has them."""
    return Cell(len(statements), f"/id/{statements[0]}" if len(statements) == 1 else page)


HOME_STATES = Proposition(
    _("Migrants and their home states"),
    _("By which channels do organized migrants deal with the state they come from, and does it "
      "answer?"),
    "Organized migrants in diverse settings seek representation and accountability by engaging "
    "with their home nation-states through diverse repertoires and multiple channels.",
    (
        _("A channel counts when a source says something about it for a state: the vote, seats, "
          "consulates, councils, outreach. Which sides of context belong to which channel is our "
          "choice. They stand below."),
        _("A concession counts when a source says what led to it. That is its claim about causes, "
          "and it keeps its name."),
    ),
    _(
        "Add a finding about the context of a state (a vote, a council, a consulate), how an "
        "organization deals with it (scheme repertoire), or what led to what (relation "
        "led_to)."),
    ("context", "figures"),
    ("place", "project", "gathering", "instrument"),
    find,
)  # fmt: skip
