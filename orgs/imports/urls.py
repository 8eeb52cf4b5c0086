from django.urls import path

from . import views
from .sheet_download import SheetDownload

urlpatterns = [
    path("organizations/sheet.csv", SheetDownload.as_view(), name="sheet-csv"),
    path("organizations/sheet.xlsx", SheetDownload.as_view(format="xlsx"), name="sheet-xlsx"),
    path("account/spreadsheets/", views.Uploads.as_view(), name="uploads"),
    path("account/spreadsheets/<uuid:key>/", views.UploadPage.as_view(), name="upload"),
    path(
        "account/spreadsheets/<uuid:key>/problems.csv",
        views.UploadProblems.as_view(),
        name="upload-problems",
    ),
]
