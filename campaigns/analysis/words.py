"""Judgements in words: what is asked, by which definition, what was counted and what is missing.

The definition of each is told on a page of its own, with the sentence of the paper it rests on and
the numbers that are ours, taken from the very constants that the functions use.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy

from .balance import MOST_UNKNOWN
from .form import SUSTAINED_CAMPAIGNS, SUSTAINED_MONTHS, TOGETHER
from .overlap import SEVERAL

Numbers = Mapping[str, int | float]
Words = str | Promise


class Definition(NamedTuple):
    """What a judgement is."""

    title: Words
    question: Words
    quote: str
    """The sentence of the paper that it rests on; English, as the paper."""
    locator: str
    rules: tuple[Words, ...]
    """How it is decided, step by step: the first that holds decides."""
    editorial: tuple[Words, ...]
    """The numbers that are ours, not the paper's."""
    reads: Words
    """From which sentences it follows, and so what to add where there is not enough."""
    missing: Callable[[Numbers], list[Words]]
    """Takes what was counted and returns what the record would have to say."""


def form_missing(numbers: Numbers) -> list[Words]:
    """Return what is missing for an observed form."""
    if numbers["members"] < TOGETHER:
        return [
            gettext("at least %(count)s members, named and dated") % {"count": TOGETHER},
        ]
    return [
        gettext(
            "a campaign, a gathering or an exchange in which at least %(count)s of its members "
            "take part, or a campaign in its own name"
        )
        % {"count": TOGETHER}
    ]


def _sides_missing(numbers: Numbers) -> list[Words]:
    missing: list[Words] = []
    if not numbers["countries_of_origin"]:
        missing.append(gettext("where its people come from"))
    if not numbers["countries_of_residence"]:
        missing.append(gettext("where its people live"))
    return missing


def balance_missing(numbers: Numbers) -> list[Words]:
    """Return what is missing for a balance of host and sending countries."""
    missing = _sides_missing(numbers)
    if not numbers["members"]:
        missing.append(gettext("who its members are"))
    elif numbers["share_without_a_seat"] > MOST_UNKNOWN:
        missing.append(
            ngettext(
                "the seat of %(count)s member",
                "the seats of %(count)s members",
                int(numbers["without_a_seat"]),
            )
            % {"count": numbers["without_a_seat"]}
        )
    elif not missing:
        missing.append(gettext("a member with its seat on one of the two sides"))
    return missing


def orientation_missing(numbers: Numbers) -> list[Words]:
    """Return what is missing for an observed orientation."""
    return _sides_missing(numbers) or [gettext("where it acts, or what it aims at")]


def base_missing(numbers: Numbers) -> list[Words]:
    """Return what is missing for a base in more than one country."""
    return [gettext("an organized membership base in more than one country")]


def overlap_missing(numbers: Numbers) -> list[Words]:
    """Return what is missing for an overlap of arenas."""
    return [gettext("in which arena it stands")]


