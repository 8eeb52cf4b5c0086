"""What public pages can read at all: the database refuses them the rest.

A page that forgets a filter shows less than it should, or fails; it never shows a secret.
"""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.projection.database_role import ENTER, as_application, as_public
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.identifier import Contact
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from tests.conftest import connected_to, copied, dropped
from tests.support.canaries import paths
from tests.support.planted_world import Planted
from tests.support.writing import Writer

READABLE = {
    "orgs_entry",
    "orgs_entrychange",
    "orgs_entryspan",
    "orgs_facet",
    "orgs_counter",
    "orgs_arena",
}
"""The tables that readers see as they are: the projection, its counter, and the four arenas."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[tuple[str, Planted]]:
    """A database with a small public world and secrets of every sort, laid down once."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(connection.settings_dict["NAME"])
        with connected_to(name):
            planted = Planted(Writer())
            planted.plant_once_public()
            planted.withhold_a_name()
            planted.plant_never_public()
    yield name, planted
    with django_db_blocker.unblock():
        dropped(name)


@pytest.fixture
def planted(world, django_db_blocker) -> Iterator[Planted]:
    """That world; what a test changes is rolled back."""
    name, planted = world
    with django_db_blocker.unblock(), connected_to(name), transaction.atomic():
        yield planted
        transaction.set_rollback(True)


def refused(sql: str) -> bool:
    """Whether the database refuses a reader this query for want of permission."""
    try:
        with transaction.atomic(), as_public(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


def test_readers_are_refused_every_table_but_entries_and_vocabulary(planted):
    tables = set(connection.introspection.table_names())
    readable = {
        name
        for name in tables
        if not refused(f"SELECT * FROM public.{name} LIMIT 1")  # noqa: S608
    }

    assert readable == READABLE
    assert len(tables) > 60


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO orgs_entrychange (entry, key, kind, change, state) VALUES (1, '', '', 1, '')",
        "UPDATE orgs_entry SET label = ''",
        "DELETE FROM orgs_facet",
        "UPDATE orgs_record SET level = 'listed'",
        "SELECT nextval('orgs_catalogue_number')",
        "SELECT title FROM public.orgs_source",
        "CREATE TABLE public.mine (id int)",
    ],
)
def test_readers_are_refused_to_write(planted, sql):
    assert refused(sql)


def test_what_readers_see_in_place_of_tables_holds_no_secret(planted):
    """Every column of every view, whole: what no page could filter better."""
    with as_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.views WHERE table_schema = 'published'"
        )
        views = [row[0] for row in cursor.fetchall()]
        rows = {}
        for view in views:
            cursor.execute(f"SELECT to_jsonb(v)::text FROM {view} v")  # noqa: S608
            rows[view] = "\n".join(row[0] for row in cursor.fetchall())

    assert {view for view, text in rows.items() if planted.leaks_in(text)} == set()
    assert {kind._meta.db_table for kind in statement_kinds().values()} < set(views)
    assert all(rows[view] for view in ("orgs_name", "orgs_record", "orgs_changeset"))


def test_functions_answer_as_for_readers_with_any_arguments(planted):
    everything = ", ".join(
        f"(SELECT string_agg(t::text, ' ') FROM {call} t)"  # noqa: S608
        for call in (
            "documents_of((SELECT ids FROM every), NULL, NULL, 2, catalogue_day())",
            "statements_of((SELECT ids FROM every), NULL, NULL, 2, catalogue_day())",
        )
    )
    ids = list(Record.objects.values_list("id", flat=True))
    with as_public(), connection.cursor() as cursor:
        cursor.execute(f"WITH every AS (SELECT %s::bigint[] AS ids) SELECT {everything}", (ids,))
        documents, statements = cursor.fetchone()
        cursor.execute(
            "SELECT string_agg(compose(id, NULL, 1000, 2, catalogue_day()), ' ') FROM"
            " unnest(%s::bigint[]) id", (ids,),
        )  # fmt: skip
        composed = cursor.fetchone()[0]

    for text in (documents, statements, composed):
        assert planted.leaks_in(text) == []
        assert len(text) > 10_000


def test_a_forgotten_filter_shows_nothing(planted):
    hidden = Record.objects.filter(level=Level.HIDDEN)
    assert hidden.exists()
    assert Contact.objects.exclude(tier=Tier.PUBLIC).exists()
    with as_public():
        assert not Record.objects.filter(level__in=[Level.HIDDEN, Level.WITHDRAWN]).exists()
        assert not Contact.objects.exclude(tier=Tier.PUBLIC).exists()
        assert not Name.objects.filter(record=planted.name_withheld).exists()
    assert refused(str(Account.objects.values("email").query))


def test_every_public_page_is_answered_in_that_role(planted):
    query_count, others = 0, []
    for path in list(paths())[::7]:
        with CaptureQueriesContext(connection) as queries:
            response: HttpResponse = Client(raise_request_exception=False).get(path)
            if response.streaming:
                b"".join(response)
        sent = [one["sql"] for one in queries if "orgs_" in one["sql"]]
        query_count += len(sent)
        if not needs_more(path):
            # Before a cursor of the server is declared, the role is set by itself.
            entered = (ENTER, "DECLARE")
            others += [f"{path}: {sql[:200]}" for sql in sent if not sql.startswith(entered)]

    assert others == []
    assert query_count > 500


def needs_more(path: str) -> bool:
    """Whether a page without a session asks for more than readers may see: it leads to a form."""
    return any(
        part in path
        for part in ("/account/", "/claim/", "/claims/", "/profile/", "/confirm/", "/attest/",
                     "/contact/", "/confirm/", "/corrections/", "/proposals/", "/add/")
    )  # fmt: skip


def test_the_role_ends_with_its_queries(planted):
    with as_public():
        public = Record.objects.count()
        with as_application():
            every = Record.objects.count()
        assert Record.objects.count() == public

    assert Record.objects.count() == every > public


def test_the_role_ends_after_an_error(planted):
    assert refused("SELECT * FROM public.orgs_contact")

    assert Changeset.objects.filter(state=Changeset.State.PROPOSED).exists()
    with pytest.raises(ValidationError):
        Changeset().propose()


def test_the_role_ends_without_a_transaction_around_it(own_database):
    with as_public(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('search_path')")
        assert cursor.fetchone() == ("mcs_public", "published, public")
        with pytest.raises(ProgrammingError):
            cursor.execute("SELECT * FROM public.orgs_contact")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('search_path')")
        user, path = cursor.fetchone()

    assert user != "mcs_public"
    assert "published" not in path
