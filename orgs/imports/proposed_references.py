"""Sources and terms that a map names and the catalogue lacks: the same import proposes them."""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone

from orgs.changes.operations import ReferenceChange, reserve_ids
from orgs.records.source import Source, SourceKind
from orgs.records.term import Term
from orgs.search.text import normalize_name

from .earlier_runs import EarlierRuns
from .lookups import Lookups
from .mapping import slug_of
from .plan import ImportPlan
from .values import BARE_URL, with_https

MAX_KEY_LENGTH = 80
MAX_CODE_LENGTH = 60


class ProposedReferences:
    """Finds sources and terms by what people call them, and proposes those that are missing."""

    def __init__(self, plan: ImportPlan, lookups: Lookups, earlier: EarlierRuns) -> None:
        self.plan = plan
        self.lookups = lookups
        self.earlier = earlier

    def find(self, field: models.Field, value: str, model: type | None) -> int | None:
        """The id of a source or term, which may be new."""
        if value == "":
            return None
        if field.related_model is Term:
            scheme, _, word = value.rpartition(":")
            return self.term(scheme or getattr(model, "term_scheme", ""), word)
        is_address = value.startswith(("http://", "https://")) or BARE_URL.fullmatch(value)
        return self.source({"url": value} if is_address else {"title": value})

    def source(self, values: dict[str, Any]) -> int:
        """The source with this key, address or title, which may be new."""
        values = dict(values)
        address = with_https(values.pop("url", ""))
        title = values.get("title") or address
        names = [values.get("key", ""), address.rstrip("/"), normalize_name(title), title]
        for name in filter(None, names):
            if pk := self._sources.get(name):
                self._show_again(pk)
                return pk
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        kind = SourceKind.WEBSITE if address and not values.get("title") else SourceKind.DATASET
        row = {
            "key": self._free_key(slug_of(title)),
            "short": (values.get("title") or host)[:120],
            "title": title,
            "source_kind": kind.value,
            "observed": timezone.now().date().isoformat(),
            "observed_inferred": "observed" not in values,
            "urls": [address] if address else [],
            **values,
        }
        pk = self._propose("source", row)
        self._sources |= dict.fromkeys(filter(None, [row["key"], *names]), pk)
        return pk

    def term(self, scheme: str, word: str) -> int:
        """The term with this code or label, which may be new."""
        code = slug_of(word).replace("-", "_")[:MAX_CODE_LENGTH]
        terms = self._terms
        for name in (word, code, normalize_name(word)):
            if pk := terms.get((scheme, name)):
                return pk
        pk = self._propose("term", {"scheme": scheme, "code": code, "labels": {"en": word}})
        terms |= dict.fromkeys([(scheme, code), (scheme, normalize_name(word))], pk)
        return pk

    def _propose(self, table: str, row: dict[str, Any]) -> int:
        pk = reserve_ids(1)[0]
        self.plan.references.append(ReferenceChange(table, pk, None, row))
        self.plan.proposed_references.add(pk)
        return pk

    def _show_again(self, pk: int) -> None:
        if pk in self.earlier.hidden_sources:
            self.plan.show_again(Source.objects.get(pk=pk))

    def _free_key(self, key: str) -> str:
        base = key[: MAX_KEY_LENGTH - 4].strip("-")
        numbered = (f"{base}-{number}" for number in range(2, 1_000))
        return next(free for free in (base, *numbered) if free not in self._sources)

    @cached_property
    def _sources(self) -> dict[str, int]:
        """The ids of sources by key, address, title and folded title."""
        sources: dict[str, int] = {}
        for pk, key, title, urls in Source.objects.values_list("id", "key", "title", "urls"):
            addresses = (address.rstrip("/") for address in urls)
            for name in (*addresses, title, normalize_name(title)):
                sources.setdefault(name, pk)
            sources[key] = pk
        return sources | self.lookups.created("source")

    @cached_property
    def _terms(self) -> dict[tuple[str, str], int]:
        """The ids of terms by scheme and code or folded label."""
        terms: dict[tuple[str, str], int] = {}
        for pk, scheme, code, labels in Term.objects.values_list("id", "scheme", "code", "labels"):
            for label in labels.values():
                terms.setdefault((scheme, normalize_name(str(label))), pk)
            terms[scheme, code] = pk
        for name, pk in self.lookups.created("term").items():
            scheme, _, code = name.partition(":")
            terms[scheme, code] = pk
        return terms
