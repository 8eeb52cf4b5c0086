"""Memberships that both sides confirm: a network attests its members, a member answers it.

What a network says of its members stands in its own source, beside what they and others say. It
holds for two years, as the consulates of Mexico note clubs (toma de nota): no end is written, for
nobody said that the membership ends; its age is judged on the day of reading.
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
from orgs.changes.changeset import Changeset, values_of
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.record import ACTORS, Record
from orgs.search.filters import parse_days
from orgs.statements.membership import Membership

from .contact_form import is_open
from .freshness import Freshness, freshness

ATTESTATION = "attestation"
"""The label of proposals by which networks attest their members."""
ANSWER = "membership"
"""The label of proposals by which bodies answer what networks say of them."""

ANSWERS = ("still", "ended", "unknown")
EACH = 100
"""How many members stand in one form."""
LATER = 90 * 86_400
"""Seconds until a body that said "not now" is asked again."""


# Who says so --------------------------------------------------------------------------------------


def side_of(item: dict, member: str) -> str:
    """Return who says a membership: `member`, `partnership` or `other`.

    Takes an item of a document and the id of the member. The documents of memberships say the
    same of all statements about the two.
    """
    speaker = (item["speaker"] or {}).get("id")
    if speaker == item["partnership"]["id"]:
        return "partnership"
    if speaker == member or (item["voice"] == "own" and not item["speaker"]):
        return "member"
    return "other"


def sides_of(memberships: list[dict], member: str) -> dict[str, set[str]]:
    """Return who says that a member belongs, by the id of each partnership."""
    found: dict[str, set[str]] = {}
    for item in memberships:
        if item["holds"]:
            found.setdefault(item["partnership"]["id"], set()).add(side_of(item, member))
    return found


def confirmed_by(sides: set[str]) -> str:
    """Return the one word for who says it: both, member, partnership, other, or nobody."""
    if {"member", "partnership"} <= sides:
        return "both"
    return next((side for side in ("member", "partnership", "other") if side in sides), "")


# A network attests its members --------------------------------------------------------------------


@dataclass
class Row:
    """A member in the form: what is on record, and what is answered."""

    entry: Entry
    confirmed: str
    last: Freshness | None
    """How fresh the network's own word is."""
    answer: str = "unknown"
    since: str = ""
    until: str = ""
    problems: list[str] = field(default_factory=list)


def members_of(network: Entry):
    """Return the entries of those who are members of a network today, by whoever's word."""
    members = Entry.objects.published().holding(["partnership"], [str(network.id)])
    return members.exclude(kind="membership").order_by("sort_key", "id")


def count_of(network: Entry) -> int:
    """Return how many members a network has."""
    return members_of(network).count()


def rows_of(network: Entry, number: int) -> list[Row]:
    """Return the members on one page of the form, from 1."""
    rows = []
    for entry in members_of(network)[(number - 1) * EACH : number * EACH]:
        document = entry.read()
        items = [
            item for item in document["memberships"] if item["partnership"]["id"] == network.key
        ]
        sides = sides_of(items, entry.key).get(network.key, set())
        own = [i for i in items if i["holds"] and side_of(i, entry.key) == "partnership"]
        last = max((item["observed"] for item in own), default=None)
        rows.append(Row(entry, confirmed_by(sides), freshness({"network": last, "anyone": last})))
    return rows


def filled(rows: list[Row], given: Mapping[str, str]) -> list[str]:
    """Write what was answered into the rows, and return what is wrong with it."""
    for row in rows:
        answer = given.get(f"m{row.entry.id}", "unknown")
        row.answer = answer if answer in ANSWERS else "unknown"
        row.since = given.get(f"s{row.entry.id}", "").strip()[:20]
        row.until = given.get(f"u{row.entry.id}", "").strip()[:20]
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
    representative: Representative, rows: list[Row], seen: int | None = None
) -> Changeset | None:
    """Say in the network's own voice what was answered of its members, in one proposal.

    `seen` is the newest change when the form was opened. It is accepted at once if the
    representative is trusted and ends few memberships, and waits for an editor otherwise. None if
    no member was answered for. Raises Conflict and ValidationError, also if a colleague has
    answered of the same member since.
    """
    network = representative.record
    chosen = [row for row in rows if row.answer != "unknown"]
    if not chosen:
        return None
    changeset = Changeset(
        author=representative.account,
        on_behalf=network,
        reason="The network says who is a member of it.",
        label=ATTESTATION,
    )
    with transaction.atomic():
        Representative.objects.lock_for(network)
        _refuse_overtaken(network, chosen, seen)
        source = own_source(changeset, network)
        open_ones: dict[int, list[Membership]] = {}
        for one in Membership.objects.current().filter(
            partnership=network, source=source, record__in=[row.entry.id for row in chosen]
        ):
            if not one.holds or not one.edtf or one.edtf.endswith("/.."):
                open_ones.setdefault(one.record_id, []).append(one)
        for row in chosen:
            _say(changeset, row, network, source, open_ones.get(row.entry.id, []))
        # Many confirmed at once do no harm: that they belong is public already.
        ended = sum(row.answer != "still" or bool(row.until) for row in chosen)
        _sent(changeset, representative, at_once=ended <= BULK_LIMIT)
    return changeset


