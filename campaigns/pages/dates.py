"""Dates of documents as days that can be compared; the database is the one judge of dates."""

from collections.abc import Iterable

from django.db import connection

from campaigns.analysis.facts import Days, days_of


def days_by_date(written: Iterable[str | None]) -> dict[str, Days]:
    """Return the days that each of these dates may cover, by the date as it is written (EDTF).

    In one query; in none if nothing is dated.
    """
    dates = {one for one in written if one}
    if not dates:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT written, edtf_range(written) FROM unnest(%s) written", [sorted(dates)]
        )
        return {one: days_of(span) for one, span in cursor.fetchall()}
