"""The places of the gazetteer: reference data, not statements."""

from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import get_language, gettext_lazy

from orgs.search.text import normalize_name

TERRITORIES = {
    "AI", "AQ", "AS", "AW", "AX", "BL", "BM", "BQ", "BV", "CC", "CW", "CX", "EH", "FK",
    "FO", "GF", "GG", "GI", "GL", "GP", "GS", "GU", "HK", "HM", "IM", "IO", "JE", "KY",
    "MF", "MO", "MP", "MQ", "MS", "NC", "NF", "PF", "PM", "PN", "PR", "RE", "SH", "SJ",
    "SX", "TC", "TF", "TK", "UM", "VG", "VI", "WF", "YT",
}  # fmt: skip
"""Codes of ISO 3166-1 that are those of no state."""


class GazetteerPlace(models.Model):
    """A region (UN M49), a country (ISO 3166-1), a state or province (ISO 3166-2), or a city."""

    class Kind(models.TextChoices):
        REGION = "region", gettext_lazy("region")
        COUNTRY = "country", gettext_lazy("country")
        STATE = "state", gettext_lazy("state or province")
        CITY = "city", gettext_lazy("city")

    code = models.CharField(
        max_length=12,
        primary_key=True,
        help_text="035, TH, TH-10 or 1609350: M49, ISO 3166, or a number of GeoNames.",
    )
    kind = models.CharField(max_length=7, choices=Kind)
    label = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True, help_text="Empty for a region.")
    state = models.CharField(max_length=12, blank=True, help_text="The state that it lies in.")
    population = models.BigIntegerField(help_text="Of a state: of its cities; 0 if unknown.")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    translations = models.JSONField(help_text="Names by language.")
    names = ArrayField(models.TextField(), help_text="All names, as `place_key` writes them.")

    class Meta:
        indexes = (GinIndex(name="gazetteer_names", fields=("names",)),)

    def __str__(self) -> str:
        return self.translations.get(get_language() or "en", self.label)

    @property
    def main_names(self) -> set[str]:
        """The names that it is called by first, as `place_key` writes them."""
        return {place_key(name) for name in (self.label, *self.translations.values())}

    @property
    def parent(self) -> "GazetteerPlace | None":
        """The state or country that it lies in."""
        if not self.country or self.kind == self.Kind.COUNTRY:
            return None
        return GazetteerPlace.objects.get(code=self.state or self.country)

    @property
    def ancestors(self) -> "Iterator[GazetteerPlace]":
        """The states and the country that it lies in, from the smallest."""
        parent = self.parent
        while parent is not None:
            yield parent
            parent = parent.parent

    def is_inside(self, area: "GazetteerPlace") -> bool:
        """Whether it lies in this state or country."""
        return self != area and area.code in (self.state, self.country)

    @property
    def place_type(self) -> str:
        """Its term of the scheme `place_type`."""
        return "territory" if self.code in TERRITORIES else self.kind

    @property
    def scheme(self) -> str:
        """The scheme of identifiers that its code belongs to."""
        if self.kind == self.Kind.REGION:
            return "m49"
        if self.code.isdecimal():
            return "geonames"
        return "iso3166-2" if "-" in self.code else "iso3166-1"


def place_key(name: str) -> str:
    """A name for comparison: U.S.A. is USA, and Guinea-Bissau is Guinea Bissau."""
    return normalize_name(name).replace(" ", "")
