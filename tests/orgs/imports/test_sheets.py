"""Sheets to edit: down and up again nothing has changed; what was typed changes, nothing else."""

import csv
import io
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis.strategies import text
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from orgs.changes.changeset import Changeset
from orgs.imports.file_source import FileSource
from orgs.imports.files import parse_file
from orgs.imports.preview import UploadPlan, plan_import
from orgs.imports.sheet_format import (
    STATEMENT_IDS,
    as_csv,
    as_xlsx,
    columns_for,
    escape_formulas,
    headings_for,
    parse_heading,
    row_for,
    unescape_formulas,
)
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.statements.identifier import Contact
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.text import Text

from .malformed import lines


def documents() -> list[dict[str, Any]]:
    entries = Entry.objects.published().of_kinds("organization", "partnership").order_by("id")
    return [json.loads(item.document) for item in entries]


def sheet() -> list[list[str]]:
    """The sheet of all organizations: its headings, then its rows."""
    entries = documents()
    columns = columns_for(entries)
    return [headings_for(columns), *(row_for(item, columns) for item in entries)]


def as_file(rows: list[list[str]], form: str = "csv") -> bytes:
    if form == "xlsx":
        return as_xlsx(rows[0], rows[1:])
    return b"".join(as_csv(rows[0], rows[1:]))


def plan_content(content: bytes, file: str = "sheet", /, **columns: str) -> UploadPlan:
    """What an uploaded file would do; columns of ours are known by their headings."""
    parsed = parse_file(file, content)
    ours = {
        item: item if parse_heading(item) or item in ("id", "kind", STATEMENT_IDS) else ""
        for item in parsed.header
    }
    source = Source.objects.order_by("id").first()
    return plan_import(parsed, ours | columns, FileSource(source.pk), "A sheet")


def counts(plan: UploadPlan) -> dict[str, int]:
    return {verdict: count for verdict, count in plan.tally.items() if count}


def cells(plan: UploadPlan) -> list[tuple]:
    return [
        (row.verdict, cell.column, cell.before, cell.after)
        for row in plan.rows
        for cell in row.cells
    ]


