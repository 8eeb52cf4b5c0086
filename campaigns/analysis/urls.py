"""Addresses of the analysis."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("judgements/", views.JudgementList.as_view(), name="judgements"),
    re_path(
        r"^judgements/(?P<name>[a-z_]{1,40})/$",
        views.JudgementPage.as_view(),
        name="judgements-page",
    ),
]
