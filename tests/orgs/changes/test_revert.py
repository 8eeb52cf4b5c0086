"""Undoing all changes of one account since a moment, and none of other accounts."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.changes.operations import values_of
from orgs.changes.rebuild import check
from orgs.changes.revert import plan_revert
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from tests.support.admin import catalogue, editor, signed_in

pytestmark = pytest.mark.django_db


def current_statements() -> list:
    """Current statements of every kind, without their numbers."""
    rows = [
        (
            kind,
            statement.record_id,
            sorted((name, str(value)) for name, value in values_of(statement).items()),
        )
        for kind, model in statement_kinds().items()
        for statement in model.objects.current()
    ]
    records = Record.objects.exclude(level=Level.WITHDRAWN).order_by("pk")
    columns = ("pk", "slug", "level", "embargo_until", "successor_id")
    return [sorted(rows, key=str), list(records.values_list(*columns))]


@pytest.fixture
def vandal(db):
    return Account.objects.create_user("vandal@example.org")


@pytest.fixture
def since():
    return timezone.now()


def changeset_by(account) -> Changeset:
    """An empty proposal."""
    return Changeset(author=account, reason="Vandalism.")


def rename(account, record, text) -> Changeset:
    changeset = changeset_by(account)
    changeset.replace(Name.objects.current().get(record=record), text=text)
    return changeset.propose().accept()


def test_two_hundred_edits_are_undone_and_all_is_as_before(write, vandal, since):
    records = [write.record("organization", f"body-{number}") for number in range(20)]
    source = write.another_source("of-others")
    before = current_statements()
    for number in range(200):
        record = records[number % 20]
        match number % 5:
            case 0 | 1:
                rename(vandal, record, f"Vandalized {number}")
            case 2:
                changeset = changeset_by(vandal)
                changeset.add("text", record, body=f"Lies {number}", text_kind="summary",
                           source=write.source)  # fmt: skip
                changeset.propose().accept()
            case 3:
                changeset = changeset_by(vandal)
                changeset.change_record(Record.objects.get(pk=record.pk), slug=f"stolen-{number}")
                changeset.propose().accept()
            case _:
                changeset = changeset_by(vandal)
                invented = changeset.record("organization", f"made-up-{number}")
                changeset.add("name", invented, text="Made up", source=write.source)
                changeset.change_reference("source", Source.objects.get(pk=source.pk),
                                        short=f"Stolen {number}")  # fmt: skip
                changeset.propose().accept()
    assert current_statements() != before

    plan = plan_revert(vandal, since, "Undone.")
    plan.changeset.propose().accept()

    assert (len(plan.undone), plan.conflicts) == (200, [])
    assert current_statements() == before
    assert Source.objects.get(pk=source.pk).short == "of-others"
    assert check()[0] == []


def test_changes_that_others_have_built_on_are_left_alone_and_listed(write, vandal, since):
    record, other = write.record("organization", "one"), write.record("organization", "other")
    stolen = rename(vandal, record, "Vandalized")
    rename(None, record, "Mended by somebody else")
    rename(vandal, other, "Vandalized")

    plan = plan_revert(vandal, since)
    plan.changeset.propose().accept()

    assert plan.conflicts == [stolen]
    assert plan.records == {other.pk}
    assert Name.objects.current().get(record=record).text == "Mended by somebody else"
    assert Name.objects.current().get(record=other).text == "other"


def test_change_before_one_that_others_have_built_on_is_left_alone_too(write, vandal, since):
    record = write.record("organization", "one")
    first, second = rename(vandal, record, "First"), rename(vandal, record, "Second")
    rename(None, record, "Mended")

    plan = plan_revert(vandal, since)

    assert (plan.undone, plan.conflicts) == ([], [second, first])
    assert plan.changeset.is_empty()


def test_address_changed_since_by_others_is_left_alone(write, vandal, since):
    record = write.record("organization", "one")
    for author, slug in ((vandal, "stolen"), (None, "mended")):
        changeset = changeset_by(author)
        changeset.change_record(Record.objects.get(pk=record.pk), slug=slug)
        changeset.propose().accept()

    plan = plan_revert(vandal, since)

    assert len(plan.conflicts) == 1
    assert plan.changeset.is_empty()


def test_statement_hidden_since_is_not_made_public_again(write, vandal, since):
    record = write.record("organization", "one")
    rename(vandal, record, "Where they sleep")
    changeset = Changeset()
    changeset.restrict(Name.objects.current().get(record=record), Tier.REPRESENTATIVES)
    changeset.propose().accept()

    plan_revert(vandal, since).changeset.propose().accept()

    name = Name.objects.current().get(record=record)
    assert (name.text, name.tier) == ("one", Tier.REPRESENTATIVES)


def test_changes_of_others_and_of_earlier_stay(write, vandal):
    record = write.record("organization", "one")
    rename(vandal, record, "Good work")
    Changeset.objects.filter(author=vandal).update(decided_at=timezone.now() - timedelta(days=2))
    rename(None, write.record("organization", "other"), "Somebody else's")

    assert plan_revert(vandal, timezone.now() - timedelta(days=1)).undone == []


def test_admin_previews_what_would_be_undone(db):
    ids = catalogue()
    vandal = Account.objects.create_user("vandal@example.org", display_name="Vandal")
    rename(vandal, ids.mfa, "Vandalized")
    client = signed_in(editor())
    page = "/review/accounts/undo/"
    fields = {"account": vandal.pk, "since": "2020-01-01T00:00", "reason": "Vandalism."}

    preview = client.post(page, fields)
    untouched = Name.objects.current().get(record=ids.mfa).text
    seen = re.search(r'name="seen" value="(\w+)"', preview.content.decode())[1]
    rename(vandal, ids.tigra, "Vandalized, too")
    stale = client.post(page, {**fields, "seen": seen})
    seen = re.search(r'name="seen" value="(\w+)"', client.post(page, fields).content.decode())[1]
    done = client.post(page, {**fields, "seen": seen})

    assert "1 change would be undone." in preview.content.decode()
    assert untouched == "Vandalized"
    assert (stale.status_code, done.status_code) == (200, 302)
    assert "The catalogue has changed since you opened this page" in stale.content.decode()
    assert Name.objects.current().get(record=ids.mfa).text == "Migrant Forum in Asia"
    assert Name.objects.current().get(record=ids.tigra).text == "TIGRA"
    assert Entry.objects.get(pk=ids.mfa).label == "Migrant Forum in Asia"


def test_only_moderators_undo_changes_of_others(db):
    catalogue()
    proposing = signed_in(editor(accepts=False))

    assert proposing.get("/review/accounts/undo/").status_code == 403
