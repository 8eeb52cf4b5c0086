"""Memberships that both sides confirm: a network attests its members, a member answers.

A network's statements about its members have its own source, beside those of the members and of
others. They count as confirmed for two years, as the consulates of Mexico note clubs (toma de
nota). No end is written, since the network stated none: the age is computed on the day of reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from orgs.access.representative import Representative
from orgs.access.roles import BULK_LIMIT
from orgs.changes.changeset import Changeset
from orgs.changes.operations import values_of
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.kinds import ACTOR_KINDS
from orgs.records.record import Record
from orgs.search.days import parse_days
from orgs.statements.membership import Membership

from .contact_form import is_open
from .freshness import Freshness, freshness

ATTESTATION = "attestation"
"""Label of proposals in which networks attest their members."""
ANSWER = "membership"
"""Label of proposals in which organizations answer a network."""

ANSWERS = ("still", "ended", "unknown")
PAGE_SIZE = 100
"""Members on a page of the form."""
SNOOZE_SECONDS = 90 * 86_400
"""Seconds until the question returns to an organization that answered "not now"."""


# Sides --------------------------------------------------------------------------------------------


def side_of(item: dict, member: str) -> str:
    """Who states a membership: `member`, `partnership` or `other`.

    Takes an item of a document and the id of the member. SQL computes the same in the documents of
    memberships.
    """
    speaker = (item["speaker"] or {}).get("id")
    if speaker == item["partnership"]["id"]:
        return "partnership"
    if speaker == member or (item["voice"] == "own" and not item["speaker"]):
        return "member"
    return "other"


def sides_of(memberships: list[dict], member: str) -> dict[str, set[str]]:
    """Who states that a member belongs, by the id of each partnership."""
    sides: dict[str, set[str]] = {}
    for item in memberships:
        if item["holds"]:
            sides.setdefault(item["partnership"]["id"], set()).add(side_of(item, member))
    return sides


def confirmed_by(sides: set[str]) -> str:
    """`both`, `member`, `partnership`, `other`, or "" if no side states it."""
    if {"member", "partnership"} <= sides:
        return "both"
    return next((side for side in ("member", "partnership", "other") if side in sides), "")


# A network attests its members --------------------------------------------------------------------


@dataclass
class MemberRow:
    """A member in the form: how it is confirmed so far, and the answer."""

    entry: Entry
    confirmed: str
    last: Freshness | None
    """How fresh the network's own statement is."""
    answer: str = "unknown"
    since: str = ""
    until: str = ""
    problems: list[str] = field(default_factory=list)


def members_of(network: Entry):
    """The entries that are members of a network today according to any source."""
    members = Entry.objects.published().holding(["partnership"], [str(network.id)])
    return members.exclude(kind="membership").order_by("sort_key", "id")


def member_count(network: Entry) -> int:
    return members_of(network).count()


def member_rows(network: Entry, number: int) -> list[MemberRow]:
    """The rows of a page of the form. Pages count from 1."""
    rows = []
    for entry in members_of(network)[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]:
        document = entry.read()
        items = [
            item for item in document["memberships"] if item["partnership"]["id"] == network.key
        ]
        sides = sides_of(items, entry.key).get(network.key, set())
        own = [
            item for item in items if item["holds"] and side_of(item, entry.key) == "partnership"
        ]
        last = max((item["observed"] for item in own), default=None)
        rows.append(
            MemberRow(entry, confirmed_by(sides), freshness({"network": last, "anyone": last}))
        )
    return rows


def fill_rows(rows: list[MemberRow], data: Mapping[str, str]) -> list[str]:
    """Copy submitted answers into the rows. Returns the error messages."""
    for row in rows:
        answer = data.get(f"m{row.entry.id}", "unknown")
        row.answer = answer if answer in ANSWERS else "unknown"
        row.since = data.get(f"s{row.entry.id}", "").strip()[:20]
        row.until = data.get(f"u{row.entry.id}", "").strip()[:20]
        spans = []
        for text in (row.since, row.until):
            try:
                spans += [parse_days(text)] if text else []
            except ValidationError as error:
                row.problems += error.messages
        if row.since and row.until and len(spans) == 2 and spans[1].upper < spans[0].lower:
            row.problems.append(gettext("It ended before it began. Check the two dates."))
        if row.until and row.answer == "still":
            row.problems.append(gettext("A date of its end fits only with “not any more”."))
    return [f"{row.entry.label}: {problem}" for row in rows for problem in row.problems]


