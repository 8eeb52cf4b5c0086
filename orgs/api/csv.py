"""Entries as rows of a CSV, and the columns of each kind.

The guide describes the same columns. They are read from the public document, so a CSV never
contains more than the item.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from orgs.projection.analysis import FINDING_KINDS

SEPARATOR = " | "
"""Between several values in one cell."""

FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet would run, also in full-width characters, or what `format_cell` escaped."""

CHUNK_SIZE = 64 * 1024
"""In characters; approximate."""

Document = dict[str, Any]
Cell = str | int | None | list[str]


class Column(NamedTuple):
    """A column: its name, its meaning, and how it is read from a document."""

    name: str
    about: str
    read: Callable[[Document], Cell]


def field_column(name: str, about: str) -> Column:
    """A top-level field of the document."""
    return Column(name, about, lambda document: document.get(name))


def statement_column(
    name: str,
    about: str,
    part: str,
    value: Callable[[dict], str | None],
    where: Callable[[dict], bool] | None = None,
) -> Column:
    """The values of the statements in one part of a document, as their sources state them.

    `value` reads a statement and `where` selects statements. Statements that a source denies are
    left out. A value of the past is followed by its date: "Ghent (1998/2004)".
    """

    def read(document: Document) -> Cell:
        items = document.get(part)
        if not items:
            return None
        values = []
        for item in items:
            if item["holds"] and (where is None or where(item)):
                text = value(item) or ""
                past = not item["current"] and item["when"]
                values.append(f"{text} ({past})" if past else text)
        return values

    return Column(name, about, read)


def place_column(name: str, about: str, role: str, field: str = "label") -> Column:
    return statement_column(
        name, about, "places", lambda item: item["place"][field], lambda item: item["role"] == role
    )


def date_column(name: str, about: str, event: str) -> Column:
    """The dates of an event, as EDTF."""

    def read(document: Document) -> Cell:
        return [
            item["when"] or "undated"
            for item in document.get("dates", ())
            if item["event"] == event and item["holds"]
        ]

    return Column(name, about, read)


def trait_column(name: str, about: str, scheme: str = "") -> Column:
    """The codes of the terms of one scheme; the scheme is `name` by default."""
    scheme = scheme or name

    def read(document: Document) -> Cell:
        items = document.get("traits", {}).get(scheme, ())
        return [item["term"] for item in items if item["holds"]]

    return Column(name, about, read)


def finding_column(name: str, about: str) -> Column:
    """The value of a finding, within its window."""
    return Column(name, about, lambda document: (document.get(name) or {}).get("value"))


def text_column(name: str, about: str, kind: str) -> Column:
    return statement_column(
        name, about, "texts", lambda item: item["body"], lambda item: item["text_kind"] == kind
    )


def other_names(document: Document) -> Cell:
    """Every name except acronyms and the label, which have their own columns."""
    label = document["label"]
    return [
        item["text"]
        for item in document["names"]
        if item["holds"] and item["name_kind"] != "acronym" and item["text"] != label
    ]


def languages(document: Document) -> Cell:
    items = (*document["names"], *document["texts"])
    return [item["language"] for item in items if item["language"] != "und"]


def membership_column(name: str, about: str) -> Column:
    """A field of the statement of a membership."""
    return Column(name, about, lambda document: document["membership"][name])


def label_of(name: str) -> Callable[[dict], str | None]:
    """Read the label of the record that a statement mentions in this field."""
    return lambda item: item[name]["label"] if item[name] else None


FIRST = (
    field_column("id", "Its permanent id."),
    field_column("slug", "The last part of its address; it may change."),
    field_column("url", "The whole address of its page."),
    field_column("kind", "What it is."),
    field_column("label", "What it is called in headings and lists."),
)
LAST = (
    field_column("change", "The number of the last change of this entry."),
    field_column("updated", "When that change was accepted."),
)

NAMES = (
    statement_column(
        "acronym",
        "Its acronyms.",
        "names",
        lambda item: item["text"],
        lambda item: item["name_kind"] == "acronym",
    ),
    Column("other_names", "Every other name, in any language.", other_names),
    Column("languages", "The languages of its names and texts, as BCP-47 tags.", languages),
)
TEXTS = (
    text_column("own_words", "Its description of itself.", "own_words"),
    text_column("summary", "A summary.", "summary"),
)
EVIDENCE = (
    statement_column(
        "identifiers",
        "Its identifiers, as scheme:value.",
        "identifiers",
        lambda item: f"{item['scheme']}:{item['value']}",
    ),
    statement_column("links", "Web addresses about it.", "links", lambda item: item["url"]),
    Column(
        "withheld",
        "What is withheld on purpose, with the class of reason.",
        lambda document: [f"{item['field']}: {item['reason']}" for item in document["withheld"]],
    ),
    Column(
        "sources",
        "The keys of the sources that say all this.",
        lambda document: [source["id"] for source in document["sources"]],
    ),
)
RELATIONS = (
    statement_column(
        "relations",
        "What ties it to other records: the predicate and their labels.",
        "relations",
        lambda item: f"{item['predicate']}: {item['object']['label']}",
    ),
)


def record_columns(*middle: Column) -> tuple[Column, ...]:
    """The columns of a kind of record; `middle` are those of this kind alone."""
    return (*FIRST, *NAMES, *middle, *TEXTS, *RELATIONS, *EVIDENCE, *LAST)


