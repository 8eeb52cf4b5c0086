"""The works that change the catalogue: an import, and one edit. Each beside the SQL by hand."""

import csv
import random
import time
from datetime import date, datetime
from pathlib import Path

import psycopg2
from django.db import connection
from psycopg2.extensions import connection as Connection

from orgs.changes.changeset import Changeset
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping
from orgs.imports.pipeline import Import
from orgs.management.synthetic import COUNTRIES, VOCABULARY, WORDS, make_name, make_text, make_word
from orgs.projection.analysis import for_entries
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.statements.membership import Membership
from orgs.statements.text import Text

COLUMNS = ["slug", "name", "language", "founded", "arena", "sector", "seat", "network", "body"]

WORDS_SQL = """
    SELECT setweight(plain_words(coalesce(string_agg(s.words, ' ' ORDER BY s.id)
               FILTER (WHERE s.part = 'names'), '')), 'A')
        || setweight(plain_words(coalesce(string_agg(s.words, ' ' ORDER BY s.id)
               FILTER (WHERE s.part <> 'names'), '')), 'B')
        || setweight(plain_words(string_agg(
               concat_ws(' ', s.detail, t.labels ->> 'en', o.label), ' ' ORDER BY s.id)), 'C')
           AS words
    FROM orgs_statement s
    LEFT JOIN orgs_term t ON t.id = s.term_id
    LEFT JOIN orgs_entry o ON o.id = s.object_id
    WHERE s.record_id = %(id)s AND s.retired IS NULL AND s.tier = 0 AND s.holds
"""
"""The search vector of an organization without hidden statements."""

FINDINGS_SQL = """
    CREATE TEMP TABLE given ON COMMIT DROP AS SELECT * FROM findings_of(%s);
    INSERT INTO orgs_facet (filter, value)
    SELECT DISTINCT key, value FROM given, jsonb_each_text(answers) ON CONFLICT DO NOTHING;
    WITH answered AS (
        SELECT j.id, j.members, array_agg(f.id) AS facets, array_agg(key) AS names
        FROM given j, jsonb_each_text(j.answers) answer
        JOIN orgs_facet f ON (f.filter, f.value) = (answer.key, answer.value)
        GROUP BY j.id, j.members
    ), changed AS (
        UPDATE orgs_entry e SET findings = answered.members, change = %s, updated = %s,
            facets = ARRAY(
                SELECT unnest(e.facets)
                EXCEPT SELECT id FROM orgs_facet WHERE filter = ANY (answered.names)
                UNION SELECT unnest(answered.facets) ORDER BY 1)
        FROM answered WHERE e.id = answered.id AND e.findings <> answered.members RETURNING e.*
    )
    INSERT INTO orgs_entrychange (entry, key, kind, change, state)
    SELECT id, key, kind, change, state FROM changed c WHERE NOT EXISTS (
        SELECT FROM orgs_entrychange one WHERE one.entry = c.id AND one.change = c.change)
"""
"""The findings, written by hand. Parameters: the findings, number and time of the change."""

IMPORT_SQL = (Path(__file__).parent / "import.sql").read_text(encoding="utf-8")


def write_table(path: Path, count: int, networks: int, seed: int = 1) -> None:
    """Write a CSV file of so many made-up organizations, members of the made-up networks."""
    chance = random.Random(f"import {seed}")  # noqa: S311 - nothing secret
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for number in range(1, count + 1):
            country, _, language = chance.choice(COUNTRIES)
            table.writerow(
                [
                    f"imported-{number}",
                    f"{make_name(chance, language)} {make_word(chance)}",
                    language,
                    chance.randint(1960, 2004),
                    chance.choice(WORDS["arenas"]),
                    f"sector:{chance.choice(VOCABULARY['sector'])}",
                    f"{country}-made-{chance.randrange(12)}",
                    f"synthetic-{seed}-{chance.randint(1, networks)}",
                    make_text(chance, language, 3, 8),
                ]
            )


def mapping(source: str) -> FileMapping:
    """The statements of the columns of that file."""
    cited = {"source": {"value": source}}
    return FileMapping(
        record={"slug": "slug"},
        statements=[
            (
                "name",
                {"text": "name", "language": "language", "preferred": {"value": "yes"}} | cited,
            ),
            ("existence", {"event": {"value": "founded"}, "edtf": "founded"} | cited),
            ("arena_placement", {"arena": "arena"} | cited),
            ("trait", {"term": "sector"} | cited),
            ("presence", {"place": "seat", "role": {"value": "seat"}} | cited),
            ("membership", {"partnership": "network"} | cited),
            (
                "text",
                {"text_kind": {"value": "own_words"}, "body": "body", "voice": {"value": "own"}}
                | cited,
            ),
        ],
    )


def import_ours(path: Path, source: str = "synthetic-1-1") -> float:
    """Import the file as `import_records --accept` does. Returns the seconds it took."""
    begun = time.perf_counter()
    run = Import("Benchmark")
    run.read(read_file(path), "organization", mapping(source))
    changesets = run.finish().store()
    took = time.perf_counter() - begun
    if not changesets or run.plan.refused():
        raise AssertionError(f"The import was refused: {run.plan.refused()[:3]}")
    return took


