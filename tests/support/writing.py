"""Writing into the ledger in few words, for tests: through the one door, like everything else."""

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.records.term import Term

TERMS = (
    ("sphere", "civil"),
    ("sphere", "market"),
    ("sphere", "state"),
    ("sphere", "intergovernmental"),
    ("form", "network"),
    ("form", "coalition"),
    ("identity", "women"),
    ("identity", "nationality"),
    ("measure", "participants"),
    ("measure", "edition"),
    ("dimension", "freedom_of_association"),
    ("predicate", "part_of"),
    ("predicate", "edition_of"),
    ("predicate", "parallel_to"),
    ("predicate", "collaborates_with"),
    ("place_type", "country"),
)


class Writer:
    """Makes sources, terms, records and statements, each accepted at once."""

    def __init__(self) -> None:
        changeset = Changeset(reason="What the tests stand on.")
        self.source_id = changeset.change_reference(
            "source",
            key="survey-2010",
            short="Survey 2010",
            title="A survey of migrant civil society",
            source_kind="report",
            observed="2010",
        )
        on_record = {(term.scheme, term.code): term.pk for term in Term.objects.all()}
        self.terms = {
            f"{scheme}:{code}": on_record.get((scheme, code))
            or changeset.change_reference(
                "term", scheme=scheme, code=code, labels={"en": code.replace("_", " ")}
            )
            for scheme, code in TERMS
        }
        self.terms["categorization:migrant_vs_diaspora"] = changeset.change_reference(
            "term",
            scheme="categorization",
            code="migrant_vs_diaspora",
            labels={"en": "migrant or diaspora"},
            needs_purpose=True,
        )
        changeset.propose().accept()

    @property
    def source(self) -> Source:
        """The source that everything is said by, unless a test says otherwise."""
        return Source.objects.get(pk=self.source_id)

    def term(self, name: str) -> Term:
        """A term: `sphere:state`."""
        return Term.objects.get(pk=self.terms[name])

    def new_term(self, name: str) -> Term:
        """A term that not every test needs, made now: `stage:local`."""
        scheme, _, code = name.partition(":")
        changeset = Changeset()
        self.terms[name] = changeset.change_reference(
            "term", scheme=scheme, code=code, labels={"en": code.replace("_", " ")}
        )
        changeset.propose().accept()
        return self.term(name)

    def another_source(self, key: str, **values) -> Source:
        """A new source."""
        changeset = Changeset()
        pk = changeset.change_reference(
            "source",
            **{
                "key": key,
                "short": key,
                "title": key,
                "source_kind": "report",
                "observed": "2010",
                **values,
            },
        )
        changeset.propose().accept()
        return Source.objects.get(pk=pk)

    def record(self, kind: str, slug: str, name: str = "") -> Record:
        """A new record with a preferred name (its slug by default)."""
        changeset = Changeset()
        record = changeset.record(kind, slug)
        changeset.add(
            "name", record, text=name or slug, language="en", preferred=True, source=self.source_id
        )
        changeset.propose().accept()
        return Record.objects.get(pk=record.pk)

    def changeset(self, kind: str, record: Record, **values) -> Changeset:
        """A proposed proposal that adds one statement."""
        changeset = Changeset(reason="A test.")
        changeset.add(kind, record, **{"source": self.source_id, **values})
        return changeset.propose()

    def representative(
        self, record: Record, email: str = "ana@example.org", **fields
    ) -> Representative:
        """Make an account a representative; the account is created if it is missing."""
        account = Account.objects.filter(email=email).first()
        account = account or Account.objects.create_user(email, "long enough password")
        return Representative.objects.create(account=account, record=record, **fields)

    def changeset_of(self, record: Record, **fields) -> Changeset:
        """An empty proposal on behalf of an organization, by one of its representatives."""
        author = Account.objects.filter(representations__record=record).first()
        author = author or self.representative(record).account
        return Changeset(on_behalf=record, author=author, **fields)

    def say(self, kind: str, record: Record, **values) -> Changeset:
        """Add a statement about a record, accepted at once. Returns the changeset."""
        return self.changeset(kind, record, **values).accept()

    def entry(self, record: Record) -> Entry:
        """The entry of a record."""
        return Entry.objects.get(pk=record.pk)
