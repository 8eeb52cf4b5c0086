"""What a command says while it imports, and about what it refuses."""

import io

import pytest

from orgs.imports.mapping import FileMapping
from orgs.management import progress
from orgs.management.progress import Progress, duration
from orgs.statements.identifier import Identifier
from tests.support.imports import csv_file, plan_file

pytestmark = pytest.mark.django_db

REGISTRY = """
    [record]
    slug = "id"
    [[statement]]
    kind = "name"
    text = "name"
    source = { value = "survey-2010" }
    [[statement]]
    kind = "identifier"
    scheme = { value = "us-ein" }
    value = "ein"
    locator = "page"
    source = { value = "survey-2010" }
    """


def import_rows(folder, *rows: tuple, text: str = REGISTRY):
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    mapping = FileMapping.read(path, "organization")
    run = plan_file(csv_file(folder, ("id", "name", "ein", "page"), *rows), "organization", mapping)
    run.store(good_part=True)
    return run


def test_identifier_of_another_record_is_refused_with_its_name_and_row(write, tmp_path):
    fiob = write.record("organization", "fiob")
    write.say("identifier", fiob, scheme="us-ein", value="12-1")
    write.record("organization", "secret")

    run = import_rows(
        tmp_path,
        ("one", "Multi-Service Center", "23-7120815", ""),
        ("two", "Another Center", "23-7120815", ""),
        ("three", "Binational Front", "12-1", ""),
    )

    remedy = (
        'If both are one, let the map find it: find = "us-ein" under [record]. If not, correct '
        "the number."
    )
    assert [(item.row, item.column, item.reason) for item in run.plan.refused()] == [
        (3, "ein", f"us-ein 23-7120815 is that of Multi-Service Center (row 2). {remedy}"),
        (4, "ein", f"us-ein 12-1 is that of fiob (fiob). {remedy}"),
    ]


def test_identifier_that_a_found_record_has_is_left_as_it_is(write, tmp_path):
    fiob = write.record("organization", "fiob")
    write.say("identifier", fiob, scheme="us-ein", value="12-1", locator="page 1")
    text = REGISTRY.replace("[record]", '[record]\n    find = "us-ein"')

    run = import_rows(
        tmp_path, ("x", "Front", "12-1", "page 2"), ("y", "Frente", "12-1", ""), text=text
    )

    assert run.plan.summary() == "2 rows: 2 added to; 2 statements."
    assert Identifier.objects.count() == 1


def test_progress_tells_rate_and_time_left(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    output = io.StringIO()
    report = Progress(output, 5_000)

    for second, fraction in ((0, 0.0), (4, 0.1), (10, 0.2), (12, 0.3)):
        now[0] = second
        report("Trying", fraction)

    assert output.getvalue() == "Trying: 1,000 of 5,000 rows, 100 a second, 40 s left"


def test_durations_are_as_people_say_them():
    assert [duration(seconds) for seconds in (3, 99, 150, 4_000)] == [
        "3 s",
        "99 s",
        "2 min",
        "1 h 7 min",
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            ("Binational Front", "survey-2010"),
            "There is no such record. Did you mean fiob? Add it first.",
        ),
        (("foib-", "survey-2010"), "There is no such record. Add it first."),
        (
            ("fiob-mexicali", "survey-2010"),
            "There is no such record. Did you mean fiob-mexicalli? Add it first.",
        ),
        (
            ("fiob", "survey-201"),
            "There is no such source. Did you mean survey-2010? Add it first.",
        ),
    ],
)
def test_cell_that_names_nothing_is_refused_with_what_it_may_mean(write, tmp_path, cells, reason):
    write.say("name", write.record("organization", "fiob"), text="Binational Front")
    write.record("organization", "fiob-mexicalli")
    path = csv_file(tmp_path, ("record", "source", "text"), (*cells, "Frente"))

    run = plan_file(path, "name")

    assert [item.reason for item in run.plan.refused()] == [reason]


def test_term_with_a_slip_is_suggested(write, tmp_path):
    write.record("organization", "fiob")
    header = ("record", "scheme", "term", "source")
    path = csv_file(tmp_path, header, ("fiob", "identity", "nationalty", "survey-2010"))

    run = plan_file(path, "trait")

    assert [item.reason for item in run.plan.refused()] == [
        "There is no such term. Did you mean identity:nationality? Add it to the terms first."
    ]


def test_name_with_a_slip_is_suggested(write, tmp_path):
    write.say("name", write.record("partnership", "mfa"), text="Migrant Forum in Asia")
    write.record("organization", "fiob")
    text = """
    [fields]
    record = "record"
    partnership = { column = "network", find = "name" }
    source = { value = "survey-2010" }
    """
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    file = csv_file(tmp_path, ("record", "network"), ("fiob", "Migrant Forum in Asja"))

    run = plan_file(file, "membership", FileMapping.read(path, "membership"))

    assert [item.reason for item in run.plan.refused()] == [
        "No record is called 'Migrant Forum in Asja' (by name). Did you mean migrant forum in "
        "asia? Add it first, or say in the map's values of partnership what the catalogue calls it."
    ]
