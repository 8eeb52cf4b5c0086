"""Editors hide a few records at once; more of them, or more within an hour, need a moderator.

Other moderators are notified of bulk changes.
"""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from orgs.access.representative import Representative
from orgs.access.roles import BULK_LIMIT
from orgs.changes.changeset import Changeset
from orgs.claims.attestation import MemberRow, attest
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.review.submission import only_hides
from orgs.statements.text import Text
from tests.support.admin import address, editor, signed_in, typed

pytestmark = pytest.mark.django_db

LIST = "/admin/orgs/organization/"


@pytest.fixture
def record_pks(write) -> list[int]:
    """One more public record than may be hidden at once."""
    changeset = Changeset(reason="Many.")
    records = [
        changeset.record("organization", f"body-{number}") for number in range(BULK_LIMIT + 1)
    ]
    for record in records:
        changeset.add("name", record, text=record.slug, language="en", source=write.source_id)
    changeset.propose().accept()
    return [record.pk for record in records]


@pytest.fixture
def plain_editor(write):
    """An editor who may only propose."""
    return signed_in(editor("plain@example.org", accepts=False))


def withdraw(editor_client, pks):
    """Withdraw records from the list: preview, then confirm. Returns the last answer."""
    page = f"/review/records/withdraw/?ids={','.join(map(str, pks))}"
    fields = {"withdrawn_reason": "safety", "reason": "Danger."}
    answer = editor_client.post(page, fields)
    seen = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    return editor_client.post(page, {**fields, "seen": seen[1]}) if seen else answer


def withdrawn() -> int:
    return Record.objects.filter(level=Level.WITHDRAWN).count()


def test_editor_hides_as_many_as_are_allowed_at_once(plain_editor, record_pks):
    withdraw(plain_editor, record_pks[:BULK_LIMIT])

    assert withdrawn() == BULK_LIMIT
    assert not Entry.objects.published().filter(pk__in=record_pks[:BULK_LIMIT]).exists()


def test_editor_hides_no_more_at_once(plain_editor, record_pks):
    answer = withdraw(plain_editor, record_pks)

    assert answer.status_code == 403
    assert withdrawn() == 0
    assert not Changeset.objects.proposed().exists()


def test_action_over_all_pages_of_the_list_withdraws_no_more_either(plain_editor, record_pks):
    led = plain_editor.post(
        LIST,
        {"action": "withdraw_selected", "select_across": "1", "_selected_action": record_pks[:1]},
    )
    answer = plain_editor.get(led["Location"])

    assert answer.status_code == 403


def test_hiding_one_by_one_counts_like_at_once_and_the_rest_is_proposed(plain_editor, record_pks):
    for number in record_pks:
        withdraw(plain_editor, [number])

    assert withdrawn() == BULK_LIMIT
    proposed = Changeset.objects.proposed().get()
    assert proposed.operations.record_changes[0].id == record_pks[-1]
    assert Record.objects.get(pk=record_pks[-1]).level == Level.LISTED


def test_count_starts_over_after_an_hour(plain_editor, record_pks):
    withdraw(plain_editor, record_pks[:BULK_LIMIT])
    Changeset.objects.filter(author__isnull=False).update(
        decided_at=timezone.now() - timedelta(hours=1)
    )

    withdraw(plain_editor, record_pks[BULK_LIMIT:])

    assert withdrawn() == BULK_LIMIT + 1


def test_source_of_very_record_pks_is_not_hidden_at_once(plain_editor, record_pks, write):
    page = f"/admin/orgs/source/{write.source_id}/change/"

    plain_editor.post(page, typed(plain_editor.get(page)) | {"tier": "2"})

    assert Source.objects.get(pk=write.source_id).tier == Tier.PUBLIC
    assert Changeset.objects.proposed().count() == 1


def test_the_page_of_a_record_hides_nothing_beside_other_changes(plain_editor, record_pks):
    page = address(record_pks[0])

    plain_editor.post(page, typed(plain_editor.get(page)) | {"level": "hidden", "slug": "renamed"})

    record = Record.objects.get(pk=record_pks[0])
    assert (record.level, record.slug) == (Level.LISTED, "body-0")


