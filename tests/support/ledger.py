"""Which tables are the ledger, who writes into them, and whether they have changed."""

import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models

PROJECT = Path(__file__).resolve().parents[2]

WRITERS = {
    "orgs/changes/changeset.py": "writes proposals, and decides about them",
    "orgs/changes/apply.py": "applies accepted proposals",
    "orgs/changes/rebase.py": "rewrites proposals on what has changed since",
    "orgs/projection/counter.py": "numbers changes",
    "orgs/projection/entry.py": "projects entries of the records that a change touched",
    "orgs/projection/ancestor.py": "projects what is part of what",
    "orgs/changes/rebuild.py": "projects again, under a change of its own",
}
"""The files through which the ledger and its projection change."""

WRAPPERS = {
    "mcs/accounts/constant_time.py",
    "mcs/concurrency.py",
    "orgs/projection/database_role.py",
    "orgs/sql.py",
    "tests/support/ledger.py",
}
"""The files that wrap what a connection executes, or send it for others."""

TABLES_BESIDE_IT = {
    "account",
    "account_groups",
    "account_user_permissions",
    "attempt",
    "claim",
    "columnmap",
    "confirmation",
    "correction",
    "representative",
    "distinct",
    "draft",
    "gazetteerplace",
    "assignment",
    "importdecision",
    "job",
    "invitation",
    "reading",
    "comment",
    "review",
    "unlisted",
    "upload",
    "uploadrow",
}
"""Models that state nothing about anyone whom the catalogue describes."""

WRITTEN_TABLE = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY)\s+\"?(\w+)\"?", re.I)

PROJECTS = re.compile(r"\bproject(_others)?\(")

FORGETS_AN_AUTHOR = re.compile(r'UPDATE "orgs_changeset" SET "\w+_id" = NULL WHERE')
"""What Django does when an account is deleted: changes stay, without their author."""


def ledger() -> list[type[models.Model]]:
    """Every model of the catalogue itself."""
    return [
        model
        for app in ("orgs", "campaigns")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.model_name not in TABLES_BESIDE_IT
    ]


@functools.cache
def ledger_tables() -> frozenset[str]:
    """The names of the tables of the catalogue itself."""
    return frozenset(model._meta.db_table for model in ledger())


# The same statements come again and again, with other parameters.
@functools.lru_cache(maxsize=5_000)
def written_tables(sql: str) -> frozenset[str]:
    """The tables of the ledger that a statement writes into."""
    if FORGETS_AN_AUTHOR.search(sql):
        return frozenset()
    projected = {"orgs_entry"} if PROJECTS.search(sql) else set()
    return (ledger_tables() & set(WRITTEN_TABLE.findall(sql))) | projected


class LedgerWrites:
    """Notes which file wrote into which table of the ledger: an execute wrapper of a connection."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def __call__(
        self, execute: Callable, sql: Any, params: Any, many: bool, context: dict
    ) -> object:
        if written := written_tables(str(sql)):
            writer = innermost_file()
            self.seen |= {(writer, table) for table in written}
        return execute(sql, params, many, context)

    @property
    def others(self) -> set[tuple[str, str]]:
        """What was written by files of the product that may not write."""
        return {
            (file, table)
            for file, table in self.seen
            if file not in WRITERS and not file.startswith("tests/") and "/migrations/" not in file
        }


@functools.cache
def file_in_project(code_file: str) -> str:
    """Where a file stands within the project; nothing for other files and wrappers."""
    path = Path(code_file)
    if PROJECT not in path.parents or ".venv" in path.parts:
        return ""
    name = path.relative_to(PROJECT).as_posix()
    return "" if name in WRAPPERS else name


def innermost_file() -> str:
    """The innermost file of the project that is being executed, as a path within it.

    Every statement passes the wrappers of its connection; they write none.
    """
    frame = sys._getframe(2)
    while frame is not None:
        if name := file_in_project(frame.f_code.co_filename):
            return name
        frame = frame.f_back
    return ""


def fingerprint() -> dict[str, str]:
    """A hash of everything in every table of the ledger, by table."""
    hashes = {}
    with connection.cursor() as cursor:
        for model in ledger():
            table = model._meta.db_table
            cursor.execute(
                "SELECT count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY"  # noqa: S608
                f" md5(t::text))), '') FROM {connection.ops.quote_name(table)} t"
            )
            hashes[table] = cursor.fetchone()[0]
    return hashes
