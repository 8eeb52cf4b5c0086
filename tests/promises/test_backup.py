"""A dump by PostgreSQL's own program restores to the same catalogue, in an empty database.

pg_restore works with an empty search path: a function that a column or an index rests on must name
its neighbours with their schema, or nothing can be restored.
"""

import subprocess

from django.db import connection

from mcs.embedded.installation import programs
from orgs.changes.rebuild import check
from orgs.projection.entry import Entry
from tests.conftest import connected_to, dropped
from tests.support.ledger import fingerprint


def run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL. Raises AssertionError with what it said if it fails."""
    ended = subprocess.run(
        [str(programs() / program), *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]


def address(name: str) -> str:
    """How libpq reaches a database of the test's server."""
    given = connection.settings_dict
    return f"host={given['HOST']} port={given['PORT']} user={given['USER']} dbname={name}"


def test_a_dump_restores_to_the_same_catalogue(own_paper, tmp_path):
    before, entries = fingerprint(), Entry.objects.count()
    restored = f"{own_paper}_restored"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE \"{restored}\" ENCODING 'UTF8' TEMPLATE template0")
    try:
        dump = str(tmp_path / "catalogue.dump")
        run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", address(own_paper))
        run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address(restored)}", dump)

        with connected_to(restored):
            assert fingerprint() == before
            assert check() == ([], entries)
    finally:
        dropped(restored)
