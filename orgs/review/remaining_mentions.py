"""What still names a record after it is hidden: sentences of and about others, sources, reasons.

Hiding a record hides what is said about it. It does not reach a quotation about somebody else that
names it, the title of a book, or a reason that an editor typed. Whoever hides a record sees all of
these before, and hides them in the same change.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import CharField, TextField
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.matching.hosts import FREE_PROVIDERS, domain_of, provider
from orgs.records.record import FormerSlug, Record
from orgs.records.source import Source, Tier
from orgs.statements.identifier import Contact, Link
from orgs.statements.name import Name
from orgs.statements.statement import statement_kinds

SHORTEST = 3
"""Letters of the shortest name that is searched for: "CA" would be found in every second text."""
MOST = 200
"""How many mentions of one kind are listed: whoever has more to hide is called a place."""


@dataclass(frozen=True)
class Mention:
    """A text that names a record. `code` is how a form names it; "" if hiding cannot reach it."""

    code: str
    where: str
    text: str


def mentions_of(record: Record) -> list[Mention]:
    """Return the public texts that name a record, but for those that are hidden with it."""
    pattern = pattern_of(words_for(record))
    if not pattern:
        return []
    return [
        *_statements(record, pattern),
        *_sources(record, pattern),
        *_reasons(record, pattern),
        *_others(record, pattern),
    ]


def hide(change: Changeset, codes: Iterable[str]) -> None:
    """Let a change hide these mentions, too. What has been hidden meanwhile is left alone."""
    kinds = statement_kinds()
    for code in codes:
        kind, _, number = code.partition(":")
        if kind == "change":
            told = Changeset.objects.accepted().filter(number=number, reason_redacted=False)
            for one in told:
                change.redact_reason(one)
            continue
        model: Any = Source if kind == "source" else kinds[kind]
        for one in model.objects.filter(pk=number, tier=Tier.PUBLIC):
            change.restrict(one, Tier.REPRESENTATIVES)


def words_for(record: Record) -> list[str]:
    """Return by what a record is named: its names of all times, its addresses, its domains."""
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
    own = [one for one in (*hosts, *domains) if "." in one and provider(one) not in FREE_PROVIDERS]
    found = dict.fromkeys(word.strip() for word in (*names, *own))
    return [word for word in found if sum(map(str.isalnum, word)) >= SHORTEST]


def pattern_of(words: Iterable[str]) -> str:
    """Return the regular expression of PostgreSQL that finds these words in a folded text.

    Latin words are found whole; many other scripts put no spaces between words.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT plain(word) FROM unnest(%s::text[]) word", (list(words),))
        folded = sorted({escaped(row[0].strip()) for row in cursor.fetchall()})
    return rf"(?:^|[^a-z0-9])(?:{'|'.join(folded)})(?:[^a-z0-9]|$)" if folded else ""


def escaped(text: str) -> str:
    """Return a text as a regular expression that finds it, however its words are spaced."""
    signs = (re.sub(r"([^A-Za-z0-9\u0080-\U0010ffff])", r"\\\1", part) for part in text.split())
    return r"\s+".join(signs)


def _statements(record: Record, pattern: str) -> Iterator[Mention]:
    """Give what is said about others: what is about the record goes with it."""
    for kind, model in statement_kinds().items():
        own = [
            one.column or "" for one in model.own_fields() if isinstance(one, CharField | TextField)
        ]
        texts = [*own, "detail", "quote", "note", "speaker_name", "locator"]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, label_of(record_id, 9223372036854775807, 2),"
                f" concat_ws(' … ', {', '.join(nonempty(texts))})"
                f" FROM {model._meta.db_table} WHERE tier = 0 AND record_id <> %(record)s"
                f" AND (speaker_id = %(record)s"
                f" OR plain(concat_ws(' ', {', '.join(texts)})) ~ %(pattern)s)"
                f" ORDER BY id LIMIT {MOST}",
                {"record": record.pk, "pattern": pattern},
            )
            rows = cursor.fetchall()
        for number, about, text in rows:
            yield Mention(f"{kind}:{number}", f"{about}: {model._meta.verbose_name}", text[:300])


def nonempty(columns: Iterable[str]) -> list[str]:
    """Return these columns as SQL that leaves out empty ones."""
    return [f"nullif(({column})::text, '')" for column in columns]


def _sources(record: Record, pattern: str) -> Iterator[Mention]:
    texts = ("short", "title", "authors", "container", "publisher", "note", "urls::text", "key")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, short, concat_ws(' … ', {', '.join(nonempty(texts[1:7]))})"
            " FROM orgs_source WHERE tier = 0 AND source_kind <> 'own'"
            f" AND (published_by_id = %(record)s OR plain(concat_ws(' ', {', '.join(texts)}))"
            f" ~ %(pattern)s) ORDER BY id LIMIT {MOST}",
            {"record": record.pk, "pattern": pattern},
        )
        for number, short, text in cursor.fetchall():
            yield Mention(f"source:{number}", str(short), text[:300])


def _reasons(record: Record, pattern: str) -> Iterator[Mention]:
    """Give the reasons and labels that stay: those of changes that were not about the record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, concat_ws(' … ', nullif(reason, ''), nullif(label, ''))"
            " FROM orgs_changeset WHERE state = 'accepted' AND reason_shown"
            " AND NOT about @> ARRAY[%(record)s]::bigint[]"
            " AND plain(concat_ws(' ', reason, label)) ~ %(pattern)s"
            f" ORDER BY id DESC LIMIT {MOST}",
            {"record": record.pk, "pattern": pattern},
        )
        for number, text in cursor.fetchall():
            yield Mention(
                f"change:{number}", gettext("change %(number)s") % {"number": number}, text[:300]
            )


def _others(record: Record, pattern: str) -> Iterator[Mention]:
    """Give what has to be changed by hand: names and addresses of other entries, and terms."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT label, slug FROM orgs_entry WHERE state = 'published' AND id <> %(record)s"
            " AND kind <> ALL (ARRAY['source', 'membership'])"
            " AND (plain(label) ~ %(pattern)s OR plain(replace(slug, '-', ' ')) ~ %(pattern)s"
            "  OR kind = 'term' AND plain(document) ~ %(pattern)s)"
            f" ORDER BY sort_key LIMIT {MOST}",
            {"record": record.pk, "pattern": pattern},
        )
        for label, slug in cursor.fetchall():
            yield Mention("", str(label), str(slug))
