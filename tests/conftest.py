"""What tests stand on: an empty ledger, the paper's catalogue, or a database of their own.

`db` is an empty, migrated database, rolled back after the test. `paper` is one with the paper's
catalogue, `gazetteer` one with the places of the world, rolled back too. `own_database` is empty
and committed for real, for tests with several connections; `own_paper` and `own_gazetteer` are the
same with the paper's catalogue and with the places.
"""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from mcs import concurrency, database_timeout
from mcs.accounts import constant_time
from mcs.cache import cached
from tests.support.ledger import LedgerWrites
from tests.support.writing import Writer

OTHER_DATABASES = {
    *("paper", "field_catalogue", "gazetteer"),
    *("own_database", "own_paper", "own_gazetteer"),
}
"""Fixtures that connect a test to another database than `db`."""

LONGEST_ID = 80
"""Characters of a parameter that the name of its test shows."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that would empty the database of all others, or ask two at once; set the order.

    Tests that commit take `own_database` or `own_paper`. pytest-django empties every table after a
    test with `transaction=True`, the rows of migrations too; and in a module that is marked
    `django_db` the paper's catalogue is not the one that is asked.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        named = set(getattr(item, "fixturenames", ()))
        if (marker and marker.kwargs.get("transaction")) or "transactional_db" in named:
            raise pytest.UsageError(f"{item.nodeid}: take own_database, it is made for commits.")
        if named & OTHER_DATABASES and (marker or "db" in named):
            raise pytest.UsageError(f"{item.nodeid} asks two databases at once. Take one of them.")
    # The longest first, or one process works alone at the end: promises, then tests that commit,
    # which race and kill. The rest stays as it is: what a folder shares, the browser and the sites
    # before it, is made once by each process.
    items.sort(key=lambda item: (not is_promise(item), not commits(item)))


def is_promise(item: pytest.Item) -> bool:
    return "tests/promises/" in item.nodeid


def commits(item: pytest.Item) -> bool:
    own = {"own_database", "own_paper", "own_gazetteer"}
    return not own.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test with a long text by its beginning: whole megabytes fill the report otherwise."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{val[:LONGEST_ID]!a}...{len(val)}"
    return None


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Static files are not collected for tests, but their server looks for the folder."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _every_page_is_made_anew(monkeypatch) -> None:
    """Tests count what making a page takes, and change more than the catalogue: settings, too."""
    monkeypatch.setattr(cached, "was_requested", lambda key: False)


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch) -> None:
    """Answers that wait for a clock come at once: tests sign in thousands of times."""
    monkeypatch.setattr(constant_time, "wait", lambda begun: None)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Passwords are hashed by the same algorithm at a low cost: tests hash many hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScryptPasswordHasher, "work_factor", 2)
        yield


@pytest.fixture(autouse=True)
def _only_changesets_write() -> Iterator[None]:
    """Nothing but a changeset changes the catalogue: seen in every statement of every test."""
    writes = LedgerWrites()
    with connection.execute_wrapper(writes):
        yield
    assert writes.others == set()


@pytest.fixture(autouse=True)
def _slots_for_all() -> None:
    """Answers that a test does not read to their end keep their slots: so there are many."""
    concurrency.resize_limits(10_000)
    database_timeout.set_query_limit(None)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_modify_db_settings, django_db_blocker
) -> Iterator[None]:
    """The empty, migrated database: made for `paper` and `own_database` alone, too.

    pytest-django's own fixture makes it only if a test asks for `db` by name.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@contextlib.contextmanager
def connected_to(name: str) -> Iterator[str]:
    """Let every new connection, of every thread, go to this database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def copied(template: str) -> str:
    """Make a database like this one and return its name."""
    name = f"test_{secrets.token_hex(6)}"
    with connection._nodb_cursor() as cursor:
        # The other strategy writes every page to the log, too.
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return name


def dropped(name: str) -> None:
    """Remove a database, even with open connections."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def paper_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database with the paper's catalogue, loaded once. Nothing may be committed to it."""
    with django_db_blocker.unblock():
        empty = connection.settings_dict["NAME"]
        connection.close()
        name = copied(empty)
        with connected_to(name):
            call_command("load_paper", verbosity=0)
    yield name
    with django_db_blocker.unblock():
        connection.close()
        dropped(name)


@pytest.fixture
def paper(paper_database: str, django_db_blocker) -> Iterator[str]:
    """The paper's catalogue; changes of the test are rolled back."""
    with django_db_blocker.unblock(), connected_to(paper_database), transaction.atomic():
        yield paper_database
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def gazetteer_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database with the gazetteer and the countries. Nothing may be committed to it."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(connection.settings_dict["NAME"])
        with connected_to(name):
            call_command("load_places", verbosity=0)
    yield name
    with django_db_blocker.unblock():
        connection.close()
        dropped(name)


@pytest.fixture
def gazetteer(gazetteer_database: str, django_db_blocker) -> Iterator[str]:
    """The places of the world; changes of the test are rolled back."""
    with django_db_blocker.unblock(), connected_to(gazetteer_database), transaction.atomic():
        yield gazetteer_database
        transaction.set_rollback(True)


@pytest.fixture
def own_gazetteer(gazetteer_database: str, django_db_blocker) -> Iterator[str]:
    """The places of the world in a database of the test's own, committed for real."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(gazetteer_database)
        with connected_to(name):
            yield name
        dropped(name)


@pytest.fixture(scope="session")
def field_database(paper_database: str, django_db_blocker) -> Iterator[str]:
    """A database with the catalogues of the paper and of the field. Nothing may be committed."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(paper_database)
        with connected_to(name):
            call_command("load_field", verbosity=0)
    yield name
    with django_db_blocker.unblock():
        connection.close()
        dropped(name)


@pytest.fixture
def field_catalogue(field_database: str, django_db_blocker) -> Iterator[str]:
    """The catalogues of the paper and of the field; changes of the test are rolled back."""
    with django_db_blocker.unblock(), connected_to(field_database), transaction.atomic():
        yield field_database
        transaction.set_rollback(True)


@pytest.fixture
def own_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """An empty database of the test's own, committed for real and removed afterwards."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(connection.settings_dict["NAME"])
        with connected_to(name):
            yield name
        dropped(name)


@pytest.fixture
def own_paper(paper_database: str, django_db_blocker) -> Iterator[str]:
    """The paper's catalogue in a database of the test's own, committed for real."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(paper_database)
        with connected_to(name):
            yield name
        dropped(name)


@pytest.fixture
def write(db) -> Writer:
    """A writer in an empty ledger that has one source and the terms that tests need."""
    return Writer()
