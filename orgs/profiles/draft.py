"""The model of drafts: profile edits that an account has typed and not submitted.

Every step stores what was typed, so that no text is lost when a session expires, a connection
breaks or a tab closes. A draft is no part of the catalogue.
"""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from orgs.records.record import Record

MAX_PENDING_FORMS = 20
"""Forms stored for an account whose session had expired."""


class Draft(models.Model):
    """What an account has typed for an organization, by profile field.

    `typed` maps a field to its current text (`typed`), the text that stood when editing began
    (`was`), what other windows typed into it (`others`) and the window that typed last (`by`).
    `pending` holds forms that arrived after the session had expired. They are merged when the same
    account signs in again.
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
    def get_or_new(cls, account: Any, record: Record) -> "Draft":
        """The stored draft, or an unsaved empty one."""
        draft = cls.objects.filter(account=account, record=record).first()
        return draft or cls(account=account, record=record)

    @classmethod
    def get_locked(cls, account: int, record: int) -> "Draft":
        """The draft, created if need be, with its row locked until the transaction ends."""
        draft = None
        while draft is None:  # another window may delete it between the two statements
            new = Draft(account_id=account, record_id=record)
            Draft.objects.bulk_create([new], ignore_conflicts=True)
            locked = cls.objects.select_for_update().filter(account_id=account, record_id=record)
            draft = locked.first()
        return draft

    @classmethod
    def add_pending(cls, account: int, record: int, form: dict[str, Any]) -> None:
        """Store a form that arrived without a session until its account signs in again."""
        with transaction.atomic():
            draft = cls.get_locked(account, record)
            if form not in draft.pending:
                draft.pending = [*draft.pending, form][-MAX_PENDING_FORMS:]
                draft.save_now()

    def save_now(self) -> None:
        self.saved = timezone.now()
        self.save()

    def discard(self) -> None:
        if self.pk:
            self.delete()
