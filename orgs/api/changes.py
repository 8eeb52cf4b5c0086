"""The feed of changes."""

import hashlib
import json
import re
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry, EntryChange
from orgs.records.kinds import api_path
from orgs.search.paging import COUNT_LIMIT, LARGEST_LIMIT, LIMIT
from orgs.sql import fetch_rows

from . import response_serializers
from .http import ApiViewSet, current_version, integer_param, iso_time, list_json
from .lists import Parameters
from .openapi import JSON, LIMIT_PARAMETER, SINCE

NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


class Changes(ApiViewSet):
    """Every accepted change to public content, in order, with tombstones.

    To maintain an exact copy, read published entries again, redirect merged ones, remove gone
    ones, and resume with the last number.
    """

    def list(self, request: Request) -> HttpResponse:
        """The changes after `since`."""
        limit = integer_param(self.params, "limit", LIMIT, 1, LARGEST_LIMIT)
        version = current_version()
        since = integer_param(self.params, "since", -1, 0, version.change)
        etag = self.etag(version)
        if self.client_has(etag):
            return self.not_modified(etag)
        numbers = change_numbers_after(since, COUNT_LIMIT + 1)
        count = min(len(numbers), COUNT_LIMIT)
        count_is = "exact" if count == len(numbers) else "at_least"
        next_since = numbers[limit - 1] if len(numbers) > limit else None
        page_links = {"next": self.page_url("since", next_since)}
        text = list_json(changes_json(numbers[:limit]), count, count_is, page_links)
        return self.respond(text, etag, page_links)

    def retrieve(self, request: Request, name: str) -> HttpResponse:
        if not NUMBER.fullmatch(name):
            raise NotFound
        results = changes_json([int(name)])
        if not results:
            raise NotFound
        etag = self.etag(current_version())
        return self.not_modified(etag) if self.client_has(etag) else self.respond(results[0], etag)

    def parameters(self) -> Parameters:
        return [SINCE, LIMIT_PARAMETER, JSON] if self.action == "list" else [JSON]

    def response_serializer(self) -> Any:
        if self.action == "list":
            return response_serializers.CatalogueChangeList()
        return response_serializers.CatalogueChange()

    def purpose(self) -> str:
        return super().purpose() if self.action == "list" else "One change, by its number."


def change_numbers_after(since: int, limit: int) -> list[int]:
    """The numbers of the public changes after `since`, at most `limit`, in order.

    One index lookup for each: an import changes thousands of entries under one number.
    """
    return [
        number
        for (number,) in fetch_rows(
            "WITH RECURSIVE step AS ("
            " SELECT min(change) AS number FROM orgs_entrychange WHERE change > %s"
            " UNION ALL SELECT (SELECT min(change) FROM orgs_entrychange WHERE change > number)"
            " FROM step WHERE number IS NOT NULL)"
            " SELECT number FROM step WHERE number IS NOT NULL LIMIT %s",
            (since, limit),
        )
    ]


def changes_json(numbers: list[int]) -> list[str]:
    """What these changes did to public entries, each as JSON, in their order.

    Number 0 is the initial content of the catalogue, without a proposal. The reason and the label
    are given while something of the change can be read and nothing of it is hidden.
    """
    columns = ("number", "decided_at", "public_reason", "public_label")
    changesets = Changeset.objects.as_published().filter(number__in=numbers).values_list(*columns)
    readable_changes = EntryChange.objects.filter(
        follows=False, change__in=numbers, entry__in=Entry.objects.published().values("id")
    )
    readable = set(readable_changes.values_list("change", flat=True).distinct())
    descriptions = {
        number: {
            "at": iso_time(at),
            "reason": reason if number in readable else "",
            "label": label if number in readable else "",
        }
        for number, at, reason, label in changesets
    }
    entries: dict[int, list[dict]] = {}
    entry_changes = EntryChange.objects.filter(change__in=numbers).order_by("change", "id")
    rows = entry_changes.values_list("change", "key", "kind", "state")
    source_keys = {key for _, key, kind, _ in rows if kind == "source"}
    sources = Entry.objects.published().of_kinds("source").filter(key__in=source_keys)
    hidden_keys = source_keys - set(sources.values_list("key", flat=True)) if source_keys else set()
    for number, key, kind, state in rows:
        if kind == "source" and key in hidden_keys:
            # The owner of a copy recognizes what to drop; others do not learn the key.
            key, state = hashed_key(key), Entry.State.GONE.value
        entry = {"id": key, "kind": kind, "state": state, "api_url": api_path(kind, key)}
        entries.setdefault(number, []).append(entry)
    without_description = {"at": None, "reason": "", "label": ""}
    return [
        json.dumps(
            {
                "number": number,
                **descriptions.get(number, without_description),
                "entries": entries[number],
            },
            ensure_ascii=False,
        )
        for number in numbers
        if number in entries
    ]


def hashed_key(key: str) -> str:
    """Replaces the key of a source that is no longer public: typed keys reveal their source."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
