"""The admin of claims and representatives."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.access.roles import Right, can
from orgs.claims.claim import Claim, Invitation
from orgs.claims.claims import claimable_entries, dismiss, grant, invite, refuse, revoke_invitation
from orgs.claims.domains import assess_domain
from orgs.matching.hosts import domain_of
from orgs.records.characters import MessageField
from orgs.records.record import ACTORS

from .admin_base import EditorPermissions, PendingFirstFilter, UnloggedAdmin
from .choices import label_expression, parse_number
from .reading_log import note


class EvidenceForm(forms.Form):
    """How a moderator knows, and that they know it from more than the address."""

    reason = MessageField(
        label=gettext_lazy("How you know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What you checked, or whom you asked. Never public."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I know it by something else than the address"), required=False
    )


class DecisionForm(EvidenceForm):
    """A decision about a claim."""

    reason = MessageField(
        label=gettext_lazy("How you know, or why not"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("If you refuse it, its author reads this. Never public."),
    )


class InvitationForm(EvidenceForm):
    """Whom to invite."""

    address = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        max_length=254,
        help_text=gettext_lazy("The invitation serves for 30 days, once, and only this address."),
    )
    field_order = ("address", "reason", "sure")


class StateFilter(PendingFirstFilter):
    """The state of a claim, except `code_sent`: codes that were requested but not entered are
    private.
    """

    states = [choice for choice in Claim.State.choices if choice[0] not in ("pending", "code_sent")]
    pending_method = "pending"


class ClaimAdmin(EditorPermissions, UnloggedAdmin):
    """Claims to represent an organization, for moderators only."""

    list_display = ("organization", "method", "state", "excerpt", "begun_on")
    list_display_links = ("organization",)
    list_filter = (StateFilter, "method")
    ordering = ("id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_view_permission(request) and can(request.user, Right.MANAGE_CLAIMS)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody adds here: claims are made on the pages of entries."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Leave out claims whose code has not been confirmed; annotate the organization's label."""
        claims: Any = super().get_queryset(request).exclude(state=Claim.State.CODE_SENT)
        return claims.annotate(label=label_expression("record_id", request.user))

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        note(request, Right.MANAGE_CLAIMS, "claim")
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("organization"))
    def organization(self, claim: Any) -> str:
        return claim.label or gettext("not accepted yet")

    @admin.display(description=gettext_lazy("note"))
    def excerpt(self, claim: Claim) -> str:
        return Truncator(claim.note).words(30)

    @admin.display(description=gettext_lazy("since"), ordering="created_at")
    def begun_on(self, claim: Claim) -> str:
        return date_format(claim.created_at, "DATE_FORMAT")

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show a claim with the available evidence, and process the decision."""
        if not self.has_view_permission(request):
            raise PermissionDenied(gettext("Only moderators decide about this."))
        claims = self.get_queryset(request).select_related("account", "representative")
        claim: Any = claims.filter(pk=parse_number(object_id) or 0).first()
        if claim is None:
            raise Http404("There is no such claim.")
        note(request, Right.MANAGE_CLAIMS, "claim", claim.pk)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if self._apply_decision(request, claim, form):
                return HttpResponseRedirect(reverse("admin:orgs_claim_changelist"))
            claim = claims.get(pk=claim.pk)  # another moderator may have decided first
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Claim: %(organization)s")
            % {"organization": self.organization(claim)},
            "claim": claim,
            "form": form,
            "is_pending": claim.state == Claim.State.PENDING,
            "own": claim.account_id == request.user.pk,
            "domain": domain_of(claim.account.email),
            "domain_evidence": assess_domain(claim.account.email, claim.record_id)
            if claim.record_id
            else None,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/claim.html", context)

    def _apply_decision(self, request: HttpRequest, claim: Claim, form: DecisionForm) -> bool:
        """Apply the pressed button. Returns whether it succeeded; otherwise the form has the
        errors.
        """
        by, values = request.user, form.cleaned_data
        try:
            if "_grant" in request.POST:
                grant(claim, by, values["reason"], values["sure"])  # type: ignore[arg-type]
                message = gettext(
                    "Claim approved. A waiting period of seven days begins, and the contacts "
                    "and representatives are informed."
                )
            elif "_refuse" in request.POST:
                refuse(claim, by, values["reason"])  # type: ignore[arg-type]
                message = gettext("Claim refused. We have informed its author.")
            else:
                raise ValidationError(gettext("Choose what to do: grant or refuse."))
        except ValidationError as error:
            form.add_error(None, error)
            return False
        messages.success(request, message)
        return True

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A claim has no separate history: redirect to it."""
        return HttpResponseRedirect(reverse("admin:orgs_claim_change", args=(object_id,)))


class RepresentativesAdmin(admin.ModelAdmin):
    """The page that lists a record's representatives, where moderators invite more."""

    def get_urls(self) -> list:
        """Add the page for the kinds that can have representatives."""
        if self.opts.model_name not in ACTORS:
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}_representatives"
        view = self.admin_site.admin_view(self.representatives_view)
        return [path("<int:number>/representatives/", view, name=name), *super().get_urls()]

    def representatives_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """List representatives; invite, withdraw an invitation or end a representation."""
        if not can(request.user, Right.MANAGE_CLAIMS):
            raise PermissionDenied(gettext("Only moderators can invite."))
        record = self.record_or_404(request, number)  # type: ignore[attr-defined]
        note(request, Right.MANAGE_CLAIMS, record.kind, record.pk)
        entry = claimable_entries().filter(pk=record.pk).first()
        form = InvitationForm(request.POST if "_invite" in request.POST else None)
        if request.method == "POST":
            message = self._apply_action(request, record.pk, entry, form)
            if message:
                messages.success(request, message)
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Representatives of the organization"),
            "record": record,
            "entry": entry,
            "form": form,
            "representatives": Representative.objects.filter(
                record=record, ended=None
            ).select_related("account", "claim"),
            "invitations": Invitation.objects.open().filter(record=record),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/representatives.html", context)

    def _apply_action(
        self, request: HttpRequest, record: int, entry: Any, form: InvitationForm
    ) -> str:
        """Apply the pressed button. Returns the success message, or "" if it failed."""
        pressed, by = request.POST, request.user
        if "_end" in pressed:
            current = Representative.objects.filter(record=record, ended=None)
            representative = current.filter(pk=parse_number(pressed["_end"]) or 0).first()
            if representative is not None:
                dismiss(representative)
            return gettext("Ended.")
        if "_take_back" in pressed:
            open_invitations = Invitation.objects.open().filter(record=record)
            invitation = open_invitations.filter(
                pk=parse_number(pressed["_take_back"]) or 0
            ).first()
            if invitation is not None:
                revoke_invitation(invitation)
            return gettext("Taken back.")
        if not form.is_valid():
            return ""
        values = form.cleaned_data
        try:
            if entry is None:
                raise ValidationError(
                    gettext("This entry is not public. It cannot have representatives.")
                )
            account = Account.objects.get(email=by.get_username())
            invite(entry, values["address"], account, values["reason"], values["sure"])
        except ValidationError as error:
            form.add_error(None, error)
            return ""
        return gettext("The invitation is on its way.")
