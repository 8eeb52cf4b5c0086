"""Whoever asks never to be listed is not, by any door; and nobody reads who asked."""

import secrets

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from orgs.models import Changeset, Level, Record, Unlisted
from tests.orgs.admin_desk import editor, signed_in

REFUSED = "This cannot be listed as it stands. Ask a moderator."


@pytest.fixture
def register(write):
    """A register with one name, one web site and one identifier."""
    for sort, text in (
        ("name", "Casa de la Mujer Migrante"),
        ("host", "https://www.casa-mujer.example/contacto"),
        ("identifier", "mx-rfc:CMM010101AB1"),
    ):
        Unlisted.objects.put(sort, text, "safety")


def letter_of(write, slug="nueva", name="Nueva", **adds) -> Changeset:
    """Return a letter that would make a record and say something of it."""
    letter = Changeset(reason="New.")
    record = letter.record("organization", slug)
    letter.add("name", record, text=name, language="es", source=write.source)
    for kind, values in adds.items():
        letter.add(kind, record, **values, source=write.source)
    return letter.propose()


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Casa de la Mujer Migrante"},
        {"name": "CASA DE LA MUJÉR  MIGRANTE!"},
        {"name": "Ｃasa-de-la-Mujer-Migrante"},
        {"slug": "casa-de-la-mujer-migrante"},
        {"link": {"url": "http://casa-mujer.example/"}},
        {"link": {"url": "https://WWW.Casa-Mujer.example:8443/x?y"}},
        {"contact": {"contact_kind": "email", "value": "hola@casa-mujer.example"}},
        {"identifier": {"scheme": "MX-RFC", "value": "cmm010101ab1"}},
    ],
)
def test_what_is_on_the_register_is_refused_when_a_record_is_made(register, write, values):
    letter = letter_of(write, **values)

    with pytest.raises(ValidationError) as refused:
        letter.accept()

    assert refused.value.messages == [REFUSED]
    letter.refresh_from_db()
    assert letter.state == Changeset.State.PROPOSED
    assert not Record.objects.filter(slug__in=("nueva", "casa-de-la-mujer-migrante")).exists()


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Casa de la Mujer"},
        {"link": {"url": "https://example.org/casa-mujer.example"}},
        {"link": {"url": "https://casa-mujer.example/about", "link_kind": "information"}},
        {"identifier": {"scheme": "mx-rfc", "value": "CMM010101AB2"}},
    ],
)
def test_others_are_listed(register, write, values):
    assert letter_of(write, **values).accept().number


def test_name_is_refused_for_a_record_that_is_there_and_when_it_comes_back(register, write):
    record = write.record("organization", "nueva")
    with pytest.raises(ValidationError, match="cannot be listed"):
        write.say("name", record, text="Casa de la Mujer Migrante", language="es")
    letter = Changeset()
    letter.change_record(record, slug="casa-de-la-mujer-migrante")
    with pytest.raises(ValidationError, match="cannot be listed"):
        letter.propose().accept()


def test_who_is_withdrawn_and_on_the_register_does_not_come_back(write):
    made = letter_of(write, name="La Otra").accept()
    made.reverted().propose().accept()
    Unlisted.objects.put("name", "La Otra", "request")

    assert Record.objects.get(slug="nueva").level == Level.WITHDRAWN
    with pytest.raises(ValidationError, match="cannot be listed"):
        letter_of(write, slug="nueva-2", name="La otra").accept()


def test_import_says_which_row_is_refused_and_not_why(register, write, tmp_path, capsys):
    file = tmp_path / "names.csv"
    write.record("organization", "uno")
    write.record("organization", "dos")
    file.write_text(
        "record,text,language,source\nuno,Casa de la Mujer Migrante,es,survey-2010\n"
        "dos,Los Otros,es,survey-2010\n"
    )

    with pytest.raises(CommandError, match="Nothing was stored"):
        call_command("import_records", file, kind="name", accept=True)

    assert next(
        line for line in capsys.readouterr().out.splitlines() if REFUSED in line
    ).startswith("names.csv")


def test_accepting_a_part_is_refused_too(register, write):
    letter = letter_of(write, name="Casa de la Mujer Migrante")

    with pytest.raises(ValidationError, match="cannot be listed"):
        letter.accept_part(None, {"records": [0], "adds": {"name": [0]}})

    assert Changeset.objects.proposed().count() == 1


def test_stranger_who_proposes_learns_nothing(register, write):
    listed, other = letter_of(write, name="Casa de la Mujer Migrante"), letter_of(write, slug="x")

    assert (listed.state, other.state) == ("proposed", "proposed")


def test_table_says_nothing_to_whoever_has_no_key(register):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM orgs_unlisted t")
        rows = [row[0] for row in cursor.fetchall()]
    with override_settings(SECRET_KEY=secrets.token_hex(32)):
        found = Unlisted.objects.matching("name", "Casa de la Mujer Migrante").exists()

    assert (len(rows), found) == (3, False)
    assert not [row for row in rows if "casa" in row.casefold() or "cmm" in row.casefold()]


def test_register_holds_under_the_key_before(register, settings):
    before = settings.SECRET_KEY
    with override_settings(SECRET_KEY=secrets.token_hex(32), SECRET_KEY_FALLBACKS=[before]):
        assert Unlisted.objects.matching("name", "Casa de la Mujer Migrante").exists()


def test_moderator_adds_to_the_register_finds_and_removes_a_line(write, client):
    desk = signed_in(editor())
    desk.post(
        "/admin/orgs/unlisted/add/",
        {"sort": "name", "text": "La Otra", "reason": "request"},
    )
    again = desk.post(
        "/admin/orgs/unlisted/add/", {"sort": "name", "text": "la otra", "reason": "safety"}
    )
    line = Unlisted.objects.get()
    page = desk.get("/admin/orgs/unlisted/").content.decode()
    found = desk.get("/admin/orgs/unlisted/?q=LA+OTRA").content.decode()
    other = desk.get("/admin/orgs/unlisted/?q=nobody").content.decode()
    desk.post(f"/admin/orgs/unlisted/{line.pk}/delete/", {"post": "yes"})

    assert "on the register already" in again.content.decode()
    assert "La Otra" not in page
    assert (line.digest[:8] in found, line.digest[:8] in other) == (True, False)
    assert not Unlisted.objects.exists()


def test_editor_who_only_proposes_does_not_open_the_register(write):
    desk = signed_in(editor("p@example.org", accepts=False))

    assert desk.get("/admin/orgs/unlisted/").status_code == 403


def test_empty_line_is_refused(db):
    for sort, text in (("name", "!!!"), ("host", "nothing"), ("identifier", " ")):
        with pytest.raises(ValidationError):
            Unlisted.objects.put(sort, text, "request")
