"""Models of claims: how an account becomes a representative of an organization.

A claim is proved and then has a waiting period, in which the people concerned are informed and can
stop it. Only then is the account an active representative. Claims say nothing about the
organization and are no part of the catalogue. Codes and links are stored as keyed hashes only.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.access.representative import Representative
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.records.record import Record


class ClaimMethod(models.TextChoices):
    """How a person becomes a representative."""

    INVITATION = "invitation", _("invited by a moderator")
    COLLEAGUE = "colleague", _("invited by a colleague")
    CODE = "code", _("a code sent to a contact of the organization")
    NOTE = "note", _("a note to the moderators")
    ADDITION = "addition", _("added it to the catalogue")


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Invitations that can be used: not used, revoked or expired."""
        return self.filter(used__isnull=True, ended__isnull=True, until__gt=timezone.now())


class Invitation(models.Model):
    """Lets the owner of an address represent an organization: single-use, for a limited time."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="invitations")
    address = models.EmailField(_("e-mail address"), max_length=254)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="invitations"
    )
    representative = models.ForeignKey(
        Representative, models.CASCADE, null=True, related_name="invitations"
    )
    """Who hands over; none if a moderator invites."""
    steps_down = models.BooleanField(default=False)
    reason = models.TextField(blank=True, help_text="How the moderator knows. Never public.")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    used = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.record} {self.until:%Y-%m-%d}"


class ClaimQuerySet(models.QuerySet):
    def pending(self):
        """Claims that a moderator has to decide."""
        return self.filter(state=Claim.State.PENDING)

    def visible_to(self, account):
        return self if can(account, Right.MANAGE_CLAIMS) else self.none()

    def in_force(self):
        """Claims whose representative has not ended, in the waiting period or after it."""
        return self.filter(
            state__in=(Claim.State.WAITING, Claim.State.ACTIVE), representative__ended__isnull=True
        )

    def stoppable(self):
        """Claims that can still be stopped by the link in the messages about them."""
        return self.in_force().filter(stoppable_until__gt=timezone.now())

    def end_waiting_periods(self) -> int:
        """Activate the claims whose waiting period is over. Returns how many."""
        over = self.filter(state=Claim.State.WAITING).filter(
            models.Q(representative__since__lte=timezone.now())
            | models.Q(representative__ended__isnull=False)
        )
        # An update cannot filter through another table on a column that it changes.
        return self.filter(pk__in=list(over.values_list("pk", flat=True))).update(
            state=Claim.State.ACTIVE
        )


class Claim(models.Model):
    """A request of an account to represent an organization, with its state."""

    class State(models.TextChoices):
        CODE_SENT = "code_sent", _("waiting for the code")
        PENDING = "pending", _("waiting for a moderator")
        PROPOSED = "proposed", _("waiting for the entry")
        WAITING = "waiting", _("waiting period")
        ACTIVE = "active", _("active")
        STOPPED = "stopped", _("stopped by the organization")
        REFUSED = "refused", _("refused")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="claims")
    new_record_id = models.BigIntegerField(null=True, editable=False)
    """The id that the record gets if a moderator accepts the proposal that creates it."""
    changeset = models.ForeignKey(Changeset, models.SET_NULL, null=True, related_name="claims")
    method = models.CharField(max_length=10, choices=ClaimMethod)
    state = models.CharField(max_length=10, choices=State)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    until = models.DateTimeField(null=True, editable=False)
    """When the code expires."""
    note = models.TextField(blank=True)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    invitation = models.OneToOneField(Invitation, models.SET_NULL, null=True, related_name="claim")
    representative = models.OneToOneField(
        Representative, models.CASCADE, null=True, related_name="claim"
    )
    stop_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001
    """The keyed hash of the link that stops it."""
    stoppable_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = (
            models.UniqueConstraint(
                name="claim_one_waiting_at_a_time",
                fields=("record",),
                condition=models.Q(state="waiting") & ~models.Q(method="colleague"),
            ),
            models.UniqueConstraint(
                name="claim_open_once",
                fields=("account", "record", "state"),
                condition=models.Q(state__in=("code_sent", "pending", "waiting")),
            ),
            models.CheckConstraint(
                name="claim_in_force_has_representative",
                condition=~models.Q(state__in=("waiting", "active"))
                | models.Q(
                    representative__isnull=False, record__isnull=False, stop_digest__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="claim_is_about_a_record",
                condition=models.Q(record__isnull=False) | models.Q(new_record_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_method_display()}: {self.get_state_display()}"
