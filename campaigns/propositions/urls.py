"""Addresses of propositions and recommendations."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("propositions/", views.PropositionList.as_view(), name="propositions"),
    re_path(
        r"^propositions/(?P<number>[1-9]|10)/$",
        views.PropositionPage.as_view(),
        name="propositions-page",
    ),
    re_path(
        r"^recommendations/(?P<number>[1-9]|10)/$",
        views.RecommendationPage.as_view(),
        name="recommendations-page",
    ),
]
