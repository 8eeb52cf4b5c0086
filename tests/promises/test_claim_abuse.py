"""No one can take over an organization: every way we could think of is tried, and its people are
notified.

A script is what an attacker does to represent an organization that is not theirs. When it is
through, the notified people answer that it was not they. Then no attacker is a representative, now
or later, and those whom it concerns have had a message.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.claims.claim import Claim, Invitation
from orgs.claims.codes import request_code
from orgs.claims.lifecycle import claimable_entries
from orgs.records.record import Level, Record
from orgs.statements.identifier import Contact
from tests.support.accounts import code_in
from tests.support.admin import Browser, editor, signed_in
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
    organization_with_contact,
    requested_code,
    subjects,
)
from tests.support.writing import Writer

SCRIPTS: list[Callable] = []
BEGIN: set[Callable] = set()
"""The scripts by which something begins, since they can prove it; it is stopped then."""


def script(function: Callable) -> Callable:
    """Count a function among the scripts: nothing begins by it."""
    SCRIPTS.append(function)
    return function


def begins(function: Callable) -> Callable:
    """Count a function among the scripts by which something begins."""
    BEGIN.add(function)
    return script(function)


class Scene:
    """An organization with a contact, its owner and a moderator, and the accounts that try to take
    it over.
    """

    def __init__(self, write: Writer) -> None:
        self.write = write
        self.organization = organization_with_contact(write)
        self.ana = account("ana@mujeres.example")
        self.mallory = account("mallory@elsewhere.test")
        self.trudy = account("trudy@elsewhere.test")
        self.moderator = editor()
        self.browser = client_of(self.mallory)

    @property
    def representatives_page(self) -> str:
        """The admin page where moderators invite."""
        return f"/review/records/{self.organization.pk}/representatives/"

    def invited(self, address: str) -> str:
        """Invite an address as a moderator to represent the organization; return the link."""
        client = signed_in(self.moderator)
        sent = {"_invite": "1", "address": address, "reason": "I called.", "sure": "on"}
        client.post(self.representatives_page, sent)
        return link_in(last_message(address))

    def note(self, claimant: Account) -> Claim:
        """Write to the moderators; return the claim."""
        client_of(claimant).post(CLAIM, {"note": "Believe me."})
        return Claim.objects.get(account=claimant, state="pending")

    def granted(self, claim: Claim, by: Account | None = None, **more: str) -> int:
        """Grant a claim as a moderator; return the status of the answer."""
        client = signed_in(by or self.moderator)
        page = f"/review/claims/{claim.pk}/"
        return client.post(page, {"_grant": "1", "reason": "Why not.", **more}).status_code

    def show_less(self, **fields: object) -> None:
        """Show readers less of the organization."""
        changeset = Changeset(reason="Less.")
        changeset.change_record(Record.objects.get(pk=self.organization.pk), **fields)
        changeset.propose().accept()

    def stop_claims(self) -> None:
        """Stop each claim by the link in its notice, except those sent to the attackers."""
        theirs = {self.mallory.email, self.trudy.email}
        for message in list(mail.outbox):
            if "A person has claimed the page" in message.subject and message.to[0] not in theirs:
                Client().post(link_in(message))


# By a code ----------------------------------------------------------------------------------------


@script
def guesses_three_times_then_knows_it(scene):
    code = requested_code(scene.browser)
    for wrong in ("BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", code):
        scene.browser.post(CODE, {"code": wrong})


@script
def guesses_for_an_hour(scene):
    reached = 0
    for _ in range(4):
        scene.browser.post(CLAIM, {"code": "1"})
        for _ in range(10):
            page = scene.browser.post(CODE, {"code": "BBBB-BBBB"}).content.decode()
            reached += "The code is wrong" in page
    assert reached <= 9


@script
def guesses_without_having_requested_one(scene):
    client_of(scene.ana).post(CLAIM, {"code": "1"})
    for wrong in ("", "BBBB-BBBB", "0", "\u0661" * 8, "-" * 20, code_in(last_message())):
        scene.browser.post(CODE, {"code": wrong})


@script
def sends_the_code_too_late(scene):
    code = requested_code(scene.browser)
    with after(minutes=16):
        scene.browser.post(CODE, {"code": code})


@script
def uses_a_code_that_served_already(scene):
    ana = client_of(scene.ana)
    code = requested_code(ana)
    ana.post(CODE, {"code": code})
    scene.browser.post(CODE, {"code": code})


@script
def uses_an_older_code_than_the_last(scene):
    first = requested_code(scene.browser)
    requested_code(scene.browser)
    scene.browser.post(CODE, {"code": first})


@begins
def uses_the_code_again_after_being_stopped(scene):
    code = requested_code(scene.browser)
    scene.browser.post(CODE, {"code": code})
    scene.stop_claims()
    scene.browser.post(CODE, {"code": code})
    second_request = scene.browser.post(CLAIM, {"code": "1"})
    assert second_request.status_code == 400


@script
def uses_the_code_of_their_own_organization(scene):
    organization_with_contact(scene.write, "casa-mallory", scene.mallory.email)
    scene.browser.post(CLAIM, {"code": "1"})
    page = CLAIM.replace("mujeres-en-red", "casa-mallory")
    scene.browser.post(CODE, {"code": requested_code(scene.browser, page, scene.mallory.email)})


@script
def reads_the_code_of_somebody_else_over_the_shoulder(scene):
    code = requested_code(client_of(scene.ana))
    scene.browser.post(CLAIM, {"code": "1"})
    scene.browser.post(CODE, {"code": code})


@script
def plants_their_session_in_the_browser_of_somebody_who_has_a_code(scene):
    ana = client_of(scene.ana)
    code = requested_code(ana)
    ana.cookies["sessionid"] = scene.browser.cookies["sessionid"].value
    ana.post(CODE, {"code": code})


@script
def takes_the_session_of_somebody_who_has_signed_out(scene):
    ana = client_of(scene.ana)
    code = requested_code(ana)
    stolen = Client()
    stolen.cookies["sessionid"] = ana.cookies["sessionid"].value
    ana.post("/account/sign-out/")
    stolen.post(CODE, {"code": code})
    assert Claim.objects.exclude(state="code_sent").count() == 0


@script
def changes_the_language_to_have_more_tries(scene):
    code = requested_code(scene.browser)
    for prefix in ("", "/es", "/ar"):
        scene.browser.post(f"{prefix}{CODE}", {"code": "BBBB-BBBB"})
    scene.browser.post(CODE, {"code": code})


@script
def floods_the_contact_with_codes(scene):
    for number in range(12):
        client_of(account(f"sock-{number}@elsewhere.test")).post(CLAIM, {"code": "1"})
    assert len(subjects()) == 6


# By a contact -------------------------------------------------------------------------------------


@begins
def has_the_contact_replaced_first(scene):
    changeset = Changeset(reason="They have moved.")
    changeset.replace(Contact.objects.get(value=OFFICE), value=scene.mallory.email)
    changeset.propose().accept()
    scene.browser.post(CLAIM, {"code": "1"})
    assert subjects(scene.mallory.email) == []
    # A month later a code goes there, and the former one is notified as well.
    long_ago = timezone.now() - timedelta(days=31)
    Changeset.objects.filter(pk=changeset.pk).update(decided_at=long_ago)
    code = requested_code(scene.browser, to=scene.mallory.email)
    scene.browser.post(CODE, {"code": code})


@script
def has_a_contact_added_first(scene):
    add_contact(scene.write, scene.organization, scene.mallory.email, days=29)
    scene.browser.post(CLAIM, {"code": "1"})
    assert subjects(scene.mallory.email) == []


@script
def buys_the_domain_of_a_contact_that_is_over(scene):
    changeset = scene.write.say("contact", scene.organization, contact_kind="email", tier=2,
                             value=scene.mallory.email, edtf="2001/2004")  # fmt: skip
    Changeset.objects.filter(pk=changeset.pk).update(decided_at=timezone.now() - timedelta(days=99))
    scene.browser.post(CLAIM, {"code": "1"})
    assert subjects(scene.mallory.email) == []


@script
def has_an_address_that_a_source_says_is_not_theirs(scene):
    changeset = scene.write.say("contact", scene.organization, contact_kind="email", tier=2,
                             value=scene.mallory.email, holds=False)  # fmt: skip
    Changeset.objects.filter(pk=changeset.pk).update(decided_at=timezone.now() - timedelta(days=99))
    scene.browser.post(CLAIM, {"code": "1"})
    assert subjects(scene.mallory.email) == []


# By a moderator -----------------------------------------------------------------------------------


def by_an_address_alone(scene: Scene, address: str) -> None:
    """Write to the moderators from an address, and be granted the claim for it alone."""
    EmailAddress.objects.filter(user=scene.mallory).update(email=address)
    Account.objects.filter(pk=scene.mallory.pk).update(email=address)
    scene.mallory.email = address
    scene.browser.post(CLAIM, {"code": "1"})
    claim = scene.note(scene.mallory)
    assert scene.granted(claim) == 200
    claim.refresh_from_db()
    assert claim.state == "pending"


@script
def writes_from_an_address_that_anybody_gets(scene):
    by_an_address_alone(scene, "mujeres.en.red@gmail.com")


@script
def writes_from_a_domain_that_looks_alike(scene):
    by_an_address_alone(scene, "office@mujeres-red.example")


@script
def writes_from_a_domain_with_changesets_of_another_script(scene):
    by_an_address_alone(scene, "office@muj\u0435r\u0435s.example")


@begins
def worked_there_once_and_is_believed(scene):
    EmailAddress.objects.filter(user=scene.mallory).update(email="mallory@mujeres.example")
    Account.objects.filter(pk=scene.mallory.pk).update(email="mallory@mujeres.example")
    scene.mallory.email = "mallory@mujeres.example"
    assert scene.granted(scene.note(scene.mallory)) == 302


@script
def moderates_and_grants_their_own_claim(scene):
    scene.browser.post(CLAIM, {"code": "1"})
    moderator = editor("moderator@elsewhere.test")
    EmailAddress.objects.create(user=moderator, email=moderator.email, verified=True)
    claim = scene.note(moderator)
    scene.granted(claim, by=moderator, sure="on")
    client = signed_in(moderator)
    client.post(scene.representatives_page, {
        "_invite": "1", "address": moderator.email.upper(), "reason": "I am.", "sure": "on",
    })  # fmt: skip
    assert (Representative.objects.count(), Invitation.objects.count()) == (0, 0)


@script
def proposes_only_and_decides_all_the_same(scene):
    scene.browser.post(CLAIM, {"code": "1"})
    claim = scene.note(scene.mallory)
    assert scene.granted(claim, by=editor("p@example.org", accepts=False), sure="on") == 403
    assert client_of(scene.moderator).post(
        f"/review/claims/{claim.pk}/", {"_grant": "1", "reason": "x", "sure": "on"}
    ).status_code == 302  # fmt: skip  # without a second factor it leads to where one is shown


# By an invitation ---------------------------------------------------------------------------------


def notify_by_an_attempt(scene: Scene) -> None:
    """Notify the organization of an attempt, by requesting a code."""
    client_of(scene.trudy).post(CLAIM, {"code": "1"})


@script
def is_forwarded_an_invitation(scene):
    notify_by_an_attempt(scene)
    link = scene.invited("carla@mujeres.example")
    answer = scene.browser.post(link)
    assert "sent to a different address" in answer.content.decode()


@script
def signs_up_with_the_invited_address_without_reading_it(scene):
    notify_by_an_attempt(scene)
    link = scene.invited("carla@mujeres.example")
    EmailAddress.objects.create(user=scene.mallory, email="carla@mujeres.example", verified=False)
    scene.browser.post(link)


@script
def uses_an_invitation_twice(scene):
    ana = client_of(scene.ana)
    link = scene.invited(scene.ana.email)
    ana.post(link)
    EmailAddress.objects.filter(user=scene.ana).delete()
    EmailAddress.objects.create(user=scene.mallory, email=scene.ana.email, verified=True)
    assert scene.browser.post(link).status_code == 404


@script
def uses_an_invitation_after_a_month(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    with after(days=31):
        assert client_of(scene.mallory).post(link).status_code == 404


@script
def uses_an_invitation_that_was_taken_back(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    taken = {"_take_back": Invitation.objects.get().pk}
    signed_in(scene.moderator).post(scene.representatives_page, taken)
    assert scene.browser.post(link).status_code == 404


@script
def guesses_links(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    secret = link.rstrip("/").rpartition("/")[2]
    hashed = Invitation.objects.get().digest
    for guess in (secret[:-1], secret.swapcase(), "a" * 32, hashed, "0", secret + "a"):
        assert scene.browser.post(f"/claims/invitation/{guess}/").status_code == 404
        assert scene.browser.post(f"/claims/stop/{guess}/").status_code == 404
    assert scene.browser.post(f"/claims/stop/{secret}/").status_code == 404
    signed_in(scene.moderator).post(
        scene.representatives_page, {"_take_back": Invitation.objects.get().pk}
    )


@script
def lets_a_program_look_at_an_invitation(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    scene.browser.get(link)
    scene.browser.head(link)
    scene.browser.options(link)


@script
def uses_an_invitation_after_the_record_is_hidden(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    scene.show_less(level=Level.HIDDEN)
    assert scene.browser.post(link).status_code == 404


@script
def uses_an_invitation_after_the_record_is_withdrawn(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    scene.show_less(level=Level.WITHDRAWN, withdrawn_reason="request")
    assert scene.browser.post(link).status_code == 404


@script
def uses_an_invitation_after_the_record_is_merged(scene):
    notify_by_an_attempt(scene)
    link = scene.invited(scene.mallory.email)
    other = scene.write.record("organization", "another")
    merge(Record.objects.get(pk=scene.organization.pk), other).propose().accept()
    assert scene.browser.post(link).status_code == 404


@script
def proves_by_a_code_after_the_record_is_hidden(scene):
    code = requested_code(scene.browser)
    scene.show_less(level=Level.HIDDEN)
    assert scene.browser.post(CODE, {"code": code}).status_code == 404


# Handing over -------------------------------------------------------------------------------------


def hands_over(scene: Scene, representative: Representative | None = None) -> None:
    """Try to hand over to an accomplice, and let that one try to accept."""
    before = len(subjects(scene.trudy.email))
    scene.browser.post(REPRESENTATIVE, {"address": scene.trudy.email})
    if len(subjects(scene.trudy.email)) > before:
        client_of(scene.trudy).post(link_in(last_message(scene.trudy.email)))


@begins
def hands_over_while_held_back(scene):
    claim_by_code(scene.browser)
    hands_over(scene)
    assert subjects(scene.trudy.email) == []


@script
def hands_over_after_it_has_lapsed(scene):
    notify_by_an_attempt(scene)
    make_representative(scene.mallory, scene.organization, ended=timezone.now())
    hands_over(scene)
    assert subjects(scene.trudy.email) == []


@script
def hands_over_and_is_ended_before_it_is_accepted(scene):
    notify_by_an_attempt(scene)
    representative = make_representative(scene.mallory, scene.organization)
    scene.browser.post(REPRESENTATIVE, {"address": scene.trudy.email})
    signed_in(scene.moderator).post(scene.representatives_page, {"_end": representative.pk})
    answer = client_of(scene.trudy).post(link_in(last_message(scene.trudy.email)))
    assert answer.status_code == 404


@begins
def is_invited_by_mistake_and_hands_over_at_once(scene):
    scene.browser.post(scene.invited(scene.mallory.email))
    hands_over(scene)
    assert Representative.objects.filter(account=scene.trudy, ended=None).count() == 1


@begins
def uses_the_browser_of_a_representative_to_hand_over(scene):
    make_representative(scene.ana, scene.organization)
    client_of(scene.ana).post(REPRESENTATIVE, {"address": scene.trudy.email, "steps_down": "on"})
    client_of(scene.trudy).post(link_in(last_message(scene.trudy.email)))
    assert "You have invited a colleague to represent Mujeres En Red" in subjects(scene.ana.email)
    scene.stop_claims()
    assert Representative.objects.represents(scene.ana, scene.organization)


# Racing, and forging ------------------------------------------------------------------------------


@script
def is_second_and_waits_for_the_first_to_be_forgotten(scene):
    first, second = client_of(scene.ana), scene.browser
    codes = [requested_code(first), requested_code(second)]
    first.post(CODE, {"code": codes[0]})
    second.post(CODE, {"code": codes[1]})
    with after(days=8):
        assert Representative.objects.represents(scene.ana, scene.organization)
        client_of(scene.mallory).post(CODE, {"code": codes[1]})


@begins
def is_first_so_that_nobody_else_can_claim(scene):
    claim_by_code(scene.browser)
    scene.stop_claims()
    claim_by_code(client_of(scene.ana))
    with after(days=8):
        assert Representative.objects.represents(scene.ana, scene.organization)
    Claim.objects.filter(account=scene.ana).update(state="stopped")


@begins
def stops_the_claim_of_the_rightful_with_a_link_of_another_claim(scene):
    claim_by_code(scene.browser)
    link = link_in(last_message())
    scene.stop_claims()
    claim_by_code(client_of(scene.ana))
    assert scene.browser.post(link).status_code == 404
    with after(days=8):
        assert Representative.objects.represents(scene.ana, scene.organization)


@script
def sends_forms_from_another_site(scene):
    forged = client_of(scene.ana, enforce_csrf_checks=True)
    notify_by_an_attempt(scene)
    make_representative(scene.ana, scene.organization)
    link = scene.invited("carla@mujeres.example")
    before = len(mail.outbox)
    forms = {
        CLAIM: {"code": "1"},
        CODE: {"code": "BBBB-BBBB"},
        REPRESENTATIVE: {"address": scene.mallory.email},
        link: {},
        "/claims/stop/abc/": {},
        "/organizations/add/": {"name": "x"},
    }
    assert [forged.post(page, sent).status_code for page, sent in forms.items()] == [403] * 6
    assert len(mail.outbox) == before


@begins
def adds_fields_to_the_forms(scene):
    code = requested_code(scene.browser)
    scene.browser.post(CODE, {
        "code": code, "since": "2020-01-01", "state": "active", "method": "invitation",
        "account": str(scene.trudy.pk), "record": "1", "hold": "0", "trusted": "on",
    })  # fmt: skip
    representative = Representative.objects.get()
    assert representative.since > timezone.now() + timedelta(days=6)
    assert (representative.account_id, representative.trusted) == (scene.mallory.pk, False)


@script
def requests_the_page_of_a_representative_and_its_links(scene):
    notify_by_an_attempt(scene)
    make_representative(scene.ana, scene.organization)
    sent = ({"sign": "1"}, {"step_down": "1"}, {"address": scene.mallory.email})
    assert [scene.browser.post(REPRESENTATIVE, one).status_code for one in sent] == [404] * 3
    assert Representative.objects.represents(scene.ana, scene.organization)


@pytest.mark.parametrize("script", SCRIPTS, ids=[one.__name__ for one in SCRIPTS])
def test_no_script_takes_an_organization_over_and_its_people_are_notified(write, script):
    scene = Scene(write)

    script(scene)
    notices = [*subjects(OFFICE), *subjects(scene.ana.email)]
    begun = Claim.objects.exclude(representative=None).exclude(account=scene.ana)
    assert begun.exists() is (script in BEGIN)
    scene.stop_claims()

    for days in (0, 2, 8, 40, 400):
        with after(days=days):
            theirs = Representative.objects.active().exclude(account=scene.ana)
            assert list(theirs) == []
    assert notices != []


def test_at_least_twenty_five_ways_are_tried():
    assert len(SCRIPTS) >= 25


# What strangers learn -----------------------------------------------------------------------------


def test_hidden_withdrawn_merged_and_no_record_answer_alike_to_the_byte(write):
    slugs = ["is-hidden-x", "withdrawn-x", "is-merged-x", "embargoed-x", "nobody-at-x"]
    for slug in slugs[:4]:
        organization_with_contact(write, slug, f"{slug}@mujeres.example")
    records = {slug: Record.objects.get(slug=slug) for slug in slugs[:4]}
    for slug, fields in (
        ("is-hidden-x", {"level": Level.HIDDEN}),
        ("withdrawn-x", {"level": Level.WITHDRAWN, "withdrawn_reason": "safety"}),
        ("embargoed-x", {"level": Level.EMBARGOED, "embargo_until": "2999-01-01"}),
    ):
        changeset = Changeset(reason="Less.")
        changeset.change_record(records[slug], **fields)
        changeset.propose().accept()
    merge(records["is-merged-x"], write.record("organization", "o")).propose().accept()
    mallory = account("mallory@elsewhere.test")
    browser = client_of(mallory)
    answers = set()
    for slug in slugs:
        claim = f"/organizations/{slug}/claim/"
        pages = (("get", claim, {}), ("post", claim, {"code": "1"}), ("post", claim, {"note": "x"}),
                 ("get", f"{claim}code/", {}), ("post", f"{claim}code/", {"code": "BBBB-BBBB"}),
                 ("get", f"/account/representing/{slug}/", {}))  # fmt: skip
        answers_there = []
        for method, page, sent in pages:
            for client in (browser, Client()):
                with CaptureQueriesContext(connection) as queries:
                    answer = getattr(client, method)(page, sent)
                body = answer.content.decode().replace(slug, "…")
                answers_there.append((answer.status_code, body, len(queries)))
        answers.add(tuple(answers_there))

    assert len(answers) == 1
    assert {status for status, _body, _queries in answers.pop()} == {302, 404}
    assert (mail.outbox, Claim.objects.count()) == ([], 0)


def test_time_and_queries_do_not_reveal_whether_there_is_a_contact(write):
    organization_with_contact(write)
    write.record("organization", "without-contact", "Without Contact")
    costs = {}
    for entry in claimable_entries().order_by("id"):
        claimant = account(f"{entry.slug}@elsewhere.test")
        with CaptureQueriesContext(connection) as queries:
            changesets = request_code(claimant, entry)
        costs[entry.slug] = (len(queries), len(changesets), len(mail.outbox))

    assert costs == {"mujeres-en-red": (costs["without-contact"][0], 1, 0),
                     "without-contact": (costs["without-contact"][0], 0, 0)}  # fmt: skip


def test_link_of_an_invitation_is_hidden_from_other_sites_and_from_readers(write):
    scene = Scene(write)
    link = scene.invited("carla@mujeres.example")

    page = Client().get(link)

    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("same-origin", "noindex")
    assert "no-store" in page["Cache-Control"]
    assert "carla" not in page.content.decode()
    assert link.rstrip("/").rpartition("/")[2] not in str(Invitation.objects.values())


# Races --------------------------------------------------------------------------------------------


def at_once(*actions: Callable[[], object]) -> None:
    """Do things at the same moment, each in a thread with its own connection."""
    barrier = threading.Barrier(len(actions))

    def act(action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            action()
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def racer(claimant: Account) -> Browser:
    """A signed-in browser for races."""
    client = Browser()
    client.force_login(claimant)
    return client


def test_of_six_who_prove_at_once_one_is_held_back_and_all_others_wait(own_database):
    write = Writer()
    record = organization_with_contact(write)
    people = [account(f"person-{number}@example.org") for number in range(6)]
    browsers = [racer(one) for one in people]
    codes = []
    for browser in browsers:
        browser.post(CLAIM, {"code": "1"})
        codes.append(code_in(last_message()))
    cache.clear()

    def sends(number: int) -> Callable[[], object]:
        return lambda: browsers[number].post(CODE, {"code": codes[number]})

    at_once(*(sends(number) for number in range(6)))

    states = sorted(Claim.objects.values_list("state", flat=True))
    assert states == [*["pending"] * 5, "waiting"]
    assert Representative.objects.filter(record=record).count() == 1
    assert subjects().count("Two claims for Mujeres En Red") == 5


def test_invitation_and_code_serve_once_however_often_they_are_sent_at_once(own_database):
    write = Writer()
    scene = Scene(write)
    link = scene.invited(scene.ana.email)
    browsers = [racer(scene.ana) for _ in range(6)]

    at_once(*((lambda browser=browser: browser.post(link)) for browser in browsers))

    assert Representative.objects.filter(account=scene.ana).count() == 1
    assert Claim.objects.count() == 1


def test_tries_of_a_code_are_three_however_many_are_made_at_once(own_database):
    write = Writer()
    organization_with_contact(write)
    mallory = account("mallory@elsewhere.test")
    browsers = [racer(mallory) for _ in range(8)]
    browsers[0].post(CLAIM, {"code": "1"})
    code = code_in(last_message())
    answers: list[str] = []

    def guess(browser: Browser) -> None:
        answers.append(browser.post(CODE, {"code": "BBBB-BBBB"}).content.decode())

    at_once(*((lambda browser=browser: guess(browser)) for browser in browsers))
    browsers[0].post(CODE, {"code": code})

    assert sum("The code is wrong" in answer for answer in answers) == 3
    assert Representative.objects.count() == 0
