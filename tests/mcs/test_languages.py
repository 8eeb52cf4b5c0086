"""Languages: the address alone decides, and every link of a page stays in its language."""

from datetime import date

import pytest
from django.template import Context, Template
from django.utils.formats import date_format
from django.utils.translation import ngettext, override

from orgs.pages.labels import (
    codebook_text,
    comma,
    figure_text,
    in_brackets,
    in_english,
    locator,
    number,
    with_dates,
)
from orgs.records.edtf import date_in_words
from tests.support.pages import page_of


def test_bare_address_is_english_whatever_the_browser_prefers(client, write):
    answer = client.get("/about/", headers={"Accept-Language": "es, ar;q=0.9"})

    assert page_of(answer).root.one("html").attributes["lang"] == "en"
    assert answer["Content-Language"] == "en"
    assert "Accept-Language" not in answer.get("Vary", "")


@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl")])
def test_page_below_a_language_is_in_it(client, write, language, direction):
    answer = client.get(f"/{language}/about/")

    html = page_of(answer).root.one("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == (language, direction)
    assert answer["Content-Language"] == language


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search/?q=mfa",
        "/organizations/",
        "/organizations/migrant-forum-in-asia/",
        "/organizations/migrant-forum-in-asia/history/",
        "/organizations/migrant-forum-in-asia/cite/",
        "/networks-and-coalitions/",
        "/gatherings/pga-mexico-city/",
        "/places/hk/",
        "/arenas/",
        "/arenas/space/",
        "/sources/fox-gois-2010/",
        "/terms/",
        "/terms/identity/",
        "/about/",
        "/nowhere/",
    ],
)
def test_links_stay_in_the_language_of_the_page(paper, client, path):
    page = page_of(client.get(f"/es{path}"))

    links = [link.attributes["href"] for link in page.root.every("a")]
    ours = [link for link in links if link.startswith("/")]
    assert [link for link in ours if not link.startswith(("/es/", "/api/v1/"))] == []
    forms = [form.attributes.get("action", "") for form in page.root.every("form")]
    assert {form for form in forms if form.startswith("/") and form[:4] != "/es/"} <= {"/language/"}


def test_addresses_that_moved_lead_on_in_the_same_language(write, client):
    record = write.record("organization", "fiob", "Frente Indígena")

    assert client.get(f"/es/id/{record.key}")["Location"] == "/es/organizations/fiob/"
    assert client.get(f"/id/{record.key}")["Location"] == "/organizations/fiob/"


@pytest.mark.parametrize(
    ("params", "destination"),
    [
        ({"language": "es", "page": "/places/?q=a&sort=name"}, "/es/places/?q=a&sort=name"),
        ({"language": "en", "page": "/es/places/"}, "/places/"),
        ({"language": "ar", "page": "/es/"}, "/ar/"),
        ({"language": "xx", "page": "/places/"}, "/places/"),
        ({"language": "es", "page": "https://elsewhere.example/"}, "/es/"),
        ({"language": "en", "page": "//elsewhere.example/"}, "/"),
        ({"language": "en", "page": "/es//elsewhere.example/"}, "/"),
        ({"language": "en", "page": "/\\elsewhere.example/"}, "/"),
        ({}, "/"),
    ],
)
def test_form_of_languages_leads_to_the_same_page_of_ours_and_nowhere_else(
    client, db, params, destination
):
    answer = client.get("/language/", params)

    assert (answer.status_code, answer["Location"]) == (302, destination)


def test_every_page_names_its_twins_in_other_languages(client, write):
    page = page_of(client.get("/es/places/?q=a"))

    twins = {
        link.attributes["hreflang"]: link.attributes["href"]
        for link in page.root.every("link")
        if link.attributes.get("rel") == "alternate"
    }
    assert twins == {
        "en": "/places/?q=a",
        "es": "/es/places/?q=a",
        "ar": "/ar/places/?q=a",
    }


def test_answers_of_the_api_are_the_same_for_everybody(client, write):
    write.record("organization", "fiob", "Frente Indígena")

    assert client.get("/es/api/v1/organizations/").status_code == 404
    assert client.get("/api/v1/organizations/fiob/").json()["url"] == "/organizations/fiob/"


# Dates, numbers, plurals


@pytest.mark.parametrize(
    ("edtf", "spanish", "arabic"),
    [
        ("2010-10", "octubre de 2010", "أكتوبر 2010"),
        ("2010-10-08", "8 de octubre de 2010", "8 أكتوبر 2010"),
        ("2010-10-08/2010-10-12", "8–12 de octubre de 2010", "8–12 أكتوبر 2010"),
        ("2001/..", "desde 2001", "منذ 2001"),
        ("../2010-10", "hasta octubre de 2010", "حتى أكتوبر 2010"),
        ("2008~", "hacia 2008", "حوالي 2008"),
        ("199X/..", "desde los años 1990", "منذ عقد 1990"),
        ("2010-21", "primavera de 2010", "ربيع 2010"),
        ("1994?", "1994 (fecha incierta)", "1994 (غير مؤكد)"),
    ],
)
def test_dates_read_as_usual_in_their_language(edtf, spanish, arabic):
    with override("es"):
        in_spanish = date_in_words(edtf)
    with override("ar"):
        in_arabic = date_in_words(edtf)

    assert (in_spanish, in_arabic) == (spanish, arabic)


