"""The addresses of what organizations do together."""

from django.urls import path, re_path

from orgs.urls import SLUG, record_pages

from .views import judgements, networks, undertakings

urlpatterns = [
    *record_pages("campaigns", undertakings.CampaignList, undertakings.CampaignPage),
    *record_pages("gatherings", undertakings.GatheringList, undertakings.GatheringPage),
    *record_pages("instruments", undertakings.InstrumentList, undertakings.InstrumentPage),
    *record_pages("projects", undertakings.ProjectList, undertakings.ProjectPage),
    *record_pages("demands", undertakings.DemandList, undertakings.DemandPage),
    *record_pages("cases", undertakings.CaseList, undertakings.CasePage),
    re_path(
        rf"^organizations/{SLUG}/network/$",
        networks.NetworkPage.as_view(),
        name="organizations-network",
    ),
    path("judgements/", judgements.JudgementList.as_view(), name="judgements"),
    re_path(
        r"^judgements/(?P<name>[a-z_]{1,40})/$",
        judgements.JudgementPage.as_view(),
        name="judgements-page",
    ),
]
