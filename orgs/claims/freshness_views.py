"""The pages by which entries stay fresh: confirming them, answering, attesting members."""

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

from orgs.changes.changeset import Conflict
from orgs.pages.addresses import Withdrawn, published_at
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS

from . import attestation, contact_form, freshness


def words_page(slug: str) -> str:
    """Return the address where a body changes its entry in its own words; "" if there is none."""
    try:
        return reverse("profile", kwargs={"slug": slug})
    except NoReverseMatch:
        return ""


@method_decorator(never_cache, name="dispatch")
class StillRight(View):
    """Where the link of a message leads: what the entry says, and one button.

    Looking changes nothing, for programs that search messages for danger follow every link.
    """

    uses_application_role = True

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Answer with what the entry says, or that the link leads nowhere."""
        found = freshness.asked_by(secret)
        if found is None:
            return self.answered(request, "orgs/confirmation/no_question.html", {}, 404)
        return self.answered(request, "orgs/confirmation/still_right.html", self.told(found[1]))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Take the answer, once."""
        found = freshness.asked_by(secret)
        if found is None:
            return self.answered(request, "orgs/confirmation/no_question.html", {}, 404)
        confirmation, entry = found
        try:
            taken = freshness.answer(confirmation)
        except Conflict:
            context = self.told(entry) | {"again": True}
            return self.answered(request, "orgs/confirmation/still_right.html", context, 409)
        if not taken:
            return self.answered(request, "orgs/confirmation/no_question.html", {}, 404)
        title = gettext("Thank you")
        return self.answered(
            request, "orgs/confirmation/confirmed.html", {"entry": entry, "title": title}
        )

    def told(self, entry: Entry) -> dict[str, Any]:
        """Return what the page tells of an entry."""
        return {
            "entry": entry,
            "document": (document := entry.read()),
            **freshness.main_sentences(document),
            "words": words_page(entry.slug),
            "title": gettext("Is this still right?"),
        }

    def answered(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """Return a page that gives its address to nobody."""
        context.setdefault("title", gettext("This link cannot be used"))
        response = render(request, template, context, status=status)
        # Not "no-referrer": browsers would hide from where the form comes, and it would be refused.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response


class ByRepresentative(View):
    """A page for whoever may speak for a body: for anybody else nothing stands there.

    Strangers are led to sign in whether there is such a body or not.
    """

    uses_application_role = True

    kinds: tuple[str, ...] = ACTORS
    entry: Entry
    representative: Any

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer whoever may speak for the body."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            self.entry = published_at(self.kinds, kwargs["slug"])
        except Withdrawn:
            raise Http404 from None
        representative = freshness.representative_of(request.user, self.entry.id)
        if representative is None:
            raise Http404
        self.representative = representative
        return super().dispatch(request, *args, **kwargs)


class ConfirmPage(ByRepresentative):
    """What a body is asked about its entry: whether it is right, memberships, being written to."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Answer with the questions."""
        context = {
            "page": attestation.confirmation_of(self.representative, self.entry),
            "words": words_page(self.entry.slug),
            "title": gettext("Keep %(name)s up to date") % {"name": self.entry.label},
            "entry": self.entry,
        }
        return render(request, "orgs/confirmation/confirm.html", context)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Take one answer."""
        try:
            said = self.answered(request)
        except (ValidationError, Conflict):
            messages.warning(
                request,
                gettext("Another person changed this at the same time. Check it and answer again."),
            )
        else:
            messages.success(request, said)
        there = request.POST.get("back", "")
        return HttpResponseRedirect(reverse("account") if there == "account" else request.path)

    def answered(self, request: HttpRequest) -> str:
        """Do what was answered and return the sentence that says so. Raises Http404."""
        asked, _, which = request.POST.get("answer", "").partition(" ")
        if asked == "right":
            freshness.confirm(self.representative)
            return gettext("Thank you. The page now says that you confirmed it this month.")
        if asked in ("yes", "no", "later") and which.isdigit() and len(which) < 19:
            waiting = attestation.answer_membership(
                self.representative, self.entry, int(which), asked
            )
            if asked == "later":
                return gettext("We will ask again in three months.")
            if waiting:
                return gettext("Thank you. An editor will check it before it is public.")
            return gettext("Thank you. It is on both pages now.")
        if asked in ("open", "close"):
            contact_form.switch(self.representative, self.entry, asked == "open")
            if asked == "open":
                return gettext("The contact form is open. Your address is not shown.")
            return gettext("The contact form is closed.")
        raise Http404


class Attest(ByRepresentative):
    """One form by which a network says of all its members whether they still are members."""

    kinds = ("partnership",)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Answer with the form."""
        return self.page(request, {})

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Take the answers; or tick all alike, with the rest as it was typed."""
        rows = attestation.rows_of(self.entry, self.number(request))
        problems = attestation.filled(rows, request.POST)
        alike = request.POST.get("alike", "")
        if alike in attestation.ANSWERS:
            for row in rows:
                row.answer = alike
        if alike or problems:
            return self.page(request, {"rows": rows, "problems": problems})
        try:
            changeset = attestation.attest(self.representative, rows, seen_in(request))
        except (ValidationError, Conflict) as error:
            told = error.messages if isinstance(error, ValidationError) else [str(error)]
            return self.page(request, {"rows": rows, "problems": told})
        number = self.number(request)
        if changeset is None:
            messages.info(request, gettext("You chose nothing, so nothing was changed."))
        elif changeset.number:
            messages.success(request, gettext("Thank you. It is on your members’ pages now."))
        else:
            messages.success(
                request, gettext("Thank you. An editor will check it before it is public.")
            )
        if attestation.count_of(self.entry) > number * attestation.EACH:
            return HttpResponseRedirect(f"{request.path}?page={number + 1}")
        return HttpResponseRedirect(request.path.removesuffix("attest/") + "confirm/")

    def number(self, request: HttpRequest) -> int:
        """Return which page of members is asked for. Raises Http404."""
        asked = request.GET.get("page", "1")
        if not (asked.isascii() and asked.isdigit() and 0 < len(asked) < 5 and int(asked)):
            raise Http404
        return int(asked)

    def page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Return the form."""
        number = self.number(request)
        rows = context.get("rows") or attestation.rows_of(self.entry, number)
        count = attestation.count_of(self.entry)
        if not rows and number > 1:
            raise Http404
        return render(
            request,
            "orgs/confirmation/attest.html",
            {
                "entry": self.entry,
                "title": gettext("Who is still a member?"),
                "rows": rows,
                "count": count,
                "waiting": attestation.waits(self.entry.id, attestation.ATTESTATION),
                "next": number + 1 if count > number * attestation.EACH else None,
                "number": number,
                "seen": Counter.objects.values_list("number", flat=True).get(),
                **context,
            },
            status=400 if context.get("problems") else 200,
        )


def seen_in(request: HttpRequest) -> int | None:
    """Return the newest change when a form was opened; None if it does not say so."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else None