def test_days_and_numbers_are_written_as_in_their_language():
    written = {}
    for language in ("en", "es", "ar"):
        with override(language):
            day = date_format(date(2010, 10, 8), "DATE_FORMAT")
            written[language] = (day, number("1234567.50"))

    assert written == {
        "en": ("8 October 2010", "1,234,567.5"),
        "es": ("8 de octubre de 2010", "1\xa0234\xa0567,5"),
        "ar": ("8 أكتوبر 2010", "1,234,567.5"),
    }


@pytest.mark.parametrize(
    ("count", "spanish", "arabic"),
    [
        (0, "0 fuentes", "لا مصادر"),
        (1, "1 fuente", "مصدر واحد"),
        (2, "2 fuentes", "مصدران"),
        (3, "3 fuentes", "3 مصادر"),
        (11, "11 fuentes", "11 مصدرًا"),
        (100, "100 fuentes", "100 مصدر"),
    ],
)
def test_plurals_have_the_forms_of_their_language(count, spanish, arabic):
    sentences = []
    for language in ("es", "ar"):
        with override(language):
            plural_text = ngettext("%(count)s source", "%(count)s sources", count)
            sentences.append(plural_text % {"count": count})

    assert sentences == [spanish, arabic]


# Content in another language than its page


def test_texts_of_the_editors_declare_their_language_on_other_pages():
    with override("en"):
        at_home = in_english("counted <twice>")
    with override("ar"):
        abroad = in_english("counted <twice>")

    assert at_home == "counted &lt;twice&gt;"
    assert abroad == '<span lang="en" dir="ltr">counted &lt;twice&gt;</span>'


def test_number_and_brackets_stay_with_foreign_words():
    half = {"low": 4, "high": None, "unit": "of nine unions"}
    with override("ar"):
        sentences = (in_brackets("page 28"), figure_text(half), in_brackets(""))

    assert sentences == (
        '<span lang="en" dir="ltr">(page 28)</span>',
        '<span lang="en" dir="ltr">4 of nine unions</span> على الأقل',
        "",
    )


@pytest.mark.parametrize(
    ("written", "arabic"),
    [
        ("Prop 5", "الأطروحة\xa05"),
        ("Rec 10", "التوصية\xa010"),
        ("text after Rec 6", '<span lang="en" dir="ltr">text after Rec 6</span>'),
        ("p. 28", '<span lang="en" dir="ltr">p. 28</span>'),
        (None, ""),
    ],
)
def test_parts_of_the_paper_are_called_in_the_language_of_the_page(written, arabic):
    with override("en"):
        assert locator(written) == (written or "")
    with override("ar"):
        assert locator(written) == arabic


@pytest.mark.parametrize(
    ("language", "written", "wrapped"),
    [
        ("ar", "<bdi>Ana</bdi>: a note (short)", True),
        ("ar", "<bdi>آنا</bdi>: a note", False),
        ("ar", '<a title="عن">Ana</a>', True),
        ("ar", "28 – 30", False),
        ("ar", "<div>A text.</div>", False),
        ("es", "<bdi>Ana</bdi>: a note (short)", False),
    ],
)
def test_what_is_wholly_foreign_is_one_run(language, written, wrapped):
    template = Template("{% load labels %}{% isolate %}{{ said|safe }}{% end_isolate %}")
    with override(language):
        html = template.render(Context({"said": written}))

    assert html == (f'<span dir="ltr">{written}</span>' if wrapped else written)


def test_examples_of_dates_stay_whole():
    assert with_dates("A year or day: 2010, 2010-10 <or> 2026-11-25 14:00.") == (
        'A year or day: 2010, <time dir="ltr">2010-10</time> &lt;or&gt; '
        '<time dir="ltr">2026-11-25 14:00</time>.'
    )


def test_term_is_worded_in_the_language_of_the_page_if_the_codebook_has_it():
    labels = {"en": "women", "es": "mujeres"}

    with override("es"):
        sentences = (codebook_text(labels), codebook_text({"en": "women"}))

    assert sentences == ("mujeres", '<span lang="en" dir="ltr">women</span>')


def test_spanish_page_of_an_entry_marks_what_is_english_on_it(write, client):
    record = write.record("organization", "fiob", "Frente Indígena")
    write.say("text", record, body="A front.", text_kind="summary", language="en")
    write.say("text", record, body="Un frente.", text_kind="own_words", language="es")

    page = page_of(client.get("/es/organizations/fiob/"))

    texts = [text.one("div") for text in page.main.every("div", kind="text")]
    assert [(text.text, text.attributes.get("lang")) for text in texts] == [
        ("Un frente.", None),
        ("A front.", "en"),
    ]


@pytest.mark.parametrize(("language", "between"), [("en", ", "), ("es", ", "), ("ar", "، ")])
def test_things_of_a_list_stand_apart_as_the_language_writes_it(language, between):
    with override(language):
        assert comma() == between
