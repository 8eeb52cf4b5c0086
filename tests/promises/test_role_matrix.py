"""Every address, method, role and level: each role gets as far as the table says, and no further.

The addresses are read from the URLconf, who may open them from `mcs/access.py`, what is asked by
name from a world that has secrets of every level and tier. Whoever may not see a secret gets the
answer that a name gets which never was anything's; and no word of it comes back, by whatever form
or file it is asked for: not in organizations, headers, redirects, messages, files or the log.
"""

import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models

from mcs import access
from mcs.access import ACCESS, SIGN_IN, Subject
from orgs import spam
from orgs.access.roles import Role
from orgs.claims import contact_form
from orgs.projection.analysis import FINDING_KINDS
from orgs.records.record import Level, Record
from orgs.review import correction_form
from tests.conftest import connected_to, copied, dropped
from tests.support.addresses import Address, addresses
from tests.support.planted_world import ABOUT, NUMBER
from tests.support.sampling import WHOLE

from .matrix import (
    LINKS,
    LINKS_OF_HIDDEN,
    TOKEN,
    Actor,
    Answer,
    Form,
    Forms,
    Matrix,
    Rotation,
    Secret,
    class_of,
    kinds_of,
    turns,
)

pytestmark = pytest.mark.xdist_group("role matrix")

STAFF = (Role.EDITOR, Role.MODERATOR, Role.ADMINISTRATOR)
OTHERS = ("partnership", "place", "campaign", "case", "demand", "gathering", "instrument",
          "project")  # fmt: skip
"""The kinds of record whose pages in the admin are the same code as those of organizations."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture(scope="module")
def planted_matrix(django_db_setup, django_db_blocker) -> Iterator[Matrix]:
    """The world, in a database of its own."""
    with django_db_blocker.unblock():
        connection.close()
        name = copied(connection.settings_dict["NAME"])
        with connected_to(name):
            yield Matrix.made()
        dropped(name)


@pytest.fixture
def matrix(planted_matrix: Matrix, settings, monkeypatch) -> Iterator[Matrix]:
    """The world at one moment of time, where messages are sent, and nobody types too fast."""
    settings.EMAIL_SENT = settings.DEMO = True
    for module in (spam, correction_form, contact_form):
        monkeypatch.setattr(module, "MIN_SECONDS", 0)
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield planted_matrix


class Differences:
    """What is not as it should be, and how much has been compared."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.differences: list[str] = []
        self.checks = 0

    def expect(self, right: bool, what: str) -> None:
        """Note a difference, unless it is right."""
        self.checks += 1
        if not right:
            self.differences.append(what)

    def silent(self, answer: Answer, where: str, *requested: str) -> None:
        """Note what an answer tells that is not public, except what was requested."""
        self.checks += 1
        self.differences += [
            f"{where}: {context}" for context in self.matrix.leaked(answer.text, *requested)
        ]

    def are_none(self, least: int) -> None:
        """Fail if there is one, or if too little was compared to say so."""
        print(f"{self.checks} checks, {self.matrix.requests} requests so far")
        assert not self.differences, "\n".join(["", *self.differences[:400]])
        assert self.checks >= least


# The tables list everything -----------------------------------------------------------------------


def test_every_route_is_listed():
    assert access.check_access() == []


def test_a_route_that_is_not_listed_is_an_error(monkeypatch):
    listed = {name: line for name, line in ACCESS.items() if name != "profile-answer"}
    monkeypatch.setattr(access, "ACCESS", {**listed, "profile-gone": ACCESS["profile"]})

    assert [error.msg for error in access.check_access()] == [
        "Nobody has said who may open the route profile-answer.",
        "There is no route profile-gone.",
    ]


def test_every_role_sends_requests(matrix):
    assert {actor.role for actor in matrix.actors} == set(Role)


# Every field that is not public holds a canary ----------------------------------------------------