def reasons(plan: UploadPlan) -> list[tuple[int, str, str, str]]:
    return [
        (row.number, problem.column, problem.text, problem.reason)
        for row in plan.rows
        for problem in row.problems
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_sheet_that_comes_back_as_it_went_changes_nothing(paper, form):
    rows = sheet()

    plan = plan_content(as_file(rows, form))

    assert counts(plan) == {"unchanged": len(rows) - 1}
    assert not plan.changes
    assert plan.run.changesets() == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ten_cells_that_were_edited_are_ten_differences(paper, form):
    rows = sheet()
    summary = rows[0].index("text (summary, en)")
    edited = [*rows[1:6], *rows[11:16]]
    before_edit = [row[summary] for row in edited]
    for row in edited:
        row[summary] += " And more."

    plan = plan_content(as_file(rows, form))

    assert counts(plan) == {"updated": 10, "unchanged": len(rows) - 11}
    assert cells(plan) == [
        ("updated", "text (summary, en)", text, f"{text} And more.") for text in before_edit
    ]
    (changeset,) = plan.run.changesets()
    assert {kind: len(added) for kind, added in changeset.operations.adds.items()} == {"text": 10}
    retired = changeset.operations.retires["text"]
    assert sorted(Text.objects.filter(pk__in=retired).values_list("body", flat=True)) == sorted(
        before_edit
    )
    changeset.propose().accept()
    assert counts(plan_content(as_file(sheet(), form))) == {"unchanged": len(rows) - 1}


# What may be typed


STARTS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"),
    *(" =1", "  -1", "\u00a0=1", "\t\t+1", "'=1", "''=1", "'\t1", "'", "''", "'x", "= ", "=", "-"),
    *('"=1', '""=1', 'a"=1', "a;=1", "a; =1", 'a;"=1"', "a\t=1", "a\n=1", "a\r\n=1", "a\n\n-1"),
    *("- list\n- of two\n'- three", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example";"y")'),
    *("x;'=1", "a\n'=1", "+34 600 000 000", "@handle", "-5 to +5", "x\r", "\ty"),
)
"""Texts of which a spreadsheet would run a part, and texts that look much like ours for them."""


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_is_run_and_every_text_comes_back(form):
    head = [f"column {place}" for place in range(len(STARTS))]

    content = as_file([head, list(STARTS)], form)

    parsed = parse_file("sheet", content)
    ((_, row),) = parsed.rows
    assert [unescape_formulas(row[item]) for item in head] == list(STARTS)
    assert parsed.problems == []
    if form == "xlsx":
        sheet = load_workbook(io.BytesIO(content)).active
        assert {item.data_type for line in sheet.iter_rows() for item in line} == {"s"}
    else:
        # However a spreadsheet takes the file apart: at its commas, or at semicolons and line ends.
        text = content.decode("utf-8-sig")
        parts = [*next(csv.reader([text.partition("\r\n")[2]])), *re.split(r"[;\n\r\t]", text)]
        assert [item for item in parts if re.match(r'[\s"]*[=+\-@＝＋－＠]', item)] == []


@given(text(alphabet="'=+-@\t\r\n; \"a＝", max_size=12))
def test_harmless_texts_come_back_to_the_last_byte(typed):
    assert unescape_formulas(escape_formulas(typed)) == typed


def test_spreadsheet_does_not_tell_when_it_was_made():
    files = []
    for day in (date(2020, 1, 1), date(2021, 2, 2)):
        with time_machine.travel(day):
            files.append(as_xlsx(["id"], [["1"]]))

    assert files[0] == files[1]


def test_headings_are_read_as_they_are_written():
    for heading in ("name (official, en)", "name (variant, zh-Hant) 2", "arena", "place (seat)"):
        assert str(parse_heading(heading)) == heading
    for heading in (
        "name",
        "name (official)",
        "name (nick, en)",
        "place (seat) 2",
        "Name",
        "e-mail",
    ):
        assert parse_heading(heading) is None


# What a sheet may change


@pytest.fixture
def luz(write) -> Record:
    luz = write.record("organization", "luz", "Luz")
    write.say("text", luz, body="They work.", text_kind="summary")
    write.say("presence", luz, place=write.record("place", "mx", "Mexico"), role="acts_in")
    write.record("place", "us", "United States")
    return luz


def edited(rows: list[list[str]], **cells: str) -> list[list[str]]:
    """A sheet with other cells in its first row: `summary`, `acts_in`, `name`."""
    columns = {
        "summary": "text (summary, en)",
        "acts_in": "place (acts_in)",
        "name": "name (official, en)",
        "numbers": STATEMENT_IDS,
    }
    changed = [list(row) for row in rows]
    for name, cell in cells.items():
        changed[1][rows[0].index(columns[name])] = cell
    return changed


def test_changed_cell_takes_the_place_of_its_statement_and_names_its_own_source(write, luz):
    update = write.another_source("update-2020", observed="2020")
    write.say(
        "text", luz, body="Since then.", text_kind="goal", edtf="2001/..", quote="Since then."
    )
    rows = sheet()
    column = rows[0].index("text (goal, en)")
    rows[1][column] = "Ever since."

    parsed = parse_file("sheet", as_file(rows))
    plan = plan_import(
        parsed, {item: item for item in parsed.header}, FileSource(update.pk), "Update"
    )
    for changeset in plan.run.changesets():
        changeset.propose().accept()

    (goal,) = Text.objects.current().filter(text_kind="goal")
    assert (goal.body, goal.source, goal.edtf, goal.quote, goal.voice) == (
        "Ever since.",
        update,
        "2001/..",
        "",
        "source",
    )


def test_emptied_cell_retires_a_statement_and_a_filled_one_adds_one(write, luz):
    plan = plan_content(as_file(edited(sheet(), summary="", acts_in="mx | United States")))

    assert cells(plan) == [
        ("updated", "text (summary, en)", "They work.", ""),
        ("updated", "place (acts_in)", "", "us"),
    ]


def test_code_that_is_exchanged_takes_the_place_of_the_other(write, luz):
    plan = plan_content(as_file(edited(sheet(), acts_in="us")))

    assert cells(plan) == [("updated", "place (acts_in)", "mx", "us")]
    (changeset,) = plan.run.changesets()
    assert changeset.operations.retires == {"presence": [Presence.objects.get().pk]}


def test_cell_that_was_changed_meanwhile_is_set_aside_with_both_texts(write, luz):
    rows = sheet()
    change = Changeset()
    change.replace(Text.objects.get(), body="They rest.")
    change.propose().accept()

    untouched = plan_content(as_file(rows))
    plan = plan_content(as_file(edited(rows, summary="They sing.")))

    assert counts(untouched) == {"unchanged": 1}
    assert reasons(plan) == [
        (
            2,
            "text (summary, en)",
            "They sing.",
            "This was changed after you downloaded the spreadsheet. It now says “They rest.”. Your "
            "cell says “They sing.”. Download the spreadsheet again and choose between the two.",
        )
    ]


def test_words_of_the_organization_itself_are_not_changed(write, luz):
    change = Changeset()
    change.replace(Text.objects.get(), voice="own")
    change.propose().accept()

    plan = plan_content(as_file(edited(sheet(), summary="They do not.")))

    assert counts(plan) == {"unchanged": 1}
    assert "The organization wrote this itself" in reasons(plan)[0][3]


@pytest.mark.parametrize("how", ["restricted", "hidden", "withheld", "of another"])
def test_number_of_what_nobody_may_read_tells_nothing(write, luz, how):
    rows = sheet()
    secret = Text.objects.get()
    change = Changeset()
    if how == "restricted":
        change.restrict(secret, Tier.REPRESENTATIVES)
    elif how == "hidden":
        change.change_record(luz, level=Level.HIDDEN)
    elif how == "withheld":
        secret = Name.objects.get(record=luz)
        change.change_record(luz, level=Level.NAME_WITHHELD)
        rows[0][rows[0].index("text (summary, en)")] = "name (variant, en)"
        rows[1][-1] = f"name (variant, en)={secret.pk}"
    else:
        sol = write.record("organization", "sol", "Sol")
        write.say("text", sol, body="Somebody else's.", text_kind="summary")
        secret = Text.objects.get(record=sol)
        rows[1][-1] = f"text (summary, en)={secret.pk}"
    if not change.is_empty():
        change.propose().accept()

    plan = plan_content(
        as_file(edited(rows, **({} if how == "withheld" else {"summary": "A guess."})))
    )

    # A name that is withheld reads like one that the sheet adds.
    verdicts = {"hidden": "refused", "withheld": "updated"}
    assert counts(plan) == {verdicts.get(how, "unchanged"): 1}
    assert len(reasons(plan)) == 1
    secret_text = "They work." if how != "of another" else "Somebody else's."
    secret_text = "Luz" if how == "withheld" else secret_text
    assert [item for *_, item in reasons(plan) if secret_text in item] == []
    assert [before for *_, before, _ in cells(plan) if before] == []


def test_refusal_tells_nothing_of_what_is_hidden(write, luz):
    hidden = write.record("organization", "hidden", "Hidden")
    write.say("identifier", hidden, scheme="us-ein", value="001")
    write.say("identifier", luz, scheme="us-ein", value="002")
    network = write.record("partnership", "red", "Red")
    write.say("membership", luz, partnership=network, tier=Tier.REPRESENTATIVES)
    change = Changeset()
    change.change_record(hidden, level=Level.HIDDEN)
    change.propose().accept()
    rows = [["Name", "EIN", "Network"], ["Sol", "001", ""], ["Mar", "002", ""], ["Luz", "", "red"]]
    meant = {"Name": "name (official, es)", "EIN": "identifier (us-ein)", "Network": "member of"}

    plan = plan_content(as_file(rows), **meant)

    assert [(row.number, row.verdict) for row in plan.rows] == [
        (2, "created"),
        (3, "created"),
        (4, "merged"),
    ]
    assert [reason[:3] for reason in reasons(plan)] == [(3, "EIN", "002")]


def test_what_is_not_public_is_in_no_sheet(write, luz):
    write.say("text", luz, body="canary", text_kind="goal", tier=Tier.REPRESENTATIVES)
    write.say(
        "contact", luz, value="canary@example.org", contact_kind="email", tier=Tier.REPRESENTATIVES
    )

    assert "canary" not in str(sheet())


# New rows


def test_row_without_id_is_new_or_added_to_whom_it_names(write, luz):
    rows = [
        ["Name", "Web"],
        ["LUZ", "www.luz.example"],
        ["Sol", "https://sol.example/; https://sol.example/en"],
        ["sol", "https://sol.example/"],
        ["Sol", "https://another.example/"],
    ]

    plan = plan_content(as_file(rows), Name="name (official, es)", Web="link (website)")

    assert [(row.number, row.verdict) for row in plan.rows] == [
        (2, "merged"),
        (3, "created"),
        (4, "unchanged"),
        (5, "refused"),
    ]
    assert cells(plan)[:4] == [
        ("merged", "Web", "", "https://www.luz.example"),
        ("created", "Name", "", "Sol"),
        ("created", "Web", "", "https://sol.example/"),
        ("created", "Web", "", "https://sol.example/en"),
    ]
    assert reasons(plan)[0][3].startswith("“Sol” is in the catalogue or in a row above with")


def test_contacts_are_for_representatives_and_never_public(write):
    rows = [["Name", "Mail"], ["Sol", "ana@example.org"]]
    public = plan_content(as_file(rows), Name="name (official, es)", Mail="text (summary, es)")
    plan = plan_content(as_file(rows), Name="name (official, es)", Mail="contact (email)")
    for changeset in plan.run.changesets():
        changeset.propose().accept()

    assert [problem[:3] for problem in reasons(public)] == [(2, "Mail", "ana@example.org")]
    assert "ana@example.org" not in str(public.run.plan.new_statements)
    assert Contact.objects.get().tier == Tier.REPRESENTATIVES
    assert "ana@example.org" not in Entry.objects.get(label="Sol").document


def test_row_that_is_refused_leaves_nothing_behind(write):
    rows = [["Name", "Web"], ["", "https://sol.example/"], ["Mar", "https://mar.example/"]]

    plan = plan_content(as_file(rows), Name="name (official, es)", Web="link (website)")

    assert counts(plan) == {"created": 1, "refused": 1}
    assert list(plan.run.plan.records) == ["mar"]
    (changeset,) = plan.run.changesets()
    assert {kind: len(rows) for kind, rows in changeset.operations.adds.items()} == {
        "name": 1,
        "link": 1,
    }


def test_many_rows_become_proposals_of_which_each_holds_organizations_whole(write, monkeypatch):
    monkeypatch.setattr("orgs.imports.batches.CHUNK", 4)
    for number in range(4):
        write.record("organization", f"o-{number}", f"O {number}")
    rows = sheet()
    name, site = rows[0].index("name (official, en)"), rows[0].index("link (website)")
    for row in rows[1:]:
        row[name] += "!"
        row[site] = f"https://{row[0]}.example/"

    changesets = plan_content(as_file(rows)).run.changesets()

    totals = [
        (
            {row["record_id"] for rows in changeset.operations.adds.values() for row in rows},
            {Name.objects.get(pk=item).record_id for item in changeset.operations.retires["name"]},
        )
        for changeset in changesets
    ]
    assert [(len(stated), stated == lost) for stated, lost in totals] == [(2, True), (2, True)]


# Messy tables


@pytest.mark.parametrize(
    ("coding", "delimiter"),
    [
        *[("utf-8", item) for item in ",;\t|"],
        *[("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16-le", ","), ("utf-16-be", ",")],
        *[("cp1252", ";"), ("latin-1", ",")],
    ],
)
def test_coding_and_separator_are_found_out(coding, delimiter):
    rows = [["Nombre", "Número"], ["Asociación, con coma", "007"], ["Línea; y punto", "0042"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)

    parsed = parse_file("table", file.getvalue().encode(coding))

    assert [list(row.values()) for _, row in parsed.rows] == rows[1:]
    assert parsed.problems == []


def test_separator_may_be_said_as_spreadsheets_say_it():
    parsed = parse_file("table", b"sep=;\r\na,b;c\r\n1;2\r\n")

    assert parsed.rows == [(3, {"a,b": "1", "c": "2"})]


def test_columns_without_a_name_or_with_the_same_are_distinguished():
    parsed = parse_file("table", b"name,phone,phone,,\nLuz,1,2,more,\n")

    assert parsed.header == ["name", "phone", "phone [2]", "(column D)"]
    assert [(note.row, note.column) for note in parsed.notes] == [(1, "C"), (1, "D")]


def test_days_count_from_1904_where_the_file_says_so():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["name", "day", "number"])
    book.active.append(["Luz", date(1994, 5, 1), 7])
    file = io.BytesIO()
    book.save(file)

    parsed = parse_file("table", file.getvalue())

    assert parsed.rows == [(2, {"name": "Luz", "day": "1994-05-01", "number": "7"})]


# What others publish


DATA = Path(os.environ.get("MCS_TEST_DATA") or "no-such-folder")
WITH_DATA = pytest.mark.skipif(
    not (DATA / "CharityNavigator.csv").is_file(),
    reason="MCS_TEST_DATA names no folder with the files of others",
)

PUBLISHED_BY_OTHERS = {
    "CharityNavigator.csv": {
        "nonprofit_name": "name (official, en)",
        "organization_ein": "identifier (us-ein)",
        "website": "link (website)",
        "address": "contact (postal)",
    },
    "HelloNeighbor_no_submitters.csv": {
        "Name of refugee or immigrant assistance agency": "name (official, en)",
        "Website": "link (website)",
        "Contact Information (Email)": "contact (email)",
        "Contact Information (Phone Number)": "contact (phone)",
        "Contact Information (Phone Number) [2]": "contact (phone)",
        "Core Program Offerings": "text (summary, en)",
    },
    "torn_apart_allies.csv": {
        "name": "name (official, en)",
        "country": "place (seat)",
        "website": "link (website)",
        "email": "contact (email)",
        "phone": "contact (phone)",
        "address": "contact (postal)",
    },
}


def with_mail(*rows: str) -> bytes:
    """A table of names, websites and e-mail addresses."""
    return lines('"name (official, en)",link (website),contact (email)', *rows)


def test_organizations_of_one_name_with_mail_of_two_domains_are_not_made_one(write):
    plan = plan_content(
        with_mail(
            "Catholic Charities,,office@ccadm.example",
            "Catholic Charities,,help@ccaoh.example",
            "Catholic Charities,,info@ccadm.example",
        )
    )

    assert [row.verdict for row in plan.rows] == ["created", "refused", "merged"]
    assert [(row, column) for row, column, *_ in reasons(plan)] == [(3, "contact (email)")]
    assert "another value here: ccadm.example." in reasons(plan)[0][3]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("https://luz.example,", ",we@luz.example", id="mail of the website's domain"),
        pytest.param(",luz.one@gmail.com", ",luz.two@yahoo.com", id="mail that anybody gets"),
        pytest.param("https://luz.example,", "luz.example,a@other.example", id="one website"),
        pytest.param("https://a.luz.example,", ",we@luz.example", id="an office of one domain"),
        pytest.param(",a@luz.example (office)", ",<b@luz.example>", id="words around an address"),
    ],
)
def test_organizations_of_one_name_are_one_where_nothing_distinguishes_them(write, first, second):
    plan = plan_content(with_mail(f"Luz,{first}", f"Luz,{second}"))

    assert not any("another value here" in reason for *_, reason in reasons(plan))


