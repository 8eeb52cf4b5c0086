"""The addresses of the app, package by package. The first that fits answers."""

from django.urls import include, path

urlpatterns = [
    path("", include("orgs.imports.urls")),
    path("", include("orgs.claims.urls")),
    path("", include("orgs.profiles.urls")),
    path("", include("orgs.pages.urls")),
    path("", include("orgs.review.urls")),
]
