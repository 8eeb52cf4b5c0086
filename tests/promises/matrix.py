"""The world of the role matrix: secrets at every level, someone in every role, and ways to ask.

Everything is planted once and committed to a database of its own. Each question is asked inside a
transaction that is rolled back, so that all questions meet the same world.
"""

import contextlib
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection, models, transaction
from django.utils import timezone

from mcs.access import Access, Refusal
from orgs.access.account import Account
from orgs.access.readings import Reading
from orgs.access.representative import Representative
from orgs.access.roles import Role
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.unlisted import Unlisted
from orgs.claims import contact_form
from orgs.claims.claim import Claim, Invitation
from orgs.claims.confirmation import Confirmation
from orgs.claims.lifecycle import secret_digest
from orgs.imports.upload import ColumnMap, Upload, UploadRow
from orgs.jobs.job import Job
from orgs.profiles.draft import Draft
from orgs.profiles.drafts import form_key
from orgs.projection.entry import Entry
from orgs.records.organization import Organization
from orgs.records.record import FormerSlug, Level, Record
from orgs.records.source import Source, Tier
from orgs.review.comment import Comment
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision
from orgs.security import digest
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from orgs.statements.text import Text
from tests.support.accounts import force_sign_in
from tests.support.addresses import Address
from tests.support.admin import Browser
from tests.support.planted_world import ABOUT, NUMBER, SECRET_NUMBERS, Planted, secret_numbers
from tests.support.writing import Writer

TOKEN = re.compile("quetzal[a-z]{4}xoc")
KEY = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ABSENT = "quetzalzzzzxoc"
"""A word of the same shape as the tokens, which stands nowhere."""

ORDER = [Role.READER, Role.ACCOUNT, Role.EDITOR, Role.MODERATOR, Role.ADMINISTRATOR]
"""Roles from the fewest rights to the most, but for the representative, who has one's own."""