def test_mail_that_is_not_public_tells_a_stranger_nothing(write):
    body = write.record("organization", "luz", "Luz")
    write.say("contact", body, contact_kind="email", value="x@secret.example", tier=2)

    plan = plan_content(with_mail("Luz,,y@other.example"))

    assert [row.verdict for row in plan.rows] == ["merged"]
    assert "secret" not in str(plan.rows)


@WITH_DATA
@pytest.mark.parametrize("name", PUBLISHED_BY_OTHERS)
def test_files_of_others_come_in_by_saying_what_their_columns_mean(write, name):
    for slug, label in (("us", "United States"), ("mx", "Mexico"), ("ca", "Canada")):
        write.record("place", slug, label)
    content = (DATA / name).read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    plan = plan_content(content, name, **PUBLISHED_BY_OTHERS[name])

    print(name, len(rows), counts(plan))  # seen with -s: what became of the rows
    assert sum(plan.tally.values()) == len(rows)
    assert plan.tally["created"] > len(rows) / 3
    assert all(reason for *_, reason in reasons(plan))
    for changeset in plan.run.changesets():
        changeset.propose().accept()
    public = "".join(Entry.objects.values_list("document", flat=True))
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", public) == []
    assert not Contact.objects.exclude(tier=Tier.REPRESENTATIVES).exists()
    again = plan_content(content, name, **PUBLISHED_BY_OTHERS[name])
    # Contacts are not public: the preview does not tell whether the catalogue has them.
    assert again.tally["created"] == 0
    assert {step.kind for step in again.run.plan.new_statements} <= {"contact"}


@WITH_DATA
def test_leading_zeros_of_others_are_kept(write):
    content = (DATA / "CharityNavigator.csv").read_bytes()
    columns = {"nonprofit_name": "name (official, en)", "zipcode": "identifier (us-zip)"}

    plan = plan_content(content, "CharityNavigator.csv", **columns)

    printed = {row["zipcode"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))}
    taken = {
        step.values["value"] for step in plan.run.plan.new_statements if step.kind == "identifier"
    }
    assert "01545-3719" in taken
    assert taken <= printed
