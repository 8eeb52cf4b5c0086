"""Six editors at one moment, on every route by which the catalogue is changed.

The routes are read from the URLconf and so from the registry of the admin: one that takes forms and
is named neither here nor in `test_racing_people.py` fails the first test. In every round one editor
wins, the winner's words stand in the catalogue, and the others read their own words again, beside
what is said by now.

`MCS_RACES=100` races a hundred rounds on every route; the suite has fewer.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from orgs.access.account import Account
from orgs.changes.changeset import Changeset
from orgs.changes.rebuild import check
from orgs.projection.counter import Counter
from orgs.records.record import Record
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision
from orgs.statements.name import Name
from tests.support.addresses import addresses
from tests.support.admin import Browser, catalogue, editor, signed_in, typed
from tests.support.admin import address as page_of
from tests.support.racing import ROUNDS, race

from . import test_racing_people as people

EDITORS = 6

NO_EDIT = {
    r"account|account_\w+|usersessions_list|mfa_\w+": "one's own account, which nobody shares",
    r"orgs_account_\w+|auth_group_\w+|auth_user_password_change": "accounts, not the catalogue",
    r"orgs_reading_(add|change)": "the log of readings is only read",
    r"orgs_unlisted_change": "only shows something; nobody changes a line",
    r"\w+_changelist": "chosen rows lead to a page where it is decided",
    r"orgs_(record_change|arena_change)": "only shows something",
    r"(?!orgs_unlisted)\w+_delete": "nobody deletes: it is refused (test_one_door.py)",
    r"orgs_(record|arena)_add": "nobody makes one there: it is refused",
    r"index|login|logout|password_change\w*|jsi18n|autocomplete|view_on_site|app_list|None": (
        "Django's own pages of the admin, which change nothing in the catalogue"
    ),
}
"""Routes that take forms and by which nobody writes what another could, and why."""


@dataclass
class Round:
    """One round: what each editor sends where, the text of each, and what is stated afterwards."""

    posts: list[tuple[str, dict]]
    texts: list[str]
    now: Callable[[], Any]
    wanted: list[Any] = field(default_factory=list)
    """What is stated if this editor wins: their text by default."""
    both: bool = False
    """Whether the others read the winner's words, too."""


World = SimpleNamespace


def texts_of(number: int) -> list[str]:
    """What the editors type in a round."""
    return [f"Round {number} editor {editor}" for editor in range(EDITORS)]


def one_column(path: str, column: str, now: Callable, world: World, number: int) -> Round:
    """All editors type into one field of a page that they have opened before."""
    fields = typed(world.client.get(path))
    texts = texts_of(number)
    return Round([(path, {**fields, column: text}) for text in texts], texts, now, both=True)


def change_of(slug: str) -> Callable[[World, int], Round]:
    """The race for the name of a record of the kind that this one is of."""

    def race(world: World, number: int) -> Round:
        record = getattr(world, slug)
        names = Name.objects.current().filter(record=record)
        path = page_of(record)
        return one_column(path, "name-0-text", lambda: names.get().text, world, number)

    return race


def new_record(kind: str) -> Callable[[World, int], Round]:
    """The race for the address of a new record."""

    def race(world: World, number: int) -> Round:
        app = "orgs" if kind in ("organization", "partnership", "place") else "campaigns"
        path = f"/admin/{app}/{kind}/add/"
        fields = typed(world.client.get(path))
        slug, texts = f"new-{kind}-{number}", texts_of(number)
        posts = [(path, {**fields, "slug": slug, "reason": text}) for text in texts]

        def now() -> str:
            made = Changeset.objects.accepted().filter(reason__in=texts)
            assert Record.objects.filter(slug=slug).count() == 1
            return made.get().reason

        return Round(posts, texts, now)

    return race