@dataclass
class Actor:
    """Someone who asks: in a role, and perhaps as a representative of our organization."""

    name: str
    role: Role
    account: Account | None
    represents: bool = False
    place: int = 0
    """Where they stand among all, for taking turns."""
    browser: Browser = field(default_factory=lambda: Browser(raise_request_exception=False))

    def reaches(self, access: Access, method: str) -> bool:
        """Whether this actor gets further than a refusal."""
        least = access.least_for(method)
        if least is None:
            return False
        if least is Role.REPRESENTATIVE:
            return self.represents
        role = Role.ACCOUNT if self.role is Role.REPRESENTATIVE else self.role
        return ORDER.index(role) >= ORDER.index(least)

    def refused(self, access: Access, of_editors: bool) -> set[Refusal]:
        """How this actor is refused: one of these."""
        if self.role is Role.READER:
            return {access.signed_out}
        if of_editors and self.role in (Role.EDITOR, Role.MODERATOR, Role.ADMINISTRATOR):
            return {Refusal.FORBIDDEN, Refusal.ABSENT}
        return {access.refusal}

    @property
    def moderates(self) -> bool:
        """Whether this actor may read what is not public, in the admin."""
        return self.role in (Role.MODERATOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Secret:
    """A name of something that is not public, and one of the same shape that is nothing's."""

    level: str
    kind: str
    name_kind: str
    """What sort of name: slug, former, key, pk, name, statement, source."""
    value: str
    absent: str


@dataclass
class Answer:
    """What came back: the answer, the messages that were sent, and the lines of the log."""

    status: int
    headers: dict[str, str]
    body: str
    messages: list[str]
    log: str

    @property
    def location(self) -> str:
        """Where it redirects to; empty if it does not."""
        return self.headers.get("Location", "")

    @property
    def text(self) -> str:
        """All of it, to be searched."""
        return "\n".join([self.body, str(self.headers), *self.messages, self.log])

    def without(self, *names: str) -> tuple:
        """What the answer says to someone who does not know these names, to be compared."""
        visible = [str(self.status), self.location, self.body, *self.messages]
        headers = {
            name: value
            for name, value in self.headers.items()
            if name not in ("Content-Length", "Location", "X-Request-ID", "Expires", "ETag")
        }
        visible.append(str(sorted(headers.items())))
        return tuple(_plain(text, names) for text in visible)


CHANGING = re.compile(
    r'name="(?:csrfmiddlewaretoken|stamp|begun|tab|token|key|seen|shown|mark)"[^>]*value="[^"]*"'
    r'|value="[^"]*"[^>]*name="(?:stamp|begun|tab|token|key|seen|shown)"'
    r'|value="[A-Za-z0-9]{64}"'
)
"""Hidden fields that are made anew for every form."""


DRAWN = re.compile(KEY.pattern + r"|(?<=[/=])[A-Za-z0-9_-]{32,}|\b[A-Z]{4}-[A-Z]{4}\b")
"""Keys, links and codes, which are drawn anew each time."""


def _plain(text: str, names: tuple[str, ...]) -> str:
    # A part of a key may look like a date, which pages mark as one.
    text = re.sub("</?time[^>]*>", "", CHANGING.sub("", text))
    for name in names:
        # A number is part of other numbers: of 1998, if it is 99.
        text = re.sub(rf"(?<![0-9]){re.escape(name)}(?![0-9])", "…", text)
    return DRAWN.sub("…", text)


class _Lines(logging.Handler):
    """Keeps what is logged, whole: words and details."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(f"{record.getMessage()} {record.exc_info} {vars(record)}")


# Forms of a page ----------------------------------------------------------------------------------


@dataclass
class Form:
    """A form that is sent by POST: where, with which fields, and its buttons."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[Form] = []
        self.form: Form | None = None
        self.area = self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or note one of its fields."""
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            posts = given.get("method", "").lower() == "post"
            self.form = Form(given.get("action", "")) if posts else None
            self.all += [self.form] if self.form is not None else []
        elif self.form is None or (not name and tag != "option"):
            return
        elif tag == "input" or tag == "button":
            kind = given.get("type", "submit" if tag == "button" else "text")
            if kind in ("submit", "image"):
                self.form.buttons.append((name, value))
            elif kind == "file":
                self.form.files.append(name)
            elif kind in ("checkbox", "radio"):
                self.form.choices.setdefault(name, []).append(value or "on")
                self.form.fields.setdefault(name, [])
                if "checked" in given:
                    self.form.fields[name].append(value or "on")
            else:
                self.form.fields.setdefault(name, []).append(value)
        elif tag == "textarea":
            self.area, self.form.fields[name] = name, [""]
        elif tag == "select":
            self.select = name
            self.form.fields.setdefault(name, [])
        elif tag == "option" and self.select:
            self.form.choices.setdefault(self.select, []).append(value)
            if "selected" in given:
                self.form.fields[self.select].append(value)

    def handle_data(self, data: str) -> None:
        """Take what stands in a text area."""
        if self.form is not None and self.area:
            self.form.fields[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


# The world ----------------------------------------------------------------------------------------


LINKS = {"claim-invitation": "i" * 32, "claim-stop": "s" * 32, "still-right": "r" * 43}
"""The secrets of links about our organization, by route."""
LINKS_OF_HIDDEN = {"claim-invitation": "j" * 32, "claim-stop": "t" * 32, "still-right": "q" * 43}


class Matrix(Planted):
    """The planted world, with more secrets, and someone in every role."""

    @classmethod
    def made(cls) -> "Matrix":
        """Make the world: in one transaction, which is quicker."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Numbers so long that none is a year, a status or a part of another number.
                cursor.execute(
                    "SELECT setval('orgs_catalogue_number',"
                    " greatest(7000000, nextval('orgs_catalogue_number')))"
                )
            return cls()

    def __init__(self) -> None:
        super().__init__(Writer())
        self.requests = 0
        self.numbers: dict[str, int] = {}
        self.plant_once_public()
        self.withhold_a_name()
        self.plant_never_public()
        self.plant_many()
        self.plant_merged()
        self.people()
        self.plant_light()
        self.plant_beside()
        self.secrets = list(self.every_secret())

    # Who asks

    def people(self) -> None:
        """Make someone in every role."""
        own = [self.records["organization"], self.records["partnership"]]
        self.own = own[0]
        ana = self.person("ana@example.org")
        for record in own:
            Representative.objects.create(account=ana, record=record)
        other = self.person("other@example.org")
        Representative.objects.create(account=other, record=self.friend)
        future_representative = self.person("held@example.org")
        later = timezone.now() + timedelta(days=7)
        Representative.objects.create(account=future_representative, record=own[0], since=later)
        moderates = Permission.objects.get(codename="change_changeset")
        closed = self.person("closed@example.org", is_staff=True)
        moderator = self.person("moderator@example.org", is_staff=True)
        for one in (closed, moderator):
            one.user_permissions.add(moderates)
        self.actors = [
            Actor("reader", Role.READER, None),
            Actor("account", Role.ACCOUNT, self.person("account@example.org")),
            Actor("representative", Role.REPRESENTATIVE, ana, represents=True),
            Actor("representative of another", Role.ACCOUNT, other),
            Actor("representative on hold", Role.ACCOUNT, future_representative),
            Actor("editor", Role.EDITOR, self.person("editor@example.org", is_staff=True)),
            Actor("moderator", Role.MODERATOR, moderator),
            Actor(
                "administrator",
                Role.ADMINISTRATOR,
                self.person("admin@example.org", is_staff=True, is_superuser=True),
            ),
            Actor("closed moderator", Role.READER, closed),
        ]
        for place, actor in enumerate(self.actors):
            actor.place = place
            if actor.account is not None and actor.account.is_staff:
                force_sign_in(actor.browser, actor.account)
            elif actor.account is not None:
                actor.browser.force_login(actor.account)
        Account.objects.filter(pk=closed.pk).update(is_active=False)

    def person(self, address: str, **fields: Any) -> Account:
        """A new account whose address is confirmed."""
        made = Account.objects.create_user(address, **fields)
        EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
        return made

    def actor(self, name: str) -> Actor:
        """The actor of this name."""
        return next(one for one in self.actors if one.name == name)

    def plant_light(self) -> None:
        """Make two public records of every kind of which little is said: their pages are quick."""
        changeset = Changeset(reason="Light ones.", author=self.actor("editor").account)
        self.light = {}
        for kind in ABOUT:
            self.light[kind] = []
            for prefix in ("ligera", "ligera-otra"):
                record = changeset.record(kind, f"{prefix}-{kind}")
                changeset.add("name", record, text=f"{prefix} {kind}", language="en",
                           preferred=True, source=self.write.source_id)  # fmt: skip
                self.light[kind].append(record)
        self.change = changeset.propose().accept()
        self.group = Group.objects.create(name="Editors")
        kinds = ContentType.objects
        self.content_type = kinds.get_for_model(Organization, for_concrete_model=False).pk

    def key_of(self, actor: Actor) -> str:
        """The key of forms about our organization that this actor was given."""
        signed_in = actor.account is not None and actor.role is not Role.READER
        return form_key(actor.account.pk, self.own.pk) if signed_in else ""

    # More secrets

    def plant_many(self) -> None:
        """Make records of every kind that were never public at three levels, in one change."""
        kinds = statement_kinds()
        fields: dict[Level, dict[str, Any]] = {
            Level.HIDDEN: {},
            Level.EMBARGOED: {"embargo_until": date(9999, 1, 1)},
            Level.WITHDRAWN: {"withdrawn_reason": "safety", "withdrawn_on": date(2020, 1, 1)},
        }
        with secret_numbers(SECRET_NUMBERS + 500_000):
            changeset = Changeset(reason=self.token("many hidden records: reason"))
            for level, more in fields.items():
                for kind in ABOUT:
                    where = f"another {kind} that is {level.label}"
                    token = self.tokens(where)
                    record = changeset.record(kind, token("record", "slug"))
                    self.origins[str(record.key)] = f"{where}: its key"
                    for name, model in kinds.items():
                        if record.kind not in model.about_kinds or name == "arena_placement":
                            continue
                        if name == "relation" and kind not in ("organization", "partnership"):
                            continue
                        own = {"voice": "own"} if name == "contact" else {}
                        values = {**self.values(name), **self.texts(name, token), **own}
                        values |= {"preferred": True} if name == "name" else {}
                        changeset.add(
                            name, record, **{"source": self.write.source_id, "tier": 0, **values}
                        )
                    changeset.change_record(record, level=level, **more)
                    self.secret_records[f"{kind} {level} again"] = record
            changeset.propose().accept()

    def plant_merged(self) -> None:
        """Merge a record into a public one, and another into one that is hidden then."""
        self.merged = self.write.record("organization", "gemela", "Gemela")
        merge(self.merged, self.friend, reason="They are one.").propose().accept()
        token = self.tokens("a record merged into a hidden one")
        goes = self.write.record("organization", token("record", "slug"), token("name", "text"))
        stays = self.write.record("organization", token("record", "slug"), token("name", "text"))
        # Without a reason of an editor: it is made of what there is.
        merge(goes, stays).propose().accept()
        changeset = Changeset(reason="Hidden.")
        changeset.change_record(Record.objects.get(pk=stays.pk), level=Level.HIDDEN)
        changeset.propose().accept()
        self.merged_into_hidden = Record.objects.get(pk=goes.pk)
        # Hidden after a change that it shared with a public record.
        token = self.tokens("a record hidden after a change that it shared")
        changeset = Changeset(reason=token("proposal", "reason"), label=token("proposal", "label"))
        changeset.add("text", self.friend, body="Shared.", text_kind="goal", edtf="1996",
                   source=self.write.source_id)  # fmt: skip
        shared = changeset.record("organization", token("record", "slug"))
        changeset.add("name", shared, text=token("name", "text"), language="en", preferred=True,
                   source=self.write.source_id)  # fmt: skip
        changeset.propose().accept()
        changeset = Changeset(reason="Hidden.")
        changeset.change_record(Record.objects.get(pk=shared.pk), level=Level.HIDDEN)
        changeset.propose().accept()
        self.secret_records["organization shared"] = Record.objects.get(pk=shared.pk)
        # Networks and places whose names are withheld: forms ask for those by name.
        for kind in ("partnership", "place"):
            token = self.tokens(f"a {kind} whose name is withheld")
            record = self.write.record(kind, token("record", "slug"), token("name", "text"))
            changeset = Changeset(reason="Name withheld.")
            changeset.change_record(Record.objects.get(pk=record.pk), level=Level.NAME_WITHHELD)
            changeset.propose().accept()
        # The name is withheld, and a source of its own goes on naming it.
        token = self.tokens("the own source of a record whose name is withheld")
        source = self.write.another_source(
            token("source", "key"),
            **{name: token("source", name) for name in ("short", "title", "publisher")},
            urls=[f"https://{token('source', 'urls')}.example/"],
            published_by=self.name_withheld,
        )
        self.source_of_withheld = source

    def plant_beside(self) -> None:
        """Leave what is no part of the catalogue and nobody's business: notes, drafts, files."""
        token = self.tokens("what is kept beside the catalogue")
        victim = self.account("an account")
        hidden = self.secret_records["organization hidden"]
        soon = timezone.now() + timedelta(days=20)
        self.correction = Correction.objects.create(
            record=self.own, wrong=token("correction", "wrong"), right=token("correction", "right"),
            how=token("correction", "how"), decision=token("correction", "decision"),
            address=f"{token('correction', 'address')}@example.org",
        )  # fmt: skip
        for record in (self.own, hidden):
            self.claim = Claim.objects.create(
                account=victim, record=record, method="note", state="pending",
                note=token("claim", "note"), decision=token("claim", "decision"),
            )  # fmt: skip
        for record, links in ((self.own, LINKS), (hidden, LINKS_OF_HIDDEN)):
            Invitation.objects.create(
                record=record, until=soon,
                digest=secret_digest("invitation", links["claim-invitation"]),
                address=f"{token('invitation', 'address')}@example.org",
                reason=token("invitation", "reason"),
            )  # fmt: skip
            representative = Representative.objects.create(account=victim, record=record)
            Claim.objects.create(
                account=victim, record=record, method="invitation", state="active",
                representative=representative, stoppable_until=soon,
                stop_digest=secret_digest("stop", links["claim-stop"]),
            )  # fmt: skip
            Confirmation.objects.create(
                representative=representative, until=soon,
                secret=digest("confirmation", links["still-right"]).hex(),
            )  # fmt: skip
            Draft.objects.create(
                account=victim, record=record,
                typed={"acronym": {"was": "", "typed": token("draft", "typed"), "by": "x"}},
                pending=[{"step": "names", "values": {"acronym": token("draft", "pending")},
                          "seen": {}, "tab": "y"}],
            )  # fmt: skip
        self.upload_of_another = Upload.objects.create(
            account=victim, name=f"{token('upload', 'name')}.csv", source=self.write.source,
            content=f"slug,note\n{token('upload', 'content')},x\n".encode(),
            reason=token("upload", "reason"), columns={token("upload", "columns"): ""},
            label=token("upload", "label"), outcome={"told": token("upload", "outcome")},
            repairs={"cells": [[2, "", "", token("upload", "repairs")]]},
        )  # fmt: skip
        Upload.objects.create(
            account=victim, name="own.csv", reason="x",
            new_source={"key": "x", "short": token("upload", "new_source")},
        )  # fmt: skip
        UploadRow.objects.create(
            upload=self.upload_of_another, place=1, preview={"x": token("row", "preview")}
        )
        ColumnMap.objects.create(
            account=victim, headings="x", columns={token("columns", "columns"): ""}
        )
        proposed = Changeset.objects.proposed().first()
        Comment.objects.create(changeset=proposed, is_question=True, text=token("comment", "text"))
        decision = ImportDecision.objects.create(
            label=token("decision", "label"), account=victim, verdict="reject",
            reason=token("decision", "reason"), last_seen=0, changesets=0,
        )  # fmt: skip
        for subject in ({"upload": self.upload_of_another}, {"decision": decision}):
            Job.objects.create(task="propose", ended=timezone.now(), **subject)
        self.reading = Reading.objects.create(
            account=victim, rights=["see_unpublished"], target_kind="organization", number=hidden.pk
        )
        self.registered = token("register", "name")
        self.unlisted = Unlisted.objects.enter("name", self.registered, "safety")
        self.label_of_import = "An import"
        imported = Changeset(reason="Imported.", label=self.label_of_import)
        imported.add("text", self.friend, body="Imported.", text_kind="goal", edtf="1995",
                     source=self.write.source_id)  # fmt: skip
        imported.propose()
        self.membership = (
            Membership.objects.filter(
                record=self.own, partnership=self.records["partnership"], tier=0
            )
            .earliest("pk")
            .pk
        )
        self.answerable = (
            Text.objects.filter(record=self.own, tier=0, source__tier=0, retired=None)
            .earliest("pk")
            .pk
        )
        own = Changeset(reason="Proposed by an account.", author=self.actor("account").account)
        own.add("text", self.friend, body="Proposed.", text_kind="goal",
                source=self.write.source_id)  # fmt: skip
        self.own_changeset = own.propose()
        self.own_upload = Upload.objects.create(
            account=self.actor("account").account, name="own.csv", source=self.write.source,
            content=b"name,country\nNueva,Madrid\n", reason="Own.", rows=1,
        )  # fmt: skip
        representative = Representative.objects.get(
            account=self.actor("representative").account, record=self.own
        )
        contact_form.set_open(representative, Entry.objects.get(pk=self.own.pk), True)

    # Names of secrets

    def every_secret(self) -> Iterator[Secret]:
        """Give every name of all that is not public."""
        levels = {
            Level.HIDDEN: "hidden", Level.EMBARGOED: "embargoed", Level.WITHDRAWN: "withdrawn",
            Level.NAME_WITHHELD: "name withheld",
        }  # fmt: skip
        records = {record.pk: record for record in Record.objects.exclude(level=Level.LISTED)}
        records[self.merged_into_hidden.pk] = self.merged_into_hidden
        for record in records.values():
            level = levels.get(Level(record.level), "merged into hidden")
            yield Secret(level, record.kind, "slug", record.slug, ABSENT)
            if level != "name withheld":  # its key and number are its public names
                key = str(record.key)
                yield Secret(level, record.kind, "key", key, f"{key[:-12]}abcdefabcdef")
                number = str(record.pk)
                yield Secret(level, record.kind, "pk", number, str(record.pk + 900_000))
            for former in FormerSlug.objects.filter(record=record):
                yield Secret(level, record.kind, "former", former.slug, ABSENT)
            for name in Name.objects.filter(record=record)[:2]:
                if TOKEN.fullmatch(name.text):
                    yield Secret(level, record.kind, "name", name.text, ABSENT)
            for model in statement_kinds().values():
                for one in model.objects.filter(record=record)[:1]:
                    if level == "name withheld" and one.code() not in ("name", "text", "link"):
                        continue
                    yield Secret(
                        level, record.kind, "statement", str(one.pk), str(one.pk + 900_000)
                    )
        for tier in (Tier.VETTED, Tier.REPRESENTATIVES):
            for source in Source.objects.filter(tier=tier):
                level = f"source for {tier.name.lower()}"
                yield Secret(level, "source", "slug", source.key, ABSENT)
                yield Secret(level, "source", "name", source.short, ABSENT)
                yield Secret(level, "source", "pk", str(source.pk), str(source.pk + 900_000))
            for model in statement_kinds().values():
                for one in model.objects.filter(
                    tier=tier, record__in=[self.own, *self.alone.values()]
                )[:2]:
                    yield Secret(
                        f"statement for {tier.name.lower()}", "statement", "statement",
                        str(one.pk), str(one.pk + 900_000),
                    )  # fmt: skip
        yield Secret("on the register", "organization", "name", self.registered, ABSENT)
        source = self.source_of_withheld
        yield Secret("source of name withheld", "source", "slug", source.key, ABSENT)
        open_ones = models.Q(pk=self.own_changeset.pk) | models.Q(label=self.label_of_import)
        for changeset in Changeset.objects.filter(number=None).exclude(open_ones):
            key = str(changeset.key)
            yield Secret("proposal", "change", "key", key, f"{key[:-12]}abcdefabcdef")
            yield Secret(
                "proposal", "change", "proposal", str(changeset.pk), str(changeset.pk + 900_000)
            )
        upload = str(self.upload_of_another.key)
        yield Secret("upload", "upload", "key", upload, f"{upload[:-12]}abcdefabcdef")

    def leaked(self, text: str, *requested: str) -> list[str]:
        """What has leaked into a text, except what was requested."""
        lower = text.lower()
        seen = {*TOKEN.findall(lower), *KEY.findall(lower)} & self.origins.keys()
        seen |= set(NUMBER.findall(lower))
        known = " ".join(requested).lower()
        return sorted(
            self.origins.get(one, f"the number {one}") for one in seen if one not in known
        )

    # Asking

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        """Requests in here see the effects of former ones; then all of it is undone."""
        self.count_from_here()
        cookies = {actor.name: actor.browser.cookies.copy() for actor in self.actors}
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        for actor in self.actors:
            actor.browser.cookies = cookies[actor.name]

    def count_from_here(self) -> None:
        """Reset the sequences, which a rollback does not, so that numbers repeat."""
        with connection.cursor() as cursor:
            if not self.numbers:
                cursor.execute(
                    "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
                    " WHERE last_value IS NOT NULL"
                )
                self.numbers = dict(cursor.fetchall())
            cursor.execute(
                "SELECT " + ", ".join("setval(%s::regclass, %s)" for _ in self.numbers),
                [one for pair in self.numbers.items() for one in pair],
            )

    def request(
        self, actor: Actor, method: str, path: str, data: Any = None, **more: Any
    ) -> Answer:
        """Send one request, let all that follows from it happen, and return what came back."""
        self.requests += 1
        lines, before, callbacks_before = _Lines(), len(mail.outbox), len(connection.run_on_commit)
        root = logging.getLogger()
        root.addHandler(lines)
        try:
            send = getattr(actor.browser, method.lower())
            response = send(path, data if data is not None else {}, **more)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            for _sids, act, _robust in connection.run_on_commit[callbacks_before:]:
                act()
            del connection.run_on_commit[callbacks_before:]
        finally:
            root.removeHandler(lines)
        messages = [
            f"{one.subject} {one.body} {[part[0] for part in one.alternatives]}"
            for one in mail.outbox[before:]
        ]
        return Answer(
            response.status_code, dict(response.headers), readable(response, body), messages,
            "\n".join(lines.lines),
        )  # fmt: skip


def readable(response: Any, body: bytes) -> str:
    """A body as text; of a spreadsheet, its parts."""
    if body and "spreadsheetml" in response.headers.get("Content-Type", ""):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(
                parts.read(name).decode("utf-8", "replace") for name in parts.namelist()
            )
    return body.decode("utf-8", "replace")


def class_of(answer: Answer, path: str) -> str:
    """How far an answer lets someone: allowed, a refusal, 405, or an error of ours."""
    if answer.status == 405:
        return "method"
    if answer.status >= 500 and answer.status != 503:
        return f"broken ({answer.status})"
    if answer.status in (301, 302, 303):
        there = answer.location.partition("?")[0]
        if there in ("/account/sign-in/", "/admin/login/"):
            return Refusal.SIGN_IN.value
        return Refusal.BACK.value if answer.location == path else "allowed"
    return {403: Refusal.FORBIDDEN.value, 404: Refusal.ABSENT.value}.get(answer.status, "allowed")


Rotation = Callable[[str], int]


def turns() -> Rotation:
    """A counter for each name: 0, 1, 2, ..."""
    counts: dict[str, int] = {}

    def next_of(name: str) -> int:
        counts[name] = counts.get(name, -1) + 1
        return counts[name]

    return next_of


KINDS = {
    "organizations": ("organization", "partnership"), "places": ("place",),
    "partnerships": ("partnership",), "campaigns": ("campaign",), "gatherings": ("gathering",),
    "instruments": ("instrument",), "projects": ("project",), "demands": ("demand",),
    "cases": ("case",), "sources": ("source",), "source": ("source",), "changes": ("change",),
    "changeset": ("change",), "proposals": ("change",), "memberships": ("statement",),
    "id": (*ABOUT, "source", "statement"), "record": tuple(ABOUT),
    "records": ("organization", *ABOUT), "duplicates": ("organization", *ABOUT),
    "corrections": (*ABOUT, "statement"), "representing": ("organization", "partnership"),
    "spreadsheets": ("upload",),
}  # fmt: skip
"""The kinds of thing that addresses are about, by their first part."""


def kinds_of(address: Address) -> tuple[str, ...]:
    """The kinds of thing that an address may be about; none if it is about no such thing."""
    section = re.match(
        r"/(?:api/v1/|admin/(?:orgs|campaigns)/|review/|account/)?([a-z-]+)/", address.written
    )
    name = section[1] if section else ""
    return (name,) if name in ABOUT else KINDS.get(name, ())
