"""The addresses of the app, package by package."""

from django.urls import include, path

urlpatterns = [
    path("", include(f"campaigns.{package}.urls"))
    for package in ("pages", "networks", "places", "analysis", "propositions", "finders")
]
