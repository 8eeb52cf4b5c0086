"""What each request costs, and what happens to those that cost much.

`COSTS` names the cost class of every view. Cheap requests read what the projection has ready.
Expensive ones compose documents from the ledger, follow ties across the catalogue, or stream a
file: they take one of few slots, with a budget, or are answered 503 at once (`mcs.slots`). So cheap
pages never wait for them. A page from the cache (`mcs.cache`) needs no slot.
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
from mcs.guide import pages
from mcs.middleware import busy, unavailable
from mcs.slots import Budget, Stream
from orgs.api import views as orgs
from orgs.api.openapi import ALL, FORMATS, WHOLE
from orgs.claims import contact_views, freshness_views
from orgs.claims import views as claims
from orgs.imports import views as imports
from orgs.pages import addresses, lists, records, references
from orgs.profiles import views as profiles
from orgs.review import correction_views, proposal_views


@dataclass(frozen=True)
class Cost:
    """When requests of a view are expensive: `always`, or as their parameters ask."""

    always: bool = False
    given: tuple[str, ...] = ()
    """Parameters that make a request expensive, whatever they say."""
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Parameters that do so with one of these values."""
    accepted: tuple[str, ...] = ()
    """Media types that do so in the header `Accept`, where no format is named."""

    def is_expensive(self, request: HttpRequest) -> bool:
        """Whether this request is expensive. Only reading is: what is sent has limits of its own.

        A value that the view refuses may count as one that it takes.
        """
        if request.method not in ("GET", "HEAD"):
            return False
        asked = request.GET
        accept = "" if asked.get("format") else request.headers.get("Accept", "").lower()
        return (
            self.always
            or any(value.strip() for name in self.given for value in asked.getlist(name))
            or any(
                value in values
                for name, values in self.values.items()
                for value in asked.getlist(name)
            )
            or any(media in accept for media in self.accepted)
        )


CHEAP = Cost()
EXPENSIVE = Cost(always=True)
CLOCKS = ("as_of", "known_at")
AT_OTHER_CLOCKS = Cost(given=CLOCKS)
LIST_OF_API = Cost(
    given=CLOCKS,
    values={"format": WHOLE, "limit": (ALL,)},
    accepted=("text/*", *{FORMATS[name] for name in WHOLE} - {FORMATS["json"]}),
)

COSTS: dict[Any, Cost] = {
    # Pages: a view has the class of the nearest of its bases.
    views.Home: CHEAP,
    views.About: CHEAP,
    views.language: CHEAP,
    views.healthz: CHEAP,
    views.readyz: CHEAP,
    styleguide.styleguide: CHEAP,
    RedirectView: CHEAP,
    pages.GuidePage: CHEAP,
    pages.Introduction: EXPENSIVE,
    lists.EntryList: AT_OTHER_CLOCKS,
    records.EntryPage: AT_OTHER_CLOCKS,
    records.HistoryPage: EXPENSIVE,
    records.CitePage: CHEAP,
    references.SourcePage: CHEAP,
    references.SchemePage: CHEAP,
    references.ArenaList: CHEAP,
    addresses.permanent: CHEAP,
    imports.Download: EXPENSIVE,
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
    correction_views.CorrectionPage: CHEAP,
    correction_views.SentPage: CHEAP,
    claims.ClaimPage: CHEAP,
    claims.LinkPage: CHEAP,
    claims.AddPage: CHEAP,
    freshness_views.StillRight: CHEAP,
    freshness_views.ByRepresentative: CHEAP,
    proposal_views.ProposalPage: CHEAP,
    contact_views.Write: CHEAP,
    profiles.ProfileView: CHEAP,
    imports.Uploads: CHEAP,
    imports.UploadPage: CHEAP,
    accounts.Overview: CHEAP,
    accounts.SignOut: CHEAP,
    accounts.Sessions: CHEAP,
    # The API: by view and action.
    (orgs.Listing, "list"): LIST_OF_API,
    (orgs.Collection, "retrieve"): AT_OTHER_CLOCKS,
    (orgs.RecordCollection, "history"): EXPENSIVE,
    (api.COLLECTIONS["partnerships"], "network"): EXPENSIVE,
    (api.COLLECTIONS["gatherings"], "editions"): CHEAP,
    (orgs.Changes, "list"): CHEAP,
    (orgs.Changes, "retrieve"): CHEAP,
    (api.Contents, "retrieve"): CHEAP,
    (api.Schema, "retrieve"): CHEAP,
    (api.Elsewhere, "retrieve"): CHEAP,
}
"""The cost class of every view of ours. One that is not in it counts as expensive."""

OF_ACCOUNTS = (
    "allauth.",
    "campaigns.admin",
    "django.contrib.",
    "mcs.admin",
    "orgs.admin.",
)
"""The modules whose views are cheap: signing in, and the editors' screens."""
REVIEW = "orgs.review."
"""Where screens of the admin, which are no classes, stand beside public pages, which are."""


def cost_of(callback: Callable) -> Cost | None:
    """Return the cost class of what Django calls for an address, None if it has none."""
    cls = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    actions = getattr(callback, "actions", None) or {}
    names: Iterable[Any] = (callback,)
    if cls is not None:
        action = actions.get("get")
        names = [(one, action) if action else one for one in cls.__mro__]
    for name in names:
        if name in COSTS:
            return COSTS[name]
    module = (cls or callback).__module__
    is_screen = cls is None and module.startswith(REVIEW)
    return CHEAP if is_screen or module.startswith(OF_ACCOUNTS) else None


def limited(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Return the middleware that gives an expensive request a slot and a budget, or refuses it.

    A streamed answer keeps both until it is closed, however that comes about.
    """

    def middleware(request: Any) -> HttpResponseBase:
        try:
            response = get_response(request)
        except BaseException:
            if budget := taken(request):
                budget.close()
            raise
        budget = taken(request)
        if budget is None:
            return response
        if isinstance(response, StreamingHttpResponse):
            return streamed(request, response, budget)
        budget.close()
        return response

    def process_view(
        request: Any, view: Callable, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not (cost_of(view) or EXPENSIVE).is_expensive(request):
            return None
        request.budget = Budget.begin()
        return busy(request) if request.budget is None else None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def taken(request: Any) -> Budget | None:
    """Return the budget of a request, which has none afterwards."""
    return request.__dict__.pop("budget", None)


def streamed(
    request: HttpRequest, response: StreamingHttpResponse, budget: Budget
) -> HttpResponseBase:
    """Return a streamed answer within its budget; or 503 if not even its beginning can be made."""
    pieces = cast(Iterable[bytes], response.streaming_content)
    stream = Stream(pieces, budget, request.META.get("gunicorn.socket"))
    try:
        stream.begin()
    except (OperationalError, InterfaceError) as error:
        answer = unavailable(request, error)
        assert answer is not None  # noqa: S101 - it has one for these errors
        return answer
    response.streaming_content = stream
    return response
