"""Organizations: the actors of the four arenas, and their allies and counterparts."""

from .record import ACTORS, KindManager, Record


class Organization(Record):
    """A body that acts: of civil society, the market, a state, or between states.

    A partnership is an organization too, so these are both.
    """

    objects = KindManager(*ACTORS)

    class Meta:
        proxy = True
