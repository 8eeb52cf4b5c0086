"""The URLconf of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from mcs import views
from mcs.guide import pages as developers
from mcs.styleguide import styleguide

# Pages in every language: English without a prefix, Spanish below /es/, Arabic below /ar/.
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
    # First, because programs send most requests, and patterns are tried in order.
    path("api/v1/", include("mcs.api")),
    *i18n_patterns(*pages, prefix_default_language=False),
    path("language/", views.switch_language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler429 = views.too_many_requests
handler500 = views.server_error
