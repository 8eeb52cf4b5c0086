"""The register of those who asked never to be listed: it is enforced and stays secret.

It is checked when someone who may read it accepts a proposal. No answer, preview or refusal
reveals to anyone else what is on it.
"""

import re
import secrets

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.changes.revert import revert
from orgs.changes.unlisted import Unlisted
from orgs.matching.unlisted_forms import identifier_forms, name_forms, recognized_hosts
from orgs.profiles.own_source import own_source
from orgs.records.record import Level, Record
from orgs.security import digest
from tests.support.admin import editor, signed_in
from tests.support.claims import account, client_of
from tests.support.pages import page_of
from tests.support.uploads import uploaded

MEMORIAL = "Организация Мемориал"
REFUSED = "On the register of what is never to be listed"


@pytest.fixture
def register(write):
    """A register with a few names, web sites and addresses, and one identifier."""
    for kind, text in (
        ("name", "Casa de la Mujer Migrante"),
        ("host", "https://www.casa-mujer.example/contacto"),
        ("identifier", "mx-rfc:CMM010101AB1"),
        ("name", MEMORIAL),
        ("host", "https://www.facebook.com/Colectiva/"),
        ("host", "colectiva@gmail.com"),
        ("host", "luz.wordpress.com"),
    ):
        Unlisted.objects.enter(kind, text, "safety")


def changeset_of(write, slug="nueva", name="Nueva", **adds) -> Changeset:
    """Propose a new record with statements: kind of statement to its values."""
    changeset = Changeset(reason="New.")
    record = changeset.record("organization", slug)
    changeset.add("name", record, text=name, language="es", source=write.source)
    for kind, values in adds.items():
        changeset.add(kind, record, **values, source=write.source)
    return changeset.propose()


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
        {"identifier": {"scheme": "mx-rfc", "value": "CMM-010101-AB1"}},
        {"name": "The Casa de la Mujer Migrante"},
        {"name": "La Casa de la Mujer Migrante, A.C."},
        {"name": "Migrante Mujer (Casa de)"},
        {"name": "Cas\u0430 de la Mujer Migrante"},  # a Cyrillic proposal
        {"name": "\u0421asa de la \u039cujer Migrante"},  # capital ones, Cyrillic and Greek
        {"name": "CasaDeLaMujerMigrante"},
        {"slug": "mujer-migrante-casa-de-la"},
        {"link": {"url": "https://blog.casa-mujer.example/"}},
        {"link": {"url": "https://es.www.casa-mujer.example/"}},
        {"link": {"url": "https://c\u0430sa-mujer.example/"}},
        {"contact": {"contact_kind": "email", "value": "hola@mail.casa-mujer.example"}},
        {"name": "Organizatsiya Memorial"},
        {"name": MEMORIAL},
        {"name": "МЕМОРИАЛ ОРГАНИЗАЦИЯ"},
        {"link": {"url": "https://www.facebook.com/colectiva/about"}},
        {"link": {"url": "https://es-es.facebook.com/colectiva"}},
        {"contact": {"contact_kind": "email", "value": "Colectiva@Gmail.com"}},
        {"link": {"url": "https://luz.wordpress.com/2020/"}},
    ],
)
def test_new_record_on_the_register_is_refused(register, write, values):
    changeset = changeset_of(write, **values)

    with pytest.raises(ValidationError) as refused:
        changeset.accept()

    assert len(refused.value.messages) == 1
    assert refused.value.messages[0].startswith(REFUSED)
    changeset.refresh_from_db()
    assert changeset.state == Changeset.State.PROPOSED
    assert not Record.objects.filter(slug__in=("nueva", "casa-de-la-mujer-migrante")).exists()


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Casa de la Mujer"},
        {"link": {"url": "https://example.org/casa-mujer.example"}},
        {"link": {"url": "https://casa-mujer.example/about", "link_kind": "information"}},
        {"identifier": {"scheme": "mx-rfc", "value": "CMM010101AB2"}},
        {"link": {"url": "https://other-mujer.example/"}},
        {"link": {"url": "https://www.facebook.com/another"}},
        {"link": {"url": "https://sol.wordpress.com/"}},
        {"contact": {"contact_kind": "email", "value": "another@gmail.com"}},
        {"name": "Mujer Migrante"},
        {"slug": "the"},
    ],
)
def test_others_are_listed(register, write, values):
    assert changeset_of(write, **values).accept().number


