"""Entries: what the public may read, in reading order, found by what is said today."""

import json
from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check
from orgs.changes.revert import revert
from orgs.projection.ancestor import Ancestor
from orgs.projection.entry import Entry, EntryChange
from orgs.records.arena import Arena
from orgs.records.kinds import Kind
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.search.days import parse_days
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.relation import Relation
from orgs.statements.statement import statement_kinds
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries_equal_the_ledger(write: Writer):
    yield
    assert check()[0] == []


@pytest.fixture
def mfa(write: Writer) -> Record:
    return write.record("partnership", "mfa", "Migrant Forum in Asia")


@pytest.fixture
def kapatiran(write: Writer) -> Record:
    return write.record("organization", "kapatiran", "Kapatiran")


def document_of(record: Record) -> dict:
    return json.loads(Entry.objects.get(pk=record.pk).document)


def slugs_with(filter: str, value: object) -> list[str]:
    """The slugs of the entries that have a value of a filter today."""
    entries = Entry.objects.published().holding([filter], [str(value)]).order_by("slug")
    return list(entries.values_list("slug", flat=True))


def slugs_with_in(days: str, filter: str, value: object = "") -> list[str]:
    """The slugs of the entries that had a value of a filter in a year, month or day."""
    entries = Entry.objects.published().holding_in(parse_days(days), [filter], [str(value)])
    return list(entries.order_by("slug").values_list("slug", flat=True))


def part_of(write: Writer, inner: Record, outer: Record, **values) -> Changeset:
    return write.say(
        "relation", inner, predicate=write.terms["predicate:part_of"], object=outer, **values
    )


# Documents


def test_document_reads_in_one_order(write, kapatiran):
    assert list(document_of(kapatiran)) == [
        "id",
        "slug",
        "kind",
        "url",
        "api_url",
        "label",
        "sphere",
        "arenas",
        "dates",
        "names",
        "texts",
        "places",
        "memberships",
        "involvements",
        "legal_acts",
        "context",
        "coverage",
        "traits",
        "figures",
        "relations",
        "identifiers",
        "links",
        "contacts",
        "withheld",
        "observed",
        "sources",
    ]


def test_partnership_says_what_it_is_called_and_where_its_members_are_asked_for(write, mfa):
    document = document_of(mfa)

    assert list(document)[-4:] == ["sources", "calls_itself", "called", "members"]
    assert document["members"] == f"/api/v1/memberships/?partnership={mfa.key}"


def test_statement_has_its_speaker_locator_and_confidence(write, kapatiran, mfa):
    change = write.say(
        "membership",
        kapatiran,
        partnership=mfa,
        grade="affiliate",
        detail="Since its first congress.",
        edtf="1994~/..",
        locator="Prop 7",
        quote="as an affiliate",
        voice="quoted",
        speaker=mfa,
        confidence="implied",
        note="Spelled differently.",
    )
    number = Membership.objects.get(added=change.number).pk

    assert document_of(kapatiran)["memberships"] == [
        {
            "statement": number,
            "grade": "affiliate",
            "partnership": {
                "id": str(mfa.key),
                "kind": "partnership",
                "slug": "mfa",
                "label": "Migrant Forum in Asia",
                "url": "/organizations/mfa/",
                "api_url": f"/api/v1/organizations/{mfa.key}/",
            },
            "detail": "Since its first congress.",
            "when": "1994~/..",
            "observed": "2010",
            "current": True,
            "holds": True,
            "disputed": False,
            "source": "survey-2010",
            "locator": "Prop 7",
            "quote": "as an affiliate",
            "voice": "quoted",
            "speaker": {
                "id": str(mfa.key),
                "label": "Migrant Forum in Asia",
                "url": "/organizations/mfa/",
                "api_url": f"/api/v1/organizations/{mfa.key}/",
            },
            "confidence": "implied",
            "preferred": False,
            "note": "Spelled differently.",
        }
    ]