def _refuse_overtaken(network: Record, rows: list[Row], seen: int | None) -> None:
    """Raise ValidationError, with what is said now, for members of whom a colleague has answered.

    Whoever has read that and sends the form again means it.
    """
    if seen is None:
        return
    said_since = Membership.objects.current().filter(
        partnership=network, source__published_by=network, added__number__gt=seen
    )
    members = {row.entry.id: row.entry.label for row in rows}
    told = []
    for one in said_since.filter(record__in=members).order_by("id"):
        said = gettext("Still a member") if one.holds else gettext("Not any more")
        if one.edtf:
            said = f"{said} ({one.edtf.strip('./')})"
        told.append(
            gettext(
                "%(member)s: a colleague has answered “%(said)s” in the meantime. Send "
                "again to replace it with your answer."
            )
            % {"member": members[one.record_id], "said": said}
        )
    if told:
        raise ValidationError(told)


def _say(changeset: Changeset, row: Row, network: Record, source: int, earlier: list) -> None:
    """Say of one member what the network answered; what it said before is no longer said."""
    for one in earlier:
        changeset.retire(one)
    standing = next((one for one in earlier if one.holds), None)
    kept = values_of(standing) if standing else {}
    begun, note = _beginning(row, standing)
    values = {
        "partnership": network,
        "grade": kept.get("grade", ""),
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


def _beginning(row: Row, standing: Membership | None) -> tuple[str, str]:
    """Return since when a network says that a member belongs, and a note where it did not say."""
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


def _sent(changeset: Changeset, representative: Representative, at_once: bool = True) -> None:
    """Accept a proposal of a trusted representative, and let that of any other wait, or a bulk
    change.
    """
    changeset.dry_run()
    changeset.propose()
    if representative.trusted and at_once:
        changeset.accept(representative.account)
    representative.mark_seen()


def waits(record: int, label: str) -> bool:
    """Whether a proposal of this label, on behalf of a body, waits for an editor."""
    return Changeset.objects.proposed().filter(on_behalf=record, label=label).exists()


# A body answers -----------------------------------------------------------------------------------


def _name_of_later(record: int, partnership: int) -> str:
    return f"membership later:{record}:{partnership}"


def asked_of(entry: Entry, document: dict) -> list[dict]:
    """Return the networks that say a body is a member, of which it has not said so itself.

    Those to which it answered "not now" are left out for three months, and so is what it denies.
    """
    answered = {
        item["partnership"]["id"]
        for item in document["memberships"]
        if side_of(item, entry.key) == "member"
    }
    asked = {
        item["partnership"]["id"]: item["partnership"]
        for item in document["memberships"]
        if item["holds"] and side_of(item, entry.key) == "partnership"
    }
    numbers = dict(Entry.objects.published().filter(key__in=[*asked]).values_list("key", "id"))
    changesets = Changeset.objects.proposed().filter(on_behalf=entry.id, label=ANSWER)
    waiting = {
        row["partnership_id"]
        for changeset in changesets
        for row in changeset.operations.get("adds", {}).get("membership", ())
    }
    return [
        {**network, "number": numbers[key]}
        for key, network in asked.items()
        if key not in answered
        and key in numbers
        and numbers[key] not in waiting
        and not cache.get(_name_of_later(entry.id, numbers[key]))
    ]


def answer_membership(
    representative: Representative, entry: Entry, partnership: int, answer: str
) -> bool:
    """Say in a body's own voice whether it is a member of a network that says so.

    `answer` is yes, no or later. Returns whether the answer waits for an editor. A network that
    did not ask is not there: raises ValidationError; Conflict if somebody was faster.
    """
    with transaction.atomic():
        Representative.objects.lock_for(representative.record)
        entry.refresh_from_db()
        return _answered(representative, entry, partnership, answer)


def _answered(representative: Representative, entry: Entry, partnership: int, answer: str) -> bool:
    asked = {one["number"] for one in asked_of(entry, entry.read())}
    if partnership not in asked:
        raise ValidationError(gettext("This question is no longer open."))
    if answer == "later":
        cache.set(_name_of_later(entry.id, partnership), 1, LATER)
        return False
    changeset = Changeset(
        author=representative.account,
        on_behalf=representative.record,
        reason="The body itself says whether it is a member.",
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
    _sent(changeset, representative)
    return not representative.trusted


# What a representative finds ----------------------------------------------------------------------


def confirmation_of(representative: Representative, entry: Entry) -> dict[str, Any]:
    """Return what a body is asked, and what it can do about its entry."""
    document = entry.read()
    unconfirmed = 0
    if entry.kind == "partnership":
        unconfirmed = sum(1 for row in rows_of(entry, 1) if row.confirmed == "member")
    return {
        "representative": representative,
        "entry": entry,
        "observed": document["observed"],
        "memberships": asked_of(entry, document),
        "unconfirmed": unconfirmed,
        "open": is_open(entry),
    }


def confirmations_for(account: Any) -> list[dict[str, Any]]:
    """Return the same for every body for which an account may speak now."""
    if not getattr(account, "is_authenticated", False):
        return []
    representatives = (
        Representative.objects.active().filter(account=account).select_related("record")
    )
    by_record = {one.record_id: one for one in representatives.order_by("id")}
    entries = Entry.objects.published().of_kinds(*ACTORS).filter(id__in=by_record)
    return [
        confirmation_of(by_record[entry.id], entry) for entry in entries.order_by("sort_key", "id")
    ]
