"""Single values, as pages write them for people."""

import csv

import pytest
from django.conf import settings
from django.utils.translation import override

from orgs.pages.labels import (
    CARD_LINE_LENGTH,
    card_line,
    figure_text,
    in_language,
    language_name,
    number,
    plain_text,
    prose,
    safe_url,
)
from orgs.pages.translated_labels import translated_term
from orgs.records.edtf import date_in_words
from orgs.records.vocabulary import LABELS_BY_SCHEME


@pytest.mark.parametrize(
    ("edtf", "expected"),
    [
        ("", ""),
        (None, ""),
        ("1986", "1986"),
        ("0033", "33"),
        ("2010-10", "October 2010"),
        ("2010-10-08", "8 October 2010"),
        ("2010-10-08T12:00:00Z", "8 October 2010"),
        ("2001-21", "spring 2001"),
        ("2001-24", "winter 2001"),
        ("199X", "the 1990s"),
        ("19XX", "1900 to 1999"),
        ("2010-XX", "2010"),
        ("2010-10-XX", "October 2010"),
        ("2010~", "about 2010"),
        ("2010?", "2010 (uncertain)"),
        ("2010%", "about 2010 (uncertain)"),
        ("1988/1998", "1988–1998"),
        ("2010-10-08/2010-10-12", "8–12 October 2010"),
        ("2010-10-30/2010-11-02", "30 October 2010 to 2 November 2010"),
        ("2000~/2010~", "about 2000 to about 2010"),
        ("197X/1984", "the 1970s to 1984"),
        ("1994/..", "since 1994"),
        ("197X/..", "since the 1970s"),
        ("1994/", "from 1994, end unknown"),
        ("../2001", "until 2001"),
        ("/2001-05", "until May 2001"),
        ("soon", "soon"),
    ],
)
def test_in_words_reads_a_date_aloud(edtf, expected):
    assert date_in_words(edtf) == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2000, "2,000"),
        ("9400000.0000", "9,400,000"),
        ("0.5000", "0.5"),
        (100.0, "100"),
        ("many", "many"),
    ],
)
def test_number_sets_thousands_apart(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected_text"),
    [
        (2000, 2000, "workers", "2,000 workers"),
        (100, None, "organizations", "at least 100 organizations"),
        (None, 4, "percent", "at most 4 percent"),
        (1, 2, "percent", "1 to 2 percent"),
        (4, 4, "", "4"),
        (4, 4, "edition", "4"),
    ],
)
def test_between_bounds_says_what_a_figure_leaves_open(low, high, unit, expected_text):
    figure = {"low": low, "high": high, "unit": unit, "label": "Edition"}

    assert figure_text(figure) == expected_text


@pytest.mark.parametrize(
    ("tag", "script", "attributes"),
    [
        ("en", "", ""),
        ("es", "", ' lang="es" dir="ltr"'),
        ("ar", "", ' lang="ar" dir="rtl"'),
        ("ku", "Arab", ' lang="ku-Arab" dir="rtl"'),
        ("ur-Latn", "", ' lang="ur-Latn" dir="ltr"'),
        ("und", "", ' lang="" dir="auto"'),
        ("", "", ' lang="" dir="auto"'),
    ],
)
def test_in_language_marks_what_is_not_the_language_of_the_page(tag, script, attributes):
    assert in_language(tag, script) == attributes


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("es", "Spanish"),
        ("mix", "Mixtec"),
        ("ml", "Malayalam"),
        ("pt-BR", "Brazilian Portuguese"),
        ("es-PH", "Spanish"),
        ("zh-Hant", "Traditional Chinese"),
        ("xx", "xx"),
        ("und", ""),
    ],
)
def test_language_name_knows_languages_of_migrants(tag, name):
    assert language_name(tag) == name


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("es", ["tagalo", "mixteco", "malayálam"]),
        ("ar", ["التاغالوغية", "الميكستيكية", "المالايالامية"]),
    ],
)
def test_languages_are_named_in_the_language_of_the_page(code, names):
    with override(code):
        assert [language_name(tag) for tag in ("tl", "mix", "ml")] == names


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**Here** and *there*", "<p><strong>Here</strong> and <em>there</em></p>"),
        ("# A heading", "A heading"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>"),
        ("[x](JaVaScRiPt&colon;alert(1))", "<p>[x](JaVaScRiPt:alert(1))</p>"),
        (
            "![x](https://example.org/x.png)",
            '<p>!<a href="https://example.org/x.png" rel="nofollow noopener ugc">x</a></p>',
        ),
        (
            "[x](https://example.org/)",
            '<p><a href="https://example.org/" rel="nofollow noopener ugc">x</a></p>',
        ),
        (
            "<mailto:a@example.org>",
            '<p><a href="mailto:a@example.org" rel="nofollow noopener ugc">'
            "mailto:a@example.org</a></p>",
        ),
    ],
)
def test_prose_keeps_words_and_lets_nothing_run(written, read):
    assert prose(written) == read


def test_bare_leaves_no_element():
    assert plain_text("**Net** <b>work</b>\n\n* of [all](https://example.org/) & more") == (
        "Net &lt;b&gt;work&lt;/b&gt; of all &amp; more"
    )


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/", "https://example.org/"),
        ("HTTP://example.org/", "HTTP://example.org/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("javascript:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("data:text/html,hi", ""),
        ("//example.org/", ""),
        ("/organizations/", ""),
        ("", ""),
    ],
)
def test_web_address_lets_nothing_run(url, safe):
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("A network.", "A network."),
        ("Half of *it* & more", "Half of it &amp; more"),
        ("word " * 55 + "cut off here", "word " * 55 + "cut…"),
        ("a" * CARD_LINE_LENGTH, "a" * CARD_LINE_LENGTH + "…"),
    ],
)
def test_first_words_ends_after_a_word_what_was_cut(line, read):
    assert card_line(line[:CARD_LINE_LENGTH]) == read


def test_codebook_is_translated_as_it_is_laid_down():
    with (settings.BASE_DIR / "campaigns/paper/terms.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scheme"] in LABELS_BY_SCHEME]

    with override("en"):
        ours = {
            (scheme, code): str(expected)
            for scheme, known in LABELS_BY_SCHEME.items()
            for code, expected in known.items()
        }
    assert ours == {(row["scheme"], row["code"]): row["label"] for row in rows}


@pytest.mark.parametrize("language", ["es", "ar"])
def test_every_term_of_the_paper_is_called_and_defined_in_this_language(language):
    with (settings.BASE_DIR / "campaigns/paper/terms.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    without = [
        f"{row['scheme']}:{row['code']}"
        for row in rows
        if not row[f"labels.{language}"]
        or bool(row["definition"]) != bool(row[f"definitions.{language}"])
    ]
    with override(language):
        otherwise = {
            f"{row['scheme']}:{row['code']}": str(expected)
            for row in rows
            if (expected := LABELS_BY_SCHEME.get(row["scheme"], {}).get(row["code"]))
            and str(expected) != row[f"labels.{language}"]
        }

    assert (without, otherwise) == ([], {})


@pytest.mark.parametrize(
    ("language", "expected"), [("en", ""), ("es", "se dirige a"), ("ar", "يستهدف")]
)
@pytest.mark.django_db
def test_relation_is_worded_in_the_language_of_the_page(language, expected):
    with override(language):
        assert translated_term("predicate", "targets") == expected
        assert translated_term("predicate", "invented_here") == ""
