"""Representatives confirm entries once a year, and every entry ages."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.revert import revert
from orgs.claims import freshness
from orgs.claims.confirmation import Confirmation
from orgs.profiles.own_source import own_source
from orgs.records.source import Source
from orgs.security import digest
from orgs.statements.coverage import Coverage
from orgs.statements.membership import Membership
from tests.support.mail import link_in
from tests.support.pages import page_of

THIS_MONTH = timezone.now().strftime("%Y-%m")


@pytest.fixture
def organization(write):
    """An organization in an arena, with a statement of a survey of 2010."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.say("text", record, body="A shelter in Puebla.", text_kind="summary", language="en")
    return record


def representative_of(record, address="ana@example.org", quiet=400, **values) -> Representative:
    """A representative who has been inactive for so many days."""
    account, _ = Account.objects.get_or_create(email=address)
    then = timezone.now() - timedelta(days=quiet)
    return Representative.objects.create(
        account=account, record=record, **{"since": then, "seen": then, **values}
    )


@pytest.fixture
def ana(organization):
    """A representative who has been inactive for more than a year."""
    return representative_of(organization)


def run_reminders() -> str:
    """Run the command and return its output."""
    output = StringIO()
    call_command("ask_again", stdout=output)
    return output.getvalue().strip()


def sources_of(organization) -> dict:
    """Who last looked at an organization, from its document."""
    return freshness.Entry.objects.get(pk=organization.pk).read()["observed"]


# Asking -------------------------------------------------------------------------------------------


def test_representative_is_asked_a_year_after_the_last_sign_of_life_and_once(ana):
    results = [run_reminders(), run_reminders()]

    (message,) = mail.outbox
    assert results == ["1 asked.", "0 asked."]
    assert message.to == ["ana@example.org"]
    assert "Mujeres en Red" in message.subject
    assert "A shelter in Puebla." in message.body
    assert Client().get(link_in(message)).status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        {"quiet": 300},
        {"ended": timezone.now()},
        {"since": timezone.now() + timedelta(days=3)},
    ],
)
def test_nobody_else_is_asked(organization, values):
    representative_of(organization, **values)

    assert (run_reminders(), mail.outbox) == ("0 asked.", [])


def test_confirmation_request_is_the_one_reminder_to_an_inactive_representative(ana):
    run_reminders()
    call_command("representatives", due=True, stdout=StringIO())

    (message,) = mail.outbox
    assert "you stop being its representative on" in message.body


def test_sign_of_life_of_a_colleague_counts(organization, ana):
    representative_of(organization, "bea@example.org", quiet=10)

    assert run_reminders() == "0 asked."


def test_representative_of_a_hidden_organization_is_not_asked(organization, ana):
    changeset = Changeset()
    changeset.change_record(organization, level="hidden")
    changeset.propose().accept()

    assert run_reminders() == "0 asked."


def test_confirmation_request_is_in_the_language_of_its_reader(ana):
    Account.objects.update(language="es")
    run_reminders()

    assert link_in(mail.outbox[0]).startswith("/es/confirm/")


def test_next_run_retries_undelivered_messages(ana, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("down")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMultiAlternatives.send", broken)
        with pytest.raises(CommandError, match="1 messages could not be sent"):
            run_reminders()
    stored = Confirmation.objects.count()

    assert (stored, run_reminders()) == (0, "1 asked.")


# Answering ----------------------------------------------------------------------------------------


@pytest.fixture
def link(ana) -> str:
    """The link in the message that was sent."""
    run_reminders()
    return link_in(mail.outbox[0])


def test_one_click_confirms_an_entry_without_a_password(organization, ana, link, client):
    before = sources_of(organization)
    answer = client.post(link)

    assert answer.status_code == 200
    assert before == {"itself": None, "network": None, "anyone": "2010"}
    assert sources_of(organization) == {"itself": THIS_MONTH, "network": None, "anyone": THIS_MONTH}
    changeset = Changeset.objects.accepted().first()
    assert (changeset.author, changeset.on_behalf) == (ana.account, organization)
    assert timezone.now() - Representative.objects.get().seen < timedelta(minutes=1)
    assert Source.objects.get(published_by=organization).observed == THIS_MONTH


def test_looking_at_the_link_changes_nothing(organization, ana, link, client):
    changes = Changeset.objects.count()
    for method in (client.get, client.head, client.options):
        method(link)

    assert Changeset.objects.count() == changes
    assert Confirmation.objects.get().answered_at is None
    assert sources_of(organization)["itself"] is None
    assert client.post(link).status_code == 200


def test_page_with_a_secret_address_sends_no_referrer(link, client):
    answer = client.get(link)

    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_link_works_once(organization, link, client):
    client.post(link)
    changes = Changeset.objects.count()

    assert [client.post(link).status_code, client.get(link).status_code] == [404, 404]
    assert Changeset.objects.count() == changes


def test_link_works_for_60_days(link, client):
    with time_machine.travel(timezone.now() + timedelta(days=59)):
        assert client.get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=61)):
        assert client.post(link).status_code == 404


