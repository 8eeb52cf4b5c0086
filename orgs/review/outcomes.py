"""Messages about the outcome of proposals and corrections, in the language of their authors.

Call these after the decision has been committed. They raise NotSent if the message cannot be sent;
the decision stands all the same.
"""

from django.conf import settings

from orgs.changes.changeset import Changeset
from orgs.messaging import send
from orgs.projection.entry import Entry

from .correction import Correction

OUTCOMES = ("accepted", "in_part", "rejected", "asked")
"""The outcomes of a proposal that its author is notified of."""


def notify_author(changeset: Changeset, outcome: str, by, text: str = "") -> None:
    """Notify the author of a proposal of its outcome, unless they decided themselves.

    `text` is the reason of a rejection, or the question. The message never repeats the proposal's
    contents: mail is not confidential.
    """
    author = changeset.author
    if author is None or author == by or not author.is_active or not settings.EMAIL_SENT:
        return
    send(
        "proposal",
        author.email,
        author.language,
        outcome=outcome,
        changeset=changeset,
        words=text,
        path=f"/review/proposals/{changeset.pk}/"
        if author.is_staff
        else f"/proposals/{changeset.pk}/",
    )


def notify_reader(correction: Correction, address: str) -> None:
    """Answer a reader's correction. The address has been deleted from the database by now."""
    if not address or not settings.EMAIL_SENT:
        return
    entry = Entry.objects.published().filter(pk=correction.record_id).first()
    send(
        "correction",
        address,
        correction.language,
        correction=correction,
        taken=correction.state == Correction.State.TAKEN,
        done=correction.changeset is not None and correction.changeset.number is not None,
        path=entry.get_absolute_url() if entry else "",
    )