def test_name_is_refused_for_an_existing_record_and_when_it_is_listed_again(register, write):
    record = write.record("organization", "nueva")
    with pytest.raises(ValidationError, match=REFUSED):
        write.say("name", record, text="Casa de la Mujer Migrante", language="es")
    changeset = Changeset()
    changeset.change_record(record, slug="casa-de-la-mujer-migrante")
    with pytest.raises(ValidationError, match=REFUSED):
        changeset.propose().accept()


def test_withdrawn_record_on_the_register_is_not_restored(write):
    changeset = changeset_of(write, name="La Otra").accept()
    revert(changeset).propose().accept()
    Unlisted.objects.enter("name", "La Otra", "request")

    assert Record.objects.get(slug="nueva").level == Level.WITHDRAWN
    with pytest.raises(ValidationError, match=REFUSED):
        changeset_of(write, slug="nueva-2", name="La otra").accept()


def test_import_at_the_command_line_names_the_refused_row(register, write, tmp_path, capsys):
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
    changeset = changeset_of(write, name="Casa de la Mujer Migrante")

    with pytest.raises(ValidationError, match=REFUSED):
        accept_part(changeset, None, {"records": [0], "adds": {"name": [0]}})

    assert Changeset.objects.proposed().count() == 1


def test_visitor_who_proposes_learns_nothing(register, write):
    listed, other = (
        changeset_of(write, name="Casa de la Mujer Migrante"),
        changeset_of(write, slug="x"),
    )

    assert (listed.state, other.state) == ("proposed", "proposed")


ON_IT = "Casa de la Mujer Migrante"
OFF_IT = "Casa de los Hombres Sentados"


def test_upload_and_add_form_do_not_reveal_the_register(register, write):
    write.record("place", "mx", "Mexico")
    result = {}
    for name, host in ((ON_IT, "casa-mujer.example"), (OFF_IT, "other-one.example")):
        browser = client_of(account(f"u@{host}"))
        columns = '"name (official, es)","link (website)","contact (email)","identifier (mx-rfc)"'
        number = "CMM010101AB1" if name == ON_IT else "CMM010101AB9"
        file = f"{columns}\n{name},https://{host},x@{host},{number}\n".encode()
        upload = uploaded(browser, file)
        preview = browser.get(upload.url)
        seen = re.search('name="seen" value="([^"]+)"', preview.content.decode())
        assert seen, preview.content.decode()
        sent = browser.post(upload.url, {"propose": "1", "seen": seen[1]})
        added = browser.post(
            "/organizations/add/",
            {"name": name, "language": "es", "website": f"https://{host}", "words": "Aquí.",
             "consent": "on", "sure": "1"},
        )  # fmt: skip
        page = page_of(preview).main.text
        for text in (name, host, number):
            page = page.replace(text, "#")
        result[name] = [page, upload.status_code, sent.status_code, added.status_code]
    assert result[ON_IT] == result[OFF_IT]
    assert result[ON_IT][1:] == [302, 302, 302]
    assert Changeset.objects.proposed().count() == 4


def test_register_is_queried_only_for_those_who_may_read_it(register, write, monkeypatch):
    """Previews, and acceptance by a representative or an editor, read no line of the register."""
    record = write.record("organization", "nueva")
    representative = write.representative(record, trusted=True).account
    changeset = changeset_of(write, slug="otra", name=ON_IT)
    with CaptureQueriesContext(connection) as queries:
        Changeset(operations=changeset.operations).dry_run()
        changeset.accept(by=representative)
    assert not [query for query in queries if "orgs_unlisted" in query["sql"]]
    with pytest.raises(ValidationError, match=REFUSED):
        changeset_of(write, slug="tercera", name=ON_IT).accept(by=editor())


def test_moderators_are_warned_of_registered_names_added_by_trusted_representatives(
    register, write
):
    record = write.record("organization", "nueva")
    author = write.representative(record, trusted=True).account
    for name in (ON_IT, OFF_IT):
        changeset = Changeset(author=author, on_behalf=record, label="own words")
        source = own_source(changeset, record)
        changeset.add("name", record, text=name, language="es", source=source, voice="own",
                   name_kind="variant")  # fmt: skip
        changeset.propose().accept(by=author)
        moderator = signed_in(editor(f"{len(name)}@example.org"))
        page = page_of(moderator.get(f"/review/proposals/{changeset.pk}/")).main.text
        assert (f"{REFUSED}: {ON_IT}" in page) is (name == ON_IT)
    queue = page_of(moderator.get("/review/?kind=review")).main.text
    assert queue.count(REFUSED) == 1


