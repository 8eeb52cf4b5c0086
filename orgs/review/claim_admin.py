"""Claims on the desk: what waits for a moderator, and who speaks for a record."""

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

from .admin_base import Open, Unlogged, WaitingFirst
from .choices import called, number_of
from .reading_log import note


class SureForm(forms.Form):
    """How a moderator knows, and that it is not by an address alone."""

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


class DecisionForm(SureForm):
    """What is decided about a claim."""

    reason = MessageField(
        label=gettext_lazy("How you know, or why not"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("If you refuse it, its author reads this. Never public."),
    )


class InvitationForm(SureForm):
    """Whom a moderator invites."""

    address = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        max_length=254,
        help_text=gettext_lazy("The invitation serves for 30 days, once, and only this address."),
    )
    field_order = ("address", "reason", "sure")


class StateFilter(WaitingFirst):
    """How far the claim has come; codes that were asked for are nobody's business."""

    states = [one for one in Claim.State.choices if one[0] not in ("waits", "asked")]
    waits = "pending"


class ClaimAdmin(Open, Unlogged):
    """Claims to speak for a body: moderators alone read them."""

    list_display = ("body", "way", "state", "said", "day")
    list_display_links = ("body",)
    list_filter = (StateFilter, "way")
    ordering = ("id",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this person may read claims."""
        return super().has_view_permission(request) and can(request.user, Right.MANAGE_CLAIMS)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody: claims are made on the pages of entries."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the claims that are more than a code asked for, each with the body's label."""
        claims: Any = super().get_queryset(request).exclude(state=Claim.State.ASKED)
        return claims.annotate(label=called("record_id", request.user))

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        """Show the list."""
        note(request, Right.MANAGE_CLAIMS, "claim")
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("organization"))
    def body(self, claim: Any) -> str:
        """Return what the body is called."""
        return claim.label or gettext("not accepted yet")

    @admin.display(description=gettext_lazy("note"))
    def said(self, claim: Claim) -> str:
        """Return how the note begins."""
        return Truncator(claim.note).words(30)

    @admin.display(description=gettext_lazy("since"), ordering="begun")
    def day(self, claim: Claim) -> str:
        """Return the day on which it was begun."""
        return date_format(claim.begun, "DATE_FORMAT")

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        """Show what is claimed and what can be known of it, and take the decision."""
        if not self.has_view_permission(request):
            raise PermissionDenied(gettext("Only moderators decide about this."))
        claims = self.get_queryset(request).select_related("account", "representative")
        claim: Any = claims.filter(pk=number_of(object_id) or 0).first()
        if claim is None:
            raise Http404("There is no such claim.")
        note(request, Right.MANAGE_CLAIMS, "claim", claim.pk)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if self._decided(request, claim, form):
                return HttpResponseRedirect(reverse("admin:orgs_claim_changelist"))
            claim = claims.get(pk=claim.pk)  # whoever was faster is read here
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Claim: %(body)s") % {"body": self.body(claim)},
            "claim": claim,
            "form": form,
            "waits": claim.state == Claim.State.WAITS,
            "own": claim.account_id == request.user.pk,
            "domain": domain_of(claim.account.email),
            "told": assess_domain(claim.account.email, claim.record_id)
            if claim.record_id
            else None,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/claim.html", context)

    def _decided(self, request: HttpRequest, claim: Claim, form: DecisionForm) -> bool:
        """Do what the pressed button says. Returns whether it could be done."""
        by, given = request.user, form.cleaned_data
        try:
            if "_grant" in request.POST:
                grant(claim, by, given["reason"], given["sure"])  # type: ignore[arg-type]
                said = gettext(
                    "Claim approved. A waiting period of seven days begins, and the contacts "
                    "and representatives are informed."
                )
            elif "_refuse" in request.POST:
                refuse(claim, by, given["reason"])  # type: ignore[arg-type]
                said = gettext("Claim refused. We have informed its author.")
            else:
                raise ValidationError(gettext("Choose what to do: grant or refuse."))
        except ValidationError as refused:
            form.add_error(None, refused)
            return False
        messages.success(request, said)
        return True

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """A claim is its own history."""
        return HttpResponseRedirect(reverse("admin:orgs_claim_change", args=(object_id,)))


class WithRepresentatives(admin.ModelAdmin):
    """The page of a record that says who speaks for it, and where moderators invite."""

    def get_urls(self) -> list:
        """Return the address of that page, for the kinds that act."""
        if self.opts.model_name not in ACTORS:
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}_representatives"
        view = self.admin_site.admin_view(self.representatives_view)
        return [path("<int:number>/representatives/", view, name=name), *super().get_urls()]

    def representatives_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show who speaks for the record; invite, take an invitation back, end a representative."""
        if not can(request.user, Right.MANAGE_CLAIMS):
            raise PermissionDenied(gettext("Only moderators can invite."))
        record = self.record_or_404(request, number)  # type: ignore[attr-defined]
        note(request, Right.MANAGE_CLAIMS, record.kind, record.pk)
        entry = claimable_entries().filter(pk=record.pk).first()
        form = InvitationForm(request.POST if "_invite" in request.POST else None)
        if request.method == "POST":
            done = self._done(request, record.pk, entry, form)
            if done:
                messages.success(request, done)
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

    def _done(self, request: HttpRequest, record: int, entry: Any, form: InvitationForm) -> str:
        """Do what the pressed button says. Returns what is said of it, nothing if it failed."""
        pressed, by = request.POST, request.user
        if "_end" in pressed:
            standing = Representative.objects.filter(record=record, ended=None)
            representative = standing.filter(pk=number_of(pressed["_end"]) or 0).first()
            if representative is not None:
                dismiss(representative)
            return gettext("Ended.")
        if "_take_back" in pressed:
            written = Invitation.objects.open().filter(record=record)
            invitation = written.filter(pk=number_of(pressed["_take_back"]) or 0).first()
            if invitation is not None:
                revoke_invitation(invitation)
            return gettext("Taken back.")
        if not form.is_valid():
            return ""
        given = form.cleaned_data
        try:
            if entry is None:
                raise ValidationError(
                    gettext("This entry is not public. It cannot have representatives.")
                )
            account = Account.objects.get(email=by.get_username())
            invite(entry, given["address"], account, given["reason"], given["sure"])
        except ValidationError as refused:
            form.add_error(None, refused)
            return ""
        return gettext("The invitation is on its way.")
