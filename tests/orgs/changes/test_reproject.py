"""The check of entries against the ledger, and changes that fall due as days pass."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Operations
from orgs.changes.rebuild import check, rebuild_all, rebuild_due
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryChange, EntrySpan, Facet
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mfa(write: Writer) -> Record:
    return write.record("partnership", "mfa", "Migrant Forum in Asia")


@pytest.fixture
def kapatiran(write: Writer, mfa: Record) -> Record:
    record = write.record("organization", "kapatiran", "Kapatiran")
    write.say("membership", record, partnership=mfa)
    write.say("text", record, text_kind="goal", body="To unite.")
    return record


def document_of(record: Record) -> dict:
    return json.loads(Entry.objects.get(pk=record.pk).document)


# The check


def test_entries_equal_the_ledger(write, kapatiran):
    assert check() == ([], Entry.objects.count())


ORGANIZATION = "organization kapatiran"
PLANTED: dict[str, tuple[Callable[[Record], object], Callable[[Record], str]]] = {
    "document": (
        lambda record: entries(record).update(document=spoiled_entry(record)),
        lambda record: f"{ORGANIZATION}: the document differs",
    ),
    "card": (
        lambda record: entries(record).update(card="{}"),
        lambda record: f"{ORGANIZATION}: the card differs",
    ),
    "label": (
        lambda record: entries(record).update(label="Other"),
        lambda record: f"{ORGANIZATION}: its keys differ",
    ),
    "slug": (
        lambda record: entries(record).update(slug="other"),
        lambda record: f"{ORGANIZATION}: its keys differ",
    ),
    "key": (
        lambda record: entries(record).update(key="other"),
        lambda record: f"{ORGANIZATION}: its keys differ",
    ),
    "order": (
        lambda record: entries(record).update(sort_key="zzz"),
        lambda record: f"{ORGANIZATION}: its keys differ",
    ),
    "state": (
        lambda record: entries(record).update(state="gone"),
        lambda record: f"{ORGANIZATION}: the entry is not shown",
    ),
    "words": (
        lambda record: entries(record).update(words=""),
        lambda record: f"{ORGANIZATION}: the words differ",
    ),
    "names": (
        lambda record: entries(record).update(names="kapatiran | secret"),
        lambda record: f"{ORGANIZATION}: the names differ",
    ),
    "surplus facet": (
        lambda record: entries(record).update(
            facets=[*entries(record).get().facets, Facet.objects.create(filter="x", value="y").pk]
        ),
        lambda record: f"{ORGANIZATION}: the facets differ",
    ),
    "missing facet": (
        lambda record: entries(record).update(facets=entries(record).get().facets[:-1]),
        lambda record: f"{ORGANIZATION}: the facets differ",
    ),
    "surplus span": (
        lambda record: EntrySpan.objects.create(
            entry_id=record.pk,
            facet=EntrySpan.objects.filter(entry=record.pk).first().facet,
            span=[date(1986, 1, 1), date(1987, 1, 1)],
        ),
        lambda record: f"{ORGANIZATION}: the spans differ",
    ),
    "moved span": (
        lambda record: EntrySpan.objects.filter(entry=record.pk).update(
            span=[date(1986, 1, 1), None]
        ),
        lambda record: f"{ORGANIZATION}: the spans differ",
    ),
    "missing span": (
        lambda record: EntrySpan.objects.filter(entry=record.pk).first().delete(),
        lambda record: f"{ORGANIZATION}: the spans differ",
    ),
    "mentions": (
        lambda record: entries(record).update(mentions=[]),
        lambda record: f"{ORGANIZATION}: the mentions differ",
    ),
    "missing entry": (
        lambda record: entries(record).delete(),
        lambda record: f"{ORGANIZATION}: the entry is missing",
    ),
    "surplus entry": (
        lambda record: (
            EntrySpan.objects.filter(entry=record.pk).delete(),
            entries(record).update(id=10**15),
        ),
        lambda record: f"{ORGANIZATION}: the entry should not be there",
    ),
    "hidden record that is still there": (
        lambda record: Record.objects.filter(pk=record.pk).update(level="hidden"),
        lambda record: f"{ORGANIZATION}: the entry should not be there",
    ),
    "tombstone that says too much": (
        lambda record: Record.objects.filter(pk=record.pk).update(level="withdrawn"),
        lambda record: f"{ORGANIZATION}: the tombstone says too much",
    ),
    "statement that nobody projected": (
        lambda record: Name.objects.filter(record=record).update(text="Other"),
        lambda record: f"{ORGANIZATION}: the document differs",
    ),
    "statement that was restricted past the door": (
        lambda record: Name.objects.filter(record=record).update(tier=2),
        lambda record: f"{ORGANIZATION}: the document differs",
    ),
    "source document": (
        lambda record: Entry.objects.filter(kind="source").update(document="{}"),
        lambda record: "source survey-2010: the document differs",
    ),
    "source words": (
        lambda record: Entry.objects.filter(kind="source").update(words=""),
        lambda record: "source survey-2010: the words differ",
    ),
    "source facets": (
        lambda record: Entry.objects.filter(kind="source").update(facets=[]),
        lambda record: "source survey-2010: the facets differ",
    ),
    "source key": (
        lambda record: Entry.objects.filter(kind="source").update(slug="x"),
        lambda record: "source survey-2010: its keys differ",
    ),
    "term card": (
        lambda record: Entry.objects.filter(key="form:network").update(card="{}"),
        lambda record: "term form:network: the card differs",
    ),
    "missing term": (
        lambda record: Entry.objects.filter(key="form:network").delete(),
        lambda record: "term form:network: the entry is missing",
    ),
    "arena names": (
        lambda record: Entry.objects.filter(key="ngo").update(names="x"),
        lambda record: "arena ngo: the names differ",
    ),
    "membership mentions": (
        lambda record: Entry.objects.filter(kind="membership").update(mentions=[]),
        lambda record: f"membership {Membership.objects.get().pk}: the mentions differ",
    ),
    "retired membership": (
        lambda record: Membership.objects.update(tier=1),
        lambda record: f"membership {Membership.objects.get().pk}: the entry should not be there",
    ),
}
"""Errors written past the changesets, and the line of the report for each."""


def entries(record: Record):
    return Entry.objects.filter(pk=record.pk)


def spoiled_entry(record: Record) -> str:
    return entries(record).get().document.replace("Kapatiran", "Kapatirang")


@pytest.mark.parametrize("error", PLANTED)
def test_planted_error_is_reported_and_repaired(write, kapatiran, mfa, error):
    plant, line = PLANTED[error]
    write.say("presence", kapatiran, place=write.record("place", "hk"), role="seat", edtf="1994/..")
    before = check()
    plant(kapatiran)
    expected = line(kapatiran)

    wrong, _ = check()

    assert before[0] == []
    assert expected in wrong
    if error != "surplus entry":
        rebuild_all()
        assert check()[0] == []


def test_proof_changes_nothing(write, kapatiran):
    entries(kapatiran).update(card="{}")
    before = Entry.objects.filter(pk=kapatiran.pk).values().get(), Counter.objects.values().get()

    check()

    after = Entry.objects.filter(pk=kapatiran.pk).values().get(), Counter.objects.values().get()
    assert after == before


def test_command_reports_differences_and_exits_with_one(write, kapatiran, capsys):
    call_command("reproject", "--check")
    sound = capsys.readouterr()
    entries(kapatiran).update(card="{}")

    with pytest.raises(SystemExit) as ended:
        call_command("reproject", "--check")

    spoken = capsys.readouterr()
    count = Entry.objects.count()
    assert sound.out == f"0 of {count} entries differ from the ledger.\n"
    assert ended.value.code == 1
    assert spoken.out == f"1 of {count} entries differ from the ledger.\n"
    assert spoken.err == "organization kapatiran: the card differs\n"


def test_entries_are_rewritten_under_a_change_of_their_own(write, kapatiran):
    before = Counter.objects.get().number
    entries(kapatiran).update(document="{}")

    assert rebuild_all() == 1

    change = Changeset.objects.get(number=before + 1)
    assert (change.state, change.author, change.operations) == ("accepted", None, Operations())
    assert Entry.objects.get(pk=kapatiran.pk).change == before + 1
    assert [change.entry for change in EntryChange.objects.filter(change=before + 1)] == [
        kapatiran.pk
    ]


def test_entries_that_are_right_keep_their_change(write, kapatiran):
    before = dict(Entry.objects.values_list("id", "change"))

    assert rebuild_all() == 0

    assert dict(Entry.objects.values_list("id", "change")) == before


# Days pass


@pytest.fixture
def today(write: Writer) -> date:
    """The catalogue's day."""
    return Counter.today()


