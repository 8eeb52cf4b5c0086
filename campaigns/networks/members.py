"""The members of a partnership, and who states each membership."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from campaigns.analysis.facts import ids_subquery, public_statements
from orgs.records.edtf import Days, days_of
from orgs.statements.membership import Membership
from orgs.statements.statement import Voice


class Confirmation(TextChoices):
    """Who says that an organization is a member."""

    BOTH = "both", _("both sides confirm")
    MEMBER = "member", _("stated by the member")
    PARTNERSHIP = "partnership", _("stated by the network")
    OTHER = "other", _("stated by another source")


class MembershipSummary(NamedTuple):
    """All statements that an organization belongs to a partnership."""

    partnership: int
    member: int
    dates: tuple[str, ...]
    """Of each statement, in EDTF; "" without a date."""
    confirmation: Confirmation
    current: bool
    """On the requested day."""
    statements: tuple[int, ...]


class Branch(NamedTuple):
    """A member in the tree of a partnership, with its own members."""

    membership: MembershipSummary
    members: tuple["Branch", ...]
    repeated: bool
    """Whether its members are elsewhere in the tree."""


def memberships_by_partnership(partnership: int, day: date) -> dict[int, list[MembershipSummary]]:
    """Memberships in a partnership and in the partnerships within it, at any depth.

    One query for each level. Cycles are followed once.
    """
    memberships: dict[int, list[MembershipSummary]] = {}
    level = {partnership}
    while level:
        rows: dict[tuple[int, int], list[MembershipRow]] = defaultdict(list)
        statements = public_statements(Membership, day, None).filter(
            partnership__in=ids_subquery(level)
        )
        for row in map(MembershipRow._make, statements.values_list(*MEMBERSHIP_COLUMNS)):
            rows[row.partnership, row.member].append(row)
        for pk in level:
            memberships[pk] = []
        for (parent, member), of_member in sorted(rows.items()):
            if parent != member:
                memberships[parent].append(_summarize(parent, member, of_member, day))
        level = {member for _, member in rows} - memberships.keys()
    return memberships


class MembershipRow(NamedTuple):
    """The columns of a statement of membership in `MEMBERSHIP_COLUMNS`."""

    partnership: int
    member: int
    edtf: str
    span: Any
    voice: str
    speaker: int | None
    statement: int


MEMBERSHIP_COLUMNS = ("partnership_id", "record_id", "edtf", "span", "voice", "speaker_id", "id")


def _summarize(
    partnership: int, member: int, rows: list[MembershipRow], day: date
) -> MembershipSummary:
    sides = {_confirmation(row) for row in rows}
    if {Confirmation.MEMBER, Confirmation.PARTNERSHIP} <= sides:
        confirmation = Confirmation.BOTH
    else:
        confirmation = next(side for side in Confirmation if side in sides)
    return MembershipSummary(
        partnership,
        member,
        tuple(dict.fromkeys(row.edtf for row in rows)),
        confirmation,
        any(days_of(row.span).overlaps(Days(day, day)) for row in rows),
        tuple(row.statement for row in rows),
    )


def _confirmation(row: MembershipRow) -> Confirmation:
    """Without a speaker, the own voice is the member's: the statement is about its record."""
    if row.speaker == row.partnership:
        return Confirmation.PARTNERSHIP
    if row.speaker == row.member or (row.voice == Voice.OWN and not row.speaker):
        return Confirmation.MEMBER
    return Confirmation.OTHER


def build_tree(
    partnership: int, memberships: dict[int, list[MembershipSummary]]
) -> tuple[Branch, ...]:
    """The members of a partnership with their members, each partnership expanded once."""
    expanded = {partnership}

    def branches(parent: int) -> tuple[Branch, ...]:
        # Siblings are expanded at their own level, not within one another.
        level = [(item, item.member in expanded) for item in memberships.get(parent, ())]
        expanded.update(item.member for item, _ in level)
        return tuple(
            Branch(
                item,
                () if repeated else branches(item.member),
                repeated and bool(memberships.get(item.member)),
            )
            for item, repeated in level
        )

    return branches(partnership)


def truncate(branches: Iterable[Branch], limit: int, limit_inside: int) -> tuple[Branch, ...]:
    """The first `limit` branches in reading order, at most `limit_inside` within each of them."""
    truncated = []
    for branch in branches:
        if limit < 1:
            break
        members = truncate(branch.members, min(limit - 1, limit_inside), limit_inside)
        truncated.append(branch._replace(members=members))
        limit -= 1 + count_branches(members)
    return tuple(truncated)


def any_stated_by_others(branches: Iterable[Branch]) -> bool:
    """Whether neither side states a membership, at any depth."""
    return any(
        branch.membership.confirmation is Confirmation.OTHER or any_stated_by_others(branch.members)
        for branch in branches
    )


def count_branches(branches: Iterable[Branch]) -> int:
    """Branches at any depth."""
    return sum(1 + count_branches(branch.members) for branch in branches)