def test_change_of_more_than_the_visibility_is_proposed(plain_editor, record_pks):
    changeset = Changeset(reason="Hidden and renamed.")
    changeset.change_record(Record.objects.get(pk=record_pks[0]), level="hidden", slug="renamed")

    assert not only_hides(changeset)


def test_embargo_that_is_over_hides_nothing_and_is_proposed(plain_editor, record_pks):
    page = f"/review/records/restrict/?ids={record_pks[0]}"
    fields = {"level": "embargoed", "embargo_until": "2001-01-01", "reason": "Later."}

    plain_editor.post(page, typed(plain_editor.post(page, fields)) | fields)

    assert Record.objects.get(pk=record_pks[0]).level == Level.LISTED
    assert Changeset.objects.proposed().count() == 1


def test_moderator_hides_more_and_the_others_are_notified(
    record_pks, django_capture_on_commit_callbacks
):
    acting = editor("acting@example.org")
    editor("other@example.org")
    editor("plain@example.org", accepts=False)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(signed_in(acting), record_pks)

    assert withdrawn() == BULK_LIMIT + 1
    messages = [message for message in mail.outbox if message.to == ["other@example.org"]]
    assert len(messages) == 1
    change = Changeset.objects.latest("id")
    assert str(BULK_LIMIT + 1) in messages[0].body
    assert f"/review/proposals/{change.pk}/" in messages[0].body
    assert "body-" not in messages[0].body + messages[0].alternatives[0][0]
    assert {*[message.to[0] for message in mail.outbox]} == {"other@example.org"}


def test_hiding_few_notifies_no_one(record_pks, django_capture_on_commit_callbacks):
    editor("other@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(signed_in(editor("acting@example.org")), record_pks[:2])

    assert mail.outbox == []


def test_moderators_are_notified_when_an_editor_proposes_to_hide_more(
    plain_editor, record_pks, django_capture_on_commit_callbacks
):
    editor("other@example.org")
    withdraw(plain_editor, record_pks[:BULK_LIMIT])
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(plain_editor, record_pks[BULK_LIMIT:])

    assert [message.to for message in mail.outbox] == [["other@example.org"]]


def test_trusted_network_confirms_many_at_once_and_ends_only_a_few(write, record_pks):
    network = write.record("partnership", "network")
    trusted: Representative = write.representative(network, trusted=True)
    for number in record_pks:
        write.say("membership", Record.objects.get(pk=number), partnership=network)
    entries = list(Entry.objects.filter(pk__in=record_pks).order_by("pk"))

    confirmed = attest(trusted, [MemberRow(entry, "", None, answer="still") for entry in entries])
    few = attest(trusted, [MemberRow(entry, "", None, answer="ended") for entry in entries[:2]])
    more = attest(trusted, [MemberRow(entry, "", None, answer="ended") for entry in entries])

    assert [changeset.state for changeset in (confirmed, few, more)] == [
        "accepted",
        "accepted",
        "proposed",
    ]


def test_merger_also_moves_statements_that_its_author_cannot_read(write, plain_editor):
    goes, stays = write.record("organization", "goes"), write.record("organization", "stays")
    write.say("text", goes, body="Where they sleep", text_kind="summary", tier=Tier.REPRESENTATIVES)
    page = f"/review/duplicates/{goes.pk}/{stays.pk}/"
    shown = plain_editor.get(page)

    plain_editor.post(page, {**typed(shown), "reason": "One."})
    proposed = Changeset.objects.proposed().get()
    own = plain_editor.get(f"/review/proposals/{proposed.pk}/")
    changeset = str(proposed.operations)
    signed_in(editor()).post(f"/review/proposals/{proposed.pk}/", {"_accept": "1"})

    assert "Where they sleep" not in shown.content.decode() + own.content.decode() + changeset
    proposed.refresh_from_db()
    assert proposed.state == "accepted"
    text = Text.objects.current().get(body="Where they sleep")
    assert (text.record_id, text.tier) == (stays.pk, Tier.REPRESENTATIVES)
