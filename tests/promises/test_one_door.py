"""Nothing changes the catalogue except a changeset.

The code is read: nobody else saves, creates, updates or deletes, in Django's words or in SQL.
Then it is watched: every statement that reaches the ledger comes from the files of the door, and
after a look at every page, route and screen the ledger is the same to the last byte.
"""

import ast
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import connection, models
from django.test import Client, RequestFactory

from mcs.api import COLLECTIONS
from orgs.models import Account, Changeset, Entry, Level, Record, Tier, statement_kinds
from orgs.reprojecting import due, everything
from tests.accounts import come_in
from tests.orgs.admin_desk import editor, signed_in, typed

from .addresses import addresses

PROJECT = Path(__file__).resolve().parents[2]

DOOR = {
    "orgs/models/changeset.py": "writes letters, and accepts them",
    "orgs/models/counter.py": "numbers changes",
    "orgs/models/entry.py": "projects entries of the records that a change touched",
    "orgs/models/ancestor.py": "projects what is part of what",
    "orgs/reprojecting.py": "projects again, under a change of its own",
}
"""The files through which the ledger and its projection change."""

NOT_THE_LEDGER = {
    "orgs/models/account.py": "makes accounts, which say nothing about anybody",
    "orgs/freshness.py": "asks whether entries are still right, and notes who answered",
    "orgs/models/attempt.py": "counts what an account uploads, under a name that nobody can read",
    "orgs/models/unlisted.py": "keeps hashes of what is never to be listed",
    "orgs/admin/accounts.py": "has the address of an account confirmed anew when it changes",
    "mcs/accounts/attempts.py": "counts attempts to sign in, under names that nobody can read",
    "mcs/management/commands/forget.py": "forgets sessions and attempts that are over",
    "mcs/management/commands/remove_second_factor.py": "removes what somebody has lost",
    "orgs/claiming.py": "keeps who may speak for a body, which says nothing about the body",
    "orgs/adding.py": "keeps who is to speak for a body whose letter waits",
    "orgs/models/claim.py": "lets claims stand whose hold is over",
    "orgs/models/draft.py": "keeps what is typed and not sent, which is nobody's word yet",
    "orgs/models/custodian.py": "notes when who speaks for a body was last seen",
    "orgs/models/distinct.py": "notes which records are two, which is no part of the catalogue",
    "orgs/models/remark.py": "keeps what is asked about letters, which is no part of the catalogue",
    "orgs/models/upload.py": "keeps files that wait for whoever uploaded them to decide",
    "orgs/models/correction.py": "keeps what readers say is wrong, which waits beside the letters",
    "orgs/models/hold.py": "keeps who is at work on what waits",
    "orgs/admin/reading_log.py": "notes who has read what is not public",
    "orgs/models/import_decision.py": "keeps what was decided about an import until it is done",
    "orgs/models/review.py": "keeps that somebody has seen a change",
    "orgs/slots.py": "writes the file of a spreadsheet",
    "orgs/management/commands/notices.py": "lets the next run tell whom no message reached",
    "orgs/projection.py": "writes the view and the functions of the projection after migrations",
}
"""Files that write, but not into the catalogue."""

WRITING = {
    "abulk_create",
    "abulk_update",
    "acreate",
    "adelete",
    "aget_or_create",
    "asave",
    "aupdate",
    "aupdate_or_create",
    "bulk_create",
    "bulk_update",
    "copy_expert",
    "copy_from",
    "create",
    "delete",
    "get_or_create",
    "save",
    "save_base",
    "update_or_create",
}
"""What Django calls the ways to write."""

SQL = re.compile(
    r"\b(INSERT\s+INTO|UPDATE\s+([\w\"{]|$)|DELETE\s+FROM|TRUNCATE|MERGE\s+INTO|ALTER\s+TABLE"
    r"|DROP\s+(TABLE|VIEW|FUNCTION)|COPY\s+\w+\s|SELECT\s+project|setval)|^project_others$",
)

