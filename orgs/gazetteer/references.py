"""The sources and terms of statements about places, which the paper's catalogue has, too."""

from typing import Any

from orgs.changes.changeset import Changeset
from orgs.records.place import REFERENCE_SOURCES
from orgs.records.source import Source
from orgs.records.term import Term

SOURCES: dict[str, dict[str, Any]] = {
    "cldr": {
        "short": "Unicode CLDR 47",
        "title": "Common Locale Data Repository",
        "authors": "Unicode Consortium",
        "issued": "2025-03",
        "source_kind": "standard",
        "language": "en",
        "observed": "2025-03",
        "observed_inferred": True,
    },
    "un-m49": {
        "short": "UN M49",
        "title": "Standard country or area codes for statistical use (M49)",
        "authors": "United Nations Statistics Division",
        "source_kind": "standard",
        "urls": ["https://unstats.un.org/unsd/methodology/m49/"],
        "language": "en",
        "observed": "2025",
        "observed_inferred": True,
    },
    "iso-3166": {
        "short": "ISO 3166",
        "title": "Codes for the representation of names of countries and their subdivisions",
        "authors": "International Organization for Standardization",
        "source_kind": "standard",
        "language": "en",
        "observed": "2010",
        "observed_inferred": True,
    },
    "iso-codes": {
        "short": "iso-codes",
        "title": "Translations of the names in ISO 3166",
        "authors": "Debian iso-codes team",
        "source_kind": "dataset",
        "language": "en",
        "observed": "2026-02",
        "observed_inferred": True,
        "note": "LGPL 2.1 or later.",
    },
    "geonames": {
        "short": "GeoNames",
        "title": "The GeoNames geographical database",
        "authors": "GeoNames",
        "source_kind": "dataset",
        "urls": ["https://www.geonames.org/"],
        "language": "en",
        "observed": "2026",
        "observed_inferred": True,
        "note": "CC BY 4.0.",
    },
}

TERMS: dict[tuple[str, str], dict[str, Any]] = {
    ("place_type", "region"): {
        "labels": {"en": "Region", "es": "Región", "ar": "إقليم"},
        "definitions": {
            "en": "A part of the world larger than a country.",
            "es": "Una parte del mundo mayor que un país.",
            "ar": "جزء من العالم أكبر من بلد.",
        },
        "position": 2,
    },
    ("place_type", "country"): {
        "labels": {"en": "Country", "es": "País", "ar": "بلد"},
        "definitions": {
            "en": "A state with a code of its own in ISO 3166-1.",
            "es": "Un Estado con código propio en ISO 3166-1.",
            "ar": "دولة لها رمز خاص بها في ISO 3166-1.",
        },
        "position": 3,
    },
    ("place_type", "territory"): {
        "labels": {"en": "Territory", "es": "Territorio", "ar": "إقليم تابع"},
        "definitions": {
            "en": "A territory with a code of its own in ISO 3166-1 that is not a state.",
            "es": "Un territorio con código propio en ISO 3166-1 que no es un Estado.",
            "ar": "إقليم له رمز خاص به في ISO 3166-1 وليس دولة.",
        },
        "position": 4,
    },
    ("place_type", "state"): {
        "labels": {"en": "State or province", "es": "Estado o provincia", "ar": "ولاية أو محافظة"},
        "definitions": {
            "en": "The largest division of a country.",
            "es": "La división mayor de un país.",
            "ar": "أكبر تقسيم في البلد.",
        },
        "position": 5,
    },
    ("place_type", "city"): {
        "labels": {"en": "City", "es": "Ciudad", "ar": "مدينة"},
        "definitions": {
            "en": "A city or town.",
            "es": "Una ciudad o un pueblo.",
            "ar": "مدينة أو بلدة.",
        },
        "position": 6,
    },
    ("predicate", "part_of"): {
        "labels": {"en": "is part of", "es": "es parte de", "ar": "جزء من"},
        "definitions": {
            "en": "The first is a part of the second.",
            "es": "Lo primero es parte de lo segundo.",
            "ar": "الأول جزء من الثاني.",
        },
        "position": 1,
    },
}


class References:
    """The ids of sources and terms; those that are missing are added to the changeset."""

    def __init__(self, changeset: Changeset) -> None:
        self.changeset = changeset
        self._sources = dict(
            Source.objects.filter(key__in=REFERENCE_SOURCES).values_list("key", "id")
        )
        schemes = {scheme for scheme, _ in TERMS}
        self._terms = {
            (scheme, code): pk
            for pk, scheme, code in Term.objects.filter(scheme__in=schemes).values_list(
                "id", "scheme", "code"
            )
        }

    def source(self, key: str) -> int:
        if key not in self._sources:
            self._sources[key] = self.changeset.change_reference("source", key=key, **SOURCES[key])
        return self._sources[key]

    def term(self, scheme: str, code: str) -> int:
        name = scheme, code
        if name not in self._terms:
            self._terms[name] = self.changeset.change_reference(
                "term", scheme=scheme, code=code, **TERMS[name]
            )
        return self._terms[name]
