"""Dates of documents as days that can be compared. Only the database parses dates."""

from collections.abc import Iterable

from django.db import connection

from campaigns.analysis.facts import Days, days_of


def days_by_date(dates: Iterable[str | None]) -> dict[str, Days]:
    """The days that each EDTF date may cover. One query; none without dates."""
    distinct_dates = {edtf for edtf in dates if edtf}
    if not distinct_dates:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT edtf, edtf_range(edtf) FROM unnest(%s) edtf", [sorted(distinct_dates)]
        )
        return {edtf: days_of(span) for edtf, span in cursor.fetchall()}
