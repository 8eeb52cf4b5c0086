"""Addresses of an organization's own profile."""

from django.urls import re_path

from orgs.pages.urls import SLUG

from . import views

WORDS = rf"^organizations/{SLUG}/words/"

urlpatterns = [
    re_path(rf"{WORDS}$", views.Overview.as_view(), name="words"),
    re_path(rf"{WORDS}look/$", views.Look.as_view(), name="words-look"),
    re_path(rf"{WORDS}sent/$", views.Sent.as_view(), name="words-sent"),
    re_path(rf"{WORDS}answers/$", views.Answers.as_view(), name="words-answers"),
    re_path(
        rf"{WORDS}answers/(?P<number>[0-9]{{1,18}})/$",
        views.AnswerPage.as_view(),
        name="words-answer",
    ),
    *(
        re_path(rf"{WORDS}{code}/$", views.StepPage.as_view(), {"step": code}, name="words-step")
        for code in views.STEPS
    ),
]
