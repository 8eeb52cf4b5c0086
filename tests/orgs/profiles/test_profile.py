"""Editing a profile in steps and several languages, without losing any typed text."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.profiles.draft import Draft
from orgs.profiles.drafts import form_key
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.existence import Existence
from orgs.statements.identifier import Contact
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.text import Text
from tests.support.pages import Page, page_of
from tests.support.profiles import (
    PROFILE,
    ProfileEditor,
    fields_of,
    organization,
    submit,
    trust_representatives,
)

ABOUT = f"{PROFILE}about/"
TYPED = "Somos mujeres migrantes.\n\nNos organizamos «desde abajo»."
SHOWN = TYPED.replace("\n", "")
LATER = "Otra frase."


def field_value(page: Page, name: str) -> str:
    return fields_of(page).get(name, [""])[0]


@pytest.fixture
def ana(write) -> ProfileEditor:
    """A representative of an organization with nothing but a name."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.record("place", "mx", "Mexico")
    write.record("place", "us", "United States")
    write.record("partnership", "mfa", "Migrant Forum in Asia")
    return ProfileEditor(write.representative(record).account)


@pytest.fixture
def berta(write, ana) -> ProfileEditor:
    """A colleague who represents the same organization."""
    record = Record.objects.get(slug="mujeres-en-red")
    return ProfileEditor(write.representative(record, "berta@example.org").account)


def own_texts() -> list[tuple[str, str]]:
    """Current texts in an own voice, with their languages."""
    return sorted(Text.objects.current().filter(voice="own").values_list("language", "body"))


# The way through ----------------------------------------------------------------------------------


def test_first_profile_from_an_empty_entry(ana, write):
    trust_representatives()
    first = ana.browser.get(PROFILE)
    assert first.url == f"{PROFILE}names/"

    screens = 0
    for path, changed in (
        ("names/", {"name-0": "Women in Network", "name-0-language": "en",
                    "name-1": "Mujeres en Red", "name-1-language": "es", "acronym": "MR"}),
        ("about/", {"text.es": TYPED, "text.en": "We are migrant women.", "founded": "1994"}),
        ("where/", {"seat": "mexico", "acts_in": ["Mexico", "United States"], "origin": ["mx"]}),
        ("what/", {"arena": ["membership"], "trait.identity": ["women"]}),
        ("reach/", {"link": ["example.org/red"], "email": "red@example.org"}),
    ):  # fmt: skip
        answer = ana.type(PROFILE + path, **changed)
        screens += 1
        assert answer.status_code == 302, page_of(answer).main.text
    preview = ana.open(f"{PROFILE}preview/").main
    sent = submit(ana)
    screens += 1

    assert "This is a preview. Nothing is public yet." in preview.text
    assert ("We are migrant women." in preview.text, "red@example.org" in preview.text) == (
        True,
        True,
    )
    assert sent.url == f"{PROFILE}submitted/"
    assert "Your changes are public" in ana.open(sent.url).main.text
    assert screens == 6
    document = Entry.objects.get(slug="mujeres-en-red").read()
    assert {(n["text"], n["language"], n["name_kind"]) for n in document["names"][1:]} == {
        ("Women in Network", "en", "official"),
        ("Mujeres en Red", "es", "official"),
        ("MR", "und", "acronym"),
    }
    assert own_texts() == [("en", "We are migrant women."), ("es", TYPED)]
    assert {(p["role"], p["place"]["label"], p["voice"]) for p in document["places"]} == {
        ("seat", "Mexico", "own"),
        ("acts_in", "Mexico", "own"),
        ("acts_in", "United States", "own"),
        ("constituency_origin", "Mexico", "own"),
    }
    assert [a["arena"] for a in document["arenas"]] == ["membership"]
    assert [t["term"] for t in document["traits"]["identity"]] == ["women"]
    assert [one["url"] for one in document["links"]] == ["https://example.org/red"]
    assert (document["contacts"], Contact.objects.get().tier) == ([], Tier.REPRESENTATIVES)
    changeset = Changeset.objects.accepted().first()
    assert (changeset.on_behalf, changeset.author, changeset.label) == (
        organization(),
        ana.account,
        "own words",
    )
    assert not Draft.objects.exists()


