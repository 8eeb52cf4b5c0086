"""The catalogue speaks in its own words, quotes briefly, and keeps no person as a record."""

import re

from campaigns.analysis.definitions import DEFINITIONS
from campaigns.finders.definitions import FINDERS

from .reading import TABLES, has_words, printed, rows, runs, words

LONGEST_QUOTE = 40
LONGEST_RUN = 8
"""How many words in a row a sentence of ours may share with the paper."""

OWN_WORDS = (
    "detail",
    "body",
    "label",
    "definition",
    "value",
    "reason",
    "purpose",
    "constituency",
    "researcher",
    "note",
)
"""The columns that we write. Titles, names and addresses are as printed; so are the notes about
works, which repeat titles."""

QUOTED_SCHEMES = {
    # Rivals: what a body is called.
    "form",
    # Definitions: what an article says.
    "principle",
    "right",
}
"""The traits that may carry a quotation."""


def quotes() -> list[tuple[str, int, dict[str, str]]]:
    """The rows that quote: table, number, row."""
    return [
        (table, number, row) for table in TABLES for number, row in rows(table) if row.get("quote")
    ]


def test_a_quote_has_at_most_forty_words():
    long = [
        f"{table} {number}"
        for table, number, row in quotes()
        if len(row["quote"].split()) > LONGEST_QUOTE
    ]

    assert long == []


def test_pages_of_findings_and_finders_quote_the_paper():
    quoting = [*DEFINITIONS.values(), *FINDERS.values()]

    assert [one.quote for one in quoting if not has_words(one.quote)] == []


def test_only_definitions_figures_and_rivals_are_quoted():
    elsewhere = [
        f"{table} {number}"
        for table, number, row in quotes()
        if table not in ("terms", "figures")
        and not (table == "traits" and row["scheme"] in QUOTED_SCHEMES)
    ]

    assert elsewhere == []


def test_every_figure_of_the_paper_is_quoted():
    bare = [
        f"figures {number}"
        for number, row in rows("figures")
        # The number of an article or a recommendation is its name.
        if not row["quote"] and row["measure"] not in ("article_number", "position")
    ]

    assert bare == []


def test_no_sentence_of_ours_is_the_papers():
    theirs = runs(printed(), LONGEST_RUN + 1) | runs(
        re.sub(r"-\n+", "", printed()), LONGEST_RUN + 1
    )

    copied = [
        f"{table} {number} {column}: {' '.join(min(shared))}"
        for table in TABLES
        for number, row in rows(table)
        for column in OWN_WORDS
        if (column, table) != ("note", "sources")
        and (shared := runs(row.get(column) or "", LONGEST_RUN + 1) & theirs)
    ]
    assert copied == []


def test_every_quote_stands_in_the_paper():
    wrong = [
        f"{table} {number}: {row['quote']}"
        for table, number, row in quotes()
        if not has_words(row["quote"])
    ]

    assert wrong == []


def test_every_name_that_is_not_ours_stands_in_the_paper():
    wrong = [
        f"names {number}: {row['text']}"
        for number, row in rows("names")
        if row["source"] == "fox-gois-2010"
        and row["voice"] != "editor"
        and row["name_kind"] != "descriptive"
        and not has_words(row["text"])
    ]

    assert wrong == []


def test_every_web_address_of_the_paper_is_stored():
    def bare(address: str) -> str:
        return re.sub(r"^https?://", "", address).rstrip("/")

    theirs = {
        bare(address.rstrip(".,)"))
        for address in re.findall(r"(?:https?://|www\.)[^\s>\]]+", printed())
    }
    ours = {bare(row["url"]) for _, row in rows("links")} | {
        bare(address) for _, row in rows("sources") for address in row["url"].split()
    }

    assert len(theirs) == 21
    assert theirs - ours == set()


def test_no_author_is_a_record():
    authors = {
        (*words(given), *words(family))
        for _, row in rows("sources")
        for author in row["authors"].split(";")
        # Bodies are written without a comma.
        if "," in author
        for family, _, given in [author.partition(",")]
    }
    people = [
        f"names {number}: {row['text']}"
        for number, row in rows("names")
        if tuple(words(row["text"])) in authors
    ]

    assert len(authors) > 60
    assert people == []


def test_people_named_in_passing_are_not_repeated():
    # The footnotes name a member of parliament and scholars by title and name.
    surnames = {name.casefold() for name in re.findall(r"(?:Prof\.|MP)\s+\w+\s+(\w+)", printed())}
    repeated = [
        f"{table} {number} {column}"
        for table in TABLES
        for number, row in rows(table)
        for column, text in row.items()
        if surnames & set(words(text))
    ]

    assert len(surnames) == 3
    assert repeated == []
