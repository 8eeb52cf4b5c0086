"""An editor without the rights of a moderator finds nothing on the editors' screens that is hidden.

The screens are walked as the admin's registry and the URLconf have them: every list, page, action
and choice of every model, and every review page, also of one that is added tomorrow. What is not
public answers there as what never was. And: what a moderator is shown beyond the public is noted,
in one row for each page.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client, RequestFactory

from orgs.access.account import Account
from orgs.access.readings import Reading
from orgs.changes.changeset import Changeset
from orgs.claims.claim import Claim
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.review.correction import Correction
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds
from tests.conftest import connected_to, copied, dropped
from tests.support.addresses import Address, addresses
from tests.support.admin import editor, signed_in, typed
from tests.support.planted_world import Planted
from tests.support.writing import Writer

# One world for all tests of this file.
pytestmark = pytest.mark.xdist_group("editors")

ABSENT = 7_777_777_777_777
"""A number that nothing has."""

CHANGING = re.compile(
    r'value="[A-Za-z0-9]{64}"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|nonce[-="A-Za-z0-9+/_]+'
)
"""What differs between two answers to one request: tokens of forms, nonces."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[tuple[str, Planted]]:
    """A public world with secrets, and what people wrote about both; planted once for all tests."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(connection.settings_dict["NAME"])
        with connected_to(name):
            planted = Planted(Writer())
            plant(planted)
    yield name, planted
    with django_db_blocker.unblock():
        connection.close()
        dropped(name)


def plant(planted: Planted) -> None:
    """Plant secrets of every sort."""
    planted.plant_never_public()
    for kind in ("organization", "place"):
        planted.hidden_later(kind, Level.HIDDEN)
    planted.hidden_later("organization", Level.WITHDRAWN, withdrawn_reason="safety")
    planted.withhold_a_name()
    planted.origins.pop(str(planted.name_withheld.key), None)  # the public finds it by its key
    for record in (planted.records["organization"], planted.secret_records["organization hidden"]):
        text_for = planted.tokens("a correction")
        Correction.objects.create(
            record=record, wrong=text_for("correction", "wrong"),
            right=text_for("correction", "right"), how=text_for("correction", "how"),
            address=f"{text_for('correction', 'address')}@example.org",
        )  # fmt: skip
        Claim.objects.create(
            account=planted.account("who claims"), record=record, method="note", state="pending",
            note=planted.token("a claim: note"),
        )  # fmt: skip


@pytest.fixture
def planted(world, django_db_blocker) -> Iterator[Planted]:
    """That world; changes of the test are rolled back."""
    name, planted = world
    with django_db_blocker.unblock(), connected_to(name), transaction.atomic():
        yield planted
        transaction.set_rollback(True)


@pytest.fixture
def account(planted) -> Account:
    """An editor who may only propose."""
    return editor("plain@example.org", accepts=False)


@pytest.fixture
def client(account) -> Client:
    """The browser of that editor."""
    return signed_in(account)


def screens() -> Iterator[tuple[str, Any]]:
    """Give each screen of the registry, with the beginning of its addresses."""
    for model, screen in admin.site._registry.items():
        yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/", screen


def numbers_of(screen: Any, account: Account) -> tuple[list, list]:
    """Numbers of rows of a screen: some that the account may read, some it may not."""
    rows = screen.model._default_manager.all()
    request = RequestFactory().get("/")
    request.user = account
    seen = set(screen.get_queryset(request).values_list("pk", flat=True))
    if not screen.has_view_permission(request):
        seen = set()
    secret = [pk for pk in rows.order_by("pk").values_list("pk", flat=True) if pk not in seen]
    # The last are those that were once public.
    return sorted(seen)[:1], [*secret[:1], *secret[-1:]]


def pages_of(screen: Any) -> list[Address]:
    """The addresses below a screen that take numbers."""
    begins = f"/admin/{screen.opts.app_label}/{screen.opts.model_name}/"
    return [one for one in addresses() if one.written.startswith(begins) and one.parameters]


class ReviewPage(NamedTuple):
    """A review page of one thing, and the things that it may be about."""

    address: Address
    things: Any
    """A queryset with `visible_to`."""

    def paths(self, number: int, other: int) -> Iterator[str]:
        """Give the address for this number; pages about two have another one first."""
        values = {name: [number] for name in self.address.parameters}
        if len(values) > 1:
            values[self.address.parameters[0]] = [other]
        return self.address.filled(values)

    def readable_by(self, account: Account) -> list[int]:
        return list(self.things.visible_to(account).order_by("pk").values_list("pk", flat=True))

    def secret_from(self, account: Account) -> list[int]:
        """Numbers of things that the account may not read: the first and the last."""
        readable = set(self.readable_by(account))
        every = self.things.order_by("pk").values_list("pk", flat=True)
        secret = [number for number in every if number not in readable]
        return [*secret[:1], *secret[-1:]]


THINGS: dict[str, Any] = {
    "proposals": Changeset.objects,
    "corrections": Correction.objects,
    "claims": Claim.objects,
    "records": Record.objects,
    "duplicates": Record.objects,
}
"""What the review pages are about, by the part of their address."""


def review_pages() -> list[ReviewPage]:
    return [
        ReviewPage(one, THINGS[one.written.split("/")[2]].all())
        for one in addresses()
        if one.written.startswith("/review/") and one.parameters
    ]


def review_lists() -> list[str]:
    """The review pages that are about no thing in particular."""
    return [
        one.written
        for one in addresses()
        if one.written.startswith("/review/") and not one.parameters
    ]


def leaks(planted: Planted, answer: Any) -> list[str]:
    """What of the secrets stands in an answer: in its body, its headers, its messages."""
    text = answer.content.decode(errors="replace") if not answer.streaming else ""
    text += repr(sorted(answer.headers.items())) + repr(answer.cookies)
    return planted.leaks_in(text)


def like(answer: Any, *names: Any) -> tuple[int, str, str]:
    """An answer to compare with another: without the requested numbers or names."""
    names_pattern = re.compile("|".join(rf"(?<!\w){re.escape(str(name))}(?!\w)" for name in names))
    text = CHANGING.sub("", answer.content.decode(errors="replace"))
    return (
        answer.status_code,
        names_pattern.sub("#", answer.get("Location", "")),
        names_pattern.sub("#", text),
    )


# What an editor without rights finds --------------------------------------------------------------


def test_no_list_shows_or_counts_what_is_hidden(planted, client, account):
    token = planted.secret_records["organization hidden"].slug
    name = Name.objects.filter(record=planted.secret_records["organization hidden"]).first().text
    problems = []
    for begins, screen in screens():
        request = RequestFactory().get("/")
        request.user = account
        queries = [
            "", "?state=all", "?all=", "?level__exact=hidden", "?tier__exact=2", "?asked=open",
            *(f"?o={number}" for number in range(1, len(screen.list_display) + 1, 2)),
        ]  # fmt: skip
        for query in queries:
            problems += [
                (begins, query, leak) for leak in leaks(planted, client.get(begins + query))
            ]
        if screen.get_search_fields(request):
            for secret in (token, name):
                results = like(client.get(f"{begins}?q={quote(secret)}"), secret)
                nothing = like(client.get(f"{begins}?q=xyzzyplugh"), "xyzzyplugh")
                if results != nothing:
                    problems.append((begins, "search", secret))
        # Fields of other tables cannot be filtered.
        for field in screen.model._meta.get_fields():
            if field.auto_created and not field.concrete and field.is_relation:
                answer = client.get(f"{begins}?{field.name}__isnull=False")
                if answer.status_code == 200:
                    problems.append((begins, field.name, "can be asked for"))

    for page in review_lists():
        for query in ("", "?state=all", "?asked=open", "?state=all&order=-number", "?kind=claim"):
            problems += [(page, query, leak) for leak in leaks(planted, client.get(page + query))]
    for secret in (token, name):
        page = "/review/proposals/?state=all&q="
        results = like(client.get(page + quote(secret)), secret, quote(secret))
        if results != like(client.get(page + "xyzzyplugh"), "xyzzyplugh"):
            problems.append((page, "search", secret))

    assert problems == []


def test_no_page_of_a_hidden_thing_differs_from_one_of_nothing(planted, client, account):
    problems = []
    for _begins, screen in screens():
        _public, secret = numbers_of(screen, account)
        for page in pages_of(screen):
            for number in secret:
                pairs = []
                for one in (number, ABSENT):
                    values: dict = {name: [one] for name in page.parameters}
                    path = next(page.filled(values))
                    pairs.append([
                        like(client.get(path), number, ABSENT),
                        like(client.post(path, {"_accept": "1", "_assign": "1"}), number, ABSENT),
                    ])  # fmt: skip
                if pairs[0] != pairs[1]:
                    problems.append((page.written, number, [one[:2] for one in pairs[0]]))
    pressed = {"_accept": "1", "_assign": "1"}
    for review in review_pages():
        for number in review.secret_from(account):
            answers = [
                [
                    like(client.get(path), number, ABSENT),
                    like(client.post(path, pressed), number, ABSENT),
                ]
                for one in (number, ABSENT)
                for path in review.paths(one, planted.friend.pk)
                for get, post in [(client.get(path), client.post(path, pressed))]
            ]
            if answers[0] != answers[1]:
                problems.append((review.address.written, number, [one[:2] for one in answers[0]]))

    assert problems == []


def test_no_page_of_a_public_thing_shows_what_is_hidden(planted, client, account):
    own = Changeset(author=account, reason="Another word.")
    record = planted.records["organization"]
    own.add("text", record, body="A goal.", text_kind="goal", source=planted.write.source_id)
    own.propose()
    problems, looked_at = [], 0
    for begins, screen in screens():
        public, _secret = numbers_of(screen, account)
        if screen.model is planted.records["organization"]._meta.model:
            public.append(record.pk)
        paths = [f"{begins}add/"]
        for page in pages_of(screen):
            sample = [*public[:1], *public[-1:]]
            paths += page.filled(dict.fromkeys(page.parameters, sample))
        for path in dict.fromkeys(paths):
            answer = client.get(path)
            looked_at += answer.status_code == 200
            problems += [(path, leak) for leak in leaks(planted, answer)]
    paths = ["/admin/", f"/admin/orgs/organization/{record.pk}/change/", *review_lists()]
    paths += ["/review/imports/?label=x", f"/review/records/restrict/?ids={record.pk}"]
    for review in review_pages():
        readable = review.readable_by(account)
        for number in {*readable[:1], *readable[-1:], record.pk, own.pk}:
            paths += review.paths(number, planted.friend.pk)
    for path in paths:
        answer = client.get(path)
        looked_at += answer.status_code == 200
        problems += [(path, leak) for leak in leaks(planted, answer)]

    assert problems == []
    assert looked_at > 30


def test_no_choice_offers_what_is_hidden(planted, client):
    hidden = planted.secret_records["organization hidden"]
    source = Source.objects.exclude(tier=Tier.PUBLIC).first()
    terms = {hidden.slug[:-3], Name.objects.filter(record=hidden).latest("id").text, source.title}
    registered = set(admin.site._registry)
    problems, offered = [], 0
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not field.is_relation or field.related_model not in registered:
                continue
            where = {"app_label": model._meta.app_label, "model_name": model._meta.model_name,
                     "field_name": field.name}  # fmt: skip
            hideable = field.related_model in (Record, Source)
            for term in ("", *(sorted(terms) if hideable else ())):
                answer = client.get("/admin/autocomplete/", {**where, "term": term})
                problems += [(where, term, leak) for leak in leaks(planted, answer)]
                if answer.status_code == 200:
                    results = json.loads(answer.content)["results"]
                    offered += len(results)
                    if term and results:
                        problems.append((where, term, results))
                if term == "" and answer.status_code != 200:
                    break

    assert problems == []
    assert offered > 50


def test_no_action_reaches_what_is_hidden(planted, client, account):
    problems, taken = [], 0
    request = RequestFactory().get("/")
    request.user = account
    for begins, screen in screens():
        _public, secret = numbers_of(screen, account)
        for action in screen.get_actions(request):
            for more in ({"select_across": "1"}, {"select_across": "0"}):
                answer = client.post(begins, {"action": action, "_selected_action": secret, **more})
                taken += 1
                problems += [(begins, action, leak) for leak in leaks(planted, answer)]
                if answer.status_code == 302:
                    after = client.get(answer["Location"])
                    problems += [(begins, action, leak) for leak in leaks(planted, after)]

    assert problems == []
    assert taken > 10


def test_no_form_takes_what_is_hidden(planted, client, account):
    """Rows of other pages, numbers and names in choices: refused as what never was."""
    record = planted.records["organization"]
    page = f"/admin/orgs/organization/{record.pk}/change/"
    blank = typed(client.get(page))
    hidden = planted.secret_records["organization hidden"]
    source = Source.objects.exclude(tier=Tier.PUBLIC).first()
    name = Name.objects.filter(record=hidden).first().text
    kinds = {
        kind: model for kind, model in statement_kinds().items() if f"{kind}-TOTAL_FORMS" in blank
    }
    rows = {
        kind: getattr(model.objects.exclude(tier=Tier.PUBLIC).first(), "pk", ABSENT)
        for kind, model in kinds.items()
    }
    nothing = dict.fromkeys(kinds, ABSENT)
    secret = (rows, hidden.pk, source.pk, name)
    absent = (nothing, ABSENT + 1, ABSENT + 2, "xyzzyplugh")

    for how in ("row", "number", "name"):
        answers = []
        for sent_rows, points_at, cites, typed_name in (secret, absent):
            fields = {n: v for n, v in blank.items() if "-0-" not in n}
            for kind, model in kinds.items():
                fields |= {f"{kind}-TOTAL_FORMS": "1", f"{kind}-INITIAL_FORMS": "0"}
                if how == "row":
                    fields |= {f"{kind}-INITIAL_FORMS": "1", f"{kind}-0-id": str(sent_rows[kind])}
                for field in model.operation_fields():
                    if field.is_relation and field.related_model in (Record, Source):
                        wanted = points_at if field.related_model is Record else cites
                        fields[f"{kind}-0-{field.name}"] = str(wanted) if how != "name" else ""
                        fields[f"{kind}-0-{field.name}-typed"] = typed_name if how == "name" else ""
            answer = client.post(page, fields)
            text = CHANGING.sub("", answer.content.decode())
            for one in (*sent_rows.values(), points_at, cites, typed_name):
                text = text.replace(str(one), "#")
            answers.append((answer.status_code, text))
        assert answers[0] == answers[1], how

    assert not Changeset.objects.filter(author=account).exists()


def test_number_of_a_hidden_record_leads_to_no_address(planted, client):
    from django.contrib.contenttypes.models import ContentType

    hidden = planted.secret_records["organization hidden"]
    for model in (Record, apps.get_model("orgs", "organization")):
        number = ContentType.objects.get_for_model(model, for_concrete_model=False).pk
        answer = client.get(f"/admin/r/{number}/{hidden.pk}/")

        assert hidden.slug not in answer.get("Location", "")
        assert answer.status_code == 404


@pytest.mark.parametrize("page", ["organization", "source"])
def test_key_that_something_hidden_has_is_not_refused(planted, client, page):
    hidden = planted.secret_records["organization hidden"]
    source = Source.objects.exclude(tier=Tier.PUBLIC).first()
    path = f"/admin/orgs/{page}/add/"
    fields = typed(client.get(path)) | {"slug": hidden.slug, "key": source.key, "short": "Short",
                                      "title": "Title", "source_kind": "report",
                                      "observed": "2010"}  # fmt: skip

    answer = client.post(path, fields)

    assert answer.status_code == 302
    assert Changeset.objects.latest("id").state == "proposed"


# What moderators read is noted --------------------------------------------------------------------


def test_every_page_that_shows_a_moderator_what_is_hidden_is_noted_once(planted):
    moderator = editor("moderator@example.org")
    client = signed_in(moderator)
    hidden = planted.secret_records["organization hidden"]
    # Names of accounts are no content of the catalogue.
    lists = [path for path in review_lists() if path != "/review/accounts/undo/"]
    paths = ["/admin/", *lists,
             f"/admin/orgs/record/?q={hidden.slug}",
             f"/review/records/restrict/?ids={hidden.pk}",
             "/review/proposals/?state=all",
             "/admin/autocomplete/?app_label=orgs&model_name=membership&field_name=record"
             "&term=quetzal"]  # fmt: skip
    for begins, screen in screens():
        paths.append(begins)
        first = screen.model._default_manager.order_by("pk").first()
        for page in pages_of(screen):
            for number in filter(None, (first and first.pk, secret_of(planted, screen))):
                values: dict = {name: [number] for name in page.parameters}
                paths += page.filled(values)
    for review in review_pages():
        first = review.things.order_by("pk").first()
        for number in filter(None, (first and first.pk, hidden.pk)):
            paths += review.paths(number, planted.friend.pk)
    problems, noted = [], 0
    for path in dict.fromkeys(paths):
        before = Reading.objects.count()
        answer = client.get(path)
        rows = Reading.objects.count() - before
        shows = answer.status_code == 200 and leaks(planted, answer)
        noted += rows
        if rows > 1 or (shows and rows == 0):
            problems.append((path, rows, shows))

    assert problems == []
    assert noted > 20
    assert {*Reading.objects.values_list("account", flat=True)} == {moderator.pk}
    readings = [f"{one.target_kind} {one.rights}" for one in Reading.objects.all()]
    assert [leak for one in readings for leak in planted.leaks_in(one)] == []


def secret_of(planted: Planted, screen: Any) -> int | None:
    """The number of a hidden record of this screen."""
    for name, record in planted.secret_records.items():
        if name == f"{screen.opts.model_name} hidden":
            return record.pk
    return None
