"""Shares and what they are shares of: a percentage needs its denominator (Prop 9)."""

from decimal import Decimal
from typing import NamedTuple

PERCENT = "percent"
SHARE_OF = "_share_of_"
"""What stands between part and whole in the code of a measure: `productive_share_of_projects`."""


class Share(NamedTuple):
    """A figure of a project; if it is a share, with what the record gives beside it."""

    figure: dict
    is_share: bool
    part: dict | None
    """The figure that gives the same part as a number: `productive_projects`."""
    whole: Decimal | None
    """What the whole is by these two, to two digits: shares are rounded when they are printed."""


def shares_of(figures: list[dict]) -> list[Share]:
    """Return the figures of a document, each share with its part and the whole that follows.

    A part belongs to a share if the same source says both in one place, by the same speaker, for
    the same time.
    """
    return [_share(figure, figures) for figure in figures]


def _share(figure: dict, figures: list[dict]) -> Share:
    is_share = figure["unit"].casefold() == PERCENT
    part_of_what, apart, whole = figure["measure"].partition(SHARE_OF)
    part = next(
        (
            other
            for other in figures
            if is_share
            and apart
            and other["measure"] == f"{part_of_what}_{whole}"
            and _said_together(figure, other)
        ),
        None,
    )
    return Share(figure, is_share, part, _whole(figure, part) if part else None)


def _said_together(one: dict, other: dict) -> bool:
    names = ("source", "locator", "voice", "speaker", "when", "holds")
    return all(one[name] == other[name] for name in names)


def _whole(share: dict, part: dict) -> Decimal | None:
    """Return what the whole is, to two digits; None where a number is open or a range."""
    percent, number = _exact(share), _exact(part)
    if not percent or number is None:
        return None
    return Decimal(f"{number * 100 / percent:.1e}")


def _exact(figure: dict) -> Decimal | None:
    if figure["low"] is None or figure["low"] != figure["high"]:
        return None
    return Decimal(str(figure["low"]))
