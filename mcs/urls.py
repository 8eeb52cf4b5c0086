"""Every address of the site. What is not here yet is 404, never a stub."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from mcs import views
from mcs.guide import pages as developers
from mcs.styleguide import styleguide

# What people read stands in every language: bare in English, below /es/ in Spanish.
pages: list[URLPattern | URLResolver] = [
    path("", views.Home.as_view(), name="home"),
    path("search/", views.Search.as_view(), name="search"),
    path("about/", views.About.as_view(), name="about"),
    path("developers/", developers.Introduction.as_view(), name="developers"),
    path(
        "developers/statements/",
        developers.StatementsPage.as_view(),
        name="developers-statements",
    ),
    path("developers/network/", developers.NetworkPage.as_view(), name="developers-network"),
    re_path(
        r"^developers/(?P<name>[a-z]{1,40})/$",
        developers.CollectionPage.as_view(),
        name="developers-collection",
    ),
    path("styleguide/", styleguide, name="styleguide"),
    path("", include("orgs.urls")),
    path("", include("campaigns.urls")),
    path("account/", include("mcs.accounts.urls")),
    path("admin/", admin.site.urls),
]

urlpatterns = [
    # Programs ask most often, and every address before theirs is tried in vain.
    path("api/v1/", include("mcs.api")),
    *i18n_patterns(*pages, prefix_default_language=False),
    path("language/", views.language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler429 = views.too_many
handler500 = views.failed
