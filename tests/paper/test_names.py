"""The 132 things the paper names are found under each of their names."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from .asking import get_json

SHOWN = 5
"""Among how many results the right one has to be."""


class Named(NamedTuple):
    """A record or source by which the catalogue keeps a named thing, and its names."""

    kind: str
    slug: str
    names: list[str]


def named_things() -> dict[str, list[Named]]:
    """The records and sources of each named thing. A few are stored as two or three."""
    things: dict[str, list[Named]] = defaultdict(list)
    path = Path(__file__).with_name("named_things.tsv")
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            things[row["id"]].append(Named(row["kind"], row["slug"], row["names"].split("|")))
    return dict(things)


THINGS = named_things()


def test_the_paper_names_132_things():
    assert list(THINGS) == [f"N{number:03}" for number in range(1, 133)]


@pytest.mark.parametrize("thing", THINGS)
def test_named_thing_is_found_under_each_of_its_names(paper, client, thing):
    missed = []

    for kind, slug, names in THINGS[thing]:
        for name in names:
            results = get_json(client, "search/", q=name, limit=SHOWN)["results"]
            if (kind, slug) not in [(entry["kind"], entry["slug"]) for entry in results]:
                missed.append((name, slug))

    assert missed == []


def test_search_puts_the_named_thing_first(paper, client):
    later = set()

    for things in THINGS.values():
        for kind, slug, names in things:
            for name in names:
                first = get_json(client, "search/", q=name, limit=1)["results"][0]
                if (first["kind"], first["slug"]) != (kind, slug):
                    later.add(name)

    assert later == {
        # Sorts after the campaign on domestic workers, whose name has the same words.
        "MFA rights of migrant workers",
        # The measure and the situation that the vocabulary calls so come before the case.
        "seafarers",
        # Before the case comes the work that compares the two countries.
        "Mexico and Morocco",
    }
