"""Every address of the site. What is not here yet is 404, never a stub."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("search/", views.Search.as_view(), name="search"),
    path("about/", views.About.as_view(), name="about"),
    path("", include("orgs.urls")),
    path("", include("campaigns.urls")),
    path("api/v1/", include("mcs.api")),
    path(
        "account/sign-in/",
        LoginView.as_view(
            template_name="account/sign_in.html",
            # Otherwise Django calls the site by the name of its host.
            extra_context={"site_name": settings.SITE_NAME},
        ),
        name="sign-in",
    ),
    path("account/sign-out/", LogoutView.as_view(), name="sign-out"),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.failed