def test_speaker_that_is_no_record_is_named_as_printed(write, kapatiran):
    write.say("name", kapatiran, text="K", voice="quoted", speaker_name="The Manila Bulletin")

    assert document_of(kapatiran)["names"][1]["speaker"] == {
        "id": None,
        "label": "The Manila Bulletin",
        "url": None,
        "api_url": None,
    }


def test_undated_statement_says_when_it_was_observed(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa)

    one = document_of(kapatiran)["memberships"][0]
    assert (one["when"], one["observed"], one["current"]) == (None, "2010", True)


@pytest.mark.parametrize(
    ("edtf", "current"),
    [("1994/2001", False), ("1994/..", True), ("2001", False), ("2001/9999", True)],
)
def test_state_is_current_while_it_lasts(write, kapatiran, mfa, edtf, current):
    write.say("membership", kapatiran, partnership=mfa, edtf=edtf)

    assert [one["current"] for one in document_of(kapatiran)["memberships"]] == [current]


def test_event_stays_true(write, kapatiran):
    write.say("existence", kapatiran, event="founded", edtf="1994")

    assert [one["current"] for one in document_of(kapatiran)["dates"]] == [True]


def test_preferred_statement_stands_first(write, kapatiran):
    write.say("name", kapatiran, text="K1")
    write.say("name", kapatiran, text="K2", language="tl", preferred=True)

    names = [name["text"] for name in document_of(kapatiran)["names"]]
    assert names == ["Kapatiran", "K2", "K1"]


def test_document_cites_each_source_once(write, kapatiran):
    other = write.another_source("annual-report")
    for text in ("K1", "K2"):
        write.say("name", kapatiran, text=text, source=other)

    assert [source["id"] for source in document_of(kapatiran)["sources"]] == [
        "annual-report",
        "survey-2010",
    ]


def test_label_is_the_preferred_name_then_english_then_official_then_the_slug(write):
    changeset = Changeset()
    record = changeset.record("organization", "fiob")
    changeset.propose().accept()
    labels = [document_of(record)["label"]]
    for values in (
        {"text": "Frente", "language": "es", "name_kind": "acronym"},
        {"text": "Frente Indígena", "language": "es"},
        {"text": "Front", "language": "en", "name_kind": "translation"},
        {"text": "Indigenous Front", "language": "en"},
        {"text": "Frente Indígena de Organizaciones", "language": "es", "preferred": True},
    ):
        write.say("name", record, **values)
        labels.append(document_of(record)["label"])

    assert labels == [
        "fiob",
        "Frente",
        "Frente Indígena",
        "Front",
        "Indigenous Front",
        "Frente Indígena de Organizaciones",
    ]


def test_name_that_does_not_hold_is_no_label(write):
    changeset = Changeset()
    record = changeset.record("organization", "fiob")
    changeset.add("name", record, text="Front", holds=False, preferred=True, source=write.source_id)
    changeset.propose().accept()

    entry = Entry.objects.get(pk=record.pk)
    assert (entry.label, entry.names) == ("fiob", "")


def test_card_says_no_more_than_the_document(write, kapatiran):
    place = write.record("place", "hk", "Hong Kong")
    write.say("name", kapatiran, text="KPT", name_kind="acronym")
    write.say("presence", kapatiran, place=place, role="seat")
    write.say("arena_placement", kapatiran, arena="membership")
    write.say("arena_placement", kapatiran, arena="media", holds=False)
    write.say("text", kapatiran, text_kind="summary", body="What others say.")
    write.say("text", kapatiran, text_kind="own_words", body="What we say.")
    write.say("trait", kapatiran, term=write.terms["sphere:civil"])

    card = json.loads(Entry.objects.get(pk=kapatiran.pk).card)
    assert card == {
        "id": str(kapatiran.key),
        "kind": "organization",
        "slug": "kapatiran",
        "url": "/organizations/kapatiran/",
        "label": "Kapatiran",
        "sphere": "civil",
        "acronym": "KPT",
        "where": ["Hong Kong"],
        "place_type": None,
        "place_type_label": None,
        "arenas": ["membership"],
        "dates": [],
        "line": "What we say.",
        "observed": {"itself": None, "network": None, "anyone": "2010"},
    }


