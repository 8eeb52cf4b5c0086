"""URLs of claims, representatives, confirmations and contact forms."""

from django.urls import path, re_path

from orgs.pages.urls import SLUG

from . import contact_views, freshness_views, views

urlpatterns = [
    # Before the pages of organizations, which would read "add" as a slug.
    path("organizations/add/", views.AddPage.as_view(), name="add"),
    re_path(rf"^organizations/{SLUG}/claim/$", views.ClaimPage.as_view(), name="claim"),
    re_path(rf"^organizations/{SLUG}/claim/code/$", views.CodePage.as_view(), name="claim-code"),
    re_path(
        rf"^account/representing/{SLUG}/$", views.HandOverPage.as_view(), name="representative"
    ),
    re_path(
        r"^claims/invitation/(?P<secret>[A-Za-z0-9_-]{1,80})/$",
        views.InvitationPage.as_view(),
        name="claim-invitation",
    ),
    re_path(
        r"^claims/stop/(?P<secret>[A-Za-z0-9_-]{1,80})/$",
        views.StopPage.as_view(),
        name="claim-stop",
    ),
    re_path(
        rf"^organizations/{SLUG}/confirm/$",
        freshness_views.ConfirmPage.as_view(),
        name="confirm-page",
    ),
    re_path(
        rf"^organizations/{SLUG}/attest/$", freshness_views.AttestPage.as_view(), name="attest"
    ),
    re_path(
        rf"^organizations/{SLUG}/contact/$", contact_views.ContactPage.as_view(), name="write-to"
    ),
    re_path(
        r"^confirm/(?P<secret>[A-Za-z0-9_-]{1,200})/$",
        freshness_views.ConfirmationLinkPage.as_view(),
        name="still-right",
    ),
]
