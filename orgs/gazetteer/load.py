"""Loads the gazetteer from its data file, and makes records of all countries."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path

from django.db import connection, transaction

from orgs.changes.changeset import Changeset
from orgs.sql import execute, fetch_value

from .description import LABEL, Describer, known_of
from .first_use import existing_record, lock_first_use
from .model import GazetteerPlace, place_key

PLACES = Path(__file__).parent / "data" / "places.csv.gz"
TABLE = GazetteerPlace._meta.db_table


def load_table() -> int:
    """Fill the table of places, unless it holds this file already. Returns how many it holds."""
    content = PLACES.read_bytes()
    version = hashlib.sha256(content).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        # The comment is dumped and restored with the table.
        loaded = fetch_value("SELECT obj_description(%s::regclass, 'pg_class')", (TABLE,))
        if loaded != version or not GazetteerPlace.objects.exists():
            GazetteerPlace.objects.all().delete()
            columns = ", ".join(field.name for field in GazetteerPlace._meta.concrete_fields)
            rows = _as_copy(gzip.decompress(content).decode())
            options = "FORMAT csv, FORCE_NOT_NULL (country, state)"
            cursor.copy_expert(f"COPY {TABLE} ({columns}) FROM STDIN WITH ({options})", rows)
            execute(f"COMMENT ON TABLE {TABLE} IS %s", (version,))
            execute(f"ANALYZE {TABLE}")
            # Until then, every look-up reads all names that the index has not sorted in yet.
            execute("SELECT gin_clean_pending_list('gazetteer_names')")
    return GazetteerPlace.objects.count()


def _as_copy(text: str) -> io.StringIO:
    """The data file as PostgreSQL copies it, with the names as `place_key` writes them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in csv.DictReader(io.StringIO(text)):
        keys = dict.fromkeys(map(place_key, row.pop("names").split("|")))
        keys.pop("", None)
        array = ",".join(json.dumps(key, ensure_ascii=False) for key in keys)
        writer.writerow([*row.values(), f"{{{array}}}"])
    buffer.seek(0)
    return buffer


def make_countries() -> int:
    """Make records of the countries, and add what they lack. Returns the number of the change.

    What the catalogue states of a country, or stated before, is left out. 0 if there is nothing to
    add.
    """
    changeset = Changeset(label=LABEL, reason="The countries and territories of ISO 3166-1.")
    with transaction.atomic():
        lock_first_use()
        describer = Describer(changeset)
        countries = GazetteerPlace.objects.filter(kind=GazetteerPlace.Kind.COUNTRY)
        records = {country: existing_record(country) for country in countries.order_by("code")}
        known = known_of(record.pk for record in records.values() if record)
        for country, record in records.items():
            if record is None:
                describer.new_record(country)
            else:
                describer.describe(country, record, known[record.pk])
        if changeset.is_empty():
            return 0
        return changeset.propose().accept().number or 0
