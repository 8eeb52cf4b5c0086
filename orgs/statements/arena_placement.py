"""Placements of records in the four arenas."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.arena import Arena
from orgs.records.kinds import ACTOR_KINDS, Kind

from .statement import Statement


class ArenaPlacement(Statement):
    """That a record is in an arena.

    Footnote 2 is a constraint: state and intergovernmental actors never; a market actor in
    `media`, elsewhere only with a stated reason; a gathering only in `space`.
    """

    part = "arenas"
    document_fields = ("reason",)
    about_kinds = (*ACTOR_KINDS, Kind.GATHERING)
    code_column = ("arena", "arena_id")
    facet = models.Value("arena")
    facet_value = "arena"
    rival = ("arena",)

    arena = models.ForeignKey(
        Arena, models.PROTECT, related_name="+", help_text=_("Which of the four arenas.")
    )
    reason = models.TextField(
        blank=True,
        help_text=_("Why, where it needs saying: for a market actor outside the media."),
    )

    class Meta(Statement.Meta):
        verbose_name = _("arena placement")

    def __str__(self) -> str:
        return self.arena_id
