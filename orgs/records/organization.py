"""Organizations: the actors of the four arenas, and their allies and counterparts."""

from .kinds import ACTOR_KINDS
from .record import KindManager, Record


class Organization(Record):
    """An actor of civil society, the market, a state, or between states.

    A partnership is an organization too, so the manager selects both.
    """

    objects = KindManager(*ACTOR_KINDS)

    class Meta:
        proxy = True
