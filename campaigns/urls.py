"""The addresses of what organizations do together."""

from django.urls import path, re_path

from orgs.urls import SLUG, record_pages

from . import views

urlpatterns = [
    *record_pages("campaigns", views.CampaignList, views.CampaignPage),
    *record_pages("gatherings", views.GatheringList, views.GatheringPage),
    *record_pages("instruments", views.InstrumentList, views.InstrumentPage),
    *record_pages("projects", views.ProjectList, views.ProjectPage),
    *record_pages("demands", views.DemandList, views.DemandPage),
    *record_pages("cases", views.CaseList, views.CasePage),
    re_path(
        rf"^organizations/{SLUG}/network/$",
        views.NetworkPage.as_view(),
        name="organizations-network",
    ),
    path("judgements/", views.JudgementList.as_view(), name="judgements"),
    re_path(
        r"^judgements/(?P<name>[a-z_]{1,40})/$",
        views.JudgementPage.as_view(),
        name="judgements-page",
    ),
]
