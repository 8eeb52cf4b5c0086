"""An answer: what is judged, from which numbers, and because of which statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices

MOST_REASONS = 60
"""How many statements an answer names; the page of a large network would be long otherwise."""


@dataclass
class Answer:
    """The finding about one organization within one window of years."""

    value: TextChoices
    numbers: Mapping[str, int | float]
    """What was counted, by name."""
    because: Iterable[int] = field(default=())
    """The statements that it follows from, or that were found where they are not enough."""

    def told(self) -> dict[str, Any]:
        """Return it as documents tell it."""
        reasons = sorted(set(self.because))
        return {
            "value": self.value.value,
            "numbers": dict(self.numbers),
            "because": reasons[:MOST_REASONS],
            "because_count": len(reasons),
        }
