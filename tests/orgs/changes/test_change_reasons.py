"""Reasons and labels of changes: what readers may know of why the catalogue was changed.

A sentence about two organizations names both. Once one of them is not listed any more, nobody
reads the sentence, wherever the other one is shown.
"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from orgs.changes import rebuild
from orgs.changes.changeset import Changeset
from orgs.changes.merging import merge
from orgs.changes.operations import Conflict
from orgs.records.record import Level, Record

REASON = "Quetzal Workers met Amiga in 1999."
LABEL = "quetzal-import"
PLACES = (
    "/",
    "/organizations/amiga/history/",
    "/api/v1/organizations/amiga/history/",
    "/api/v1/changes/",
)


@pytest.fixture
def amiga(write) -> Record:
    """A listed organization."""
    return write.record("organization", "amiga", "Amiga")


@pytest.fixture
def quetzal(write) -> Record:
    """Another, which will be hidden."""
    return write.record("organization", "other", "Other")


def change(write, record: Record, kind: str = "text", **values) -> Changeset:
    """Accept a change with a reason and a label that name somebody."""
    changeset = Changeset(reason=REASON, label=LABEL)
    defaults = {"body": "It met others.", "text_kind": "summary"} if kind == "text" else {}
    changeset.add(kind, record, **{"source": write.source_id, **defaults, **values})
    return changeset.propose().accept()


def set_level(record: Record, level: str, **fields) -> Changeset:
    """Show more or less of a record."""
    changeset = Changeset(reason="Its members asked for it.")
    changeset.change_record(Record.objects.get(pk=record.pk), level=level, **fields)
    return changeset.propose().accept()


def read_everywhere(change: Changeset) -> str:
    """Return all that readers find of a change, in one text."""
    paths = [*PLACES, f"/api/v1/changes/{change.number}/"]
    return "".join(Client().get(path).content.decode() for path in paths)


def told_by(write, which: str, amiga: Record, quetzal: Record) -> Changeset:
    """Accept a change about one record that involves the other in one of all the ways."""
    match which:
        case "subject":
            changeset = Changeset(reason=REASON, label=LABEL)
            for record in (amiga, quetzal):
                changeset.add(
                    "text", record, body="Both.", text_kind="goal", source=write.source_id
                )
            return changeset.propose().accept()
        case "object":
            term = write.term("predicate:collaborates_with")
            return change(write, amiga, "relation", predicate=term, object=quetzal)
        case "speaker":
            return change(write, amiga, speaker=quetzal)
        case "source":
            source = write.another_source("report", published_by=quetzal)
            return change(write, amiga, source=source)
        case "retired":
            change(write, amiga, speaker=quetzal)
            statements = amiga_texts(amiga)
            changeset = Changeset(reason=REASON, label=LABEL)
            changeset.retire(statements)
            changeset.add(
                "text", amiga, body="Otherwise.", text_kind="goal", source=write.source_id
            )
            return changeset.propose().accept()
    raise AssertionError(which)


def amiga_texts(record: Record):
    """Return the newest text about a record."""
    from orgs.statements.text import Text

    return Text.objects.current().filter(record=record).latest("id")


LEVELS = {
    Level.HIDDEN: {},
    Level.WITHDRAWN: {"withdrawn_reason": "safety"},
    Level.EMBARGOED: {"embargo_until": date(9999, 1, 1)},
    Level.NAME_WITHHELD: {},
}


@pytest.mark.parametrize("which", ["subject", "object", "speaker", "source", "retired"])
@pytest.mark.parametrize("level", LEVELS)
def test_no_reason_is_read_once_a_record_of_the_change_is_not_listed(
    write, amiga, quetzal, which, level
):
    made = told_by(write, which, amiga, quetzal)
    before = read_everywhere(made)
    assert REASON in before
    assert LABEL in before

    set_level(quetzal, level, **LEVELS[level])

    after = read_everywhere(made)
    assert "Quetzal" not in after
    assert LABEL not in after
    assert rebuild.check()[0] == []


def test_a_reason_is_read_again_when_all_records_are_listed_again(write, amiga, quetzal):
    made = told_by(write, "object", amiga, quetzal)
    set_level(quetzal, Level.HIDDEN)
    set_level(quetzal, Level.LISTED)

    assert REASON in read_everywhere(made)


def test_a_reason_is_read_when_an_embargo_is_over(write, amiga, quetzal):
    made = told_by(write, "object", amiga, quetzal)
    set_level(quetzal, Level.EMBARGOED, embargo_until=date(2030, 1, 2))
    assert "Quetzal" not in read_everywhere(made)

    rebuild.rebuild_due(date(2030, 1, 2))

    assert REASON in read_everywhere(made)


def test_no_reason_is_read_once_its_source_is_restricted(write, amiga):
    source = write.another_source("confidential-report")
    made = change(write, amiga, source=source)
    change(write, amiga, body="Somebody else says it, too.")
    changeset = Changeset(reason="Restricted.")
    changeset.restrict(source, 2)
    changeset.propose().accept()

    assert "Quetzal" not in Client().get(f"/api/v1/changes/{made.number}/").content.decode()


def test_the_reason_of_a_merge_names_nobody_by_itself(write, amiga, quetzal):
    merger = merge(quetzal, amiga)

    assert "amiga" not in merger.reason
    assert "other" not in merger.reason


def test_a_redacted_reason_is_gone_for_everybody_and_for_ever(write, amiga):
    made = change(write, amiga)
    changeset = Changeset(reason="It named a person.")
    changeset.redact_reason(made)
    changeset.propose().accept()

    assert "Quetzal" not in read_everywhere(made)
    assert LABEL not in read_everywhere(made)
    made.refresh_from_db()
    assert made.reason == ""
    assert rebuild.check()[0] == []


def test_a_reason_is_redacted_once(write, amiga):
    made = change(write, amiga)
    first, second = Changeset(reason="Once."), Changeset(reason="Twice.")
    for changeset in (first, second):
        changeset.redact_reason(made)
        changeset.propose()
    first.accept()

    with pytest.raises((Conflict, ValidationError)):
        second.accept()


def test_changes_from_before_are_judged_by_the_ledger(write, amiga, quetzal):
    made = told_by(write, "object", amiga, quetzal)
    set_level(quetzal, Level.HIDDEN)
    Changeset.objects.update(about=[], reason_shown=True)

    rebuild.rebuild_all()

    assert "Quetzal" not in read_everywhere(made)
