"""Representatives: the accounts that may speak for a body.

Fox and Gois name migrant civil society for its "self-representation"; this is who represents a
body here. It says nothing about the body itself, so it is no part of the catalogue.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from orgs.records.record import Record


class RepresentativeQuerySet(models.QuerySet):
    """Words for choosing representatives."""

    def standing(self):
        """Those that may speak now: their hold is over, and nothing has ended them."""
        return self.filter(ended__isnull=True, since__lte=timezone.now())

    def in_turn(self, record: "Record") -> list["Representative"]:
        """Those standing for a body, held until the transaction ends.

        Whoever speaks for a body waits here for its colleagues, and for nobody else. Held before
        the ledger's counter: in another order two could wait for each other.
        """
        return list(self.standing().select_for_update().filter(record=record))

    def may_speak(self, account, record: "Record") -> bool:
        """Whether this account may speak for this body now."""
        return self.standing().filter(account=account, record=record).exists()


class Representative(models.Model):
    """That an account may speak for a body, from the end of the hold until it ends."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="representations"
    )
    record = models.ForeignKey("orgs.Record", models.PROTECT, related_name="representatives")
    since = models.DateTimeField(
        default=timezone.now, help_text="When it begins: in the future while it is held back."
    )
    seen = models.DateTimeField(
        default=timezone.now, help_text="The last sign of life: a change, or a confirmation."
    )
    reminded = models.DateTimeField(
        null=True, blank=True, help_text="When a sign of life was asked for last."
    )
    ended = models.DateTimeField(null=True, blank=True)
    trusted = models.BooleanField(
        default=False,
        help_text="Whether what it says for the body goes live at once, and is reviewed after.",
    )

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("account", "record"),
                condition=models.Q(ended__isnull=True),
                name="representative_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} for {self.record}"

    def gives_a_sign(self) -> None:
        """Note a sign of life: that it still speaks for the body."""
        Representative.objects.filter(pk=self.pk, ended=None).update(seen=timezone.now())