def test_link_of_one_entry_confirms_no_other(organization, link, client, write):
    another = write.record("organization", "otra")
    representative_of(another)
    run_reminders()

    client.post(link)

    assert sources_of(another)["itself"] is None
    assert Confirmation.objects.open().get().representative.record == another


@pytest.mark.parametrize(
    "values", [{"ended": timezone.now()}, {"since": timezone.now() + timedelta(days=3)}]
)
def test_link_of_a_former_representative_is_void(ana, link, client, values):
    Representative.objects.update(**values)

    assert client.post(link).status_code == 404


def test_link_of_a_closed_account_is_void(ana, link, client):
    Account.objects.update(is_active=False)

    assert client.post(link).status_code == 404


def test_link_to_a_hidden_organization_answers_like_none(organization, link, client):
    changeset = Changeset()
    changeset.change_record(organization, level="hidden")
    changeset.propose().accept()

    hidden, none = client.get(link), client.get(f"/confirm/{'x' * 43}/")

    assert (hidden.status_code, hidden.content) == (404, none.content)


def test_ten_thousand_guesses_find_nothing(link):
    guesses = [f"{number:043}" for number in range(10_000)]
    hashes = [digest("confirmation", guess).hex() for guess in guesses]

    assert not Confirmation.objects.filter(secret__in=[*hashes, *guesses]).exists()
    assert not any(freshness.find_request(guess) for guess in guesses[:50])
    assert Client().get(link).status_code == 200


def test_table_of_confirmations_stores_no_secret(link):
    stored = Confirmation.objects.get()

    assert link.rstrip("/").rpartition("/")[2] not in repr(vars(stored))


def test_missing_forgery_token_is_refused(link):
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403


def test_later_confirmation_takes_the_place_of_the_one_before(organization, ana, link, client):
    client.post(link)
    with time_machine.travel(timezone.now() + timedelta(days=370)):
        run_reminders()
        client.post(link_in(mail.outbox[-1]))
        later = timezone.now().strftime("%Y-%m")

    assert Coverage.objects.current().get(record=organization).edtf == later
    assert sources_of(organization)["itself"] == later


def test_source_of_a_hidden_organization_is_hidden_with_it_and_comes_back(
    organization, ana, link, client
):
    client.post(link)
    page = f"/sources/own-{organization.key}/"
    answers = [client.get(page)]
    for level in ("hidden", "listed", "name_withheld"):
        changeset = Changeset()
        changeset.change_record(organization.__class__.objects.get(pk=organization.pk), level=level)
        changeset.propose().accept()
        answers.append(client.get(page))
    listed = client.get(f"/organizations/{organization.key}/")

    assert [answer.status_code for answer in answers] == [200, 404, 200, 200]
    contents = answers[3].content + listed.content
    assert b"mujeres-en-red" not in contents
    assert b"Mujeres en Red" not in contents


def test_other_statements_of_the_organization_do_not_confirm_the_rest(organization, ana, client):
    changeset = Changeset(author=ana.account, on_behalf=organization)
    source = own_source(changeset, organization)
    changeset.add(
        "text", organization, body="We are.", text_kind="own_words", voice="own", source=source
    )
    changeset.propose().accept()

    assert sources_of(organization) == {"itself": None, "network": None, "anyone": THIS_MONTH}
    assert client.get("/api/v1/organizations/?confirmed_since=2000").json()["results"] == []