def attest(
    representative: Representative, rows: list[MemberRow], seen: int | None = None
) -> Changeset | None:
    """State in the network's own voice what was answered about its members, in one proposal.

    `seen` is the newest change when the form was opened. The proposal of a trusted representative
    that ends few memberships is accepted at once; others wait for an editor. Returns None without
    answers. Raises Conflict and ValidationError, also if a colleague has answered about the same
    member since.
    """
    network = representative.record
    answered = [row for row in rows if row.answer != "unknown"]
    if not answered:
        return None
    changeset = Changeset(
        author=representative.account,
        on_behalf=network,
        reason="The network says who is a member of it.",
        label=ATTESTATION,
    )
    with transaction.atomic():
        Representative.objects.lock_for(network)
        _check_not_overtaken(network, answered, seen)
        source = own_source(changeset, network)
        open_memberships: dict[int, list[Membership]] = {}
        for membership in Membership.objects.current().filter(
            partnership=network, source=source, record__in=[row.entry.id for row in answered]
        ):
            edtf = membership.edtf
            if not membership.holds or not edtf or edtf.endswith("/.."):
                open_memberships.setdefault(membership.record_id, []).append(membership)
        for row in answered:
            _add_membership(changeset, row, network, source, open_memberships.get(row.entry.id, []))
        # Only endings need review: confirmed memberships are public already.
        ended = sum(row.answer != "still" or bool(row.until) for row in answered)
        _submit(changeset, representative, at_once=ended <= BULK_LIMIT)
    return changeset


def _check_not_overtaken(network: Record, rows: list[MemberRow], seen: int | None) -> None:
    """Raises ValidationError with the current answers about members that a colleague has answered
    since.

    Sending the form again replaces them.
    """
    if seen is None:
        return
    answered_since = Membership.objects.current().filter(
        partnership=network, source__published_by=network, added__number__gt=seen
    )
    members = {row.entry.id: row.entry.label for row in rows}
    conflicts = []
    for membership in answered_since.filter(record__in=members).order_by("id"):
        answer = gettext("Still a member") if membership.holds else gettext("Not any more")
        if membership.edtf:
            answer = f"{answer} ({membership.edtf.strip('./')})"
        conflicts.append(
            gettext(
                "%(member)s: a colleague has answered “%(answer)s” in the meantime. Send again "
                "to replace it with your answer."
            )
            % {"member": members[membership.record_id], "answer": answer}
        )
    if conflicts:
        raise ValidationError(conflicts)


def _add_membership(
    changeset: Changeset, row: MemberRow, network: Record, source: int, earlier: list
) -> None:
    """State the network's answer about one member and retire its earlier statements."""
    for membership in earlier:
        changeset.retire(membership)
    standing = next((membership for membership in earlier if membership.holds), None)
    former = values_of(standing) if standing else {}
    begun, note = _beginning(row, standing)
    values = {
        "partnership": network,
        "grade": former.get("grade", ""),
        "voice": "source",
        "speaker": network,
        "source": source,
    }
    if row.answer == "still":
        edtf = f"{begun}/.." if begun else ""
        changeset.add("membership", row.entry.id, **values, edtf=edtf, note=note if edtf else "")
    elif row.until:
        edtf = f"{begun or '..'}/{row.until}"
        changeset.add("membership", row.entry.id, **values, edtf=edtf, note=note if begun else "")
    else:
        changeset.add("membership", row.entry.id, **values, holds=False)


def _beginning(row: MemberRow, standing: Membership | None) -> tuple[str, str]:
    """The start of a membership as the network states it, and a note if it states none."""
    if row.since:
        return row.since, ""
    if standing is None:
        return "", ""
    if standing.edtf:
        return standing.edtf.partition("/")[0].strip("."), standing.note
    return (
        standing.observed,
        f"First said by the network in {standing.observed}; since when is not on record.",
    )


