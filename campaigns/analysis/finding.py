"""A finding with the counts it was derived from and the statements it rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices

MAX_REASONS = 60
"""A finding lists at most this many statements, which keeps the page of a large network short."""


@dataclass
class Finding:
    """A finding about one record within one window of days."""

    value: TextChoices
    numbers: Mapping[str, int | float]
    """What was counted, by name."""
    because: Iterable[int] = field(default=())
    """Numbers of the statements it follows from; if the value is UNKNOWN, those considered."""

    def as_json(self) -> dict[str, Any]:
        reasons = sorted(set(self.because))
        return {
            "value": self.value.value,
            "numbers": dict(self.numbers),
            "because": reasons[:MAX_REASONS],
            "because_count": len(reasons),
        }