def test_every_kind_of_statement_has_a_part_of_its_own():
    parts = {model.part for model in statement_kinds().values()}

    assert len(parts) == len(statement_kinds())


def test_four_arenas_have_entries_from_the_beginning(db):
    arenas = Entry.objects.of_kinds("arena").order_by("id").values_list("key", "label", "state")

    assert list(arenas) == [
        (arena.code, arena.label, "published") for arena in Arena.objects.order_by("position")
    ]


def test_entry_leads_to_its_page(write, mfa):
    assert {
        entry.kind: entry.get_absolute_url()
        for entry in Entry.objects.filter(key__in=[mfa.key, "survey-2010", "form:network", "ngo"])
    } == {
        "partnership": "/organizations/mfa/",
        "source": "/sources/survey-2010/",
        "term": "/terms/form/#network",
        "arena": "/arenas/ngo/",
    }


# What changes, and what does not


def test_change_below_the_public_tier_leaves_the_entry_alone(write, kapatiran):
    before = Entry.objects.filter(pk=kapatiran.pk).values().get()

    write.say("contact", kapatiran, contact_kind="email", value="secret@kapatiran.example")
    write.say("text", kapatiran, text_kind="goal", body="secret", tier=Tier.VETTED)

    assert Entry.objects.filter(pk=kapatiran.pk).values().get() == before


def test_change_is_recorded_for_the_entries_it_changes_alone(write, kapatiran, mfa):
    fiob = write.record("organization", "fiob")
    write.say("membership", kapatiran, partnership=mfa)
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=mfa), text="Forum")
    number = changeset.propose().accept().number

    changes = EntryChange.objects.filter(change=number).order_by("kind")
    assert [(one.kind, one.entry, one.state) for one in changes] == [
        ("membership", Membership.objects.get().pk, "published"),
        ("organization", kapatiran.pk, "published"),
        ("partnership", mfa.pk, "published"),
    ]
    assert Entry.objects.get(pk=fiob.pk).change < number


def test_member_leaves_statements_about_its_partnership_alone(write, kapatiran, mfa):
    before = Entry.objects.filter(pk=mfa.pk).values().get()

    write.say("membership", kapatiran, partnership=mfa)

    expected = ("findings", "change", "updated")
    after = Entry.objects.filter(pk=mfa.pk).values().get()
    assert {name: after[name] for name in after if after[name] != before[name]}.keys() == {
        *expected
    }
    form = Entry.objects.get(pk=mfa.pk).read()["observed_form"]
    assert [form["numbers"]["members"], form["because"]] == [1, [Membership.objects.get().pk]]
    assert (
        slugs_with("partnership", mfa.pk) == ["kapatiran", str(Membership.objects.get().pk)][::-1]
    )


# Filters


def test_records_are_found_by_their_statements(write, kapatiran, mfa):
    place = write.record("place", "hk", "Hong Kong")
    write.say("arena_placement", kapatiran, arena="membership")
    write.say("presence", kapatiran, place=place, role="seat")
    write.say("presence", kapatiran, place=place, role="organized_base_in")
    write.say("trait", kapatiran, term=write.terms["identity:women"])
    write.say("existence", kapatiran, event="founded", edtf="1994")
    write.say("identifier", kapatiran, scheme="hk-registry", value="007")
    write.say("figure", kapatiran, measure=write.terms["measure:participants"], low=100)
    part_of(write, kapatiran, mfa)

    entries = {
        (filter, value): slugs_with(filter, value)
        for filter, value in (
            ("arena", "membership"),
            ("country", place.pk),
            ("organized_base_in", place.pk),
            ("active_in", place.pk),
            ("identity", "women"),
            ("event", "founded"),
            ("identifier", "hk-registry:007"),
            ("measure", "participants"),
            ("related", mfa.pk),
            ("related_by", f"part_of:{mfa.pk}"),
            ("exists", ""),
        )
    }

    nowhere = ("active_in", place.pk)
    assert entries.pop(nowhere) == []
    assert entries.pop(("exists", "")) == ["hk", "kapatiran", "mfa"]
    assert entries == {facet: ["kapatiran"] for facet in entries}


