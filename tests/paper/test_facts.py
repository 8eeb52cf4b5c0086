"""Every fact read out of the paper is carried by a row of its catalogue, or declined with reason.

The facts are numbered F0001 to F0610; two numbers were given up, since they told of single
persons. A row says in its column `facts` which of them it carries.
"""

from collections import defaultdict

from .reading import TABLES, rows

GIVEN_UP = {"F0130", "F0438"}
FACTS = {f"F{number:04}" for number in range(1, 611)} - GIVEN_UP


def carried() -> dict[str, list[str]]:
    """The rows that carry each fact: "names 12"."""
    places: dict[str, list[str]] = defaultdict(list)
    for table in TABLES:
        for number, row in rows(table):
            for fact in row["facts"].split():
                places[fact].append(f"{table} {number}")
    return places


def declined() -> dict[str, str]:
    """The reason of each fact that is not taken up."""
    return {row["fact"]: row["reason"].strip() for _, row in rows("declined")}


def test_there_are_608_facts():
    assert len(FACTS) == 608


def test_every_fact_is_carried_or_declined():
    missing = sorted(FACTS - set(carried()) - set(declined()))

    assert missing == [], f"No row carries {len(missing)} facts: {', '.join(missing)}"


def test_no_row_carries_a_fact_that_there_is_not():
    strange = {fact: places for fact, places in carried().items() if fact not in FACTS}

    assert strange == {}


def test_a_declined_fact_has_a_reason_and_no_row():
    reasons = declined()

    assert set(reasons) <= FACTS
    assert [fact for fact, reason in reasons.items() if not reason] == []
    assert sorted(set(reasons) & set(carried())) == []


def test_a_row_names_each_fact_once():
    doubled = [
        f"{table} {number}"
        for table in TABLES
        for number, row in rows(table)
        if len(row["facts"].split()) != len(set(row["facts"].split()))
    ]

    assert doubled == []
