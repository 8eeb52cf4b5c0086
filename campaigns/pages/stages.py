"""Stages of a campaign: from local to international, and how broad it is at each (Prop 5)."""

from typing import NamedTuple

from orgs.records.edtf import days_by_date

STAGES = ("local", "regional", "national", "international")
"""In their order; "target groups can be expanded at each stage"."""


class Stage(NamedTuple):
    code: str
    statements: list[dict]
    """Empty if the stage is unknown."""
    sectors: list[dict]
    """The statements about sectors at this stage."""


def stages_of(document: dict) -> list[Stage]:
    """All stages of a campaign in their order, also unknown ones; [] if no stage is known.

    A sector belongs to a stage only if both are dated and their dates overlap. An undated sector
    counts only for the campaign as a whole.
    """
    statements = document["traits"].get("stage", [])
    if not statements:
        return []
    sectors = [item for item in document["traits"].get("sector", []) if item["when"]]
    dated = [item for item in statements if item["when"] and item["holds"]]
    days = days_by_date(item["when"] for item in [*sectors, *dated]) if sectors and dated else {}
    codes = dict.fromkeys([*STAGES, *(item["term"] for item in statements)])
    return [
        Stage(
            code,
            [item for item in statements if item["term"] == code],
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


def count_sectors(document: dict) -> int:
    return len({item["term"] for item in document["traits"].get("sector", []) if item["holds"]})
