"""Editors who race: one of them wins, no acknowledged word is lost, no number is missing."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.rebuild import check, rebuild_due
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.search.record_history import document_at
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from tests.support.writing import Writer

ROUNDS = 100
EDITORS = 6


@pytest.fixture
def editors(own_database: str) -> Iterator[Callable]:
    """A way to let six editors, each with a connection of their own, decide at one moment.

    Takes proposals, one for each, and how they decide if they do not accept; returns for each the
    number of the change, or what stood against it.
    """
    start = threading.Barrier(EDITORS)

    def decided(changeset: Changeset, decide: Callable) -> object:
        start.wait()
        try:
            decide(changeset)
            return changeset.number
        except (Conflict, ValidationError) as refusal:
            return refusal

    def gone_home(_: int) -> None:
        start.wait()
        connection.close()

    with ThreadPoolExecutor(EDITORS) as pool:
        yield lambda changesets, how=(Changeset.accept,) * EDITORS: list(
            pool.map(decided, changesets, how)
        )
        list(pool.map(gone_home, range(EDITORS)))


def numbers_of_all_changes() -> list[int]:
    accepted = Changeset.objects.accepted().order_by("number")
    return list(accepted.values_list("number", flat=True))


def entry_equals_the_ledger(record: Record) -> bool:
    entry = Entry.objects.get(pk=record.pk)
    return entry.read() == document_at(entry)


def test_of_six_edits_of_one_name_one_is_accepted_in_each_of_a_hundred_rounds(editors):
    write = Writer()
    record = write.record("organization", "fiob", "Round 0")
    winners = []

    for round in range(1, ROUNDS + 1):
        before = Name.objects.current().get(record=record)
        changesets = []
        for editor in range(EDITORS):
            changeset = Changeset(reason=f"Editor {editor}")
            changeset.replace(before, text=f"Round {round}, editor {editor}")
            changesets.append(changeset.propose())

        outcomes = editors(changesets)

        won = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, int)]
        lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
        assert (len(won), len(lost)) == (1, EDITORS - 1)
        assert [conflict.gone for conflict in lost] == [[before]] * (EDITORS - 1)
        assert Name.objects.current().get(record=record).text == f"Round {round}, editor {won[0]}"
        assert entry_equals_the_ledger(record)
        winners.append((outcomes[won[0]], f"Round {round}, editor {won[0]}"))

    names = Name.objects.filter(record=record).order_by("added_id")
    assert [(name.added_id, name.text) for name in names][1:] == winners
    assert [name.retired_id for name in names] == [number for number, _ in winners] + [None]
    assert numbers_of_all_changes() == list(range(1, Counter.objects.get().number + 1))
    proposals = Changeset.objects.proposed()
    texts = {changeset.operations.adds["name"][0]["text"] for changeset in proposals}
    assert len(texts) == ROUNDS * (EDITORS - 1)
    assert texts & {text for _, text in winners} == set()
    assert check()[0] == []


def test_edits_of_different_things_of_one_record_are_all_accepted(editors):
    write = Writer()
    record = write.record("organization", "fiob", "Frente")

    for round in range(5):
        outcomes = editors(
            [
                write.changeset("name", record, text=f"Round {round}, editor {editor}")
                for editor in range(EDITORS)
            ]
        )

        assert all(isinstance(outcome, int) for outcome in outcomes)
        assert entry_equals_the_ledger(record)

    document = json.loads(Entry.objects.get(pk=record.pk).document)
    assert len(document["names"]) == 1 + 5 * EDITORS
    assert numbers_of_all_changes() == list(range(1, Counter.objects.get().number + 1))
    assert check()[0] == []


def test_one_proposal_is_accepted_once_whoever_presses_first(editors):
    write = Writer()
    record = write.record("organization", "fiob", "Frente")

    for round in range(5):
        changeset = write.changeset("name", record, text=f"Round {round}")

        outcomes = editors([Changeset.objects.get(pk=changeset.pk) for _ in range(EDITORS)])

        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == EDITORS - 1
        assert Name.objects.filter(text=f"Round {round}").count() == 1

    assert numbers_of_all_changes() == list(range(1, Counter.objects.get().number + 1))


def moving(write: Writer, round: int) -> tuple:
    record = write.record("organization", f"body-{round}")
    addresses = [f"body-{round}-{editor}" for editor in range(EDITORS)]
    return (
        record,
        "slug",
        addresses,
        lambda changeset, slug: changeset.change_record(record, slug=slug),
    )


def renaming(write: Writer, round: int) -> tuple:
    source = write.another_source(f"survey-{round}")
    titles = [f"Survey {round}, editor {editor}" for editor in range(EDITORS)]
    return (
        source,
        "short",
        titles,
        lambda changeset, short: changeset.change_reference("source", source, short=short),
    )


def restricting(write: Writer, round: int) -> tuple:
    name = Name.objects.get(record=write.record("organization", f"body-{round}"))
    tiers = [Tier.VETTED, Tier.REPRESENTATIVES] * (EDITORS // 2)
    return name, "tier", tiers, lambda changeset, tier: changeset.restrict(name, tier)


@pytest.mark.parametrize("edit", [moving, renaming, restricting])
def test_of_six_edits_of_one_thing_in_place_one_is_accepted(editors, edit):
    write = Writer()

    for round in range(5):
        thing, field, values, change = edit(write, round)
        changesets = []
        for value in values:
            changeset = Changeset(reason="A test.")
            change(changeset, value)
            changesets.append(changeset.propose())

        outcomes = editors(changesets)

        won = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, int)]
        lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
        assert (len(won), len(lost)) == (1, EDITORS - 1)
        thing.refresh_from_db()
        assert getattr(thing, field) == values[won[0]]

    assert check()[0] == []


def test_of_six_who_accept_a_proposal_or_decline_it_one_decides(editors):
    write = Writer()
    record = write.record("organization", "fiob", "Frente")

    def declining(editor: int) -> Callable:
        return lambda changeset: changeset.reject(None, f"Editor {editor} says no.")

    for round in range(5):
        changeset = write.changeset("name", record, text=f"Round {round}")
        # In the first rounds all decline it, then half of them accept it.
        how = [
            Changeset.accept if round > 1 and editor % 2 else declining(editor)
            for editor in range(EDITORS)
        ]

        outcomes = editors([Changeset.objects.get(pk=changeset.pk) for _ in range(EDITORS)], how)

        decided = [
            place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)
        ]
        assert len(decided) == 1
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == EDITORS - 1
        changeset.refresh_from_db()
        accepted = how[decided[0]] is Changeset.accept
        assert changeset.number == outcomes[decided[0]]
        assert changeset.decision == ("" if accepted else f"Editor {decided[0]} says no.")
        assert Name.objects.filter(text=f"Round {round}").count() == accepted

    assert numbers_of_all_changes() == list(range(1, Counter.objects.get().number + 1))


def test_of_six_who_say_the_same_membership_one_is_accepted(editors):
    write = Writer()
    record = write.record("organization", "fiob", "Frente")

    for round in range(5):
        partnership = write.record("partnership", f"mfa-{round}", "Forum")

        outcomes = editors(
            [write.changeset("membership", record, partnership=partnership) for _ in range(EDITORS)]
        )

        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == EDITORS - 1
        assert Membership.objects.filter(partnership=partnership).count() == 1

    assert numbers_of_all_changes() == list(range(1, Counter.objects.get().number + 1))
    assert check()[0] == []


def test_edits_that_cross_end_without_a_deadlock(editors):
    write = Writer()
    one, other = (write.record("partnership", slug, slug) for slug in ("mfa", "mri"))
    predicate = write.terms["predicate:collaborates_with"]

    for round in range(10):
        changesets = []
        for editor in range(EDITORS):
            pair = (one, other) if editor % 2 else (other, one)
            changeset = Changeset()
            for subject, object in (pair, pair[::-1]):
                changeset.add(
                    "relation",
                    subject,
                    predicate=predicate,
                    object=object,
                    source=write.source_id,
                    detail=f"Round {round}, editor {editor}",
                )
            changeset.add("name", pair[0], text=f"{round} {editor}", source=write.source_id)
            changesets.append(changeset.propose())

        outcomes = editors(changesets)

        assert [outcome for outcome in outcomes if not isinstance(outcome, int)] == []

    assert check()[0] == []


def test_six_new_records_of_one_address_become_one(editors):
    write = Writer()

    for round in range(5):
        changesets = []
        for editor in range(EDITORS):
            changeset = Changeset()
            record = changeset.record("organization", f"body-{round}")
            changeset.add("name", record, text=f"Editor {editor}", source=write.source_id)
            changesets.append(changeset.propose())

        outcomes = editors(changesets)

        refused = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
        assert [refusal.messages for refusal in refused] == [
            ["This address is taken. Choose another slug."]
        ] * (EDITORS - 1)

    assert Record.objects.filter(slug__startswith="body-").count() == 5
    assert check()[0] == []


def test_day_that_moves_on_during_an_acceptance_misses_nothing(own_database):
    write = Writer()
    record = write.record("organization", "fiob", "Frente")
    partnership = write.record("partnership", "mfa", "Forum")
    today = Counter.today()

    def tomorrow() -> int:
        try:
            return rebuild_due(today + timedelta(days=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            write.say("membership", record, partnership=partnership, edtf=f"1994/{today}")
            moving = pool.submit(tomorrow)
            wait_until_a_lock_is_waited_for()
        changed = moving.result()

    assert changed == 2
    document = json.loads(Entry.objects.get(pk=record.pk).document)
    assert [one["current"] for one in document["memberships"]] == [False]
    assert check()[0] == []


def wait_until_a_lock_is_waited_for() -> None:
    """Return when another connection waits for a lock; raise if none does within ten seconds."""
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise TimeoutError("Nobody waits for the counter.")


def test_day_moves_on_once_whoever_moves_it(own_database):
    write = Writer()
    record = write.record("organization", "fiob", "Frente")
    partnership = write.record("partnership", "mfa", "Forum")
    today = Counter.today()
    number = write.say("membership", record, partnership=partnership, edtf=f"1994/{today}").number
    start = threading.Barrier(EDITORS)

    def tomorrow(_: int) -> int:
        try:
            start.wait()
            return rebuild_due(today + timedelta(days=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(EDITORS) as pool:
        changed = sorted(pool.map(tomorrow, range(EDITORS)))

    assert changed == [0] * (EDITORS - 1) + [2]
    assert numbers_of_all_changes() == list(range(1, number + 2))
    assert check()[0] == []
