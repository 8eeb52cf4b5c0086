"""The forms of a profile show what was typed, with each error next to its field."""

import pytest

from orgs.profiles.draft import Draft
from orgs.profiles.views import MAX_FORM_LENGTH
from tests.support.pages import Page, page_of
from tests.support.profiles import PROFILE, ProfileEditor, fields_of

ABOUT = f"{PROFILE}about/"
REFUSED = "Choose from the options offered."


@pytest.fixture
def ana(write) -> ProfileEditor:
    """A representative of an organization with nothing but a name."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.record("place", "mx", "Mexico")
    return ProfileEditor(write.representative(record).account)


def summary_of(page: Page) -> list[tuple[str, str]]:
    """The links of the error summary, with their targets."""
    links = page.main.one("div", **{"class": "problems"}).every("a")
    return [(link.text, link.attributes["href"]) for link in links]


@pytest.mark.parametrize(
    ("path", "name", "label", "first_input"),
    [
        ("where/", "seat", "Where are you based?", "id_seat"),
        ("where/", "acts_in", "Where are you active?", "id_acts_in_0"),
        ("about/", "founded", "When were you founded?", "id_founded"),
        ("reach/", "link", "Web addresses", "id_link_0"),
    ],
)
def test_error_is_next_to_its_field_and_linked_from_the_top(ana, path, name, label, first_input):
    page = page_of(ana.type(PROFILE + path, **{name: "no such thing"}))

    assert summary_of(page) == [(label, f"#{first_input}")]
    field = page.main.one("input", id=first_input)
    assert (field.attributes["value"], field.attributes["aria-invalid"]) == (
        "no such thing",
        "true",
    )
    error = page.main.one("div", id=f"id_{name}_error").text
    assert error
    assert error in page.main.one("div", **{"class": "problems"}).text
    described = [
        element.attributes["aria-describedby"].split()
        for element in page.main.every("input") + page.main.every("fieldset")
        if f"id_{name}_error" in element.attributes.get("aria-describedby", "")
    ]
    assert len(described) == 1


def test_name_that_is_refused_is_shown_again_in_its_row(ana):
    page = page_of(
        ana.type(
            f"{PROFILE}names/",
            **{"name-0": "One", "name-0-language": "en", "name-1": "Two", "name-1-language": "en"},
        )
    )

    assert summary_of(page) == [("Name", "#id_name-1")]
    assert page.main.one("input", id="id_name-1").attributes["value"] == "Two"
    assert page.main.one("div", id="id_name-1_error").text.startswith("You already have a name")


@pytest.mark.parametrize(
    ("path", "name"),
    [("what/", "arena"), ("what/", "trait.identity"), ("reach/", "email.readers")],
)
def test_unknown_choice_is_refused_next_to_its_field(ana, path, name):
    page = page_of(ana.type(PROFILE + path, **{name: "no-such-choice"}))

    assert page.main.one("div", id=f"id_{name}_error").text == REFUSED
    assert [target for _, target in summary_of(page)] == [f"#id_{name}_0"]
    assert ana.open(f"{PROFILE}preview/").main.every("input", name="agreed") == []


@pytest.mark.parametrize(
    ("path", "name"), [("where/", "seat"), ("where/", "acts_in"), ("reach/", "postal")]
)
def test_text_is_stored_without_what_a_database_cannot_store(ana, path, name):
    surrogate = "a\ud800b".encode("utf-8", "surrogatepass").decode("latin-1")
    for typed, stored in (("Mex\x00ico", "Mexico"), (surrogate, surrogate)):
        ana.type(PROFILE + path, **{name: typed})
        value = Draft.objects.get().typed[name]["typed"]
        assert (value if isinstance(value, str) else value[-1]) == stored


def test_form_that_is_too_long_is_shown_again_and_stores_nothing(ana):
    text = "x" * (MAX_FORM_LENGTH + 1)
    ana.type(ABOUT, **{"text.en": "We sing."})

    refused = ana.type(ABOUT, **{"text.en": text})

    assert refused.status_code == 413
    page = page_of(refused)
    assert "This form is too long" in page.main.text
    assert fields_of(page)["text.en"] == [text]
    assert Draft.objects.get().typed["text.en"]["typed"] == "We sing."
    shortened = ana.send(ABOUT, fields_of(page), **{"text.en": "We sing and dance."})
    assert shortened.status_code == 302
    assert Draft.objects.get().typed["text.en"]["typed"] == "We sing and dance."
    assert "others" not in Draft.objects.get().typed["text.en"]


def test_more_languages_can_be_added_without_a_script(ana):
    rows = page_of(ana.type(f"{PROFILE}names/", **{"name-0": "Una", "go": "more"}))
    assert [name for name in fields_of(rows) if name.endswith("-language")] == [
        "name-0-language", "name-1-language", "name-2-language",
    ]  # fmt: skip

    texts = page_of(ana.type(ABOUT, go="more", more="ar", **{"text.en": "We sing."}))
    added = texts.main.one("textarea", name="text.ar")
    assert (added.attributes["lang"], added.attributes["dir"]) == ("ar", "rtl")
    assert fields_of(texts)["text.en"] == ["We sing."]


def test_more_names_than_languages_offered_are_all_kept(ana):
    typed = {f"name-{number}": f"Name {number}" for number in range(60)}
    ana.type(f"{PROFILE}names/", **typed)
    fields = ana.fields(f"{PROFILE}names/")
    ana.send(f"{PROFILE}names/", fields)

    kept = Draft.objects.get().typed.values()
    assert {edit["typed"] for edit in kept} == set(typed.values())
