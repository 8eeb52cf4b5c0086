"""Places: countries, states, cities and regions; "context matters" (Prop 2)."""

from .kinds import Kind
from .record import KindManager, Record

REFERENCE_SOURCES = ("cldr", "un-m49", "iso-3166", "iso-codes", "geonames")
"""Keys of sources that say of any place what it is called and where it lies, and nothing else."""


class Place(Record):
    """A place at any level. Its slug is its ISO 3166 code in lower case, if it has one."""

    objects = KindManager(Kind.PLACE)

    class Meta:
        proxy = True
