"""Undoing an import by its label leaves nothing of it visible, and nothing of others undone."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check
from orgs.imports.mapping import FileMapping
from orgs.imports.pipeline import Import
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from tests.support.imports import csv_file, plan_file

pytestmark = pytest.mark.django_db

DIRECTORY = """
    [record]
    slug = "id"
    find = "slug"
    [[statement]]
    kind = "name"
    text = "name"
    source = { value = "survey-2010" }
    [[statement]]
    kind = "membership"
    partnership = "network"
    source = { value = "survey-2010" }
    """

ROWS = (
    ("undo-1", "Undo One", ""),
    ("undo-2", "Undo Two", "undo-net"),
    ("fiob", "Binational Front", ""),
)


@pytest.fixture
def run(write, tmp_path) -> Callable[..., Import]:
    """Import the rows under the label, in changesets of two statements."""
    write.record("organization", "fiob")
    write.record("partnership", "undo-net")

    def store(rows: tuple = ROWS, label: str = "undo", **options: bool) -> Import:
        path = tmp_path / "map.toml"
        path.write_text(DIRECTORY, encoding="utf-8")
        file = csv_file(tmp_path, ("id", "name", "network"), *rows)
        mapping = FileMapping.read(path, "organization")
        imported = plan_file(file, "organization", mapping, label=label, **options)
        imported.store()
        return imported

    return store


def current() -> list[tuple]:
    return sorted(
        (kind, *row)
        for kind, model in statement_kinds().items()
        for row in model.objects.current().values_list("record__slug", "source__key")
    )


def published() -> set[str]:
    """The slugs of entries; a membership is called by its number."""
    slugs = Entry.objects.published().values_list("slug", flat=True)
    return {"membership" if slug.isdecimal() else slug for slug in slugs}


def test_undone_import_leaves_nothing_visible(run, monkeypatch, capsys):
    monkeypatch.setattr("orgs.imports.batches.CHUNK", 2)
    monkeypatch.setattr("orgs.management.commands.undo_import.CHUNK", 2)
    before = current(), published()
    run()

    call_command("undo_import", "undo")

    assert capsys.readouterr().out == "To undo: 4 statements, 2 records.\n"
    assert (current(), published()) == before
    client = Client()
    for slug in ("undo-1", "undo-2"):
        page = client.get(Record.objects.get(slug=slug).get_absolute_url())
        assert page.status_code == 404
        assert "Undo" not in page.content.decode()
    assert "Undo One" not in client.get("/search/?q=undo").content.decode()
    assert check()[0] == []


def test_dry_run_only_says_what_would_be_undone(run, capsys):
    run()
    before = current(), published()

    call_command("undo_import", "undo", dry_run=True)

    assert capsys.readouterr().out == "To undo: 4 statements, 2 records.\n"
    assert (current(), published()) == before


def test_undone_import_can_be_run_and_undone_again(run):
    before = current(), published()
    run()
    after = current(), published()

    for _ in range(2):
        call_command("undo_import", "undo", verbosity=0)
        assert (current(), published()) == before
        again = run()
        assert again.plan.summary() == "3 rows: 2 new, 1 added to; 4 statements."
        assert (current(), published()) == after
    assert check()[0] == []


def test_statements_that_an_import_replaced_are_stated_again(run):
    run(label="first")
    before = current(), published()
    names = set(Name.objects.current().values_list("text", flat=True))
    correction = Changeset(label="undo")
    correction.replace(Name.objects.current().get(text="Undo One"), text="Mistake")
    correction.propose().accept()

    call_command("undo_import", "undo")

    assert (current(), published()) == before
    assert set(Name.objects.current().values_list("text", flat=True)) == names


def test_second_run_that_replaced_the_first_is_undone_with_it(run):
    before = current(), published()
    run()
    run((("undo-1", "Undo Once", ""),), replace=True)

    call_command("undo_import", "undo")

    assert (current(), published()) == before


def test_record_that_others_have_added_to_stays_whole(run, write, capsys):
    run()
    shared = Record.objects.get(slug="undo-1")
    write.say("name", shared, text="A name from others")

    call_command("undo_import", "undo")

    assert capsys.readouterr().out == (
        "To undo: 3 statements, 1 record.\n"
        "These records stay, because others have added to them: undo-1.\n"
    )
    assert set(Name.objects.current().filter(record=shared).values_list("text", flat=True)) == {
        "Undo One",
        "A name from others",
    }
    assert Record.objects.get(slug="undo-2").level == Level.WITHDRAWN


def test_sources_of_an_import_are_hidden_and_shown_by_a_new_run(write, tmp_path):
    header = ("key", "short", "title", "source_kind", "observed")
    path = csv_file(tmp_path, header, ("list", "List", "A list", "dataset", "2020"))
    plan_file(path, "source", label="undo").store()

    call_command("undo_import", "undo")
    hidden = Source.objects.get(key="list").tier, "list" in published()
    plan_file(path, "source", label="undo").store()

    assert hidden == (Tier.REPRESENTATIVES, False)
    assert (Source.objects.get(key="list").tier, "list" in published()) == (Tier.PUBLIC, True)


def test_changed_source_gets_its_former_title_unless_others_changed_it(write, tmp_path, capsys):
    header = ("key", "short", "title", "source_kind", "observed")
    for number in range(2):
        write.another_source(f"list-{number}", title="Before")
    rows = [(f"list-{number}", "List", "After", "dataset", "2020") for number in range(2)]
    plan_file(csv_file(tmp_path, header, *rows), "source", label="undo").store()
    changeset = Changeset()
    changeset.change_reference("source", Source.objects.get(key="list-1"), title="Mended")
    changeset.propose().accept()

    call_command("undo_import", "undo")

    titles = Source.objects.filter(key__startswith="list").order_by("key")
    assert list(titles.values_list("title", flat=True)) == ["Before", "Mended"]
    assert "changed sources or terms that others have changed since" in capsys.readouterr().out


def test_waiting_proposals_of_the_import_are_rejected(write, tmp_path, capsys):
    write.record("organization", "fiob")
    path = csv_file(tmp_path, ("record", "text", "source"), ("fiob", "Frente", "survey-2010"))
    plan_file(path, "name", label="undo").store(accept=False)

    call_command("undo_import", "undo", reason="The list was wrong.")

    changeset = Changeset.objects.get(label="undo")
    assert (changeset.state, changeset.decision) == ("rejected", "The list was wrong.")
    assert capsys.readouterr().out == "To undo: 1 proposal.\n"


def test_terms_of_an_import_are_named_as_staying(write, tmp_path, capsys):
    path = csv_file(tmp_path, ("scheme", "code", "label"), ("sector", "care", "care work"))
    plan_file(path, "term", label="undo").store()

    call_command("undo_import", "undo")

    assert capsys.readouterr().out == (
        "To undo: nothing.\nThese terms stay in the vocabulary: sector:care.\n"
    )


def test_label_without_an_import_is_refused(db):
    with pytest.raises(CommandError, match="No import has the label 'nothing'"):
        call_command("undo_import", "nothing")