def _submit(changeset: Changeset, representative: Representative, at_once: bool = True) -> None:
    """Propose, and accept at once the proposal of a trusted representative."""
    changeset.dry_run()
    changeset.propose()
    if representative.trusted and at_once:
        changeset.accept(representative.account)
    representative.mark_seen()


def has_pending_proposal(record: int, label: str) -> bool:
    """Whether a proposal with this label on behalf of an organization is pending."""
    return Changeset.objects.proposed().filter(on_behalf=record, label=label).exists()


# An organization answers --------------------------------------------------------------------------


def _snooze_key(record: int, partnership: int) -> str:
    return f"membership later:{record}:{partnership}"


def open_requests(entry: Entry, document: dict) -> list[dict]:
    """The networks that state a membership which the organization has neither confirmed nor denied.

    Leaves out those to which it answered "not now" in the last three months.
    """
    answered = {
        item["partnership"]["id"]
        for item in document["memberships"]
        if side_of(item, entry.key) == "member"
    }
    networks = {
        item["partnership"]["id"]: item["partnership"]
        for item in document["memberships"]
        if item["holds"] and side_of(item, entry.key) == "partnership"
    }
    numbers = dict(Entry.objects.published().filter(key__in=[*networks]).values_list("key", "id"))
    changesets = Changeset.objects.proposed().filter(on_behalf=entry.id, label=ANSWER)
    pending = {
        row["partnership_id"]
        for changeset in changesets
        for row in changeset.operations.adds.get("membership", ())
    }
    return [
        {**network, "number": numbers[key]}
        for key, network in networks.items()
        if key not in answered
        and key in numbers
        and numbers[key] not in pending
        and not cache.get(_snooze_key(entry.id, numbers[key]))
    ]


def answer_membership(
    representative: Representative, entry: Entry, partnership: int, answer: str
) -> bool:
    """State in an organization's own voice whether it is a member of a network that says so.

    `answer` is yes, no or later. Returns whether the answer waits for an editor. Raises
    ValidationError if the network has no open request, and Conflict.
    """
    with transaction.atomic():
        Representative.objects.lock_for(representative.record)
        entry.refresh_from_db()
        return _record_answer(representative, entry, partnership, answer)


def _record_answer(
    representative: Representative, entry: Entry, partnership: int, answer: str
) -> bool:
    open_pks = {network["number"] for network in open_requests(entry, entry.read())}
    if partnership not in open_pks:
        raise ValidationError(gettext("This question has been closed."))
    if answer == "later":
        cache.set(_snooze_key(entry.id, partnership), 1, SNOOZE_SECONDS)
        return False
    changeset = Changeset(
        author=representative.account,
        on_behalf=representative.record,
        reason="The organization itself says whether it is a member.",
        label=ANSWER,
    )
    changeset.add(
        "membership",
        representative.record,
        partnership=partnership,
        voice="own",
        source=own_source(changeset, representative.record),
        holds=answer == "yes",
    )
    _submit(changeset, representative)
    return not representative.trusted


# Tasks of a representative ------------------------------------------------------------------------


def tasks_of(representative: Representative, entry: Entry) -> dict[str, Any]:
    """The memberships that an organization can confirm, and its other options."""
    document = entry.read()
    unconfirmed = 0
    if entry.kind == "partnership":
        unconfirmed = sum(1 for row in member_rows(entry, 1) if row.confirmed == "member")
    return {
        "representative": representative,
        "entry": entry,
        "observed": document["observed"],
        "memberships": open_requests(entry, document),
        "unconfirmed": unconfirmed,
        "open": is_open(entry),
    }


def tasks_for_account(account: Any) -> list[dict[str, Any]]:
    """`tasks_of` each organization that an account represents now."""
    if not getattr(account, "is_authenticated", False):
        return []
    representatives = (
        Representative.objects.active().filter(account=account).select_related("record")
    )
    by_record = {
        representative.record_id: representative
        for representative in representatives.order_by("id")
    }
    entries = Entry.objects.published().of_kinds(*ACTOR_KINDS).filter(id__in=by_record)
    return [tasks_of(by_record[entry.id], entry) for entry in entries.order_by("sort_key", "id")]
