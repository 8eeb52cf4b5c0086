"""Everyday names in many languages and scripts find their place; what is unclear is not guessed."""

import pytest
from django.core.exceptions import ValidationError

from orgs.gazetteer.finding import describe, find_place, find_places
from orgs.gazetteer.model import GazetteerPlace

EVERYDAY = {
    # English
    "UK": "GB", "U.K.": "GB", "USA": "US", "U.S.A.": "US", "Ivory Coast": "CI",
    "South Korea": "KR", "Burma": "MM", "Holland": "NL", "England": "GB-ENG", "Vietnam": "VN",
    "Czech Republic": "CZ", "California": "US-CA", "NYC": "5128581", "Rangoon": "1298824",
    "Paris, Texas": "4717560", "Bangkok, Thailand": "1609350", "TH": "TH", "us-ca": "US-CA",
    # Spanish
    "Estados Unidos": "US", "EE. UU.": "US", "Costa de Marfil": "CI", "Nueva York": "5128581",
    "Ciudad de México": "3530597", "Londres": "2643743", "México": "MX", "Corea del Sur": "KR",
    # Regions
    "Latin America": "419", "América Latina": "419", "LatAm": "419", "Amérique latine": "419",
    "أمريكا اللاتينية": "419", "South-East Asia": "035", "东南亚": "035", "West Africa": "011",
    "Africa": "002", "Европа": "150", "Oceanía": "009", "Asia": "142", "South Africa": "ZA",
    # French, Portuguese, German
    "Côte d’Ivoire": "CI", "Genève": "2660646", "Pékin": "1816670", "Brasil": "BR",
    "Estados Unidos da América": "US", "Bayern": "DE-BY", "Wien": "2761369",
    # Arabic and Persian script
    "الأردن": "JO", "القاهرة": "360630", "بيروت": "276781", "المغرب": "MA", "تهران": "112931",
    # Cyrillic
    "Москва": "524901", "Россия": "RU", "Київ": "703448",
    # Chinese and Japanese (Han, Kana), Korean (Hangul)
    "中国": "CN", "北京": "1816670", "東京": "1850147", "フィリピン": "PH", "서울": "1835848",
    "대한민국": "KR",
    # Thai, Khmer, Burmese
    "กรุงเทพ": "1609350", "ประเทศไทย": "TH", "ភ្នំពេញ": "1821306", "កម្ពុជា": "KH",
    "ရန်ကုန်": "1298824",
    # Devanagari, Bengali, Tamil
    "भारत": "IN", "काठमाडौं": "1283240", "ঢাকা": "1185241", "বাংলাদেশ": "BD",
    "சென்னை": "1264527",
    # Greek, Hebrew, Georgian, Armenian, Ethiopic, Sinhala
    "Αθήνα": "264371", "ירושלים": "281184", "თბილისი": "611717", "Երևան": "616052",
    "አዲስ አበባ": "344979", "කොළඹ": "1248991",
}  # fmt: skip


@pytest.mark.parametrize("typed", EVERYDAY)
def test_everyday_name_finds_its_place(gazetteer, typed):
    place = find_place(typed)
    assert place is not None
    assert (typed, place.code) == (typed, EVERYDAY[typed])


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_every_region_is_found_by_its_name_in_every_language(gazetteer, language):
    regions = GazetteerPlace.objects.filter(kind="region")
    assert regions.count() == 29
    names = {region: region.translations[language] for region in regions}
    assert {region for region, name in names.items() if find_places(name)[0] != region} == set()


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_every_country_is_found_by_its_name_in_every_language(gazetteer, language):
    countries = GazetteerPlace.objects.filter(kind="country")
    assert countries.count() == 249
    missing = [
        country.code
        for country in countries
        if country not in find_places(country.translations.get(language, ""))
    ]
    assert missing == []


def choices_of(typed: str) -> list[str]:
    with pytest.raises(ValidationError) as error:
        find_place(typed)
    return [
        place.code for place in find_places(typed) if describe(place) in error.value.messages[0]
    ]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Georgia", ["GE", "US-GA"]),
        ("America", ["019", "US"]),
        ("CA", ["CA", "US-CA"]),
        ("Birmingham", ["2655603", "4049979"]),
        ("Oaxaca", ["MX-OAX", "3522507"]),
        ("Lisboa", ["PT-11", "2267057"]),
        ("Washington", ["US-WA", "4140963"]),
    ],
)
def test_name_of_several_places_lists_the_choices_and_each_is_understood(gazetteer, typed, codes):
    assert choices_of(typed) == codes
    for code in codes:
        place = GazetteerPlace.objects.get(code=code)
        assert find_place(describe(place)) == place


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [("Georgia", "US", "US-GA"), ("CA", "US", "US-CA"), ("Birmingham", "GB", "2655603")],
)
def test_country_decides_between_places_of_one_name(gazetteer, typed, country, code):
    assert find_place(typed, [country]).code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Toronto, ON, Canada", "6167865"),
        ("Thailand / Bangkok", "1609350"),
        ("Paris (France)", "2988507"),
        ("Atlanta, Georgia", "4180439"),
        ("Tbilisi, Georgia", "611717"),
        ("New York, New York", "5128581"),
        ("New York (US-NY)", "US-NY"),
        ("بانكوك، تايلاند", "1609350"),
    ],
)
def test_name_says_where_the_place_is(gazetteer, typed, code):
    assert find_place(typed).code == code


def test_name_of_a_state_and_its_city_is_the_city_where_most_people_live_there(gazetteer):
    assert find_place("New York").kind == "city"
    assert find_place("Puebla").kind == "city"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        ",",
        "??",
        "x" * 32_000,
        "Narnia",
        "Paris, Berlin",
        "Middle East",
        "Kosovo",
        "a" * 200,
    ],
)
def test_text_that_names_no_place_finds_none(gazetteer, typed):
    assert find_place(typed) is None


@pytest.mark.parametrize("typed", ["Par\x00is", "\ud800"])
def test_text_that_cannot_be_stored_is_refused(gazetteer, typed):
    with pytest.raises(ValidationError):
        find_place(typed)
    assert find_places(typed) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("\u200fبيروت\u200e", "276781"),
        ("ភ្នំ\u200bពេញ", "1821306"),
        ("  new   york ", "5128581"),
        ("Guinea Bissau", "GW"),
        ("COTE D'IVOIRE", "CI"),
        ("Ban\u00adgkok", "1609350"),
    ],
)
def test_invisible_signs_spaces_and_accents_change_nothing(gazetteer, typed, code):
    assert find_place(typed).code == code
