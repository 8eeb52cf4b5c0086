"""The SQL of the projection, generated from the kinds of statement.

The view behind `compose` has one branch per kind of statement. The view is dropped before
migrations and created again after them, so it always matches the tables, and this app needs no
knowledge of the tables of others.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.db import connections, models
from django.db.models import Expression, F
from django.db.models.sql import Query

from orgs.records.kinds import KINDS
from orgs.records.record import Record
from orgs.statements.statement import PARTS, Statement, statement_kinds

from .analysis import versions
from .database_role import create_role, public_sql

SQL = Path(__file__).parent / "sql"
FILES = (
    "references",
    "statements",
    "documents",
    "reasons",
    "facets",
    "search",
    "entries",
    "other_entries",
    "check",
)
"""In the order of creation: PostgreSQL checks the functions that a new function calls."""

DATED = (
    "exists",
    "arena",
    "country",
    "registered",
    "active_in",
    "has_members_in",
    "organized_base_in",
    "origin",
    "residence",
    "held_at",
    "partnership",
    "involved_in",
)
"""Filters that lists accept for another day: existence, arenas, places, memberships and
involvements."""

DROP = """
DROP SCHEMA IF EXISTS published CASCADE;
DROP FUNCTION IF EXISTS catalogue_day, shown_to_readers CASCADE;
DROP VIEW IF EXISTS orgs_statement CASCADE;
DROP TYPE IF EXISTS given_facet CASCADE;
DROP FUNCTION IF EXISTS visible, page_of, api_url_of, label_of, name_is_withheld, source_name,
    source_key, reason_may_show, show_reasons,
    slug_of, mention_of, readable_statements, contradicts_place, statements_of,
    documents_of, compose, was_known, compose_source, compose_term, compose_arena,
    compose_membership, memberships_of, keep, facets_of, words_of, names_of, mentions_of,
    card_of, project, write_findings, findings_of, other_entries, dated_memberships, other_card,
    other_words, project_others, prefix_query, names_pattern, names_patterns, named_like,
    differing, differing_others CASCADE;
"""


def view_branch(kind: type[Statement]) -> str:
    """The SELECT of the view for one kind of statement.

    Every branch has the same column types.
    """
    members = [(name, document_value(kind, name)) for name in kind.document_fields]
    if kind.code_column:
        members.insert(0, kind.code_column)
    shown = ", ".join(f"'{name}', {value}" for name, value in members)
    other = kind.column_of(kind.object_name) or "NULL::bigint"
    term = kind.column_of(kind.term_name) or "NULL::bigint"
    return f"""SELECT id, '{kind.part}'::text AS part, '{kind.code()}'::text AS kind,
    record_id, {other} AS object_id, '{kind.object_name}'::text AS object_name,
    {term} AS term_id, '{kind.term_name}'::text AS term_name,
    json_build_object({shown}) AS item,
    {row_sql(kind, kind.rival)} AS rival,
    coalesce({row_sql(kind, kind.rival_value)}, '') AS rival_value,
    {value_sql(kind, kind.rival_place)}::bigint AS rival_place,
    {value_sql(kind, kind.facet)} AS facet, {value_sql(kind, kind.facet_value)} AS facet_value,
    {value_sql(kind, kind.search_text)} AS words, {str(kind.is_event).lower()} AS happens,
    detail, edtf::text AS edtf, source_id, locator::text AS locator, quote,
    voice::text AS voice, speaker_id, speaker_name::text AS speaker_name,
    confidence::text AS confidence, holds, preferred, tier::int AS tier, note,
    observed::text AS observed, span, added, retired
