"""The addresses of what organizations do together."""

from orgs.urls import record_pages

from . import views

urlpatterns = [
    *record_pages("campaigns", views.CampaignList, views.CampaignPage),
    *record_pages("gatherings", views.GatheringList, views.GatheringPage),
    *record_pages("instruments", views.InstrumentList, views.InstrumentPage),
    *record_pages("projects", views.ProjectList, views.ProjectPage),
    *record_pages("demands", views.DemandList, views.DemandPage),
    *record_pages("cases", views.CaseList, views.CasePage),
]