def test_denial_is_shown_but_not_found(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, holds=False, detail="uncommonword")

    assert [one["holds"] for one in document_of(kapatiran)["memberships"]] == [False]
    assert "kapatiran" not in slugs_with("partnership", mfa.pk)
    assert "uncommonword" not in Entry.objects.get(pk=kapatiran.pk).words


def test_form_is_what_it_calls_itself_in_its_own_voice_and_what_it_is_called_in_any_other(
    write, mfa
):
    network, coalition = write.terms["form:network"], write.terms["form:coalition"]
    own = write.another_source("own-mfa", source_kind="own")
    write.say("trait", mfa, term=network, source=own, voice="own")
    write.say("trait", mfa, term=coalition)
    write.say("trait", mfa, term=network, voice="quoted", speaker=mfa)

    document = document_of(mfa)
    assert [one["term"] for one in document["calls_itself"]] == ["network", "network"]
    assert [one["term"] for one in document["called"]] == ["coalition"]
    assert (slugs_with("calls_itself", "network"), slugs_with("called", "network")) == (["mfa"], [])
    assert (slugs_with("calls_itself", "coalition"), slugs_with("called", "coalition")) == (
        [],
        ["mfa"],
    )


def test_what_has_ended_is_found_in_its_time_only(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, edtf="1994/2001-06")

    membership = str(Membership.objects.get().pk)
    assert slugs_with("partnership", mfa.pk) == [membership]
    assert {
        days: slugs_with_in(days, "partnership", mfa.pk)
        for days in ("1993", "1994", "2001", "2001-06-30", "2001-07-01", "2010")
    } == {
        "1993": [],
        "1994": [membership, "kapatiran"],
        "2001": [membership, "kapatiran"],
        "2001-06-30": [membership, "kapatiran"],
        "2001-07-01": [],
        "2010": [],
    }


def test_undated_statement_is_found_from_the_day_its_source_looked(write, kapatiran):
    write.say("arena_placement", kapatiran, arena="ngo")

    assert slugs_with("arena", "ngo") == ["kapatiran"]
    assert [
        slugs_with_in(days, "arena", "ngo") for days in ("2009-12-31", "2010-01-01", "2099")
    ] == [
        [],
        ["kapatiran"],
        ["kapatiran"],
    ]


def test_record_exists_from_its_founding_to_its_end(write, kapatiran):
    write.say("existence", kapatiran, event="founded", edtf="1994-03")
    write.say("existence", kapatiran, event="ended", edtf="2005")

    periods = ("1994-02", "1994-03", "2000", "2005-12-31", "2006")
    assert ["kapatiran" in slugs_with_in(days, "exists") for days in periods] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_gathering_exists_while_it_is_held_or_planned(write):
    pga = write.record("gathering", "pga", "Peoples’ Global Action")
    write.say("existence", pga, event="planned", edtf="2011-11-28/2011-12-02")

    periods = ("2010", "2011-11-28", "2011-12-02", "2011-12-03", "2012")
    assert ["pga" in slugs_with_in(days, "exists") for days in periods] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_record_without_dates_exists_from_its_first_statement(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, edtf="1994/2001")

    assert ["kapatiran" in slugs_with_in(days, "exists") for days in ("1993", "1994", "2099")] == [
        False,
        True,
        True,
    ]


# What is in what


@pytest.fixture
def geography(write: Writer) -> dict[str, Record]:
    """A city in a state in a country in a region."""
    places = {
        slug: write.record("place", slug, slug.title())
        for slug in ("oaxaca-city", "oaxaca", "mexico", "latin-america")
    }
    pairs = list(zip(places.values(), list(places.values())[1:], strict=False))
    for inner, outer in pairs:
        part_of(write, inner, outer)
    return places


def ancestors_of(record: Record) -> list[str]:
    entries = Ancestor.objects.filter(record=record).order_by("ancestor__slug")
    return list(entries.values_list("ancestor__slug", flat=True))


