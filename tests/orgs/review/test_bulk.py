"""Hiding is fast for a few records; more at once, or one by one within an hour, needs a moderator.

And where a moderator changes very many, the others are told.
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
def many(write) -> list[int]:
    """One more public record than may be hidden at once."""
    changeset = Changeset(reason="Many.")
    made = [changeset.record("organization", f"body-{number}") for number in range(BULK_LIMIT + 1)]
    for record in made:
        changeset.add("name", record, text=record.slug, language="en", source=write.source_id)
    changeset.propose().accept()
    return [record.pk for record in made]


@pytest.fixture
def plain(write):
    """The browser of an editor who may only propose."""
    return signed_in(editor("plain@example.org", accepts=False))


def withdraw(desk, numbers):
    """Withdraw records from the list: look, then confirm. Returns the last answer."""
    page = f"{LIST}withdraw/?ids={','.join(map(str, numbers))}"
    fields = {"withdrawn_reason": "safety", "reason": "Danger."}
    answer = desk.post(page, fields)
    seen = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    return desk.post(page, {**fields, "seen": seen[1]}) if seen else answer


def withdrawn() -> int:
    return Record.objects.filter(level=Level.WITHDRAWN).count()


def test_editor_hides_as_many_as_are_allowed_at_once(plain, many):
    withdraw(plain, many[:BULK_LIMIT])

    assert withdrawn() == BULK_LIMIT
    assert not Entry.objects.published().filter(pk__in=many[:BULK_LIMIT]).exists()


def test_editor_hides_no_more_at_once(plain, many):
    answer = withdraw(plain, many)

    assert answer.status_code == 403
    assert withdrawn() == 0
    assert not Changeset.objects.proposed().exists()


def test_action_over_all_pages_of_the_list_withdraws_no_more_either(plain, many):
    led = plain.post(
        LIST, {"action": "withdraw_selected", "select_across": "1", "_selected_action": many[:1]}
    )
    answer = plain.get(led["Location"])

    assert answer.status_code == 403


def test_one_by_one_is_counted_like_at_once_and_the_rest_waits(plain, many):
    for number in many:
        withdraw(plain, [number])

    assert withdrawn() == BULK_LIMIT
    waiting = Changeset.objects.proposed().get()
    assert waiting.operations.record_changes[0].id == many[-1]
    assert Record.objects.get(pk=many[-1]).level == Level.LISTED


def test_an_hour_later_the_count_begins_anew(plain, many):
    withdraw(plain, many[:BULK_LIMIT])
    Changeset.objects.filter(author__isnull=False).update(
        decided_at=timezone.now() - timedelta(hours=1)
    )

    withdraw(plain, many[BULK_LIMIT:])

    assert withdrawn() == BULK_LIMIT + 1


def test_source_of_very_many_records_is_not_hidden_at_once(plain, many, write):
    page = f"/admin/orgs/source/{write.source_id}/change/"

    plain.post(page, typed(plain.get(page)) | {"tier": "2"})

    assert Source.objects.get(pk=write.source_id).tier == Tier.PUBLIC
    assert Changeset.objects.proposed().count() == 1


def test_the_page_of_a_record_hides_nothing_beside_other_changes(plain, many):
    page = address(many[0])

    plain.post(page, typed(plain.get(page)) | {"level": "hidden", "slug": "renamed"})

    record = Record.objects.get(pk=many[0])
    assert (record.level, record.slug) == (Level.LISTED, "body-0")


def test_what_changes_more_than_the_visibility_waits(plain, many):
    changeset = Changeset(reason="Hidden and renamed.")
    changeset.change_record(Record.objects.get(pk=many[0]), level="hidden", slug="renamed")

    assert not only_hides(changeset)


def test_embargo_that_is_over_hides_nothing_and_waits(plain, many):
    page = f"/admin/orgs/organization/restrict/?ids={many[0]}"
    asked = {"level": "embargoed", "embargo_until": "2001-01-01", "reason": "Later."}

    plain.post(page, typed(plain.post(page, asked)) | asked)

    assert Record.objects.get(pk=many[0]).level == Level.LISTED
    assert Changeset.objects.proposed().count() == 1


def test_moderator_hides_more_and_the_other_moderators_are_told(
    many, django_capture_on_commit_callbacks
):
    acting = editor("acting@example.org")
    editor("other@example.org")
    editor("plain@example.org", accepts=False)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(signed_in(acting), many)

    assert withdrawn() == BULK_LIMIT + 1
    told = [message for message in mail.outbox if message.to == ["other@example.org"]]
    assert len(told) == 1
    change = Changeset.objects.latest("id")
    assert str(BULK_LIMIT + 1) in told[0].body
    assert f"/admin/orgs/changeset/{change.pk}/change/" in told[0].body
    assert "body-" not in told[0].body + told[0].alternatives[0][0]
    assert {*[message.to[0] for message in mail.outbox]} == {"other@example.org"}


def test_few_are_nobody_elses_news(many, django_capture_on_commit_callbacks):
    editor("other@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(signed_in(editor("acting@example.org")), many[:2])

    assert mail.outbox == []


def test_editor_who_asks_to_hide_more_is_heard_at_once(
    plain, many, django_capture_on_commit_callbacks
):
    editor("other@example.org")
    withdraw(plain, many[:BULK_LIMIT])
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(plain, many[BULK_LIMIT:])

    assert [message.to for message in mail.outbox] == [["other@example.org"]]


def test_trusted_network_confirms_many_at_once_and_ends_only_a_few(write, many):
    network = write.record("partnership", "network")
    trusted: Representative = write.representative(network, trusted=True)
    for number in many:
        write.say("membership", Record.objects.get(pk=number), partnership=network)
    entries = list(Entry.objects.filter(pk__in=many).order_by("pk"))

    confirmed = attest(trusted, [MemberRow(entry, "", None, answer="still") for entry in entries])
    few = attest(trusted, [MemberRow(entry, "", None, answer="ended") for entry in entries[:2]])
    more = attest(trusted, [MemberRow(entry, "", None, answer="ended") for entry in entries])

    assert [one.state for one in (confirmed, few, more)] == ["accepted", "accepted", "proposed"]


def test_merger_moves_also_what_its_author_could_not_read(write, plain):
    goes, stays = write.record("organization", "goes"), write.record("organization", "stays")
    write.say("text", goes, body="Where they sleep", text_kind="summary", tier=Tier.REPRESENTATIVES)
    page = f"{LIST}{goes.pk}/compare/{stays.pk}/"
    shown = plain.get(page)

    plain.post(page, {**typed(shown), "reason": "One."})
    waiting = Changeset.objects.proposed().get()
    own = plain.get(f"/admin/orgs/changeset/{waiting.pk}/change/")
    changeset = str(waiting.operations)
    signed_in(editor()).post(f"/admin/orgs/changeset/{waiting.pk}/change/", {"_accept": "1"})

    assert "Where they sleep" not in shown.content.decode() + own.content.decode() + changeset
    waiting.refresh_from_db()
    assert waiting.state == "accepted"
    text = Text.objects.current().get(body="Where they sleep")
    assert (text.record_id, text.tier) == (stays.pk, Tier.REPRESENTATIVES)
