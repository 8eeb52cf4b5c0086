"""The page of an import: what all its proposals would change, and one decision about them."""

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
from orgs.changes.changeset import Changeset, Conflict
from orgs.statements.statement import statement_kinds

from .bulk import tell_moderators
from .import_decision import ImportDecision
from .reading_log import note_proposals
from .submission import RejectionForm

LISTED = 100
"""How many proposals of an import are listed; the queue lists them all."""

AGAIN = 3
"""Seconds after which the page looks again how far a decision has been carried out."""

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
    """What is decided about an import, and which was the last of its proposals that was seen."""

    last_seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


def tally(changesets: QuerySet) -> dict[str, list[tuple[str, int]]]:
    """Return what proposals would do: new records, and statements said and retired by their
    kind.
    """
    chosen, given = changesets.order_by().values_list("pk", "operations").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH waiting (pk, operations) AS ({chosen}) {TALLY}", given)
        rows = cursor.fetchall()
    told: dict[str, list[tuple[str, int]]] = {"records": [], "adds": [], "retires": []}
    for what, kind, count in rows:
        name = statement_kinds()[kind]._meta.verbose_name_plural if kind else gettext("records")
        told[what].append((capfirst(str(name)), count))
    return told


def import_view(request: HttpRequest) -> HttpResponse:
    """Show what an import would change, take a decision about it, or show how far that has come.

    Raises Http404 if no proposal is part of an import of this name.
    """
    label = request.GET.get("label", "")
    if request.method == "POST" and not can(request.user, Right.DECIDE):
        raise PermissionDenied(gettext("Only moderators decide about this."))
    readable = Changeset.objects.filter(label=label).visible_to(request.user)
    if not readable.exclude(label="").exists():
        raise Http404("No proposal is part of an import of this name.")
    here = f"{reverse('admin:orgs_changeset_import')}?{urlencode({'label': label})}"
    form = ImportForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, label, form):
        return HttpResponseRedirect(here)
    changesets = readable.proposed()
    seen = changesets.aggregate(last_seen=Max("pk"), since=Min("proposed_at"))
    decision = ImportDecision.objects.filter(label=label).select_related("account").first()
    going = decision is not None and decision.ended is None
    if not form.is_bound:
        form = ImportForm(initial={"last_seen": seen["last_seen"]})
    shown = list(changesets.defer("operations").order_by("pk")[:LISTED])
    note_proposals(request, [one.pk for one in shown])
    context = {
        **admin.site.each_context(request),
        "title": label,
        "form": form,
        "last_seen": seen["last_seen"],
        "since": seen["since"],
        "count": changesets.count(),
        "authors": Account.objects.filter(pk__in=changesets.order_by().values("author")),
        "tally": tally(changesets),
        "changesets": shown,
        "decision": decision,
        "going": going,
        "done": decision.decided().count() if decision and not going else 0,
        "still": "still" in request.GET,
        "here": here,
        "may_accept": can(request.user, Right.DECIDE),
        "queue": f"{reverse('admin:orgs_changeset_queue')}?{urlencode({'label': label})}",
        "opts": Changeset._meta,
    }
    answer = TemplateResponse(request, "admin/import.html", context)
    if going and "still" not in request.GET and not form.errors:
        answer["Refresh"] = str(AGAIN)
    return answer


def _decided(request: HttpRequest, label: str, form: ImportForm) -> bool:
    """Do what the pressed button says. Returns whether it could be done."""
    given: dict[str, Any] = form.cleaned_data
    verdicts = {"_accept": ImportDecision.Verdict.ACCEPT, "_reject": ImportDecision.Verdict.REJECT}
    pressed = [verdict for button, verdict in verdicts.items() if button in request.POST]
    try:
        if "_stop" in request.POST:
            ImportDecision.stop(label)
        elif pressed:
            ImportDecision.take(
                request.user, label, given["last_seen"], pressed[0], given["decision"]
            )
            count = ImportDecision.objects.values_list("changesets", flat=True).get(label=label)
            # Without the name of the import, which may say what is in it.
            tell_moderators(request.user, count, "/admin/orgs/changeset/queue/")
            messages.success(
                request, gettext("Decided. The proposals are being processed one by one.")
            )
        else:
            raise ValidationError(gettext("Choose what to do: accept all of it, or reject it."))
    except ValidationError as refused:
        form.add_error("decision" if "_reject" in request.POST else None, refused)
        return False
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        return False
    return True
