"""The address of two places beside each other."""

from django.urls import re_path

from orgs.pages.urls import SLUG

from . import views

urlpatterns = [
    re_path(rf"^places/{SLUG}/compare/$", views.ComparePage.as_view(), name="places-compare"),
]
