"""Addresses of organizations, places, sources, terms and arenas."""

from django.urls import path, re_path

from . import addresses, lists, records, references
from .listing import EntryList

SLUG = r"(?P<slug>[A-Za-z0-9_-]{1,120})"


def record_pages(name: str, list_view: type[EntryList], page_view: type[records.EntryPage]) -> list:
    """The addresses of a kind of record: its list, its pages, their histories and citations.

    `name` is the first part of the address.
    """
    kinds = page_view.kinds
    return [
        path(f"{name}/", list_view.as_view(), name=name),
        re_path(rf"^{name}/{SLUG}/$", page_view.as_view(), name=f"{name}-page"),
        re_path(
            rf"^{name}/{SLUG}/history/$",
            records.HistoryPage.as_view(kinds=kinds),
            name=f"{name}-history",
        ),
        re_path(
            rf"^{name}/{SLUG}/cite/$", records.CitePage.as_view(kinds=kinds), name=f"{name}-cite"
        ),
    ]


urlpatterns = [
    *record_pages("organizations", lists.OrganizationList, records.OrganizationPage),
    path("networks-and-coalitions/", lists.PartnershipList.as_view(), name="partnerships"),
    *record_pages("places", lists.PlaceList, records.PlacePage),
    path("sources/", lists.SourceList.as_view(), name="sources"),
    re_path(rf"^sources/{SLUG}/$", references.SourcePage.as_view(), name="sources-page"),
    path("terms/", references.TermList.as_view(), name="terms"),
    re_path(
        r"^terms/(?P<scheme>[A-Za-z0-9_-]{1,40})/$",
        references.SchemePage.as_view(),
        name="terms-page",
    ),
    path("arenas/", references.ArenaList.as_view(), name="arenas"),
    re_path(rf"^arenas/{SLUG}/$", references.ArenaPage.as_view(), name="arenas-page"),
    re_path(
        r"^id/(?P<name>[0-9]{1,18}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})/?$",
        addresses.redirect_permanent_id,
        name="permanent",
    ),
]
