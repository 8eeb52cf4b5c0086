"""Attempts: how often somebody has tried to come in, counted for a while."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Attempt(models.Model):
    """Something counted until a moment: what and for whom is a keyed hash, and cannot be read."""

    name = models.CharField(max_length=64, primary_key=True, editable=False)
    value = models.JSONField(editable=False)
    until = models.DateTimeField(editable=False, db_index=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return self.name