# Ageing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("observed", "standing", "described"),
    [
        (
            {"itself": "2026-11", "anyone": "2026-11"},
            "fresh",
            "Confirmed by itself in November 2026",
        ),
        (
            {"itself": "2025-09", "anyone": "2026-11"},
            "aged",
            "Last confirmed by itself in September 2025, 1 year ago",
        ),
        (
            {"itself": "2022-01", "anyone": "2022-01"},
            "old",
            "Last confirmed by itself in January 2022, 4 years ago",
        ),
        (
            {"network": "2025-01", "anyone": "2025-01"},
            "fresh",
            "Confirmed as a member by a network in January 2025",
        ),
        (
            {"network": "2024-10", "anyone": "2024-10"},
            "aged",
            "Last confirmed as a member by a network in October 2024, 2 years ago",
        ),
        ({"anyone": "2010"}, "old", "Last confirmed: never. Latest source: 2010"),
        ({"anyone": "2008/2010"}, "old", "Last confirmed: never. Latest source: 2010"),
        ({"anyone": "2025"}, "aged", "Last confirmed: never. Latest source: 2025"),
        ({"anyone": "201X"}, "old", "Last confirmed: never. Latest source: 2019"),
        ({"anyone": "2026-03"}, "aged", "Last confirmed: never"),
        ({"anyone": "202X"}, "aged", "Last confirmed: never"),
    ],
)
def test_badge_ages_on_the_day_of_reading(observed, standing, described):
    from orgs.claims.freshness_tags import describe_freshness

    freshness_on_day = freshness.freshness(observed, date(2026, 11, 25))

    assert (freshness_on_day.level, "; ".join(describe_freshness(freshness_on_day))) == (
        standing,
        described,
    )


def test_unconfirmed_entry_has_no_badge():
    assert freshness.freshness({"itself": None, "network": None, "anyone": None}) is None


def test_page_and_card_show_who_confirmed_last_and_age_without_a_change(
    organization, ana, link, client
):
    client.post(link)
    pages = {
        "/organizations/mujeres-en-red/": [],
        "/organizations/": [],
    }
    for days in (0, 500, 1500):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            for page, badges in pages.items():
                text = client.get(page).content.decode()
                badges.append(re.search(r'class="freshness (\w+)', text)[1])

    assert set(map(tuple, pages.values())) == {("fresh", "aged", "old")}


def test_lists_can_ask_who_was_confirmed_since_a_year(organization, ana, link, client, write):
    write.record("organization", "otra")
    client.post(link)
    year = timezone.now().year

    def confirmed_since(since) -> list[str]:
        answer = client.get(f"/api/v1/organizations/?confirmed_since={since}").json()
        return [item["slug"] for item in answer["results"]]

    assert (confirmed_since(year), confirmed_since(year + 1)) == (["mujeres-en-red"], [])
    assert client.get("/api/v1/organizations/?confirmed_since=lately").status_code == 400


def test_confirmation_by_a_signed_in_representative_counts_too(organization, ana, client):
    client.force_login(ana.account)
    client.post("/organizations/mujeres-en-red/confirm/", {"answer": "right"})

    assert sources_of(organization)["itself"] == THIS_MONTH


def test_confirmation_of_another_organization_is_not_there(organization, ana, client, write):
    write.record("organization", "otra")
    before = client.get("/organizations/otra/confirm/")
    client.force_login(ana.account)

    assert before.status_code == 302
    assert [
        client.post(f"/organizations/{slug}/confirm/", {"answer": "right"}).status_code
        for slug in ("otra", "none-such")
    ] == [404, 404]


# Memberships --------------------------------------------------------------------------------------


@pytest.fixture
def network(write):
    """A network with three members according to a survey."""
    record = write.record("partnership", "red", "La Red")
    for name in ("uno", "dos", "tres"):
        write.say("membership", write.record("organization", name), partnership=record)
    return record


@pytest.fixture
def nora(network):
    """A trusted representative of the network."""
    return representative_of(network, "nora@example.org", trusted=True)


