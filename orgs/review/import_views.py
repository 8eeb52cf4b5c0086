"""The page of an import: a summary of its proposals, and one decision about all of them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Max, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.statements.statement import statement_kinds

from .bulk import notify_moderators
from .import_decision import ImportDecision
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


def tally(changesets: QuerySet) -> dict[str, list[tuple[str, int]]]:
    """Count what proposals would do: new records, and statements added and retired by kind."""
    sql, params = changesets.order_by().values_list("pk", "operations").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH waiting (pk, operations) AS ({sql}) {TALLY}", params)
        rows = cursor.fetchall()
    counts: dict[str, list[tuple[str, int]]] = {"records": [], "adds": [], "retires": []}
    for section, kind, count in rows:
        name = statement_kinds()[kind]._meta.verbose_name_plural if kind else gettext("records")
        counts[section].append((capfirst(str(name)), count))
    return counts


def import_view(request: HttpRequest) -> HttpResponse:
    """Show an import, process a decision about it, or show its progress.

    Raises Http404 if no proposal has this label.
    """
    label = request.GET.get("label", "")
    if request.method == "POST" and not can(request.user, Right.DECIDE):
        raise PermissionDenied(gettext("Only moderators decide about this."))
    readable = Changeset.objects.filter(label=label).visible_to(request.user)
    if not readable.exclude(label="").exists():
        raise Http404("No proposal is part of an import of this name.")
    page_url = f"{reverse('admin:orgs_changeset_import')}?{urlencode({'label': label})}"
    form = ImportForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _apply_decision(request, label, form):
        return HttpResponseRedirect(page_url)
    changesets = readable.proposed()
    pending_range = changesets.aggregate(last_seen=Max("pk"), since=Min("proposed_at"))
    decision = ImportDecision.objects.filter(label=label).select_related("account", "job").first()
    in_progress = decision is not None and decision.job.is_pending
    if not form.is_bound:
        form = ImportForm(initial={"last_seen": pending_range["last_seen"]})
    listed = list(changesets.defer("operations").order_by("pk")[:MAX_LISTED])
    note_proposals(request, [changeset.pk for changeset in listed])
    context = {
        **admin.site.each_context(request),
        "title": label,
        "form": form,
        "last_seen": pending_range["last_seen"],
        "since": pending_range["since"],
        "count": changesets.count(),
        "authors": Account.objects.filter(pk__in=changesets.order_by().values("author")),
        "tally": tally(changesets),
        "changesets": listed,
        "decision": decision,
        "in_progress": in_progress,
        "done": decision.decided_changesets().count() if decision and not in_progress else 0,
        "still": "still" in request.GET,
        "page_url": page_url,
        "may_accept": can(request.user, Right.DECIDE),
        "queue": f"{reverse('admin:orgs_changeset_queue')}?{urlencode({'label': label})}",
        "opts": Changeset._meta,
    }
    response = TemplateResponse(request, "admin/import.html", context)
    if in_progress and "still" not in request.GET and not form.errors:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _apply_decision(request: HttpRequest, label: str, form: ImportForm) -> bool:
    """Apply the pressed button. Returns whether it succeeded; otherwise the form has the errors."""
    values: dict[str, Any] = form.cleaned_data
    verdicts = {"_accept": ImportDecision.Verdict.ACCEPT, "_reject": ImportDecision.Verdict.REJECT}
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
            notify_moderators(request.user, count, "/admin/orgs/changeset/queue/")
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
