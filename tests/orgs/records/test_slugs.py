"""Slugs of new organizations: the name, with a random ending where it is taken."""

import re

import pytest

from orgs.changes.changeset import Changeset
from orgs.imports.file_source import FileSource
from orgs.imports.files import parse_file
from orgs.imports.preview import plan_import
from orgs.records.record import Level
from orgs.records.slugs import new_slug, permanent_key, slugify_name, taken_among
from tests.support.claims import account, client_of


def slug_by_form(write, name: str) -> str:
    browser = client_of(account(f"{slugify_name(name)}@example.org"))
    sent = {"name": name, "language": "es", "consent": "on", "sure": "1"}
    assert browser.post("/organizations/add/", sent).status_code == 302
    return Changeset.objects.proposed().order_by("-id")[0].operations.records[0].slug


def slug_by_sheet(write, name: str) -> str:
    table = parse_file("t.csv", f'"name (official, es)"\n{name}\n'.encode())
    plan = plan_import(
        table, {column: column for column in table.header}, FileSource(write.source.pk), "A test"
    )
    assert [row.verdict for row in plan.rows] == ["created"]
    return next(iter(plan.run.plan.records))


@pytest.mark.parametrize("propose", [slug_by_form, slug_by_sheet])
def test_slug_of_a_taken_name_has_a_random_ending(write, propose):
    hidden = write.record("organization", "casa-oculta", "Otra")
    changeset = Changeset()
    changeset.change_record(hidden, level=Level.HIDDEN)
    changeset.propose().accept()
    moved = write.record("organization", "casa-vieja", "Tercera")
    changeset = Changeset()
    changeset.change_record(moved, slug="casa-nueva")
    changeset.propose().accept()
    pending = Changeset()
    pending.record("organization", "casa-que-espera")
    pending.propose()
    write.record("organization", "casa-publica", "Cuarta")

    assert propose(write, "Casa libre") == "casa-libre"
    for name in ("Casa oculta", "Casa vieja", "Casa que espera", "Casa pública"):
        slug = propose(write, name)
        assert re.fullmatch(f"{slugify_name(name)}-[0-9a-f]{{8}}", slug), (name, slug)


def test_two_rows_of_one_slug_get_two(write):
    table = parse_file(
        "t.csv", '"name (official, es)"\nCasa Luz\nCasa Luz دار\nدار\nبيت\n'.encode()
    )
    plan = plan_import(
        table, {column: column for column in table.header}, FileSource(write.source.pk), "A test"
    )
    slugs = [*plan.run.plan.records]
    patterns = ("casa-luz", "casa-luz-[0-9a-f]{8}", *["organization-[0-9a-f]{8}"] * 2)
    assert len(set(slugs)) == len(patterns)
    assert all(map(re.fullmatch, patterns, slugs))


def test_name_that_looks_like_a_key_gets_a_random_ending(write):
    key = str(write.record("organization", "luz").key)
    assert new_slug(key, taken_among([slugify_name(key)])).startswith(f"{key}-")


def test_permanent_key_of_a_slug_never_changes():
    assert str(permanent_key("mx")) == "88940640-f7cf-55c9-b558-025b8a2a70da"
    assert permanent_key("mx-oax") != permanent_key("mx")
