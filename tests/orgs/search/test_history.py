"""Two clocks: when it was so, and when the catalogue knew it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.changes.revert import revert
from orgs.profiles.own_source import own_source
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.search.days import parse_days, parse_moment
from orgs.search.record_history import (
    change_at,
    difference,
    document_at,
    parse_known_at,
    record_history,
)
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mfa(write: Writer) -> Record:
    return write.record("partnership", "mfa", "Migrant Forum in Asia")


@pytest.fixture
def kapatiran(write: Writer) -> Record:
    return write.record("organization", "kapatiran", "Kapatiran")


def entry_of(record: Record) -> Entry:
    return Entry.objects.get(pk=record.pk)


def now() -> int:
    return Counter.objects.get().number


def replaced(statement, **values) -> Changeset:
    changeset = Changeset(reason="It is called otherwise.")
    changeset.replace(statement, **values)
    return changeset.propose().accept()


# As it was in a year, month or day


def test_state_is_shown_on_the_days_on_which_it_held(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, edtf="1994-05/2001-06")

    dates = ("1993", "1994-04", "1994-05", "1994", "2000", "2001-06-30", "2001-07", "2001", "2002")
    membership_counts = {
        days: len(document_at(entry_of(kapatiran), as_of=parse_days(days))["memberships"])
        for days in dates
    }

    assert membership_counts == {
        "1993": 0,
        "1994-04": 0,
        "1994-05": 1,
        "1994": 1,
        "2000": 1,
        "2001-06-30": 1,
        "2001-07": 0,
        "2001": 1,
        "2002": 0,
    }


def test_event_is_shown_from_its_day_on(write, kapatiran):
    write.say("existence", kapatiran, event="founded", edtf="1994-05")

    dates = ("1993", "1994-04-30", "1994-05-01", "1994", "2001", "9999")
    date_counts = [
        len(document_at(entry_of(kapatiran), as_of=parse_days(days))["dates"]) for days in dates
    ]

    assert date_counts == [0, 0, 1, 1, 1, 1]


def test_undated_statement_is_shown_from_the_day_its_source_looked(write, kapatiran, mfa):
    source = write.another_source("notes", observed="2008-05-13")
    write.say("membership", kapatiran, partnership=mfa, source=source)

    dates = ("2007", "2008-05-12", "2008-05-13", "2008", "2099")
    recalled = [document_at(entry_of(kapatiran), as_of=parse_days(days)) for days in dates]

    assert [len(document["memberships"]) for document in recalled] == [0, 0, 1, 1, 1]
    item = recalled[-1]["memberships"][0]
    assert (item["when"], item["observed"]) == (None, "2008-05-13")


def test_open_beginning_is_shown_on_all_earlier_days(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, edtf="../2001")

    dates = ("0001", "2001-12-31", "2002")
    counts = [
        len(document_at(entry_of(kapatiran), as_of=parse_days(days))["memberships"])
        for days in dates
    ]

    assert counts == [1, 1, 0]


def test_document_of_other_days_cites_the_sources_of_its_statements(write, kapatiran, mfa):
    another = write.another_source("annual-report")
    write.say("membership", kapatiran, partnership=mfa, edtf="1994/2001", source=another)

    document = document_at(entry_of(kapatiran), as_of=parse_days("2005"))

    assert (document["names"], document["memberships"], document["sources"]) == ([], [], [])
    assert document["label"] == "Kapatiran"


def test_document_without_other_clocks_is_the_entry(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa)

    assert document_at(entry_of(kapatiran)) == entry_of(kapatiran).read()


# As the catalogue knew it


def test_document_is_recalled_as_every_change_left_it(write, mfa):
    documents = {now(): entry_of(mfa).read()}
    place = write.record("place", "hk", "Hong Kong")
    for step in (
        lambda: write.say("name", mfa, text="MFA", name_kind="acronym"),
        lambda: replaced(Name.objects.current().get(text="MFA"), text="M.F.A."),
        lambda: write.say("presence", mfa, place=place, role="seat"),
        lambda: replaced(
            Name.objects.current().get(text="Migrant Forum in Asia"), text="Forum of Migrants"
        ),
        lambda: write.say("trait", mfa, term=write.terms["form:network"], voice="own"),
        lambda: revert(Changeset.objects.get(number=now())).propose().accept(),
    ):
        step()
        documents[now()] = entry_of(mfa).read()

    assert {
        number: document_at(entry_of(mfa), known_at=number) for number in documents
    } == documents


def test_mention_is_recalled_by_the_name_it_had(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa)
    before = now()
    replaced(Name.objects.get(record=mfa), text="Forum of Migrants")

    labels = [
        document_at(entry_of(kapatiran), known_at=number)["memberships"][0]["partnership"]["label"]
        for number in (before, before + 1)
    ]

    assert labels == ["Migrant Forum in Asia", "Forum of Migrants"]


def test_record_was_not_known_before_the_change_that_made_it(write, mfa):
    number = now()

    assert document_at(entry_of(mfa), known_at=number - 1) is None
    assert document_at(entry_of(mfa), known_at=0) is None
    assert document_at(entry_of(mfa), known_at=number)["label"] == "Migrant Forum in Asia"


def test_change_that_is_yet_to_come_knows_what_is_known_now(write, mfa):
    assert document_at(entry_of(mfa), known_at=10**17) == entry_of(mfa).read()


def test_both_clocks_work_together(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, edtf="1994/2001")
    before = now()
    replaced(Membership.objects.get(), edtf="1994/2005")

    disputed_by_change = {
        (known, days): len(
            document_at(entry_of(kapatiran), as_of=parse_days(days), known_at=known)["memberships"]
        )
        for known in (before - 1, before, before + 1)
        for days in ("2000", "2004")
    }

    assert disputed_by_change == {
        (before - 1, "2000"): 0,
        (before - 1, "2004"): 0,
        (before, "2000"): 1,
        (before, "2004"): 0,
        (before + 1, "2000"): 1,
        (before + 1, "2004"): 1,
    }


def test_dispute_is_recalled_as_it_stood(write, mfa):
    network = write.terms["identity:women"]
    write.say("trait", mfa, term=network)
    before = now()
    write.say("trait", mfa, term=network, voice="own", holds=False)

    disputed = [
        [
            item["disputed"]
            for item in document_at(entry_of(mfa), known_at=number)["traits"]["identity"]
        ]
        for number in (before, before + 1)
    ]

    assert disputed == [[False], [True, True]]


def test_representatives_recall_what_the_public_does_not(write, mfa):
    write.say("contact", mfa, contact_kind="email", value="office@mfa.example")

    contacts_by_reader = [
        [item["value"] for item in document_at(entry_of(mfa), reader=reader)["contacts"]]
        for reader in (0, 1, 2)
    ]

    assert contacts_by_reader == [[], [], ["office@mfa.example"]]


# Which change is meant


def test_moment_names_the_last_change_before_it(write, mfa):
    at = Changeset.objects.get(number=now()).decided_at
    tick = timedelta(microseconds=1)

    assert [change_at(moment) for moment in (at - tick, at, at + tick)] == [
        now() - 1,
        now(),
        now(),
    ]
    assert change_at(datetime(1986, 1, 1, tzinfo=UTC)) == 0


def test_change_is_named_by_number_or_moment(write, mfa):
    at = Changeset.objects.get(number=now()).decided_at

    named = ("0", "7", "000000000000000012", at.isoformat(), "1986-10-08T12:00:00Z")
    assert [parse_known_at(text) for text in named] == [0, 7, 12, now(), 0]


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "",
        "-1",
        "1.5",
        "٧",
        "2010-13-01",
        "2010-10-08T12:00:00",
        "2010-10-08T25:00:00Z",
        "2010-10",
        "2010-10-08",
        "1e3",
    ],
)
def test_text_that_names_no_change_is_refused(db, text):
    with pytest.raises(ValidationError, match="Write the number of a change"):
        parse_known_at(text)


def test_number_beyond_all_changes_is_refused(db):
    with pytest.raises(ValidationError, match="No change has this number"):
        parse_known_at("1" * 5_000)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2010-10-08", datetime(2010, 10, 8, tzinfo=UTC)),
        ("2010-10-08T12:00:00Z", datetime(2010, 10, 8, 12, tzinfo=UTC)),
        ("2010-10-08T12:00:00+08:00", datetime(2010, 10, 8, 4, tzinfo=UTC)),
        ("2010-10-08 12:00:00-05:00", datetime(2010, 10, 8, 17, tzinfo=UTC)),
    ],
)
def test_moment_since_which_something_changed_may_be_a_day(text, moment):
    assert parse_moment(text) == moment


# History


def test_history_lists_each_change_newest_first(write, kapatiran, mfa):
    first = now() - 1
    write.record("organization", "fiob")
    changeset = write.changeset_of(mfa, reason="It joined.", label="survey")
    changeset.add("membership", kapatiran, partnership=mfa, source=own_source(changeset, mfa))
    joined = changeset.propose().accept()
    renamed = replaced(Name.objects.get(record=kapatiran), text="Brotherhood")

    history = record_history(entry_of(kapatiran))

    assert [
        (
            change.number,
            change.at,
            change.reason,
            change.label,
            change.on_behalf,
            [(item["part"], item.get("text")) for item in change.added],
            [(item["part"], item.get("text")) for item in change.retired],
        )
        for change in history
        if change.number != first
    ][:2] == [
        (
            renamed.number,
            renamed.decided_at,
            "It is called otherwise.",
            "",
            "",
            [("names", "Brotherhood")],
            [("names", "Kapatiran")],
        ),
        (
            joined.number,
            joined.decided_at,
            "It joined.",
            "survey",
            "Migrant Forum in Asia",
            [("memberships", None)],
            [],
        ),
    ]
    assert [change.number for change in history] == sorted(
        (change.number for change in history), reverse=True
    )
    assert len(history) == 3


def test_history_names_no_person(write, mfa):
    author = Account.objects.create_user("author@example.org", display_name="Maria Secret")
    changeset = Changeset(author=author, reason="Found in a report.")
    changeset.add("name", mfa, text="MFA", source=write.source_id)
    changeset.propose().accept(author)

    history_text = str(record_history(entry_of(mfa)))

    assert ("Secret" in history_text, "author@example.org" in history_text) == (False, False)
    assert "Found in a report." in history_text


def test_history_omits_a_hidden_speaker(write, mfa):
    secret = write.record("organization", "secret-body", "The secret-body")
    changeset = write.changeset_of(secret)
    changeset.add("name", mfa, text="MFA", source=own_source(changeset, secret))
    changeset.propose().accept()
    hide = Changeset()
    hide.change_record(Record.objects.get(pk=secret.pk), level=Level.HIDDEN)
    hide.propose().accept()

    history = record_history(entry_of(mfa))

    assert [change.on_behalf for change in history] == ["", ""]
    assert "secret" not in str(history)


def test_change_of_what_may_not_be_read_is_no_part_of_the_history(write, mfa):
    before = len(record_history(entry_of(mfa)))
    write.say("contact", mfa, contact_kind="email", value="office@mfa.example")

    assert len(record_history(entry_of(mfa))) == before
    assert len(record_history(entry_of(mfa), reader=Tier.REPRESENTATIVES)) == before + 1


def test_difference_is_added_and_retired_statements(write, mfa):
    start = now()
    write.say("name", mfa, text="MFA")
    write.say("name", mfa, text="Passing name")
    replaced(Name.objects.current().get(text="MFA"), text="M.F.A.")
    changeset = Changeset()
    changeset.retire(Name.objects.get(text="Passing name"))
    changeset.propose().accept()
    end = now()

    def texts(before: int, after: int) -> tuple[list, list]:
        gained, lost = difference(entry_of(mfa), before, after)
        return [item["text"] for item in gained], [item["text"] for item in lost]

    assert texts(start, end) == (["M.F.A."], [])
    assert texts(end, start) == texts(start, end)
    assert texts(start + 1, end) == (["M.F.A."], ["MFA"])
    assert texts(start + 2, end) == (["M.F.A."], ["MFA", "Passing name"])
    assert texts(0, start) == (["Migrant Forum in Asia"], [])
    assert texts(end, end) == ([], [])
