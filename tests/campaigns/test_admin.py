"""The editors' screens of undertakings and places: every kind of statement through the register."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.statements.statement import statement_kinds
from tests.support.admin import add_row, address, catalogue, editor, signed_in, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def client(ids):
    return signed_in(editor())


@pytest.mark.parametrize(
    "kind", ["campaign", "gathering", "instrument", "project", "demand", "case"]
)
def test_undertaking_of_every_kind_is_added(client, ids, kind):
    page = f"/admin/campaigns/{kind}/add/"
    fields = typed(client.get(page)) | {"slug": f"a-{kind}"}
    row = {"text": f"A {kind}", "language": "en", "name_kind": "official", "source": ids.source}
    add_row(fields, "name", **row)

    answer = client.post(page, fields)

    record = Record.objects.get(slug=f"a-{kind}")
    assert answer.status_code == 302
    assert (record.kind, Entry.objects.get(pk=record.pk).label) == (kind, f"A {kind}")
    assert Changeset.objects.count() == 2


@pytest.mark.parametrize("page", ["mfa", "mri", "manila", "pga", "boycott", "convention"])
def test_page_has_the_kinds_that_may_be_about_it(client, ids, page):
    record = Record.objects.get(pk=getattr(ids, page))

    answer = client.get(address(record.pk))

    shown = [one.formset.prefix for one in answer.context["inline_admin_formsets"]]
    assert shown == [
        k for k, model in statement_kinds().items() if record.kind in model.about_kinds
    ]


@pytest.mark.parametrize(
    ("page", "kind", "values"),
    [
        ("mfa", "involvement", {"undertaking": "boycott", "role": "joins"}),
        ("convention", "legal_act", {"actor": "ph", "act": "ratified", "edtf": "1995"}),
        ("ph", "context", {"dimension": "right_to_organize", "value": "restricted"}),
    ],
)
def test_statement_of_this_app_is_saved_and_shown(client, ids, page, kind, values):
    path = address(getattr(ids, page))
    fields = typed(client.get(path))
    given = {name: getattr(ids, value, value) for name, value in values.items()}
    add_row(fields, kind, **given, source=ids.source)

    answer = client.post(path, fields)

    shown = typed(client.get(path))
    statement = statement_kinds()[kind].objects.get()
    assert answer.status_code == 302
    assert shown[f"{kind}-0-id"] == str(statement.pk)
    assert {name: shown[f"{kind}-0-{name}"] for name in given} == {
        name: str(value) for name, value in given.items()
    }


def test_part_that_this_kind_of_undertaking_does_not_have_is_refused_in_a_sentence(client, ids):
    fields = typed(client.get(address(ids.mfa)))
    add_row(fields, "involvement", undertaking=ids.boycott, role="raises", source=ids.source)

    answer = client.post(address(ids.mfa), fields)

    assert answer.status_code == 200
    assert "An actor cannot take this part in this kind of undertaking." in answer.content.decode()