def test_city_is_in_its_state_country_and_region(write, geography, kapatiran):
    write.say("presence", kapatiran, place=geography["oaxaca-city"], role="seat", edtf="1994/..")

    assert ancestors_of(geography["oaxaca-city"]) == ["latin-america", "mexico", "oaxaca"]
    entries = {slug: slugs_with("country", place.pk) for slug, place in geography.items()}
    assert entries == {slug: ["kapatiran"] for slug in geography}
    assert slugs_with_in("1994", "country", geography["mexico"].pk) == ["kapatiran"]
    assert slugs_with_in("1993", "country", geography["mexico"].pk) == []


def test_relation_that_is_retired_takes_the_city_out_of_its_country(write, geography, kapatiran):
    write.say("presence", kapatiran, place=geography["oaxaca-city"], role="seat")

    changeset = Changeset()
    changeset.retire(Relation.objects.get(record=geography["oaxaca"]))
    changeset.propose().accept()

    assert ancestors_of(geography["oaxaca-city"]) == ["oaxaca"]
    assert slugs_with("country", geography["mexico"].pk) == []
    revert(changeset).propose().accept()
    assert slugs_with("country", geography["mexico"].pk) == ["kapatiran"]


@pytest.mark.parametrize("hidden", ["relation", "source", "place"])
def test_confidential_country_finds_nothing(write, geography, kapatiran, hidden):
    write.say("presence", kapatiran, place=geography["oaxaca-city"], role="seat")
    leak = write.another_source("leak")
    other = write.record("place", "aztlan", "Aztlan")
    part_of(write, geography["oaxaca-city"], other, source=leak)
    before = slugs_with("country", other.pk)

    changeset = Changeset()
    if hidden == "relation":
        changeset.restrict(Relation.objects.get(object=other), Tier.REPRESENTATIVES)
    elif hidden == "source":
        changeset.restrict(leak, Tier.REPRESENTATIVES)
    else:
        changeset.change_record(Record.objects.get(pk=other.pk), level=Level.HIDDEN)
    changeset.propose().accept()

    assert (before, slugs_with("country", other.pk)) == (["kapatiran"], [])
    assert slugs_with("country", geography["mexico"].pk) == ["kapatiran"]


def test_records_that_are_part_of_each_other_do_no_harm(write, geography):
    part_of(write, geography["latin-america"], geography["oaxaca-city"])

    assert ancestors_of(geography["mexico"]) == ["latin-america", "oaxaca", "oaxaca-city"]


def test_edition_is_in_its_series(write):
    series, edition = write.record("gathering", "pga"), write.record("gathering", "pga-2010")
    write.say("relation", edition, predicate=write.terms["predicate:edition_of"], object=series)

    assert ancestors_of(edition) == ["pga"]


def test_entry_kinds_are_those_of_records_and_what_they_rest_on(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa)

    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds <= {*Kind.values, "source", "term", "arena", "membership"}
    assert {"organization", "partnership", "source", "term", "arena", "membership"} <= kinds


def test_days_that_overlap_are_enough(write, kapatiran, mfa):
    write.say("membership", kapatiran, partnership=mfa, edtf="2001-12-31")

    days = DateRange(date(2001, 12, 31), date(2002, 6, 1), "[)")
    entries = Entry.objects.holding_in(days, ["partnership"], [str(mfa.pk)])
    assert list(entries.values_list("kind", "label").order_by("kind")) == [
        ("membership", "Kapatiran in Migrant Forum in Asia"),
        ("organization", "Kapatiran"),
    ]


def test_figures_are_shown_without_needless_zeros(write, kapatiran):
    write.say(
        "figure", kapatiran, measure=write.terms["measure:participants"], low=2000, high=2500000
    )
    write.say("figure", kapatiran, measure=write.terms["measure:participants"], low="12.5")

    assert '"low" : 2000, "high" : 2500000,' in write.entry(kapatiran).document
    assert '"low" : 12.5, "high" : null,' in write.entry(kapatiran).document
