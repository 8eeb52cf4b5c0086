"""Made-up organizations: as many as asked for, alike every time, and never among others unasked."""

import unicodedata
from collections import Counter as Tally

import pytest
from django.core.management import CommandError, call_command

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check
from orgs.management.synthetic import LABEL, World, synthesize
from orgs.projection.entry import Entry
from orgs.records.record import Record


def changesets(count: int, seed: int = 1) -> tuple[list[dict], list[tuple[str, dict]]]:
    """The records and statements in the proposals of a seed."""
    records: list[dict] = []
    statements: list[tuple[str, dict]] = []
    for changeset in World(count, seed).organization_changesets():
        records += [vars(record) for record in changeset.operations.records]
        statements += [
            (kind, row) for kind, rows in changeset.operations.adds.items() for row in rows
        ]
    return records, statements


def stable_parts(count: int, seed: int) -> list[tuple]:
    """The values that do not depend on the catalogue: addresses, keys, names and texts."""
    records, statements = changesets(count, seed)
    actors = [(one["slug"], one["key"], one["kind"]) for one in records]
    return actors + [(row["text"], row["edtf"]) for kind, row in statements if kind == "name"]


def test_the_same_seed_makes_the_same_organizations(db):
    assert stable_parts(50, seed=3) == stable_parts(50, seed=3)


def test_another_seed_makes_others(db):
    assert set(stable_parts(50, seed=3)) & set(stable_parts(50, seed=4)) == set()


def test_one_in_twenty_is_a_partnership(db):
    assert Tally(one["kind"] for one in changesets(60)[0]) == {"organization": 57, "partnership": 3}


def test_organizations_have_about_a_dozen_statements(db):
    statements = Tally(row["record_id"] for _, row in changesets(300)[1])

    assert len(statements) == 300
    assert 9 <= sum(statements.values()) / 300 <= 17


def test_names_are_in_twelve_scripts(db):
    scripts = {
        unicodedata.name(changeset).split()[0]
        for kind, row in changesets(600)[1]
        if kind == "name"
        for changeset in row["text"]
        if changeset.isalpha()
    }

    assert scripts >= {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI"}
    assert scripts >= {"TAMIL", "KHMER", "THAI", "CJK", "HANGUL"}


def test_some_networks_have_very_many_members(db):
    members = Tally(
        row["partnership_id"] for kind, row in changesets(600)[1] if kind == "membership"
    )

    assert max(members.values()) > 10 * min(members.values())


def test_every_made_up_entry_equals_the_ledger(db):
    synthesize(25, 1)

    assert check() == ([], Entry.objects.count())


def test_command_makes_them_and_says_so_in_every_change(own_database):
    call_command("synthesize", "20", seed=5, verbosity=0)

    assert Record.objects.filter(slug__startswith="synthetic-5-").count() == 20
    assert set(Changeset.objects.values_list("label", flat=True)) == {LABEL}


def test_command_keeps_out_of_a_catalogue_with_other_records(write):
    write.record("organization", "picum")

    with pytest.raises(CommandError, match="holds other records"):
        call_command("synthesize", "20", verbosity=0)

    assert Record.objects.count() == 1


def test_command_adds_to_other_records_when_asked_to(own_paper):
    call_command("synthesize", "20", among_others=True, verbosity=0)

    assert Record.objects.filter(slug__startswith="synthetic-1-").count() == 20
    assert Record.objects.filter(slug="us").count() == 1
    assert check() == ([], Entry.objects.count())


def test_command_makes_no_seed_twice(own_database):
    call_command("synthesize", "20", verbosity=0)

    with pytest.raises(CommandError, match="Take another seed"):
        call_command("synthesize", "20", among_others=True, verbosity=0)


@pytest.mark.parametrize("number", ["0", "-3"])
def test_command_makes_one_at_least(db, number):
    with pytest.raises(CommandError, match="one organization or more"):
        call_command("synthesize", "--", number, verbosity=0)
