"""What six people do at one moment where they do not type into a field of the catalogue.

What it means to win depends on what is done: of six who claim an organization one is held back, of
six windows on one draft one goes on, and of six who send a correction nobody can lose. Each race
says it in its own words: what was acknowledged is still there, and the slower ones read it.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.core import mail, signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.rebuild import check
from orgs.changes.unlisted import Unlisted, UnlistedKind
from orgs.claims import contact_form, freshness
from orgs.claims.claim import Claim, Invitation
from orgs.imports import files
from orgs.imports.sheet_format import as_csv, columns_for, headings_for, row_for
from orgs.imports.upload import Upload
from orgs.matching.distinct import Distinct
from orgs.profiles import drafts
from orgs.profiles.draft import Draft
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.review.comment import Comment
from orgs.review.correction import Correction
from orgs.spam import SALT
from orgs.statements.coverage import Coverage
from orgs.statements.identifier import Contact
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.text import Text
from tests.conftest import connected_to, copied, dropped
from tests.support.accounts import code_in, force_sign_in
from tests.support.admin import Browser
from tests.support.claims import add_contact, link_in
from tests.support.mail import link_in as confirmation_link_in
from tests.support.pages import page_of
from tests.support.profiles import fields_of
from tests.support.racing import ROUNDS, race
from tests.support.writing import Writer

# One world for all tests of this file.
pytestmark = pytest.mark.xdist_group("racing people")

SIX = range(6)


@dataclass
class Moment:
    """What is sent at one moment, by which browsers, and what must hold afterwards."""

    posts: list[tuple[Browser, str, dict]]
    count_winners: Callable[[list], int]
    """Takes the answers, fails if something was lost, and returns how many have won."""


class World:
    """Six people, each with a browser and a network of their own, six windows, six moderators."""

    def __init__(self) -> None:
        self.write = Writer()
        self.people = [account(f"person-{number}@example.org") for number in SIX]
        self.browsers = [browser_of(one, number) for number, one in enumerate(self.people)]
        self.windows = [browser_of(self.people[0], number) for number in SIX]
        self.strangers = [Browser(REMOTE_ADDR=f"192.0.2.{number + 1}") for number in SIX]
        moderators = [moderator(f"moderator-{number}@example.org") for number in SIX]
        self.moderators = [force_sign_in(Browser(), one) for one in moderators]
        self.opens = force_sign_in(Browser(), moderator("opens@example.org"))

    def new_actor(self, kind: str = "organization") -> Record:
        """A new organization."""
        slug = f"body-{secrets.token_hex(4)}"
        return self.write.record(kind, slug, slug.replace("-", " ").title())

    def represented(self, how_many: int = 6, kind: str = "organization", **fields: Any) -> Record:
        """A new organization with so many of the six as representatives."""
        record = self.new_actor(kind)
        for one in self.people[:how_many]:
            Representative.objects.create(account=one, record=record, **fields)
        return record


def account(address: str, **fields: Any) -> Account:
    """A new account whose address is confirmed."""
    made = Account.objects.create_user(address, **fields)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def moderator(address: str) -> Account:
    """An account that may accept proposals."""
    made = account(address, is_staff=True)
    made.user_permissions.add(Permission.objects.get(codename="change_changeset"))
    return made


def browser_of(account: Account, number: int = 0) -> Browser:
    """A browser in which an account has signed in, in a network of its own."""
    browser = Browser(REMOTE_ADDR=f"192.0.2.{number + 1}")
    browser.force_login(account)
    return browser


def texts_of(number: int) -> list[str]:
    """What each of the six types in a round, and nobody else ever."""
    mark = secrets.token_hex(3)
    return [f"Round {number} person {one} {mark}" for one in SIX]


def html_of(answer: Any) -> str:
    """A page as it is read."""
    return unescape(answer.content.decode())


def codes(answers: list) -> list[int]:
    """The codes of the answers, sorted."""
    return sorted(answer.status_code for answer in answers)


def won(answers: list, code: int = 302) -> list[int]:
    """The places of those who were answered so."""
    return [place for place, one in enumerate(answers) if one.status_code == code]


def one_winner(answers: list, code: int = 302, lost: tuple[int, ...] = (200,)) -> int:
    """Who has won; fails if not exactly one has, or the others are answered otherwise."""
    first = won(answers, code)
    assert len(first) == 1, codes(answers)
    others = {one.status_code for place, one in enumerate(answers) if place != first[0]}
    assert others <= set(lost), codes(answers)
    return first[0]


def nobody_loses(answers: list, code: int = 302) -> int:
    """Fails if one of them is answered otherwise; returns how many have won."""
    assert codes(answers) == [code] * 6
    return 6


def messages_sent_to(subject: str, address: str = "") -> int:
    """How many messages with these words in the subject were sent, to an address."""
    return sum(subject in one.subject and one.to[0].startswith(address) for one in mail.outbox)


# Corrections --------------------------------------------------------------------------------------


def form_of_correction(record: Record, **values: str) -> tuple[str, dict]:
    """Where a correction is sent, and one that was opened a minute ago."""
    opened = ["correction", time.time() - 60, secrets.token_urlsafe(8)]
    texts = {"wrong": "It is not so.", "right": "It is so.", "how": "https://example.org/"}
    stamp = signing.dumps(opened, salt=SALT)
    return f"/corrections/?about={record.pk}", {**texts, **values, "stamp": stamp}


def stored_or_shown_again(answers: list, texts: list[str], stored: Any) -> None:
    """Fail if words that were taken are not kept, or words that were not stand in no form.

    They are not where so many send at once that nobody could count in time how many they are.
    """
    assert sorted(stored) == sorted(texts[place] for place in won(answers))
    for text, answer in zip(texts, answers, strict=True):
        assert answer.status_code != 429 or text in html_of(answer)


def six_corrections(world: World, number: int) -> Moment:
    """Six readers: nobody can lose, and every word waits."""
    record, texts = world.new_actor(), texts_of(number)
    posts = [
        (browser, *form_of_correction(record, right=text))
        for browser, text in zip(world.strangers, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {302, 429}
        sent = Correction.objects.filter(record=record).values_list("right", flat=True)
        stored_or_shown_again(answers, texts, sent)
        return 6

    return Moment(posts, count_winners)


def one_correction_six_times(world: World, number: int) -> Moment:
    """One reader who presses six times: it counts once."""
    record = world.new_actor()
    path, fields = form_of_correction(record)

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {302, 429}
        return Correction.objects.filter(record=record).count()

    return Moment([(browser, path, fields) for browser in world.strangers], count_winners)


def six_who_report_danger(world: World, number: int) -> Moment:
    """Six representatives report that the organization is in danger: it is hidden once, and every
    report is stored.
    """
    record, texts = world.represented(), texts_of(number)
    posts = [
        (browser, *form_of_correction(record, wrong=text, urgent="on"))
        for browser, text in zip(world.browsers, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        # Those who come after it is hidden get the 404 of everyone else.
        assert set(codes(answers)) <= {302, 404, 429}
        reports = Correction.objects.filter(record=record).values_list("wrong", flat=True)
        stored_or_shown_again(answers, texts, reports)
        assert Record.objects.get(pk=record.pk).level == Level.HIDDEN
        hiding = Changeset.objects.filter(on_behalf=record)
        assert not hiding.proposed().exists()
        return hiding.accepted().count()

    return Moment(posts, count_winners)


# Own words ----------------------------------------------------------------------------------------


def opened(browser: Browser, page: str) -> dict:
    """What the form of a page would send as it stands."""
    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    return fields_of(page_of(answer))


def profile_page(record: Record, page: str) -> str:
    """The address of a page of an organization's profile."""
    return f"/organizations/{record.slug}/profile/{page}"


