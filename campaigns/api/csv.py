"""What the columns of a CSV say of what organizations do together."""

from orgs.api.csv import Column, day, place, record, said, trait

STATUS = trait("status", "Its state of affairs, by codes.")
BEGUN = (
    day("founded", "When it began, as EDTF.", "founded"),
    day("ended", "When it ended, as EDTF.", "ended"),
)


def of_terms(*schemes: str) -> tuple[Column, ...]:
    """Return the columns of what terms of these schemes say, by their codes."""
    return tuple(
        trait(scheme, f"Its {scheme.replace('_', ' ')}, by codes of the scheme of that name.")
        for scheme in schemes
    )


GATHERINGS = record(
    said("arenas", "The arena it stands in: space.", "arenas", lambda item: item["arena"]),
    place("held_at", "Where it was held.", "held_at"),
    day("held", "When it was held, as EDTF.", "held"),
    day("planned", "For when it was planned, as EDTF.", "planned"),
    day("cancelled", "When it was cancelled, as EDTF.", "cancelled"),
    STATUS,
)
CAMPAIGNS = record(*BEGUN, *of_terms("stage", "scope", "tool"), STATUS)
INSTRUMENTS = record(
    said(
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
PROJECTS = record(*BEGUN, *of_terms("project_kind", "approach"), STATUS)
DEMANDS = record(*of_terms("beneficiary"), STATUS)
CASES = record(*of_terms("leadership"), STATUS)