def test_untrusted_proposal_is_pending_and_the_next_replaces_it(ana, berta):
    ana.type(ABOUT, **{"text.en": "We are women."})
    submit(ana)
    assert (own_texts(), Changeset.objects.proposed().count()) == ([], 1)
    assert "The editors check" in ana.open(f"{PROFILE}submitted/").main.text

    berta.type(f"{PROFILE}where/", seat="Mexico")
    submit(berta)
    proposal = Changeset.objects.proposed().get()
    proposal.accept()

    assert proposal.author == berta.account
    assert own_texts() == [("en", "We are women.")]
    assert [one.role for one in Presence.objects.all()] == ["seat"]


def test_sending_is_a_sign_of_life_and_needs_consent(ana):
    Representative.objects.update(seen=timezone.now() - timedelta(days=300))
    ana.type(ABOUT, **{"text.en": "We are women."})

    refused = ana.type(f"{PROFILE}preview/")
    assert refused.status_code == 400
    assert "Accept the licence to submit your changes." in page_of(refused).main.text
    assert not Changeset.objects.proposed().exists()
    submit(ana)

    assert timezone.now() - Representative.objects.get().seen < timedelta(minutes=1)


def test_contact_is_public_when_the_organization_says_so_and_hidden_in_every_yesterday(ana):
    trust_representatives()
    ana.type(f"{PROFILE}reach/", email="red@example.org", **{"email.readers": "0"})
    submit(ana)
    assert Entry.objects.get(slug="mujeres-en-red").read()["contacts"][0]["value"] == (
        "red@example.org"
    )

    ana.type(f"{PROFILE}reach/", **{"email.readers": "2"})
    submit(ana)
    ana.type(f"{PROFILE}reach/", phone="+52 55", **{"phone.readers": "0"})
    submit(ana)

    assert [(one.value, one.tier) for one in Contact.objects.current()] == [
        ("red@example.org", Tier.REPRESENTATIVES),
        ("+52 55", Tier.PUBLIC),
    ]


def test_removed_value_is_retired(ana):
    trust_representatives()
    ana.type(f"{PROFILE}where/", acts_in=["Mexico", "United States"], seat="Mexico")
    ana.type(f"{PROFILE}networks/", partnership=["Migrant Forum in Asia"])
    submit(ana)
    ana.type(f"{PROFILE}where/", acts_in=["United States"], seat="")
    submit(ana)

    document = Entry.objects.get(slug="mujeres-en-red").read()
    assert [(p["role"], p["place"]["label"]) for p in document["places"]] == [
        ("acts_in", "United States")
    ]
    assert [m["partnership"]["label"] for m in document["memberships"]] == ["Migrant Forum in Asia"]


def test_answers_stand_beside_what_others_say(ana, write):
    trust_representatives()
    write.say("presence", organization(), place=Record.objects.get(slug="mx"), role="acts_in")
    write.say("text", organization(), body="They are quiet.", text_kind="summary")
    denied, otherwise = Presence.objects.get(), Text.objects.get()
    listed = ana.open(f"{PROFILE}answers/").main.text
    assert ("Acts in Mexico" in listed, "They are quiet." in listed) == (True, True)

    ana.type(f"{PROFILE}answers/{denied.pk}/", how="no", detail="Never.")
    ana.type(f"{PROFILE}answers/{otherwise.pk}/", how="other", body="We are loud.")
    submit(ana)

    assert list(Presence.objects.values_list("voice", "holds", "detail", "retired")) == [
        ("source", True, "", None),
        ("own", False, "Never.", None),
    ]
    assert list(Text.objects.values_list("voice", "body", "text_kind", "retired")) == [
        ("source", "They are quiet.", "summary", None),
        ("own", "We are loud.", "summary", None),
    ]
    entry = page_of(Client().get("/organizations/mujeres-en-red/")).main.text
    assert ("They are quiet." in entry, "We are loud." in entry) == (True, True)

    mine = Presence.objects.get(voice="own")
    ana.type(f"{PROFILE}answers/", **{f"taken.{mine.pk}": "yes"}, go="preview")
    submit(ana)
    assert [one.voice for one in Presence.objects.current()] == ["source"]


