"""Drafts: what somebody has typed for a body and not sent yet.

It is kept at every step, so that no word is lost by a session that ends, a line that breaks or a
tab that is closed. It is nobody's word until it is sent, so it is no part of the catalogue.
"""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from orgs.records.record import Record

MOST_PENDING = 20
"""Forms kept for an account that was not signed in: more than anybody sends before noticing."""


class Draft(models.Model):
    """What an account has typed for a body, by the fields of its forms.

    `typed` holds, for every field, what is `typed`, what the catalogue said when it was begun
    (`was`), and what other windows typed into the same field (`others`), each with its window.
    `pending` are forms that came after the session had ended: they count once the same account is
    back.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    record = models.ForeignKey(Record, models.CASCADE, related_name="drafts")
    typed = models.JSONField(default=dict)
    pending = models.JSONField(default=list)
    base = models.BigIntegerField(default=0, help_text="The newest change when it was begun.")
    saved = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("account", "record"), name="draft_once"),)

    def __str__(self) -> str:
        return f"{self.account} for {self.record}"

    @classmethod
    def of(cls, account: Any, record: Record) -> "Draft":
        """Return what an account has typed for a body, unsaved if that is nothing."""
        found = cls.objects.filter(account=account, record=record).first()
        return found or cls(account=account, record=record)

    @classmethod
    def held(cls, account: int, record: int) -> "Draft":
        """Return the same, made if need be, and held until the transaction ends."""
        found = None
        while found is None:  # another window may send or forget it between the two
            made = Draft(account_id=account, record_id=record)
            Draft.objects.bulk_create([made], ignore_conflicts=True)
            mine = cls.objects.select_for_update().filter(account_id=account, record_id=record)
            found = mine.first()
        return found

    @classmethod
    def leave(cls, account: int, record: int, form: dict[str, Any]) -> None:
        """Keep a form that came without a session, for when this account is back."""
        with transaction.atomic():
            draft = cls.held(account, record)
            if form not in draft.pending:
                draft.pending = [*draft.pending, form][-MOST_PENDING:]
                draft.keep()

    def keep(self) -> None:
        """Save it, as of now."""
        self.saved = timezone.now()
        self.save()

    def forget(self) -> None:
        """Leave nothing of it."""
        if self.pk:
            self.delete()
