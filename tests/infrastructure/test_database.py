"""Which database is meant, and whether it will do."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest
from django.core.checks import Error
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.db.utils import ConnectionHandler, OperationalError

from mcs.embedded import bootstrap
from mcs.embedded.configuration import (
    check_database,
    configuration,
    require_suitable_server,
    secret_key,
)
from mcs.embedded.database import EmbeddedDatabase
from mcs.embedded.problems import DatabaseProblem
from tests.cluster import FAST_SETTINGS
from tests.infrastructure.conftest import remove

PASSWORD = "p@ss/w:o#r%d é"


def connection_to(url: str, **settings: str) -> Any:
    """Django's own connection to the server of an address."""
    entry = configuration({"DATABASE_URL": url, **settings})
    return ConnectionHandler({DEFAULT_DB_ALIAS: entry})[DEFAULT_DB_ALIAS]


@pytest.fixture
def connect(django_db_blocker: Any) -> Iterator[Callable[..., Any]]:
    """`connection_to`, and every connection closed afterwards.

    pytest-django guards the tests' own database, which is not meant here.
    """
    opened = []

    def open_one(url: str, **settings: str) -> Any:
        opened.append(connection_to(url, **settings))
        return opened[-1]

    with django_db_blocker.unblock():
        yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of one's own as a host offers it: over TCP, with passwords, and several databases.

    Gives the beginning of an address, up to the password of the user `owner`, and with `{}` for
    the name of the database.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    embedded = EmbeddedDatabase(
        folder, {**FAST_SETTINGS, "listen_addresses": "127.0.0.1", "port": str(port)}
    )
    embedded.start()
    hosts = embedded.data / "pg_hba.conf"
    hosts.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    administrator = psycopg2.connect(**embedded.connection_params)
    administrator.autocommit = True
    with administrator.cursor() as cursor:
        cursor.execute("SELECT pg_reload_conf()")
        for user in ("owner", "guest"):
            cursor.execute(f"CREATE ROLE {user} LOGIN PASSWORD %s", [PASSWORD])
        cursor.execute("CREATE DATABASE good OWNER owner")
        cursor.execute(
            "CREATE DATABASE western OWNER owner TEMPLATE template0 ENCODING 'LATIN1'"
            " LOCALE_PROVIDER libc LOCALE 'C'"
        )
    administrator.close()
    yield f"postgresql://owner:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/{{}}"
    remove(folder)


def test_driver_in_use_is_psycopg2():
    assert is_psycopg3 is False


def test_configuration_without_an_address_is_the_embedded_database_and_starts_nothing(folder):
    entry = configuration({"MCS_HOME": str(folder / "home")})

    assert entry == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "mcs",
        "USER": "mcs",
        "PASSWORD": "",
        "HOST": str(EmbeddedDatabase(folder / "home").socket_folder),
        "PORT": "5432",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "tcp_user_timeout": 3000,
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": "-c statement_timeout=2500 -c jit=off",
        },
        "TEST": {},
    }
    assert list(folder.iterdir()) == []


def test_configuration_without_settings_is_in_the_project():
    assert bootstrap.home({}) == bootstrap.PROJECT / ".mcs"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://ana:p%40ss%2Fw%3Ao%23r%25d@db.example:6432/catalogue?sslmode=require",
            {
                "NAME": "catalogue",
                "USER": "ana",
                "PASSWORD": "p@ss/w:o#r%d",
                "HOST": "db.example",
                "PORT": "6432",
                "sslmode": "require",
            },
        ),
        (
            "postgres:///catalogue?host=/var/run/postgresql",
            {
                "NAME": "catalogue",
                "USER": "",
                "PASSWORD": "",
                "HOST": "/var/run/postgresql",
                "PORT": "",
            },
        ),
        (
            "postgresql://ana@%2Fvar%2Frun%2Fpostgresql/catalogue?connect_timeout=9",
            {
                "NAME": "catalogue",
                "USER": "ana",
                "PASSWORD": "",
                "HOST": "/var/run/postgresql",
                "PORT": "",
                "connect_timeout": "9",
            },
        ),
    ],
)
def test_configuration_reads_addresses(url, expected):
    entry = configuration({"DATABASE_URL": url, "MCS_STATEMENT_TIMEOUT": "0"})

    ours = {
        "connect_timeout": 3,
        "tcp_user_timeout": 3000,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    options = {"options": "-c statement_timeout=0 -c jit=off"}
    found = {key: entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    assert {**ours, **options, **found, **entry["OPTIONS"]} == {**ours, **options, **expected}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hush@db.example:54x32/catalogue",
        "postgresql://ana:hush/hush@db.example/catalogue",
        "postgresql://ana:hu%ZZsh@db.example/catalogue",
        "postgresql://ana:hush@db.example/catalogue?no_such_option=1",
        "postgresql://ana:hush@db.example",
        "mysql://ana:hush@db.example/catalogue",
        "host=db.example password=hush dbname=catalogue",
    ],
)
def test_configuration_refuses_unreadable_addresses_without_repeating_them(url):
    with pytest.raises(DatabaseProblem) as problem:
        configuration({"DATABASE_URL": url})

    assert str(problem.value).startswith("DATABASE_URL cannot be read: write it as postgresql://")
    assert "hush" not in str(problem.value)
    assert problem.value.__context__ is None


