"""psycopg2 is the driver in use, and nothing can bring another one in unseen.

Django prefers psycopg 3 wherever it finds it, so a single package that pulls it would change how
every value is sent and read.
"""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import is_psycopg3

PROJECT = Path(__file__).resolve().parents[2]

LOCKS = ("requirements.txt", "requirements-dev.txt")

OTHERS = re.compile(r"^(psycopg|psycopg3|psycopg-binary|psycopg-c|psycopg-pool|asyncpg|pg8000)$")
"""Other drivers: psycopg 3 and its parts are published without a number in their names."""


def locked(lock: str) -> list[str]:
    """The names of the packages in a lock."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)


def test_psycopg2_is_the_driver(db):
    connection.ensure_connection()

    assert not is_psycopg3
    assert connection.Database is psycopg2
    assert isinstance(connection.connection, psycopg2.extensions.connection)


def test_no_other_driver_is_installed():
    installed = {distribution.metadata["Name"].lower() for distribution in distributions()}

    assert {name for name in installed if OTHERS.match(name)} == set()
    assert "psycopg2-binary" in installed


@pytest.mark.parametrize("lock", LOCKS)
def test_no_other_driver_is_locked(lock):
    names = locked(lock)

    assert [name for name in names if OTHERS.match(name.lower())] == []
    assert "psycopg2-binary" in names


def test_no_other_driver_is_required():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[<>=~! \[]", one)[0].lower() for one in requirements]

    assert [name for name in names if OTHERS.match(name)] == []
    assert "psycopg2-binary" in names


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_index(lock):
    # Where packages come from is for whoever installs them to say; a lock holds hashes only.
    lines = (PROJECT / lock).read_text(encoding="utf-8").splitlines()

    named = [
        line
        for line in lines
        if re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|^-i\b", line)
    ]

    assert named == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock):
    text = (PROJECT / lock).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]

    assert [one.split("==")[0] for one in packages if "--hash=sha256:" not in one] == []
    assert len(packages) == len(locked(lock)) > 20
