"""Search: words of any script, their beginnings and typing errors lead to entries."""

import pytest
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, Value

from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.search.text import search
from orgs.statements.name import Name
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db

NAMES = {
    "mfa": ("Migrant Forum in Asia", "en"),
    "fiob": ("Frente Indígena de Organizaciones Binacionales", "es"),
    "strasse": ("Straßenzeitung der Wanderarbeiter", "de"),
    "radio": ("Radio Bilingüe", "es"),
    "khmer": ("សហភាពពលករចំណាកស្រុក", "km"),
    "arabic": ("منظمة العمال المهاجرين", "ar"),
    "chinese": ("外籍劳工联合会", "zh-Hans"),
    "hindi": ("प्रवासी श्रमिक संघ", "hi"),
    "thai": ("เครือข่ายแรงงานข้ามชาติ", "th"),
    "korean": ("이주노동자노동조합", "ko"),
    "cyrillic": ("Союз трудовых мигрантов", "ru"),
    "greek": ("Ένωση Μεταναστών Εργατών", "el"),
    "hebrew": ("ארגון מהגרי העבודה", "he"),
    "burmese": ("ရွှေ့ပြောင်းအလုပ်သမားများ", "my"),
    "tamil": ("புலம்பெயர் தொழிலாளர் சங்கம்", "ta"),
    "amharic": ("የስደተኞች ማኅበር", "am"),
    "vietnamese": ("Hội Người Lao Động Di Cư", "vi"),
    "turkish": ("İşçi Göçmenler Derneği", "tr"),
    "threebyone": ("3 x 1 Program for Migrants", "en"),
    "resolution": ("A/HRC/15/L/23", "en"),
    "apostrophe": ("Peoples’ Global Action", "en"),
    "ampersand": ("Work & Dignity, Inc.", "en"),
    "percent": ("100% Migrant", "en"),
    "underscore": ("under_score", "en"),
    "backslash": ("back\\slash", "en"),
    "one-sign": ("工", "zh-Hans"),
}


@pytest.fixture
def named(write: Writer) -> Writer:
    changeset = Changeset(reason="Names in many scripts.")
    for slug, (text, language) in NAMES.items():
        record = changeset.record("organization", slug)
        changeset.add(
            "name",
            record,
            text=text,
            language=language,
            preferred=True,
            source=write.source_id,
        )
    changeset.propose().accept()
    return write


def slugs_matching(query: str) -> list[str]:
    """The slugs of the organizations found, best first."""
    entries = Entry.objects.published().of_kinds("organization")
    return list(
        search(entries, query).order_by("rank", "sort_key", "id").values_list("slug", flat=True)
    )


def ranks(query: str) -> dict[str, int]:
    entries = Entry.objects.published().of_kinds("organization")
    return dict(search(entries, query).values_list("slug", "rank"))


def test_every_name_finds_its_organization(named):
    assert {slug: slugs_matching(text) for slug, (text, _) in NAMES.items()} == {
        slug: ["one-sign", "chinese"] if slug == "one-sign" else [slug] for slug in NAMES
    }


QUERIES = {
    # Accents, case and typographic variants may be left out.
    "frente indigena": "fiob",
    "FRENTE INDÍGENA": "fiob",
    "Frente Indi\u0301gena": "fiob",
    "radio bilingue": "radio",
    "strassenzeitung": "strasse",
    "STRASSENZEITUNG": "strasse",
    "straßen": "strasse",
    "hoi nguoi lao dong": "vietnamese",
    "isci gocmenler": "turkish",
    "ενωση μεταναστων": "greek",
    "союз ТРУДОВЫХ": "cyrillic",
    "ｍｉｇｒａｎｔ ｆｏｒｕｍ": "mfa",
    # Beginnings of words, in any order.
    "migr forum": "mfa",
    "asia forum": "mfa",
    "binac frente": "fiob",
    "трудовых союз": "cyrillic",
    # Parts of names in scripts without spaces between words.
    "ពលករ": "khmer",
    "សហភាព": "khmer",
    "المهاجرين": "arabic",
    "العمال": "arabic",
    "劳工": "chinese",
    "联合会": "chinese",
    "श्रमिक": "hindi",
    "प्रवासी": "hindi",
    "แรงงาน": "thai",
    "노동조합": "korean",
    "노동자": "korean",
    "מהגרי": "hebrew",
    "အလုပ်သမား": "burmese",
    "தொழிலாளர்": "tamil",
    "ማኅበር": "amharic",
    # Punctuation is no hindrance.
    "3 x 1": "threebyone",
    "A/HRC/15/L/23": "resolution",
    "a hrc 15 l 23": "resolution",
    "HRC/15": "resolution",
    "peoples' global": "apostrophe",
    "peoples’ global": "apostrophe",
    "peoples global action": "apostrophe",
    "work and dignity": "ampersand",
    "work & dignity": "ampersand",
    '"migrant forum in asia"': "mfa",
    "(migrant) forum!": "mfa",
    "migrant* forum*": "mfa",
    "  migrant\t forum \n": "mfa",
    "under_score": "underscore",
    "back\\slash": "backslash",
    "100%": "percent",
    # Typing errors.
    "migrnat forum": "mfa",
    "fronte indigena": "fiob",
    "strasenzeitung": "strasse",
    "bilinque": "radio",
}