WRITTEN_TABLE = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?")


NO_PART_OF_THE_CATALOGUE = {
    "account",
    "account_groups",
    "account_user_permissions",
    "attempt",
    "claim",
    "columnmap",
    "confirmation",
    "correction",
    "custodian",
    "distinct",
    "draft",
    "hold",
    "importdecision",
    "invitation",
    "reading",
    "remark",
    "review",
    "unlisted",
    "upload",
    "uploadrow",
}
"""Tables that say nothing about anybody whom the catalogue describes."""


def ledger() -> list[type[models.Model]]:
    """Return every model of the catalogue."""
    return [
        model
        for app in ("orgs", "campaigns")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.model_name not in NO_PART_OF_THE_CATALOGUE
    ]


def writes_in(path: Path) -> Iterator[str]:
    """Give every place in a file where something is written to a database."""
    where = path.relative_to(PROJECT)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # A dictionary or a set is updated with another; rows are updated with values by name.
            rows_updated = node.func.attr == "update" and not node.args
            of_super = isinstance(node.func.value, ast.Call) and (
                getattr(node.func.value.func, "id", "") == "super"
            )
            if (node.func.attr in WRITING and not of_super) or rows_updated:
                yield f"{where}, line {node.lineno}: {ast.unparse(node)[:80]}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            writes = id(node) not in docstrings and SQL.search(node.value)
            yield from [f"{where}, line {node.lineno}: {node.value.strip()[:80]}"] if writes else []