PUBLIC_TABLES = {"entry", "entrychange", "entryspan", "facet", "gazetteerplace"}
"""Tables that hold nothing but what is public."""
CODED = {"edtf", "observed", "language", "script", "kind"}
"""Fields that hold a date, a tag or a code, in any model."""
WITHOUT_CANARY = {
    "account.password": "a hash", "claim.digest": "a hash", "claim.stop_digest": "a hash",
    "columnmap.headings": "a hash", "confirmation.secret": "a hash", "unlisted.digest": "a hash",
    "invitation.digest": "a hash", "attempt.name": "a hash", "attempt.value": "a count",
    "arena.code": "public", "arena.definition": "public", "arena.label": "public",
    "arena.locator": "public", "relationrule.predicate": "public", "term.code": "public",
    "term.definitions": "public", "term.labels": "public", "term.locator": "public",
    "term.quote": "public", "term.scheme": "public", "term.speaker_name": "public",
    "record.withdrawn_reason": "a class of reason", "assignment.item_kind": "a code",
    "reading.target_kind": "a code", "job.task": "a code", "job.failed": "a code",
    "source.issued": "a date",
}  # fmt: skip
"""Fields of text in which nobody writes what is not public, and why."""


def text_fields(model: type[models.Model]) -> Iterator[models.Field]:
    """Give the fields of a model that can hold words."""
    for one in model._meta.local_fields:
        text = isinstance(one, models.CharField | models.TextField | models.JSONField)
        if (text and not one.choices) or isinstance(one, models.BinaryField):
            yield one


def holds_a_token(table: str, one: models.Field) -> bool:
    """Whether some row holds a token in this field."""
    column = connection.ops.quote_name(one.column)
    binary = isinstance(one, models.BinaryField)
    text = f"encode({column}, 'escape')" if binary else f"{column}::text"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)}"  # noqa: S608
            f" WHERE {text} ~ %s)",
            (TOKEN.pattern,),
        )
        return cursor.fetchone()[0]


