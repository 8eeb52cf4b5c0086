"""The four arenas of migrant civil society."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .record import NextNumber


class Arena(models.Model):
    """One of the "four very tangible arenas of collective action" (intro).

    "Each arena is constituted by actors, while each set of actors also constitutes an arena": so
    the page of an arena lists its actors. A migration creates exactly four rows.
    """

    id = models.BigIntegerField(db_default=NextNumber(), editable=False, unique=True)
    code = models.SlugField(primary_key=True, max_length=12)
    label = models.CharField(max_length=60)
    definition = models.TextField()
    locator = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.CheckConstraint(
                name="arena_is_one_of_four",
                condition=models.Q(code__in=("membership", "space", "ngo", "media")),
                violation_error_message=_("There are four arenas: membership, space, ngo, media."),
            ),
        )

    def __str__(self) -> str:
        # Created by a migration, so translated with the interface.
        return gettext(self.label)