def draft_texts(person: Account, record: Record, field: str) -> set[str]:
    """Every text that a draft holds for a field."""
    state = drafts.open_workspace(person, record).field(field)
    return {str(state.value), *state.others}


def six_windows_on_a_step(world: World, number: int) -> Moment:
    """Six windows of one account: the first goes on, the others read all that was typed."""
    record, texts = world.represented(1), texts_of(number)
    page = profile_page(record, "about/")
    posts = [
        (browser, page, {**opened(browser, page), "text.en": text, "go": "on"})
        for browser, text in zip(world.windows, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        assert draft_texts(world.people[0], record, "text.en") == set(texts)
        for place, answer in enumerate(answers):
            html = html_of(answer)
            assert place == first or (texts[place] in html and texts[first] in html)
        return 1

    return Moment(posts, count_winners)


def six_representatives_on_a_step(world: World, number: int) -> Moment:
    """Six representatives of one organization: each has a draft, which nobody else touches."""
    record, texts = world.represented(), texts_of(number)
    page = profile_page(record, "about/")
    posts = [
        (browser, page, {**opened(browser, page), "text.en": text, "go": "on"})
        for browser, text in zip(world.browsers, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        for person, text in zip(world.people, texts, strict=True):
            assert draft_texts(person, record, "text.en") == {text}
        return nobody_loses(answers)

    return Moment(posts, count_winners)


def typed(browser: Browser, record: Record, **fields: str) -> None:
    """Type into the step about what the organization is and does."""
    page = profile_page(record, "about/")
    assert browser.post(page, {**opened(browser, page), **fields, "go": "on"}).status_code == 302


def proposals_of(record: Record) -> Any:
    """The proposals on behalf of an organization, in any state."""
    return Changeset.objects.filter(on_behalf=record)


def six_representatives_who_send(world: World, number: int) -> Moment:
    """Six representatives of one organization send different words: one proposal waits, the others
    read both.
    """
    record, texts = world.represented(trusted=bool(number % 2)), texts_of(number)
    look = profile_page(record, "preview/")
    for browser, text in zip(world.browsers, texts, strict=True):
        typed(browser, record, **{"text.en": text})
    posts = [(one, look, {**opened(one, look), "agreed": "yes"}) for one in world.browsers]

    def count_winners(answers: list) -> int:
        first = one_winner(answers, lost=(409,))
        assert proposals_of(record).count() == 1
        current = drafts.Workspace(world.people[first], record).current
        assert current["text.en"] == texts[first]
        for place, answer in enumerate(answers):
            if place != first:
                html = html_of(answer)
                assert texts[place] in html
                assert texts[first] in html
                assert texts[place] in draft_texts(world.people[place], record, "text.en")
        return 1

    return Moment(posts, count_winners)


def six_windows_that_send(world: World, number: int) -> Moment:
    """One account presses in six windows: one proposal, and all are led to what becomes of it."""
    record = world.represented(1, trusted=bool(number % 2))
    look = profile_page(record, "preview/")
    typed(world.windows[0], record, **{"text.en": "We sing."})
    posts = [(one, look, {**opened(one, look), "agreed": "yes"}) for one in world.windows]

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        assert {answer["Location"] for answer in answers} == {profile_page(record, "submitted/")}
        assert drafts.Workspace(world.people[0], record).current["text.en"] == "We sing."
        return proposals_of(record).count()

    return Moment(posts, count_winners)


def three_who_send_and_three_who_type(world: World, number: int) -> Moment:
    """One account sends in three windows while it types in three: no word is lost."""
    record = world.represented(1)
    look, page = profile_page(record, "preview/"), profile_page(record, "about/")
    typed(world.windows[0], record, **{"text.en": "We sing."})
    years = [f"19{number % 10}{one}" for one in range(3)]
    posts = [(one, look, {**opened(one, look), "agreed": "yes"}) for one in world.windows[:3]]
    posts += [
        (one, page, {**opened(one, page), "founded": year, "go": "on"})
        for one, year in zip(world.windows[3:], years, strict=True)
    ]

    def count_winners(answers: list) -> int:
        assert set(codes(answers[:3])) <= {302, 409}
        assert set(codes(answers[3:])) <= {302, 200}
        workspace = drafts.open_workspace(world.people[0], record)
        assert workspace.field("text.en").value == "We sing."
        assert {*draft_texts(world.people[0], record, "founded")} >= set(years)
        assert proposals_of(record).count() <= 1
        return 6

    return Moment(posts, count_winners)


def three_who_forget_and_three_who_type(world: World, number: int) -> Moment:
    """One account forgets its draft in three windows while it types in three: nothing breaks."""
    record = world.represented(1)
    page, here = profile_page(record, "about/"), profile_page(record, "")
    typed(world.windows[0], record, **{"text.en": "We sing."})
    key = opened(world.windows[0], page)["key"]
    posts = [(one, here, {"key": key, "forget": "1"}) for one in world.windows[:3]]
    posts += [
        (one, page, {**opened(one, page), "founded": "1994", "go": "on"})
        for one in world.windows[3:]
    ]

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        # Forgotten was what was typed until then; what came after that is there.
        stored = Draft.objects.filter(record=record).values_list("typed", flat=True).first() or {}
        assert set(stored) <= {"text.en", "founded"}
        return 6

    return Moment(posts, count_winners)


def six_windows_on_an_answer(world: World, number: int) -> Moment:
    """Six windows answer one sentence of others: one goes on, the others read all answers."""
    record, texts = world.represented(1), texts_of(number)
    name = Name.objects.get(record=record)
    page = profile_page(record, f"answers/{name.pk}/")
    posts = [
        (browser, page, {**opened(browser, page), "how": "other", "text": text, "go": "on"})
        for browser, text in zip(world.windows, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        drafted = draft_texts(world.people[0], record, f"answer.{name.pk}")
        assert {text for text in texts if any(text in one for one in drafted)} == set(texts)
        for place, answer in enumerate(answers):
            html = html_of(answer)
            assert place == first or (texts[place] in html and texts[first] in html)
        return 1

    return Moment(posts, count_winners)


def three_who_take_an_answer_back(world: World, number: int) -> Moment:
    """Three windows take an answer back, three leave it: it is taken back once it is sent."""
    record = world.represented(1)
    changeset = Changeset(author=world.people[0], on_behalf=record, reason="It is not so.")
    source = own_source(changeset, record)
    changeset.add("name", record, text="Never so", holds=False, voice="own", source=source)
    changeset.propose().accept()
    taken = f"taken.{Name.objects.get(record=record, holds=False).pk}"
    page = profile_page(record, "answers/")
    posts = [
        (browser, page, {**opened(browser, page), "go": "leave"} | ({taken: "on"} if tick else {}))
        for browser, tick in zip(world.windows, (True, False) * 3, strict=True)
    ]

    def count_winners(answers: list) -> int:
        assert draft_texts(world.people[0], record, taken) == {"yes"}
        return nobody_loses(answers)

    return Moment(posts, count_winners)


# Claims -------------------------------------------------------------------------------------------


def with_contact(world: World) -> tuple[Record, str]:
    """A new organization that has had a recorded contact for two months, and the contact."""
    record = world.new_actor()
    add_contact(world.write, record, f"{record.slug}@bodies.example")
    return record, f"{record.slug}@bodies.example"


def claim_page(record: Record, page: str = "") -> str:
    """The address of a page on which an organization is claimed."""
    return f"/organizations/{record.slug}/claim/{page}"


def six_who_request_a_code(world: World, number: int) -> Moment:
    """Six request a code: each is sent to the organization, and nobody represents it yet."""
    record, _office = with_contact(world)
    posts = [(browser, claim_page(record), {"code": "1"}) for browser in world.browsers]

    def count_winners(answers: list) -> int:
        assert Claim.objects.filter(record=record, state="code_sent").count() == 6
        assert not Representative.objects.filter(record=record).exists()
        return nobody_loses(answers)

    return Moment(posts, count_winners)


def six_who_write_to_moderators(world: World, number: int) -> Moment:
    """Six lay their claim before the moderators: every note waits."""
    record, texts = world.new_actor(), texts_of(number)
    posts = [
        (browser, claim_page(record), {"note": text})
        for browser, text in zip(world.browsers, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        notes = Claim.objects.pending().filter(record=record).values_list("note", flat=True)
        assert sorted(notes) == texts
        return nobody_loses(answers)

    return Moment(posts, count_winners)


def six_notes_of_one_account(world: World, number: int) -> Moment:
    """One account writes from six windows: one claim, in which every note stands that was taken."""
    record, texts = world.new_actor(), texts_of(number)
    posts = [
        (browser, claim_page(record), {"note": text})
        for browser, text in zip(world.windows, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) == {302, 400}
        claim = Claim.objects.get(record=record)
        for place, answer in enumerate(answers):
            assert texts[place] in (claim.note if answer.status_code == 302 else html_of(answer))
        return 1

    return Moment(posts, count_winners)


def six_who_prove_by_a_code(world: World, number: int) -> Moment:
    """Six send the right code: one is held back, five wait for a moderator, the organization is
    notified.
    """
    record, office = with_contact(world)
    posts = []
    for browser in world.browsers:
        browser.post(claim_page(record), {"code": "1"})
        posts.append((browser, claim_page(record, "code/"), {"code": code_in(mail.outbox[-1])}))

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        states = Claim.objects.filter(record=record).values_list("state", flat=True)
        assert sorted(states) == [*["pending"] * 5, "waiting"]
        assert messages_sent_to("A person has claimed the page of", office) == 1, [
            m.subject for m in mail.outbox
        ]
        assert messages_sent_to("Two claims for", office) == 5
        return Representative.objects.filter(record=record).count()

    return Moment(posts, count_winners)


def invited(world: World, record: Record, address: str) -> str:
    """Invite an address as a moderator; return the link."""
    page = f"/review/records/{record.pk}/representatives/"
    world.opens.post(page, {"_invite": "1", "address": address, "reason": "I know.", "sure": "on"})
    return link_in(next(one for one in reversed(mail.outbox) if one.to == [address]))


def one_invitation_six_times(world: World, number: int) -> Moment:
    """One link, six windows and people: one representative, and the recorded contact is notified
    once.
    """
    record, office = with_contact(world)
    link = invited(world, record, world.people[0].email)
    browsers = [*world.windows[:3], *world.browsers[3:]]

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {200, 302, 404}
        assert {one.account for one in Representative.objects.filter(record=record)} == {
            world.people[0]
        }
        assert messages_sent_to("", office) == 1
        return Claim.objects.filter(record=record).count()

    return Moment([(browser, link, {}) for browser in browsers], count_winners)


def six_invitations_of_one_person(world: World, number: int) -> Moment:
    """Six links to one person for one organization: they become its representative once."""
    record, office = with_contact(world)
    links = [invited(world, record, world.people[0].email) for _ in SIX]

    def count_winners(answers: list) -> int:
        assert codes(answers) == [302] * 6
        assert messages_sent_to("", office) == 1
        return Representative.objects.filter(record=record).count()

    return Moment(
        [(one, link, {}) for one, link in zip(world.windows, links, strict=True)], count_winners
    )


def one_claim_stopped_six_times(world: World, number: int) -> Moment:
    """The link that stops a claim is pressed six times: it is stopped, and reported, once."""
    record, office = with_contact(world)
    world.browsers[0].post(claim_page(record), {"code": "1"})
    code = code_in(mail.outbox[-1])
    world.browsers[0].post(claim_page(record, "code/"), {"code": code})
    link = link_in(next(one for one in reversed(mail.outbox) if one.to == [office]))
    mail.outbox.clear()

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {200, 404}
        assert Claim.objects.get(record=record).state == Claim.State.STOPPED
        assert not Representative.objects.filter(record=record, ended=None).exists()
        assert [one.to for one in mail.outbox] == [[world.people[0].email]]
        return len(mail.outbox)

    return Moment([(browser, link, {}) for browser in world.strangers], count_winners)


def six_hand_overs(world: World, number: int) -> Moment:
    """Who steps down for a colleague in six windows at once does it for one of them."""
    record = world.represented(1)
    page = f"/account/representing/{record.slug}/"
    posts = [
        (browser, page, {"address": f"colleague-{place}@example.org", "steps_down": "on"})
        for place, browser in enumerate(world.windows)
    ]

    def count_winners(answers: list) -> int:
        first = one_winner(answers, lost=(400, 404))
        (open_one,) = Invitation.objects.open().filter(record=record)
        assert open_one.address == f"colleague-{first}@example.org"
        assert not Representative.objects.filter(record=record, ended=None).exists()
        assert messages_sent_to("", "colleague-") == 1
        return 1

    return Moment(posts, count_winners)


def three_who_invite_and_three_who_step_down(world: World, number: int) -> Moment:
    """One account steps down in three windows and invites in three: nobody it invites stands."""
    record = world.represented(1)
    page = f"/account/representing/{record.slug}/"
    posts = [(browser, page, {"step_down": "1"}) for browser in world.windows[:3]]
    posts += [
        (browser, page, {"address": f"colleague-{place}@example.org"})
        for place, browser in enumerate(world.windows[3:])
    ]

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {302, 400, 404}
        assert not Representative.objects.filter(record=record, ended=None).exists()
        assert not Invitation.objects.open().filter(record=record).exists()
        return 1

    return Moment(posts, count_winners)


def claim_of(world: World, record: Record, place: int) -> Claim:
    """The claim of one of the six, which lies before the moderators."""
    return Claim.objects.create(
        account=world.people[place], record=record, method="note", state="pending", note="It is us."
    )


def one_claim_decided_by_six(world: World, number: int) -> Moment:
    """Six moderators grant or refuse one claim: one decides, and its author is notified once."""
    record, office = with_contact(world)
    claim, texts = claim_of(world, record, 0), texts_of(number)
    path = f"/review/claims/{claim.pk}/"
    sent = [{"_grant": "1", "sure": "on"}, {"_refuse": "1"}] * 3
    posts = [
        (client, path, {**one, "reason": text})
        for client, one, text in zip(world.moderators, sent, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        decided = Claim.objects.get(pk=claim.pk)
        granted = first % 2 == 0
        assert decided.decision == texts[first]
        assert decided.state == ("waiting" if granted else "refused")
        assert Representative.objects.filter(record=record).count() == granted
        assert messages_sent_to("", office) == granted
        assert messages_sent_to("", claim.account.email) == 1
        for place, answer in enumerate(answers):
            assert place == first or texts[place] in html_of(answer)
        return 1

    return Moment(posts, count_winners)


def six_claims_granted_by_six(world: World, number: int) -> Moment:
    """Six moderators grant six claims of one organization: one is held back, five wait."""
    record, office = with_contact(world)
    claims = [claim_of(world, record, place) for place in SIX]
    posts = [
        (client, f"/review/claims/{one.pk}/",
         {"_grant": "1", "sure": "on", "reason": "I know."})
        for client, one in zip(world.moderators, claims, strict=True)
    ]  # fmt: skip

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        assert Representative.objects.get(record=record).account == world.people[first]
        states = Claim.objects.filter(record=record).values_list("state", flat=True)
        assert sorted(states) == [*["pending"] * 5, "waiting"]
        assert messages_sent_to("", office) == 1
        return 1

    return Moment(posts, count_winners)


def six_who_invite(world: World, number: int) -> Moment:
    """Six moderators invite six people: every message leaves."""
    record = world.new_actor()
    path = f"/review/records/{record.pk}/representatives/"
    sent = {"_invite": "1", "reason": "I know.", "sure": "on"}
    posts = [
        (client, path, {**sent, "address": person.email})
        for client, person in zip(world.moderators, world.people, strict=True)
    ]

    def count_winners(answers: list) -> int:
        assert Invitation.objects.open().filter(record=record).count() == len(mail.outbox) == 6
        return nobody_loses(answers)

    return Moment(posts, count_winners)


def one_representative_ended_by_six(world: World, number: int) -> Moment:
    """Six moderators end one representative: one message is sent."""
    record = world.represented(1)
    path = f"/review/records/{record.pk}/representatives/"
    ended = {"_end": Representative.objects.get(record=record).pk}

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        assert Representative.objects.get(record=record).ended is not None
        assert [one.to for one in mail.outbox] == [[world.people[0].email]]
        return 1

    return Moment([(client, path, ended) for client in world.moderators], count_winners)


# Spreadsheets -------------------------------------------------------------------------------------


def sheet_of(record: Record, summary: str) -> bytes:
    """A sheet of one organization with a changed summary."""
    document = Entry.objects.get(pk=record.pk).read()
    columns = columns_for([document])
    head, row = headings_for(columns), row_for(document, columns)
    row[head.index("text (summary, en)")] = summary
    return b"".join(as_csv(head, [row]))


def with_summary(world: World) -> Record:
    """A new organization with a summary."""
    record = world.new_actor()
    world.write.say("text", record, body="A choir.", text_kind="summary", language="en")
    return record


def uploaded(browser: Browser, content: bytes) -> str:
    """Upload a sheet; return the address of what would become of it."""
    answer = browser.post("/account/spreadsheets/", upload_of(content))
    assert answer.status_code == 302, html_of(answer)
    return answer["Location"]


def upload_of(content: bytes) -> dict:
    """What the form of an upload sends."""
    file = SimpleUploadedFile("sheet.csv", content)
    return {"file": file, "address": "/sources/survey-2010/", "reason": "It was edited."}


def seen_on(browser: Browser, page: str) -> str:
    """What stands for all that the preview of an upload shows."""
    shown = page_of(browser.get(page))
    return shown.main.every("input", name="seen")[0].attributes["value"]


def account_with_windows() -> tuple[Account, list[Browser]]:
    """A new account without proposals, and six windows of it."""
    new = account(f"{secrets.token_hex(6)}@example.org")
    return new, [browser_of(new, place) for place in SIX]


def six_uploads(world: World, number: int) -> Moment:
    """One account uploads six files at once: each is kept."""
    record, texts, (owner, windows) = with_summary(world), texts_of(number), account_with_windows()
    posts = [
        (browser, "/account/spreadsheets/", upload_of(sheet_of(record, text)))
        for browser, text in zip(windows, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        assert Upload.objects.owned_by(owner).count() == 6
        for browser, answer, text in zip(windows, answers, texts, strict=True):
            assert text in html_of(browser.get(answer["Location"]))
        return nobody_loses(answers)

    return Moment(posts, count_winners)


def one_upload_proposed_six_times(world: World, number: int) -> Moment:
    """One upload is proposed in six windows: it becomes one labelled import."""
    record, (owner, windows) = with_summary(world), account_with_windows()
    page = uploaded(windows[0], sheet_of(record, f"Round {number}"))
    sent = {"seen": seen_on(windows[0], page)}

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {302, 404}
        proposals = Changeset.objects.proposed().filter(
            operations__adds__text__0__record_id=record.pk
        )
        assert [one.label.partition(",")[0] for one in proposals] == ["Spreadsheet sheet.csv"]
        assert not Upload.objects.owned_by(owner).exists()
        return proposals.count()

    return Moment([(browser, page, sent) for browser in windows], count_winners)


def one_upload_in_three_ways(world: World, number: int) -> Moment:
    """Of one upload two windows say what it means, two propose it, two put it away."""
    record, (owner, windows) = with_summary(world), account_with_windows()
    page = uploaded(windows[0], sheet_of(record, f"Round {number}"))
    column_fields = fields_of_columns(windows[0], f"{page}?columns")
    sent = [
        {**column_fields, "mean": "1"},
        {"seen": seen_on(windows[0], page)},
        {"put_away": "1"},
    ] * 2

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {302, 404, 409}
        proposals = Changeset.objects.proposed().filter(
            operations__adds__text__0__record_id=record.pk
        )
        assert proposals.count() <= 1
        assert not Upload.objects.owned_by(owner).exists()
        return 1

    return Moment([(one, page, two) for one, two in zip(windows, sent, strict=True)], count_winners)


def one_upload_corrected_six_times(world: World, number: int) -> Moment:
    """One cell is corrected in six windows: one correction is kept, none is lost unnoticed."""
    owner, windows = account_with_windows()
    table = f'"name (official, en)",link (website)\nRound {number},see below\n'
    page = uploaded(windows[0], table.encode())
    seen = page_of(windows[0].get(page)).main.one("input", name="repair").attributes["value"]
    texts = [f"window-{place}.example" for place in SIX]

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {302, 409}
        kept = [text for _, _, _, text in Upload.objects.owned_by(owner).get().repairs["cells"]]
        assert kept == [texts[place] for place in SIX if answers[place].status_code == 302]
        return len(kept)

    sent = [{"repair": seen, "text-2-0": text} for text in texts]
    return Moment([(one, page, two) for one, two in zip(windows, sent, strict=True)], count_winners)


def fields_of_columns(browser: Browser, page: str) -> dict[str, str]:
    """What the form about the columns of a file would send as it stands."""
    main = page_of(browser.get(page)).main
    sent = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in main.every("input")
        if one.attributes.get("name", "") in ("language", "scheme")
    }
    for one in main.every("select"):
        chosen = [other for other in one.every("option") if "selected" in other.attributes]
        sent[one.attributes["name"]] = (chosen or one.every("option"))[0].attributes["value"]
    return sent


def six_sheets_that_change_one_cell(world: World, number: int) -> Moment:
    """Six people change one cell: six proposals are pending; of six who accept one wins, none
    overwrites.
    """
    record, texts = with_summary(world), texts_of(number)
    for place, text in enumerate(texts):
        browser = account_with_windows()[1][place]
        page = uploaded(browser, sheet_of(record, text))
        browser.post(page, {"seen": seen_on(browser, page)})
    changesets = Changeset.objects.proposed().filter(operations__adds__text__0__record_id=record.pk)
    proposals = {one.operations.adds["text"][0]["body"]: one.pk for one in changesets}
    assert sorted(proposals) == texts
    posts = [
        (client, f"/review/proposals/{proposals[text]}/", {"_accept": "1"})
        for client, text in zip(world.moderators, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        assert Text.objects.current().get(record=record).body == texts[first]
        assert changesets.all().count() == 5
        for place, answer in enumerate(answers):
            assert place == first or texts[place] in html_of(answer)
        return 1

    return Moment(posts, count_winners)


# Adding an organization ---------------------------------------------------------------------------


def addition(name: str, texts: str = "We sing.") -> dict:
    """What the form of adding an organization sends."""
    return {"name": name, "language": "en", "description": texts, "consent": "on", "sure": "1"}


def added(name: str) -> Any:
    """The proposals that would list an organization of this name."""
    return Changeset.objects.proposed().filter(operations__adds__name__contains=[{"text": name}])


def one_addition_six_times(world: World, number: int) -> Moment:
    """One account adds an organization in six windows: it lies before the moderators once."""
    (_, windows), name = account_with_windows(), f"Choir {secrets.token_hex(4)}"
    posts = [(browser, "/organizations/add/", addition(name)) for browser in windows]

    def count_winners(answers: list) -> int:
        # Each is counted among the five that an account may add in a day.
        assert codes(answers) == [302] * 5 + [400]
        assert Claim.objects.filter(changeset__in=added(name)).count() == 1
        return added(name).count()

    return Moment(posts, count_winners)


def six_additions_of_one_name(world: World, number: int) -> Moment:
    """Six people add an organization of one name: none is lost, and each could be listed beside
    others.
    """
    name, texts = f"Choir {secrets.token_hex(4)}", texts_of(number)
    posts = [
        (browser, "/organizations/add/", addition(name, text))
        for browser, text in zip(world.browsers, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        changesets = added(name)
        assert sorted(one.operations.adds["text"][0]["body"] for one in changesets) == texts
        assert len({one.operations.records[0].slug for one in changesets}) == 6
        changesets[0].accept()
        later = world.browsers[0].post("/organizations/add/", {**addition(name), "look": "1"})
        assert name in html_of(later)
        return nobody_loses(answers)

    return Moment(posts, count_winners)


# Signs of life ------------------------------------------------------------------------------------


def network_of(world: World, trusted: bool) -> tuple[Record, list[Record]]:
    """A new network that all six represent, and its two members."""
    network = world.represented(kind="partnership", trusted=trusted)
    members = [world.new_actor(), world.new_actor()]
    for member in members:
        world.write.say("membership", member, partnership=network)
    return network, members


def attestations(world: World, network: Record, members: list[Record]) -> list[tuple]:
    """What six representatives of a network send about its members, each with another year."""
    path = f"/organizations/{network.slug}/attest/"
    seen = page_of(world.browsers[0].get(path)).main.one("input", name="seen").attributes["value"]
    return [
        (browser, path, {"seen": seen} | {f"m{one.pk}": "still" for one in members}
         | {f"s{one.pk}": f"200{place}" for one in members})
        for place, browser in enumerate(world.browsers)
    ]  # fmt: skip


def own_memberships(network: Record, member: Record) -> list[Membership]:
    """What a network itself says of a member."""
    return list(
        Membership.objects.current().filter(
            partnership=network, record=member, source__published_by=network
        )
    )


def six_who_attest(world: World, number: int) -> Moment:
    """Six attest the members of their network, each with another year: one year stands."""
    network, members = network_of(world, trusted=True)

    def count_winners(answers: list) -> int:
        first = one_winner(answers, lost=(400,))
        for member in members:
            assert [one.edtf for one in own_memberships(network, member)] == [f"200{first}/.."]
        for place, answer in enumerate(answers):
            html = html_of(answer)
            assert place == first or (f'value="200{place}"' in html and f"(200{first})" in html)
        assert not proposals_of(network).proposed().exists()
        return 1

    return Moment(attestations(world, network, members), count_winners)


def six_attestations_accepted_by_six(world: World, number: int) -> Moment:
    """The same where each waits for an editor: of six who accept at once one wins."""
    network, members = network_of(world, trusted=False)
    for browser, path, fields in attestations(world, network, members):
        assert browser.post(path, fields).status_code == 302
    proposals = list(proposals_of(network).proposed().order_by("id"))
    assert len(proposals) == 6
    posts = [
        (client, f"/review/proposals/{one.pk}/", {"_accept": "1"})
        for client, one in zip(world.moderators, proposals, strict=True)
    ]

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        for member in members:
            assert [one.edtf for one in own_memberships(network, member)] == [f"200{first}/.."]
        assert proposals_of(network).proposed().count() == 5
        return 1

    return Moment(posts, count_winners)


def three_who_attest_other_members(world: World, number: int) -> Moment:
    """Proposals of two representatives of a network about different members are both accepted."""
    network, members = network_of(world, trusted=False)
    members += [world.new_actor() for _ in range(4)]
    for member in members[2:]:
        world.write.say("membership", member, partnership=network)
    path = f"/organizations/{network.slug}/attest/"
    for browser, member in zip(world.browsers, members, strict=True):
        assert browser.post(path, {f"m{member.pk}": "still"}).status_code == 302
    proposals = list(proposals_of(network).proposed().order_by("id"))
    posts = [
        (client, f"/review/proposals/{one.pk}/", {"_accept": "1"})
        for client, one in zip(world.moderators, proposals, strict=True)
    ]

    def count_winners(answers: list) -> int:
        # Of six first proposals one brings the source of the network's own statements; whoever was
        # slower presses once more.
        for place, (client, page, sent) in enumerate(posts):
            if answers[place].status_code != 302:
                assert client.post(page, sent).status_code == 302
        assert [len(own_memberships(network, member)) for member in members] == [1] * 6
        return 6

    return Moment(posts, count_winners)


def looked(record: Record) -> list[Coverage]:
    """When an organization last confirmed its entry."""
    return list(Coverage.objects.current().filter(record=record, field="entry", voice="own"))


def one_confirmation_used_six_times(world: World, number: int) -> Moment:
    """The link of one question is used six times at once: it counts once."""
    record = world.represented(1)
    representative = Representative.objects.get(record=record)
    freshness.send_request(representative, Entry.objects.get(pk=record.pk))
    link = confirmation_link_in(mail.outbox[-1])

    def count_winners(answers: list) -> int:
        one_winner(answers, 200, lost=(404,))
        assert len(looked(record)) == 1
        assert proposals_of(record).count() == 1
        assert world.strangers[0].post(link).status_code == 404
        return 1

    return Moment([(browser, link, {}) for browser in world.strangers], count_winners)


def six_confirmations_at_once(world: World, number: int) -> Moment:
    """Six representatives of an organization answer at once, each by a link: the entry says it
    once.
    """
    record = world.represented()
    links = []
    for one in Representative.objects.filter(record=record).order_by("id"):
        freshness.send_request(one, Entry.objects.get(pk=record.pk))
        links.append(confirmation_link_in(mail.outbox[-1]))

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {200, 409}
        assert len(looked(record)) == 1
        assert not proposals_of(record).proposed().exists()
        return len(looked(record))

    return Moment(
        [(one, link, {}) for one, link in zip(world.strangers, links, strict=True)], count_winners
    )


def confirm(world: World, record: Record, answer: str) -> list[tuple]:
    """One answer from each of the six representatives."""
    path = f"/organizations/{record.slug}/confirm/"
    return [(browser, path, {"answer": answer}) for browser in world.browsers]


def six_who_confirm(world: World, number: int) -> Moment:
    """Six say that the entry is still right: it says so once."""
    record = world.represented()

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        assert not proposals_of(record).proposed().exists()
        return len(looked(record))

    return Moment(confirm(world, record, "right"), count_winners)


def six_who_confirm_again(world: World, number: int) -> Moment:
    """The same where the organization has published a profile before."""
    record = world.represented()
    changeset = Changeset(author=world.people[0], on_behalf=record, reason="First words.")
    source = own_source(changeset, record)
    changeset.add("name", record, text="We", voice="own", source=source)
    changeset.propose().accept()

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        return len(looked(record))

    return Moment(confirm(world, record, "right"), count_winners)


def six_members_who_answer(world: World, number: int) -> Moment:
    """Six representatives of an organization say that it is a member: once, whether it waits or
    not.
    """
    trusted = bool(number % 2)
    record, network = world.represented(trusted=trusted), world.new_actor("partnership")
    changeset = Changeset(reason="The network says so.", author=world.people[0], on_behalf=network)
    Representative.objects.create(account=world.people[0], record=network)
    memberships = {"voice": "source", "speaker": network, "source": own_source(changeset, network)}
    changeset.add("membership", record, partnership=network, **memberships)
    changeset.propose().accept()

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        memberships = Membership.objects.current().filter(
            record=record, voice="own", partnership=network
        )
        assert proposals_of(record).count() == 1
        assert memberships.count() == trusted
        return 1

    return Moment(confirm(world, record, f"yes {network.pk}"), count_winners)


def six_who_open_the_form(world: World, number: int) -> Moment:
    """Six open the form by which people write to an organization: it stands there once."""
    record = world.represented()

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        forms = Contact.objects.current().filter(record=record, contact_kind="form")
        assert not proposals_of(record).proposed().exists()
        return forms.count()

    return Moment(confirm(world, record, "open"), count_winners)


def six_messages(world: World, number: int) -> Moment:
    """Six visitors write to an organization: every message leaves."""
    record, texts = world.represented(1), texts_of(number)
    entry = Entry.objects.get(pk=record.pk)
    contact_form.set_open(Representative.objects.get(record=record), entry, True)
    entry.refresh_from_db()
    seal = [f"writing to {entry.id}", time.time() - 60, secrets.token_urlsafe(8)]
    form = {"address": "reader@example.org", "begun": signing.dumps(seal, salt=SALT)}
    path = f"/organizations/{record.slug}/contact/"
    posts = [
        (browser, path, {**form, "message": text})
        for browser, text in zip(world.strangers, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        sent = [text for text in texts for one in mail.outbox if text in one.body]
        assert sent == texts
        return nobody_loses(answers, 200)

    return Moment(posts, count_winners)


# Moderators ---------------------------------------------------------------------------------------


def two_alike(world: World) -> tuple[Record, Record]:
    """Two new records that may be one."""
    return world.new_actor(), world.new_actor()


def six_who_merge_crosswise(world: World, number: int) -> Moment:
    """Three make one of two, three the other way round: one record goes on."""
    one, other = two_alike(world)
    texts, posts = texts_of(number), []
    for place, (client, text) in enumerate(zip(world.moderators, texts, strict=True)):
        goes, stays = (one, other) if place % 2 else (other, one)
        path = f"/review/duplicates/{goes.pk}/{stays.pk}/"
        shown = page_of(world.opens.post(path, {"reason": text})).main
        seen = shown.every("input", name="seen")[0].attributes["value"]
        posts.append((client, path, {"reason": text, "seen": seen}))

    def count_winners(answers: list) -> int:
        first = one_winner(answers, lost=(200, 404))
        goes = one if first % 2 else other
        merged = Record.objects.exclude(successor=None).filter(pk__in=(one.pk, other.pk))
        assert [record.pk for record in merged] == [goes.pk]
        assert Changeset.objects.accepted().get(reason__in=texts).reason == texts[first]
        for place, answer in enumerate(answers):
            assert place == first or texts[place] in html_of(answer)
        return 1

    return Moment(posts, count_winners)


def six_who_mark_two_distinct(world: World, number: int) -> Moment:
    """Six note that two records are two, from both sides: it is noted once."""
    one, other = two_alike(world)
    paths = [f"/review/duplicates/{one.pk}/{other.pk}/distinct/",
             f"/review/duplicates/{other.pk}/{one.pk}/distinct/"] * 3  # fmt: skip

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        return Distinct.objects.among([one.pk, other.pk]).count()

    return Moment(
        [(client, path, {}) for client, path in zip(world.moderators, paths, strict=True)],
        count_winners,
    )


def six_who_note_and_forget(world: World, number: int) -> Moment:
    """Three note that two are two, three forget it: either stands, and nothing breaks."""
    one, other = two_alike(world)
    path = f"/review/duplicates/{one.pk}/{other.pk}/distinct/"
    sent: list[dict] = [{}, {"_forget": "1"}] * 3

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        assert Distinct.objects.among([one.pk, other.pk]).count() <= 1
        return 1

    return Moment(
        [(client, path, form) for client, form in zip(world.moderators, sent, strict=True)],
        count_winners,
    )


def six_who_undo_a_merge(world: World, number: int) -> Moment:
    """Six undo one merge: the record is back once, and what was said of it."""
    one, other = two_alike(world)
    names = set(Name.objects.current().filter(record=one.pk).values_list("text", flat=True))
    merger = merge(Record.objects.get(pk=one.pk), Record.objects.get(pk=other.pk))
    merger.propose().accept()
    path, texts, posts = f"/review/proposals/{merger.pk}/undo/", texts_of(number), []
    for client, text in zip(world.moderators, texts, strict=True):
        shown = page_of(world.opens.post(path, {"reason": text})).main
        seen = shown.every("input", name="seen")[0].attributes["value"]
        posts.append((client, path, {"reason": text, "seen": seen}))

    def count_winners(answers: list) -> int:
        first = one_winner(answers)
        assert Record.objects.get(pk=one.pk).successor is None
        back = Name.objects.current().filter(record=one.pk).values_list("text", flat=True)
        assert sorted(back) == sorted(names)
        assert Changeset.objects.accepted().get(reason__in=texts).reason == texts[first]
        return 1

    return Moment(posts, count_winners)


def six_who_register_one_name(world: World, number: int) -> Moment:
    """Six put one name on the register of what is never to be listed: it stands there once."""
    name = f"Choir {secrets.token_hex(4)}"
    sent = {"kind": "name", "text": name, "reason": "safety"}
    posts = [(client, "/admin/orgs/unlisted/add/", sent) for client in world.moderators]

    def count_winners(answers: list) -> int:
        assert set(codes(answers)) <= {200, 302}
        assert won(answers) != []
        return Unlisted.objects.matching("name", name).count()

    return Moment(posts, count_winners)


def six_who_take_a_name_off(world: World, number: int) -> Moment:
    """Six take one name off the register: it is off, and the slower ones read that it is."""
    stored = Unlisted.objects.enter(UnlistedKind.NAME, f"Choir {secrets.token_hex(4)}", "safety")
    path = f"/admin/orgs/unlisted/{stored.pk}/delete/"

    def count_winners(answers: list) -> int:
        nobody_loses(answers)
        assert not Unlisted.objects.filter(digest=stored.digest).exists()
        return 1

    return Moment([(client, path, {"post": "yes"}) for client in world.moderators], count_winners)


# Talking about proposals --------------------------------------------------------------------------


def changeset_with_a_name(world: World) -> Changeset:
    """A proposal that waits, of the first of the six."""
    changeset = Changeset(author=world.people[0], reason="A name is missing.")
    changeset.add("name", world.new_actor(), text="Another name", source=world.write.source_id)
    return changeset.propose()


def six_answers(world: World, number: int) -> Moment:
    """The author of a proposal answers from six windows: every answer stands."""
    changeset, texts = changeset_with_a_name(world), texts_of(number)
    Comment.ask(changeset, None, "How do you know?")
    posts = [
        (browser, f"/proposals/{changeset.pk}/", {"answer": text})
        for browser, text in zip(world.windows, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        stored = Comment.objects.filter(changeset=changeset, is_question=False).values_list(
            "text", flat=True
        )
        assert sorted(stored) == texts
        return nobody_loses(answers)

    return Moment(posts, count_winners)


def six_comments(world: World, number: int) -> Moment:
    """Six moderators ask about one proposal: every question is stored, and its author is notified
    of it.
    """
    changeset, texts = changeset_with_a_name(world), texts_of(number)
    posts = [
        (client, f"/review/proposals/{changeset.pk}/", {"_ask": "1", "comment": text})
        for client, text in zip(world.moderators, texts, strict=True)
    ]

    def count_winners(answers: list) -> int:
        stored = Comment.objects.filter(changeset=changeset, is_question=True).values_list(
            "text", flat=True
        )
        assert sorted(stored) == texts
        assert len(mail.outbox) == 6
        return nobody_loses(answers)

    return Moment(posts, count_winners)


RACES: dict[str, tuple[Callable[[World, int], Moment], ...]] = {
    "corrections": (six_corrections, one_correction_six_times, six_who_report_danger),
    "profile": (three_who_forget_and_three_who_type,),
    "profile-step": (six_windows_on_a_step, six_representatives_on_a_step),
    "profile-preview": (
        six_representatives_who_send, six_windows_that_send, three_who_send_and_three_who_type,
    ),
    "profile-answer": (six_windows_on_an_answer,),
    "profile-answers": (three_who_take_an_answer_back,),
    "claim": (six_who_request_a_code, six_who_write_to_moderators, six_notes_of_one_account),
    "claim-code": (six_who_prove_by_a_code,),
    "claim-invitation": (one_invitation_six_times, six_invitations_of_one_person),
    "claim-stop": (one_claim_stopped_six_times,),
    "representative": (six_hand_overs, three_who_invite_and_three_who_step_down),
    "review-claim": (one_claim_decided_by_six, six_claims_granted_by_six),
    "review-representatives": (six_who_invite, one_representative_ended_by_six),
    "uploads": (six_uploads,),
    "upload": (
        one_upload_proposed_six_times, one_upload_in_three_ways, six_sheets_that_change_one_cell,
        one_upload_corrected_six_times,
    ),
    "add": (one_addition_six_times, six_additions_of_one_name),
    "attest": (
        six_who_attest, six_attestations_accepted_by_six, three_who_attest_other_members,
    ),
    "still-right": (one_confirmation_used_six_times, six_confirmations_at_once),
    "confirm-page": (
        six_who_confirm, six_who_confirm_again, six_members_who_answer,
        six_who_open_the_form,
    ),
    "write-to": (six_messages,),
    "review-duplicate": (six_who_merge_crosswise, six_who_undo_a_merge),
    "review-distinct": (six_who_mark_two_distinct, six_who_note_and_forget),
    "orgs_unlisted_add": (six_who_register_one_name,),
    "orgs_unlisted_delete": (six_who_take_a_name_off,),
    "proposals-page": (six_answers, six_comments),
}  # fmt: skip
"""Every route by which something else than the catalogue is changed, and how it is raced for."""

OF_ALL = {
    six_corrections, six_representatives_on_a_step, three_who_take_an_answer_back,
    three_who_forget_and_three_who_type, three_who_send_and_three_who_type,
    six_who_request_a_code, six_who_write_to_moderators, six_who_invite, six_uploads,
    six_additions_of_one_name, three_who_attest_other_members, six_messages,
    six_answers, six_comments,
}  # fmt: skip
"""Those in which nobody takes anything from another: all win."""


def cleared() -> None:
    """Reset the rate limits and the outbox before a round begins."""
    cache.clear()
    mail.outbox.clear()


def how_long(fixture_name: str, config: object) -> str:
    """The scope of a world: all races, or each of them if it has many rounds."""
    return "module" if ROUNDS <= 2 else "function"


@pytest.fixture(scope=how_long)
def place(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The world in a database of its own, committed for real; at last it is as the ledger says."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(connection.settings_dict["NAME"])
        with connected_to(name):
            yield World()
            apart = check()[0]
        dropped(name)
    assert apart == []


@pytest.fixture
def world(place, settings, monkeypatch) -> World:
    """Six people, their windows and six moderators, where messages leave and six files are read."""
    settings.EMAIL_SENT = True
    monkeypatch.setattr(files, "_parser_slots", threading.BoundedSemaphore(6))
    return place


ALL = [(name, one) for name, ones in RACES.items() for one in ones]


@pytest.mark.parametrize(("name", "begin"), ALL, ids=[f"{a}-{b.__name__}" for a, b in ALL])
def test_of_six_at_one_moment_nothing_acknowledged_is_lost(world, name, begin):
    winners = []
    for number in range(ROUNDS):
        cleared()
        moment = begin(world, number)
        cleared()

        answers = race(moment.posts)

        assert all(answer.status_code < 500 for answer in answers), codes(answers)
        winners.append(moment.count_winners(answers))
    print(f"{name}, {begin.__name__}: {ROUNDS} rounds, {sum(winners)} won, 0 lost")
    assert set(winners) == ({6} if begin in OF_ALL else {1}), winners