def numbers(*slugs) -> list[int]:
    ids = dict(freshness.Entry.objects.filter(slug__in=slugs).values_list("slug", "id"))
    return [ids[slug] for slug in slugs]


def confirmed_of(client, network="red") -> dict[str, set]:
    """Who confirms each membership, from the API."""
    sides = {}
    for item in client.get(f"/api/v1/memberships/?partnership={network}").json()["results"]:
        sides.setdefault(item["member"]["slug"], set()).add(item["confirmed"])
    return sides


def test_network_attests_its_members_in_one_change(network, nora, client):
    uno, dos, tres = numbers("uno", "dos", "tres")
    client.force_login(nora.account)
    changes = Changeset.objects.accepted().count()
    answers = {f"m{uno}": "still", f"s{uno}": "2009", f"m{dos}": "ended", f"m{tres}": "unknown"}
    answer = client.post("/organizations/red/attest/", answers)

    assert answer.status_code == 302
    assert Changeset.objects.accepted().count() == changes + 1
    memberships = Membership.objects.current().filter(speaker=network).order_by("record")
    assert list(memberships.values_list("record", "edtf", "holds", "observed")) == [
        (uno, "2009/..", True, THIS_MONTH),
        (dos, "", False, THIS_MONTH),
    ]
    assert confirmed_of(client) == {
        "uno": {"partnership"},
        "dos": {"other"},
        "tres": {"other"},
    }


def test_attestation_of_an_untrusted_representative_is_pending(network, nora, client):
    Representative.objects.update(trusted=False)
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    client.post("/organizations/red/attest/", {f"m{uno}": "still"})

    assert Changeset.objects.proposed().get().on_behalf == network
    assert confirmed_of(client)["uno"] == {"other"}


def test_attestation_counts_for_two_years_and_ends_no_membership(network, nora, client):
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    client.post("/organizations/red/attest/", {f"m{uno}": "still"})
    observed = sources_of(Membership.objects.filter(record=uno).first().record)
    month = date.fromisoformat(f"{THIS_MONTH}-01")

    ages = {
        years: freshness.freshness(observed, date(month.year + years, month.month, 28)).level
        for years in (0, 1, 2, 3, 4)
    }

    assert ages == {0: "fresh", 1: "fresh", 2: "fresh", 3: "aged", 4: "old"}
    assert observed["network"] == THIS_MONTH
    assert Membership.objects.current().get(speaker=network).edtf == ""


def test_answer_of_a_colleague_is_read_before_it_is_overwritten(network, nora, client):
    uno, dos = numbers("uno", "dos")
    client.force_login(nora.account)
    page = "/organizations/red/attest/"
    seen = re.search(r'name="seen" value="(\d+)"', client.get(page).content.decode())[1]
    client.post(page, {"seen": seen, f"m{uno}": "still", f"s{uno}": "2009"})

    another = client.post(page, {"seen": seen, f"m{dos}": "still"})
    refused = client.post(page, {"seen": seen, f"m{uno}": "still", f"s{uno}": "2012"})
    html = refused.content.decode()
    now = re.search(r'name="seen" value="(\d+)"', html)[1]
    meant = client.post(page, {"seen": now, f"m{uno}": "still", f"s{uno}": "2012"})

    assert [answer.status_code for answer in (another, refused, meant)] == [302, 400, 302]
    assert "“Still a member (2009)”" in html
    assert 'value="2012"' in html
    membership = Membership.objects.current().get(speaker=network, record=uno)
    assert membership.edtf == "2012/.."


def test_attesting_again_keeps_later_statements(network, nora, client):
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    client.post("/organizations/red/attest/", {f"m{uno}": "still"})
    with time_machine.travel(timezone.now() + timedelta(days=730)):
        client.force_login(nora.account)
        client.post("/organizations/red/attest/", {f"m{uno}": "still"})
        later = timezone.now().strftime("%Y-%m")

    item = Membership.objects.current().get(speaker=network)
    assert (item.edtf, item.observed) == (f"{THIS_MONTH}/..", later)


