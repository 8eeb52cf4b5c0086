from django.urls import path

from . import views

urlpatterns = [
    path("finders/", views.FinderList.as_view(), name="finders"),
    path("finders/counterparts/", views.Counterparts.as_view(), name="finders-counterparts"),
    path("finders/shared-targets/", views.SharedTargets.as_view(), name="finders-shared-targets"),
    path("finders/missing-rungs/", views.MissingRungs.as_view(), name="finders-missing-rungs"),
    path("finders/bridges/", views.Bridges.as_view(), name="finders-bridges"),
    path("finders/here-and-there/", views.HereAndThere.as_view(), name="finders-here-and-there"),
]
