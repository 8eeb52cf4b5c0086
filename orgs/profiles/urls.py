"""URLs of the pages on which an organization edits its profile."""

from django.urls import re_path

from orgs.pages.urls import SLUG

from . import answer_views, preview_views, views
from .forms import STEPS

PROFILE = rf"^organizations/{SLUG}/profile/"

urlpatterns = [
    re_path(rf"{PROFILE}$", views.Overview.as_view(), name="profile"),
    re_path(rf"{PROFILE}preview/$", preview_views.Preview.as_view(), name="profile-preview"),
    re_path(rf"{PROFILE}submitted/$", views.Submitted.as_view(), name="profile-submitted"),
    re_path(rf"{PROFILE}answers/$", answer_views.AnswersPage.as_view(), name="profile-answers"),
    re_path(
        rf"{PROFILE}answers/(?P<number>[0-9]{{1,18}})/$",
        answer_views.AnswerPage.as_view(),
        name="profile-answer",
    ),
    *(
        re_path(
            rf"{PROFILE}{code}/$", views.StepPage.as_view(), {"step": code}, name="profile-step"
        )
        for code in STEPS
    ),
]
