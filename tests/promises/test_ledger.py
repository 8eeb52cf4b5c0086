"""What must always hold of the ledger as a whole: one door in, and entries that tell the truth."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check, rebuild_all
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping
from orgs.imports.pipeline import Import
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryChange
from orgs.records.record import Record
from orgs.statements.statement import statement_kinds
from tests.support.sampling import WHOLE
from tests.support.writing import Writer


def test_every_entry_of_the_paper_equals_the_ledger(paper):
    assert check() == ([], Entry.objects.count())


def test_paper_written_anew_is_the_paper(paper):
    before = list(Entry.objects.order_by("id").values())

    assert rebuild_all() == 0

    assert list(Entry.objects.order_by("id").values()) == before


def test_paper_loaded_again_changes_nothing(paper):
    before = Counter.objects.values().get()

    call_command("load_paper", verbosity=0)

    assert Counter.objects.values().get() == before
    assert Changeset.objects.proposed().count() == 0


def test_changes_of_the_paper_are_numbered_without_a_gap(paper):
    accepted = Changeset.objects.accepted().order_by("number")
    numbers = list(accepted.values_list("number", flat=True))
    times = list(accepted.values_list("decided_at", flat=True))

    assert numbers == list(range(1, Counter.objects.get().number + 1))
    assert times == sorted(times)


def test_every_row_of_the_paper_came_in_by_a_changeset(paper):
    numbers = set(Changeset.objects.accepted().values_list("number", flat=True))

    for model in statement_kinds().values():
        assert set(model.objects.values_list("added", flat=True)) <= numbers
    entry_changes = EntryChange.objects.exclude(kind="arena")
    assert set(entry_changes.values_list("change", flat=True)) <= numbers
    assert set(Entry.objects.exclude(kind="arena").values_list("change", flat=True)) <= numbers


def test_proposals_of_the_paper_hold_nothing_that_moved_into_the_ledger(paper):
    changed_keys = {
        section for change in Changeset.objects.accepted() for section in change.operations.types
    }

    assert changed_keys <= {"records", "references", "restricts", "record_changes"}


def test_one_sequence_numbers_everything(paper):
    tables = ["orgs_record", "orgs_source", "orgs_term", "orgs_citation", "orgs_arena"]
    tables += [model._meta.db_table for model in statement_kinds().values()]
    every = " UNION ALL ".join(f"SELECT id FROM {table}" for table in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(DISTINCT id) FROM ({every}) every")  # noqa: S608
        rows, numbers = cursor.fetchone()

    assert rows == numbers
    assert rows > 3_000


def table_of(rows: int) -> Iterator[tuple]:
    """A survey of so many organizations, each a row."""
    yield ("id", "name", "seat", "network")
    for row in range(rows):
        network = "mfa" if row % 20 == 0 else ""
        yield (f"body-{row}", f"Union {row}", ("hk", "ph", "mx")[row % 3], network)


def test_thousands_of_rows_are_imported_in_chunks_under_one_label(
    own_database: str, tmp_path: Path
):
    rows = 10_000 if WHOLE else 2_000
    write = Writer()
    for kind, slug in (("partnership", "mfa"), ("place", "hk"), ("place", "ph"), ("place", "mx")):
        write.record(kind, slug)
    source = {"value": "survey-2010"}
    mapping = FileMapping(
        record={"slug": "id"},
        statements=[
            ("name", {"text": "name", "preferred": {"value": "yes"}, "source": source}),
            ("presence", {"place": "seat", "role": {"value": "seat"}, "source": source}),
            ("membership", {"partnership": "network", "source": source}),
        ],
    )
    with (tmp_path / "survey.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table_of(rows))
    number = Counter.objects.get().number

    run = Import("survey")
    run.read(read_file(tmp_path / "survey.csv"), "organization", mapping)
    changesets = run.finish().store()

    accepted = Changeset.objects.accepted().filter(label="survey").order_by("number")
    sizes = [len(changeset.operations.records) for changeset in accepted]
    assert run.plan.refused() == []
    assert run.plan.tally()["created"] == 3 * rows + rows // 20
    assert Record.objects.filter(slug__startswith="body-").count() == rows
    assert [changeset.number for changeset in accepted] == [
        number + place for place in range(1, len(changesets) + 1)
    ]
    assert (sum(sizes), len(sizes) > rows // 250, max(sizes) < 300) == (rows, True, True)
    assert check()[0] == []
