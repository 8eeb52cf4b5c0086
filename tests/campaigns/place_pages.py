"""Places in tests: their pages, and ratings of them year by year."""

from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.records.record import Record
from orgs.records.term import Term
from tests.support.pages import Element, page_of
from tests.support.writing import Writer

YEARS = 52
"""As many as Freedom House has rated."""


def place_page(slug: str, query: str = "", status: int = 200) -> Element:
    response = Client().get(f"/places/{slug}/{query}")
    assert response.status_code == status
    return page_of(response).main


def part(page: Element, heading: str) -> Element:
    return page.one("section", **{"aria-labelledby": heading})


def rated(write: Writer, place: Record, dimensions: list[Term], years: int = YEARS) -> None:
    """Rate a place in one proposal, in each dimension and year, as an import does."""
    changeset = Changeset(reason="A test.")
    for dimension in dimensions:
        for year in range(1972, 1972 + years):
            changeset.add(
                "context", place, dimension=dimension, value=str(year % 7 + 1), edtf=str(year),
                locator=f"Mexico, {year}", source=write.source,
            )  # fmt: skip
    changeset.propose().accept()
