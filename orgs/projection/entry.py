"""Entries: one row for everything that can be published, ready to be served.

Only accepted, public statements reach an entry, so code that reads only entries cannot leak. An
entry equals the result of `compose`; `reproject --check` compares them.
"""

import json
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from orgs.records.kinds import Kind, path_of
from orgs.records.record import FormerSlug, Record
from orgs.records.slugs import UUID
from orgs.records.source import Source, SourceKind
from orgs.sql import fetch_column, fetch_row
from orgs.statements.membership import Membership

from .analysis import concerned_by, for_entries, read_by_analyzers

RECORD_KINDS = tuple(Kind.values)

ADDRESS_COLUMNS = (
    "id",
    "key",
    "kind",
    "state",
    "slug",
    "label",
    "change",
    "updated",
    "successor",
    "gone_on",
    "gone_reason",
)
"""Columns that identify an entry, its change and where it is now."""
DOCUMENT_COLUMNS = ("document", "findings")
"""Columns with the content."""


class EntryQuerySet(models.QuerySet):
    def published(self):
        """Entries that can be shown; the others are tombstones and redirects."""
        return self.filter(state=Entry.State.PUBLISHED)

    def of_kinds(self, *kinds: str):
        return self.filter(kind__in=kinds)

    def formerly_at(self, slug: str):
        """Entries to which a former address redirects, including the address of a merged record."""
        return self.filter(id__in=FormerSlug.objects.filter(slug=slug).values("record_id"))

    def holding(self, filters: Sequence[str], values: list[str]):
        """Entries with one of the values of one of the filters today."""
        facets = list(
            Facet.objects.filter(filter__in=filters, value__in=values).values_list("id", flat=True)
        )
        return self.filter(facets__overlap=facets) if facets else self.none()

    def holding_in(self, days, filters: Sequence[str], values: list[str]):
        """Entries with one of the values of one of the filters in `days`, a DateRange.

        Only the filters in `DATED` have days.
        """
        spans = EntrySpan.objects.filter(
            facet__filter__in=filters, facet__value__in=values, span__overlap=days
        )
        return self.filter(id__in=spans.values("entry_id"))


class Facet(models.Model):
    """A value of a filter, numbered so that entries can store and find many."""

    id = models.AutoField(primary_key=True)
    filter = models.CharField(max_length=60)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("filter", "value"), name="facet_once"),)

    def __str__(self) -> str:
        return f"{self.filter}={self.value}"