def test_every_field_that_is_not_public_holds_a_canary(matrix):
    without = []
    for app in ("orgs", "campaigns"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model._meta.proxy or model._meta.model_name in PUBLIC_TABLES:
                continue
            for one in text_fields(model):
                if one.name not in CODED and not holds_a_token(model._meta.db_table, one):
                    without.append(f"{model._meta.model_name}.{one.name}")

    assert sorted(set(without) - WITHOUT_CANARY.keys()) == []
    assert sorted(WITHOUT_CANARY.keys() - set(without)) == []


def test_fifty_records_are_not_public(matrix):
    secret = Record.objects.exclude(level=Level.LISTED)

    assert secret.count() >= 50
    assert {*secret.values_list("kind", flat=True)} == {*ABOUT}
    assert len(matrix.origins) >= 3_000


# Each role gets as far as the table says ----------------------------------------------------------


def public_values(matrix: Matrix, address: Address) -> dict[str, Any]:
    """A value for each parameter of an address, of something that is there and public."""
    kind = next(iter(kinds_of(address)), "organization") if address.parameters else ""
    kind = kind if kind in matrix.light else "organization"
    light, other = (record for record in matrix.light[kind])
    # What our representative may do is done on the pages of what they represent.
    own = {"organization": matrix.own, "partnership": matrix.records["partnership"]}
    record = light if address.of_editors else own.get(kind, light)
    if address.name in ("attest", "organizations-network"):
        record = own["partnership"]
    if address.kinds[:1] == ("source",) or "sources" in address.written:
        record = matrix.write.source
    object_ids = {
        "source": matrix.write.source_id,
        "term": matrix.write.terms["identity:women"], "arena": "membership",
        "group": matrix.group.pk, "account": matrix.own_upload.account_id,
        "unlisted": matrix.unlisted.pk, "reading": matrix.reading.pk,
    }  # fmt: skip
    model = address.name.partition("_")[2].partition("_")[0]
    model = model or address.written.strip("/").split("/")[-2:][0]
    slug = getattr(record, "slug", getattr(record, "key", ""))
    special: dict[str, dict[str, Any]] = {
        "arenas-page": {"slug": "membership"},
        "proposals-page": {"number": matrix.own_changeset.pk},
        "propositions-page": {"number": 6}, "recommendations-page": {"number": 1},
        "analysis-page": {"name": next(iter(FINDING_KINDS))},
        "developers-collection": {"name": "organizations"},
        "profile-answer": {"number": matrix.answerable},
        "changes-retrieve": {"name": 3}, "terms-retrieve": {"name": "identity:women"},
        "arenas-retrieve": {"name": "membership"},
        "memberships-retrieve": {"name": matrix.membership},
        "representative": {"slug": matrix.own.slug},
        "permanent": {"name": matrix.own.key},
        "review-proposal": {"number": matrix.own_changeset.pk},
        "review-undo": {"number": matrix.change.pk},
        "review-redact": {"number": matrix.change.pk},
        "review-claim": {"number": matrix.claim.pk},
        "review-correction": {"number": matrix.correction.pk},
        "review-duplicate": {"goes": record.pk, "stays": other.pk},
        "review-distinct": {"goes": record.pk, "stays": other.pk},
        **{name: {"secret": secret} for name, secret in LINKS.items()},
    }  # fmt: skip
    return {
        "slug": slug, "name": slug, "scheme": "identity", "rest": "organizations",
        "url": "orgs/organization",
        "number": record.pk, "other": other.pk, "object_id": object_ids.get(model, record.pk),
        "id": object_ids["account"], "content_type_id": matrix.content_type, "app_label": "orgs",
        "secret": "nothing", "key": matrix.own_upload.key, "pk": 1,
        **special.get(address.name, {}),
    }  # fmt: skip


def query_for(matrix: Matrix, address: Address) -> str:
    """The query without which an address shows nothing."""
    light = matrix.light["organization"][0]
    return {
        "corrections": f"?about={matrix.own.pk}",
        "review-restrict": f"?ids={light.pk}",
        "review-withdraw": f"?ids={light.pk}",
        "review-import": f"?label={matrix.label_of_import}",
        "autocomplete": "?app_label=orgs&model_name=presence&field_name=place&term=lig",
    }.get(address.name, "")  # fmt: skip


AS_IT_STANDS = re.compile(
    r"mfa_(re|de|edit|remove|view|download)\w+|account_reauthenticate|account_set_password"
)
"""Pages of one's own account that are there or not by what the account has: an app, a password."""


def expected_of(actor: Actor, address: Address, method: str) -> set[str]:
    """The classes of answer that the table allows."""
    line = ACCESS[address.listed_as]
    owns = line.subject is not Subject.OWN or actor.name == "account" or actor.role is Role.READER
    if not (actor.reaches(line, method) and owns):
        # Who is refused need not learn which methods there are.
        refused = {one.value for one in actor.refused(line, address.of_editors)}
        if AS_IT_STANDS.fullmatch(address.name) and actor.role is not Role.READER:
            refused.add("allowed")  # they are led to where they confirm that it is they
        return refused if line.allows(method) else {*refused, "method"}
    if not line.allows(method):
        return {"method"}
    if AS_IT_STANDS.fullmatch(address.name):
        return {"allowed", "back", "absent", "forbidden"}
    if address.name in SIGN_IN:
        return {"allowed", "back", "sign_in", "method"}
    return {"allowed", "back"}


def methods_for(address: Address, actor: Actor, turn: Rotation) -> Iterator[str]:
    """Give the methods with which an actor asks: to read, to send, and one of the others.

    In the admin, most of those who do not come in ask some addresses each; and so do editors of
    the nine kinds of record, which have one code. With MCS_MATRIX everybody asks everything.
    """
    line = ACCESS[address.listed_as]
    others = [one for one in METHODS if one != "GET" and (one != "POST" or not line.allows(one))]
    sends = ["POST"] if line.allows("POST") else []
    if WHOLE:
        yield from ("GET", *sends, *others)
        return
    other = others[turn(f"others {actor.name}") % len(others)]
    same = address.of_editors and any(f"/{kind}/" in address.written for kind in OTHERS)
    every = len(OTHERS) if same else 1
    if address.of_editors and actor.role not in STAFF:
        every = 6 if same else 3
    elif address.of_api or (actor.moderates and line.least is Role.EDITOR and not same):
        # The API asks nobody who they are; what editors may open, all who moderate may.
        every = 2
    if turn(f"every {actor.name}") % every == actor.place % every:
        names_tried = ["GET", *sends]
        yield from (
            names_tried
            if every == 1 or actor.role in STAFF
            else names_tried[turn("some") % len(names_tried) :][:1]
        )
    if turn(f"other {address.written}") % 6 == 0:
        yield other


def test_each_role_gets_as_far_as_the_table_says(matrix):
    differences, turn = Differences(matrix), turns()

    for address in addresses():
        path = next(address.filled({n: [v] for n, v in public_values(matrix, address).items()}))
        path += query_for(matrix, address)
        for actor in matrix.actors:
            for method in methods_for(address, actor, turn):
                sent = {"key": matrix.key_of(actor), "answer": "close"} if method == "POST" else {}
                with matrix.moment():
                    answer = matrix.request(actor, method, path, sent)
                where = f"{method} {path} as {actor.name}: {answer.status} {answer.location}"
                got, wanted = class_of(answer, path), expected_of(actor, address, method)
                if method == "OPTIONS":
                    # It says which methods there are, or that there is nothing to say.
                    wanted |= {"allowed", "method"}
                differences.expect(got in wanted, f"{where}, expected {wanted}")
                if not (address.of_editors and actor.moderates):
                    differences.silent(answer, where, path)

    differences.are_none(4_500)


# What is not public answers as if it did not exist ------------------------------------------------


LEVELS = ("hidden", "embargoed", "withdrawn", "name withheld", "merged into hidden")


BY_QUESTION = {"corrections": "about", "corrections-sent": "about",
               "review-restrict": "ids", "review-withdraw": "ids"}  # fmt: skip
"""The parameter that says what an address is about, where its path does not."""


def identifying_parameter(address: Address) -> str:
    """The parameter that says what an address is about; empty if its path does."""
    return BY_QUESTION.get(address.name, "")


def fits(secret: Secret, address: Address) -> bool:
    """Whether this name could be requested at an address."""
    if secret.kind == "upload":
        return address.name in ("upload", "upload-problems")
    if secret.kind == "change":
        number = "/proposals/" in address.written
        return secret.name_kind == ("proposal" if number else "key") and (number or address.of_api)
    if secret.name_kind == "statement":
        return address.name in (
            "permanent",
            "profile-answer",
            "memberships-retrieve",
            "corrections",
        )
    if address.of_editors or identifying_parameter(address):
        return secret.name_kind == "pk"
    if address.name == "permanent":
        return secret.name_kind in ("pk", "key")
    return secret.name_kind in ("slug", "former", *(("key", "pk") if address.of_api else ()))


def secrets_by_level(address: Address, secrets: list[Secret]) -> dict[str, list[Secret]]:
    """What may be requested at an address by a name that is not public, by level."""
    kinds = kinds_of(address) if address.parameters or identifying_parameter(address) else ()
    entries: dict[str, list[Secret]] = {}
    for secret in secrets:
        statement = secret.name_kind == "statement" and kinds
        if (secret.kind in kinds or statement) and fits(secret, address):
            entries.setdefault(secret.level, []).append(secret)
    return entries


def named(matrix: Matrix, address: Address, name: str) -> str:
    """An address that is about the thing of this name."""
    values = public_values(matrix, address)
    if address.parameters:
        return address.written % {**values, address.parameters[-1]: name} + query_for(
            matrix, address
        )
    return f"{address.written}?{identifying_parameter(address)}={name}"


def withdrawn_once_public(secret: Secret, answer: Answer) -> bool:
    """Whether an answer is the day and class of reason that stay of a withdrawn record."""
    return (
        secret.level == "withdrawn" and secret.name_kind in ("key", "pk") and answer.status == 410
    )


def test_what_is_not_public_answers_as_if_it_did_not_exist(matrix):
    differences, turn = Differences(matrix), turns()
    pairs = Pairs(matrix, differences)

    for address in addresses():
        line = ACCESS[address.listed_as]
        if line.subject not in (Subject.RECORD, Subject.OWN):
            continue
        actors = some_of(matrix.actors, 1 if address.of_api else 2, turn)
        if line.least is Role.REPRESENTATIVE:
            actors = [*actors, matrix.actor("representative")]
        if address.of_editors:
            actors = [matrix.actor("editor")]
        same = address.of_editors and any(f"/{kind}/" in address.written for kind in OTHERS)
        for level, secrets in secrets_by_level(address, matrix.secrets).items():
            if same and not WHOLE and turn("same") % 3:
                continue
            # A review page serves all kinds of record.
            for _ in range(3 if address.written.startswith("/review/") else 1):
                secret = secrets[turn(f"{address.written} {level}") % len(secrets)]
                for actor, method in itertools.product(actors, ("GET", "POST")):
                    if not line.allows(method):
                        continue

                    def steps(name, actor=actor, method=method, address=address):
                        path = named(matrix, address, name)
                        sent = sent_by(matrix, actor) if method == "POST" else {}
                        answer = matrix.request(actor, method, path, sent)
                        return [answer, *looked_at_then(matrix, actor, address, method)]

                    pairs.compare(actor, secret, f"{method} {address.written}", steps)
    for name, hidden in LINKS_OF_HIDDEN.items():
        address = next(one for one in addresses() if one.name == name)
        secret = Secret("hidden", "organization", "link", hidden, "u" * len(hidden))
        for actor, method in itertools.product(matrix.actors, ("GET", "POST")):

            def steps(link, actor=actor, method=method, address=address):
                return [matrix.request(actor, method, address.written % {"secret": link})]

            # Those notified of a claim stop it, also when its organization is hidden since.
            stops = name == "claim-stop"
            pairs.compare(actor, secret, f"{method} {address.written}", steps, drawn=stops)

    differences.are_none(2_000)


def some_of(actors: list[Actor], how_many: int, turn: Rotation) -> list[Actor]:
    """So many of the actors, in turns; all of them with MCS_MATRIX."""
    if WHOLE:
        return actors
    return [actors[turn("some of all") % len(actors)] for _ in range(how_many)]


def sent_by(matrix: Matrix, actor: Actor) -> dict[str, str]:
    """Fields by which most forms of one thing go on: a key, an answer, a reason."""
    return {"key": matrix.key_of(actor), "how": "other", "go": "on", "reason": "Why."}


def looked_at_then(matrix: Matrix, actor: Actor, address: Address, method: str) -> list[Answer]:
    """The pages on which what a representative has typed about something is read again."""
    if not (actor.represents and method == "POST" and address.name == "profile-answer"):
        return []
    own = f"/organizations/{matrix.own.slug}/profile"
    return [matrix.request(actor, "GET", f"{own}/{page}") for page in ("preview/", "answers/", "")]


class Pairs:
    """Compares what is answered to a name that is not public with what is answered to nothing's."""

    def __init__(self, matrix: Matrix, differences: Differences) -> None:
        self.matrix, self.differences = matrix, differences
        self.absent: dict[tuple[str, ...], list[tuple]] = {}

    def compare(
        self,
        actor: Actor,
        secret: Secret,
        where: str,
        steps: Callable[[str], list[Answer]],
        drawn: bool = False,
    ) -> None:
        """Compare the answers to a name that is not public and to an absent one of the same shape.

        `steps` takes a name, asks, and returns the answers in their order. `drawn` are pages that
        are never the same for two names: they are searched, and not compared.
        """
        with self.matrix.moment():
            answers = steps(secret.value)
        context = f"{where} as {actor.name}, {secret.level} {secret.kind} by {secret.name_kind}"
        for answer in answers:
            self.differences.silent(answer, context, secret.value)
        if drawn or withdrawn_once_public(secret, answers[0]):
            return
        shape = (where, actor.name, secret.name_kind, str(len(secret.absent)))
        if shape not in self.absent:
            with self.matrix.moment():
                self.absent[shape] = [one.without(secret.absent) for one in steps(secret.absent)]
        alike = [one.without(secret.value) for one in answers] == self.absent[shape]
        codes = [one.status for one in answers]
        self.differences.expect(alike, f"{context}: {codes}, not as for what does not exist")


# No question tells of it --------------------------------------------------------------------------

PARAMETER = re.compile(r"""GET(?:\.get|\.getlist)?[\[(]\s*"([a-z_]+)\"|"([a-z_]+)" in \w*\.GET""")
SENT = re.compile(
    r"""(?:POST|sent|pressed|given)(?:\.get|\.getlist)?[\[(]\s*"([a-z_]+)\""""
    r"""|"([a-z_]+)" in (?:\w+\.)*(?:POST|pressed)\b"""
)


def module_of(address: Address) -> str:
    """The module of the view of an address."""
    view = getattr(address.view, "view_class", None) or getattr(address.view, "cls", None)
    return (view or inspect.unwrap(address.view)).__module__


def named_in(address: Address, pattern: re.Pattern) -> list[str]:
    """The names that the code of a view asks a request for."""
    view = getattr(address.view, "view_class", None) or getattr(address.view, "cls", None)
    view = view or inspect.unwrap(address.view)
    if not view.__module__.startswith(("orgs", "campaigns", "mcs")):
        return []
    text = inspect.getsource(inspect.getmodule(view))
    return list(dict.fromkeys(one or other for one, other in pattern.findall(text)))


COUNTING = ("known_at", "since", "limit", "page")


def by_turns(secrets: list[Secret], what: str) -> list[Secret]:
    """Secrets ordered so that one of each level, or kind, comes before a second of any."""
    groups: dict[str, list[Secret]] = {}
    for secret in secrets:
        groups.setdefault(getattr(secret, what), []).append(secret)
    rows = itertools.zip_longest(*groups.values())
    return [one for row in rows for one in row if one is not None]


def parameters_of(address: Address) -> dict[str, tuple[str, ...]]:
    """Every parameter that an address takes, with the kinds of thing that it names."""
    view = getattr(address.view, "cls", None) or getattr(address.view, "view_class", None)
    filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
    entries = {name: tuple(getattr(one, "kinds", ())) for name, one in filters.items()}
    if address.of_api and address.name.endswith("-list"):
        entries |= dict.fromkeys(("fields", "facets", "sort", "cursor", "as_of", "format"), ())
    entries |= {name: () for name in named_in(address, PARAMETER) if name not in entries}
    # To these a number of whatever it be is a number: of a change, a page, how many.
    return {name: kinds for name, kinds in entries.items() if name not in COUNTING}


def test_no_parameter_reveals_what_is_not_public(matrix):
    differences, turn = Differences(matrix), turns()
    pairs = Pairs(matrix, differences)
    everything = by_turns(by_turns(matrix.secrets, "level"), "kind")
    by_kind: dict[str, list[Secret]] = {}
    for secret in everything:
        by_kind.setdefault(secret.kind, []).append(secret)
    everything = [one for one in everything if one.kind not in ("upload", "change")]

    for address in addresses():
        line = ACCESS[address.listed_as]
        actors = [a for a in matrix.actors if a.reaches(line, "GET") and not a.moderates]
        if not actors or (address.parameters and line.subject is Subject.SITE):
            continue
        path = next(address.filled({n: [v] for n, v in public_values(matrix, address).items()}))
        for parameter, kinds in parameters_of(address).items():
            fitting = [one for kind in kinds for one in by_kind.get(kind, ())] or everything
            for _ in range(6 if WHOLE else 1):
                secret = fitting[turn(f"secret {len(fitting)}") * 7 % len(fitting)]
                actor = actors[turn("actor") % len(actors)]
                before = query_for(matrix, address)
                if before.startswith(f"?{parameter}="):
                    before = ""
                pairs.compare(
                    actor, secret, f"GET {path}?{parameter}",
                    lambda name, actor=actor, path=path, parameter=parameter, before=before: [
                        matrix.request(
                            actor, "GET", f"{path}{before or '?'}&{parameter}={quote(name)}"
                        )
                    ],
                )  # fmt: skip

    differences.are_none(1_500)


# No form tells of it ------------------------------------------------------------------------------

FOLLOWED = 2
"""Redirects that are followed after a form was sent."""
NAME_KINDS = ("name", "slug", "key", "pk", "former", "statement")
"""What a field is given in turn: the names, addresses, keys and numbers of what is not public."""
COLUMNS = ("id", "slug", "name (official, en)", "place (seat)", "member of")
SAMPLE = "Nueva"
"""What stands in a field that is not the one in question."""


def sheet(**cells: str) -> SimpleUploadedFile:
    """A spreadsheet of one row."""
    row = {"name (official, en)": SAMPLE, **cells}
    lines = [",".join(f'"{one}"' for one in COLUMNS), ",".join(row.get(c, "") for c in COLUMNS)]
    return SimpleUploadedFile("sheet.csv", "\n".join(lines).encode(), "text/csv")


class Sender:
    """Fills in the forms of an address as one actor, and reads what comes of it."""

    def __init__(self, matrix: Matrix, actor: Actor, address: Address, path: str) -> None:
        self.matrix, self.actor, self.address, self.path = matrix, actor, address, path

    def forms(self) -> list[Form]:
        """The forms of the page that lead back to it, each shape once; one at least."""
        with self.matrix.moment():
            page = self.matrix.request(self.actor, "GET", self.path)
        here = self.path.partition("?")[0]
        entries: dict[tuple, Form] = {}
        for form in Forms(page.body).all if page.status == 200 else ():
            if form.action.partition("?")[0] in ("", here):
                entries.setdefault(tuple(sorted(form.fields)), form)
        return [*entries.values()] or [Form("")]

    def filled(self, form: Form, button: int, field: str, text: str) -> dict[str, Any]:
        """What a browser would send, with a choice made where none was, and this text."""
        data: dict[str, Any] = {}
        for name, values in form.fields.items():
            choices = form.choices.get(name)
            default = "someone@example.org" if re.search("mail|address$|login", name) else SAMPLE
            data[name] = [one for one in values if one] or (choices or [default])[-1:]
        if self.address.name in ("corrections", "write-to"):
            data.pop("website", None)
            data.pop(contact_form.HONEYPOT_FIELD, None)
        if self.address.name.startswith("profile"):
            data["key"] = self.matrix.key_of(self.actor)
        data |= {name: sheet() for name in form.files}
        if self.address.name == "uploads":
            data["address"] = f"/sources/{self.matrix.write.source.key}/"
            data["observed"] = ""
            text = f"/sources/{text}/" if field == "address" else text
        buttons = [one for one in form.buttons if one[0]]
        if buttons:
            name, value = buttons[button % len(buttons)]
            data[name] = value
        file, _, column = field.partition(".")
        data[file if file in form.files else field] = (
            sheet(**{column: text}) if file in form.files else text
        )
        return data

    def send(self, form: Form, data: dict[str, Any], again: bool = True) -> list[Answer]:
        """Send a form, go where it leads, and read the page again as the same account."""
        for value in data.values():
            if isinstance(value, SimpleUploadedFile):
                value.seek(0)
        answers = [self.matrix.request(self.actor, "POST", form.action or self.path, data)]
        of_profile = self.address.name.startswith("profile-")
        for _ in range(0 if of_profile and again else FOLLOWED):
            if not 300 < answers[-1].status < 400:
                break
            answers.append(self.matrix.request(self.actor, "GET", answers[-1].location))
        if answers[0].status < 400 and again:
            answers.append(self.matrix.request(self.actor, "GET", self.path))
            if of_profile:
                look = f"/organizations/{self.matrix.own.slug}/profile/preview/"
                answers.append(self.matrix.request(self.actor, "GET", look))
        return answers


def writers(matrix: Matrix, address: Address) -> list[Actor]:
    """Who sends the forms of an address: those with the fewest rights that may."""
    line = ACCESS[address.listed_as]
    may = [one for one in matrix.actors if one.reaches(line, "POST") and not one.moderates]
    if line.subject is Subject.OWN:
        may = [one for one in may if one.name == "account"]
    return may[:1]


def has_forms(address: Address) -> bool:
    """Whether the forms of an address are filled in here: those of public pages and of accounts.

    The editors' forms are asked by the number of what they are about, with the levels above.
    """
    return ACCESS[address.listed_as].allows("POST") and not address.of_editors


def test_no_form_reveals_what_is_not_public(matrix):
    differences, turn = Differences(matrix), turns()
    pairs = Pairs(matrix, differences)
    by_name_kind: dict[str, list[Secret]] = {}
    for secret in by_turns(matrix.secrets, "level"):
        # A short number is the beginning of a year, and finds what is public by that.
        if not secret.value.isdigit() or NUMBER.fullmatch(secret.value):
            by_name_kind.setdefault(secret.name_kind, []).append(secret)

    for address in addresses():
        for actor in writers(matrix, address) if has_forms(address) else ():
            path = next(address.filled({n: [v] for n, v in public_values(matrix, address).items()}))
            sender = Sender(matrix, actor, address, path + query_for(matrix, address))
            for form in sender.forms():
                # Of one module each address has some of what its code asks for.
                more = [one for one in named_in(address, SENT) if one not in form.fields]
                more = [one for one in more if WHOLE or turn(f"{one} {module_of(address)}") < 1]
                cells = [f"{name}.{column}" for name in form.files for column in COLUMNS]
                for name in (*form.fields, *cells, *more):
                    if name in ("csrfmiddlewaretoken", "key", "stamp", "begun"):
                        continue
                    for secret in tried_in(name, by_name_kind, turn):
                        count = len(form.buttons) or 1
                        every = WHOLE or secret.level == "on the register"
                        for button in range(count) if every else [turn("button") % count]:

                            def steps(text, form=form, name=name, button=button, sender=sender):
                                # What names nothing is read again where a form leads, no more.
                                again = WHOLE or name in POINTED_AT
                                data = sender.filled(form, button, name, text)
                                return sender.send(form, data, again)

                            where = f"POST {address.written} {name} {button}"
                            pairs.compare(
                                actor, secret, where, steps, drawn=address.name in DRAWN_ANEW
                            )

    differences.are_none(550)


DRAWN_ANEW = ("mfa_activate_totp", "mfa_add_webauthn")
"""Pages that show a secret of their own, another one each time."""
POINTED_AT = {
    # What is typed as a place is found in one way, in every form.
    "seat": "place", "place": "place", "country": "place", "partnership": "partnership",
    "address": "source",
    "name": "organization", "name-0": "organization", "file.id": "organization",
    "file.slug": "organization", "file.name (official, en)": "organization",
    "file.place (seat)": "place", "file.member of": "partnership",
}  # fmt: skip
"""Fields that name something of the catalogue, and of which kind."""


def tried_in(field: str, by_name_kind: dict[str, list[Secret]], turn: Rotation) -> Iterator[Secret]:
    """Give the names that a field is given in turn.

    A field that names something gets a name of every level; every field gets something else.
    """
    kind = POINTED_AT.get(field, "organization")
    fitting = {
        name_kind: [one for one in secrets if one.kind == kind] or secrets
        for name_kind, secrets in by_name_kind.items()
    }
    names = ["name"] if field in POINTED_AT else []
    names_tried = (
        NAME_KINDS if WHOLE else [*names, NAME_KINDS[1 + turn("sort") % (len(NAME_KINDS) - 1)]]
    )
    for name_kind in names_tried:
        if name_kind == "name" and field in POINTED_AT:
            yield from {one.level: one for one in fitting[name_kind]}.values()
        else:
            yield fitting[name_kind][turn(f"{kind} {name_kind}") % len(fitting[name_kind])]
