"""Serializers that describe networks and editions in the OpenAPI document."""

from django.utils.translation import override
from rest_framework import serializers

from campaigns.networks.network import Confirmation
from campaigns.pages.editions import Affairs
from orgs.api.serializers import Mention, edtf
from orgs.projection.analysis import ObservedForm
from orgs.statements.statement import Voice

BECAUSE = "The statements that say so, by number (/id/<number>)."

with override("en"):
    CONFIRMED = [(item.value, str(item.label)) for item in Confirmation]


def integers(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.IntegerField(), help_text=help_text)


def codes(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=help_text)


class NetworkMember(serializers.Serializer):
    """That a body belongs to a network, or to a network that belongs to it."""

    member = Mention(help_text="Who belongs.")
    member_of = serializers.UUIDField(help_text="The id of the network it is a member of.")
    when = serializers.ListField(
        child=edtf("", allow_null=True),
        help_text="When, as each statement says it (EDTF); null where it is not dated.",
    )
    holds = serializers.BooleanField(help_text="Whether it holds on the day asked about.")
    confirmed = serializers.ChoiceField(choices=CONFIRMED, help_text="Who says so.")
    statements = integers(BECAUSE)


class NetworkPeriod(serializers.Serializer):
    """Years in which the network is called and seen to be the same."""

    first = serializers.IntegerField(help_text="The first of these years.")
    last = serializers.IntegerField(help_text="The last of them.")
    calls_itself = codes("What it calls itself: codes of terms of the scheme form.")
    called = codes("What others call it, the same way.")
    observed_form = serializers.ChoiceField(
        choices=ObservedForm.choices, help_text="The observed form on the last day of each."
    )
    members = serializers.IntegerField(help_text="On record on the last day of the last year.")


class NetworkStanding(serializers.Serializer):
    """How a member stands among the others."""

    member = Mention(help_text="Who.")
    ties = serializers.IntegerField(help_text="To how many members it is tied.")
    betweenness = serializers.FloatField(
        allow_null=True,
        help_text="The share of shortest ways between two others that lead through it; null where "
        "there are too many to compute.",
    )


class NetworkTie(serializers.Serializer):
    """That two members are tied: by a recorded exchange, or by acting together."""

    one = serializers.UUIDField(help_text="The id of a member.")
    other = serializers.UUIDField(help_text="The id of another.")


class NetworkMeasures(serializers.Serializer):
    """The graph of the members on record in the five years up to the day asked about."""

    members = serializers.IntegerField(help_text="How many there are.")
    ties = serializers.IntegerField(help_text="How many pairs are tied.")
    density = serializers.FloatField(
        allow_null=True, help_text="Ties divided by pairs; null with fewer than two members."
    )
    groups = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="How many members each group of tied members has, the largest first.",
    )
    standings = NetworkStanding(many=True, help_text="Every member, the most central first.")
    tied = NetworkTie(
        many=True,
        allow_null=True,
        help_text="The pairs that are tied; null where there are too many to name.",
    )


class NetworkShared(serializers.Serializer):
    """Something that several members take part in, or aim at."""

    record = Mention(help_text="What it is.")
    members = Mention(many=True, help_text="Who does.")
    itself = serializers.BooleanField(help_text="Whether the network does, in its own name.")
    statements = integers(BECAUSE)


class NetworkSector(serializers.Serializer):
    """A sector in which members are."""

    sector = serializers.CharField(help_text="The code of the term.")
    members = serializers.IntegerField(help_text="How many members are in it.")


class NetworkLineage(serializers.Serializer):
    """What the network came from, or what came from it."""

    predicate = serializers.CharField(help_text="grew_out_of, successor_of, split_from, ...")
    record = Mention(help_text="The other one.")
    incoming = serializers.BooleanField(
        help_text="Whether the other is said to come from this network."
    )
    statement = serializers.IntegerField(help_text="The statement that says so, by number.")


class NetworkAnswer(serializers.Serializer):
    """The network of a partnership: who belongs to it, who says so, what ties its members."""

    network = Mention(help_text="Whose network it is.")
    day = serializers.DateField(help_text="The day for which it is told.")
    members = NetworkMember(
        many=True,
        help_text="Its members, and the members of networks among them, at any depth.",
    )
    periods = NetworkPeriod(many=True, help_text="From year to year, like years together.")
    measures = NetworkMeasures(help_text="How closely its members are tied.")
    together = NetworkShared(many=True, help_text="What members do together.")
    targets = NetworkShared(many=True, help_text="At whom members aim together.")
    sectors = NetworkSector(many=True, help_text="Sectors of its members, the most frequent first.")
    organs = codes("Its organs: codes of terms.")
    lineage = NetworkLineage(many=True, help_text="Where it comes from and what became of it.")


AFFAIRS = [
    (Affairs.HELD.value, "a source says that it took place"),
    (Affairs.NOT_HELD.value, "a source says that it was cancelled, or did not take place"),
    (Affairs.PLANNED.value, "it was planned, and nothing says that it took place"),
    (Affairs.UNSAID.value, "nobody says anything of it"),
]


class ClaimedEdition(serializers.Serializer):
    """Which edition a gathering is said to be; there may be rivals."""

    low = serializers.FloatField(allow_null=True, help_text="The edition; the lowest it may be.")
    high = serializers.FloatField(allow_null=True, help_text="The highest that it may be.")
    holds = serializers.BooleanField(help_text="False where a source says that it is not so.")
    voice = serializers.ChoiceField(choices=Voice.choices, help_text="In whose voice it is said.")
    speaker = serializers.CharField(help_text="Who is quoted, if anybody.")
    source = serializers.CharField(help_text="The key of the source.")  # type: ignore[assignment]
    locator = serializers.CharField(help_text="Where in the source.")
    statement = serializers.IntegerField(help_text=BECAUSE)


class CountedEdition(serializers.Serializer):
    """Which edition a gathering is by count of those on record that were held.

    Where dates overlap or are missing, it is anything from the lowest to the highest.
    """

    low = serializers.IntegerField(help_text="The lowest that it can be.")
    high = serializers.IntegerField(help_text="The highest that it can be.")


class SeriesEdition(serializers.Serializer):
    """An edition of a series: claimed against counted."""

    gathering = Mention(help_text="The edition.")
    affairs = serializers.ChoiceField(choices=AFFAIRS, help_text="Whether it took place.")
    claimed = ClaimedEdition(many=True, help_text="Which one it is said to be.")
    counted = CountedEdition(
        allow_null=True,
        help_text="Which one it is by count; null if it was not held, or nobody dates it.",
    )
    statements = integers("The statements that it is an edition, by number (/id/<number>).")


class GatheringSeries(serializers.Serializer):
    """A series of gatherings."""

    series = Mention(help_text="The series.")
    held = serializers.IntegerField(help_text="How many editions on record were held.")
    editions = SeriesEdition(many=True, help_text="In the order of their dates, undated ones last.")


class EditionsAnswer(serializers.Serializer):
    """The series that a gathering is or belongs to, with which edition each claims to be and is."""

    gathering = Mention(help_text="The gathering that was asked for.")
    series = GatheringSeries(many=True, help_text="None if it stands alone.")