DEFINITIONS: dict[str, Definition] = {
    "observed_form": Definition(
        gettext_lazy("Observed form"),
        gettext_lazy("What is a network or coalition seen to do, whatever it is called?"),
        "when networks engage in actual campaigns, they shift from exchange to joint action and "
        "become more like coalitions",
        "Prop 6",
        (
            format_lazy(
                gettext_lazy(
                    "Sustained joint action, as a coalition: at least {campaigns} joint "
                    "campaigns, or one of at least {months} months. A campaign is joint when at "
                    "least {members} members take part in it."
                ),
                campaigns=SUSTAINED_CAMPAIGNS,
                months=SUSTAINED_MONTHS,
                members=TOGETHER,
            ),
            gettext_lazy("A network in a campaign: one joint campaign."),
            gettext_lazy("Acts in its own name: it leads or convenes a campaign itself."),
            gettext_lazy(
                "Exchange, as a network: members meet at one gathering, work together or lobby "
                "together."
            ),
            gettext_lazy(
                "The catalogue never infers a movement: the paper asks for “a high "
                "degree of shared collective identity”, and activities do not show that."
            ),
        ),
        (
            format_lazy(gettext_lazy("{members} members make an action joint."), members=TOGETHER),
            format_lazy(
                gettext_lazy("{campaigns} joint campaigns are sustained."),
                campaigns=SUSTAINED_CAMPAIGNS,
            ),
            format_lazy(
                gettext_lazy(
                    "{months} months in which at least two members take part are sustained."
                ),
                months=SUSTAINED_MONTHS,
            ),
        ),
        gettext_lazy(
            "Computed from memberships, participants in campaigns and gatherings, their "
            "dates, and exchanges between members. Supporting, funding or opposing is "
            "not joint action."
        ),
        form_missing,
    ),
    "host_sending_balance": Definition(
        gettext_lazy("Host and sending countries"),
        gettext_lazy("On which side of migration do the members have their seats, how evenly?"),
        "The nature of migration calls on the need of both host and sending countries to play an "
        "integral role in a coalition",
        "Prop 7",
        (
            gettext_lazy(
                "Hosts are members with a seat where its people live, senders those with a seat "
                "where they come from; in a country that is both, half and half."
            ),
            gettext_lazy(
                "The balance is twice the smaller number divided by the sum of both: 1 is even, 0 "
                "is one side alone."
            ),
        ),
        (
            gettext_lazy(
                "If more than half of the members have no known seat, there is not enough data."
            ),
        ),
        gettext_lazy(
            "Computed from memberships, the seats of members, and where the people of "
            "the network come from and live."
        ),
        balance_missing,
    ),
    "observed_orientation": Definition(
        gettext_lazy("Observed orientation"),
        gettext_lazy(
            "What is the organization’s orientation: home country, country of residence or both?"
        ),
        "an increasing number of migrant organizations pursue agendas that are “both here and "
        "there.”",
        "Prop 1",
        (
            gettext_lazy(
                "The home country: it acts, or has a target, where its people come from "
                "but do not live."
            ),
            gettext_lazy(
                "The country of residence: it acts, or has a target, where its people "
                "live but do not come from."
            ),
            gettext_lazy("Both here and there: both."),
        ),
        (),
        gettext_lazy(
            "Computed from where its people come from and live, where it acts, and the "
            "targets of the organization and its campaigns."
        ),
        orientation_missing,
    ),
    "transnational_base": Definition(
        gettext_lazy("Organized base"),
        gettext_lazy(
            "Does the organization have an organized membership base in more than one country?"
        ),
        "more precise term “transnational movement organization” suggests an organized membership "
        "base that is present in more than one country",
        "Prop 6",
        (
            gettext_lazy(
                "A base in more than one country: a source records an organized base in "
                "at least two. Acting there or having members there is not enough."
            ),
            gettext_lazy("If one country is known, there may be a base in others, too."),
        ),
        (),
        gettext_lazy("Computed from the countries of its organized membership base."),
        base_missing,
    ),
    "arena_overlap": Definition(
        gettext_lazy("Arena overlap"),
        gettext_lazy("Is the organization in several of the four arenas at once?"),
        "Each arena is constituted by actors, while each set of actors also constitutes an arena",
        "intro",
        (
            format_lazy(
                gettext_lazy(
                    "Several arenas at once: on one day it stands in at least {arenas} of them. "
                    "Who leaves one before entering another has moved, and joins nothing."
                ),
                arenas=SEVERAL,
            ),
            gettext_lazy("One arena: only one is known. It may be in others, too."),
        ),
        (),
        gettext_lazy("Computed from its arenas."),
        overlap_missing,
    ),
}
"""Each judgement by its name in documents and questions."""

COUNTED = {
    "members": ngettext_lazy("%(count)s member", "%(count)s members", "count"),
    "joint_campaigns": ngettext_lazy(
        "%(count)s joint campaign", "%(count)s joint campaigns", "count"
    ),
    "longest_joint_campaign_months": ngettext_lazy(
        "the longest of %(count)s month", "the longest of %(count)s months", "count"
    ),
    "campaigns_in_its_own_name": ngettext_lazy(
        "%(count)s campaign in its own name", "%(count)s campaigns in its own name", "count"
    ),
    "joint_gatherings": ngettext_lazy(
        "%(count)s joint gathering", "%(count)s joint gatherings", "count"
    ),
    "exchanges": ngettext_lazy(
        "%(count)s exchange between members", "%(count)s exchanges between members", "count"
    ),
    "hosts": ngettext_lazy(
        "%(count)s with a seat where its people live",
        "%(count)s with a seat where its people live",
        "count",
    ),
    "sending": ngettext_lazy(
        "%(count)s with a seat where they come from",
        "%(count)s with a seat where they come from",
        "count",
    ),
    "elsewhere": ngettext_lazy(
        "%(count)s with a seat elsewhere", "%(count)s with a seat elsewhere", "count"
    ),
    "without_a_seat": ngettext_lazy(
        "%(count)s without a known seat", "%(count)s without a known seat", "count"
    ),
    "balance": ngettext_lazy("balance %(count)s", "balance %(count)s", "count"),
    "acts_at_home": ngettext_lazy(
        "%(count)s sentence on the home country", "%(count)s sentences on the home country", "count"
    ),
    "acts_in_residence": ngettext_lazy(
        "%(count)s sentence on the country of residence",
        "%(count)s sentences on the country of residence",
        "count",
    ),
    "countries": ngettext_lazy(
        "%(count)s country with an organized base",
        "%(count)s countries with an organized base",
        "count",
    ),
    "arenas_at_once": ngettext_lazy(
        "%(count)s arena at one time", "%(count)s arenas at one time", "count"
    ),
}
"""What was counted, in words. Of the rest, what is missing tells."""


class _Written(int):
    """A number whose whole chooses the plural, written as the reader's language writes it."""

    text: str

    def __new__(cls, number: float, text: str) -> "_Written":
        """Return the number rounded up: half a member takes the plural of one."""
        written = super().__new__(cls, ceil(number))
        written.text = text
        return written

    def __str__(self) -> str:
        """Return it as it is written."""
        return self.text


def counted(numbers: Numbers, write: Callable[[object], str]) -> list[str]:
    """Return what was counted, in words; what there is none of is not told.

    `write` writes a number in the reader's language.
    """
    return [
        str(words % {"count": _Written(numbers[name], write(numbers[name]))})
        for name, words in COUNTED.items()
        if numbers.get(name)
    ]
