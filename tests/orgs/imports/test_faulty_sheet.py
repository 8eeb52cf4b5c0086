"""A sheet as people send it: what is good is proposed, and each fault is listed with a remedy."""

from itertools import cycle, islice
from typing import NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.changes.changeset import Changeset
from orgs.imports.preview import UploadPlan
from orgs.projection.entry import Entry
from tests.support.writing import Writer

from .test_sheets import as_file, plan_content

COLUMNS = {
    "Name": "name (official, en)",
    "Kind": "kind",
    "Arena": "arena",
    "Where": "place (seat)",
    "Acts in": "place (acts_in)",
    "Founded": "date (founded)",
    "Website": "link (website)",
    "E-mail": "contact (email)",
    "Phone": "contact (phone)",
    "About": "text (summary, en)",
    "Services": "trait (service)",
    "Member of": "member of",
}


SAN_JOSE = "San Jose, Mimaropa, Philippines"
"""The seat of the row is in the Philippines."""


class Fault(NamedTuple):
    heading: str
    text: str
    choices: tuple[str, ...] = ()
    new: str = ""
    part: str = ""
    """The value that has the problem, if the cell has others."""
    refused: bool = False
    """Whether it is not known what organization the row is about."""

    @property
    def value(self) -> str:
        return self.part or self.text


FAULTS = [
    Fault("Name", "", refused=True),
    Fault("Kind", "club", ("organization", "partnership"), refused=True),
    Fault("Arena", "advocacy", ("membership", "space", "ngo", "media")),
    Fault("Acts in", "Laos; Hereabouts; Thailand", part="Hereabouts"),
    Fault("Acts in", "Laos; San José", (SAN_JOSE,), part="San José"),
    Fault("Where", "Laos; Thailand", part="Thailand"),
    Fault("Where", "Hereabouts"),
    Fault("Founded", "03/04/2005", ("2005-04-03", "2005-03-04")),
    Fault("Founded", "30/02/2003"),
    Fault("Founded", "long ago"),
    Fault("Founded", "36526", ("2000-01-01",)),
    Fault("Founded", "2090"),
    Fault("Website", "see below"),
    Fault("Website", "@circle"),
    Fault("Website", "we@circle.example"),
    Fault("E-mail", "2011"),
    Fault("E-mail", "we(at)circle.example"),
    Fault("Phone", "6.3E+11"),
    Fault("Phone", "#REF!"),
    Fault("About", "Write to ana@circle.example."),
    Fault("About", "Asociaci\ufffdn"),
    Fault("About", "x" * 40_000),
    Fault("Services", "Legal aid; legal ade", ("legal-aid",), new="legal ade", part="legal ade"),
    Fault("Member of", "yes"),
    Fault("Member of", "Redd Luz", ("red-luz",), new="Redd Luz"),
]

UNDERSTOOD = [
    ("Arena", "space", "Autonomous public spaces"),
    ("Arena", "migrant-led ngos", "Migrant-led NGOs"),
    ("Where", "UK", "United Kingdom"),
    ("Where", "Latin America", "Latin America (419)"),
    ("Where", "Ivory Coast", "Côte d’Ivoire"),
    ("Founded", "about 2001", "2001~"),
    ("Founded", "199x", "199X"),
    ("Founded", "May 2003", "2003-05"),
    ("Website", "circle.example", "https://circle.example"),
    ("Kind", "ONG", None),
    ("Where", "n/a", None),
    ("Founded", "-", None),
    ("Phone", "unknown", None),
]
"""Texts that are no faults: heading, text, and what the preview says, if anything is stored."""


def good_row(number: int) -> dict[str, str]:
    return {
        "Name": f"Circle {number}",
        "Kind": "organization",
        "Arena": "membership",
        "Where": "Manila, Philippines",
        "Acts in": "Laos",
        "Founded": "1994",
        "Website": f"https://circle-{number}.example/",
        "E-mail": f"we@circle-{number}.example",
        "Phone": f"+63 2 800 {number:04}",
        "About": f"We are circle {number}.",
        "Services": "Legal aid",
        "Member of": "Red Luz",
    }


