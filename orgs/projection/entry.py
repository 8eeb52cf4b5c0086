"""Entries: the projection. One row for everything that can be published, ready to be served.

Only accepted, public statements reach an entry, so whatever reads nothing but entries cannot
leak. An entry says no more than `compose` would; `reproject --check` proves it.
"""

import json
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from orgs.records.record import FormerSlug, Kind, Record, path_of
from orgs.records.slugs import UUID
from orgs.records.source import Source, SourceKind
from orgs.statements.membership import Membership

from .analysis import are_read, concerned_by, for_entries

RECORD_KINDS = tuple(Kind.values)

ADDRESS = (
    "id",
    "key",
    "kind",
    "state",
    "slug",
    "change",
    "updated",
    "successor",
    "gone_on",
    "gone_reason",
)
"""The columns that say which entry it is, of which change, and where it is now; in their order."""
READ = ("document", "findings")
"""Those that stand between slug and change, and hold what it says."""


class EntryQuerySet(models.QuerySet):
    """Words for choosing what to show."""

    def published(self):
        """Those that can be shown; the others are tombstones and redirects."""
        return self.filter(state=Entry.State.PUBLISHED)

    def of_kinds(self, *kinds: str):
        """Those that stand for things of these kinds."""
        return self.filter(kind__in=kinds)

    def formerly_at(self, slug: str):
        """Those that this former address leads to; a merged record's own is one."""
        return self.filter(id__in=FormerSlug.objects.filter(slug=slug).values("record_id"))

    def holding(self, filters: Sequence[str], values: list[str]):
        """Those that hold one of the values of one of the filters today."""
        facets = list(
            Facet.objects.filter(filter__in=filters, value__in=values).values_list("id", flat=True)
        )
        return self.filter(facets__overlap=facets) if facets else self.none()

    def holding_in(self, days, filters: Sequence[str], values: list[str]):
        """Those that held one of the values of one of the filters on one of these days.

        Takes the days as a DateRange. Only dated filters hold for days.
        """
        spans = EntrySpan.objects.filter(
            facet__filter__in=filters, facet__value__in=values, span__overlap=days
        )
        return self.filter(id__in=spans.values("entry_id"))


class Facet(models.Model):
    """A value of a filter, numbered so that entries can carry many and be found fast."""

    id = models.AutoField(primary_key=True)
    filter = models.CharField(max_length=60)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("filter", "value"), name="facet_once"),)

    def __str__(self) -> str:
        return f"{self.filter}={self.value}"


class Entry(models.Model):
    """What the public may read about a record, a source, a term, an arena or a membership.

    `document` is the ready JSON without its change number, `findings` are further members of it,
    `card` is the short JSON of lists.
    """

    class State(models.TextChoices):
        """Whether there is anything to show."""

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
        """Return the path of the page of what this entry stands for."""
        return path_of(self.kind, self.slug)

    @classmethod
    def addressed(cls, kinds: Sequence[str], name: str, read: bool = True) -> "Entry | None":
        """Return the entry of these kinds with this id or slug, whatever its state.

        `read` says whether its document is needed. The question is written out: putting it together
        from its parts takes Django longer than PostgreSQL takes to answer it.
        """
        columns = (*ADDRESS[:5], *(READ if read else ()), *ADDRESS[5:])
        by, value = ("key", name.lower()) if UUID.fullmatch(name) else ("slug", name)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(columns)} FROM orgs_entry WHERE kind = ANY (%s) AND {by} = %s",
                (list(kinds), value),
            )
            row = cursor.fetchone()
        return None if row is None else cls.from_db(connection.alias, columns, row)

    def read(self) -> dict:
        """Return the public document with what follows from it."""
        return json.loads(self.document) | json.loads(f"{{{self.findings}}}")


