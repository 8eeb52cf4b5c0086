"""Addresses of the review pages, of the correction form and of the author's page of a proposal."""

from django.urls import include, path

from . import (
    account_undo,
    claim_views,
    correction_form,
    correction_views,
    duplicates,
    import_views,
    proposal_views,
    queue_views,
    record_views,
)

proposals = [
    path("", proposal_views.ProposalList.as_view(), name="review-proposals"),
    path("<int:number>/", proposal_views.ProposalPage.as_view(), name="review-proposal"),
    path("<int:number>/undo/", proposal_views.UndoPage.as_view(), name="review-undo"),
    path("<int:number>/redact/", proposal_views.RedactPage.as_view(), name="review-redact"),
]
records = [
    path("restrict/", record_views.RestrictPage.as_view(), name="review-restrict"),
    path("withdraw/", record_views.WithdrawPage.as_view(), name="review-withdraw"),
    path("<int:number>/tiers/", record_views.TiersPage.as_view(), name="review-tiers"),
    path("<int:number>/merge/", record_views.MergePage.as_view(), name="review-merge"),
    path("<int:number>/history/", record_views.HistoryPage.as_view(), name="review-history"),
    path(
        "<int:number>/representatives/",
        claim_views.RepresentativesPage.as_view(),
        name="review-representatives",
    ),
]
review = [
    path("", queue_views.QueuePage.as_view(), name="review"),
    path("proposals/", include(proposals)),
    path("corrections/", correction_views.CorrectionList.as_view(), name="review-corrections"),
    path(
        "corrections/<int:number>/",
        correction_views.CorrectionPage.as_view(),
        name="review-correction",
    ),
    path("claims/", claim_views.ClaimList.as_view(), name="review-claims"),
    path("claims/<int:number>/", claim_views.ClaimPage.as_view(), name="review-claim"),
    path("imports/", import_views.ImportPage.as_view(), name="review-import"),
    path("accounts/undo/", account_undo.AccountUndoPage.as_view(), name="review-account-undo"),
    path("duplicates/", duplicates.DuplicatesPage.as_view(), name="review-duplicates"),
    path(
        "duplicates/<int:goes>/<int:stays>/",
        duplicates.ComparePage.as_view(),
        name="review-duplicate",
    ),
    path(
        "duplicates/<int:goes>/<int:stays>/distinct/",
        duplicates.DistinctPage.as_view(),
        name="review-distinct",
    ),
    path("records/", include(records)),
]
urlpatterns = [
    path("review/", include(review)),
    path("corrections/", correction_form.CorrectionPage.as_view(), name="corrections"),
    path("corrections/sent/", correction_form.SentPage.as_view(), name="corrections-sent"),
    path("proposals/<int:number>/", proposal_views.AuthorPage.as_view(), name="proposals-page"),
]
