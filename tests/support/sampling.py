"""Which combinations of a matrix `make test` tries; with MCS_MATRIX all are tried.

Of every value with every other, one combination in so many is taken, such that each value is
tried, with other partners than the value next to it. The choice is the same in every run.
"""

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

WHOLE = "MCS_MATRIX" in os.environ
"""Whether every combination is tried."""


def sampled(values: Iterable[T], row: int, every: int = 3) -> list[T]:
    """The values that the row of this number tries: one in `every`."""
    listed = list(values)
    return listed if WHOLE else listed[-row % every :: every]
