"""Carrying out what an editor decided about a whole import, proposal by proposal (`manage.py
work`).
"""

import logging

from django.core.exceptions import ValidationError
from django.utils import translation

from orgs.access.account import Account
from orgs.access.roles import Right, can
from orgs.changes.changeset import Changeset, Conflict
from orgs.claims.registration import start_awaited_claims
from orgs.messaging import NotSent

from .import_decision import ImportDecision
from .outcomes import tell_author

log = logging.getLogger(__name__)


def decide_off() -> bool:
    """Carry out the decision that has waited longest, to its end; return whether any waited.

    A proposal that cannot be accepted, because others have changed since what it changes, is left
    waiting; so are all that are left when it is stopped, or when whoever decided may not accept
    proposals any more. Raises OperationalError or InterfaceError if the database is away: then it
    waits again.
    """
    with ImportDecision.next() as decision:
        if decision is None:
            return False
        with translation.override(decision.account.language):
            before = decision.changesets - decision.waiting().count()
            numbers = list(decision.waiting().order_by("pk").values_list("pk", flat=True))
            for place, number in enumerate(numbers):
                # Asked anew each time: an account that is closed meanwhile decides nothing more.
                account = Account.objects.get(pk=decision.account_id)
                if not can(account, Right.DECIDE) or not decision.progress(before + place):
                    break
                _decide(decision, number)
            decision.end()
            _tell(decision)
        return True


def _decide(decision: ImportDecision, number: int) -> None:
    """Do for one proposal what was decided about all."""
    changeset = Changeset.objects.get(pk=number)
    try:
        if decision.verdict == ImportDecision.Verdict.REJECT:
            changeset.reject(decision.account, decision.words)
        else:
            changeset.rebase()
            changeset.accept(decision.account)
            start_awaited_claims(changeset)
    except (Conflict, ValidationError):
        pass  # whoever decided is told how many are left


def _tell(decision: ImportDecision) -> None:
    """Tell the author once, not for each proposal."""
    first = decision.decided().first()
    if first is None:
        return
    rejected = decision.verdict == ImportDecision.Verdict.REJECT
    outcome = "rejected" if rejected else "in_part" if decision.waiting().exists() else "accepted"
    try:
        tell_author(first, outcome, decision.account, decision.words)
    except NotSent as error:
        log.error("A message was not sent: %s", type(error.__cause__).__name__)
