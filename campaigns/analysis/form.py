"""The observed form of a partnership: what it does, whatever it is called."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from orgs.projection.analysis import ObservedForm
from orgs.records.record import Kind

from .answer import Answer
from .facts import LEADING, Action, Days, Facts

SUSTAINED_MONTHS = 24
"""Editorial: one joint campaign of so many months is sustained joint action."""

SUSTAINED_CAMPAIGNS = 2
"""Editorial: so many joint campaigns are, too."""

TOGETHER = 2
"""So many members make an action a joint one, and a body a partnership."""


def observed_form(partnership: int, facts: Facts, window: Days) -> Answer:
    """Judge what a partnership was seen to do within a window.

    "Networks, coalitions or movements can all engage in specific campaigns ... when networks
    engage in actual campaigns, they shift from exchange to joint action and become more like
    coalitions" (Prop 6). Takes its record's number.
    """
    members = [one for one in facts.members.get(partnership, ()) if one.days.touch(window)]
    named = {one.member for one in members}
    joint = joint_actions(partnership, facts, window)
    campaigns = {which: rows for which, rows in joint.items() if rows[0].kind == Kind.CAMPAIGN}
    gatherings = {which: rows for which, rows in joint.items() if rows[0].kind == Kind.GATHERING}
    own = [
        one
        for one in facts.actions.get(partnership, ())
        if one.kind == Kind.CAMPAIGN and one.role in LEADING and one.days.touch(window)
    ]
    exchanges = [
        tie
        for member in named
        for tie in facts.ties.get(member, ())
        if tie.other in named and tie.days.touch(window)
    ]
    longest = max((months_together(rows, facts.today) for rows in campaigns.values()), default=0)
    numbers = {
        "members": len(named),
        "joint_campaigns": len(campaigns),
        "longest_joint_campaign_months": min(longest, SUSTAINED_MONTHS),
        "campaigns_in_its_own_name": len({one.undertaking for one in own}),
        "joint_gatherings": len(gatherings),
        "exchanges": len(exchanges),
    }

    def answer(value: ObservedForm, because: list[int]) -> Answer:
        return Answer(value, numbers, because)

    belonging = [one.statement for one in members]
    if len(named) < TOGETHER:
        return answer(ObservedForm.UNKNOWN, belonging)
    if len(campaigns) >= SUSTAINED_CAMPAIGNS or longest >= SUSTAINED_MONTHS:
        return answer(ObservedForm.SUSTAINED, _statements(campaigns, partnership, facts))
    if campaigns:
        return answer(ObservedForm.CAMPAIGNING, _statements(campaigns, partnership, facts))
    if own:
        return answer(ObservedForm.OWN_NAME, [one.statement for one in own])
    if gatherings or exchanges:
        because = _statements(gatherings, partnership, facts)
        return answer(ObservedForm.EXCHANGE, because + [tie.statement for tie in exchanges])
    return answer(ObservedForm.UNKNOWN, belonging)


def joint_actions(partnership: int, facts: Facts, window: Days) -> dict[int, list[Action]]:
    """Return the undertakings in which two members or more took part while they were members.

    By undertaking, with what each of them did on the days when it belonged, within the window.
    """
    found: dict[int, list[Action]] = defaultdict(list)
    for belonging in facts.members.get(partnership, ()):
        for action in facts.actions.get(belonging.member, ()):
            days = action.days.meet(belonging.days)
            days = days and days.meet(window)
            if days:
                found[action.undertaking].append(action._replace(days=days))
    return {
        which: rows for which, rows in found.items() if len({row.actor for row in rows}) >= TOGETHER
    }


@dataclass
class Step:
    """A day on which a body begins to take part, or no longer does."""

    day: date
    actor: int
    begins: bool


def months_together(rows: list[Action], today: date) -> int:
    """Return for how many months on end at least two bodies took part: the longest time.

    Only what somebody dates has a length; what goes on has lasted until today.
    """
    steps = [
        Step(day, row.actor, begins)
        for row in rows
        if row.dated and date.min < row.days.first <= today
        for day, begins in (
            (row.days.first, True),
            (min(row.days.last, today) + timedelta(days=1), False),
        )
    ]
    # Whoever follows on the day after somebody else has ended leaves no gap.
    steps.sort(key=lambda step: (step.day, not step.begins))
    there: dict[int, int] = defaultdict(int)
    since, longest = None, 0
    for step in steps:
        there[step.actor] += 1 if step.begins else -1
        together = sum(count > 0 for count in there.values()) >= TOGETHER
        if together and since is None:
            since = step.day
        elif not together and since is not None:
            longest = max(longest, months_between(since, step.day))
            since = None
    return longest


def months_between(first: date, after: date) -> int:
    """Return how many whole months lie between two days."""
    months = (after.year - first.year) * 12 + after.month - first.month
    return months - (after.day < first.day)


def _statements(joint: dict[int, list[Action]], partnership: int, facts: Facts) -> list[int]:
    """Return the statements that joint actions rest on: who took part, and that they belonged."""
    actors = {row.actor for rows in joint.values() for row in rows}
    return [
        *(row.statement for rows in joint.values() for row in rows),
        *(one.statement for one in facts.members[partnership] if one.member in actors),
    ]