def test_buttons_answer_for_all_and_keep_what_was_typed(network, nora, client):
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    answer = client.post("/organizations/red/attest/", {"alike": "still", f"s{uno}": "2009"})
    page = page_of(answer)

    radios = page.main.every("input", type="radio", value="still")
    assert ["checked" in radio.attributes for radio in radios] == [True] * 3
    assert page.main.one("input", name=f"s{uno}").attributes["value"] == "2009"
    assert not Changeset.objects.filter(label="attestation").exists()


@pytest.mark.parametrize(
    ("since", "until", "answer"),
    [
        ("lately", "", "still"),
        ("2020", "2010", "ended"),
        ("", "2020", "still"),
        ("\x00", "", "still"),
    ],
)
def test_impossible_dates_are_refused_and_stay_in_the_form(
    network, nora, client, since, until, answer
):
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    given = {f"m{uno}": answer, f"s{uno}": since, f"u{uno}": until}
    response = client.post("/organizations/red/attest/", given)

    assert response.status_code == 400
    assert not Changeset.objects.filter(label="attestation").exists()


def test_network_cannot_attest_non_members(network, nora, client, write):
    stranger = write.record("organization", "otra")
    client.force_login(nora.account)
    client.post("/organizations/red/attest/", {f"m{stranger.pk}": "still"})

    assert not Membership.objects.filter(record=stranger).exists()


def test_only_the_representative_of_the_network_attests(network, organization, ana, client):
    client.force_login(ana.account)

    assert client.get("/organizations/red/attest/").status_code == 404
    assert client.get("/organizations/mujeres-en-red/attest/").status_code == 404


@pytest.mark.parametrize(
    ("answer", "holds", "confirmed"), [("yes", True, "both"), ("no", False, "partnership")]
)
def test_member_answers_the_statement_of_a_network(network, nora, client, answer, holds, confirmed):
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    client.post("/organizations/red/attest/", {f"m{uno}": "still"})
    ulla = representative_of(
        Membership.objects.filter(record=uno).first().record, "ulla@example.org"
    )
    Representative.objects.update(trusted=True)
    client.force_login(ulla.account)
    account_page = client.get("/account/").content.decode()
    client.post("/organizations/uno/confirm/", {"answer": f"{answer} {network.pk}"})

    assert "says that you are a member" in account_page
    assert "says that you are a member" not in client.get("/account/").content.decode()
    assert Membership.objects.current().get(voice="own", record=uno).holds is holds
    assert confirmed_of(client)["uno"] == ({confirmed})
    page = client.get("/organizations/uno/").content.decode()
    assert ("both sides confirm" in page) is holds
    assert ("both sides confirm" in client.get("/organizations/red/").content.decode()) is holds


def test_not_now_is_asked_again_after_three_months(network, nora, client):
    (uno,) = numbers("uno")
    client.force_login(nora.account)
    client.post("/organizations/red/attest/", {f"m{uno}": "still"})
    ulla = representative_of(
        Membership.objects.filter(record=uno).first().record, "ulla@example.org"
    )
    client.force_login(ulla.account)
    client.post("/organizations/uno/confirm/", {"answer": f"later {network.pk}"})
    question_shown = {}
    for days in (1, 100):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            client.force_login(ulla.account)
            page = client.get("/organizations/uno/confirm/").content.decode()
            question_shown[days] = "says that you are a member" in page

    assert question_shown == {1: False, 100: True}


def test_confirmation_is_updated_when_the_other_side_confirms(network, nora, client):
    (uno,) = numbers("uno")
    record = Membership.objects.filter(record=uno).first().record
    ulla = representative_of(record, "ulla@example.org")
    before = confirmed_of(client)["uno"]
    changeset = Changeset(author=ulla.account, on_behalf=record)
    own = own_source(changeset, record)
    changeset.add("membership", record, partnership=network, voice="own", source=own)
    changeset.propose().accept()
    between = confirmed_of(client)["uno"]
    changeset = Changeset(author=nora.account, on_behalf=network)
    own = own_source(changeset, network)
    changeset.add("membership", record, partnership=network, speaker=network, source=own)
    changeset.propose().accept()
    both = confirmed_of(client)["uno"]
    revert(changeset).propose().accept()

    assert (before, between, both, confirmed_of(client)["uno"]) == (
        {"other"},
        {"member"},
        {"both"},
        {"member"},
    )
