"""The columns of the CSV of undertakings."""

from orgs.api.csv import (
    Column,
    date_column,
    place_column,
    record_columns,
    statement_column,
    trait_column,
)

STATUS = trait_column("status", "Its state of affairs, by codes.")
BEGUN = (
    date_column("founded", "When it began, as EDTF.", "founded"),
    date_column("ended", "When it ended, as EDTF.", "ended"),
)


def term_columns(*schemes: str) -> tuple[Column, ...]:
    return tuple(
        trait_column(
            scheme, f"Its {scheme.replace('_', ' ')}, by codes of the scheme of that name."
        )
        for scheme in schemes
    )


GATHERINGS = record_columns(
    statement_column(
        "arenas", "The code of its arena: space.", "arenas", lambda item: item["arena"]
    ),
    place_column("held_at", "Where it took place.", "held_at"),
    date_column("held", "When it took place, as EDTF.", "held"),
    date_column("planned", "For when it was planned, as EDTF.", "planned"),
    date_column("cancelled", "When it was cancelled, as EDTF.", "cancelled"),
    STATUS,
)
CAMPAIGNS = record_columns(*BEGUN, *term_columns("stage", "scope", "tool"), STATUS)
INSTRUMENTS = record_columns(
    statement_column(
        "legal_acts",
        "What was done with it: the act, by whom and when.",
        "legal_acts",
        lambda item: " ".join(
            part
            for part in (
                f"{item['act']}:",
                item["actor"]["label"] if item["actor"] else "",
                item["when"] or "",
            )
            if part
        ),
    ),
    STATUS,
)
PROJECTS = record_columns(*BEGUN, *term_columns("project_kind", "approach"), STATUS)
DEMANDS = record_columns(*term_columns("beneficiary"), STATUS)
CASES = record_columns(*term_columns("leadership"), STATUS)