# Who may write ------------------------------------------------------------------------------------


def test_others_see_who_may_edit_and_hidden_organizations_are_not_found(ana, write):
    stranger = ProfileEditor(Account.objects.create_user("eve@example.org"))
    pages = [PROFILE, ABOUT, f"{PROFILE}preview/", f"{PROFILE}submitted/", f"{PROFILE}answers/"]

    for browser in (Client(), stranger.browser):
        assert {browser.get(page).status_code for page in pages} == {403}
        page_content = page_of(browser.get(ABOUT)).main
        assert "Only representatives of Mujeres en Red can edit this profile" in page_content.text
        assert page_content.one("a", href="/organizations/mujeres-en-red/claim/").text
        assert browser.get("/organizations/nobody/profile/").status_code == 404
    write.representative(Record.objects.get(slug="mx"), "eve@example.org")
    assert stranger.browser.get(ABOUT).status_code == 403
    changeset = Changeset()
    changeset.change_record(organization(), level=Level.HIDDEN)
    changeset.propose().accept()
    assert {ana.browser.get(page).status_code for page in pages} == {404}


def test_form_needs_a_key_made_for_its_account_and_its_organization(ana, berta, write):
    other = write.record("organization", "luz")
    for key in ("", "forged", form_key(ana.account.pk, other.pk)):
        fields = {**ana.fields(ABOUT), "key": key}
        assert ana.send(ABOUT, fields, **{"text.en": TYPED}).status_code == 403
    own = ana.fields(ABOUT)
    berta.send(ABOUT, own, **{"text.en": TYPED})

    assert not Draft.objects.exclude(typed={}).exists()


def test_former_representative_cannot_submit(ana):
    ana.type(ABOUT, **{"text.en": "We are women."})
    look = ana.fields(f"{PROFILE}preview/")
    Representative.objects.update(ended=timezone.now())

    assert ana.send(f"{PROFILE}preview/", look, agreed="yes").status_code == 403
    assert not Changeset.objects.proposed().exists()