def test_entry_of_an_old_hash_is_recognized(write):
    """New hashes cannot be computed from an old one, so the old one stays valid."""
    for kind, plain in (("name", "casadelamujermigrante"), ("host", "casa-mujer.example")):
        old = digest(f"unlisted {kind}", plain).hex()
        Unlisted.objects.create(digest=old, digests=[old], kind=kind, reason="safety")

    for values in (
        {"name": ON_IT},
        {"slug": "casa-de-la-mujer-migrante"},
        {"link": {"url": "https://www.casa-mujer.example/"}},
        {"link": {"url": "https://blog.casa-mujer.example/"}},
    ):
        with pytest.raises(ValidationError, match=REFUSED):
            changeset_of(write, **values).accept()
    assert changeset_of(write, name="Migrante Mujer Casa").accept().number


@pytest.mark.parametrize(
    ("forms", "of", "expected"),
    [
        (name_forms, "L'Arche – Deutsch-Türkischer Verein e.V.",
         ["arche deutsch turkischer verein", "larchedeutschturkischervereinev"]),
        (name_forms, "The AG", ["ag the", "theag"]),
        (name_forms, MEMORIAL, ["memopial oprahizatsiya", "memorial organizatsiya",
                                "организациямемориал"]),
        (identifier_forms, "MX-RFC:0CMM-0101", ["mx-rfc:cmm0101", "mx-rfc:0cmm-0101"]),
        (recognized_hosts, "https://www.blog.casa.org.mx/x",
         ["blog.casa.org.mx", "casa.org.mx", "blog.casa.org.mx"]),
        (recognized_hosts, "Casa@gmail.com", ["casa@gmail.com", "gmail.com"]),
        (recognized_hosts, "https://m.facebook.com/Casa/", ["facebook.com/casa", "m.facebook.com"]),
    ],
)  # fmt: skip
def test_forms_stay_as_they_are_because_hashes_cannot_be_made_again(forms, of, expected):
    assert list(forms(of)) == expected


def test_table_is_unreadable_without_the_key(register):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM orgs_unlisted t")
        rows = [row[0] for row in cursor.fetchall()]
    with override_settings(SECRET_KEY=secrets.token_hex(32)):
        shown = Unlisted.objects.matching("name", "Casa de la Mujer Migrante").exists()

    assert (len(rows), shown) == (7, False)
    assert not [row for row in rows if "casa" in row.casefold() or "cmm" in row.casefold()]


def test_register_matches_under_the_previous_key(register, settings):
    before = settings.SECRET_KEY
    with override_settings(SECRET_KEY=secrets.token_hex(32), SECRET_KEY_FALLBACKS=[before]):
        assert Unlisted.objects.matching("name", "Casa de la Mujer Migrante").exists()


def test_moderator_adds_to_the_register_finds_and_removes_a_line(write, client):
    moderator = signed_in(editor())
    moderator.post(
        "/admin/orgs/unlisted/add/",
        {"kind": "name", "text": "La Otra", "reason": "request"},
    )
    again = moderator.post(
        "/admin/orgs/unlisted/add/", {"kind": "name", "text": "la otra", "reason": "safety"}
    )
    line = Unlisted.objects.get()
    page = moderator.get("/admin/orgs/unlisted/").content.decode()
    shown = moderator.get("/admin/orgs/unlisted/?q=LA+OTRA").content.decode()
    other = moderator.get("/admin/orgs/unlisted/?q=nobody").content.decode()
    moderator.post(f"/admin/orgs/unlisted/{line.pk}/delete/", {"post": "yes"})

    assert "on the register already" in again.content.decode()
    assert "La Otra" not in page
    assert (line.digest[:8] in shown, line.digest[:8] in other) == (True, False)
    assert not Unlisted.objects.exists()


def test_editor_who_only_proposes_does_not_open_the_register(write):
    client = signed_in(editor("p@example.org", accepts=False))

    assert client.get("/admin/orgs/unlisted/").status_code == 403


def test_empty_line_is_refused(db):
    for kind, text in (
        ("name", "!!!"), ("host", "nothing"), ("identifier", " "), ("host", "co.uk"),
        ("host", "https://facebook.com/"), ("host", "x"), ("host", "https://[/"),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            Unlisted.objects.enter(kind, text, "request")
