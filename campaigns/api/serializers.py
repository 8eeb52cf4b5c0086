"""Serializers that describe networks and editions in the OpenAPI document."""

from django.utils.translation import override
from rest_framework import serializers

from campaigns.networks.members import Confirmation
from campaigns.pages.editions import Affairs
from orgs.api.serializers import Mention, edtf
from orgs.projection.analysis import ObservedForm
from orgs.statements.statement import Voice

BECAUSE = "The numbers of the supporting statements (/id/<number>)."

with override("en"):
    CONFIRMED = [(item.value, str(item.label)) for item in Confirmation]


def integers(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.IntegerField(), help_text=help_text)


def codes(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=help_text)


class NetworkMember(serializers.Serializer):
    """A membership in a network, or in a network that belongs to it."""

    member = Mention(help_text="The member.")
    member_of = serializers.UUIDField(help_text="The id of the network it is a member of.")
    when = serializers.ListField(
        child=edtf("", allow_null=True),
        help_text="The dates of each statement (EDTF); null for undated ones.",
    )
    holds = serializers.BooleanField(help_text="Whether it applies on the requested day.")
    confirmed = serializers.ChoiceField(choices=CONFIRMED, help_text="Who states it.")
    statements = integers(BECAUSE)


class NetworkPeriod(serializers.Serializer):
    """Years with the same names and observed form of the network."""

    first = serializers.IntegerField(help_text="The first of these years.")
    last = serializers.IntegerField(help_text="The last of them.")
    calls_itself = codes("What it calls itself: codes of terms of the scheme form.")
    called = codes("What others call it: codes of terms of the scheme form.")
    observed_form = serializers.ChoiceField(
        choices=ObservedForm.choices, help_text="The observed form on the last day of each."
    )
    members = serializers.IntegerField(help_text="Known members on the last day of the last year.")
    undated = serializers.IntegerField(
        help_text="How many of them no source dates: they are known from the year of the source."
    )


class NetworkStanding(serializers.Serializer):
    """The position of a member in the network."""

    member = Mention(help_text="The member.")
    ties = serializers.IntegerField(help_text="The number of members it is tied to.")
    betweenness = serializers.FloatField(
        allow_null=True,
        help_text="The share of shortest ways between two others that lead through it; null where "
        "there are too many to compute.",
    )


class NetworkTie(serializers.Serializer):
    """A tie between two members: a recorded exchange, or joint action."""

    one = serializers.UUIDField(help_text="The id of a member.")
    other = serializers.UUIDField(help_text="The id of another.")


class NetworkMeasures(serializers.Serializer):
    """The graph of the known members in the five years up to the requested day."""

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
    """An activity or a target that several members share."""

    record = Mention(help_text="The activity or target.")
    members = Mention(many=True, help_text="The members that share it.")
    itself = serializers.BooleanField(help_text="Whether the network shares it, in its own name.")
    statements = integers(BECAUSE)


class NetworkSector(serializers.Serializer):
    """A sector of members."""

    sector = serializers.CharField(help_text="The code of the term.")
    members = serializers.IntegerField(help_text="How many members are in it.")


class NetworkLineage(serializers.Serializer):
    """A predecessor or successor of the network."""

    predicate = serializers.CharField(help_text="grew_out_of, successor_of, split_from, ...")
    record = Mention(help_text="The other one.")
    incoming = serializers.BooleanField(help_text="Whether the other comes from this network.")
    statement = serializers.IntegerField(help_text="The number of the supporting statement.")


class NetworkAnswer(serializers.Serializer):
    """The network of a partnership: its members, who states each membership, and their ties."""

    network = Mention(help_text="The partnership.")
    day = serializers.DateField(help_text="The day it describes.")
    members = NetworkMember(
        many=True,
        help_text="Its members, and the members of networks among them, at any depth.",
    )
    periods = NetworkPeriod(many=True, help_text="From year to year; equal years are grouped.")
    measures = NetworkMeasures(help_text="How closely its members are tied.")
    together = NetworkShared(many=True, help_text="What members do together.")
    targets = NetworkShared(many=True, help_text="Targets that members share.")
    sectors = NetworkSector(many=True, help_text="Sectors of its members, the most frequent first.")
    organs = codes("Its organs: codes of terms.")
    lineage = NetworkLineage(many=True, help_text="Its predecessors and successors.")


AFFAIRS = [
    (Affairs.HELD.value, "a source says that it took place"),
    (Affairs.NOT_HELD.value, "a source says that it was cancelled, or did not take place"),
    (Affairs.PLANNED.value, "it was planned, and no source says that it took place"),
    (Affairs.UNKNOWN.value, "no source says whether it took place"),
]


class ClaimedEdition(serializers.Serializer):
    """Which edition a gathering is, according to a source; there may be rivals."""

    low = serializers.FloatField(allow_null=True, help_text="The edition; the lowest it may be.")
    high = serializers.FloatField(allow_null=True, help_text="The highest that it may be.")
    holds = serializers.BooleanField(help_text="False if the source denies it.")
    voice = serializers.ChoiceField(choices=Voice.choices, help_text="The voice of the statement.")
    speaker = serializers.CharField(help_text="The speaker that the source quotes, if any.")
    source = serializers.CharField(help_text="The key of the source.")  # type: ignore[assignment]
    locator = serializers.CharField(help_text="Where in the source.")
    statement = serializers.IntegerField(help_text=BECAUSE)


class CountedEdition(serializers.Serializer):
    """Which edition a gathering is, counting the known editions that took place.

    Where dates overlap or are missing, it is anything from the lowest to the highest.
    """

    low = serializers.IntegerField(help_text="The lowest that it can be.")
    high = serializers.IntegerField(help_text="The highest that it can be.")


class SeriesEdition(serializers.Serializer):
    """An edition of a series: claimed against counted."""

    gathering = Mention(help_text="The edition.")
    affairs = serializers.ChoiceField(choices=AFFAIRS, help_text="Whether it took place.")
    claimed = ClaimedEdition(many=True, help_text="Which one it is, according to sources.")
    counted = CountedEdition(
        allow_null=True,
        help_text="Which one it is by count; null if it did not take place, or is undated.",
    )
    statements = integers("The statements that it is an edition, by number (/id/<number>).")


class GatheringSeries(serializers.Serializer):
    """A series of gatherings."""

    series = Mention(help_text="The series.")
    held = serializers.IntegerField(help_text="How many known editions took place.")
    editions = SeriesEdition(many=True, help_text="In the order of their dates, undated ones last.")


class EditionsAnswer(serializers.Serializer):
    """The series that a gathering is or belongs to, with which edition each claims to be and is."""

    gathering = Mention(help_text="The requested gathering.")
    series = GatheringSeries(many=True, help_text="Empty if it belongs to no series.")