@pytest.fixture
def write(gazetteer) -> Writer:
    write = Writer()
    write.record("partnership", "red-luz", "Red Luz")
    changeset = Changeset()
    for code, label in (("legal-aid", "Legal aid"), ("shelter", "Shelter")):
        changeset.change_reference("term", scheme="service", code=code, labels={"en": label})
    changeset.propose().accept()
    return write


def plan_rows(rows: list[dict[str, str]]) -> UploadPlan:
    table = [list(COLUMNS), *(list(row.values()) for row in rows)]
    return plan_content(as_file(table), **COLUMNS)


def two_hundred_rows() -> tuple[list[dict[str, str]], dict[int, Fault]]:
    """The rows, and which of them have a fault, by number."""
    rows = [good_row(number) for number in range(2, 202)]
    faults = dict(zip(range(2, 202, 3), islice(cycle(FAULTS), 67), strict=True))
    for number, fault in faults.items():
        rows[number - 2][fault.heading] = fault.text
    return rows, faults


def test_every_good_cell_is_proposed_and_every_fault_listed_with_a_remedy(write):
    rows, faults = two_hundred_rows()
    refused = {number for number, fault in faults.items() if fault.refused}
    good = {
        (number, heading)
        for number, row in enumerate(rows, start=2)
        for heading in row
        if heading != "Kind" and number not in refused
        if number not in faults or faults[number].heading != heading or faults[number].part
    }

    plan = plan_rows(rows)
    problems = [problem for row in plan.rows for problem in row.problems]

    proposed = {(step.row, step.cell[0]) for step in plan.run.plan.new_statements}
    assert plan.tally == {
        **dict.fromkeys(("merged", "updated", "unchanged"), 0),
        "created": 200 - len(refused),
        "refused": len(refused),
    }
    assert proposed == good
    assert {(item.row, item.column, item.text[:200]) for item in problems} == {
        (number, fault.heading, fault.value[:200]) for number, fault in faults.items()
    }
    for problem in problems:
        fault = faults[problem.row]
        assert problem.reason
        assert problem.repaired is not None, "it can be corrected in the preview"
        assert {text for text, _ in problem.remedy.choices} >= {*fault.choices}, fault
        assert problem.remedy.new == fault.new


def test_what_was_proposed_of_it_is_on_record_once(write):
    rows, _ = two_hundred_rows()

    for changeset in plan_rows(rows).run.changesets():
        changeset.propose().accept()
    again = plan_rows(rows)

    # Contacts are not public: the preview does not tell whether the catalogue has them.
    assert {step.kind for step in again.run.plan.new_statements} == {"contact"}
    circles = Entry.objects.of_kinds("organization").filter(label__startswith="Circle ")
    assert circles.count() == again.tally["merged"]


@pytest.mark.parametrize(("heading", "text", "understood"), UNDERSTOOD)
def test_everyday_spelling_is_understood(write, heading, text, understood):
    plan = plan_rows([good_row(2) | {heading: text}])

    (row,) = plan.rows
    shown = {cell.column: cell.after for cell in row.cells}
    assert row.problems == []
    assert shown.get(heading) == understood


def test_country_beside_its_city_is_the_same_seat(write):
    rows = [["Name", "Country", "City"], ["Sol", "UK", "London"], ["Mar", "Lebanon", "London"]]
    columns = {
        "Name": "name (official, en)",
        "Country": "place (seat)",
        "City": "place (seat)",
    }

    (sol, mar) = plan_content(as_file(rows), **columns).rows

    assert [(cell.column, cell.after) for cell in sol.cells] == [
        ("Name", "Sol"),
        ("City", "London, England, United Kingdom"),
    ]
    assert sol.problems == []
    assert len(mar.problems) == 1, "one source gives it two seats"


def test_word_that_stands_in_every_row_is_looked_up_once(write):
    def count_queries(rows: int) -> int:
        words = {"Where": "Manilla, Phillipines", "Member of": "Redd Luz", "Acts in": "Laos, Peru"}
        with CaptureQueriesContext(connection) as queries:
            plan_rows([good_row(number) | words for number in range(rows)])
        return len(queries)

    assert count_queries(40) == count_queries(4)