ACTORS = record_columns(
    field_column("sphere", "Its sphere: civil, market, state, intergovernmental."),
    statement_column("arenas", "The codes of its arenas.", "arenas", lambda item: item["arena"]),
    place_column("seat", "Where it has its seat.", "seat"),
    place_column(
        "seat_code",
        "The slugs of these places; for countries the ISO 3166 code in lower case.",
        "seat",
        "slug",
    ),
    place_column("registered", "Where it is registered.", "registered"),
    place_column("acts_in", "Where it acts.", "acts_in"),
    place_column("has_members_in", "Where it has members.", "has_members_in"),
    place_column(
        "organized_base_in", "Where it has an organized membership base.", "organized_base_in"
    ),
    place_column("origin", "Where the people it organizes come from.", "constituency_origin"),
    place_column("residence", "Where the people it organizes live.", "constituency_residence"),
    date_column("founded", "When it was founded, as EDTF.", "founded"),
    date_column("ended", "When it ended, as EDTF.", "ended"),
    statement_column(
        "memberships",
        "The networks and coalitions it is a member of.",
        "memberships",
        label_of("partnership"),
    ),
    statement_column(
        "involvements",
        "What it takes part in, with the part it takes.",
        "involvements",
        lambda item: f"{item['role']}: {item['undertaking']['label']}",
    ),
    trait_column("forms", "What it calls itself or is called: network, coalition, ...", "form"),
    trait_column("identity", "The identities it is based on, by their codes."),
    trait_column("sector", "Its sectors, by their codes."),
    trait_column("leadership", "Who leads it, by their codes."),
    trait_column("orientation", "Oriented to home, residence or both."),
    *(finding_column(name, kind.about) for name, kind in FINDING_KINDS.items()),
)

PLACES = record_columns(
    trait_column("place_type", "Country, territory, state, city or region."),
    statement_column(
        "context",
        "What organizing meets with there: the dimension and the finding.",
        "context",
        lambda item: f"{item['dimension']}: {item['value']}",
    ),
)

SOURCES = (
    *FIRST,
    field_column("title", "Its title."),
    field_column("authors", "Who wrote it."),
    field_column("issued", "When it came out."),
    field_column("source_kind", "What it is: book, article, newspaper, ..."),
    field_column("container", "What it is a part of."),
    field_column("publisher", "Who published it, as printed."),
    field_column("language", "Its language, as a BCP-47 tag."),
    field_column("observed", "When it looked at the world, as EDTF."),
    field_column("urls", "Its web addresses, as printed."),
    Column(
        "in_bibliography",
        "Whether the paper's list of references has it: yes or no.",
        lambda document: "yes" if document["in_bibliography"] else "no",
    ),
    *LAST,
)

TERMS = (
    *FIRST,
    field_column("scheme", "The question it answers."),
    field_column("code", "Its code in that scheme."),
    Column(
        "definition",
        "What is meant, in English.",
        lambda document: document["definitions"].get("en"),
    ),
    field_column("source", "The key of the source of the definition."),
    field_column("locator", "Where in it."),
    field_column("broader", "The broader term."),
    field_column("position", "Its place in the scheme."),
    *LAST,
)

ARENAS = (
    *FIRST,
    field_column("definition", "What is meant."),
    field_column("locator", "Where in the paper."),
    field_column("position", "Its place among the four."),
    *LAST,
)

MEMBERSHIPS = (
    *FIRST,
    Column("member", "Who belongs.", lambda document: document["member"]["label"]),
    Column("member_id", "Its permanent id.", lambda document: document["member"]["id"]),
    Column(
        "partnership",
        "To which network or coalition.",
        lambda document: document["membership"]["partnership"]["label"],
    ),
    Column(
        "partnership_id",
        "Its permanent id.",
        lambda document: document["membership"]["partnership"]["id"],
    ),
    membership_column("grade", "How it belongs, if the source says."),
    membership_column("when", "When it applied, as EDTF; empty if the source does not date it."),
    membership_column("source", "The key of the source."),
    membership_column("locator", "Where in it."),
    membership_column("voice", "The voice: own, source, quoted, editor."),
    field_column("confirmed", "Which sides state it: both, member, partnership, other."),
    membership_column("confidence", "How firmly: stated, implied, inferred."),
    Column(
        "holds",
        "no if the source denies it, else yes.",
        lambda document: "yes" if document["membership"]["holds"] else "no",
    ),
    *LAST,
)

COMMON_COLUMNS = (*FIRST, *LAST)
"""The columns that every kind of entry has."""


def format_cell(value: Cell) -> str:
    """Write a value so that spreadsheets read it as text.

    A formula gets an apostrophe before it, and so does a text that already looks like an escaped
    formula: removing one apostrophe restores every text.
    """
    if not value:
        return "0" if value == 0 else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else SEPARATOR.join(dict.fromkeys(filter(None, value)))
    # Most cells begin with a letter or a digit and need no regular expression.
    return f"'{value}" if not value[:1].isalnum() and FORMULA.match(value) else value


def write_table(
    columns: Iterable[Column], documents: Iterable[Document], bom: bool = False
) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8, in chunks: a header, then a row for each document.

    `bom` adds a byte order mark, which some spreadsheets need to recognize UTF-8.
    """
    columns = tuple(columns)
    reads = [column.read for column in columns]
    buffer = io.StringIO(newline="")
    write_row = csv.writer(buffer).writerow
    buffer.write("\ufeff" if bom else "")
    write_row([column.name for column in columns])
    for document in documents:
        write_row([format_cell(read(document)) for read in reads])
        if buffer.tell() > CHUNK_SIZE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