@pytest.mark.parametrize("path", ["names/", "about/", "where/", "what/", "reach/", "networks/"])
def test_odd_values_are_answered_and_kept_as_far_as_a_database_can(ana, path):
    odd = ["\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "9" * 5000]
    fields = ana.fields(PROFILE + path)
    for value in odd:
        sent = {
            name: value if name not in ("key",) else typed_value
            for name, typed_value in fields.items()
        }
        answer = ana.send(PROFILE + path, sent, seen="[" * 3000, tab=value, more=value)
        assert answer.status_code in (200, 302, 413), (path, value[:5], answer.status_code)
        assert ana.browser.get(PROFILE + path).status_code == 200
        assert ana.browser.get(f"{PROFILE}preview/").status_code == 200


# Twelve ways in which words are lost elsewhere ----------------------------------------------------


def test_1_closed_tab_after_a_step(ana):
    ana.type(ABOUT, **{"text.en": TYPED}, go="leave")

    assert field_value(ana.open(ABOUT), "text.en") == TYPED
    assert "not submitted yet" in ana.open(PROFILE).main.text


def test_2_closed_tab_in_the_middle_of_a_step(ana):
    fields = ana.fields(ABOUT)
    answers = [
        ana.send(ABOUT, fields, **{"text.en": TYPED[:length]}, by_itself="1").json()
        for length in (5, 20, None)
    ]

    assert answers == [{"saved": True, "twice": False}] * 3
    assert field_value(ana.open(ABOUT), "text.en") == TYPED


def test_3_session_has_ended(ana):
    fields = ana.fields(ABOUT)
    ana.browser.cookies.clear()

    answer = ana.send(ABOUT, fields, **{"text.en": TYPED})

    assert answer.url == f"/account/sign-in/?next={ABOUT.replace('/', '%2F')}&kept=1"
    assert "Somos" not in answer.url
    assert "Your text is saved" in page_of(ana.browser.get(answer.url)).main.text
    assert Draft.objects.get().typed == {}
    ana.browser.force_login(ana.account)
    assert field_value(ana.open(ABOUT), "text.en") == TYPED
    ana.type(ABOUT)
    assert (field_value(ana.open(ABOUT), "text.en"), Draft.objects.get().pending) == (TYPED, [])


def test_what_came_without_a_session_is_looked_at_and_sent_with_the_rest(ana):
    trust_representatives()
    fields = ana.fields(ABOUT)
    ana.browser.cookies.clear()
    ana.send(ABOUT, fields, **{"text.en": TYPED})
    ana.browser.force_login(ana.account)

    assert "Somos mujeres migrantes." in ana.open(f"{PROFILE}preview/").main.text
    submit(ana)

    assert (own_texts(), Draft.objects.count()) == ([("en", TYPED)], 0)


def test_nothing_is_sent_that_was_not_looked_at(ana):
    ana.type(ABOUT, **{"text.en": "We are women."})
    look = ana.fields(f"{PROFILE}preview/")
    ana.type(ABOUT, founded="1994")

    answer = ana.send(f"{PROFILE}preview/", look, agreed="yes")

    assert answer.status_code == 409
    assert "Your draft has changed since this preview." in page_of(answer).main.text
    assert not Changeset.objects.proposed().exists()


def test_4_session_has_ended_while_a_script_saves(ana):
    fields = ana.fields(ABOUT)
    ana.browser.cookies.clear()

    answer = ana.send(ABOUT, fields, **{"text.en": TYPED}, by_itself="1")

    assert (answer.status_code, answer.json()) == (403, {"saved": False, "signed_out": True})
    ana.browser.force_login(ana.account)
    assert field_value(ana.open(ABOUT), "text.en") == TYPED


def test_5_signed_out_and_in_again_in_another_window(ana):
    fields = ana.fields(ABOUT)
    ana.browser.logout()
    ana.browser.force_login(ana.account)

    assert ana.send(ABOUT, fields, **{"text.en": TYPED}).status_code == 302
    assert field_value(ana.open(ABOUT), "text.en") == TYPED


def test_6_somebody_else_signs_in_at_the_same_machine(ana, berta):
    fields = ana.fields(ABOUT)
    ana.browser.cookies = berta.browser.cookies

    ana.send(ABOUT, fields, **{"text.en": TYPED})

    assert field_value(berta.open(ABOUT), "text.en") == ""
    ana.browser = Client()
    ana.browser.force_login(ana.account)
    assert field_value(ana.open(ABOUT), "text.en") == TYPED


def test_7_database_is_away(ana, monkeypatch):
    fields = ana.fields(ABOUT)
    with monkeypatch.context() as away:
        away.setattr("orgs.profiles.views.resolve", _gone)
        answer = ana.send(ABOUT, fields, **{"text.en": TYPED})
    page = page_of(answer)

    assert answer.status_code == 503
    assert "Somos mujeres migrantes." in page.main.one("section").text
    again = fields_of(page)
    assert again["text.en"] == [TYPED]
    assert ana.browser.post(ABOUT, again).status_code == 302
    assert field_value(ana.open(ABOUT), "text.en") == TYPED
    forged = {**fields, "key": "forged", "text.en": [TYPED]}
    with monkeypatch.context() as away:
        away.setattr("orgs.profiles.views.resolve", _gone)
        assert "Somos" not in ana.browser.post(ABOUT, forged).content.decode()


def _gone(*args: object) -> None:
    raise OperationalError("could not connect")


def test_8_mistake_of_ours(ana, monkeypatch):
    fields = ana.fields(ABOUT)
    ana.browser.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("orgs.profiles.views.drafts.save_form", lambda *given: 1 / 0)
        answer = ana.send(ABOUT, fields, **{"text.en": TYPED})

    assert answer.status_code == 500
    assert fields_of(page_of(answer))["text.en"] == [TYPED]


@pytest.mark.parametrize(
    ("page", "name", "value", "sentence"),
    [
        ("about/", "founded", "soon", "Write the date as a year, month or day"),
        ("where/", "seat", "Atlantis", "No match for “Atlantis”."),
        ("where/", "acts_in", "Atlantis", "No match for “Atlantis”."),
        ("networks/", "partnership", "Nobody’s network", "No match for"),
        ("reach/", "link", "https://two words", "Write the whole address"),
    ],
)
def test_9_ledger_would_refuse_it(ana, page, name, value, sentence):
    answer = ana.type(PROFILE + page, **{name: value})

    assert answer.status_code == 200
    result_page = page_of(answer)
    assert (sentence in result_page.main.text, field_value(result_page, name)) == (True, value)
    assert field_value(ana.open(PROFILE + page), name) == value
    look = ana.browser.get(f"{PROFILE}preview/")
    assert "Saved as a draft. Fix these before you submit:" in page_of(look).main.text


def test_date_is_written_in_words(ana):
    trust_representatives()

    ana.type(ABOUT, founded="about 1994")
    submit(ana)

    assert Existence.objects.current().get(event="founded").edtf == "1994~"


def test_10_two_windows_of_one_person(ana):
    first, second = ana.fields(ABOUT), ana.fields(ABOUT)
    ana.send(ABOUT, first, **{"text.en": TYPED})
    ana.send(ABOUT, second, founded="1994")
    assert (field_value(ana.open(ABOUT), "text.en"), field_value(ana.open(ABOUT), "founded")) == (
        TYPED,
        "1994",
    )

    answer = ana.send(ABOUT, second, **{"text.en": LATER})

    page = page_of(answer)
    assert (answer.status_code, field_value(page, "text.en")) == (200, LATER)
    assert page.main.one("blockquote").text == SHOWN
    assert [one.text for one in ana.open(ABOUT).main.every("blockquote")] == [SHOWN]
    consent = {"key": second["key"], "agreed": "yes"}
    assert ana.browser.post(f"{PROFILE}preview/", consent).status_code == 409
    ana.send(ABOUT, fields_of(page), **{"text.en": f"{TYPED}\n\n{LATER}"})
    assert ana.open(ABOUT).main.every("blockquote") == []
    assert field_value(ana.open(ABOUT), "text.en") == f"{TYPED}\n\n{LATER}"


def test_11_two_editors_on_different_fields(ana, berta):
    trust_representatives()
    ana.type(ABOUT, **{"text.en": TYPED})
    ana.type(f"{PROFILE}where/", acts_in=["Mexico"])
    berta.type(ABOUT, founded="1994")
    berta.type(f"{PROFILE}where/", acts_in=["United States"])
    submit(ana)
    submit(berta)

    document = Entry.objects.get(slug="mujeres-en-red").read()
    assert own_texts() == [("en", TYPED)]
    assert [one["when"] for one in document["dates"]] == ["1994"]
    assert {one["place"]["label"] for one in document["places"]} == {"Mexico", "United States"}


@pytest.mark.parametrize("trusted", [True, False])
def test_12_two_editors_on_the_same_field(ana, berta, trusted):
    Representative.objects.update(trusted=trusted)
    ana.type(ABOUT, **{"text.en": TYPED})
    berta.type(ABOUT, **{"text.en": LATER})
    look = berta.fields(f"{PROFILE}preview/")
    submit(ana)

    late = berta.send(f"{PROFILE}preview/", look, agreed="yes")

    assert late.status_code == 409
    quotes = [one.text for one in page_of(late).main.every("blockquote")]
    assert quotes == [LATER, SHOWN]
    page = berta.open(ABOUT)
    assert (field_value(page, "text.en"), page.main.one("blockquote").text) == (
        LATER,
        SHOWN,
    )
    berta.send(ABOUT, fields_of(page), **{"text.en": f"{TYPED} {LATER}"})
    assert submit(berta).status_code == 302
    for changeset in Changeset.objects.proposed():
        changeset.accept()
    assert own_texts() == [("en", f"{TYPED} {LATER}")]


def test_two_names_in_one_language_are_both_kept(ana):
    answer = ana.type(
        f"{PROFILE}names/",
        **{"name-0": "One", "name-0-language": "en", "name-1": "Two", "name-1-language": "en"},
    )

    page = page_of(answer)
    assert (field_value(page, "name-0"), field_value(page, "name-1")) == ("One", "Two")
    assert "You already have a name in this language." in page.main.text


def test_submitting_twice_stores_it_once(ana):
    trust_representatives()
    ana.type(ABOUT, **{"text.en": TYPED})
    look = ana.fields(f"{PROFILE}preview/")
    ana.send(f"{PROFILE}preview/", look, agreed="yes")
    ana.send(f"{PROFILE}preview/", look, agreed="yes")

    assert own_texts() == [("en", TYPED)]


def test_sending_from_two_windows_is_one_proposal_in_the_queue(ana):
    ana.type(ABOUT, **{"text.en": TYPED})
    looks = [ana.fields(f"{PROFILE}preview/") for _ in range(2)]

    answers = [ana.send(f"{PROFILE}preview/", look, agreed="yes") for look in looks]

    assert [answer["Location"] for answer in answers] == [f"{PROFILE}submitted/"] * 2
    assert Changeset.objects.filter(on_behalf=organization()).count() == 1


def test_texts_of_three_windows_stay_until_one_is_chosen(ana):
    texts = ["One.", "Two.", "Three."]
    windows = [ana.fields(ABOUT) for _ in texts]
    for window, text in zip(windows, texts, strict=True):
        ana.send(ABOUT, window, **{"text.en": text})
    again = ana.send(ABOUT, windows[0], **{"text.en": "One, and more."})

    shown = page_of(again).main.text
    draft = Draft.objects.get()
    ana.send(ABOUT, fields_of(page_of(again)))

    assert all(text in shown for text in ("One, and more.", "Two.", "Three."))
    assert [text for _, text in draft.typed["text.en"]["others"]] == ["Two.", "Three."]
    assert "others" not in Draft.objects.get().typed["text.en"]
    assert field_value(ana.open(ABOUT), "text.en") == "One, and more."


# How it is given ----------------------------------------------------------------------------------


def test_pages_are_kept_by_no_browser_and_load_no_script_but_ours(ana):
    for path in ("names/", "about/", "preview/", "answers/"):
        answer = ana.browser.get(PROFILE + path)
        assert "no-store" in answer["Cache-Control"]
        html = answer.content.decode()
        assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/js/draft.js" defer>']
        assert " style=" not in html


def test_signing_out_clears_what_the_browser_kept(ana):
    assert ana.browser.post("/account/sign-out/")["Clear-Site-Data"] == '"storage"'


def test_step_takes_few_queries_however_much_there_is(ana, write, django_assert_max_num_queries):
    for number in range(30):
        write.record("place", f"place-{number}", f"Place {number}")
    ana.type(f"{PROFILE}where/", acts_in=[f"Place {number}" for number in range(20)])
    trust_representatives()
    submit(ana)

    with django_assert_max_num_queries(45):
        ana.open(f"{PROFILE}where/")


def test_own_name_stands_beside_the_one_that_editors_prefer(ana):
    trust_representatives()
    ana.type(f"{PROFILE}names/", **{"name-0": "Mujeres Unidas", "name-0-language": "es"})
    submit(ana)

    assert [(one.text, one.preferred) for one in Name.objects.filter(record=organization())] == [
        ("Mujeres en Red", True),
        ("Mujeres Unidas", False),
    ]
