"""Readings: who opened pages that are not public, and when.

Rows are added, and deleted when they expire; a trigger refuses changes. A row has the number of a
record, never its content.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

RETENTION = timedelta(days=365)
"""Time after which a reading is deleted."""


class ReadingQuerySet(models.QuerySet):
    def expired(self):
        return self.filter(at__lte=timezone.now() - RETENTION)


class Reading(models.Model):
    """A page with content that is not public, opened by an account."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    rights = ArrayField(models.CharField(max_length=30), verbose_name=_("rights"), editable=False)
    target_kind = models.CharField(_("page"), max_length=40, editable=False)
    number = models.BigIntegerField(_("number"), null=True, editable=False)
    """Of the record, source or proposal; none for a list."""

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to non-public content")
        verbose_name_plural = _("accesses to non-public content")
        ordering = ("-id",)
        indexes = (models.Index(fields=("at",), name="reading_at"),)

    def __str__(self) -> str:
        return f"{self.target_kind} {self.number or ''}".strip()
