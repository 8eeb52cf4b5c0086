"""The page of an import: a summary of its proposals, and one decision about all of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Max, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.sql import fetch_rows
from orgs.statements.statement import statement_kinds

from .bulk import notify_moderators
from .import_decision import ImportDecision
from .pages import EditorPage
from .reading_log import note_proposals
from .submission import RejectionForm

MAX_LISTED = 100
"""How many proposals of an import the page lists; the queue lists all of them."""

REFRESH_SECONDS = 3
"""Seconds after which the page reloads to show the progress of a decision."""

TALLY = """
SELECT what, kind, sum(n)::int FROM (
  SELECT 'records' AS what, '' AS kind, jsonb_array_length(operations -> 'records') AS n
  FROM waiting
  UNION ALL
  SELECT 'adds', key, jsonb_array_length(value) FROM waiting, jsonb_each(operations -> 'adds')
  UNION ALL
  SELECT 'retires', key, jsonb_array_length(value) FROM waiting, jsonb_each(operations -> 'retires')
) steps GROUP BY what, kind HAVING sum(n) > 0 ORDER BY what, kind
"""


class ImportForm(RejectionForm):
    """The decision, and the last proposal that the editor had seen."""

    last_seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


def tally(changesets: QuerySet) -> list[tuple[str, list[tuple[str, int]]]]:
    """Count what proposals would do: new records, and statements added and retired by kind."""
    sql, params = changesets.order_by().values_list("pk", "operations").query.sql_with_params()
    rows = fetch_rows(f"WITH waiting (pk, operations) AS ({sql}) {TALLY}", params)
    counts: dict[str, list[tuple[str, int]]] = {"records": [], "adds": [], "retires": []}
    for section, kind, count in rows:
        name = statement_kinds()[kind]._meta.verbose_name_plural if kind else ""
        counts[section].append((capfirst(str(name)), count))
    titles = {
        "records": gettext("New records"),
        "adds": gettext("Would be added"),
        "retires": gettext("Would be retired or changed"),
    }
    return [(title, counts[section]) for section, title in titles.items() if counts[section]]


class ImportPage(EditorPage):
    """The import with the label of the parameter `label`: a decision about it, or its progress."""

    template_name = "review/import.html"

    def get_readable(self) -> Any:
        """Raises Http404 if no proposal has this label."""
        labelled = Changeset.objects.exclude(label="").filter(label=self.label)
        readable = labelled.visible_to(self.request.user)
        if not readable.exists():
            raise Http404("No proposal is part of an import of this name.")
        return readable

    @property
    def label(self) -> str:
        return self.request.GET.get("label", "")

    @property
    def page_url(self) -> str:
        return f"{reverse('review-import')}?{urlencode({'label': self.label})}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require(Right.DECIDE)
        self.get_readable()
        form = ImportForm(request.POST)
        if form.is_valid() and self._apply_decision(form):
            return HttpResponseRedirect(self.page_url)
        return self.render(form)

    def render(self, form: ImportForm | None = None) -> HttpResponse:
        """The page, which reloads while the decision is in progress."""
        context = self.get_context_data(form=form)
        response = self.render_to_response(context)
        if context["in_progress"] and not context["still"] and not context["form"].errors:
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changesets = self.get_readable().proposed()
        pending_range = changesets.aggregate(last_seen=Max("pk"), since=Min("proposed_at"))
        decisions = ImportDecision.objects.filter(label=self.label)
        decision = decisions.select_related("account", "job").first()
        in_progress = decision is not None and decision.job.is_pending
        listed = list(changesets.defer("operations").order_by("pk")[:MAX_LISTED])
        note_proposals(self.request, [changeset.pk for changeset in listed])
        count = changesets.count()
        form = kwargs.pop("form") or ImportForm(initial={"last_seen": pending_range["last_seen"]})
        return super().get_context_data(
            title=self.label,
            form=form,
            last_seen=pending_range["last_seen"],
            since=pending_range["since"],
            count=count,
            authors=Account.objects.filter(pk__in=changesets.order_by().values("author")),
            tally=tally(changesets),
            changesets=listed,
            decision=decision,
            in_progress=in_progress,
            accepts=decision is not None and decision.verdict == ImportDecision.Verdict.ACCEPT,
            done=decision.decided_changesets().count() if decision and not in_progress else 0,
            still="still" in self.request.GET,
            page_url=self.page_url,
            # Where the page has no field for it any more.
            unsaved_text=form["decision"].value()
            if form.errors and (in_progress or not count)
            else "",
            may_accept=can(self.request.user, Right.DECIDE),
            queue=f"{reverse('review')}?{urlencode({'label': self.label})}",
            **kwargs,
        )

    def _apply_decision(self, form: ImportForm) -> bool:
        """Apply the pressed button. Returns whether it succeeded; otherwise the form has the
        errors.
        """
        request, label, values = self.request, self.label, form.cleaned_data
        verdicts = {
            "_accept": ImportDecision.Verdict.ACCEPT,
            "_reject": ImportDecision.Verdict.REJECT,
        }
        pressed = [verdict for button, verdict in verdicts.items() if button in request.POST]
        try:
            if "_stop" in request.POST:
                ImportDecision.stop(label)
            elif pressed:
                ImportDecision.decide(
                    request.user, label, values["last_seen"], pressed[0], values["decision"]
                )
                count = ImportDecision.objects.values_list("changesets", flat=True).get(label=label)
                # Without the name of the import, which may say what is in it.
                notify_moderators(request.user, count, "/review/")
                messages.success(
                    request, gettext("Decided. The proposals are being processed one by one.")
                )
            else:
                raise ValidationError(gettext("Choose what to do: accept all of it, or reject it."))
        except ValidationError as error:
            form.add_error("decision" if "_reject" in request.POST else None, error)
            return False
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            return False
        return True