def test_configuration_refuses_a_limit_that_is_no_number():
    with pytest.raises(DatabaseProblem, match="number of milliseconds, such as 2500; it is '3s'"):
        configuration({"MCS_STATEMENT_TIMEOUT": "3s"})


def test_query_that_takes_too_long_is_cancelled(connect):
    connection = connect(os.environ["DATABASE_URL"], MCS_STATEMENT_TIMEOUT="50")

    with connection.cursor() as cursor, pytest.raises(OperationalError, match="statement timeout"):
        cursor.execute("SELECT pg_sleep(10)")


def test_server_over_tcp_with_a_password_will_do(server, connect):
    connection = connect(server.format("good"))

    require_suitable_server(connection)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, inet_server_addr()::text, count(*) FROM pg_tables")
        assert cursor.fetchone()[:2] == ("owner", "127.0.0.1/32")
        cursor.execute("SHOW password_encryption")
        assert cursor.fetchone() == ("scram-sha-256",)


def test_server_with_the_wrong_password_is_refused_in_a_sentence(server, connect):
    wrong = server.format("good").replace(quote(PASSWORD, safe=""), "wrong")

    with pytest.raises(DatabaseProblem, match="password authentication failed") as problem:
        require_suitable_server(connect(wrong))

    assert str(problem.value).count("\n") == 0


def test_server_that_is_not_there_is_refused_in_a_sentence(connect):
    with pytest.raises(DatabaseProblem, match=r"^The database does not answer: .*Check DATABASE_U"):
        require_suitable_server(connect("postgresql://ana@127.0.0.1:1/catalogue"))


def test_server_of_another_encoding_is_refused(server, connect):
    with pytest.raises(DatabaseProblem) as problem:
        require_suitable_server(connect(server.format("western")))

    assert str(problem.value) == (
        "The database western is encoded as LATIN1; make one with"
        " CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
    )


def test_server_where_nothing_may_be_created_is_refused(server, connect):
    guest = server.format("good").replace("owner:", "guest:")

    with pytest.raises(DatabaseProblem) as problem:
        require_suitable_server(connect(guest))

    assert str(problem.value).splitlines() == [
        "guest may not create tables in the database good; as its administrator run"
        ' GRANT CREATE, USAGE ON SCHEMA public TO "guest".',
        *(
            f"guest may not add the extension {extension}; as the server's administrator run"
            f" CREATE EXTENSION {extension} in the database good."
            for extension in ("btree_gist", "pg_trgm", "unaccent")
        ),
    ]


def test_server_too_old_or_without_an_extension_is_refused(connect, monkeypatch):
    monkeypatch.setattr("mcs.embedded.configuration.MIN_SERVER_VERSION", 99)
    monkeypatch.setattr("mcs.embedded.configuration.EXTENSIONS", ("no_such_extension", "pg_trgm"))

    with pytest.raises(DatabaseProblem) as problem:
        require_suitable_server(connect(os.environ["DATABASE_URL"]))

    old, lacking = str(problem.value).splitlines()
    assert old.startswith("The server runs PostgreSQL 18.")
    assert old.endswith("; the catalogue needs 99 or later.")
    assert lacking == (
        "The server lacks the extension no_such_extension; install the package with PostgreSQL's"
        " additional modules (on Debian it is called postgresql-contrib)."
    )


@pytest.mark.django_db
def test_check_of_the_database_is_silent_where_it_will_do_and_where_none_is_named():
    assert check_database(databases=[DEFAULT_DB_ALIAS]) == []
    assert check_database(databases=None) == []


@pytest.mark.django_db
def test_check_of_the_database_is_an_error_where_it_will_not_do(monkeypatch):
    monkeypatch.setattr("mcs.embedded.configuration.MIN_SERVER_VERSION", 99)

    found = check_database(databases=[DEFAULT_DB_ALIAS])

    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SHOW server_version")
        (release,) = cursor.fetchone()
    sentence = f"The server runs PostgreSQL {release}; the catalogue needs 99 or later."
    assert found == [Error(sentence, id="mcs.E001")]


def test_key_of_the_demo_is_made_once_and_for_its_owner_only(folder):
    first = secret_key(folder / "home")
    second = secret_key(folder / "home")

    assert first == second
    assert len(first) > 50
    assert [place.name for place in (folder / "home").iterdir()] == ["secret_key"]
    assert (folder / "home" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_home_that_is_there_keeps_its_mode(folder):
    place = folder / "home"
    place.mkdir()
    place.chmod(0o750)

    secret_key(place)

    assert Path(place).stat().st_mode & 0o777 == 0o750
