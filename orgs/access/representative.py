"""Representatives: accounts that edit for an organization.

Fox and Gois name migrant civil society for its "self-representation"; this is who represents an
organization here. It states nothing about the organization, so it is not part of the catalogue.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from orgs.records.record import Record


class RepresentativeQuerySet(models.QuerySet):
    def active(self):
        """Representatives whose waiting period is over and who have not been ended."""
        return self.filter(ended__isnull=True, since__lte=timezone.now())

    def lock_for(self, record: "Record") -> list["Representative"]:
        """Lock the active representatives of an organization until the transaction ends.

        Serializes the changes of one organization's representatives. Take this lock before the
        ledger's counter: the other order could deadlock.
        """
        return list(self.active().select_for_update().filter(record=record))

    def represents(self, account, record: "Record") -> bool:
        return self.active().filter(account=account, record=record).exists()


class Representative(models.Model):
    """The right of an account to edit for an organization, from the end of the waiting period until
    it ends.
    """

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

    def mark_seen(self) -> None:
        """Store that the representative is still active."""
        Representative.objects.filter(pk=self.pk, ended=None).update(seen=timezone.now())
