"""Reviews: which editor has seen a change that a trusted representative published directly."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset


class Review(models.Model):
    """That an editor has seen an accepted proposal which no moderator decided about."""

    changeset = models.OneToOneField(
        Changeset, models.CASCADE, primary_key=True, editable=False, related_name="review"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    def __str__(self) -> str:
        return str(self.changeset)

    @classmethod
    def mark(cls, changeset: Changeset, by) -> None:
        """Mark it as seen. Of two editors at once, the first counts."""
        cls.objects.get_or_create(changeset=changeset, defaults={"account": by})


def to_review() -> models.QuerySet[Changeset]:
    """Proposals that trusted representatives published directly and no editor has seen."""
    trusted = Representative.objects.filter(
        account=models.OuterRef("author"), record=models.OuterRef("on_behalf"), trusted=True
    )
    return Changeset.objects.accepted().filter(
        models.Exists(trusted), decided_by=models.F("author"), review=None
    )
