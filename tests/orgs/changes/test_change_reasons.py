"""Reasons and labels of changes, and when readers see them.

A reason may name several organizations. Once one of them is no longer listed, the reason is hidden
on the pages of the others, too.
"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from orgs.changes import rebuild
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
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
    """An organization that tests hide."""
    return write.record("organization", "other", "Other")


def change(write, record: Record, kind: str = "text", **values) -> Changeset:
    """Accept a change whose reason and label have names in them."""
    changeset = Changeset(reason=REASON, label=LABEL)
    defaults = {"body": "It met others.", "text_kind": "summary"} if kind == "text" else {}
    changeset.add(kind, record, **{"source": write.source_id, **defaults, **values})
    return changeset.propose().accept()


def set_level(record: Record, level: str, **fields) -> Changeset:
    """Change the visibility of a record."""
    changeset = Changeset(reason="Its members asked for it.")
    changeset.change_record(Record.objects.get(pk=record.pk), level=level, **fields)
    return changeset.propose().accept()


def read_everywhere(change: Changeset) -> str:
    """Join all public pages that may show the change."""
    paths = [*PLACES, f"/api/v1/changes/{change.number}/"]
    return "".join(Client().get(path).content.decode() for path in paths)


def accept_change(write, relation: str, amiga: Record, quetzal: Record) -> Changeset:
    """Accept a change about one record that involves the other as `relation` says."""
    match relation:
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
    raise AssertionError(relation)


def amiga_texts(record: Record):
    from orgs.statements.text import Text

    return Text.objects.current().filter(record=record).latest("id")


LEVELS = {
    Level.HIDDEN: {},
    Level.WITHDRAWN: {"withdrawn_reason": "safety"},
    Level.EMBARGOED: {"embargo_until": date(9999, 1, 1)},
    Level.NAME_WITHHELD: {},
}


@pytest.mark.parametrize("relation", ["subject", "object", "speaker", "source", "retired"])
@pytest.mark.parametrize("level", LEVELS)
def test_no_reason_is_read_once_a_record_of_the_change_is_not_listed(
    write, amiga, quetzal, relation, level
):
    changeset = accept_change(write, relation, amiga, quetzal)
    before = read_everywhere(changeset)
    assert REASON in before
    assert LABEL in before

    set_level(quetzal, level, **LEVELS[level])

    after = read_everywhere(changeset)
    assert "Quetzal" not in after
    assert LABEL not in after
    assert rebuild.check()[0] == []


def test_a_reason_is_read_again_when_all_records_are_listed_again(write, amiga, quetzal):
    changeset = accept_change(write, "object", amiga, quetzal)
    set_level(quetzal, Level.HIDDEN)
    set_level(quetzal, Level.LISTED)

    assert REASON in read_everywhere(changeset)


def test_a_reason_is_read_when_an_embargo_is_over(write, amiga, quetzal):
    changeset = accept_change(write, "object", amiga, quetzal)
    set_level(quetzal, Level.EMBARGOED, embargo_until=date(2030, 1, 2))
    assert "Quetzal" not in read_everywhere(changeset)

    rebuild.rebuild_due(date(2030, 1, 2))

    assert REASON in read_everywhere(changeset)


def test_no_reason_is_read_once_its_source_is_restricted(write, amiga):
    source = write.another_source("confidential-report")
    accepted = change(write, amiga, source=source)
    change(write, amiga, body="Somebody else says it, too.")
    changeset = Changeset(reason="Restricted.")
    changeset.restrict(source, 2)
    changeset.propose().accept()

    assert "Quetzal" not in Client().get(f"/api/v1/changes/{accepted.number}/").content.decode()


def test_default_reason_of_a_merge_has_no_names(write, amiga, quetzal):
    merger = merge(quetzal, amiga)

    assert "amiga" not in merger.reason
    assert "other" not in merger.reason


def test_a_redacted_reason_is_deleted_permanently(write, amiga):
    accepted = change(write, amiga)
    changeset = Changeset(reason="It named a person.")
    changeset.redact_reason(accepted)
    changeset.propose().accept()

    assert "Quetzal" not in read_everywhere(accepted)
    assert LABEL not in read_everywhere(accepted)
    accepted.refresh_from_db()
    assert accepted.reason == ""
    assert rebuild.check()[0] == []


def test_a_reason_is_redacted_once(write, amiga):
    accepted = change(write, amiga)
    first, second = Changeset(reason="Once."), Changeset(reason="Twice.")
    for changeset in (first, second):
        changeset.redact_reason(accepted)
        changeset.propose()
    first.accept()

    with pytest.raises((Conflict, ValidationError)):
        second.accept()


def test_older_changes_are_checked_by_the_ledger(write, amiga, quetzal):
    changeset = accept_change(write, "object", amiga, quetzal)
    set_level(quetzal, Level.HIDDEN)
    Changeset.objects.update(about=[], reason_shown=True)

    rebuild.rebuild_all()

    assert "Quetzal" not in read_everywhere(changeset)
