"""The cost class of every view, and the middleware that limits expensive requests.

Cheap requests read the projection. Expensive ones compose documents from the ledger, follow ties
across the catalogue, or stream a file: they take one of few slots, with a budget, or are answered
503 at once (`mcs.concurrency`). So cheap pages never wait for them. A page from the cache
(`mcs.cache`) needs no slot.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.views.generic import RedirectView

from campaigns.analysis import views as analysis
from campaigns.finders import views as finders
from campaigns.networks import views as networks
from campaigns.places import views as places
from campaigns.propositions import views as propositions
from mcs import api, styleguide, views
from mcs.accounts import views as accounts
from mcs.concurrency import Budget, BudgetedStream
from mcs.guide import pages
from mcs.middleware import busy_response, service_unavailable
from orgs.api import views as orgs
from orgs.api.changes import Changes
from orgs.api.lists import Listing
from orgs.api.openapi import ALL, FORMATS, UNPAGED_FORMATS
from orgs.claims import contact_views, freshness_views
from orgs.claims import views as claims
from orgs.imports import views as uploads
from orgs.imports.sheet_download import SheetDownload
from orgs.pages import addresses, records, references
from orgs.pages.listing import EntryList
from orgs.profiles import views as profiles
from orgs.review import correction_form, proposal_views
from orgs.review import pages as review


@dataclass(frozen=True)
class Cost:
    """When requests to a view are expensive: `always`, or depending on their parameters."""

    always: bool = False
    params: tuple[str, ...] = ()
    """Parameters that make a request expensive with any value but a blank one."""
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Parameters that do so with one of these values."""
    media_types: tuple[str, ...] = ()
    """Media types that do so in the header `Accept`, if there is no parameter `format`."""

    def is_expensive(self, request: HttpRequest) -> bool:
        """Only GET and HEAD are expensive: forms have rate limits of their own.

        A value that the view rejects may count as one that it accepts.
        """
        if request.method not in ("GET", "HEAD"):
            return False
        params = request.GET
        accept = "" if params.get("format") else request.headers.get("Accept", "").lower()
        return (
            self.always
            or any(value.strip() for name in self.params for value in params.getlist(name))
            or any(
                value in values
                for name, values in self.values.items()
                for value in params.getlist(name)
            )
            or any(media in accept for media in self.media_types)
        )


CHEAP = Cost()
EXPENSIVE = Cost(always=True)
CLOCKS = ("as_of", "known_at")
AT_OTHER_CLOCKS = Cost(params=CLOCKS)
API_LIST = Cost(
    params=CLOCKS,
    values={"format": UNPAGED_FORMATS, "limit": (ALL,)},
    media_types=("text/*", *(FORMATS[name] for name in UNPAGED_FORMATS)),
)