class EntrySpan(models.Model):
    """The days on which an entry holds a value of a dated filter, so that lists answer `as_of`."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="spans")
    facet = models.ForeignKey(Facet, models.PROTECT, related_name="+")
    span = DateRangeField()

    def __str__(self) -> str:
        return f"{self.entry_id} {self.facet_id} {self.span}"


class EntryChange(models.Model):
    """That a change changed an entry, or made it a tombstone: the feed that partners follow."""

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
    """Return the ids of what mentions one of these things: entries, memberships, own sources.

    A membership of a hidden body has no entry, nor has the source in which it speaks; they get one
    when the body is shown again. What an entry would mention if something were not hidden stands
    there with a minus sign.
    """
    things = list(ids)
    either = [*things, *(-thing for thing in things)]
    entries = Entry.objects.filter(mentions__overlap=either).values_list("id", flat=True)
    memberships = Membership.objects.current().filter(
        models.Q(record__in=things) | models.Q(partnership__in=things) | models.Q(source__in=things)
    )
    own = Source.objects.filter(published_by__in=things, source_kind=SourceKind.OWN)
    return {
        *entries,
        *memberships.values_list("id", flat=True),
        *own.values_list("id", flat=True),
    }


def beside(ids: set[int]) -> set[int]:
    """Return the memberships of the same two bodies as these: each tells which side confirms it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT other.id FROM orgs_membership one JOIN orgs_membership other"
            " ON (other.record_id, other.partnership_id) = (one.record_id, one.partnership_id)"
            " AND other.retired IS NULL WHERE one.id = ANY (%s)",
            (list(ids),),
        )
        return {row[0] for row in cursor.fetchall()}


def project(
    ids: set[int],
    change: int,
    at,
    today,
    made: frozenset[int] | set[int] = frozenset(),
    kinds: set[str] | None = None,
) -> set[int]:
    """Write the entries of these records, sources, terms and memberships anew.

    Takes ids of the one catalogue sequence, the number and time (aware datetime) of the change
    and the catalogue's day. Entries that mention one whose label, address, place or visibility
    changed are written too; what this change has `made` is mentioned by nothing but `ids`. So are
    those whose findings may change with statements of these `kinds` (None: of all kinds; empty:
    none but `ids`). Returns the ids of all entries whose public document changed.
    """
    if not ids:
        return set()
    changed: set[int] = set()
    written: set[int] = set()
    todo = ids
    # What is renamed is mentioned by entries that may be called otherwise then, too: a source is
    # called like the organization that publishes it, and cited in other entries.
    while todo:
        before = _faces(todo)
        # Kinds of statement that no finding depends on leave the findings as they are.
        stay = ids - made if todo is ids and kinds and not are_read(kinds) else set()
        changed |= _project_now(todo, change, at, today, stay)
        after = _faces(todo)
        renamed = {pk for pk in todo - made if before.get(pk) != after.get(pk)}
        written |= todo
        todo = mentioning(renamed) - written if renamed else set()
    return changed | _write_findings(concerned_by(ids, kinds) - written, change, at, today)


def _project_now(
    ids: set[int], change: int, at, today, stay: set[int] | frozenset[int] = frozenset()
) -> set[int]:
    """Rebuild these entries. Those in `stay` keep their findings."""
    records = set(Record.objects.filter(id__in=ids).values_list("id", flat=True))
    others = ids - records
    changed: set[int] = set()
    with connection.cursor() as cursor:
        if records:
            published = Entry.objects.published().filter(id__in=stay).exclude(findings="")
            unchanged = dict(published.values_list("id", "findings")) if stay else {}
            analysis = for_entries(records, today, unchanged)
            cursor.execute(
                "SELECT project(%s, %s, %s, %s, %s)", (sorted(records), change, at, today, analysis)
            )
            changed.update(row[0] for row in cursor.fetchall())
        if others:
            cursor.execute(
                "SELECT project_others(%s, %s, %s, %s)", (sorted(others), change, at, today)
            )
            changed.update(row[0] for row in cursor.fetchall())
    return changed


def _write_findings(ids: set[int], change: int, at, today) -> set[int]:
    """Write the findings about these records, whose statements are unchanged."""
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT write_findings(%s, %s, %s)", (change, at, for_entries(ids, today)))
        return {row[0] for row in cursor.fetchall()}


def _faces(ids: set[int]) -> dict[int, tuple]:
    """Return what other entries repeat of these: state, address, label."""
    rows = Entry.objects.filter(id__in=ids).values_list("id", "state", "slug", "label")
    return {which: face for which, *face in rows}
