"""The observed form of a partnership: what it does, under any name."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from orgs.projection.analysis import ObservedForm
from orgs.records.edtf import Days
from orgs.records.kinds import Kind

from .facts import LEADING, Action, Facts
from .finding import Finding

SUSTAINED_MONTHS = 24
"""Editorial: one joint campaign that lasts this many months is sustained joint action."""

SUSTAINED_CAMPAIGNS = 2
"""Editorial: this many joint campaigns are sustained joint action, too."""

MIN_TOGETHER = 2
"""An action is joint, and an actor a partnership, with at least this many members."""


def observed_form(partnership: int, facts: Facts, window: Days) -> Finding:
    """What a partnership was seen to do within a window.

    "Networks, coalitions or movements can all engage in specific campaigns ... when networks
    engage in actual campaigns, they shift from exchange to joint action and become more like
    coalitions" (Prop 6).
    """
    members = [row for row in facts.members.get(partnership, ()) if row.days.overlaps(window)]
    member_ids = {row.member for row in members}
    joint = joint_actions(partnership, facts, window)
    campaigns, gatherings = (
        {key: actions for key, actions in joint.items() if actions[0].kind == kind}
        for kind in (Kind.CAMPAIGN, Kind.GATHERING)
    )
    own = [
        row
        for row in facts.actions.get(partnership, ())
        if row.kind == Kind.CAMPAIGN and row.role in LEADING and row.days.overlaps(window)
    ]
    exchanges = [
        tie
        for member in member_ids
        for tie in facts.ties.get(member, ())
        if tie.other in member_ids and tie.days.overlaps(window)
    ]
    longest = max(
        (months_together(actions, facts.today) for actions in campaigns.values()), default=0
    )
    numbers = {
        "members": len(member_ids),
        "joint_campaigns": len(campaigns),
        "longest_joint_campaign_months": min(longest, SUSTAINED_MONTHS),
        "campaigns_in_its_own_name": len({row.undertaking for row in own}),
        "joint_gatherings": len(gatherings),
        "exchanges": len(exchanges),
    }

    def answer(value: ObservedForm, because: list[int]) -> Finding:
        return Finding(value, numbers, because)

    membership_statements = [row.statement for row in members]
    if len(member_ids) < MIN_TOGETHER:
        return answer(ObservedForm.UNKNOWN, membership_statements)
    if len(campaigns) >= SUSTAINED_CAMPAIGNS or longest >= SUSTAINED_MONTHS:
        return answer(ObservedForm.SUSTAINED, _statements(campaigns, partnership, facts))
    if campaigns:
        return answer(ObservedForm.CAMPAIGNING, _statements(campaigns, partnership, facts))
    if own:
        return answer(ObservedForm.OWN_NAME, [row.statement for row in own])
    if gatherings or exchanges:
        because = _statements(gatherings, partnership, facts)
        return answer(ObservedForm.EXCHANGE, because + [tie.statement for tie in exchanges])
    return answer(ObservedForm.UNKNOWN, membership_statements)


def joint_actions(partnership: int, facts: Facts, window: Days) -> dict[int, list[Action]]:
    """The undertakings in which at least `MIN_TOGETHER` members took part while they were members.

    By undertaking: the actions of each member, cut to its membership and the window.
    """
    by_undertaking: dict[int, list[Action]] = defaultdict(list)
    for membership in facts.members.get(partnership, ()):
        for action in facts.actions.get(membership.member, ()):
            days = action.days.intersection(membership.days)
            days = days and days.intersection(window)
            if days:
                by_undertaking[action.undertaking].append(action._replace(days=days))
    return {
        undertaking: actions
        for undertaking, actions in by_undertaking.items()
        if len({action.actor for action in actions}) >= MIN_TOGETHER
    }


@dataclass
class ParticipationChange:
    """A day on which an actor starts or stops taking part."""

    day: date
    actor: int
    begins: bool


def months_together(actions: list[Action], today: date) -> int:
    """The longest unbroken time in which at least `MIN_TOGETHER` actors took part, in whole months.

    Undated actions have no length; an open-ended one lasts until today.
    """
    changes = [
        ParticipationChange(day, action.actor, begins)
        for action in actions
        if action.dated and date.min < action.days.first <= today
        for day, begins in (
            (action.days.first, True),
            (min(action.days.last, today) + timedelta(days=1), False),
        )
    ]
    # One participant ending the day before another begins leaves no gap.
    changes.sort(key=lambda change: (change.day, not change.begins))
    active: dict[int, int] = defaultdict(int)
    since, longest = None, 0
    for change in changes:
        active[change.actor] += 1 if change.begins else -1
        enough = sum(count > 0 for count in active.values()) >= MIN_TOGETHER
        if enough and since is None:
            since = change.day
        elif not enough and since is not None:
            longest = max(longest, months_between(since, change.day))
            since = None
    return longest


def months_between(first: date, after: date) -> int:
    """Whole months between two days."""
    months = (after.year - first.year) * 12 + after.month - first.month
    return months - (after.day < first.day)


def _statements(joint: dict[int, list[Action]], partnership: int, facts: Facts) -> list[int]:
    """The statements behind joint actions: who took part, and the membership of each."""
    actors = {action.actor for actions in joint.values() for action in actions}
    return [
        *(action.statement for actions in joint.values() for action in actions),
        *(
            membership.statement
            for membership in facts.members[partnership]
            if membership.member in actors
        ),
    ]
