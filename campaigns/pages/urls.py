"""Addresses of what organizations do together."""

from orgs.pages.urls import record_pages

from . import campaigns, gatherings, instruments, projects, undertakings

urlpatterns = [
    *record_pages("campaigns", undertakings.CampaignList, campaigns.CampaignPage),
    *record_pages("gatherings", undertakings.GatheringList, gatherings.GatheringPage),
    *record_pages("instruments", undertakings.InstrumentList, instruments.InstrumentPage),
    *record_pages("projects", undertakings.ProjectList, projects.ProjectPage),
    *record_pages("demands", undertakings.DemandList, undertakings.DemandPage),
    *record_pages("cases", undertakings.CaseList, undertakings.CasePage),
]
