"""What became of a proposal, told to whoever made it: by a message in their language.

Call these once the decision is committed. They raise NotSent if the message cannot be sent; the
decision stands all the same.
"""

from django.conf import settings

from orgs.changes.changeset import Changeset
from orgs.messaging import send
from orgs.projection.entry import Entry

from .correction import Correction

OUTCOMES = ("accepted", "in_part", "rejected", "asked")
"""What can become of a proposal, as its author is told."""


def tell_author(changeset: Changeset, outcome: str, by, words: str = "") -> None:
    """Tell the author of a proposal what became of it, unless they decided themselves.

    `words` are the reason of a rejection, or the question. Nothing of the proposal's contents is
    repeated: messages can be read on the way, and what is confidential stays here.
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
        words=words,
        path=f"/admin/orgs/changeset/{changeset.pk}/change/"
        if author.is_staff
        else f"/proposals/{changeset.pk}/",
    )


def tell_reader(correction: Correction, address: str) -> None:
    """Answer a reader's correction, once: the address has been forgotten by now."""
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
