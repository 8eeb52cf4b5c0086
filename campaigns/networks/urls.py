from django.urls import re_path

from orgs.pages.urls import SLUG

from . import views

urlpatterns = [
    re_path(
        rf"^organizations/{SLUG}/network/$",
        views.NetworkPage.as_view(),
        name="organizations-network",
    ),
]
