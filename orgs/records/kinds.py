"""The kinds of entry: what each is called, and the address of its pages."""

from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The kind of a record. Each has a proxy model in the app that owns it."""

    PLACE = "place", _("place")
    ORGANIZATION = "organization", _("organization")
    PARTNERSHIP = "partnership", _("network or coalition")
    GATHERING = "gathering", _("gathering")
    CAMPAIGN = "campaign", _("campaign")
    INSTRUMENT = "instrument", _("instrument")
    PROJECT = "project", _("project")
    DEMAND = "demand", _("demand")
    CASE = "case", _("case")


class EntryKind(NamedTuple):
    """The texts and addresses of one kind of entry."""

    label: str | Promise
    plural: str | Promise
    """As a heading: "Networks and coalitions"."""
    path: str
    """First path segment of its pages. A partnership is an organization too."""
    list_path: str = ""
    """First path segment of its list, if that differs from `path`."""

    @property
    def list_url(self) -> str:
        """The list of this kind; that of organizations has networks and coalitions too."""
        return f"/{self.list_path or self.path}/"


KINDS = {
    "organization": EntryKind(_("organization"), _("Organizations"), "organizations"),
    "partnership": EntryKind(
        _("network or coalition"),
        _("Networks and coalitions"),
        "organizations",
        "networks-and-coalitions",
    ),
    "campaign": EntryKind(_("campaign"), _("Campaigns"), "campaigns"),
    "gathering": EntryKind(_("gathering"), _("Gatherings"), "gatherings"),
    "instrument": EntryKind(_("instrument"), _("Instruments"), "instruments"),
    "project": EntryKind(_("project"), _("Projects"), "projects"),
    "demand": EntryKind(_("demand"), _("Demands"), "demands"),
    "case": EntryKind(_("case"), _("Cases"), "cases"),
    "place": EntryKind(_("place"), _("Places"), "places"),
    "source": EntryKind(_("source"), _("Sources"), "sources"),
    "term": EntryKind(_("term"), _("Terms"), "terms"),
    "arena": EntryKind(_("arena"), _("Arenas"), "arenas"),
    "membership": EntryKind(_("membership"), _("Memberships"), "memberships"),
}
"""In the order of the navigation."""

RECORD_KINDS = tuple(Kind.values)
ACTOR_KINDS = (Kind.ORGANIZATION.value, Kind.PARTNERSHIP.value)
"""Kinds that act: organizations, and partnerships of organizations."""
UNDERTAKING_KINDS = tuple(
    kind for kind in RECORD_KINDS if kind not in (*ACTOR_KINDS, Kind.PLACE.value)
)
"""Kinds of what actors do together: gatherings, campaigns, instruments and so on."""


def path_of(kind: str, slug: str) -> str:
    """The path of the page of an item of this kind: `/organizations/picum/`.

    A term's slug is `scheme:code`; it is on the page of its scheme. A membership has no page of its
    own: it is on the page of the member.
    """
    if kind == "term":
        scheme, _, code = slug.partition(":")
        return f"/terms/{scheme}/#{code}"
    return f"/{KINDS[kind].path}/{slug}/"


def api_path(kind: str, key: str) -> str:
    """The permanent path of an item of this kind in the API."""
    return f"/api/v1/{KINDS[kind].path}/{key}/"