def new_reference(model: type, path: str, **values: str) -> Callable[[World, int], Round]:
    """The race for the key of a new source or term."""

    def race(world: World, number: int) -> Round:
        fields = {**typed(world.client.get(path)), **values}
        column = "key" if model is Source else "code"
        fields[column] = f"new_{number}" if model is Term else f"new-{number}"
        texts = texts_of(number)

        def now() -> str:
            model.objects.get(**{column: fields[column]})  # type: ignore[attr-defined]
            return Changeset.objects.accepted().get(reason__in=texts).reason

        return Round([(path, {**fields, "reason": text}) for text in texts], texts, now)

    return race


def source(world: World, number: int) -> Round:
    """The race for the title of a source."""
    return one_column(
        f"/admin/orgs/source/{world.source}/change/",
        "title",
        lambda: Source.objects.get(pk=world.source).title,
        world,
        number,
    )


def term(world: World, number: int) -> Round:
    """The race for the label of a term."""
    made = one_column(f"/admin/orgs/term/{world.women}/change/", "labels", str, world, number)
    for (_, fields), text in zip(made.posts, made.texts, strict=True):
        fields["labels"] = f"en: {text}"
    made.now = lambda: Term.objects.get(pk=world.women).labels["en"]
    return made


def decided(world: World, path: str, fields: dict, now: Callable, wanted: list, number: int):
    """The race for a decision that each has looked at before."""
    texts = texts_of(number)
    posts = []
    for text, want in zip(texts, wanted, strict=True):
        sent = {**fields, **want, "reason": text}
        html = world.client.post(path, sent).content.decode()
        seen = re.search(r'name="seen" value="(\w+)"', html)
        assert seen, html[-3000:]
        posts.append((path, {**sent, "seen": seen[1]}))
    return Round(posts, texts, lambda: now(texts), texts)


def accepted_reason(texts: list[str]) -> str:
    """Whose proposal is part of the ledger."""
    return Changeset.objects.accepted().get(reason__in=texts).reason


def new_organization(number: int, what: str) -> Record:
    """A new organization for one round."""
    changeset = Changeset(reason="For a round.")
    record = changeset.record("organization", f"{what}-{number}")
    changeset.add("name", record, text=f"{what} {number}", source=Source.objects.earliest("pk"))
    changeset.propose().accept()
    return Record.objects.get(pk=record.pk)


def restrict(world: World, number: int) -> Round:
    """The race for how much of a record is public."""
    record = new_organization(number, "restricted")
    path = f"/review/records/restrict/?ids={record.pk}"
    wanted = [{"level": level} for level in ("hidden", "name_withheld") * 3]
    return decided(world, path, {}, accepted_reason, wanted, number)


def withdraw(world: World, number: int) -> Round:
    """The race for the withdrawal of a record."""
    record = new_organization(number, "withdrawn")
    path = f"/review/records/withdraw/?ids={record.pk}"
    wanted = [{"withdrawn_reason": "mistake"}] * EDITORS
    return decided(world, path, {}, accepted_reason, wanted, number)


def tiers(world: World, number: int) -> Round:
    """The race for who may read a statement."""
    record = new_organization(number, "tiers")
    code = f"name:{Name.objects.get(record=record).pk}"
    path = f"/review/records/{record.pk}/tiers/"
    wanted = [
        {"statements": code, "tier": int(tier)} for tier in (Tier.VETTED, Tier.REPRESENTATIVES) * 3
    ]
    return decided(world, path, {}, accepted_reason, wanted, number)


def merge(world: World, number: int) -> Round:
    """The race for the record in which another goes on."""
    record = new_organization(number, "merged")
    into = [new_organization(number, "this"), new_organization(number, "that")] * 3
    path = f"/review/records/{record.pk}/merge/"
    return decided(world, path, {}, accepted_reason, [{"into": one.pk} for one in into], number)


def undo(world: World, number: int) -> Round:
    """The race for undoing one change."""
    changeset = Changeset(reason="To be undone.")
    changeset.add("name", world.mfa, text=f"Undone {number}", source=world.source)
    changeset.propose().accept()
    path = f"/review/proposals/{changeset.pk}/undo/"
    return decided(world, path, {}, accepted_reason, [{}] * EDITORS, number)


