"""The parameters `as_of` and `known_at`."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.http import QueryDict

from orgs.search.record_history import parse_known_at
from orgs.sql import fetch_row

from .http import current_version, iso_time

Parsed = TypeVar("Parsed")


def last_change(known_at: int) -> dict:
    """The last public change up to this number, and when it was accepted."""
    number, at = fetch_row(
        "SELECT last.number, c.decided_at FROM (SELECT coalesce(max(change), 0) AS number"
        " FROM orgs_entrychange WHERE change <= %s) last"
        " LEFT JOIN orgs_changeset c ON c.number = last.number",
        (known_at,),
    )
    return {"change": number, "updated": iso_time(at)}


def known_at_param(params: QueryDict, newest: int | None = None) -> int | None:
    """The change of `known_at`, None if not given. `newest` saves a query where it is known.

    Raises ValidationError for a change that does not exist yet. A time in the future is valid: it
    means everything that is known.
    """
    known_at = parse_param(params, "known_at", parse_known_at)
    if known_at is not None and params.get("known_at", "").isdigit():
        newest = current_version().change if newest is None else newest
        if known_at > newest:
            raise ValidationError(
                {"known_at": f"There is no change {known_at} yet; the newest is {newest}."}
            )
    return known_at


def parse_param(params: QueryDict, name: str, parse: Callable[[str], Parsed]) -> Parsed | None:
    """None if the parameter is empty. Errors of `parse` are raised with its name."""
    text = params.get(name, "")
    if not text:
        return None
    try:
        return parse(text)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error