def code() -> list[Path]:
    """Return every file of the three apps that runs outside of migrations."""
    return [
        path
        for app in ("mcs", "orgs", "campaigns")
        for path in sorted((PROJECT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


# What the code says -------------------------------------------------------------------------------


def test_nobody_else_writes():
    allowed = {*DOOR, *NOT_THE_LEDGER}

    found = [
        place
        for path in code()
        if str(path.relative_to(PROJECT)) not in allowed
        for place in writes_in(path)
    ]

    assert found == []


def test_every_file_of_the_door_writes():
    writing = [name for name in (*DOOR, *NOT_THE_LEDGER) if [*writes_in(PROJECT / name)]]

    assert writing == [*DOOR, *NOT_THE_LEDGER]


def test_functions_of_the_database_write_the_projection_only():
    text = (PROJECT / "orgs/sql/projection.sql").read_text(encoding="utf-8")
    text += (PROJECT / "orgs/sql/triggers.sql").read_text(encoding="utf-8")
    text += (PROJECT / "orgs/sql/foundation.sql").read_text(encoding="utf-8")

    written = set(re.findall(r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+_\w+)", text))

    # Of a change the projection writes one thing: whether readers may know its reason.
    ours = re.findall(r"UPDATE orgs_changeset c SET (\w+)", text)
    assert ours == ["reason_shown"]
    assert written == {
        "orgs_entry", "orgs_entrychange", "orgs_entryspan", "orgs_facet", "orgs_changeset",
    }  # fmt: skip


def test_screens_of_the_ledger_neither_save_nor_delete():
    request = RequestFactory().get("/admin/")
    request.user = Account(is_staff=True, is_superuser=True)
    stock = admin.ModelAdmin
    faults = []
    for model, screen in admin.site._registry.items():
        if model._meta.concrete_model not in ledger():
            continue
        if screen.has_delete_permission(request):
            faults.append(f"{model.__name__} can be deleted")
        own = [
            name
            for name in ("save_model", "change_view", "changeform_view")
            if getattr(type(screen), name) is not getattr(stock, name)
        ]
        if screen.has_change_permission(request) and not own:
            faults.append(f"{model.__name__} is saved by Django itself")
        if screen.list_editable:
            faults.append(f"{model.__name__} is saved from its list")
        if "delete_selected" in screen.get_actions(request):
            faults.append(f"{model.__name__} can be deleted from its list")

    assert faults == []


# What is seen to happen -------------------------------------------------------------------------


class Watch:
    """Notes which file of ours wrote into which table of the ledger."""

    def __init__(self) -> None:
        self.tables = {model._meta.db_table for model in ledger()}
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, execute, sql, params, many, context):
        """Note a statement that writes, then let it pass."""
        text = str(sql)
        written = set(WRITTEN_TABLE.findall(text)) & self.tables
        if re.search(r"\bproject(_others)?\(", text):
            written.add("orgs_entry")
        for table in written:
            self.seen.add((self.ours(), table))
        return execute(sql, params, many, context)

    def ours(self) -> str:
        """Return the innermost file of ours that the statement comes from.

        Every statement passes the module that chooses the database role; it writes none.
        """
        files = [Path(frame.filename) for frame in traceback.extract_stack()]
        inside = [file for file in files if PROJECT in file.parents and ".venv" not in file.parts]
        inside = [file for file in inside if "tests" not in file.relative_to(PROJECT).parts]
        inside = [file for file in inside if file != PROJECT / "orgs" / "public_role.py"]
        return str(inside[-1].relative_to(PROJECT)) if inside else "a test"


@pytest.fixture
def watch():
    """A watch over every statement that is executed."""
    noted = Watch()
    with connection.execute_wrapper(noted):
        yield noted


def test_every_way_in_goes_through_the_door(write, watch, tmp_path):
    accepts = editor()
    record = write.record("organization", "luz")
    other = write.record("organization", "sol")
    partnership = write.record("partnership", "red")
    write.say("membership", record, partnership=partnership)
    name = statement_kinds()["name"].objects.get(record=record)

    letter = Changeset(author=accepts, reason="Otherwise.")
    letter.replace(name, text="La Luz")
    letter.restrict(statement_kinds()["membership"].objects.get(), Tier.VETTED)
    letter.change_record(record, slug="la-luz")
    letter.change_reference("source", write.source, short="Survey, 2010")
    letter.propose()
    letter.accept_part(accepts, {"adds": {"name": [0]}, "retires": {"name": [name.pk]}})
    for waiting in Changeset.objects.proposed():
        waiting.accept(accepts)
    Changeset.merge(Record.objects.get(pk=other.pk), record).propose().accept(accepts)
    Changeset.objects.accepted().first().reverted().propose().accept(accepts)
    write.letter("text", record, body="No.", text_kind="summary").reject(accepts, "No.")
    file = tmp_path / "organizations.csv"
    file.write_text("slug\nnueva\n")
    call_command("import_records", file, kind="organization", accept=True, verbosity=0)
    everything()
    due()

    assert {file for file, _ in watch.seen} <= set(DOOR)
    assert {table for _, table in watch.seen} >= {
        "orgs_changeset", "orgs_counter", "orgs_entry", "orgs_formerslug", "orgs_membership",
        "orgs_name", "orgs_record", "orgs_source",
    }  # fmt: skip


def test_loading_the_paper_goes_through_the_door(db, watch):
    call_command("load_paper", verbosity=0)

    assert {file for file, _ in watch.seen} <= set(DOOR)
    written = {table for _, table in watch.seen}
    assert {model._meta.db_table for model in ledger()} - written == {
        # Laid down by a migration.
        "orgs_arena", "orgs_relationrule",
        # Written by the database, from what the others say.
        "orgs_entryspan", "orgs_facet",
        # Nothing of the paper has moved, and it declares nothing confidential.
        "orgs_formerslug", "orgs_contact", "orgs_withheld",
    }  # fmt: skip


def test_saving_on_the_desk_goes_through_the_door(write, watch):
    record = write.record("organization", "luz", "Luz")
    browser = signed_in(editor())
    before = Changeset.objects.accepted().count()
    watch.seen.clear()

    page = f"/admin/orgs/organization/{record.pk}/change/"
    sent = {**typed(browser.get(page)), "slug": "la-luz", "reason": "It moved."}
    response = browser.post(page, sent)

    assert response.status_code == 302
    assert Changeset.objects.accepted().count() == before + 1
    assert Entry.objects.get(pk=record.pk).slug == "la-luz"
    assert {file for file, _ in watch.seen} <= set(DOOR)
    assert ("orgs/models/changeset.py", "orgs_record") in watch.seen


def test_a_write_beside_the_door_is_seen(write, watch):
    record = write.record("organization", "luz")
    watch.seen.clear()

    Record.objects.filter(pk=record.pk).update(level=Level.HIDDEN)

    assert watch.seen == {("a test", "orgs_record")}


# Looking changes nothing --------------------------------------------------------------------------


def fingerprint() -> dict[str, str]:
    """Return a hash of everything in every table of the ledger."""
    hashes = {}
    with connection.cursor() as cursor:
        for model in ledger():
            table = model._meta.db_table
            cursor.execute(
                "SELECT count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY"  # noqa: S608
                f" md5(t::text))), '') FROM {connection.ops.quote_name(table)} t"
            )
            hashes[table] = cursor.fetchone()[0]
    return hashes


def looks() -> Iterator[tuple[str, str]]:
    """Give every look at the site: a method and an address with real values in it.

    Those of the desk, too; lists are asked a question, and everything else once.
    """
    some: dict[str, Entry] = {}
    for entry in Entry.objects.published().order_by("-id"):
        some[entry.kind] = entry
    letters = list(Changeset.objects.order_by("-id").values_list("id", flat=True)[:2])
    for address in addresses():
        chosen = [some[kind] for kind in (address.kinds or ("organization", "arena", "place"))]
        # On the desk the kind stands in the address: /admin/campaigns/case/...
        of_kind = [some[kind] for kind in some if f"/{kind}/" in address.written] or chosen[:1]
        numbers = [*(str(entry.pk) for entry in of_kind), *letters]
        values = {
            "slug": [entry.slug for entry in chosen],
            "name": [*COLLECTIONS]
            if address.written == "/developers/%(name)s/"
            else [name for entry in chosen[:3] for name in (entry.slug, entry.key)],
            "scheme": ["identity"],
            "rest": ["nothing"],
            "number": numbers,
            "other": numbers,
            "object_id": numbers,
            "id": [Account.objects.get().pk],
            "key": ["00000000-0000-0000-0000-000000000000"],
            "pk": [Authenticator.objects.get().pk],
            "content_type_id": [1],
            "app_label": ["orgs", "campaigns", "auth"],
            "url": ["nothing"],
            "secret": ["nothing", "0" * 43],
        }
        if address.written == "/admin/logout/":
            continue
        yield from (("get", path) for path in address.filled(values))
        if not address.parameters:
            yield "get", f"{address.written}?ids={numbers[0]}&q=women&as_of=2010"
            yield "head", address.written


def test_looking_at_everything_changes_nothing(paper):
    looking = Account.objects.create_superuser("editor@example.org", "long enough password")
    browser = Client(raise_request_exception=False)
    come_in(browser, looking)
    letter = Changeset(author=looking, reason="A test.")
    letter.record("organization", "nueva")
    letter.propose()
    before = fingerprint()

    answers: dict[int, int] = {}
    broken = []
    for method, path in looks():
        status = getattr(browser, method)(path).status_code
        answers[status] = answers.get(status, 0) + 1
        if status >= 500:
            broken.append(f"{method} {path}")

    assert broken == []
    assert fingerprint() == before
    assert answers[200] > 250


def test_a_change_of_one_byte_is_noticed(paper):
    before = fingerprint()

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_text SET body = body || ' ' WHERE id = (SELECT min(id) FROM orgs_text)"
        )

    changed = {table for table, told in fingerprint().items() if told != before[table]}
    assert changed == {"orgs_text"}