def day(moment: date) -> str:
    return moment.isoformat()


def test_membership_ends_when_its_last_day_is_over(write, mfa, kapatiran, today):
    last = today + timedelta(days=10)
    source = write.another_source("statutes", observed="2020")
    write.say("membership", mfa, partnership=kapatiran_partnership(write), source=source)
    write.say("membership", kapatiran, partnership=mfa, edtf=f"1994/{day(last)}", source=source)
    number = Counter.objects.get().number
    members = Entry.objects.of_kinds("organization").holding(["partnership"], [str(mfa.pk)])
    changeset = Changeset()
    changeset.retire(Membership.objects.get(edtf="", record=kapatiran))
    changeset.propose().accept()
    states = [(members.count(), document_of(kapatiran)["memberships"][0]["current"])]

    changed = [rebuild_due(last)]
    states.append((members.count(), document_of(kapatiran)["memberships"][0]["current"]))
    changed.append(rebuild_due(last + timedelta(days=1)))
    states.append((members.count(), document_of(kapatiran)["memberships"][0]["current"]))

    assert states == [(1, True), (1, True), (0, False)]
    assert changed == [0, 2]
    change = Changeset.objects.get(number=number + 2)
    assert (change.state, change.reason) == ("accepted", f"Days have passed since {day(last)}.")
    kinds = EntryChange.objects.filter(change=number + 2).values_list("kind", flat=True)
    assert sorted(kinds) == ["membership", "organization"]
    assert check()[0] == []


