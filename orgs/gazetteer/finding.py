"""Finds the place that a person means by a name or code, in any language."""

import re
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext

from orgs.statements.validation import unstorable_text

from .model import GazetteerPlace, place_key

MAX_LENGTH = 200
"""Characters of a name; a longer text is none."""
CLEARLY_LARGER = 8
"""A place of so many times the weight of the next one is meant without saying so."""
LEAST_WEIGHT = {"region": 100_000_000, "country": 1_000_000, "state": 100_000, "city": 1}
"""Of the people who may mean a place; small countries are known, few people of states are
counted, and none of regions."""
OTHER_NAME = {"region": 1, "country": 10, "state": 500, "city": 50}
"""By how much less a place is meant by one of its other names, such as those of long ago."""
SAME_SIZE = 4
"""A city with a quarter of the people of its state is meant by the name of both."""
MAX_CHOICES = 6
MIN_BEGINNING = 3
"""Characters of a name with which places are suggested."""

SEPARATORS = re.compile(r"[,;/|()\[\]،、，（）\n]")
CODE_AT_END = re.compile(r"(.+) \(([A-Za-z]{2}(?:-[A-Za-z0-9]{1,3})?|[0-9]{3,9})\)")
"""As in "Georgia (US-GA)"."""

AMBIGUOUS = "ambiguous_place"
"""The code of the error that lists choices."""

Kind = GazetteerPlace.Kind


def find_place(typed: str, countries: Collection[str] = ()) -> GazetteerPlace | None:
    """The place that is clearly meant; None if the gazetteer has none.

    Of several, it is one of `countries` (codes of ISO 3166-1), or by far the largest. Raises
    ValidationError with the choices if neither is clear.
    """
    if error := unstorable_text(typed):
        raise ValidationError(error)
    weights = _find(typed)
    inside = {place: weight for place, weight in weights.items() if place.country in countries}
    places = _contenders(inside or weights)
    if len(places) < 2:
        return places[0] if places else None
    choices = list(map(describe, places[:MAX_CHOICES]))
    raise ValidationError(
        gettext("Several places are called “%(typed)s”. Write one of these: %(choices)s."),
        code=AMBIGUOUS,
        params={"typed": typed, "choices": "; ".join(choices), "suggestions": choices},
    )


def _contenders(weights: dict[GazetteerPlace, float]) -> list[GazetteerPlace]:
    """The likeliest of these places, and those that may as well be meant."""
    if not weights:
        return []
    first, *others = sorted(weights, key=lambda place: (-weights[place], place.code))
    limit = weights[first] / CLEARLY_LARGER
    return [
        first,
        *(
            place
            for place in others
            if weights[place] > limit and not _are_neighbours(first, place)
        ),
    ]


def find_all_clear(names: Collection[str]) -> dict[str, GazetteerPlace | None]:
    """The place that each of these names means without further words; None if that is unclear.

    Names of no place are left out. Two queries for all.
    """
    keys = {name: place_key(name) for name in names}
    places = list(GazetteerPlace.objects.filter(names__overlap=list(keys.values())))
    found = {}
    for name, key in keys.items():
        if called_so := [place for place in places if key in place.names]:
            contenders = _contenders(_weigh(called_so, key))
            found[name] = contenders[0] if len(contenders) == 1 else None
    return found


def find_places(typed: str) -> list[GazetteerPlace]:
    """The places that a text may mean, likeliest first.

    It is a name or a code, or says where the place is: "Paris, Texas", "Georgia (US-GA)".
    """
    weights = _find(typed)
    return sorted(weights, key=lambda place: (-weights[place], place.code))


def suggest_places(typed: str) -> list[GazetteerPlace]:
    """A few places that a text may mean, or with which one of their names begins, likeliest first.

    Reads the names of all places, which takes the database some 30 ms.
    """
    places, key = find_places(typed), place_key(typed[:MAX_LENGTH])
    if len(key) >= MIN_BEGINNING and not unstorable_text(typed):
        text = TextField()
        names = Func(F("names"), Value("|"), function="array_to_string", output_field=text)
        listed = Concat(Value("|"), names, output_field=text)
        begun = GazetteerPlace.objects.alias(listed=listed)
        begun = begun.filter(listed__contains=f"|{key}")
        places += begun.order_by("-population", "code")[:MAX_CHOICES]
    return list(dict.fromkeys(places))[:MAX_CHOICES]


