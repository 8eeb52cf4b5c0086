"""Findings in words: question, definition, counts, and what is missing.

Each finding has a page with its definition, the sentence of the paper it rests on, and the
editorial numbers, which come from the constants that the functions use.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy

from .balance import MAX_UNKNOWN_SHARE
from .form import MIN_TOGETHER, SUSTAINED_CAMPAIGNS, SUSTAINED_MONTHS
from .overlap import SEVERAL

Numbers = Mapping[str, int | float]
Text = str | Promise


class Definition(NamedTuple):
    title: Text
    question: Text
    quote: str
    """The sentence of the paper that it rests on; English, as the paper."""
    locator: str
    rules: tuple[Text, ...]
    """How it is computed, in order: the first rule that applies decides."""
    editorial: tuple[Text, ...]
    """The numbers that the editors set, not the paper."""
    reads: Text
    """The statements it is computed from, and so what to add where data is missing."""
    missing: Callable[[Numbers], list[Text]]
    """Takes the counts and returns what would have to be recorded."""


def form_missing(numbers: Numbers) -> list[Text]:
    if numbers["members"] < MIN_TOGETHER:
        return [
            gettext("at least %(count)s members, named and dated") % {"count": MIN_TOGETHER},
        ]
    return [
        gettext(
            "a campaign, a gathering or an exchange in which at least %(count)s of its members "
            "take part, or a campaign in its own name"
        )
        % {"count": MIN_TOGETHER}
    ]


def _sides_missing(numbers: Numbers) -> list[Text]:
    missing: list[Text] = []
    if not numbers["countries_of_origin"]:
        missing.append(gettext("where its people come from"))
    if not numbers["countries_of_residence"]:
        missing.append(gettext("where its people live"))
    return missing


def balance_missing(numbers: Numbers) -> list[Text]:
    missing = _sides_missing(numbers)
    if not numbers["members"]:
        missing.append(gettext("who its members are"))
    elif numbers["share_without_a_seat"] > MAX_UNKNOWN_SHARE:
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


def orientation_missing(numbers: Numbers) -> list[Text]:
    return _sides_missing(numbers) or [gettext("where it acts, or its targets")]


def base_missing(numbers: Numbers) -> list[Text]:
    return [gettext("an organized membership base in more than one country")]


def overlap_missing(numbers: Numbers) -> list[Text]:
    return [gettext("its arena")]


DEFINITIONS: dict[str, Definition] = {
    "observed_form": Definition(
        gettext_lazy("Observed form"),
        gettext_lazy("What does a network or coalition do, under any name?"),
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
                members=MIN_TOGETHER,
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
            format_lazy(
                gettext_lazy("{members} members make an action joint."), members=MIN_TOGETHER
            ),
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
                    "Several arenas at once: on one day it is in at least {arenas} of "
                    "them. An actor that leaves one arena before entering another does "
                    "not count."
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
"""By the name of the finding in documents and filters."""

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
    "side_unknown": ngettext_lazy(
        "%(count)s with a seat on an unknown side",
        "%(count)s with a seat on an unknown side",
        "count",
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
"""The counts in words. The other counts appear only in what is missing."""


class _PluralNumber(int):
    """A number that selects the plural by its integer value and prints as localized text."""

    text: str

    def __new__(cls, number: float, text: str) -> "_PluralNumber":
        """Rounds up: half a member takes the singular of one."""
        instance = super().__new__(cls, ceil(number))
        instance.text = text
        return instance

    def __str__(self) -> str:
        return self.text


def describe_counts(numbers: Numbers, write: Callable[[object], str]) -> list[str]:
    """The counts of a finding in words, without those that are zero.

    `write` formats a number in the reader's language.
    """
    return [
        str(template % {"count": _PluralNumber(numbers[name], write(numbers[name]))})
        for name, template in COUNTED.items()
        if numbers.get(name)
    ]
