"""A typed name, slug, key or number finds what is public, and hidden is answered like absent."""

import re
import uuid
from collections.abc import Callable
from datetime import date
from html import escape

import pytest

from orgs.changes.changeset import Changeset
from orgs.imports.file_source import FileSource
from orgs.imports.files import parse_file
from orgs.imports.lookups import public_slugs_by_name
from orgs.imports.preview import plan_import
from orgs.projection.entry import Entry
from orgs.records.record import Level
from orgs.records.source import Tier
from orgs.search.resolver import public_names, resolve_record
from tests.support.claims import account, client_of
from tests.support.pages import page_of
from tests.support.profiles import PROFILE, ProfileEditor
from tests.support.uploads import uploaded
from tests.support.writing import Writer

LEVELS = {
    Level.HIDDEN: {},
    Level.WITHDRAWN: {"withdrawn_reason": "request"},
    Level.EMBARGOED: {"embargo_until": date(9999, 1, 1)},
    Level.NAME_WITHHELD: {},
}


def secret_handles(write: Writer, kind: str) -> dict[str, str]:
    """Names, slugs, keys and numbers by which the public finds nothing of this kind."""
    handles = {}
    for level, more in LEVELS.items():
        name = f"Quetzal {kind} {level}".replace("_", " ")
        record = write.record(kind, name.lower().replace(" ", "-"), name)
        changeset = Changeset()
        changeset.change_record(record, level=level, **more)
        changeset.propose().accept()
        handles |= {f"{level} name": name, f"{level} number": str(record.pk)}
        handles[f"{level} slug"] = record.slug
        if level != Level.NAME_WITHHELD:
            handles[f"{level} key"] = str(record.key)
    listed = write.record(kind, f"listed-{kind}", f"Listed {kind}")
    restricted = write.another_source(f"restricted-{kind}", tier=int(Tier.VETTED))
    for what, more in (("tier", {"tier": Tier.VETTED}), ("source", {"source": restricted})):
        handles[f"name of a secret {what}"] = name = f"Quetzal {kind} of a {what}"
        write.say("name", listed, text=name, language="en", name_kind="variant", **more)
    return handles


def absent(typed: str) -> str:
    """A handle of the same shape by which nothing is found at all."""
    other = typed.replace("Quetzal", "Zwyxvut").replace("quetzal", "zwyxvut")
    if re.fullmatch(r"[0-9a-f-]{36}", typed):
        return str(uuid.uuid4())
    return other if other != typed else str(int(typed) + 10**9)


def without(typed: str, text: str) -> str:
    """The text of a page without the typed value and the time of saving."""
    text = re.sub(r"\d\d:\d\d \(UTC\)", "", text)
    for written in (typed, escape(typed), typed.lower()):
        text = text.replace(written, "#")
    return text


def distinguishable(handles: dict[str, str], respond: Callable[[str], object]) -> list[str]:
    """The handles whose answer differs from that to an absent one of the same shape."""
    return [what for what, typed in handles.items() if respond(typed) != respond(absent(typed))]


def upload_result(content: str, typed: str) -> str:
    """The answer to an upload by a new account, which is below the hourly limit."""
    browser = client_of(account(f"{uuid.uuid4()}@example.org"))
    answer = uploaded(browser, content.encode())
    assert answer.status_code != 429
    page = browser.get(answer.url) if answer.status_code == 302 else answer
    return without(typed, page_of(page).main.text)


@pytest.fixture
def ana(write) -> ProfileEditor:
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    return ProfileEditor(write.representative(record).account)


