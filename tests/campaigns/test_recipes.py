"""The recipes: what others publish becomes sourced context, as the page of the recipes says.

The files that the recipes are for are not ours to give away. These tests write small ones of the
same shape, in which nothing is true; with MCS_TEST_DATA they follow the recipes with the real ones.
"""

import csv
import os
import re
import shlex
from collections import Counter as Tally
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from campaigns.models import Context, LegalAct
from orgs.changes.rebuild import check
from orgs.projection.counter import Counter
from orgs.records.source import Source
from tests.support.pages import page_of, weight

RECIPES = Path("campaigns/recipes")

LEGAL_ACTS = "icrmw.csv"
CIVIC_SPACE = "civicus_2017.csv"
FREEDOM = "freedom_house_1973_2024.xlsx"

CONVENTION = (
    "iso2,member,state party,year ratification or accession,signatory,no action,status,note",
    "MX,Mexico,1,1999,0,0,state party,",
    "TP,East Timor,1,2004,0,0,state party,Found under another name",
    "KH,Cambodia,0,,1,0,signatory state,",
    "NA,Namibia,0,,0,1,no action,",
)

MONITOR = (
    "Country,Electoral Democracy Index,Gini Score,HDI Score,HDI category,Income group,"
    "Number of Records,CIVICUS Monitor Rating,Population,Rating,Region",
    "Mexico,0.5,Null,0.7,3,Upper middle income,1,Repressed,1,Repressed,AMERICAS",
    "Guinea Bissau,Null,Null,Null,1,Low income,1,Open,1,Open,AFRICA",
    "Côte d'Ivoire,Null,Null,Null,1,Low income,1,Narrowed,1,Narrowed,AFRICA",
    "Democractic Republic of the Congo,Null,Null,Null,1,Low income,1,Closed,1,Closed,AFRICA",
)

RATINGS = (
    ("Survey Edition", "Jan.-Feb. 1973", None, None, "1982", None, None, 2024, None, None),
    ("Year(s) Under Review", 1972, None, None, "Jan.1981-Aug. 1982", None, None, 2023, None, None),
    (None, "PR", "CL ", "Status", "PR", "CL ", "Status", "PR", "CL", "Status"),
    ("Mexico", 4, 3, "PF", 3, 4, "PF", 3, 3, "PF"),
    ("South Africa", "2(5)", "3(6)", "F (NF)", 5, 6, "NF", 2, 2, "F"),
    ("The Gambia", "-", "-", "-", "-", "-", "-", 4, 4, "PF"),
    ("Yemen, S. ", 7, 7, "NF", 6, 7, "NF", "-", "-", "-"),
)