def redact(world: World, number: int) -> Round:
    """The race for removing the reason of one change."""
    changeset = Changeset(reason="It names somebody.")
    changeset.add("name", world.mfa, text=f"Redacted {number}", source=world.source)
    changeset.propose().accept()
    path = f"/review/proposals/{changeset.pk}/redact/"
    return decided(world, path, {}, accepted_reason, [{}] * EDITORS, number)


def undo_account(world: World, number: int) -> Round:
    """The race for undoing all of one account."""
    author = Account.objects.create_user(f"vandal-{number}@example.org")
    for text in ("one", "two"):
        changeset = Changeset(reason="To be undone.", author=author)
        changeset.add("name", world.tigra, text=f"{text} {number}", source=world.source)
        changeset.propose().accept()
    fields = {"account": author.pk, "since": "2020-01-01T00:00"}
    path = "/review/accounts/undo/"
    return decided(world, path, fields, accepted_reason, [{}] * EDITORS, number)


def changeset(world: World, number: int) -> Round:
    """The race of those who accept and those who reject a proposal."""
    made = Changeset(reason="To be decided.")
    made.add("name", world.mfa, text=f"Proposed {number}", source=world.source)
    made.propose()
    texts = texts_of(number)
    sent = [
        {"_accept": "1", "decision": text} if place % 2 else {"_reject": "1", "decision": text}
        for place, text in enumerate(texts)
    ]
    wanted = ["accepted" if place % 2 else text for place, text in enumerate(texts)]

    def now() -> str:
        one = Changeset.objects.get(pk=made.pk)
        return one.decision or one.state

    path = f"/review/proposals/{made.pk}/"
    return Round([(path, fields) for fields in sent], texts, now, wanted)


def whole_import(world: World, number: int) -> Round:
    """The race for the one decision about all proposals of an import."""
    label = f"Import {number}"
    made = Changeset(reason="To be decided.", label=label)
    made.add("name", world.mfa, text=f"Imported {number}", source=world.source)
    made.propose()
    texts = texts_of(number)
    path = f"/review/imports/?label=Import%20{number}"
    posts = [(path, {"_reject": "1", "last_seen": made.pk, "decision": text}) for text in texts]
    return Round(posts, texts, lambda: ImportDecision.objects.get(label=label).reason, both=True)


def correction(world: World, number: int) -> Round:
    """The race for what is answered to a reader."""
    address = f"reader-{number}@example.org"
    sent = Correction.objects.create(
        record_id=world.mfa, wrong="x", right="y", how="z", address=address
    )
    texts = texts_of(number)
    path = f"/review/corrections/{sent.pk}/"
    posts = [(path, {"_decline": "1", "decision": text}) for text in texts]

    def now() -> str:
        decided = Correction.objects.get(pk=sent.pk).decision
        assert [decided in one.body for one in mail.outbox if one.to == [address]] == [True]
        return decided

    return Round(posts, texts, now)


KINDS = {
    "orgs_organization": "mfa",
    "orgs_partnership": "mri",
    "orgs_place": "manila",
    "campaigns_gathering": "pga",
    "campaigns_campaign": "boycott",
    "campaigns_instrument": "convention",
    "campaigns_project": "project",
    "campaigns_demand": "demand",
    "campaigns_case": "case",
}
"""The screens of records, each with the record of the small catalogue that is raced for."""

