"""Pages that belong to no app: home, search, about, health, and what is said when all fails."""

import sys
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from mcs.middleware import service_unavailable, unsaved_form
from orgs.api.http import problem_answer
from orgs.changes.changeset import Changeset
from orgs.pages.documents import CARD_COLUMNS
from orgs.pages.lists import EntryList
from orgs.pages.map import count_by_country, render_map
from orgs.pages.references import list_arenas
from orgs.projection.entry import RECORD_KINDS, Entry, EntryChange
from orgs.records.languages import localized, without_language
from orgs.search.filters import SearchEverythingFilter

LISTS = {
    "organization": ("/organizations/", gettext_lazy("Organizations")),
    "partnership": ("/networks-and-coalitions/", gettext_lazy("Networks and coalitions")),
    "campaign": ("/campaigns/", gettext_lazy("Campaigns")),
    "gathering": ("/gatherings/", gettext_lazy("Gatherings")),
    "instrument": ("/instruments/", gettext_lazy("Instruments")),
    "project": ("/projects/", gettext_lazy("Projects")),
    "demand": ("/demands/", gettext_lazy("Demands")),
    "case": ("/cases/", gettext_lazy("Cases")),
    "place": ("/places/", gettext_lazy("Places")),
    "source": ("/sources/", gettext_lazy("Sources")),
    "term": ("/terms/", gettext_lazy("Terms")),
    "arena": ("/arenas/", gettext_lazy("Arenas")),
}
"""Where the list of each kind is, and what it is called."""


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what every template may use: the site's name, its lists, this page's languages."""
    query = request.META.get("QUERY_STRING", "")
    page = without_language(request.path) + (f"?{query}" if query else "")
    return {
        "site_name": settings.SITE_NAME,
        "lists": LISTS,
        "this_page": page,
        "mail": settings.EMAIL_SENT,
        "languages": [
            {"code": code, "name": name, "address": localized(page, code)}
            for code, name in settings.LANGUAGES
        ],
    }


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """Lead to a page in the language that the form in every footer asks for.

    Takes `language` (a code) and `page` (the bare path of ours to read). What is neither leads to
    the front page in English.
    """
    wanted, page = request.GET.get("language", ""), without_language(request.GET.get("page", ""))
    if not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        page = "/"
    if wanted not in dict(settings.LANGUAGES):
        wanted = settings.LANGUAGE_CODE
    return HttpResponseRedirect(localized(page, wanted))


# Pages ------------------------------------------------------------------------------------------


class Home(TemplateView):
    """The front page: what this is, the four arenas, the map, the ways in, what changed lately."""

    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        return super().get_context_data(
            arenas=list_arenas(),
            world=render_map(count_by_country(), get_language() or ""),
            kinds=counted_kinds(),
            changes=latest_changes(),
            **kwargs,
        )


def counted_kinds() -> list[dict]:
    """Return every kind of entry that has a list, with how many there are."""
    rows = Entry.objects.published().values_list("kind").annotate(Count("id")).order_by()
    counts = dict(rows)
    # Their list has networks and coalitions, too.
    counts["organization"] = sum(counts.get(kind, 0) for kind in ("organization", "partnership"))
    return [
        {"kind": kind, "label": label, "url": url, "count": counts.get(kind, 0)}
        for kind, (url, label) in LISTS.items()
        if kind != "arena"
    ]


def latest_changes(how_many: int = 5, entries_each: int = 6) -> list[dict]:
    """Return the last changes that left something to read, newest first.

    Each has its number, its time, the reason its editors gave, how many entries it left as they
    are and the first of these by name.
    """
    numbers = (
        EntryChange.objects.filter(
            state=Entry.State.PUBLISHED, kind__in=RECORD_KINDS, follows=False
        )
        .order_by("-change")
        .values_list("change", flat=True)
        .distinct()[:how_many]
    )
    entries = (
        Entry.objects.published()
        .of_kinds(*RECORD_KINDS)
        .filter(change__in=list(numbers))
        .annotate(
            place=Window(RowNumber(), partition_by="change", order_by=["sort_key", "id"]),
            together=Window(Count("id"), partition_by="change"),
        )
        .filter(place__lte=entries_each)
        .order_by("-change", "place")
        .only(*CARD_COLUMNS)
    )
    shown = {number: list(some) for number, some in groupby(entries, attrgetter("change"))}
    reasons = dict(
        Changeset.objects.as_published()
        .filter(number__in=shown)
        .values_list("number", "public_reason")
    )
    return [
        {
            "number": number,
            "at": some[0].updated,
            "reason": reasons.get(number, ""),
            "entries": some,
            "others": some[0].together - len(some),
        }
        for number, some in shown.items()
    ]


class Search(EntryList):
    """One search over every kind, each answer with its kind."""

    template_name = "search.html"
    filterset_class = SearchEverythingFilter
    title = gettext_lazy("Search")
    count_label = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")
    api = "search"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with what is found, or with help if nothing is asked."""
        names = self.filterset_class.base_filters
        if not any(value.strip() for name in names for value in request.GET.getlist(name)):
            return self.render_to_response({"title": self.title, "asked": False})
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows."""
        context = super().get_context_data(asked=True, **kwargs)
        listing = context["listing"]
        rows = listing.entries.order_by().values_list("kind").annotate(Count("id"))
        counts = {} if listing.problems else dict(rows)
        question = listing.params.urlencode()
        context["kinds"] = [
            {"kind": kind, "label": label, "url": f"{url}?{question}", "count": counts[kind]}
            for kind, (url, label) in LISTS.items()
            if kind in counts and kind != "arena"
        ]
        context["nearly"] = any(getattr(entry, "rank", 0) == 4 for entry in listing.page.rows)
        return context


class About(TemplateView):
    """What this catalogue is and how to read it."""

    template_name = "about.html"
    extra_context = {"title": gettext_lazy("About this catalogue")}


# Health -----------------------------------------------------------------------------------------


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process answers; asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether visitors can be served: the database answers and has every migration."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return _not_ready("The database does not answer. Check that it runs and DATABASE_URL.\n")
    if waiting:
        return _not_ready(f"{len(waiting)} migrations are missing. Run: python manage.py migrate\n")
    return HttpResponse("ready\n", content_type="text/plain")


# Which migrations there are is nothing that readers see.
readyz.uses_application_role = True  # type: ignore[attr-defined]


def _not_ready(sentence: str) -> HttpResponse:
    return HttpResponse(
        sentence, status=503, content_type="text/plain", headers={"Retry-After": "5"}
    )


# When something fails ---------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read."""
    return _failed(request, 400, gettext("This request cannot be read."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that this visitor may not make."""
    return _failed(request, 403, gettext("This is not open to you."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer that nothing public has this address: absent and hidden are one and the same."""
    return _failed(request, 404, gettext("Nothing public has this address."))


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer that somebody has tried too often, and when to try again."""
    response = _failed(request, 429, gettext("Too many attempts."))
    response["Retry-After"] = "60"
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when something broke; if that is the database, say so and when to come back."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and (answer := service_unavailable(request, error)):
        return answer
    return _failed(request, 500, gettext("This is our mistake, and it has been noted."))


def _failed(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return problem_answer(status, sentence)
    context = {"unsaved_form": unsaved_form(request)} if status == 500 else {}
    return render(request, f"{status}.html", context, status=status)
