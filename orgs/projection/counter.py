"""The number of the newest change and the catalogue's day."""

from datetime import date, datetime

from django.db import models
from django.utils import timezone

from orgs.sql import fetch_row, fetch_value


class Counter(models.Model):
    """The single row that numbers changes without gaps, in the order of their acceptance.

    It also stores the catalogue's day: the day for which all entries are written.
    """

    number = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(name="counter_is_one_row", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def take(cls) -> tuple[int, datetime, date]:
        """Take the next number, with its time and the catalogue's day, and lock out other changes.

        The lock lasts until the end of the transaction; the time is taken under it and never runs
        backwards.
        """
        return fetch_row(
            "UPDATE orgs_counter SET number = number + 1, day = coalesce(day, current_date),"
            " at = greatest(clock_timestamp(), at + interval '1 microsecond')"
            " WHERE id = 1 RETURNING number, at, day"
        )

    @classmethod
    def state(cls) -> tuple[int, datetime | None, date | None]:
        """The number of the newest change, its time and the catalogue's day: a version of all
        pages.

        The time is needed because a restored catalogue may reach the same number again.
        """
        return fetch_row("SELECT number, at, day FROM orgs_counter WHERE id = 1")

    @classmethod
    def today(cls) -> date:
        """The day for which all entries are written."""
        return fetch_value("SELECT day FROM orgs_counter WHERE id = 1") or timezone.now().date()
