"""EDTF dates: the text and the days it covers always agree."""

import calendar
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings, strategies

from orgs.statements.refusal_messages import rule_sentences
from orgs.statements.text import Text
from orgs.statements.validation import find_errors

pytestmark = pytest.mark.django_db

SENTENCE = (
    "Write the date as a year, month or day, for example 1986, 2010-10, 2010-10-08/2010-10-12, "
    "199X, 2010~ or 1994/.. (still so)."
)

Days = tuple[date | None, date | None]


def days_of(written: str) -> Days | None:
    """First day that a date covers and the day after its last, by the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT edtf_range(%s)", (written,))
        days = cursor.fetchone()[0]
    return None if days is None else (days.lower, days.upper)


ACCEPTED = {
    # Level 0: days, months, years, moments, intervals.
    "1986": (date(1986, 1, 1), date(1987, 1, 1)),
    "0001": (date(1, 1, 1), date(2, 1, 1)),
    "2010-10": (date(2010, 10, 1), date(2010, 11, 1)),
    "2010-12": (date(2010, 12, 1), date(2011, 1, 1)),
    "2010-10-08": (date(2010, 10, 8), date(2010, 10, 9)),
    "2010-12-31": (date(2010, 12, 31), date(2011, 1, 1)),
    "1996-02-29": (date(1996, 2, 29), date(1996, 3, 1)),
    "2000-02-29": (date(2000, 2, 29), date(2000, 3, 1)),
    "2010-10-08T23:59:59": (date(2010, 10, 8), date(2010, 10, 9)),
    "2010-10-08T12:00:00Z": (date(2010, 10, 8), date(2010, 10, 9)),
    "2010-10-08T12:00:00+08:00": (date(2010, 10, 8), date(2010, 10, 9)),
    "1995/2010": (date(1995, 1, 1), date(2011, 1, 1)),
    "2010-10-08/2010-10-12": (date(2010, 10, 8), date(2010, 10, 13)),
    "2004-06/2006-08": (date(2004, 6, 1), date(2006, 9, 1)),
    "2004-02-01/2005": (date(2004, 2, 1), date(2006, 1, 1)),
    "2010/2010": (date(2010, 1, 1), date(2011, 1, 1)),
    # The end of an interval is somewhere in what is written: May to some time in 2010.
    "2010-05/2010": (date(2010, 5, 1), date(2011, 1, 1)),
    "1995/199X": (date(1995, 1, 1), date(2000, 1, 1)),
    # Level 1: doubt, unspecified digits, seasons, open ends.
    "2010?": (date(2010, 1, 1), date(2011, 1, 1)),
    "2010~": (date(2010, 1, 1), date(2011, 1, 1)),
    "2010-10%": (date(2010, 10, 1), date(2010, 11, 1)),
    "2010-10-08~": (date(2010, 10, 8), date(2010, 10, 9)),
    "1994~/2010?": (date(1994, 1, 1), date(2011, 1, 1)),
    "199X": (date(1990, 1, 1), date(2000, 1, 1)),
    "19XX": (date(1900, 1, 1), date(2000, 1, 1)),
    "000X": (date(1, 1, 1), date(10, 1, 1)),
    "00XX": (date(1, 1, 1), date(100, 1, 1)),
    "199X?": (date(1990, 1, 1), date(2000, 1, 1)),
    "2010-XX": (date(2010, 1, 1), date(2011, 1, 1)),
    "2010-XX-XX": (date(2010, 1, 1), date(2011, 1, 1)),
    "2010-06-XX": (date(2010, 6, 1), date(2010, 7, 1)),
    "199X/2010": (date(1990, 1, 1), date(2011, 1, 1)),
    "2010-21": (date(2010, 3, 1), date(2010, 6, 1)),
    "2010-22": (date(2010, 6, 1), date(2010, 9, 1)),
    "2010-23": (date(2010, 9, 1), date(2010, 12, 1)),
    "2010-24": (date(2010, 12, 1), date(2011, 3, 1)),
    "2010-22~": (date(2010, 6, 1), date(2010, 9, 1)),
    "2010-21/2010-23": (date(2010, 3, 1), date(2010, 12, 1)),
    "1994/..": (date(1994, 1, 1), None),
    "1994/": (date(1994, 1, 1), None),
    "../1994": (None, date(1995, 1, 1)),
    "/1994": (None, date(1995, 1, 1)),
    "1994-03-02/..": (date(1994, 3, 2), None),
    # No day of the calendar follows the year 9999, so its end is left open.
    "9999": (date(9999, 1, 1), None),
    "9999-12": (date(9999, 12, 1), None),
    "9999-12-31": (date(9999, 12, 31), None),
    "9999-24": (date(9999, 12, 1), None),
    "999X": (date(9990, 1, 1), None),
    "99XX": (date(9900, 1, 1), None),
    "9999-12-30": (date(9999, 12, 30), date(9999, 12, 31)),
    "2010/9999": (date(2010, 1, 1), None),
}

REFUSED = (
    # Years outside 0001 to 9999.
    "0000",
    "0000-01-01",
    "-0001",
    "-2010",
    "+2010",
    "10000",
    "Y17000",
    "Y-17000",
    # Days and months that do not exist.
    "2010-00",
    "2010-13",
    "2010-20",
    "2010-10-00",
    "2010-10-32",
    "2010-02-30",
    "2010-02-29",
    "1900-02-29",
    "2010-04-31",
    # Level 2.
    "2010-25",
    "2010-41",
    "?2010",
    "2010-?10",
    "2010-10~-08",
    "1XXX",
    "XXXX",
    "XXXX-10",
    "199X-10",
    "2010-XX-08",
    "2010-1X",
    "2010-10-0X",
    "{2010,2011}",
    "[2010..2011]",
    "2010S2",
    "Y2E3",
    "2010-21-08",
    # Invalid intervals.
    "2012/2010",
    "2010-10-12/2010-10-08",
    "2010-11/2010-10-31",
    "../..",
    "/",
    "/..",
    "../",
    "//",
    "2010//2011",
    "2010/2011/2012",
    "..",
    "2010/2011/",
    "2010/?",
    "2010/circa 2011",
    # Words, other notations, other digits.
    "circa 1990",
    "c. 1990",
    "unknown",
    "1990s",
    "8 October 2010",
    "10/08/2010",
    "2010/10/08",
    "2010.10.08",
    "20101008",
    "2010-1",
    "2010-1-8",
    "2010-10-8",
    "210",
    "10",
    "2010-",
    "2010-10-",
    "-",
    "2010??",
    "2010?~",
    "2010x",
    "199x",
    "2010-10-08T24:00:00",
    "2010-10-08T12:60:00",
    "2010-10-08T12:00",
    "2010-02-30T12:00:00Z",
    " 2010",
    "2010 ",
    "2010\n",
    "\t",
    " ",
    "2010\u200b",
    "٢٠١٠",
    "２０１０",
    "२०१०-१०",
    "201٠",
    "2010‐10",
    "2010–2011",
    "2010-10-08/2010-10-12; 2011",
    "NaN",
    "null",
    "'; DROP TABLE orgs_text; --",
)


def test_date_covers_exactly_its_days():
    assert {written: days_of(written) for written in ACCEPTED} == ACCEPTED


def test_text_that_is_no_date_is_refused_with_the_sentence(write):
    record = write.record("organization", "fiob")

    refusals = {}
    for written in REFUSED:
        with pytest.raises(ValidationError) as refusal:
            write.say("text", record, text_kind="goal", body="To vote.", edtf=written)
        refusals[written] = refusal.value.messages

    assert refusals == {written: [SENTENCE] for written in REFUSED}
    assert Text.objects.count() == 0


def test_text_that_is_no_date_is_an_error_of_its_field(write):
    record = write.record("organization", "fiob")
    rows = [
        write.changeset(
            "text", record, text_kind="goal", body="To vote.", edtf=written
        ).operations.adds["text"][0]
        for written in REFUSED
    ]

    errors = find_errors("text", rows)

    # Invisible characters have an error message of their own.
    unseen = {place for place, written in enumerate(REFUSED) if "\u200b" in written}
    assert {errors[place][0][0] for place in unseen} == {"edtf"}
    assert {place: result for place, result in errors.items() if place not in unseen} == {
        place: [("edtf", SENTENCE)] for place in range(len(REFUSED)) if place not in unseen
    }


def test_every_rule_of_dates_has_the_sentence():
    assert {
        sentence for name, sentence in rule_sentences().items() if name.endswith("_when_is_edtf")
    } == {SENTENCE}


def test_date_of_five_thousand_digits_is_refused_beside_its_field(write):
    record = write.record("organization", "fiob")
    changeset = write.changeset(
        "text", record, text_kind="goal", body="To vote from abroad.", edtf="1" * 5_000
    )

    with pytest.raises(ValidationError) as refusal:
        changeset.accept()

    assert refusal.value.messages == [
        "The database refuses this change. Check the values and try again."
    ]
    assert find_errors("text", changeset.operations.adds["text"]) == {
        0: [("edtf", "Ensure this value has at most 64 characters (it has 5000).")]
    }
    assert days_of("1" * 5_000) is None


def test_source_observed_at_no_date_is_refused(write):
    with pytest.raises(ValidationError) as refusal:
        write.another_source("diary", observed="some day")

    assert refusal.value.messages == [
        "Write the date of observation, for example 2010, 2010-04 or 2008/2010."
    ]


def test_undated_statement_is_valid_from_the_first_day_of_its_source(write):
    record = write.record("organization", "fiob")
    source = write.another_source("field-notes", observed="2008-05/2009")

    write.say("text", record, text_kind="goal", body="To vote.", source=source)

    text = Text.objects.get(record=record)
    assert (text.edtf, text.observed) == ("", "2008-05/2009")
    assert (text.span.lower, text.span.upper) == (date(2008, 5, 1), None)


def test_days_cannot_be_updated_without_the_text(write):
    record = write.record("organization", "fiob")
    write.say("text", record, text_kind="goal", body="To vote.", edtf="2010")

    with (
        pytest.raises(ProgrammingError, match="can only be updated to DEFAULT"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE orgs_text SET span = '[2001-01-01,2002-01-01)'")

    assert Text.objects.get(record=record).span.lower == date(2010, 1, 1)


def test_text_cannot_be_updated_without_the_days(write):
    record = write.record("organization", "fiob")
    write.say("text", record, text_kind="goal", body="To vote.", edtf="2010")

    Text.objects.filter(record=record).update(edtf="2009-03")

    span = Text.objects.get(record=record).span
    assert (span.lower, span.upper) == (date(2009, 3, 1), date(2009, 4, 1))


# Generated dates with their days by the calendar.


def _following(day: date) -> date | None:
    return None if day == date.max else date.fromordinal(day.toordinal() + 1)


@strategies.composite
def points(draw) -> tuple[str, date, date]:
    """A single date as EDTF writes it, with the first and the last day it may mean."""
    year = draw(strategies.integers(1, 9999))
    shape = draw(strategies.sampled_from(("decade", "century", "year", "month", "season", "day")))
    if shape == "decade":
        first = max(year // 10 * 10, 1)
        written, opened, closed = f"{year // 10:03}X", date(first, 1, 1), year // 10 * 10 + 9
        closed = date(closed, 12, 31)
    elif shape == "century":
        first = max(year // 100 * 100, 1)
        written, opened = f"{year // 100:02}XX", date(first, 1, 1)
        closed = date(year // 100 * 100 + 99, 12, 31)
    elif shape == "year":
        written = f"{year:04}" + draw(strategies.sampled_from(("", "-XX", "-XX-XX")))
        opened, closed = date(year, 1, 1), date(year, 12, 31)
    elif shape == "season":
        season = draw(strategies.integers(21, 24))
        month = (season - 20) * 3
        written, opened = f"{year:04}-{season}", date(year, month, 1)
        last = (year, month + 2) if season < 24 else (year + 1, 2)
        closed = date.max if last[0] > 9999 else date(*last, calendar.monthrange(*last)[1])
    else:
        month = draw(strategies.integers(1, 12))
        length = calendar.monthrange(year, month)[1]
        if shape == "month":
            written = f"{year:04}-{month:02}" + draw(strategies.sampled_from(("", "-XX")))
            opened, closed = date(year, month, 1), date(year, month, length)
        else:
            day = draw(strategies.integers(1, length))
            written = f"{year:04}-{month:02}-{day:02}"
            opened = closed = date(year, month, day)
    return written + draw(strategies.sampled_from(("", "?", "~", "%"))), opened, closed


@strategies.composite
def dates(draw) -> tuple[str, Days]:
    """A date or an interval as EDTF writes it, with the days it covers."""
    shape = draw(strategies.sampled_from(("point", "until", "since", "between")))
    first, opened, closed = draw(points())
    if shape == "point":
        return first, (opened, _following(closed))
    if shape == "since":
        return first + draw(strategies.sampled_from(("/..", "/"))), (opened, None)
    if shape == "until":
        return draw(strategies.sampled_from(("../", "/"))) + first, (None, _following(closed))
    second, also_opened, also_closed = draw(points())
    if opened > also_closed:
        return f"{second}/{first}", (also_opened, _following(closed))
    return f"{first}/{second}", (opened, _following(also_closed))


often = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@often
@given(date_and_days=dates())
def test_any_date_covers_the_days_that_the_calendar_gives_it(date_and_days):
    written, days = date_and_days

    assert days_of(written) == days


@often
@given(written=strategies.text(alphabet="0129X-/.?~%T: Z{", max_size=14))
def test_any_text_is_a_date_or_none_and_never_an_error(written):
    days = days_of(written)

    assert days is None or days[0] is None or days[1] is None or days[0] < days[1]


@settings(often, max_examples=15)
@given(chosen=strategies.lists(dates(), min_size=1, max_size=20))
def test_stored_days_are_those_of_the_stored_text(write, chosen):
    with transaction.atomic():
        record = write.record("organization", "fiob")
        changeset = write.changeset(
            "text", record, text_kind="goal", body="first", edtf=chosen[0][0]
        )
        for written, _ in chosen[1:]:
            changeset.add(
                "text",
                record,
                text_kind="goal",
                body="next",
                edtf=written,
                source=write.source_id,
            )
        changeset.propose().accept()

        stored = [
            (text.edtf, (text.span.lower, text.span.upper))
            for text in Text.objects.filter(record=record).order_by("id")
        ]
        transaction.set_rollback(True)
    assert stored == chosen