class Entry(models.Model):
    """What the public may read about a record, a source, a term, an arena or a membership.

    `document` is the JSON without its change number, `findings` are further members of it, `card`
    is the short JSON of lists.
    """

    class State(models.TextChoices):
        PUBLISHED = "published", _("published")
        MERGED = "merged", _("merged into another")
        GONE = "gone", _("withdrawn")

    id = models.BigIntegerField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State)
    slug = models.CharField(max_length=120)
    label = models.TextField()
    sort_key = models.TextField(db_collation="C")
    card = models.TextField()
    document = models.TextField()
    findings = models.TextField(db_default="")
    facets = ArrayField(models.IntegerField())
    mentions = ArrayField(models.BigIntegerField())
    names = models.TextField()
    words = SearchVectorField()
    change = models.BigIntegerField()
    updated = models.DateTimeField()
    successor = models.CharField(max_length=120, null=True)  # noqa: DJ001 - absent, not blank
    gone_on = models.DateField(null=True)
    gone_reason = models.CharField(max_length=40, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("entries")
        constraints = (models.UniqueConstraint(fields=("kind", "slug"), name="entry_address_once"),)
        indexes = (
            models.Index(fields=("sort_key", "id"), include=("kind", "state"), name="entry_order"),
            GinIndex(fields=("facets",), name="entry_facets"),
            GinIndex(fields=("mentions",), name="entry_mentions"),
            GinIndex(fields=("words",), name="entry_words"),
            GinIndex(fields=("names",), name="entry_names", opclasses=("gin_trgm_ops",)),
            BrinIndex(fields=("change",), name="entry_change"),
        )

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return path_of(self.kind, self.slug)

    @classmethod
    def at_address(cls, kinds: Sequence[str], name: str, columns: Sequence[str]) -> "Entry | None":
        """The entry of these kinds with this id or slug, in any state, with these `columns`.

        Written in SQL: building the query takes Django longer than PostgreSQL needs to answer it.
        """
        columns = [field.attname for field in cls._meta.concrete_fields if field.attname in columns]
        by, value = ("key", name.lower()) if UUID.fullmatch(name) else ("slug", name)
        row = fetch_row(
            f"SELECT {', '.join(columns)} FROM orgs_entry WHERE kind = ANY (%s) AND {by} = %s",
            (list(kinds), value),
        )
        return None if row is None else cls.from_db(connection.alias, columns, row)

    def read(self) -> dict:
        """The public document with its findings."""
        return json.loads(self.document) | json.loads(f"{{{self.findings}}}")


class EntrySpan(models.Model):
    """The days on which an entry has a value of a dated filter, for lists with `as_of`."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="spans")
    facet = models.ForeignKey(Facet, models.PROTECT, related_name="+")
    span = DateRangeField()

    def __str__(self) -> str:
        return f"{self.entry_id} {self.facet_id} {self.span}"


class EntryChange(models.Model):
    """A change of an entry, or its removal: the feed for partners."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField()
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    change = models.BigIntegerField(db_index=True)
    state = models.CharField(max_length=10, choices=Entry.State)
    follows = models.BooleanField(db_default=False)
    """Whether the change is about another record, and changed a name or a finding in this entry."""

    class Meta:
        indexes = (
            models.Index(
                name="entry_followed", fields=("entry",), condition=models.Q(follows=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.change}: {self.kind} {self.key} {self.state}"


def mentioning(ids: set[int]) -> set[int]:
    """Ids of entries, memberships and own sources that mention these records.

    Memberships and own sources of a hidden organization have no entry, and get one when it is shown
    again. `mentions` stores the negative id of what an entry would mention if it were not hidden.
    """
    pks = list(ids)
    pks_and_negatives = [*pks, *(-thing for thing in pks)]
    entries = Entry.objects.filter(mentions__overlap=pks_and_negatives).values_list("id", flat=True)
    memberships = Membership.objects.current().filter(
        models.Q(record__in=pks) | models.Q(partnership__in=pks) | models.Q(source__in=pks)
    )
    own = Source.objects.filter(published_by__in=pks, source_kind=SourceKind.OWN)
    return {
        *entries,
        *memberships.values_list("id", flat=True),
        *own.values_list("id", flat=True),
    }


def related_memberships(ids: set[int]) -> set[int]:
    """Current memberships of the same two organizations: each shows which side confirms it."""
    return set(
        fetch_column(
            "SELECT other.id FROM orgs_membership one JOIN orgs_membership other"
            " ON (other.record_id, other.partnership_id) = (one.record_id, one.partnership_id)"
            " AND other.retired IS NULL WHERE one.id = ANY (%s)",
            (list(ids),),
        )
    )


def project(
    ids: set[int],
    change: int,
    at,
    today,
    created: frozenset[int] | set[int] = frozenset(),
    kinds: set[str] | None = None,
) -> set[int]:
    """Rebuild the entries of these records, sources, terms and memberships.

    `change` and `at` are the number and the aware time of the change, `today` the catalogue's day.
    Also rebuilds entries that mention one whose label, address, place or visibility changed; only
    `ids` mention what this change has `created`. Also writes findings that may change with
    statements of these `kinds` (None: of all kinds; empty: none). Returns the ids of all entries
    whose public document changed.
    """
    if not ids:
        return set()
    changed: set[int] = set()
    written: set[int] = set()
    pending = ids
    # A renamed entry may rename entries that mention it: a source bears the name of the
    # organization that publishes it, and other entries cite the source.
    while pending:
        before = _repeated_values(pending)
        # Kinds of statement that no finding depends on leave the findings as they are.
        unchanged_findings = (
            ids - created if pending is ids and kinds and not read_by_analyzers(kinds) else set()
        )
        changed |= _project_entries(pending, change, at, today, unchanged_findings)
        after = _repeated_values(pending)
        renamed = {pk for pk in pending - created if before.get(pk) != after.get(pk)}
        written |= pending
        pending = mentioning(renamed) - written if renamed else set()
    return changed | _write_findings(concerned_by(ids, kinds) - written, change, at, today)


def _project_entries(
    ids: set[int],
    change: int,
    at,
    today,
    unchanged_findings: set[int] | frozenset[int] = frozenset(),
) -> set[int]:
    """Rebuild these entries, with stored findings for `unchanged_findings`."""
    records = set(Record.objects.filter(id__in=ids).values_list("id", flat=True))
    others = ids - records
    changed: set[int] = set()
    if records:
        published = Entry.objects.published().filter(id__in=unchanged_findings).exclude(findings="")
        unchanged = dict(published.values_list("id", "findings")) if unchanged_findings else {}
        analysis = for_entries(records, today, unchanged)
        changed.update(
            fetch_column(
                "SELECT project(%s, %s, %s, %s, %s)", (sorted(records), change, at, today, analysis)
            )
        )
    if others:
        changed.update(
            fetch_column(
                "SELECT project_others(%s, %s, %s, %s)", (sorted(others), change, at, today)
            )
        )
    return changed


def _write_findings(ids: set[int], change: int, at, today) -> set[int]:
    """Write findings about records whose statements are unchanged."""
    if not ids:
        return set()
    return set(
        fetch_column("SELECT write_findings(%s, %s, %s)", (change, at, for_entries(ids, today)))
    )


def _repeated_values(ids: set[int]) -> dict[int, tuple]:
    """State, address and label of these entries, which other entries repeat."""
    rows = Entry.objects.filter(id__in=ids).values_list("id", "state", "slug", "label")
    return {pk: values for pk, *values in rows}
