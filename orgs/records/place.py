"""Places: countries, states, cities and regions; "context matters" (Prop 2)."""

from .kinds import Kind
from .record import KindManager, Record


class Place(Record):
    """A place at any level. Its slug is its ISO 3166 code in lower case, if it has one."""

    objects = KindManager(Kind.PLACE)

    class Meta:
        proxy = True
