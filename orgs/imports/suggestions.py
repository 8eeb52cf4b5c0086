"""What a cell may have meant that names nothing in the catalogue."""

import difflib
from collections.abc import Iterable

from orgs.search.text import normalize_name

MAX_SUGGESTIONS = 3
LIKE = 0.85
"""How like a name must be to be suggested, from 0 to 1."""


def did_you_mean(suggestions: Iterable[str]) -> str:
    """A sentence to put between two others; "" without suggestions."""
    listed = list(dict.fromkeys(suggestions))[:MAX_SUGGESTIONS]
    return f"Did you mean {' or '.join(listed)}? " if listed else ""


def like_names(name: str, names: Iterable[str]) -> list[str]:
    """The names that are most like one: of a few letters' difference, with the same beginning."""
    wanted = normalize_name(name)
    candidates = {
        folded: other
        for other in names
        if other[:1].casefold() == name[:1].casefold()
        and abs(len(other) - len(name)) <= 0.3 * len(name)
        and (folded := normalize_name(other))
    }
    close = difflib.get_close_matches(wanted, candidates, MAX_SUGGESTIONS, LIKE)
    return [candidates[folded] for folded in close]
