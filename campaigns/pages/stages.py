"""Stages of a campaign: from local to international, and how broad it is at each (Prop 5)."""

from typing import NamedTuple

from .dates import days_by_date

STAGES = ("local", "regional", "national", "international")
"""The stages of a campaign in their order; "target groups can be expanded at each stage"."""


class Stage(NamedTuple):
    """A stage of a campaign."""

    code: str
    said: list[dict]
    """The statements that it has this stage; none: the stage is not on record."""
    sectors: list[dict]
    """The statements about sectors that hold for this stage."""


def stages_of(document: dict) -> list[Stage]:
    """Return the stages of a campaign in their order, those that are not on record too.

    None at all if no stage is on record. A sector belongs to a stage only where both are dated and
    their days meet: what nobody dates says how broad the campaign is as a whole, and no more.
    """
    said = document["traits"].get("stage", [])
    if not said:
        return []
    sectors = [item for item in document["traits"].get("sector", []) if item["when"]]
    dated = [item for item in said if item["when"] and item["holds"]]
    days = days_by_date(item["when"] for item in [*sectors, *dated]) if sectors and dated else {}
    codes = dict.fromkeys([*STAGES, *(item["term"] for item in said)])
    return [
        Stage(
            code,
            [item for item in said if item["term"] == code],
            [
                sector
                for sector in sectors
                if any(
                    item["term"] == code and days[item["when"]].intersection(days[sector["when"]])
                    for item in dated
                )
            ],
        )
        for code in codes
    ]


def breadth_of(document: dict) -> int:
    """Return how many sectors are said to take part, whatever the stage."""
    return len({item["term"] for item in document["traits"].get("sector", []) if item["holds"]})
