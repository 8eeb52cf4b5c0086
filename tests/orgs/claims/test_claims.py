"""Claims: codes, invitations, notes, waiting periods, handing over, lapsing, additions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.claims.claim import Claim, Invitation
from orgs.claims.decisions import refuse
from orgs.claims.domains import assess_domain
from orgs.claims.lapses import end_lapsed, months_before, reminders_due, send_reminders
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.statements.identifier import Contact
from tests.support.accounts import SIGN_UP, code_in
from tests.support.admin import editor, signed_in
from tests.support.claims import (
    CLAIM,
    CODE,
    OFFICE,
    REPRESENTATIVE,
    account,
    add_contact,
    after,
    claim_by_code,
    client_of,
    last_message,
    link_in,
    make_representative,
    may_represent,
    organization_with_contact,
    requested_code,
    subjects,
)
from tests.support.pages import page_of


@pytest.fixture
def organization(write) -> Record:
    """An organization with a contact of two months."""
    return organization_with_contact(write)


@pytest.fixture
def ana(db) -> Account:
    return account("ana@mujeres.example", display_name="La Golondrina")


def text_of(answer) -> str:
    return page_of(answer).main.text


# By a code ----------------------------------------------------------------------------------------


def test_code_sent_to_the_organization_makes_a_representative_after_seven_days(organization, ana):
    client = client_of(ana)
    code_sent = client.post(CLAIM, {"code": "1"})
    code = code_in(last_message())
    answer = client.post(CODE, {"code": code.lower().replace("-", " ")})

    representative = Representative.objects.get()
    assert (code_sent.url, answer.url) == (CODE, "/account/")
    assert representative.since - timezone.now() > timedelta(days=6, hours=23)
    assert [may_represent(ana, organization, days=days) for days in (0, 6.9, 7.1)] == [
        False,
        False,
        True,
    ]
    assert subjects() == [
        "Your code for Mujeres En Red",
        "A person has claimed the page of Mujeres En Red",
    ]
    assert subjects(ana.email) == ["Your claim for Mujeres En Red is approved"]
    assert "approved. You can edit the page from" in text_of(client.get("/account/"))


def test_code_is_stored_as_a_hash_only(organization, ana):
    code = requested_code(client_of(ana))

    claim = Claim.objects.get()
    assert (len(claim.digest), code.replace("-", "") in claim.digest.upper()) == (64, False)


def test_page_is_the_same_whether_there_is_a_contact_or_not(organization, ana, write):
    write.record("organization", "redes-en-mujer", "Mujeres En Red")
    client = client_of(ana)
    without_contact = CLAIM.replace("mujeres-en-red", "redes-en-mujer")

    def answers(page):
        first = client.get(page)
        code_sent = client.post(page, {"code": "1"})
        return text_of(first), code_sent.status_code, text_of(client.get(code_sent.url))

    assert answers(CLAIM) == answers(without_contact)
    assert "mujeres.example" not in client.get(CLAIM).content.decode()


def test_messages_of_a_code_leave_once_the_answer_is_made(organization, ana):
    request = client_of(ana)
    before = len(mail.outbox)
    answer = request.post(CLAIM, {"code": "1"})

    # The client of tests ends a request as a server does: messages have left with its end.
    assert (answer.messages, len(mail.outbox) - before) == ([], 1)


@pytest.mark.parametrize("days", [0, 29])
def test_contact_counts_after_thirty_days_only(write, ana, days):
    add_contact(write, write.record("organization", "mujeres-en-red"), days=days)

    client_of(ana).post(CLAIM, {"code": "1"})

    assert mail.outbox == []


def test_network_is_claimed_at_the_address_of_organizations(write, ana):
    write.record("partnership", "red-de-redes", "Red de redes")

    assert client_of(ana).get("/organizations/red-de-redes/claim/").status_code == 200


def test_visitor_without_an_account_is_led_to_one_and_back(organization, client):
    page = client.get(CLAIM)
    links = [element.attributes["href"] for element in page_of(page).main.every("a")]
    code_sent = client.post(f"{SIGN_UP}?next={CLAIM}", {"email": "new@example.org"})
    answer = client.post(code_sent.url, {"code": code_in(mail.outbox[-1])})

    assert f"{SIGN_UP}?next=%2Forganizations%2Fmujeres-en-red%2Fclaim%2F" in links
    assert answer.url == CLAIM


def test_message_is_in_text_and_html_and_in_the_language_of_the_organization(write, ana):
    organization = organization_with_contact(write)
    write.say("name", organization, text="Red", language="es", name_kind="variant")
    claim_by_code(client_of(ana))

    message = last_message()
    assert [kind for _html, kind in message.alternatives] == ["text/html"]
    assert link_in(message) in message.alternatives[0][0]
    assert "La Golondrina" not in message.body
    assert ana.email not in message.body


# The hold, and its end ----------------------------------------------------------------------------


def test_this_was_not_us_stops_a_claim_by_a_button_and_not_by_a_look(organization, ana):
    claim_by_code(client_of(ana))
    link = link_in(last_message())
    stranger = Client()
    looked = stranger.get(link)
    after_look = may_represent(ana, organization, days=8)
    stopped = stranger.post(link)

    assert (looked.status_code, after_look) == (200, True)
    assert "The claim is stopped" in text_of(stopped)
    assert may_represent(ana, organization, days=8) is False
    assert subjects(ana.email)[-1] == "Your claim for Mujeres En Red was stopped"
    assert stranger.get(link).status_code == 404


def test_every_representative_is_notified_and_can_stop_it(organization, ana):
    bea = account("bea@example.org")
    make_representative(bea, organization)
    claim_by_code(client_of(ana))

    Client().post(link_in(last_message(bea.email)))

    assert may_represent(ana, organization, days=8) is False


def test_recently_removed_contact_is_notified_too(write, organization, ana):
    add_contact(write, organization, "new@mujeres.example", days=31)
    changeset = Changeset(reason="Gone.")
    changeset.retire(Contact.objects.get(value=OFFICE))
    changeset.propose().accept()

    client = client_of(ana)
    client.post(CODE, {"code": requested_code(client, to="new@mujeres.example")})

    assert subjects()[-1] == "A person has claimed the page of Mujeres En Red"


def test_no_claim_starts_if_the_people_concerned_cannot_be_notified(organization, ana, settings):
    client = client_of(ana)
    code = requested_code(client)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1

    answer = client.post(CODE, {"code": code})

    assert (answer.status_code, Representative.objects.count()) == (503, 0)


def test_of_two_claims_one_is_held_back_and_the_other_waits_for_a_moderator(organization, ana):
    bea = account("bea@example.org")
    first, second = client_of(ana), client_of(bea)
    codes = [requested_code(first), requested_code(second)]
    first.post(CODE, {"code": codes[0]})
    answer = second.post(CODE, {"code": codes[1]}, follow=True)

    assert "another claim for this organization is in its waiting period" in text_of(answer)
    assert [claim.state for claim in Claim.objects.order_by("id")] == ["waiting", "pending"]
    assert subjects(bea.email) == subjects(ana.email)[-1:] == ["Two claims for Mujeres En Red"]
    assert subjects()[-1] == "Two claims for Mujeres En Red"


def test_database_holds_back_one_claim_at_a_time(organization, ana):
    claim_by_code(client_of(ana))
    bea = account("bea@example.org")
    representative = Representative.objects.create(account=bea, record=organization)

    with pytest.raises(IntegrityError, match="claim_one_waiting"), transaction.atomic():
        Claim.objects.create(
            account=bea,
            record=organization,
            method="code",
            state="waiting",
            representative=representative,
            stop_digest="x",
        )


# By a moderator -----------------------------------------------------------------------------------


def claim_with_note(claimant: Account) -> Claim:
    """A claim with a note to the moderators."""
    client_of(claimant).post(CLAIM, {"note": "Our page names me. <b>"})
    return Claim.objects.get(account=claimant)


def test_note_is_reviewed_with_the_domain_and_granted_with_a_hold(organization, ana):
    claim = claim_with_note(ana)
    moderator = signed_in(editor())
    first_page = moderator.get("/admin/").content.decode()
    page = f"/review/claims/{claim.pk}/"
    shown = text_of(moderator.get(page))
    answer = moderator.post(page, {"_grant": "1", "reason": "Their page names her."})

    assert (
        "mujeres.example. This is the domain of the organization’s website or of one of its "
        "contacts." in shown
    )
    assert "ana@mujeres.example" not in shown
    assert "1 claim is waiting" in first_page
    assert answer.status_code == 302
    assert [may_represent(ana, organization, days=days) for days in (6, 8)] == [False, True]
    assert subjects()[-1] == "A person has claimed the page of Mujeres En Red"


def test_refusal_is_sent_with_its_reason(organization, ana):
    claim = claim_with_note(ana)
    page = f"/review/claims/{claim.pk}/"
    moderator = signed_in(editor())
    without = moderator.post(page, {"_refuse": "1", "reason": " "})
    moderator.post(page, {"_refuse": "1", "reason": "We could not reach you."})

    assert without.status_code == 200
    assert "We could not reach you." in last_message(ana.email).body
    assert Claim.objects.get().state == "refused"


def test_two_notes_of_one_account_are_both_read(organization, ana):
    for note in ("Our page names me.", "My number is published.", "Our page names me."):
        client_of(ana).post(CLAIM, {"note": note})

    assert Claim.objects.get().note == "Our page names me.\n\nMy number is published."


def test_slower_moderator_sees_the_decision_and_their_own_text(organization, ana):
    claim = claim_with_note(ana)
    refuse(claim, editor(), "We could not reach you.")
    answer = signed_in(editor("other@example.org")).post(
        f"/review/claims/{claim.pk}/", {"_grant": "1", "reason": "I rang them."}
    )

    shown = text_of(answer)
    assert (answer.status_code, Claim.objects.get().state) == (200, "refused")
    assert "This claim has already been decided." in shown
    assert "We could not reach you." in shown
    assert "You typed: I rang them." in shown


def test_only_who_accepts_proposals_reads_claims_and_invites(organization, ana):
    claim = claim_with_note(ana)
    moderator = signed_in(editor(accepts=False))

    pages = (f"/review/claims/{claim.pk}/", "/review/claims/",
             f"/review/records/{organization.pk}/representatives/")  # fmt: skip

    assert [moderator.get(page).status_code for page in pages] == [403, 403, 403]


def invited(organization: Record, address: str, **more: str) -> str:
    """The link of an invitation that a moderator sends."""
    moderator = signed_in(Account.objects.filter(is_staff=True).first() or editor())
    page = f"/review/records/{organization.pk}/representatives/"
    sent = {"_invite": "1", "address": address, "reason": "I called them.", "sure": "on", **more}
    assert moderator.post(page, sent).status_code == 302
    return link_in(last_message(address))


def test_invitation_of_a_moderator_needs_no_hold_without_representatives(organization, ana):
    link = invited(organization, ana.email)
    client = client_of(ana)
    page = client.get(link)
    looked_only = Representative.objects.count()
    answer = client.post(link)

    assert "A moderator invites you to represent Mujeres En Red" in text_of(page)
    assert (looked_only, answer.url) == (0, "/organizations/mujeres-en-red/profile/")
    assert "You now represent" in text_of(client.get(answer.url, follow=True))
    assert Representative.objects.represents(ana, organization)
    assert subjects()[-1] == "A person has claimed the page of Mujeres En Red"
    assert client.get(link).status_code == 404


def test_invitation_is_held_back_where_there_is_a_representative(organization, ana):
    bea = account("bea@example.org")
    make_representative(bea, organization)
    client_of(ana).post(invited(organization, ana.email))

    assert [may_represent(ana, organization, days=days) for days in (0, 8)] == [False, True]
    assert subjects(bea.email) == ["A person has claimed the page of Mujeres En Red"]


def test_from_an_invitation_to_a_representative_in_five_screens(organization, client):
    link = invited(organization, "new@example.org")
    screens = [client.get(link)]
    sign_up = next(
        element.attributes["href"]
        for element in page_of(screens[0]).main.every("a")
        if "sign-up" in element.attributes["href"]
    )
    screens.append(client.get(sign_up))
    screens.append(client.post(sign_up, {"email": "new@example.org"}, follow=True))
    code = code_in(last_message("new@example.org"))
    screens.append(client.post("/account/address/code/", {"code": code}, follow=True))
    screens.append(client.post(link, follow=True))

    new = Account.objects.get(email="new@example.org")
    assert [answer.status_code for answer in screens] == [200] * 5
    assert Representative.objects.represents(new, organization)


def test_moderator_ends_a_representative_and_takes_an_invitation_back(organization, ana):
    representative = make_representative(ana, organization)
    link = invited(organization, "bea@example.org")
    moderator = signed_in(Account.objects.filter(is_staff=True).get())
    page = f"/review/records/{organization.pk}/representatives/"
    moderator.post(page, {"_end": representative.pk})
    moderator.post(page, {"_take_back": Invitation.objects.get().pk})

    assert Representative.objects.represents(ana, organization) is False
    assert subjects(ana.email) == ["You no longer represent Mujeres En Red"]
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize(
    ("address", "sentence", "proves_nothing"),
    [
        ("a@mujeres.example", "This is the domain of the organization’s website", False),
        ("a@mail.mujeres.example", "This is the domain of the organization’s website", False),
        ("a@gmail.com", "Anyone can get an address at this domain", True),
        ("a@yahoo.co.uk", "Anyone can get an address at this domain", True),
        ("a@mujeres.example.org", "It looks like the organization’s domain", True),
        ("a@mujeres-red.example", "It looks like the organization’s domain", True),
        ("a@mujer3s.example", "It looks like the organization’s domain", True),
        ("a@xn--mujers-hof.example", "It looks like the organization’s domain", True),
        ("a@elsewhere.test", "The catalogue does not know this domain.", True),
    ],
)
def test_domain_tells_little(organization, address, sentence, proves_nothing):
    domain = assess_domain(address, organization.pk)

    assert (domain.sentence.startswith(sentence), domain.proves_nothing) == (True, proves_nothing)


# Handing over, and lapsing ------------------------------------------------------------------------


@pytest.mark.parametrize("steps_down", [True, False])
def test_colleague_takes_over_after_a_day(organization, ana, steps_down):
    make_representative(ana, organization)
    bea = account("bea@example.org")
    given = {"address": "Bea@example.org", **({"steps_down": "on"} if steps_down else {})}
    client_of(ana).post(REPRESENTATIVE, given)
    client_of(bea).post(link_in(last_message("Bea@example.org")))

    assert [may_represent(bea, organization, hours=hours) for hours in (23, 25)] == [False, True]
    assert Representative.objects.represents(ana, organization) is not steps_down
    assert (
        subjects()
        == subjects(ana.email)[-1:]
        == ["A person has claimed the page of Mujeres En Red"]
    )


def test_former_representative_returns_when_the_colleague_was_rejected(organization, ana):
    make_representative(ana, organization)
    mallory = account("mallory@example.org")
    client_of(ana).post(REPRESENTATIVE, {"address": mallory.email, "steps_down": "on"})
    client_of(mallory).post(link_in(last_message(mallory.email)))

    Client().post(link_in(last_message(ana.email)))

    assert (may_represent(ana, organization), may_represent(mallory, organization, days=8)) == (
        True,
        False,
    )


def test_stepping_down_ends_it_and_a_sign_of_life_is_noted(organization, ana):
    long_ago = timezone.now() - timedelta(days=400)
    representative = make_representative(ana, organization, seen=long_ago)
    client = client_of(ana)
    client.post(REPRESENTATIVE, {"sign": "1"})
    representative.refresh_from_db()
    seen = representative.seen
    client.post(REPRESENTATIVE, {"step_down": "1"})

    assert seen > timezone.now() - timedelta(minutes=1)
    assert may_represent(ana, organization) is False
    assert client.get(REPRESENTATIVE).status_code == 404


def test_months_are_counted_as_people_do():
    days = [date(2026, 3, 31), date(2024, 2, 29), date(2026, 1, 15)]

    assert [months_before(day, 1) for day in days] == [
        date(2026, 2, 28), date(2024, 1, 29), date(2025, 12, 15),
    ]  # fmt: skip
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2024, 2, 29), -24) == date(2026, 2, 28)


def test_inactivity_is_reminded_of_once_after_a_year_and_ends_the_role_after_two(organization, ana):
    make_representative(ana, organization, seen=datetime(2024, 5, 10, 12, tzinfo=UTC))

    due = [len(reminders_due(date(2025, 5, day))) for day in (9, 10)]
    reminders = [send_reminders(date(2025, 5, 10)), send_reminders(date(2025, 5, 11))]
    ended = [end_lapsed(date(2026, 5, day)) for day in (9, 10, 10)]

    assert (due, reminders, ended) == ([0, 1], [1, 0], [0, 1, 0])
    assert subjects(ana.email) == [
        "Do you still represent Mujeres En Red?",
        "You no longer represent Mujeres En Red",
    ]
    assert "10 May 2026" in mail.outbox[0].body


def test_command_does_what_is_due_and_nothing_the_second_time(organization, ana, capsys):
    make_representative(ana, organization, seen=timezone.now() - timedelta(days=400))

    for _ in range(2):
        call_command("representatives", due=True)

    assert capsys.readouterr().out.splitlines() == [
        "0 begun, 1 reminded, 0 lapsed",
        "0 begun, 0 reminded, 0 lapsed",
    ]


def test_command_deletes_expired_codes(organization, ana):
    client_of(ana).post(CLAIM, {"code": "1"})
    with after(minutes=14):
        call_command("representatives", due=True, verbosity=0)
    count_before = Claim.objects.count()
    with after(minutes=16):
        call_command("representatives", due=True, verbosity=0)

    assert (count_before, Claim.objects.count()) == (1, 0)


# Adding a body ------------------------------------------------------------------------------------

ADD = "/organizations/add/"
ADDED = {
    "name": "Casa  de los Vientos", "language": "es", "arenas": ["membership"],
    "website": "casa.example", "description": "Somos una casa.", "consent": "on",
}  # fmt: skip


def test_added_organization_is_pending_and_its_author_represents_it_a_week_after_acceptance(
    write, ana
):
    client = client_of(ana)
    answer = client.post(ADD, ADDED)
    changeset = Changeset.objects.proposed().get()
    pending_text = text_of(client.get("/account/"))
    moderator = signed_in(editor())
    moderator.post(f"/review/proposals/{changeset.pk}/", {"_accept": "1"})

    changeset.refresh_from_db()
    record = Record.objects.get(slug="casa-de-los-vientos")
    entry = write.entry(record).read()
    source = Source.objects.get(published_by=record)
    assert (answer.status_code, changeset.on_behalf_id) == (302, record.pk)
    assert "waiting for a moderator" in pending_text
    assert (entry["label"], entry["links"][0]["url"]) == (
        "Casa de los Vientos",
        "https://casa.example",
    )
    assert {
        (statement["voice"], statement["source"])
        for statement in (*entry["names"], *entry["texts"])
    } == {("own", source.key)}
    assert [may_represent(ana, record, days=days) for days in (6, 8)] == [False, True]
    assert "Describes itself here since" in text_of(Client().get(record.get_absolute_url()))


def test_adding_needs_consent_and_reports_what_is_missing(write, ana):
    answer = client_of(ana).post(ADD, {**ADDED, "consent": "", "name": ""})

    assert answer.status_code == 400
    assert "Publishing requires this licence" in text_of(answer)
    assert Changeset.objects.proposed().count() == 0


def test_what_is_there_already_is_shown_before_anything_is_sent(organization, ana):
    client = client_of(ana)
    looked = client.post(ADD, {**ADDED, "name": "Mujeres en Red", "look": "1"})
    pressed = client.post(ADD, {**ADDED, "name": "Mujeres en Red"})
    before = Changeset.objects.proposed().count()
    sure = client.post(ADD, {**ADDED, "name": "Mujeres en Red", "sure": "on"})

    assert "Mujeres En Red: " in text_of(looked)
    assert "Somos una casa." in looked.content.decode()
    assert "Is it one of these?" in text_of(pressed)
    assert (before, sure.status_code) == (0, 302)


def test_rejected_addition_is_shown_on_the_account(write, ana):
    client = client_of(ana)
    client.post(ADD, ADDED)
    Changeset.objects.proposed().get().reject(None, "It is a state body.")

    assert "It is a state body." in text_of(client.get("/account/"))


def test_same_addition_sent_twice_is_one_proposal_and_another_is_another(write, ana):
    client = client_of(ana)
    for description in ("Somos una casa.", "Somos una casa.", "Somos dos casas."):
        client.post(ADD, {**ADDED, "description": description})

    changesets = Changeset.objects.proposed()
    texts = sorted(changeset.operations.adds["text"][0]["body"] for changeset in changesets)
    assert texts == ["Somos dos casas.", "Somos una casa."]
    assert Claim.objects.filter(account=ana).count() == 2


def test_visitor_who_adds_without_an_account_is_led_to_one(write, client):
    answer = client.get(f"{ADD}?name=Casa")

    assert "No listed organization has this name." in text_of(answer)
    assert client.post(ADD, ADDED).status_code == 302
    assert Changeset.objects.proposed().count() == 0
