"""What organizations undertake together, and what they appeal to."""

from orgs.records.kinds import Kind
from orgs.records.record import KindManager, Record


class Gathering(Record):
    """A gathering, a series of them or an edition: autonomous spaces and official events."""

    objects = KindManager(Kind.GATHERING)

    class Meta:
        proxy = True


class Campaign(Record):
    """Joint action "with very specific goals, targets and time horizons" (Prop 6)."""

    objects = KindManager(Kind.CAMPAIGN)

    class Meta:
        proxy = True


class Instrument(Record):
    """A convention, declaration, agreement, law or one of its articles (Prop 3)."""

    objects = KindManager(Kind.INSTRUMENT)

    class Meta:
        proxy = True


class Project(Record):
    """A programme or project: collective remittances and others (Prop 9)."""

    objects = KindManager(Kind.PROJECT)

    class Meta:
        proxy = True


class Demand(Record):
    """A claim, a recommendation, a right that is called for (Props 3 and 10)."""

    objects = KindManager(Kind.DEMAND)

    class Meta:
        proxy = True


class Case(Record):
    """A worked example of the paper, with the places and actors it concerns."""

    objects = KindManager(Kind.CASE)

    class Meta:
        proxy = True
