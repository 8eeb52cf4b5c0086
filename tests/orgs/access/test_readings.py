"""The log of readings of confidential data: account, time and object, nothing more."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.readings import Reading
from orgs.changes.changeset import Changeset
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from tests.support.admin import address, editor, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(write) -> Record:
    record = write.record("organization", "hidden-one", "Hidden")
    changeset = Changeset(reason="Hidden.")
    changeset.change_record(record, level=Level.HIDDEN)
    changeset.propose().accept()
    return record


def test_reading_of_a_hidden_record_is_logged_with_its_number_alone(hidden):
    moderator = editor()

    signed_in(moderator).get(address(hidden.pk))

    row = Reading.objects.get()
    assert (row.account, row.target_kind, row.number) == (moderator, "organization", hidden.pk)
    assert "see_unpublished" in row.rights


def test_reading_of_a_confidential_statement_is_logged_and_of_a_public_page_is_not(write):
    record, other = write.record("organization", "one"), write.record("organization", "other")
    write.say("text", record, body="Secret", text_kind="summary", tier=Tier.VETTED)
    editor_client = signed_in(editor())

    editor_client.get(address(other.pk))
    assert not Reading.objects.exists()
    editor_client.get(address(record.pk))

    assert Reading.objects.get().rights == ["see_confidential"]


def test_only_administrators_read_the_log_and_it_cannot_be_changed(hidden):
    signed_in(editor()).get(address(hidden.pk))
    root = Account.objects.create_superuser("root@example.org", "long enough password")
    page = "/admin/orgs/reading/"
    row = Reading.objects.get()

    answers = [
        signed_in(user).get(page).status_code
        for user in (editor("p@example.org", accepts=False), editor("m@example.org"), root)
    ]
    changes = signed_in(root).post(f"{page}{row.pk}/delete/", {"post": "yes"}).status_code

    assert answers == [403, 403, 200]
    assert changes == 403
    assert Reading.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_log_cannot_be_changed_or_deleted_early(hidden, change):
    signed_in(editor()).get(address(hidden.pk))
    rows = Reading.objects.all()

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(number=1) if change == "update" else rows.delete()


def test_log_is_deleted_after_a_year_and_outlives_its_account(hidden):
    moderator = editor()
    signed_in(moderator).get(address(hidden.pk))
    long_ago = timezone.now() - timedelta(days=366)
    Reading.objects.create(account=moderator, at=long_ago, rights=["x"], target_kind="organization")

    call_command("forget")
    Account.objects.filter(pk=moderator.pk).delete()

    assert [(row.account, row.number) for row in Reading.objects.all()] == [(None, hidden.pk)]