def _find(typed: str) -> dict[GazetteerPlace, float]:
    """The places that a text may mean, each with its weight: how likely it is."""
    if len(typed) > MAX_LENGTH or unstorable_text(typed) or not place_key(typed):
        return {}
    if coded := CODE_AT_END.fullmatch(typed.strip()):
        called_so = GazetteerPlace.objects.filter(names__contains=[place_key(coded[1])])
        if place := called_so.filter(code=coded[2].upper()).first():
            return {place: 1}
    parts = [part for part in map(str.strip, SEPARATORS.split(typed)) if place_key(part)]
    if (weights := _called(typed)) or len(parts) < 2:
        return weights
    # Of "Bangkok, Thailand" and "Thailand / Bangkok" the rest says where the first or last is.
    for name, *context in (parts, parts[::-1]):
        if weights := _called(name, context):
            return weights
    return {}


def _called(typed: str, context: Iterable[str] = ()) -> dict[GazetteerPlace, float]:
    """The places of this code or name in this context, each with its weight."""
    code, key = typed.strip().upper(), place_key(typed)
    coded = list(GazetteerPlace.objects.filter(code=code))
    if coded and len(code) > 2:
        return dict.fromkeys(coded, 1)
    named = GazetteerPlace.objects.filter(names__contains=[key]).exclude(code=code)
    places = [place for place in (*coded, *named) if _is_in(place, context)]
    return _weigh(places, key)


def _weigh(places: list[GazetteerPlace], key: str) -> dict[GazetteerPlace, float]:
    """The weight of each of these places, without those that the name does not mean."""
    main = [place for place in places if _is_main(place, key)]
    # Lisbon is called Lisboa as its state is.
    states = {place.code for place in main if place.kind == Kind.STATE}
    main += [place for place in places if place.state in states and place not in main]
    return {
        place: max(place.population, LEAST_WEIGHT[place.kind])
        / (1 if place in main else OTHER_NAME[place.kind])
        for place in _without_nested(places, main)
    }


def _is_main(place: GazetteerPlace, key: str) -> bool:
    codes = (place.code, place.code.partition("-")[2])
    return key in place.main_names or key in map(place_key, codes)


def _is_in(place: GazetteerPlace, context: Iterable[str]) -> bool:
    """Whether every part of the context is the name or code of an area around a place."""
    if not context:
        return True
    keys: set[str] = set()
    for area in place.ancestors:
        keys |= {*area.names, *map(place_key, (area.code, area.code.partition("-")[2]))}
    return all(place_key(part) in keys for part in context)


def _without_nested(
    places: list[GazetteerPlace], main: list[GazetteerPlace]
) -> list[GazetteerPlace]:
    """Leave out what lies in another one of these places and is not meant by the name of both.

    `main` are those of which it is a main name. What is meant is the country (Mexico; but England,
    not the United Kingdom), and the city (Puebla) unless many others live in its state (Oaxaca).
    """
    countries = {place.country for place in main if place.kind == Kind.COUNTRY}
    inside = {place.country for place in main if place.kind != Kind.COUNTRY}
    cities = [place for place in places if place.kind == Kind.CITY]

    def is_left_out(place: GazetteerPlace) -> bool:
        if place.kind == Kind.COUNTRY:
            return place not in main and place.country in inside
        if place.country in countries:
            return True
        return place.kind == Kind.STATE and any(_is_same(place, city) for city in cities)

    return [place for place in places if not is_left_out(place)]


def _are_neighbours(larger: GazetteerPlace, smaller: GazetteerPlace) -> bool:
    """Whether both are cities of one state: the larger is meant by the name of both."""
    return larger.kind == smaller.kind == Kind.CITY and (larger.country, larger.state) == (
        smaller.country,
        smaller.state,
    )


def _is_same(state: GazetteerPlace, city: GazetteerPlace) -> bool:
    """Whether a city is meant by the name that it shares with a state."""
    if city.state == state.code:
        return city.population * SAME_SIZE >= state.population
    return city.country == state.country and city.population >= state.population


def describe(place: GazetteerPlace) -> str:
    """A text that means this place alone: "Paris, Texas, United States" or "Georgia (US-GA)"."""
    if place.kind != Kind.CITY:
        return f"{place} ({place.code})"
    return ", ".join(map(str, (place, *place.ancestors)))