def test_query_finds_its_organization_first(named):
    assert {query: slugs_matching(query)[:1] for query in QUERIES} == {
        query: [slug] for query, slug in QUERIES.items()
    }


def test_nothing_but_punctuation_finds_nothing(named):
    queries = (
        "",
        " ",
        "%",
        "_",
        "\\",
        "*",
        "'",
        '"',
        "&",
        "|",
        "!",
        "()",
        ":*",
        "<->",
        "...",
        "’“”",
    )

    assert {query: slugs_matching(query) for query in queries} == {query: [] for query in queries}


def test_signs_of_patterns_stand_for_themselves(named):
    expected = {
        "1%t": [],
        "rant%rum": [],
        "under%score": ["underscore"],
        "u_der_score": [],
        "migrant_forum": ["mfa"],
        "back\\\\slash": ["backslash"],
        "100%%": ["percent"],
    }

    exact = {query: [slug for slug, rank in ranks(query).items() if rank < 4] for query in expected}

    assert exact == expected


def test_no_query_is_an_error(named):
    queries = (
        "a & b | !c",
        "':*",
        "foo:*",
        "it's",
        "\\'",
        "' OR 1=1 --",
        "{a}",
        "<b>x</b>",
        "\u200b\u200d",
        "x" * 300,
        "a " * 150,
        "👩‍🌾",
        "\U0010ffff",
        "%s %(x)s",
        "$1",
    )

    for query in queries:
        assert isinstance(slugs_matching(query), list)


def test_names_come_before_texts_and_exact_names_first(write):
    changeset = Changeset()
    for slug, name, text in (
        ("exact", "Migrant Voice", ""),
        ("begins", "Migrant Voice of Asia", ""),
        ("has-it", "The Migrant and the Voice", ""),
        ("text-only", "Another body", "It gives a voice to every migrant."),
        ("neither", "Something else", "It gives nothing."),
    ):
        record = changeset.record("organization", slug)
        changeset.add("name", record, text=name, preferred=True, source=write.source_id)
        if text:
            changeset.add("text", record, text_kind="summary", body=text, source=write.source_id)
    changeset.propose().accept()

    assert ranks("migrant voice") == {"exact": 0, "begins": 1, "has-it": 2, "text-only": 3}
    assert slugs_matching("migrant voice") == ["exact", "begins", "has-it", "text-only"]


def test_any_of_several_names_is_a_name(write):
    record = write.record("organization", "fiob", "Frente Indígena")
    write.say("name", record, text="FIOB", name_kind="acronym")
    write.say("name", record, text="Indigenous Front", language="en", name_kind="translation")

    assert [ranks(query) for query in ("frente indigena", "fiob", "indigenous front")] == [
        {"fiob": 0}
    ] * 3


def test_what_a_record_is_tied_to_finds_it(write):
    place = write.record("place", "hk", "Hong Kong")
    partnership = write.record("partnership", "mfa", "Migrant Forum in Asia")
    record = write.record("organization", "kapatiran", "Kapatiran")
    write.say("presence", record, place=place, role="seat")
    write.say("membership", record, partnership=partnership, detail="a founding member")
    write.say("trait", record, term=write.terms["identity:women"])
    write.say("identifier", record, scheme="hk-registry", value="0012345")

    queries = ("hong kong", "migrant forum", "founding", "women", "0012345")
    assert {query: "kapatiran" in slugs_matching(query) for query in queries} == dict.fromkeys(
        queries, True
    )


def test_retired_name_finds_nothing(write):
    record = write.record("organization", "fiob", "Frente")
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=record), text="Front")
    changeset.propose().accept()

    assert (slugs_matching("Frente"), slugs_matching("front")) == ([], ["fiob"])


def test_typing_error_is_forgiven_only_where_nothing_else_is_found(write):
    write.record("organization", "alliance", "Alliance")
    write.record("organization", "aliance", "Aliance")

    assert ranks("aliance") == {"aliance": 0}
    assert set(ranks("alliiance")) == {"alliance", "aliance"}


@pytest.mark.parametrize(("text", "_"), NAMES.values(), ids=NAMES)
def test_names_that_have_every_word_are_all_whose_words_are_in_names(named, text, _):
    for query in (text, text.upper(), " ".join(reversed(text.split())), text[:2]):
        by_words = Entry.objects.annotate(
            name_words=Func(
                "words", Value("{a}"), function="ts_filter", output_field=SearchVectorField()
            )
        ).filter(name_words__matches=query)

        assert set(by_words) <= set(Entry.objects.filter(names__having_each=query))


def test_search_stays_within_the_entries_it_is_given(named):
    places = Entry.objects.published().of_kinds("place")

    assert list(search(places, "migrant")) == []
    assert list(search(places, "migrnat forum")) == []
