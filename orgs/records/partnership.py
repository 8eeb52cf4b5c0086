"""Networks and coalitions."""

from django.utils.translation import gettext_lazy as _

from .kinds import Kind
from .record import KindManager, Record


class Partnership(Record):
    """An organization that has members, or calls itself or is called a network, coalition,
    alliance, ...

    Network, coalition and movement are points "along a continuum of varying degrees of
    organizational density and social cohesion" (Prop 6): one model, not three.
    """

    objects = KindManager(Kind.PARTNERSHIP)

    class Meta:
        proxy = True
        verbose_name = _("network or coalition")
        verbose_name_plural = _("networks and coalitions")
