"""An organization that is added is based in any place of the world."""

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from tests.support.claims import account, client_of
from tests.support.pages import page_of

ADD = "/organizations/add/"
SENT = {"name": "Casa del Migrante", "language": "es", "consent": "on", "sure": "1"}


def seat_of(changeset: Changeset) -> str:
    (row,) = changeset.operations.adds["presence"]
    return Record.objects.get(pk=row["place_id"]).slug


def test_city_becomes_a_record_when_the_organization_is_proposed(gazetteer):
    browser = client_of(account("ana@example.org"))
    before = Record.objects.count()
    looked = browser.post(ADD, {**SENT, "seat": "Bangkok", "look": "1"})
    assert looked.status_code == 200
    assert Record.objects.count() == before

    assert browser.post(ADD, {**SENT, "seat": "Bangkok"}).status_code == 302
    assert browser.post(ADD, {**SENT, "seat": "Bangkok"}).status_code == 302

    (proposal,) = Changeset.objects.proposed()
    assert seat_of(proposal) == "bangkok"


def test_unclear_or_unknown_place_is_refused_next_to_the_field(gazetteer):
    browser = client_of(account("ana@example.org"))
    for typed, message in (("Georgia", "Georgia (GE); Georgia (US-GA)"), ("Narnia", "No match")):
        answer = browser.post(ADD, {**SENT, "seat": typed})
        assert answer.status_code == 400
        assert message in page_of(answer).main.one("div", id="id_seat_error").text
    assert browser.post(ADD, {**SENT, "seat": "US-GA"}).status_code == 302
    assert seat_of(Changeset.objects.proposed().get()) == "us-ga"
