from django.urls import path

from . import views

urlpatterns = [
    path("organizations/sheet.csv", views.SheetDownload.as_view(), name="sheet-csv"),
    path("organizations/sheet.xlsx", views.SheetDownload.as_view(format="xlsx"), name="sheet-xlsx"),
    path("account/spreadsheets/", views.Uploads.as_view(), name="uploads"),
    path("account/spreadsheets/<uuid:key>/", views.UploadPage.as_view(), name="upload"),
]
