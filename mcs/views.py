"""Pages that belong to no app: home, search, about, health checks and error pages."""

import sys
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from mcs.middleware import service_unavailable, unsaved_form
from orgs.api.problems import problem_response
from orgs.changes.changeset import Changeset
from orgs.pages.documents import CARD_COLUMNS
from orgs.pages.listing import EntryList
from orgs.pages.map import count_by_country, render_map
from orgs.pages.references import list_arenas
from orgs.projection.entry import Entry, EntryChange
from orgs.records.kinds import ACTOR_KINDS, KINDS, RECORD_KINDS
from orgs.records.languages import localized, without_language
from orgs.search.filters import SearchEverythingFilter
from orgs.search.places import is_in_use
from orgs.sql import execute

LISTED_KINDS = {kind: names for kind, names in KINDS.items() if kind != "membership"}
"""Kinds with a list of their own, in the order of the navigation."""


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what every template may use."""
    query = request.META.get("QUERY_STRING", "")
    page = without_language(request.path) + (f"?{query}" if query else "")
    return {
        "site_name": settings.SITE_NAME,
        "lists": LISTED_KINDS.values(),
        "this_page": page,
        "mail": settings.EMAIL_SENT,
        "languages": [
            {"code": code, "name": name, "address": localized(page, code)}
            for code, name in settings.LANGUAGES
        ],
    }


@require_safe
def switch_language(request: HttpRequest) -> HttpResponse:
    """Redirect to a page in another language; the form is in every footer.

    Parameters are `language` (a code) and `page` (a path of this site). Invalid ones lead to
    English and to the front page.
    """
    code, page = request.GET.get("language", ""), without_language(request.GET.get("page", ""))
    if not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        page = "/"
    if code not in dict(settings.LANGUAGES):
        code = settings.LANGUAGE_CODE
    return HttpResponseRedirect(localized(page, code))


# Pages ------------------------------------------------------------------------------------------


class Home(TemplateView):
    """The front page: an introduction, the four arenas, the map, the lists, the latest changes."""

    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            arenas=list_arenas(),
            world=render_map(count_by_country(), get_language() or ""),
            kinds=kind_counts(),
            changes=latest_changes(),
            **kwargs,
        )


def kind_counts() -> list[dict]:
    """The kinds of entry that have a list, with the number of their entries."""
    entries = Entry.objects.published().filter(~Q(kind="place") | is_in_use())
    rows = entries.values_list("kind").annotate(Count("id")).order_by()
    counts = dict(rows)
    # The list of organizations includes networks and coalitions.
    counts["organization"] = sum(counts.get(kind, 0) for kind in ACTOR_KINDS)
    return [
        {
            "kind": kind,
            "label": names.plural,
            "url": names.list_url,
            "count": counts.get(kind, 0),
        }
        for kind, names in LISTED_KINDS.items()
        if kind != "arena"
    ]


LATEST_CHANGES, ENTRIES_OF_A_CHANGE = 5, 6
CHANGES_LOOKED_AT = 40
"""A large import consists of many changes, which are listed as one."""


def latest_changes() -> list[dict]:
    """The latest changes of which published entries remain, newest first.

    Each has its number, its time, the public reason, its first entries by name, and the number of
    `others`. Successive changes for the same reason are one, with the number of the last.
    """
    numbers = list(
        EntryChange.objects.filter(
            state=Entry.State.PUBLISHED, kind__in=RECORD_KINDS, follows=False
        )
        .order_by("-change")
        .values_list("change", flat=True)
        .distinct()[:CHANGES_LOOKED_AT]
    )
    reasons = dict(
        Changeset.objects.as_published()
        .filter(number__in=numbers)
        .values_list("number", "public_reason")
    )
    groups = [
        [*group] for _, group in groupby(numbers, lambda number: reasons.get(number) or number)
    ]
    entries = (
        Entry.objects.published()
        .of_kinds(*RECORD_KINDS)
        .filter(change__in=[number for group in groups[:LATEST_CHANGES] for number in group])
        .annotate(
            place=Window(RowNumber(), partition_by="change", order_by=["sort_key", "id"]),
            total=Window(Count("id"), partition_by="change"),
        )
        .filter(place__lte=ENTRIES_OF_A_CHANGE)
        .order_by("-change", "place")
        .only(*CARD_COLUMNS)
    )
    batches = {number: list(batch) for number, batch in groupby(entries, attrgetter("change"))}
    changes = []
    for group in groups[:LATEST_CHANGES]:
        with_entries = [batches[number] for number in group if number in batches]
        if with_entries:
            shown = [entry for batch in with_entries for entry in batch][:ENTRIES_OF_A_CHANGE]
            changes.append(
                {
                    "number": shown[0].change,
                    "at": shown[0].updated,
                    "reason": reasons.get(shown[0].change, ""),
                    "entries": shown,
                    "others": sum(batch[0].total for batch in with_entries) - len(shown),
                }
            )
    return changes


class Search(EntryList):
    """Search over all kinds of entry."""

    template_name = "search.html"
    filterset_class = SearchEverythingFilter
    title = gettext_lazy("Search")
    count_label = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")
    api = "search"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The results; help if there is no query."""
        names = self.filterset_class.base_filters
        if not any(value.strip() for name in names for value in request.GET.getlist(name)):
            return self.render_to_response({"title": self.title, "has_query": False})
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(has_query=True, **kwargs)
        listing = context["listing"]
        rows = listing.entries.order_by().values_list("kind").annotate(Count("id"))
        counts = {} if listing.problems else dict(rows)
        query = listing.params.urlencode()
        context["kinds"] = [
            {
                "kind": kind,
                "label": names.plural,
                "url": f"{names.list_url}?{query}",
                "count": counts[kind],
            }
            for kind, names in LISTED_KINDS.items()
            if kind in counts and kind != "arena"
        ]
        context["is_fuzzy"] = any(getattr(entry, "rank", 0) == 4 for entry in listing.page.rows)
        return context


class About(TemplateView):
    """What the catalogue is and how to read it."""

    template_name = "about.html"
    extra_context = {"title": gettext_lazy("About this catalogue")}


# Health checks ----------------------------------------------------------------------------------


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: 200 without a query to the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: 200 if the database responds and has all migrations, otherwise 503."""
    try:
        execute("SELECT 1")
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return _not_ready("The database does not answer. Check that it runs and DATABASE_URL.\n")
    if missing:
        return _not_ready(f"{len(missing)} migrations are missing. Run: python manage.py migrate\n")
    return HttpResponse("ready\n", content_type="text/plain")


# The role of public pages may not read the table of migrations.
readyz.uses_application_role = True  # type: ignore[attr-defined]


def _not_ready(sentence: str) -> HttpResponse:
    return HttpResponse(
        sentence, status=503, content_type="text/plain", headers={"Retry-After": "5"}
    )


# Error pages ------------------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 400, gettext("This request cannot be read."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 403, gettext("You do not have access to this page."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same for hidden records as for addresses that do not exist."""
    return _error_page(request, 404, gettext("Page not found."))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    response = _error_page(request, 429, gettext("Too many attempts."))
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 if the database failed."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and (response := service_unavailable(request, error)):
        return response
    return _error_page(request, 500, gettext("This is an error on our side. It has been logged."))


def _error_page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return problem_response(status, sentence)
    context = {"unsaved_form": unsaved_form(request)} if status == 500 else {}
    return render(request, f"{status}.html", context, status=status)
