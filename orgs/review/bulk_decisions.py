"""Apply an editor's decision about a whole import, proposal by proposal (`manage.py work`)."""

import logging

from django.core.exceptions import ValidationError
from django.utils import translation

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.rebasing import rebase
from orgs.claims.registration import start_awaited_claims
from orgs.messaging import NotSent

from .import_decision import ImportDecision
from .outcomes import notify_author

log = logging.getLogger(__name__)


def run_next_decision() -> bool:
    """Carry out the oldest pending decision. Returns whether there was one.

    A proposal that conflicts with later changes stays in the queue. So do the remaining ones when
    the decision is stopped, or when its editor may no longer accept proposals. Raises
    OperationalError or InterfaceError if the database is unreachable; the decision is then retried.
    """
    with ImportDecision.next() as decision:
        if decision is None:
            return False
        with translation.override(decision.account.language):
            done = decision.changesets - decision.pending_changesets().count()
            pks = list(decision.pending_changesets().order_by("pk").values_list("pk", flat=True))
            for index, pk in enumerate(pks):
                # Reloaded each time: an account that has been closed since decides nothing more.
                account = Account.objects.get(pk=decision.account_id)
                if not can(account, Right.DECIDE) or not decision.progress(done + index):
                    break
                _apply_to(decision, pk)
            decision.end()
            _notify_author(decision)
        return True


def _apply_to(decision: ImportDecision, pk: int) -> None:
    changeset = Changeset.objects.get(pk=pk)
    try:
        if decision.verdict == ImportDecision.Verdict.REJECT:
            changeset.reject(decision.account, decision.words)
        else:
            rebase(changeset)
            changeset.accept(decision.account)
            start_awaited_claims(changeset)
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
        notify_author(first, outcome, decision.account, decision.words)
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
