"""What still names a hidden record: statements about others, sources, reasons.

Hiding a record hides the statements about it. It does not reach a quotation about another record,
the title of a book, or a reason that an editor typed. Editors who hide a record see all of these
beforehand, and can hide them in the same change.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, TextField
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.matching.hosts import FREE_PROVIDERS, domain_of, provider
from orgs.records.kinds import path_of
from orgs.records.record import FormerSlug, Record
from orgs.records.source import Source, Tier
from orgs.sql import fetch_column, fetch_rows
from orgs.statements.identifier import Contact, Link
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds

from .code_labels import LABELS

MIN_NAME_LENGTH = 3
"""The fewest letters of a name that is searched: "CA" would match half of all texts."""
MAX_MENTIONS = 200
"""The most mentions listed of one kind: a record with more is named like a place."""


@dataclass(frozen=True)
class Mention:
    """A text that names a record. `code` identifies it in forms; "" if hiding cannot reach it."""

    code: str
    where: str
    text: str = ""
    path: str = ""
    """Of the page where an editor changes it by hand."""


def mentions_of(record: Record) -> list[Mention]:
    """The public texts that name a record, except those that are hidden with it."""
    pattern = build_pattern(search_terms(record))
    if not pattern:
        return []
    return [
        *_statement_mentions(record, pattern),
        *_source_mentions(record, pattern),
        *_reason_mentions(record, pattern),
        *_other_mentions(record, pattern),
    ]


def hide_mentions(change: Changeset, codes: Iterable[str]) -> None:
    """Add the hiding of these mentions to a change. Skips what has been hidden meanwhile."""
    kinds = statement_kinds()
    for code in codes:
        kind, _, number = code.partition(":")
        if kind == "change":
            changes = Changeset.objects.accepted().filter(number=number, reason_redacted=False)
            for item in changes:
                change.redact_reason(item)
            continue
        model: Any = Source if kind == "source" else kinds[kind]
        for item in model.objects.filter(pk=number, tier=Tier.PUBLIC):
            change.restrict(item, Tier.REPRESENTATIVES)


def search_terms(record: Record) -> list[str]:
    """The names of a record at all times, its slugs, web addresses and mail domains."""
    slugs = [record.slug, *FormerSlug.objects.filter(record=record).values_list("slug", flat=True)]
    names = [
        *Name.objects.filter(record=record).values_list("text", flat=True),
        *slugs,
        *(slug.replace("-", " ") for slug in slugs),
    ]
    links = Link.objects.filter(record=record).values_list("url", flat=True)
    hosts = [re.sub(r"^[a-z]+://(?:www\.)?|[/?#].*$", "", url.lower()) for url in links]
    mails = Contact.objects.filter(record=record, value__contains="@")
    domains = [domain_of(value) for value in mails.values_list("value", flat=True)]
    own_domains = [
        domain
        for domain in (*hosts, *domains)
        if "." in domain and provider(domain) not in FREE_PROVIDERS
    ]
    terms = dict.fromkeys(term.strip() for term in (*names, *own_domains))
    return [term for term in terms if sum(map(str.isalnum, term)) >= MIN_NAME_LENGTH]


def build_pattern(terms: Iterable[str]) -> str:
    """A PostgreSQL regular expression that finds these terms in a folded text.

    Matches whole words in Latin script; many other scripts have no spaces between words.
    """
    words = fetch_column("SELECT plain(word) FROM unnest(%s::text[]) word", (list(terms),))
    folded = sorted({escape_regex(word.strip()) for word in words})
    return rf"(?:^|[^a-z0-9])(?:{'|'.join(folded)})(?:[^a-z0-9]|$)" if folded else ""


def escape_regex(text: str) -> str:
    """Escape a text for a regular expression that allows any spacing between words."""
    parts = (re.sub(r"([^A-Za-z0-9\u0080-\U0010ffff])", r"\\\1", part) for part in text.split())
    return r"\s+".join(parts)


def _statement_mentions(record: Record, pattern: str) -> Iterator[Mention]:
    """Statements about other records: those about the record itself are hidden with it."""
    for kind, model in statement_kinds().items():
        fields = [field for field in model.own_fields() if isinstance(field, CharField | TextField)]
        own_columns = [field.column or "" for field in fields]
        coded = {field.column for field in fields if field.choices or field.name in LABELS}
        texts = [*own_columns, "detail", "quote", "note", "speaker_name", "locator"]
        shown = [name for name in texts if name not in coded]
        rows = fetch_rows(
            "SELECT id, label_of(record_id, 9223372036854775807, 2),"
            f" concat_ws(' … ', {', '.join(nonempty_columns(shown))})"
            f" FROM {model._meta.db_table} WHERE tier = 0 AND record_id <> %(record)s"
            f" AND (speaker_id = %(record)s"
            f" OR plain(concat_ws(' ', {', '.join(texts)})) ~ %(pattern)s)"
            f" ORDER BY id LIMIT {MAX_MENTIONS}",
            {"record": record.pk, "pattern": pattern},
        )
        for number, about, text in rows:
            yield Mention(f"{kind}:{number}", f"{about}: {model._meta.verbose_name}", text[:300])


def nonempty_columns(columns: Iterable[str]) -> list[str]:
    return [f"nullif(({column})::text, '')" for column in columns]


def _source_mentions(record: Record, pattern: str) -> Iterator[Mention]:
    texts = ("short", "title", "authors", "container", "publisher", "note", "urls::text", "key")
    for number, short, text in fetch_rows(
        f"SELECT id, short, concat_ws(' … ', {', '.join(nonempty_columns(texts[1:7]))})"
        " FROM orgs_source WHERE tier = 0 AND source_kind <> 'own'"
        f" AND (published_by_id = %(record)s OR plain(concat_ws(' ', {', '.join(texts)}))"
        f" ~ %(pattern)s) ORDER BY id LIMIT {MAX_MENTIONS}",
        {"record": record.pk, "pattern": pattern},
    ):
        yield Mention(f"source:{number}", str(short), text[:300])


def _reason_mentions(record: Record, pattern: str) -> Iterator[Mention]:
    """Reasons and labels of changes that were not about the record."""
    for number, text in fetch_rows(
        "SELECT number, concat_ws(' … ', nullif(reason, ''), nullif(label, ''))"
        " FROM orgs_changeset WHERE state = 'accepted' AND reason_shown"
        " AND NOT about @> ARRAY[%(record)s]::bigint[]"
        " AND plain(concat_ws(' ', reason, label)) ~ %(pattern)s"
        f" ORDER BY id DESC LIMIT {MAX_MENTIONS}",
        {"record": record.pk, "pattern": pattern},
    ):
        yield Mention(
            f"change:{number}", gettext("change %(number)s") % {"number": number}, text[:300]
        )


def _other_mentions(record: Record, pattern: str) -> Iterator[Mention]:
    """What has to be edited by hand: names and addresses of other entries, and terms."""
    for label, kind, slug in fetch_rows(
        "SELECT label, kind, slug FROM orgs_entry WHERE state = 'published' AND id <> %(record)s"
        " AND kind <> ALL (ARRAY['source', 'membership'])"
        " AND (plain(label) ~ %(pattern)s OR plain(replace(slug, '-', ' ')) ~ %(pattern)s"
        "  OR kind = 'term' AND plain(document) ~ %(pattern)s)"
        f" ORDER BY sort_key LIMIT {MAX_MENTIONS}",
        {"record": record.pk, "pattern": pattern},
    ):
        yield Mention("", str(label), path=path_of(str(kind), str(slug)))
