from django.urls import path, re_path

from . import views

urlpatterns = [
    path("analysis/", views.AnalysisList.as_view(), name="analysis"),
    re_path(
        r"^analysis/(?P<name>[a-z_]{1,40})/$",
        views.AnalysisPage.as_view(),
        name="analysis-page",
    ),
]
