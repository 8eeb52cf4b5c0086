"""Nothing changes the catalogue except a changeset.

Every SQL statement of every test is watched (`tests/conftest.py`): what reaches the ledger comes
from the files that may write. Reading every page, route and screen leaves the ledger the same to
the last byte.
"""

import re

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory

from orgs.access.account import Account
from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.rebuild import rebuild_all, rebuild_due
from orgs.changes.revert import revert
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.statement import statement_kinds
from tests.support.accounts import force_sign_in
from tests.support.admin import editor, signed_in, typed
from tests.support.ledger import WRITERS, LedgerWrites, fingerprint, ledger
from tests.support.read_requests import read_requests

# What the code and the database say --------------------------------------------------------------


def test_functions_of_the_database_write_the_projection_only(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))"
        )
        text = "\n".join(row[0] for row in cursor)

    written = set(re.findall(r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+_\w+)", text))

    # Of a change the projection writes one thing: whether readers may know its reason.
    assert re.findall(r"UPDATE orgs_changeset c SET (\w+)", text) == ["reason_shown"]
    assert written == {
        "orgs_entry", "orgs_entrychange", "orgs_entryspan", "orgs_facet", "orgs_changeset",
    }  # fmt: skip


def test_screens_of_the_ledger_neither_save_nor_delete():
    request = RequestFactory().get("/admin/")
    request.user = Account(is_staff=True, is_superuser=True)
    stock = admin.ModelAdmin
    problems = []
    for model, screen in admin.site._registry.items():
        if model._meta.concrete_model not in ledger():
            continue
        if screen.has_delete_permission(request):
            problems.append(f"{model.__name__} can be deleted")
        own = [
            name
            for name in ("save_model", "change_view", "changeform_view")
            if getattr(type(screen), name) is not getattr(stock, name)
        ]
        if screen.has_change_permission(request) and not own:
            problems.append(f"{model.__name__} is saved by Django itself")
        if screen.list_editable:
            problems.append(f"{model.__name__} is saved from its list")
        if "delete_selected" in screen.get_actions(request):
            problems.append(f"{model.__name__} can be deleted from its list")

    assert problems == []


# What is seen to happen -------------------------------------------------------------------------


@pytest.fixture
def watch():
    """Who writes into the ledger during a test."""
    noted = LedgerWrites()
    with connection.execute_wrapper(noted):
        yield noted


def test_every_way_in_goes_through_the_door(write, watch, tmp_path):
    accepts = editor()
    record = write.record("organization", "luz")
    other = write.record("organization", "sol")
    partnership = write.record("partnership", "red")
    write.say("membership", record, partnership=partnership)
    name = statement_kinds()["name"].objects.get(record=record)

    changeset = Changeset(author=accepts, reason="Otherwise.")
    changeset.replace(name, text="La Luz")
    changeset.restrict(statement_kinds()["membership"].objects.get(), Tier.VETTED)
    changeset.change_record(record, slug="la-luz")
    changeset.change_reference("source", write.source, short="Survey, 2010")
    changeset.propose()
    accept_part(changeset, accepts, {"adds": {"name": [0]}, "retires": {"name": [name.pk]}})
    for proposal in Changeset.objects.proposed():
        proposal.accept(accepts)
    merge(Record.objects.get(pk=other.pk), record).propose().accept(accepts)
    revert(Changeset.objects.accepted().first()).propose().accept(accepts)
    write.changeset("text", record, body="No.", text_kind="summary").reject(accepts, "No.")
    file = tmp_path / "organizations.csv"
    file.write_text("slug\nnueva\n")
    call_command("import_records", file, kind="organization", accept=True, verbosity=0)
    rebuild_all()
    rebuild_due()

    assert {file for file, _ in watch.seen} <= set(WRITERS)
    assert {table for _, table in watch.seen} >= {
        "orgs_changeset", "orgs_counter", "orgs_entry", "orgs_formerslug", "orgs_membership",
        "orgs_name", "orgs_record", "orgs_source",
    }  # fmt: skip


def test_loading_the_paper_goes_through_the_door(db, watch):
    call_command("load_paper", verbosity=0)

    assert {file for file, _ in watch.seen} <= set(WRITERS)
    written = {table for _, table in watch.seen}
    assert {model._meta.db_table for model in ledger()} - written == {
        # Laid down by a migration.
        "orgs_arena", "orgs_relationrule",
        # Written by the database, from what the others say.
        "orgs_entryspan", "orgs_facet",
        # Nothing of the paper has moved, and it declares nothing confidential.
        "orgs_formerslug", "orgs_contact", "orgs_withheld",
    }  # fmt: skip


def test_saving_in_the_admin_goes_through_the_door(write, watch):
    record = write.record("organization", "luz", "Luz")
    browser = signed_in(editor())
    before = Changeset.objects.accepted().count()
    watch.seen.clear()

    page = f"/admin/orgs/organization/{record.pk}/change/"
    sent = {**typed(browser.get(page)), "slug": "la-luz", "reason": "It moved."}
    response = browser.post(page, sent)

    assert response.status_code == 302
    assert Changeset.objects.accepted().count() == before + 1
    assert Entry.objects.get(pk=record.pk).slug == "la-luz"
    assert {file for file, _ in watch.seen} <= set(WRITERS)
    assert ("orgs/changes/apply.py", "orgs_record") in watch.seen


def test_a_write_beside_the_door_is_seen(write, watch):
    record = write.record("organization", "luz")
    watch.seen.clear()

    Record.objects.filter(pk=record.pk).update(level=Level.HIDDEN)

    assert watch.seen == {("tests/promises/test_one_door.py", "orgs_record")}
    assert watch.others == set()


def test_a_write_by_another_file_is_seen(write, watch, monkeypatch):
    record = write.record("organization", "luz")
    monkeypatch.delitem(WRITERS, "orgs/changes/apply.py")
    watch.seen.clear()

    changeset = Changeset(reason="Otherwise.")
    changeset.change_record(record, slug="la-luz")
    changeset.propose().accept()

    assert ("orgs/changes/apply.py", "orgs_record") in watch.others
    # The fixture of all tests sees it, too; here it is meant.
    monkeypatch.undo()


# Looking changes nothing --------------------------------------------------------------------------


def test_looking_at_everything_changes_nothing(paper):
    looking = Account.objects.create_superuser("editor@example.org", "long enough password")
    browser = Client(raise_request_exception=False)
    force_sign_in(browser, looking)
    changeset = Changeset(author=looking, reason="A test.")
    changeset.record("organization", "nueva")
    changeset.propose()
    before = fingerprint()

    answers: dict[int, int] = {}
    broken = []
    for method, path in read_requests():
        status = getattr(browser, method)(path).status_code
        answers[status] = answers.get(status, 0) + 1
        if status >= 500:
            broken.append(f"{method} {path}")

    assert broken == []
    assert fingerprint() == before
    assert answers[200] > 250


def test_a_change_of_one_byte_is_noticed(paper):
    before = fingerprint()

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_text SET body = body || ' ' WHERE id = (SELECT min(id) FROM orgs_text)"
        )

    changed = {table for table, digest in fingerprint().items() if digest != before[table]}
    assert changed == {"orgs_text"}
