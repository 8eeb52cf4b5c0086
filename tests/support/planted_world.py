"""A small public world, and secrets of every kind planted in it, each with tokens of its own.

A token is a word that stands in one secret only. Wherever it is seen in public, that secret has
leaked. `Planted.origins` says what each token stands in.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection, models

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.profiles.own_source import own_source
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.statements.name import Name
from orgs.statements.statement import Statement, statement_kinds
from tests.support.writing import Writer

ABOUT = {
    "place": "es",
    "organization": "luz",
    "partnership": "red",
    "gathering": "encuentro",
    "campaign": "campana",
    "instrument": "convenio",
    "project": "proyecto",
    "demand": "demanda",
    "case": "caso",
}
"""The public record of each kind, by its slug."""

ALONE = {"place": "lugar", "organization": "sola", "gathering": "feria", "instrument": "ley"}
"""Public records of which nothing is said in public that mentions another: a secret would show."""

SECRET_NUMBERS = 7_193_558_000_000
"""Where the numbers of secret things begin, so that they too are recognized: 7193558..."""

TOKEN = re.compile(r"quetzal[a-z]{4}xoc")
"""The tokens, which stand in secrets only."""

NUMBER = re.compile("7193558[0-9]{6}")


class Planted:
    """A public world with one record of each kind and statements about them; secrets on request."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        self.origins: dict[str, str] = {}
        self.secret_records: dict[str, Record] = {}
        self.records = {
            kind: write.record(kind, slug, slug.title()) for kind, slug in ABOUT.items()
        }
        self.friend = write.record("organization", "amiga", "Amiga")
        self.alone = {kind: write.record(kind, slug, slug.title()) for kind, slug in ALONE.items()}
        self.quoted = write.record("organization", "vocera", "Vocera")
        self.city = write.record("place", "madrid", "Madrid")
        write.say("presence", write.record("organization", "vecina"), place=self.alone["place"],
                  role="seat")  # fmt: skip
        write.say(
            "relation",
            self.city,
            predicate=write.term("predicate:part_of"),
            object=self.records["place"],
        )
        write.say("presence", self.friend, place=self.city, role="seat")
        self.add_statements(
            lambda kind, field: f"{kind} {field}", lambda kind: self.records[about(kind)]
        )
        self.second = write.another_source("second", published_by=self.friend)

    # Statements of every kind

    def values(self, kind: str) -> dict[str, Any]:
        """What a statement of this kind needs besides texts: other records, terms, codes."""
        terms = self.write.terms
        return {
            "arena_placement": {"arena": "space"},
            "existence": {"event": "founded"},
            "name": {"language": "en", "name_kind": "variant"},
            "text": {"language": "en", "text_kind": "summary"},
            "presence": {"place": self.records["place"], "role": "acts_in"},
            "membership": {"partnership": self.records["partnership"]},
            "involvement": {"undertaking": self.records["campaign"], "role": "joins"},
            "legal_act": {"actor": self.records["place"], "act": "ratified"},
            "context": {"dimension": terms["dimension:freedom_of_association"]},
            "coverage": {"verdict": "found"},
            "trait": {"term": terms["identity:women"]},
            "figure": {"measure": terms["measure:participants"], "low": 7},
            "relation": {
                "predicate": terms["predicate:collaborates_with"],
                "object": self.friend,
            },
            "identifier": {},
            "link": {"link_kind": "website"},
            "contact": {"contact_kind": "email"},
            "withheld": {"reason": "safety"},
        }[kind]

    def texts(self, kind: str, token: Callable[[str, str], str]) -> dict[str, str]:
        """Texts for every free text of a statement of this kind."""
        given = self.values(kind)
        texts = {}
        for field in statement_kinds()[kind].operation_fields():
            free = isinstance(field, models.CharField | models.TextField) and not field.choices
            if free and field.name not in {*given, "edtf", "script"}:
                text = token(kind, field.name)
                slug = re.sub("[^a-z0-9]+", "-", text.lower())
                texts[field.name] = {
                    "url": f"https://{slug}.example/",
                    "scheme": slug,
                    "field": slug,
                }.get(field.name, text)
        return texts

    def add_statements(
        self,
        token: Callable[[str, str], str],
        record_for: Callable[[str], Record],
        only: Callable[[str], bool] = lambda kind: True,
        **more: Any,
    ) -> None:
        """Add one statement of every kind, all in one accepted proposal.

        `token` gives the text of a field (kind, field), `record_for` the record that a kind
        is said about; `more` are values that every statement gets.
        """
        # Reasons are public once accepted, unless all that they explain is secret.
        open_reason = more.pop("reason", "")
        changeset = Changeset(reason=open_reason or token("proposal", "reason"))
        for kind, model in statement_kinds().items():
            if not only(kind):
                continue
            own = {"voice": "own"} if kind == "contact" and "tier" not in more else {}
            values = {**self.values(kind), **self.texts(kind, token), **own}
            values |= {"tier": Tier.PUBLIC, **more}
            other = values.pop("object", None) if "object" in more else None
            if other is not None and model.object_name:
                values[model.object_name] = other
                values |= {"role": "participates"} if kind == "involvement" else {}
            changeset.add(kind, record_for(kind), **{"source": self.write.source_id, **values})
        if not changeset.is_empty():
            changeset.propose().accept()

    # Tokens

    def token(self, what: str) -> str:
        """A new word that stands in this secret only."""
        number, letters = len(self.origins), ""
        for _ in range(4):
            number, rest = divmod(number, 26)
            letters += chr(97 + rest)
        token = f"quetzal{letters}xoc"
        assert TOKEN.fullmatch(token)
        self.origins[token] = what
        return token

    def tokens(self, where: str) -> Callable[[str, str], str]:
        """A maker of tokens that stand there."""
        return lambda kind, field: self.token(f"{where}: {field} of a {kind}")

    def leaks_in(self, text: str) -> list[str]:
        """What has leaked into a text."""
        tokens = set(TOKEN.findall(text))
        seen = [
            origin
            for token, origin in self.origins.items()
            if (token in tokens if TOKEN.fullmatch(token) else token in text)
        ]
        return seen + [f"the number {number}" for number in NUMBER.findall(text)]

    # Secrets

    def plant_statements(self) -> None:
        """Add every kind of statement for vetted partners and representatives only, and from
        sources they read.
        """
        for tier in (Tier.VETTED, Tier.REPRESENTATIVES):
            for records in (self.records, self.alone):
                self.add_statements(
                    self.tokens(f"a statement for {tier.label}"),
                    lambda kind, records=records: records[about(kind)],
                    lambda kind: kind != "withheld",
                    tier=tier,
                )
                self.add_statements(
                    self.tokens(f"a statement from a source for {tier.label}"),
                    lambda kind, records=records: records[about(kind)],
                    lambda kind: kind not in ("withheld", "identifier", "contact"),
                    source=self.secret_source(tier).pk,
                )

    def secret_source(self, tier: Tier) -> Source:
        """A new source that only this tier reads; it cites and is cited."""
        token = self.tokens(f"a source for {tier.label}")
        source = self.write.another_source(
            token("source", "key"),
            **{
                name: token("source", name)
                for name in ("short", "title", "authors", "container", "publisher", "note")
            },
            urls=[f"https://{token('source', 'urls')}.example/"],
            published_by=self.friend,
            tier=int(tier),
        )
        changeset = Changeset(reason=token("proposal", "reason"))
        cited = {"source": source, "cites": self.second}
        changeset.change_reference(
            "citation", locator=token("citation", "locator"),
            as_printed=token("citation", "as_printed"),
            note=token("citation", "note"), **cited,
        )  # fmt: skip
        changeset.propose().accept()
        return source

    def secret_record(self, kind: str, level: Level, **fields: Any) -> Record:
        """A new record that was never public, about which everything is said."""
        where = f"a {kind} that is {level.label}"
        token = self.tokens(where)
        changeset = Changeset(reason=token("proposal", "reason"), label=token("proposal", "label"))
        record = changeset.record(kind, token("record", "slug"))
        changeset.add(
            "name", record, text=token("name", "text"), language="en", preferred=True,
            source=self.write.source_id,
        )  # fmt: skip
        changeset.change_record(record, level=level, **fields)
        changeset.propose().accept()
        record = Record.objects.get(pk=record.pk)
        self.origins[str(record.key)] = f"{where}: its key"
        self.add_statements_about(record, where)
        self.secret_records[f"{kind} {level}"] = record
        return record

    def add_statements_about(self, record: Record, where: str, reason: str = "") -> None:
        """Add every kind of statement about a secret record, and some that point at it."""
        kinds = statement_kinds()
        self.add_statements(
            self.tokens(where),
            lambda kind: record,
            lambda kind: (
                record.kind in kinds[kind].about_kinds
                and not (kind == "arena_placement" and record.kind != "gathering")
                and not (kind == "relation" and record.kind not in ("organization", "partnership"))
            ),
        )
        self.add_statements(
            self.tokens(f"pointing at {where}"),
            lambda kind: self.alone[about(kind)],
            lambda kind: (
                record.kind in kinds[kind].object_kinds
                and bool(kinds[kind].object_name)
                and not (kind == "relation" and record.kind not in ("organization", "partnership"))
                and not (kind == "involvement" and record.kind not in ("gathering", "campaign"))
            ),
            object=record,
            reason=reason,
            # A speaker whom no one else quotes: who quotes a secret must not be seen quoting.
            speaker=self.quoted,
            speaker_name="",
        )

    def plant_records(self) -> None:
        """Make records that were never public: hidden ones of every kind, embargoed, withdrawn."""
        for kind in ABOUT:
            self.secret_record(kind, Level.HIDDEN)
        self.secret_record("organization", Level.EMBARGOED, embargo_until=date(9999, 1, 1))
        hidden = self.secret_records["organization hidden"]
        country = self.secret_records["place hidden"]
        write = self.write
        # An organization in a city is in its country, but not in a secret one, nor by way of one.
        part_of = write.term("predicate:part_of")
        token = self.tokens("a secret country")
        for place, wider in (
            (self.city, country),
            (self.alone["place"], country),
            (country, self.records["place"]),
        ):
            changeset = Changeset(reason=token("proposal", "reason"))
            changeset.add(
                "relation", place, predicate=part_of, object=wider, source=write.source_id,
                detail=token("relation", "detail"),
            )  # fmt: skip
            changeset.propose().accept()
        # Who speaks is secret, what is said is not; who published a source is secret, too.
        changeset = Changeset(reason=token("proposal", "reason"))
        changeset.add("text", hidden, body=token("text", "body"), text_kind="goal", speaker=hidden,
                   source=write.source_id)  # fmt: skip
        changeset.propose().accept()
        representative = self.account("who speaks for a hidden body")
        Representative.objects.create(account=representative, record=hidden)
        changeset = Changeset(
            reason=token("proposal", "reason"), author=representative, on_behalf=hidden
        )
        changeset.add("text", hidden, body=token("text", "body"), text_kind="goal", voice="own",
                   source=own_source(changeset, hidden))  # fmt: skip
        changeset.propose().accept()

    def plant_changesets(self) -> None:
        """Leave proposals in the queue, reject one, keep a draft."""
        for state in ("proposed", "rejected", "draft"):
            token = self.tokens(f"a {state} proposal")
            changeset = Changeset(
                reason=token("proposal", "reason"),
                label=token("proposal", "label"),
                author=self.account(f"the author of a {state} proposal"),
                on_behalf=self.secret_records.get("organization hidden"),
            )
            record = changeset.record("organization", token("record", "slug"))
            changeset.add(
                "name", record, text=token("name", "text"), language="en", preferred=True,
                source=self.write.source_id,
            )  # fmt: skip
            changeset.change_reference(
                "term", scheme="identity", code=token("term", "code"),
                labels={"en": token("term", "labels")},
            )  # fmt: skip
            changeset.add(
                "text", self.friend, body=token("text", "body"), text_kind="summary",
                source=self.write.source_id,
            )  # fmt: skip
            if state == "draft":
                changeset.save()
            else:
                changeset.propose()
            if state == "rejected":
                changeset.reject(self.account("who rejects"), token("proposal", "decision"))

    def account(self, who: str) -> Account:
        """An account whose address and name are tokens."""
        return Account.objects.create_user(
            f"{self.token(f'{who}: e-mail address')}@example.org",
            display_name=self.token(f"{who}: display name"),
        )

    def plant_never_public(self) -> None:
        """Plant everything that was never public. Its numbers are recognizable, too."""
        with secret_numbers():
            self.plant_statements()
            self.plant_records()
            self.plant_changesets()

    def plant_once_public(self) -> None:
        """Publish things, change them, and hide them again: their yesterdays are secret as well."""
        write = self.write
        restricted = self.tokens("a statement restricted later")
        self.add_statements(
            restricted, lambda kind: self.records[about(kind)], lambda kind: kind != "withheld",
            voice="own", edtf="1999", reason="Said in public.",
        )  # fmt: skip
        changeset = Changeset(reason="Restricted.", author=self.account("an author"))
        for model in statement_kinds().values():
            for statement in model.objects.current().filter(detail__in=self.origins):
                if statement.tier == Tier.PUBLIC:
                    changeset.restrict(statement, Tier.REPRESENTATIVES)
        changeset.propose().accept(by=self.account("who accepts"))
        self._replace_and_restrict()
        for kind, slug in ABOUT.items():
            del slug
            self.hidden_later(kind, Level.HIDDEN)
        self.hidden_later("organization", Level.WITHDRAWN, withdrawn_reason="safety")
        self.hidden_later("organization", Level.EMBARGOED, embargo_until=date(9999, 1, 1))
        token = self.tokens("a source restricted later")
        source = write.another_source(
            token("source", "key"), short=token("source", "short"), title=token("source", "title")
        )
        self.add_statements(
            self.tokens("said by a source restricted later"),
            lambda kind: self.records[about(kind)],
            lambda kind: kind not in ("withheld", "identifier"),
            source=source.pk, edtf="1998", reason="Said in public.",
        )  # fmt: skip
        changeset = Changeset(reason="Restricted.")
        changeset.restrict(source, Tier.VETTED)
        changeset.propose().accept()

    def _replace_and_restrict(self) -> None:
        """Add a statement, replace it, then hide both: the former version is hidden, too."""
        write = self.write
        token = self.tokens("a statement replaced and restricted")
        record = self.records["organization"]
        write.say("text", record, body=token("text", "body"), text_kind="goal", edtf="1997")
        first = statement_kinds()["text"].objects.current().latest("id")
        changeset = Changeset(reason="Otherwise.")
        changeset.replace(first, body=token("text", "body"))
        changeset.propose().accept()
        second = statement_kinds()["text"].objects.current().latest("id")
        changeset = Changeset(reason="Restricted.")
        changeset.restrict(first, Tier.REPRESENTATIVES)
        changeset.restrict(second, Tier.REPRESENTATIVES)
        changeset.propose().accept()

    def hidden_later(self, kind: str, level: Level, **fields: Any) -> Record:
        """A record that was public, at two addresses, before it was hidden."""
        where = f"a {kind} that became {level.label}"
        record = self.write.record(kind, self.token(f"{where}: slug"), self.token(f"{where}: name"))
        changeset = Changeset(
            reason=self.token(f"{where}: reason"), label=self.token(f"{where}: label")
        )
        changeset.change_record(record, slug=self.token(f"{where}: later slug"))
        changeset.propose().accept()
        self.add_statements_about(record, where, reason="Said in public.")
        changeset = Changeset(reason="Hidden.")
        changeset.change_record(Record.objects.get(pk=record.pk), level=level, **fields)
        changeset.propose().accept()
        self.secret_records[f"{kind} became {level}"] = Record.objects.get(pk=record.pk)
        return record

    def withhold_a_name(self) -> None:
        """Publish a record and withhold its name: nothing that names it may be seen any more."""
        where = "a record whose name is withheld"
        record = self.write.record(
            "organization", self.token(f"{where}: slug"), self.token(f"{where}: name")
        )
        changeset = Changeset(reason="Another address.")
        changeset.change_record(record, slug=self.token(f"{where}: later slug"))
        changeset.propose().accept()
        naming = ("name", "text", "link", "identifier", "contact")
        self.add_statements(
            self.tokens(where), lambda kind: record, lambda kind: kind in naming, reason="Named."
        )
        self.write.say(
            "membership", record, partnership=self.records["partnership"], detail="It belongs."
        )
        changeset = Changeset(reason="Name withheld.")
        changeset.change_record(Record.objects.get(pk=record.pk), level=Level.NAME_WITHHELD)
        changeset.propose().accept()
        self.write.say(
            "relation", self.friend, predicate=self.write.term("predicate:collaborates_with"),
            object=record,
        )  # fmt: skip
        self.name_withheld = Record.objects.get(pk=record.pk)


def about(kind: str) -> str:
    """The kind of record that a kind of statement is said about here."""
    return {
        "arena_placement": "gathering",
        "context": "place",
        "legal_act": "instrument",
    }.get(kind, "organization")


class secret_numbers:
    """While this lasts, new things get numbers that are recognized; afterwards the usual ones."""

    def __init__(self, first: int = SECRET_NUMBERS) -> None:
        self.first = first

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_value FROM orgs_catalogue_number")
            self.before = cursor.fetchone()[0]
            cursor.execute("SELECT setval('orgs_catalogue_number', %s)", (self.first,))

    def __exit__(self, *exception: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('orgs_catalogue_number', %s)", (self.before,))


def numbers_of_secrets() -> list[int]:
    """The numbers of some secret statements."""
    kinds: list[type[Statement]] = [*statement_kinds().values()]
    return [
        number
        for kind in kinds
        for number in kind.objects.exclude(tier=Tier.PUBLIC).values_list("id", flat=True)[:2]
    ] + [*Name.objects.filter(record__level=Level.HIDDEN).values_list("id", flat=True)[:2]]