COSTS: dict[Any, Cost] = {
    # Pages. A view without a line has the cost class of its nearest base.
    views.Home: CHEAP,
    views.About: CHEAP,
    views.switch_language: CHEAP,
    views.healthz: CHEAP,
    views.readyz: CHEAP,
    styleguide.styleguide: CHEAP,
    RedirectView: CHEAP,
    pages.GuidePage: CHEAP,
    pages.Introduction: EXPENSIVE,
    EntryList: AT_OTHER_CLOCKS,
    records.EntryPage: AT_OTHER_CLOCKS,
    records.HistoryPage: EXPENSIVE,
    records.CitePage: CHEAP,
    references.SourcePage: CHEAP,
    references.SchemePage: CHEAP,
    references.ArenaList: CHEAP,
    addresses.redirect_permanent_id: CHEAP,
    SheetDownload: EXPENSIVE,
    networks.NetworkPage: EXPENSIVE,
    places.ComparePage: EXPENSIVE,
    analysis.AnalysisList: CHEAP,
    analysis.AnalysisPage: EXPENSIVE,
    propositions.PropositionList: CHEAP,
    propositions.PropositionPage: EXPENSIVE,
    propositions.RecommendationPage: EXPENSIVE,
    finders.FinderList: CHEAP,
    finders.Finder: EXPENSIVE,
    # Forms, and pages for those who have signed in.
    correction_form.CorrectionPage: CHEAP,
    correction_form.SentPage: CHEAP,
    claims.ClaimBasePage: CHEAP,
    claims.LinkPage: CHEAP,
    claims.AddPage: CHEAP,
    freshness_views.ConfirmationLinkPage: CHEAP,
    freshness_views.RepresentativeView: CHEAP,
    proposal_views.AuthorPage: CHEAP,
    contact_views.ContactPage: CHEAP,
    profiles.ProfileView: CHEAP,
    uploads.Uploads: CHEAP,
    uploads.UploadPage: CHEAP,
    uploads.UploadProblems: CHEAP,
    review.EditorMixin: CHEAP,
    accounts.Overview: CHEAP,
    accounts.SignOut: CHEAP,
    accounts.Sessions: CHEAP,
    # The API: by view and action.
    (Listing, "list"): API_LIST,
    (orgs.Collection, "retrieve"): AT_OTHER_CLOCKS,
    (orgs.RecordCollection, "history"): EXPENSIVE,
    (api.COLLECTIONS["partnerships"], "network"): EXPENSIVE,
    (api.COLLECTIONS["gatherings"], "editions"): CHEAP,
    (Changes, "list"): CHEAP,
    (Changes, "retrieve"): CHEAP,
    (api.Contents, "retrieve"): CHEAP,
    (api.Schema, "retrieve"): CHEAP,
    (api.Elsewhere, "retrieve"): CHEAP,
}
"""The cost class of every view of this project. A view that is not listed counts as expensive."""

CHEAP_MODULES = (
    "allauth.",
    "campaigns.admin",
    "django.contrib.",
    "mcs.admin",
    "orgs.admin.",
)
"""Prefixes of modules whose views are cheap: signing in, and the admin."""


def cost_of(callback: Callable) -> Cost | None:
    cls = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    actions = getattr(callback, "actions", None) or {}
    keys: Iterable[Any] = (callback,)
    if cls is not None:
        action = actions.get("get")
        keys = [(base, action) if action else base for base in cls.__mro__]
    for key in keys:
        if key in COSTS:
            return COSTS[key]
    return CHEAP if (cls or callback).__module__.startswith(CHEAP_MODULES) else None


def limit_expensive_requests(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Middleware that gives an expensive request a slot and a budget, or refuses it.

    A streamed response keeps both until it is closed.
    """

    def middleware(request: Any) -> HttpResponseBase:
        try:
            response = get_response(request)
        except BaseException:
            if budget := pop_budget(request):
                budget.close()
            raise
        budget = pop_budget(request)
        if budget is None:
            return response
        if isinstance(response, StreamingHttpResponse):
            return with_budget(request, response, budget)
        budget.close()
        return response

    def process_view(
        request: Any, view: Callable, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not (cost_of(view) or EXPENSIVE).is_expensive(request):
            return None
        request.budget = Budget.begin()
        return busy_response(request) if request.budget is None else None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def pop_budget(request: Any) -> Budget | None:
    return request.__dict__.pop("budget", None)


def with_budget(
    request: HttpRequest, response: StreamingHttpResponse, budget: Budget
) -> HttpResponseBase:
    """Limit a streamed response by its budget. 503 if the database fails before the first chunk."""
    chunks = cast(Iterable[bytes], response.streaming_content)
    stream = BudgetedStream(chunks, budget, request.META.get("gunicorn.socket"))
    try:
        stream.begin()
    except (OperationalError, InterfaceError) as error:
        failure = service_unavailable(request, error)
        assert failure is not None  # noqa: S101 - never None for these errors
        return failure
    response.streaming_content = stream
    return response
