"""Apply an editor's decision about a whole import, proposal by proposal (`manage.py work`)."""

import logging

from django.core.exceptions import ValidationError
from django.db import connection

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.rebase import rebase
from orgs.claims.registration import start_proposed_claims
from orgs.jobs.job import Job, JobCancelled
from orgs.messaging import NotSent

from .import_decision import ImportDecision
from .outcomes import notify_author

log = logging.getLogger(__name__)


def apply_decision(job: Job) -> None:
    """Apply a decision to one proposal after the other.

    A proposal that conflicts with later changes stays in the queue. So do the remaining ones when
    the decision is stopped, or when its editor may no longer accept proposals.
    """
    decision = ImportDecision.objects.get(job=job)
    pks = list(decision.pending_changesets().order_by("pk").values_list("pk", flat=True))
    for index, pk in enumerate(pks):
        # Reloaded each time: an account that has been closed since decides nothing more.
        account = Account.objects.get(pk=decision.account_id)
        if not can(account, Right.DECIDE):
            break
        try:
            with connection.cursor() as cursor:
                job.save_progress(cursor, 1, decision.changesets - len(pks) + index)
        except JobCancelled:
            break
        _apply_to(decision, pk)
    _notify_author(decision)


def _apply_to(decision: ImportDecision, pk: int) -> None:
    changeset = Changeset.objects.get(pk=pk)
    try:
        if decision.verdict == ImportDecision.Verdict.REJECT:
            changeset.reject(decision.account, decision.reason)
        else:
            rebase(changeset)
            changeset.accept(decision.account)
            start_proposed_claims(changeset)
    except (Conflict, ValidationError):
        pass  # the page of the import says how many are left


def _notify_author(decision: ImportDecision) -> None:
    """Notify the author once, not for each proposal."""
    first = decision.decided_changesets().first()
    if first is None:
        return
    rejected = decision.verdict == ImportDecision.Verdict.REJECT
    outcome = (
        "rejected"
        if rejected
        else "in_part"
        if decision.pending_changesets().exists()
        else "accepted"
    )
    try:
        notify_author(first, outcome, decision.account, decision.reason)
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