RACES: dict[str, Callable[[World, int], Round]] = {
    **{f"{name}_change": change_of(slug) for name, slug in KINDS.items()},
    **{f"{name}_add": new_record(name.partition("_")[2]) for name in KINDS},
    "orgs_source_change": source,
    "orgs_source_add": new_reference(
        Source,
        "/admin/orgs/source/add/",
        short="New",
        title="New",
        source_kind="report",
        observed="2010",
    ),
    "orgs_term_change": term,
    "orgs_term_add": new_reference(
        Term, "/admin/orgs/term/add/", scheme="identity", labels="en: new"
    ),
    "review-restrict": restrict,
    "review-withdraw": withdraw,
    "review-tiers": tiers,
    "review-merge": merge,
    "review-redact": redact,
    "review-undo": undo,
    "review-account-undo": undo_account,
    "review-proposal": changeset,
    "review-import": whole_import,
    "review-correction": correction,
}
"""Every route by which the catalogue is changed, by its name, and how it is raced for."""

ALWAYS_RACED = ("orgs_organization_change", "campaigns_case_change", "orgs_organization_add",
        "campaigns_demand_add")  # fmt: skip
"""Screens of records that every run races for; the others are the same code, and have their turn
when MCS_RACES is set."""


def takes_forms(one: Any) -> bool:
    """Whether a route may change something: what is no view of ours for looking only."""
    cls = getattr(one.view, "view_class", None) or getattr(one.view, "cls", None)
    if cls is not None:
        return any(hasattr(cls, method) for method in ("post", "put", "patch", "delete"))
    return one.of_editors or one.name != "language"


def test_every_route_that_takes_forms_is_raced_for_or_changes_nothing():
    names = {one.name for one in addresses() if takes_forms(one)}
    quiet = re.compile("|".join(f"(?:{pattern})" for pattern in [*NO_EDIT, *LOOKING]))

    raced_for = {*RACES, *people.RACES}
    unnamed = {name for name in names - raced_for if not quiet.fullmatch(name)}

    assert sorted(unnamed) == []
    assert raced_for <= names
    assert {name for name in raced_for if quiet.fullmatch(name)} == set()


LOOKING = ("permanent", "styleguide", "home", "healthz", "readyz", "api-\\w+")
"""Functions that only read."""


@pytest.fixture
def world(own_database) -> World:
    """A small catalogue, six editors, and a seventh who opens the pages."""
    ids = catalogue()
    more = Changeset(reason="More kinds.")
    for kind in ("project", "demand", "case"):
        record = more.record(kind, f"a-{kind}")
        more.add("name", record, text=kind, language="en", preferred=True, source=ids.source)
        setattr(ids, kind, record.pk)
    more.propose().accept()
    ids.client = signed_in(editor("opens@example.org"))
    ids.clients = [signed_in(editor(f"{number}@example.org"), Browser) for number in range(EDITORS)]
    return ids


def raced() -> list[str]:
    """The routes that this run races for."""
    others = "MCS_RACES" in os.environ
    screens = {f"{kind}_{page}" for kind in KINDS for page in ("change", "add")}
    return [name for name in RACES if others or name in ALWAYS_RACED or name not in screens]


@pytest.mark.parametrize("name", raced())
def test_of_six_one_wins_and_the_others_read_their_words_again(world, name, settings):
    settings.EMAIL_SENT = True
    accepted = Changeset.objects.accepted().count()
    for number in range(ROUNDS):
        made = RACES[name](world, number)
        before = Changeset.objects.accepted().count()

        posts = [(client, *post) for client, post in zip(world.clients, made.posts, strict=True)]
        answers = race(posts)

        won = [place for place, one in enumerate(answers) if one.status_code == 302]
        assert len(won) == 1, (number, [one.status_code for one in answers])
        assert made.now() == (made.wanted or made.texts)[won[0]]
        for place, answer in enumerate(answers):
            if place == won[0]:
                continue
            assert answer.status_code == 200
            html = unescape(answer.content.decode())
            assert made.texts[place] in html
            assert made.texts[won[0]] in html or not made.both
        assert Changeset.objects.accepted().count() <= before + 1
    numbers = Changeset.objects.accepted().order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, Counter.objects.get().number + 1))
    assert Changeset.objects.accepted().count() >= accepted
    assert check()[0] == []
    print(f"{name}: {ROUNDS} rounds, {ROUNDS} won, 0 lost")
