"""Addresses of the correction form and of the author's page of a proposal."""

from django.urls import path

from . import correction_views, proposal_views

urlpatterns = [
    path("corrections/", correction_views.CorrectionPage.as_view(), name="corrections"),
    path("corrections/sent/", correction_views.SentPage.as_view(), name="corrections-sent"),
    path("proposals/<int:number>/", proposal_views.ProposalPage.as_view(), name="proposals-page"),
]
