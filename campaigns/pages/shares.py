"""Shares and what they are shares of: a percentage needs its denominator (Prop 9)."""

from decimal import Decimal
from typing import NamedTuple

PERCENT = "percent"
SHARE_OF = "_share_of_"
"""Separates part and whole in the code of a measure: `productive_share_of_projects`."""


class Share(NamedTuple):
    """A figure of a project; a share has its part and whole if they are known."""

    figure: dict
    is_share: bool
    part: dict | None
    """The figure with the same part as a number: `productive_projects`."""
    whole: Decimal | None
    """Computed from both, to two digits: printed shares are rounded."""


def shares_of(figures: list[dict]) -> list[Share]:
    """The figures of a document, each share with its part and whole.

    A part belongs to a share if the same source states both at the same place, by the same speaker,
    for the same time.
    """
    return [_share(figure, figures) for figure in figures]


def _share(figure: dict, figures: list[dict]) -> Share:
    is_share = figure["unit"].casefold() == PERCENT
    part_code, separator, whole_code = figure["measure"].partition(SHARE_OF)
    part = next(
        (
            other
            for other in figures
            if is_share
            and separator
            and other["measure"] == f"{part_code}_{whole_code}"
            and _stated_together(figure, other)
        ),
        None,
    )
    return Share(figure, is_share, part, _whole(figure, part) if part else None)


def _stated_together(figure: dict, other: dict) -> bool:
    names = ("source", "locator", "voice", "speaker", "when", "holds")
    return all(figure[name] == other[name] for name in names)


def _whole(share: dict, part: dict) -> Decimal | None:
    """To two digits; None if a number is open or a range."""
    percent, number = _exact(share), _exact(part)
    if not percent or number is None:
        return None
    return Decimal(f"{number * 100 / percent:.1e}")


def _exact(figure: dict) -> Decimal | None:
    if figure["low"] is None or figure["low"] != figure["high"]:
        return None
    return Decimal(str(figure["low"]))
