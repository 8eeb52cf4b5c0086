"""Progress of commands that take long: how much is done, how fast, and how long it still takes."""

import time
from typing import Protocol

INTERVAL = 5.0
"""Seconds between two lines, so that a short run prints none."""


class Output(Protocol):
    def write(self, text: str, /) -> object: ...


class Progress:
    """Prints lines such as "Trying: 1,200 of 5,012 rows, 310 a second, 12 s left"."""

    def __init__(self, output: Output, total: int, noun: str = "rows") -> None:
        self.output = output
        self.total = total
        self.noun = noun
        self.step = ""
        self.started_at = self.printed_at = time.monotonic()

    def __call__(self, step: str, fraction: float) -> None:
        """Say how far a step is; `fraction` is from 0 to 1."""
        now = time.monotonic()
        if step != self.step:
            self.step, self.started_at = step, now
        if now < self.printed_at + INTERVAL or not fraction:
            return
        self.printed_at = now
        seconds = now - self.started_at
        done = fraction * self.total
        left = seconds / fraction - seconds
        self.output.write(
            f"{step}: {int(done):,} of {self.total:,} {self.noun}, "
            f"{done / max(seconds, 0.001):,.0f} a second, {duration(left)} left"
        )


def duration(seconds: float) -> str:
    """A number of seconds as people say it: 12 s, 3 min, 1 h 5 min."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