def import_limit(database: Connection, path: Path, source: str = "synthetic-1-1") -> float:
    """Write what the same file says by hand, in one transaction. Returns the seconds it took."""
    begun = time.perf_counter()
    with database, database.cursor() as cursor:
        number, at, day = taken(cursor)
        cursor.execute(
            "CREATE TEMP TABLE given (row serial, slug text, name text, language text,"
            " founded text, arena text, sector text, seat text, network text, body text)"
            " ON COMMIT DROP"
        )
        with path.open(encoding="utf-8") as file:
            cursor.copy_expert(
                f"COPY given ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv, HEADER)", file
            )
        cursor.execute("ANALYZE given")
        cursor.execute(
            "INSERT INTO orgs_changeset (key, number, state, reason, label, operations,"
            " proposed_at, decided_at, decision, about, reason_shown, reason_redacted)"
            " VALUES (gen_random_uuid(), %s, 'accepted', 'Import.',"
            " 'Benchmark', '{}', %s, %s, '', '{}', true, false)",
            (number, at, at),
        )
        cursor.execute(IMPORT_SQL, {"number": number, "at": at, "source": source, "day": day})
    write_findings_by_hand(database, number, at, day)
    return time.perf_counter() - begun


def write_findings_by_hand(database: Connection, number: int, at: datetime, day: date) -> None:
    """Store the findings of the imported organizations and of the networks they joined."""
    joined = Membership.objects.filter(added=number)
    ids = {pk for row in joined.values_list("record", "partnership") for pk in row}
    with database, database.cursor() as cursor:
        cursor.execute(
            FINDINGS_SQL,
            (for_entries(ids, day), number, at),
        )


def taken(cursor) -> tuple:
    """The next number of a change, its time and the day, as the ledger takes them."""
    cursor.execute(
        "UPDATE orgs_counter SET number = number + 1,"
        " at = greatest(clock_timestamp(), at + interval '1 microsecond') RETURNING number, at, day"
    )
    return cursor.fetchone()


def edit_ours(entry: Entry, body: str) -> float:
    """Accept a proposal that replaces a text. Returns the seconds that accepting took."""
    changeset = Changeset(reason="Benchmark")
    changeset.replace(own_words(entry), body=body)
    changeset.propose()
    begun = time.perf_counter()
    changeset.accept()
    return time.perf_counter() - begun


def own_words(entry: Entry) -> Text:
    """The text of an organization in its own words."""
    return Text.objects.current().get(record=entry.pk, text_kind="own_words")


def edit_limit(database: Connection, entry: Entry, body: str) -> float:
    """Do the same by hand: it knows that a text alone changes. Returns the seconds it took."""
    changeset = Changeset(reason="Benchmark")
    text = own_words(entry)
    changeset.replace(text, body=body)
    changeset.propose()
    begun = time.perf_counter()
    with database, database.cursor() as cursor:
        number, at, day = taken(cursor)
        cursor.execute(
            "UPDATE orgs_changeset SET state = 'accepted', number = %s, decided_at = %s,"
            " operations = '{}' WHERE id = %s AND state = 'proposed'",
            (number, at, changeset.pk),
        )
        cursor.execute(
            "UPDATE orgs_text SET retired = %s WHERE id = %s AND retired IS NULL", (number, text.pk)
        )
        cursor.execute(
            "INSERT INTO orgs_text (record_id, text_kind, language, body, detail, edtf, source_id,"
            " locator, quote, voice, speaker_id, speaker_name, confidence, holds, preferred, tier,"
            " note, observed, added) SELECT record_id, text_kind, language, %s, detail, edtf,"
            " source_id, locator, quote, voice, speaker_id, speaker_name, confidence, holds,"
            " preferred, tier, note, observed, %s FROM orgs_text WHERE id = %s",
            (body, number, text.pk),
        )
        cursor.execute(
            "WITH new AS MATERIALIZED (SELECT compose(%(id)s, NULL, NULL, 0, %(day)s) AS document),"
            f" new_words AS ({WORDS_SQL})"
            " UPDATE orgs_entry SET document = new.document, card = card_of(new.document::jsonb),"
            "  words = new_words.words, change = %(number)s, updated = %(at)s"
            " FROM new, new_words WHERE id = %(id)s",
            {"id": entry.pk, "day": day, "number": number, "at": at},
        )
        cursor.execute(
            "INSERT INTO orgs_entrychange (entry, key, kind, change, state)"
            " SELECT id, key, kind, change, state FROM orgs_entry WHERE id = %s",
            (entry.pk,),
        )
    return time.perf_counter() - begun


def differing(most: int = 200) -> list[str]:
    """A line for each imported or edited entry that is not what the ledger says.

    Looks at so many of them, evenly spread: at a few where there are thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM orgs_record WHERE slug LIKE 'imported-%'"
            " UNION SELECT record_id FROM orgs_text WHERE retired IS NOT NULL ORDER BY 1"
        )
        ids = [row[0] for row in cursor.fetchall()]
        sample = ids[:: max(1, len(ids) // most)]
        today = Counter.today()
        cursor.execute("SELECT differing(%s, %s, %s)", (sample, today, for_entries(sample, today)))
        return [row[0] for row in cursor.fetchall()]


def connected_to(name: str) -> Connection:
    """A connection of the driver's own to a database of the server that Django uses."""
    settings_of_server = connection.settings_dict
    return psycopg2.connect(
        host=settings_of_server["HOST"],
        port=settings_of_server["PORT"],
        user=settings_of_server["USER"],
        password=settings_of_server["PASSWORD"],
        dbname=name,
    )