def written(folder: Path, name: str, lines: tuple) -> Path:
    """Write a file of the same shape as the real one of this name."""
    path = folder / name
    if path.suffix == ".csv":
        path.write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")
        return path
    book = Workbook()
    book.active.append(("HISTORICAL STATUS AND RATINGS INFORMATION",))
    sheet = book.create_sheet("Country Ratings, Statuses ")
    for row in lines:
        sheet.append(row)
    for upper in (1, 2):
        for first in range(2, len(lines[0]) + 1, 3):
            sheet.merge_cells(
                start_row=upper, end_row=upper, start_column=first, end_column=first + 2
            )
    # Touched but empty cells, as in the real file.
    sheet.cell(row=len(lines) + 20, column=len(lines[0]) + 3).number_format = "0.0"
    book.save(path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder with small files of the three shapes."""
    written(tmp_path, LEGAL_ACTS, CONVENTION)
    written(tmp_path, CIVIC_SPACE, MONITOR)
    written(tmp_path, FREEDOM, RATINGS)
    return tmp_path


def commands(folder: Path) -> dict[str, list[str]]:
    """The commands of the page of recipes, by the file that each reads."""
    page = (RECIPES / "README.md").read_text(encoding="utf-8")
    lines = re.findall(
        r"^    \.venv/bin/python manage\.py (import_records .*)$", page, re.MULTILINE
    )
    arguments = [shlex.split(line.replace("$DATA", str(folder))) for line in lines]
    return {Path(one[1]).name: one for one in arguments}


def follow(folder: Path, *names: str, more: tuple[str, ...] = ()) -> None:
    """Do what the page of recipes says: all of it, or what it says of these files."""
    for name, arguments in commands(folder).items():
        if not names or name in names:
            call_command(*arguments, *more)


def counts_in(text: str) -> list[str]:
    """The lines in which a command counts the rows."""
    return [line for line in text.splitlines() if re.match(r"\d+ rows: ", line)]


def stated(slug: str, source: str) -> list[tuple]:
    return list(
        Context.objects.current()
        .filter(record__slug=slug, source__key=source)
        .order_by("edtf", "dimension__code")
        .values_list("dimension__code", "value", "detail", "edtf", "locator")
    )


def test_recipes_are_followed_as_they_are_written(paper, files, capsys):
    follow(files)

    assert counts_in(capsys.readouterr().out) == [
        "4 rows: 4 new.",
        "3 rows: 3 new.",
        "160 rows: 160 new; 477 statements.",
        "4 rows: 4 new; 5 statements.",
        "4 rows: 4 new; 4 statements.",
        "4 rows: 3 new, 1 left out; 21 statements.",
    ]
    assert check()[0] == []


def test_second_run_of_the_recipes_makes_no_change(paper, files, capsys):
    follow(files)
    number = Counter.objects.get().number
    capsys.readouterr()

    follow(files)
    follow(files, LEGAL_ACTS, CIVIC_SPACE, FREEDOM, more=("--replace",))

    assert Counter.objects.get().number == number
    files_unchanged = [
        "4 rows: 4 unchanged.",
        "4 rows: 4 unchanged.",
        "4 rows: 3 unchanged, 1 left out.",
    ]
    assert counts_in(capsys.readouterr().out) == [
        "4 rows: 4 unchanged.",
        "3 rows: 3 unchanged.",
        "160 rows: 160 unchanged.",
        *files_unchanged,
        *files_unchanged,
    ]


def test_state_has_ratified_signed_or_done_neither(paper, files):
    follow(files)

    acts = LegalAct.objects.current().filter(source__key="icrmw-status").order_by("id")
    assert sorted(
        acts.values_list("record__slug", "actor__slug", "act", "holds", "edtf", "detail", "locator")
    ) == [
        (
            "migrant-workers-convention",
            *("kh", "ratified", False, "", "signed, but did not ratify", "Cambodia"),
        ),
        ("migrant-workers-convention", "kh", "signed", True, "", "", "Cambodia"),
        (
            "migrant-workers-convention",
            *("mx", "ratified", True, "1999", "by ratification or accession", "Mexico"),
        ),
        (
            "migrant-workers-convention",
            *("na", "ratified", False, "", "neither signed nor ratified", "Namibia"),
        ),
        (
            "migrant-workers-convention",
            *("tl", "ratified", True, "2004", "by ratification or accession", "East Timor"),
        ),
    ]
    assert {act.observed for act in acts} == {"2022"}


def test_civic_space_is_rated_in_its_year(paper, files):
    follow(files)

    assert {
        slug: stated(slug, "civicus-monitor-2017") for slug in ("mx", "gw", "ci", "cd", "cg")
    } == {
        "mx": [("civic_space", "repressed", "", "2017", "Mexico")],
        "gw": [("civic_space", "open", "", "2017", "Guinea Bissau")],
        "ci": [("civic_space", "narrowed", "", "2017", "Côte d'Ivoire")],
        "cd": [("civic_space", "closed", "", "2017", "Democractic Republic of the Congo")],
        "cg": [],
    }


def test_freedom_is_rated_in_each_year_under_review(paper, files):
    follow(files)

    scale = "from 1 (most free) to 7 (least free)"
    assert stated("mx", "freedom-house-2024")[:6] == [
        ("civil_liberties", "3", scale, "1972", "Mexico, 1972 CL"),
        ("freedom_status", "partly free", "", "1972", "Mexico, 1972 Status"),
        ("political_rights", "4", scale, "1972", "Mexico, 1972 PR"),
        (
            *("civil_liberties", "4", scale, "1981-01/1982-08"),
            "Mexico, Jan.1981-Aug. 1982 CL",
        ),
        (
            *("freedom_status", "partly free", "", "1981-01/1982-08"),
            "Mexico, Jan.1981-Aug. 1982 Status",
        ),
        (
            *("political_rights", "3", scale, "1981-01/1982-08"),
            "Mexico, Jan.1981-Aug. 1982 PR",
        ),
    ]
    assert [(edtf, value) for _, value, _, edtf, _ in stated("za", "freedom-house-2024")[:3]] == [
        ("1972", "3 for White, 6 for Black people"),
        ("1972", "free for White, not free for Black people"),
        ("1972", "2 for White, 5 for Black people"),
    ]
    assert [edtf for _, _, _, edtf, _ in stated("gm", "freedom-house-2024")] == ["2023"] * 3
    assert stated("ye", "freedom-house-2024") == []


def test_rows_that_cannot_be_placed_are_reported_and_nothing_is_stored(paper, files, capsys):
    written(files, CIVIC_SPACE, (*MONITOR, MONITOR[1].replace("Mexico", "Ruritania")))
    written(
        files,
        FREEDOM,
        (
            *RATINGS,
            ("Ruritania", *[1, 1, "F"] * 3),
            ("Chad", 8, "-", "-", "F", "-", "-", "-", "-", "-"),
        ),
    )
    follow(files, "sources.csv", "terms.csv", "states.csv")
    capsys.readouterr()

    for name in (CIVIC_SPACE, FREEDOM):
        with pytest.raises(CommandError, match="Nothing was stored"):
            follow(files, name)

    no_record = (
        "value 'Ruritania': No record is called 'Ruritania' (by name or iso3166-1). Add it first, "
        "or say in the map's values of record what the catalogue calls it."
    )
    no_value = (
        "The map has no word for this. Add it to the values of the field value, or correct the row."
    )
    assert capsys.readouterr().out.splitlines() == [
        f"{CIVIC_SPACE}, row 6, column Country, {no_record}",
        "5 rows: 4 new, 1 refused; 4 statements.",
        f"{FREEDOM}, row 8, column Year(s) Under Review, {no_record}",
        f"{FREEDOM}, row 9, column 1972 PR, value '8': {no_value}",
        f"{FREEDOM}, row 9, column Jan.1981-Aug. 1982 PR, value 'F': {no_value}",
        "6 rows: 3 new, 1 left out, 2 refused; 21 statements.",
    ]
    assert Context.objects.filter(source__key="civicus-monitor-2017").count() == 0


def test_new_edition_takes_the_place_of_the_old_one(paper, files, capsys):
    follow(files)
    written(files, CIVIC_SPACE, tuple(row.replace("Repressed", "Open") for row in MONITOR))
    capsys.readouterr()

    follow(files, CIVIC_SPACE, more=("--replace",))

    assert counts_in(capsys.readouterr().out) == ["4 rows: 1 changed, 3 unchanged; 1 statement."]
    assert [value for _, value, *_ in stated("mx", "civicus-monitor-2017")] == ["open"]


def test_states_of_the_recipes_have_their_code_for_an_address():
    with (RECIPES / "states.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert [row["slug"] for row in rows] == sorted(row["code"].lower() for row in rows)
    assert {row["code"] for row in rows if not row["type"]} == {"PS", "TW", "XK"}


# With the real files


@pytest.fixture
def real_files() -> Path:
    """The folder of the real files, in one named by MCS_TEST_DATA; without it, skip."""
    folder = Path(os.environ.get("MCS_TEST_DATA", "")) / "context"
    if "MCS_TEST_DATA" not in os.environ or not (folder / FREEDOM).is_file():
        pytest.skip(
            "This needs the files of the recipes: set MCS_TEST_DATA to a folder that has them in "
            "context/."
        )
    return folder


def rated_cells(path: Path) -> int:
    """Count the cells of the real file that hold a rating of a state that is still one."""
    gone = r"Czechoslovakia|Germany, [EW]\.|Serbia and Montenegro|USSR|Vietnam, [NS]\."
    gone += r"|Yemen, [NS]\.|Yugoslavia"
    sheet = load_workbook(path)["Country Ratings, Statuses "]
    return sum(
        cell not in (None, "-")
        for name, *cells in sheet.iter_rows(min_row=4, values_only=True)
        if name and not re.fullmatch(gone, name.strip())
        for cell in cells
    )


def test_page_of_the_convention_shows_every_state_and_is_light(paper, real_files, client):
    follow(real_files, "sources.csv", "states.csv", LEGAL_ACTS)

    response = client.get("/instruments/migrant-workers-convention/")

    legend = page_of(response).main.one("ul", kind="legend").every("li")
    assert [one.text for one in legend] == [
        "ratified or in force: 57",
        "signed, adopted or dated: 11",
        "did not, according to sources: 125",
        "unknown",
    ]
    assert weight(response) < 60_000


def test_recipes_make_of_the_real_files_what_their_page_says(paper, real_files, capsys):
    follow(real_files)
    number = Counter.objects.get().number
    first = counts_in(capsys.readouterr().out)
    follow(real_files)

    assert first[3:] == [
        "193 rows: 193 new; 204 statements.",
        "195 rows: 195 new; 195 statements.",
        "205 rows: 195 new, 10 left out; 27,279 statements.",
    ]
    assert counts_in(capsys.readouterr().out)[3:] == [
        "193 rows: 193 unchanged.",
        "195 rows: 195 unchanged.",
        "205 rows: 195 unchanged, 10 left out.",
    ]
    assert Counter.objects.get().number == number
    freedom = Context.objects.filter(source__key="freedom-house-2024")
    assert freedom.count() == rated_cells(real_files / FREEDOM)
    acts = LegalAct.objects.filter(source=Source.objects.get(key="icrmw-status"))
    assert Tally(acts.values_list("act", "holds")) == {
        ("ratified", True): 57,
        ("ratified", False): 136,
        ("signed", True): 11,
    }
    assert check()[0] == []