def kapatiran_partnership(write: Writer) -> Record:
    return write.record("partnership", "mri", "Migrant Rights International")


def test_membership_begins_on_its_first_day(write, mfa, today):
    fiob = write.record("organization", "fiob", "Frente")
    first = today + timedelta(days=3)
    write.say("membership", fiob, partnership=mfa, edtf=f"{day(first)}/..")
    members = Entry.objects.of_kinds("organization").holding(["partnership"], [str(mfa.pk)])
    before = members.count()

    rebuild_due(first)

    assert (before, members.count()) == (0, 1)
    assert check()[0] == []


def test_days_without_due_changes_take_no_number(write, kapatiran, today):
    before = Counter.objects.get().number

    assert rebuild_due(today + timedelta(days=400)) == 0

    assert Counter.objects.get().number == before
    assert Counter.today() == today + timedelta(days=400)
    assert check()[0] == []


def test_days_pass_once(write, mfa, today):
    write.say(
        "membership", mfa, partnership=kapatiran_partnership(write), edtf=f"1994/{day(today)}"
    )
    tomorrow = today + timedelta(days=1)

    changed = [
        rebuild_due(tomorrow),
        rebuild_due(tomorrow),
        rebuild_due(today),
        rebuild_due(today - timedelta(days=400)),
    ]

    assert changed == [2, 0, 0, 0]
    assert Counter.today() == tomorrow
    assert check()[0] == []


