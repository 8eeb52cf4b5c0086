"""Which editor works on an item of the review queue, so that two do not work on the same one."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DURATION = timedelta(days=1)
"""After this an assignment has expired, and other editors can take the item."""


class AssignmentQuerySet(models.QuerySet):
    def current(self):
        return self.filter(since__gt=timezone.now() - DURATION)

    def expired(self):
        return self.filter(since__lte=timezone.now() - DURATION)


class Assignment(models.Model):
    """An item of the review queue assigned to an editor. Others may still decide about it."""

    item_kind = models.CharField(
        max_length=20, editable=False, help_text="Proposal, correction or import."
    )
    number = models.BigIntegerField(editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, editable=False, related_name="+"
    )
    since = models.DateTimeField(default=timezone.now, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = (
            models.UniqueConstraint(fields=("item_kind", "number"), name="assignment_once"),
        )

    def __str__(self) -> str:
        return f"{self.item_kind} {self.number}: {self.account}"

    @classmethod
    def assign(cls, account, item_kind: str, number: int) -> None:
        """Assign an item to an editor, unless another editor has it."""
        with transaction.atomic():
            cls.objects.expired().filter(item_kind=item_kind, number=number).delete()
            # Inserted without looking first: another editor may release it meanwhile.
            assignment = Assignment(item_kind=item_kind, number=number, account=account)
            Assignment.objects.bulk_create([assignment], ignore_conflicts=True)

    @classmethod
    def release(cls, account, item_kind: str, number: int) -> None:
        """Release an item, if it is assigned to this editor."""
        cls.objects.filter(item_kind=item_kind, number=number, account=account).delete()
