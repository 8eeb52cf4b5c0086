"""An entry as a row of a table: what each column of a CSV says.

The one place that says so: the CSV of the API is written from it and the guide repeats it. A
column is read from the public document, so a table can tell no more than the item does.
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
"""What a spreadsheet would run, also full-width, and what we write instead of it."""

AT_ONCE = 64 * 1024
"""About how many characters are sent at once."""

Document = dict[str, Any]
Cell = str | int | None | list[str]


class Column(NamedTuple):
    """A column: its name, what it says, and how it is read from a document."""

    name: str
    about: str
    read: Callable[[Document], Cell]


def value(name: str, about: str) -> Column:
    """Return the column of a field that stands at the top of a document."""
    return Column(name, about, lambda document: document.get(name))


def said(
    name: str,
    about: str,
    part: str,
    told: Callable[[dict], str | None],
    when: Callable[[dict], bool] | None = None,
) -> Column:
    """Return the column of what is said in one part of a document.

    `told` reads the value of a statement and `when` chooses statements. Told is what some source
    holds, each value once; what is no longer so is followed by its date: "Ghent (1998/2004)".
    """

    def read(document: Document) -> Cell:
        items = document.get(part)
        if not items:
            return None
        found = []
        for item in items:
            if item["holds"] and (when is None or when(item)):
                text = told(item) or ""
                past = not item["current"] and item["when"]
                found.append(f"{text} ({past})" if past else text)
        return found

    return Column(name, about, read)


def place(name: str, about: str, role: str, field: str = "label") -> Column:
    """Return the column of the places that play one role."""
    return said(
        name, about, "places", lambda item: item["place"][field], lambda item: item["role"] == role
    )


def day(name: str, about: str, event: str) -> Column:
    """Return the column of the dates of an event, as written (EDTF)."""

    def read(document: Document) -> Cell:
        return [
            item["when"] or "undated"
            for item in document.get("dates", ())
            if item["event"] == event and item["holds"]
        ]

    return Column(name, about, read)


def trait(name: str, about: str, scheme: str = "") -> Column:
    """Return the column of the terms of one scheme that describe a record, by their codes."""
    scheme = scheme or name

    def read(document: Document) -> Cell:
        items = document.get("traits", {}).get(scheme, ())
        return [item["term"] for item in items if item["holds"]]

    return Column(name, about, read)


def finding(name: str, about: str) -> Column:
    """Return the column of what follows from the record, for the last years."""
    return Column(name, about, lambda document: (document.get(name) or {}).get("value"))


def text(name: str, about: str, kind: str) -> Column:
    """Return the column of the texts of one kind."""
    return said(
        name, about, "texts", lambda item: item["body"], lambda item: item["text_kind"] == kind
    )


def other_names(document: Document) -> Cell:
    """Return every name save acronyms and the label, which have columns of their own."""
    label = document["label"]
    return [
        item["text"]
        for item in document["names"]
        if item["holds"] and item["name_kind"] != "acronym" and item["text"] != label
    ]


def languages(document: Document) -> Cell:
    """Return the languages of its names and texts, as BCP-47 tags."""
    items = (*document["names"], *document["texts"])
    return [item["language"] for item in items if item["language"] != "und"]


def of_membership(name: str, about: str) -> Column:
    """Return the column of a field of the statement that a membership is."""
    return Column(name, about, lambda document: document["membership"][name])


def mention(name: str) -> Callable[[dict], str | None]:
    """Return what reads the label of what a statement is about, if it names one."""
    return lambda item: item[name]["label"] if item[name] else None


FIRST = (
    value("id", "Its permanent id."),
    value("slug", "The last part of its address; it may change."),
    value("url", "The whole address of its page."),
    value("kind", "What it is."),
    value("label", "What it is called in headings and lists."),
)
LAST = (
    value("change", "The number of the last change of this entry."),
    value("updated", "When that change was accepted."),
)

NAMED = (
    said(
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
    text("own_words", "What it says of itself.", "own_words"),
    text("summary", "What is said of it in short.", "summary"),
)
SOURCED = (
    said(
        "identifiers",
        "Its identifiers, as scheme:value.",
        "identifiers",
        lambda item: f"{item['scheme']}:{item['value']}",
    ),
    said("links", "Web addresses about it.", "links", lambda item: item["url"]),
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
RELATED = (
    said(
        "relations",
        "What ties it to other records: the predicate and their labels.",
        "relations",
        lambda item: f"{item['predicate']}: {item['object']['label']}",
    ),
)


def record(*middle: Column) -> tuple[Column, ...]:
    """Return the columns of a kind of record, with those that only this kind has in the middle."""
    return (*FIRST, *NAMED, *middle, *TEXTS, *RELATED, *SOURCED, *LAST)


ACTORS = record(
    value("sphere", "Where it stands: civil, market, state, intergovernmental."),
    said(
        "arenas", "The arenas it stands in, by their codes.", "arenas", lambda item: item["arena"]
    ),
    place("seat", "Where it has its seat.", "seat"),
    place(
        "seat_code",
        "The slugs of these places; for countries the ISO 3166 code in lower case.",
        "seat",
        "slug",
    ),
    place("registered", "Where it is registered.", "registered"),
    place("acts_in", "Where it acts.", "acts_in"),
    place("has_members_in", "Where it has members.", "has_members_in"),
    place("organized_base_in", "Where it has an organized membership base.", "organized_base_in"),
    place("origin", "Where the people it organizes come from.", "constituency_origin"),
    place("residence", "Where the people it organizes live.", "constituency_residence"),
    day("founded", "When it was founded, as EDTF.", "founded"),
    day("ended", "When it ended, as EDTF.", "ended"),
    said(
        "memberships",
        "The networks and coalitions it is a member of.",
        "memberships",
        mention("partnership"),
    ),
    said(
        "involvements",
        "What it takes part in, with the part it takes.",
        "involvements",
        lambda item: f"{item['role']}: {item['undertaking']['label']}",
    ),
    trait("forms", "What it calls itself or is called: network, coalition, ...", "form"),
    trait("identity", "The identities it is based on, by their codes."),
    trait("sector", "Its sectors, by their codes."),
    trait("leadership", "Who leads it, by their codes."),
    trait("orientation", "Oriented to home, residence or both."),
    *(finding(name, kind.about) for name, kind in FINDING_KINDS.items()),
)

PLACES = record(
    trait("place_type", "Country, territory, state, city or region."),
    said(
        "context",
        "What organizing meets with there: the dimension and the finding.",
        "context",
        lambda item: f"{item['dimension']}: {item['value']}",
    ),
)

SOURCES = (
    *FIRST,
    value("title", "Its title."),
    value("authors", "Who wrote it."),
    value("issued", "When it came out."),
    value("source_kind", "What it is: book, article, newspaper, ..."),
    value("container", "What it is a part of."),
    value("publisher", "Who published it, as printed."),
    value("language", "Its language, as a BCP-47 tag."),
    value("observed", "When it looked at the world, as EDTF."),
    value("urls", "Its web addresses, as printed."),
    Column(
        "in_bibliography",
        "Whether the paper's list of references has it: yes or no.",
        lambda document: "yes" if document["in_bibliography"] else "no",
    ),
    *LAST,
)

TERMS = (
    *FIRST,
    value("scheme", "The question it answers."),
    value("code", "Its code in that scheme."),
    Column(
        "definition",
        "What is meant, in English.",
        lambda document: document["definitions"].get("en"),
    ),
    value("source", "The key of the source of the definition."),
    value("locator", "Where in it."),
    value("broader", "The broader term."),
    value("position", "Its place in the scheme."),
    *LAST,
)

ARENAS = (
    *FIRST,
    value("definition", "What is meant."),
    value("locator", "Where in the paper."),
    value("position", "Its place among the four."),
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
    of_membership("grade", "How it belongs, if the source says."),
    of_membership("when", "When it was so, as EDTF; empty if the source does not date it."),
    of_membership("source", "The key of the source."),
    of_membership("locator", "Where in it."),
    of_membership("voice", "Whose words: own, source, quoted, editor."),
    value("confirmed", "Which sides say so: both, member, partnership, other."),
    of_membership("confidence", "How firmly: stated, implied, inferred."),
    Column(
        "holds",
        "Whether the source says that it is so: yes or no.",
        lambda document: "yes" if document["membership"]["holds"] else "no",
    ),
    *LAST,
)

EVERYTHING = (*FIRST, *LAST)
"""The columns that every kind of entry has."""


def cell(told: Cell) -> str:
    """Return what a cell says, as a spreadsheet takes it for text.

    What would be run as a formula gets an apostrophe before it. So does what begins like one that
    we have written so: whoever takes one apostrophe away has every text as it was.
    """
    if not told:
        return "0" if told == 0 else ""
    if isinstance(told, int):
        return str(told)
    if isinstance(told, list):
        told = told[0] if len(told) == 1 else SEPARATOR.join(dict.fromkeys(filter(None, told)))
    # Most cells begin with a proposal or a digit: they are not looked at any closer.
    return f"'{told}" if not told[:1].isalnum() and FORMULA.match(told) else told


def table(
    columns: Iterable[Column], documents: Iterable[Document], marked: bool = False
) -> Iterator[bytes]:
    """Give a table as CSV (RFC 4180) in UTF-8, piece by piece: the names, then a row a document.

    `marked` begins with a byte order mark, by which some spreadsheets know UTF-8.
    """
    columns = tuple(columns)
    reads = [column.read for column in columns]
    written = io.StringIO(newline="")
    row = csv.writer(written).writerow
    written.write("\ufeff" if marked else "")
    row([column.name for column in columns])
    for document in documents:
        row([cell(read(document)) for read in reads])
        if written.tell() > AT_ONCE:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()
