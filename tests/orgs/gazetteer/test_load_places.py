"""`load_places`: all countries are records from the start, said once, in any order of loading."""

import pytest
from django.core.management import call_command

from orgs.changes.changeset import Changeset
from orgs.gazetteer.load import load_table, make_countries
from orgs.gazetteer.model import GazetteerPlace
from orgs.gazetteer.resolving import resolve_place
from orgs.pages.translated_labels import translated_name
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.slugs import permanent_key
from orgs.statements.identifier import Identifier
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds

CODES = ("ad", "gb", "hk", "mm", "ps", "us", "zw")


def current_statements() -> list[tuple]:
    """Every statement, by what it says and where it says it."""
    return sorted(
        (kind, *(str(getattr(statement, field.attname)) for field in model.operation_fields()))
        for kind, model in statement_kinds().items()
        for statement in model.objects.current()
    )


def test_every_country_is_a_record_with_a_name_in_every_language(gazetteer):
    codes = [
        code.lower()
        for code in GazetteerPlace.objects.filter(kind="country").values_list("code", flat=True)
    ]
    records = Record.objects.filter(kind="place", slug__in=codes)
    assert records.count() == len(codes) == 249
    for language in ("en", "es", "ar"):
        named = Name.objects.current().filter(language=language, record__in=records)
        assert set(named.values_list("record__slug", flat=True)) == set(codes)
    identifiers = Identifier.objects.current().filter(scheme="iso3166-1")
    assert {(item.value.lower(), item.record.slug) for item in identifiers} == {
        (code, code) for code in codes
    }
    assert Entry.objects.published().of_kinds("place").count() == 249


def test_keys_of_countries_are_the_same_everywhere(gazetteer):
    for slug in CODES:
        assert Record.objects.get(slug=slug).key == permanent_key(slug)


def test_second_run_changes_nothing(gazetteer):
    before = current_statements(), Changeset.objects.count()
    call_command("load_places", verbosity=0)
    assert (current_statements(), Changeset.objects.count()) == before


def test_nothing_is_stored_twice_beside_the_paper(paper):
    before = current_statements()
    call_command("load_places", verbosity=0)
    after = current_statements()
    assert set(before) <= set(after)
    assert len(after) == len(set(after))
    assert Entry.objects.get(slug="mm", kind="place").label == "Myanmar (Burma)"
    for slug in ("mx", "hk", "kr"):
        added = Name.objects.filter(record__slug=slug, added__label="gazetteer")
        assert list(added) == []
    count = Changeset.objects.count()
    call_command("load_paper", verbosity=0)
    call_command("load_places", verbosity=0)
    assert Changeset.objects.count() == count


def test_paper_loaded_afterwards_repeats_no_statement(gazetteer):
    call_command("load_paper", verbosity=0)
    statements = current_statements()
    assert len(statements) == len(set(statements))
    assert Entry.objects.get(slug="mm", kind="place").label == "Myanmar (Burma)"
    assert Record.objects.filter(slug="hk").count() == 1
    count = Changeset.objects.count()
    call_command("load_places", verbosity=0)
    call_command("load_paper", verbosity=0)
    assert Changeset.objects.count() == count


def test_every_country_is_called_as_in_cldr_and_found_by_its_other_names(gazetteer):
    """Also where the paper prints another name: the Burma of Prop 7."""
    call_command("load_paper", verbosity=0)
    entries = Entry.objects.published().of_kinds("place")
    for country in GazetteerPlace.objects.filter(kind="country"):
        entry = entries.get(slug=country.code.lower())
        names = entry.read()["names"]
        shown = {
            language: (translated_name(language, names) or {}).get("text")
            for language in ("en", "es", "ar")
        }
        assert shown == country.translations
        assert entry.label == country.label
    for typed in ("Burma", "Birmania", "Myanmar", "ميانمار", "بورما", "Myanmar (Birmania)"):
        assert resolve_place(typed).slug == "mm"


def test_what_an_editor_removed_is_not_added_again(gazetteer):
    name = Name.objects.current().get(record__slug="mm", language="en")
    changeset = Changeset(reason="A better name.")
    changeset.replace(name, text="Myanmar")
    changeset.propose().accept()
    assert make_countries() == 0


def test_country_whose_slug_changed_is_known_by_its_code(gazetteer):
    record = Record.objects.get(slug="mm")
    changeset = Changeset(reason="A readable address.")
    changeset.change_record(record, slug="myanmar")
    changeset.propose().accept()
    assert make_countries() == 0


@pytest.mark.parametrize("kind", ["organization"])
def test_country_whose_slug_another_record_has_gets_a_longer_one(db, kind):
    changeset = Changeset(reason="An organization called AD.")
    changeset.record(kind, "ad")
    changeset.propose().accept()
    load_table()
    make_countries()
    place = Identifier.objects.get(scheme="iso3166-1", value="AD").record
    assert (place.kind, place.slug, place.key) == ("place", "ad-ad", permanent_key("ad"))
    assert make_countries() == 0
