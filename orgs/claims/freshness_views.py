"""Pages that keep entries fresh: confirming them, answering networks, attesting members."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from orgs.changes.operations import Conflict
from orgs.projection.addresses import resolve
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS

from . import attestation, contact_form, freshness


def profile_url(slug: str) -> str:
    """The page where an organization edits its profile; "" without one."""
    try:
        return reverse("profile", kwargs={"slug": slug})
    except NoReverseMatch:
        return ""


@method_decorator(never_cache, name="dispatch")
class ConfirmationLinkPage(View):
    """The page behind the link in a message: what the entry says, and one button.

    Only the button confirms, since programs that scan mail follow every link.
    """

    uses_application_role = True

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        match = freshness.find_request(secret)
        if match is None:
            return self.render(request, "orgs/confirmation/invalid_link.html", {}, 404)
        return self.render(request, "orgs/confirmation/still_right.html", self.context(match[1]))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        match = freshness.find_request(secret)
        if match is None:
            return self.render(request, "orgs/confirmation/invalid_link.html", {}, 404)
        confirmation, entry = match
        try:
            answered = freshness.answer_request(confirmation)
        except Conflict:
            context = self.context(entry) | {"again": True}
            return self.render(request, "orgs/confirmation/still_right.html", context, 409)
        if not answered:
            return self.render(request, "orgs/confirmation/invalid_link.html", {}, 404)
        title = gettext("Thank you")
        return self.render(
            request, "orgs/confirmation/confirmed.html", {"entry": entry, "title": title}
        )

    def context(self, entry: Entry) -> dict[str, Any]:
        return {
            "entry": entry,
            "document": (document := entry.read()),
            **freshness.main_statements(document),
            "profile_url": profile_url(entry.slug),
            "title": gettext("Is this still right?"),
        }

    def render(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """The address contains a secret, so the page sends it to no other site."""
        context.setdefault("title", gettext("This link cannot be used"))
        response = render(request, template, context, status=status)
        # Not "no-referrer": without an origin, Django refuses the form.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response


class RepresentativeView(View):
    """A page for representatives of an organization; a 404 for other accounts.

    Visitors are led to sign in whether the organization exists or not.
    """

    uses_application_role = True

    kinds: tuple[str, ...] = ACTOR_KINDS
    entry: Entry
    representative: Any

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.entry = resolve(self.kinds, kwargs["slug"])
        representative = freshness.find_representative(request.user, self.entry.id)
        if representative is None:
            raise Http404
        self.representative = representative
        return super().dispatch(request, *args, **kwargs)


class ConfirmPage(RepresentativeView):
    """Questions to an organization: is the entry right, memberships, the contact form."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        context = {
            "tasks": attestation.tasks_of(self.representative, self.entry),
            "profile_url": profile_url(self.entry.slug),
            "title": gettext("Keep %(name)s up to date") % {"name": self.entry.label},
            "entry": self.entry,
        }
        return render(request, "orgs/confirmation/confirm.html", context)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        try:
            message = self.record_answer(request)
        except (ValidationError, Conflict):
            messages.warning(
                request,
                gettext("Another person changed this at the same time. Check it and answer again."),
            )
        else:
            messages.success(request, message)
        back = request.POST.get("back", "")
        return HttpResponseRedirect(reverse("account") if back == "account" else request.path)

    def record_answer(self, request: HttpRequest) -> str:
        """Returns the message to show. Raises Http404."""
        answer, _, network = request.POST.get("answer", "").partition(" ")
        if answer == "right":
            freshness.confirm_entry(self.representative)
            return gettext("Thank you. The page now says that you confirmed it this month.")
        if answer in ("yes", "no", "later") and network.isdigit() and len(network) < 19:
            pending = attestation.answer_membership(
                self.representative, self.entry, int(network), answer
            )
            if answer == "later":
                return gettext("We will ask again in three months.")
            if pending:
                return gettext("Thank you. An editor will check it before it is public.")
            return gettext("Thank you. It is on both pages now.")
        if answer in ("open", "close"):
            contact_form.set_open(self.representative, self.entry, answer == "open")
            if answer == "open":
                return gettext("The contact form is open. Your address is not shown.")
            return gettext("The contact form is closed.")
        raise Http404


class AttestPage(RepresentativeView):
    """The form in which a network states who is still a member."""

    kinds = ("partnership",)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.render_form(request, {})

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Save the answers; or give all members the same answer and show the form again."""
        rows = attestation.member_rows(self.entry, self.page_number(request))
        problems = attestation.fill_rows(rows, request.POST)
        answer_for_all = request.POST.get("alike", "")
        if answer_for_all in attestation.ANSWERS:
            for row in rows:
                row.answer = answer_for_all
        if answer_for_all or problems:
            return self.render_form(request, {"rows": rows, "problems": problems})
        try:
            changeset = attestation.attest(self.representative, rows, seen_change(request))
        except (ValidationError, Conflict) as error:
            problems = error.messages if isinstance(error, ValidationError) else [str(error)]
            return self.render_form(request, {"rows": rows, "problems": problems})
        page_number = self.page_number(request)
        if changeset is None:
            messages.info(request, gettext("You gave no answers, so nothing was changed."))
        elif changeset.number:
            messages.success(request, gettext("Thank you. It is on your members’ pages now."))
        else:
            messages.success(
                request, gettext("Thank you. An editor will check it before it is public.")
            )
        if attestation.member_count(self.entry) > page_number * attestation.PAGE_SIZE:
            return HttpResponseRedirect(f"{request.path}?page={page_number + 1}")
        return HttpResponseRedirect(request.path.removesuffix("attest/") + "confirm/")

    def page_number(self, request: HttpRequest) -> int:
        """Raises Http404."""
        page = request.GET.get("page", "1")
        if not (page.isascii() and page.isdigit() and 0 < len(page) < 5 and int(page)):
            raise Http404
        return int(page)

    def render_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        page_number = self.page_number(request)
        rows = context.get("rows") or attestation.member_rows(self.entry, page_number)
        count = attestation.member_count(self.entry)
        if not rows and page_number > 1:
            raise Http404
        return render(
            request,
            "orgs/confirmation/attest.html",
            {
                "entry": self.entry,
                "title": gettext("Who is still a member?"),
                "rows": rows,
                "count": count,
                "pending": attestation.has_pending_proposal(self.entry.id, attestation.ATTESTATION),
                "next": page_number + 1 if count > page_number * attestation.PAGE_SIZE else None,
                "seen": Counter.objects.values_list("number", flat=True).get(),
                **context,
            },
            status=400 if context.get("problems") else 200,
        )


def seen_change(request: HttpRequest) -> int | None:
    """The newest change when the form was opened, if it says so."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else None