@pytest.mark.parametrize(
    ("page", "field", "kind"),
    [("where", "seat", "place"), ("where", "acts_in", "place"),
     ("networks", "partnership", "partnership")],
)  # fmt: skip
def test_profile_refuses_what_is_hidden_like_what_is_absent(ana, write, page, field, kind):
    write.record(kind, "red", "Red")
    handles = secret_handles(write, kind)

    def respond(typed: str) -> tuple:
        answer = ana.type(f"{PROFILE}{page}/", **{field: typed})
        look = ana.open(f"{PROFILE}preview/").main.text
        shown_again = without(typed, page_of(answer).main.text) if answer.content else ""
        ana.browser.post(PROFILE, {**ana.fields(f"{PROFILE}names/"), "forget": "1"})
        return answer.status_code, shown_again, without(typed, look)

    assert distinguishable(handles, respond) == []
    assert respond("Zwyxvut")[0] == 200
    assert ana.type(f"{PROFILE}{page}/", **{field: "Red"}).status_code == 302


def test_sheet_refuses_what_is_hidden_like_what_is_absent(write):
    write.record("organization", "luz", "Luz")
    for kind, column, sentence in (
        ("place", "place (seat)", "Check the spelling"),
        ("partnership", "member of", "New in the catalogue Networks:"),
    ):

        def respond(typed: str, column: str = column) -> str:
            return upload_result(f'"name (official, en)","{column}"\nLuz,{typed}\n', typed)

        assert distinguishable(secret_handles(write, kind), respond) == []
        assert sentence in respond("Zwyxvut")


def test_row_is_about_a_hidden_organization_no_more_than_about_an_absent_one(write):
    handles = secret_handles(write, "organization")
    for column in ("id", "name (official, en)"):

        def respond(typed: str, column: str = column) -> str:
            return upload_result(f'"{column}","text (summary, en)"\n{typed},They sing.\n', typed)

        assert distinguishable(handles, respond) == [], column


@pytest.mark.parametrize("guess", ["right", "wrong"])
def test_sheet_compares_with_what_the_public_entry_shows(write, guess):
    """A right guess at a withheld name or a confidential contact is no "unchanged" cell."""
    verdicts = {}
    for what in ("contact", "name"):
        record = write.record("organization", f"luz-{what}", f"Luz {what}")
        values = {"contact_kind": "email", "value": f"{guess}@luz.example", "tier": 2}
        if what == "contact":
            write.say("contact", record, **values)
        else:
            changeset = Changeset()
            changeset.change_record(record, level=Level.NAME_WITHHELD)
            changeset.propose().accept()
        column = "contact (email)" if what == "contact" else "name (official, en)"
        value = "right@luz.example" if what == "contact" else "Luz name"
        file = f'id,"{column}"\n{record.key},{value}\n'.encode()
        table = parse_file("t.csv", file)
        columns = {one: one for one in table.header}
        plan = plan_import(table, columns, FileSource(write.source.pk), "A test")
        verdicts[what] = [row.verdict for row in plan.rows]
    assert verdicts == {"contact": ["updated"], "name": ["updated"]}


def test_source_of_a_sheet_is_a_public_one(write):
    write.another_source("quetzal-source", tier=int(Tier.REPRESENTATIVES))
    browser = client_of(account("u@example.org"))
    responses = {}
    for typed in ("quetzal-source", "no-such-source"):
        answer = uploaded(browser, b"name\nLuz\n", address=f"/sources/{typed}/")
        responses[typed] = (answer.status_code, without(typed, page_of(answer).main.text))
    assert responses["quetzal-source"] == responses["no-such-source"]
    assert responses["no-such-source"][0] == 400


@pytest.mark.parametrize("kind", ["organization", "partnership", "place"])
def test_names_that_are_found_are_those_that_public_entries_show(write, kind):
    handles = secret_handles(write, kind)
    embargoed_once = write.record(kind, f"open-{kind}", f"Open {kind}")
    write.say("name", embargoed_once, text="Apertúra | Áfuera", language="es")
    shown_by_entries = {
        (entry.pk, item["text"])
        for entry in Entry.objects.published().of_kinds(kind)
        for item in entry.read()["names"]
        if item["holds"]
    }
    public = set(public_names(kind).values_list("record_id", "text"))
    assert public == shown_by_entries
    assert resolve_record("apertúra | áfuera", kind) == embargoed_once.pk
    called = public_slugs_by_name("name", (kind,))
    assert not {"quetzal"} & {word for name in called for word in name.split()}
    assert handles