FROM {kind._meta.db_table}"""


def expression_sql(kind: type[Statement], value: Expression | str) -> str:
    """The SQL of an expression over the columns of a kind; a string is the name of a field."""
    query = Query(kind, alias_cols=False)
    expression = (F(value) if isinstance(value, str) else value).resolve_expression(query)
    connection = connections["default"]
    sql, params = query.get_compiler(connection=connection).compile(expression)
    return connection.ops.compose_sql(sql, params)  # type: ignore[attr-defined]


def value_sql(kind: type[Statement], value: Expression | str | None) -> str:
    return f"({expression_sql(kind, value)})::text" if value else "NULL::text"


def row_sql(kind: type[Statement], values: tuple[Expression | str, ...]) -> str:
    """The SQL of several values as one text, in which NULL differs from every value."""
    row = ", ".join(expression_sql(kind, value) for value in values)
    return f"ROW({row})::text" if row else "NULL::text"


def document_value(kind: type[Statement], name: str) -> str:
    """The SQL of a value in documents: 2000, not 2000.0000."""
    column = kind.column_of(name)
    decimal = isinstance(kind._meta.get_field(name), models.DecimalField)
    return f"trim_scale({column})" if decimal else column


def projection_sql(kinds: list[type[Statement]]) -> str:
    parts = [*PARTS, *sorted({kind.part for kind in kinds} - set(PARTS))]
    listed = [part for part in parts if part != "traits"]
    aggregate = (
        "coalesce(json_agg(item ORDER BY preferred DESC, id) "
        "FILTER (WHERE part = '{0}'), '[]') AS {0}"
    )
    paths = " ".join(f"WHEN '{kind}' THEN '{names.path}'" for kind, names in KINDS.items())
    return (
        "\n".join((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in FILES)
        .replace("@branches@", "\nUNION ALL\n".join(view_branch(kind) for kind in kinds))
        .replace("@parts@", ",\n            ".join(aggregate.format(part) for part in listed))
        .replace(
            "@members@",
            ", ".join(
                f"'{part}', "
                + ("coalesce(traits.traits, '{}')" if part == "traits" else f"part.{part}")
                for part in parts
            ),
        )
        .replace("@paths@", paths)
        .replace("@dated@", ", ".join(f"'{name}'" for name in DATED))
    )


def record_kinds_trigger(kind: type[Statement]) -> str:
    """The SQL of the trigger that checks the kinds of records and terms of a statement."""
    arguments = (
        " ".join(kind.about_kinds),
        kind.column_of(kind.object_name),
        " ".join(kind.object_kinds),
        kind.column_of(kind.term_name),
        kind.term_scheme,
    )
    quoted = ", ".join(f"'{argument}'" for argument in arguments)
    columns = ", ".join(filter(None, ("record_id", arguments[1], arguments[3])))
    return (
        f"\nCREATE OR REPLACE TRIGGER statement_kinds BEFORE INSERT OR UPDATE OF {columns}"
        f" ON {kind._meta.db_table} FOR EACH ROW EXECUTE FUNCTION statement_kinds({quoted});"
    )


def uninstall(using: str = "default", plan=(), **_signal) -> None:
    """Drop the projection's view and functions before migrations change tables.

    Does nothing if there is no migration to run.
    """
    if plan:
        with connections[using].cursor() as cursor:
            cursor.execute(DROP)


def install(using: str = "default") -> bool:
    """Create the projection's view and functions after migrations, if they have changed.

    The view's comment holds the digest of the SQL and of the analyzers' versions. Kinds without a
    table are left out until a later migration. Returns whether all entries must be rebuilt.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    kinds = [kind for kind in statement_kinds().values() if kind._meta.db_table in tables]
    if not kinds or "orgs_entry" not in tables:
        return False
    triggers = "".join(record_kinds_trigger(kind) for kind in kinds)
    sql = projection_sql(kinds) + triggers + public_sql(kinds)
    digest = hashlib.sha256((DROP + sql + versions()).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass('orgs_statement'), 'pg_class')")
        if cursor.fetchone()[0] == digest:
            return False
        create_role(cursor)
        cursor.execute(DROP)
        cursor.execute(sql)
        cursor.execute("COMMENT ON VIEW orgs_statement IS %s", (digest,))
        cursor.execute(
            "SELECT project_others(ARRAY(SELECT id FROM orgs_arena), c.number,"
            " coalesce(c.at, now()), coalesce(c.day, current_date)) FROM orgs_counter c"
        )
        return Record.objects.using(using).exists()


@cache
def document_version() -> str:
    """A digest of the SQL and the analyzers' versions, for ETags.

    The change number stays the same when only the shape of documents changes.
    """
    sql = projection_sql(list(statement_kinds().values()))
    return hashlib.sha256((sql + versions()).encode()).hexdigest()[:8]
