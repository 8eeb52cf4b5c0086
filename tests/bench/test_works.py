"""The benchmark compares like with like: every work is answered alike by us and by the limit."""

import contextlib
import io
import sys
from collections.abc import Callable
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection

from orgs.changes.rebuild import check
from orgs.projection.entry import Entry
from orgs.statements.statement import statement_kinds
from tests.conftest import connected_to, copied, dropped

from . import limit, storing
from .works import Answer, works


def asking(application: Callable) -> Callable[..., Answer]:
    """Calls a WSGI function directly."""

    def ask(path: str, headers: dict[str, str] | None = None) -> Answer:
        path, _, query = path.partition("?")
        environ = {"PATH_INFO": unquote(path), "QUERY_STRING": query, "HTTP_HOST": "testserver"}
        setup_testing_defaults(environ)
        environ["wsgi.input"], environ["wsgi.errors"] = io.BytesIO(), sys.stderr
        for name, value in (headers or {}).items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        response = {}

        def start(status, given, error=None):
            response["status"], response["headers"] = status, given

        answer = application(environ, start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        given = {name.lower(): value for name, value in response["headers"]}
        return Answer(int(response["status"].split()[0]), given, body)

    return ask


@pytest.fixture
def address(own_database, monkeypatch) -> str:
    """The address of the test's own database, for what does not use Django."""
    of = connection.settings_dict
    address = (
        f"host={of['HOST']} port={of['PORT']} user={of['USER']} dbname={own_database}"
        f" password='{of['PASSWORD']}'"
    )
    monkeypatch.setenv("DATABASE_URL", address)
    return address


def test_every_request_is_answered_alike(address):
    call_command("synthesize", "120", verbosity=0)
    ours, theirs = asking(get_wsgi_application()), asking(limit.application)

    differing = []
    for work in works(ours):
        answers = [ask(work.path, headers=work.headers) for ask in (ours, theirs)]
        if answers[0].status == 400 and work.rows:
            continue  # exports come with the downloads
        assert answers[0].status in (200, 304), work.name
        if not work.same(*answers):
            differing.append((work.name, answers))
    limit.connected().close()

    assert differing == []


def test_both_imports_and_edits_leave_entries_that_equal_the_ledger(own_database, tmp_path):
    call_command("synthesize", "40", verbosity=0)
    storing.write_table(tmp_path / "rows.csv", 15, networks=2)
    connection.close()
    counts, wrong = {}, {}
    for variant in ("ours", "limit"):
        name = copied(own_database)
        connection.close()
        with connected_to(name), contextlib.closing(storing.connected_to(name)) as bare:
            entry = Entry.objects.of_kinds("organization").order_by("id").first()
            if variant == "ours":
                storing.edit_ours(entry, "Other words.")
                storing.import_ours(tmp_path / "rows.csv")
            else:
                storing.edit_limit(bare, entry, "Other words.")
                storing.import_limit(bare, tmp_path / "rows.csv")
            imported = Entry.objects.filter(slug__startswith="imported-").order_by("slug")
            counts[variant] = [
                [kind.objects.count() for kind in statement_kinds().values()],
                list(imported.values_list("slug", "label", "names", "words")),
            ]
            wrong[variant] = check()[0] + storing.differing()
        dropped(name)

    assert wrong == {"ours": [], "limit": []}
    assert counts["ours"] == counts["limit"]
    assert len(counts["ours"][1]) == 15