def test_many_days_pass_at_once(write, mfa, today):
    for offset in (1, 2, 40):
        record = write.record("organization", f"body-{offset}")
        write.say(
            "arena_placement",
            record,
            arena="ngo",
            edtf=f"1994/{day(today + timedelta(days=offset))}",
        )
    entries = Entry.objects.holding(["arena"], ["ngo"])
    counts = [entries.count()]

    rebuild_due(today + timedelta(days=30))
    counts.append(entries.count())
    rebuild_due(today + timedelta(days=41))
    counts.append(entries.count())

    assert counts == [3, 1, 0]
    assert check()[0] == []


@pytest.fixture
def embargoed(write: Writer, mfa: Record, kapatiran: Record, today: date) -> Record:
    """The partnership that Kapatiran is a member of, not to be known for ten days."""
    changeset = Changeset()
    changeset.change_record(
        Record.objects.get(pk=mfa.pk),
        level=Level.EMBARGOED,
        embargo_until=today + timedelta(days=10),
    )
    changeset.change_reference("source", write.source, published_by=mfa)
    changeset.propose().accept()
    return mfa


def test_embargo_ends_on_its_day_wherever_the_record_is_mentioned(
    write, embargoed, kapatiran, today
):
    def counts() -> tuple:
        source = json.loads(Entry.objects.get(key="survey-2010").document)
        return (
            Entry.objects.published().filter(pk=embargoed.pk).count(),
            Entry.objects.filter(kind="membership").count(),
            len(document_of(kapatiran)["memberships"]),
            source["published_by"] is not None,
        )

    states = [counts()]
    rebuild_due(today + timedelta(days=9))
    states.append(counts())
    rebuild_due(today + timedelta(days=10))
    states.append(counts())

    assert states == [(0, 0, 0, False), (0, 0, 0, False), (1, 1, 1, True)]
    assert check()[0] == []


def test_statements_made_under_embargo_are_shown_when_it_ends(write, embargoed, today):
    member = write.record("organization", "fiob", "Frente")
    write.say("membership", member, partnership=embargoed)
    write.say("name", embargoed, text="Forum")
    before = (Entry.objects.filter(kind="membership").count(), check()[0])

    rebuild_due(today + timedelta(days=10))

    labels = (
        Entry.objects.filter(kind="membership").order_by("label").values_list("label", flat=True)
    )
    assert before == (0, [])
    assert list(labels) == ["Frente in Migrant Forum in Asia", "Kapatiran in Migrant Forum in Asia"]
    assert [name["text"] for name in document_of(embargoed)["names"]] == [
        "Migrant Forum in Asia",
        "Forum",
    ]
    assert check()[0] == []


def test_restricted_statement_falls_due_without_a_public_change(write, kapatiran, today):
    write.say(
        "text",
        kapatiran,
        text_kind="goal",
        body="secret",
        edtf=f"1994/{day(today)}",
        tier=Tier.REPRESENTATIVES,
    )
    before = Entry.objects.filter(pk=kapatiran.pk).values().get()

    assert rebuild_due(today + timedelta(days=1)) == 0

    assert Entry.objects.filter(pk=kapatiran.pk).values().get() == before


def test_entries_are_written_for_the_catalogues_day(write, mfa, today):
    """A change accepted after midnight, before the day is moved on, is written for the same day."""
    rebuild_due(today + timedelta(days=5))
    write.say(
        "membership",
        mfa,
        partnership=kapatiran_partnership(write),
        edtf=f"1994/{day(today + timedelta(days=2))}",
    )

    assert [item["current"] for item in document_of(mfa)["memberships"]] == [False]
    assert check()[0] == []


def test_command_moves_the_day_on(write, mfa, today, capsys):
    Counter.objects.update(day=today - timedelta(days=2))
    write.say(
        "membership",
        mfa,
        partnership=kapatiran_partnership(write),
        edtf=f"1994/{day(today - timedelta(days=1))}",
    )

    call_command("reproject", "--due")

    assert capsys.readouterr().out == "2 entries changed because days have passed.\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT day = (now() AT TIME ZONE 'UTC')::date FROM orgs_counter")
        assert cursor.fetchone() == (True,)
