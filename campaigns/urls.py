"""The addresses of what organizations do together."""

from django.urls import path, re_path

from orgs.urls import SLUG, record_pages

from .views import (
    campaigns,
    finders,
    gatherings,
    instruments,
    judgements,
    networks,
    places,
    projects,
    propositions,
    undertakings,
)

urlpatterns = [
    *record_pages("campaigns", undertakings.CampaignList, campaigns.CampaignPage),
    *record_pages("gatherings", undertakings.GatheringList, gatherings.GatheringPage),
    *record_pages("instruments", undertakings.InstrumentList, instruments.InstrumentPage),
    *record_pages("projects", undertakings.ProjectList, projects.ProjectPage),
    *record_pages("demands", undertakings.DemandList, undertakings.DemandPage),
    *record_pages("cases", undertakings.CaseList, undertakings.CasePage),
    re_path(
        rf"^organizations/{SLUG}/network/$",
        networks.NetworkPage.as_view(),
        name="organizations-network",
    ),
    re_path(rf"^places/{SLUG}/compare/$", places.ComparePage.as_view(), name="places-compare"),
    path("judgements/", judgements.JudgementList.as_view(), name="judgements"),
    re_path(
        r"^judgements/(?P<name>[a-z_]{1,40})/$",
        judgements.JudgementPage.as_view(),
        name="judgements-page",
    ),
    path("propositions/", propositions.PropositionList.as_view(), name="propositions"),
    re_path(
        r"^propositions/(?P<number>[1-9]|10)/$",
        propositions.PropositionPage.as_view(),
        name="propositions-page",
    ),
    re_path(
        r"^recommendations/(?P<number>[1-9]|10)/$",
        propositions.RecommendationPage.as_view(),
        name="recommendations-page",
    ),
    path("finders/", finders.FinderList.as_view(), name="finders"),
    path("finders/counterparts/", finders.Counterparts.as_view(), name="finders-counterparts"),
    path("finders/shared-targets/", finders.SharedTargets.as_view(), name="finders-shared-targets"),
    path("finders/missing-rungs/", finders.MissingRungs.as_view(), name="finders-missing-rungs"),
    path("finders/bridges/", finders.Bridges.as_view(), name="finders-bridges"),
    path("finders/here-and-there/", finders.HereAndThere.as_view(), name="finders-here-and-there"),
]
