"""Claims and representatives, for moderators."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.access.roles import Right
from orgs.claims.claim import Claim, ClaimMethod, Invitation
from orgs.claims.decisions import grant, refuse
from orgs.claims.domains import assess_domain
from orgs.claims.invitations import invite, revoke_invitation
from orgs.claims.lifecycle import claimable_entries, dismiss
from orgs.matching.hosts import domain_of
from orgs.records.characters import MessageField
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.record import Record

from .choices import label_expression, parse_number, with_labels
from .pages import EditorMixin, EditorPage, PendingFirstFilter, ReviewFilter, ReviewList
from .reading_log import note


class EvidenceForm(forms.Form):
    """How a moderator knows, and that they know it from more than the address."""

    reason = MessageField(
        label=gettext_lazy("Evidence"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What you checked, or whom you asked. Never public."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I verified this independently of the address"), required=False
    )


class DecisionForm(EvidenceForm):
    reason = MessageField(
        label=gettext_lazy("Evidence, or reason for refusing"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("If you refuse it, its author reads this. Never public."),
    )


class InvitationForm(EvidenceForm):
    address = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        max_length=254,
        help_text=gettext_lazy("The invitation serves for 30 days, once, and only this address."),
    )
    field_order = ("address", "reason", "sure")


class ClaimFilter(ReviewFilter):
    # Codes that were requested but not entered are private.
    state = PendingFirstFilter(
        states=Claim.State, pending=Claim.State.PENDING, omitted=(Claim.State.CODE_SENT,)
    )
    method = django_filters.ChoiceFilter(
        label=gettext_lazy("Method"),
        choices=ClaimMethod.choices,
        empty_label=gettext_lazy("all"),
    )

    class Meta:
        model = Claim
        fields = ("state", "method", "order")


class ClaimsMixin(EditorMixin):
    right = Right.MANAGE_CLAIMS

    def get_queryset(self) -> QuerySet[Any]:
        """Leave out claims whose code has not been confirmed; annotate the organization's label."""
        claims: Any = Claim.objects.exclude(state=Claim.State.CODE_SENT).order_by("id")
        return claims.annotate(label=label_expression("record_id", self.request.user))


class ClaimList(ClaimsMixin, ReviewList):
    """Claims to represent an organization."""

    template_name = "review/claims.html"
    filterset_class = ClaimFilter
    title = gettext_lazy("Claims")
    noted_as = "claim"


class ClaimPage(ClaimsMixin, EditorPage):
    """A claim with the available evidence, and the decision."""

    template_name = "review/claim.html"

    def get_claim(self) -> Any:
        claims = self.get_queryset().select_related("account", "representative")
        claim = get_object_or_404(claims, pk=self.kwargs["number"])
        note(self.request, Right.MANAGE_CLAIMS, "claim", claim.pk)
        return claim

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim = self.get_claim()
        kwargs.setdefault("form", DecisionForm())
        return super().get_context_data(
            title=gettext("Claim: %(organization)s")
            % {"organization": claim.label or gettext("not accepted yet")},
            claim=claim,
            is_pending=claim.state == Claim.State.PENDING,
            own=claim.account_id == self.request.user.pk,
            domain=domain_of(claim.account.email),
            domain_evidence=assess_domain(claim.account.email, claim.record_id)
            if claim.record_id
            else None,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide about the claim, or show it again with the form's errors."""
        form = DecisionForm(request.POST)
        if self._decide(self.get_claim(), form):
            return HttpResponseRedirect(reverse("review-claims"))
        return self.render_to_response(self.get_context_data(form=form))

    def _decide(self, claim: Claim, form: DecisionForm) -> bool:
        """Apply the pressed button. Returns whether it succeeded; otherwise the form has the
        errors.
        """
        if not form.is_valid():
            return False
        by: Any = self.request.user
        values = form.cleaned_data
        try:
            if "_grant" in self.request.POST:
                grant(claim, by, values["reason"], values["sure"])
                message = gettext(
                    "Claim approved. A waiting period of seven days begins, and the contacts "
                    "and representatives are informed."
                )
            elif "_refuse" in self.request.POST:
                refuse(claim, by, values["reason"])
                message = gettext("Claim refused. We have informed its author.")
            else:
                raise ValidationError(gettext("Choose what to do: approve or refuse."))
        except ValidationError as error:
            form.add_error(None, error)
            return False
        messages.success(self.request, message)
        return True


class RepresentativesPage(EditorPage):
    """The representatives of an organization or network, where moderators invite more."""

    template_name = "review/representatives.html"
    right = Right.MANAGE_CLAIMS

    def get_record(self) -> Any:
        actors = with_labels(Record.objects.filter(kind__in=ACTOR_KINDS), self.request.user)
        record = get_object_or_404(actors, pk=self.kwargs["number"])
        note(self.request, Right.MANAGE_CLAIMS, record.kind, record.pk)
        return record

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.get_record()
        kwargs.setdefault("form", InvitationForm())
        return super().get_context_data(
            title=gettext("Representatives of the organization"),
            record=record,
            chosen=[record],
            entry=claimable_entries().filter(pk=record.pk).first(),
            representatives=Representative.objects.filter(record=record, ended=None).select_related(
                "account", "claim"
            ),
            invitations=Invitation.objects.open().filter(record=record),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Invite, withdraw an invitation or end a representation."""
        form = InvitationForm(request.POST if "_invite" in request.POST else None)
        message = self._apply_action(self.get_record().pk, form)
        if message:
            messages.success(request, message)
            return HttpResponseRedirect(request.path)
        return self.render_to_response(self.get_context_data(form=form))

    def _apply_action(self, record: int, form: InvitationForm) -> str:
        """Apply the pressed button. Returns the success message, or "" if it failed."""
        pressed = self.request.POST
        if "_end" in pressed:
            current = Representative.objects.filter(record=record, ended=None)
            representative = current.filter(pk=parse_number(pressed["_end"]) or 0).first()
            if representative is not None:
                dismiss(representative)
            return gettext("Representative removed.")
        if "_take_back" in pressed:
            invitations = Invitation.objects.open().filter(record=record)
            invitation = invitations.filter(pk=parse_number(pressed["_take_back"]) or 0).first()
            if invitation is not None:
                revoke_invitation(invitation)
            return gettext("Invitation cancelled.")
        if not form.is_valid():
            return ""
        values = form.cleaned_data
        entry = claimable_entries().filter(pk=record).first()
        try:
            if entry is None:
                raise ValidationError(
                    gettext("This entry is not public. It cannot have representatives.")
                )
            account = Account.objects.get(email=self.request.user.get_username())
            invite(entry, values["address"], account, values["reason"], values["sure"])
        except ValidationError as error:
            form.add_error(None, error)
            return ""
        return gettext("The invitation is on its way.")
