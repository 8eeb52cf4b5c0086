"""Page, JSON and CSV give the same entries, in the same order, to the same query.

Every filter of every collection is asked with values that the paper's catalogue really holds, and
all answers are read to their last page.
"""

import csv
import io
import json
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import django_filters
import pytest
from django.db.models import Count
from django.test import Client

from mcs.api import COLLECTIONS
from orgs.projection.entry import Entry, Facet

PAGES = {
    name: {"partnerships": "/networks-and-coalitions/"}.get(name, f"/{name}/")
    for name in COLLECTIONS
    if name not in ("memberships", "changes", "arenas")
}
"""The list page of each collection. Memberships and changes have none; the arenas are four."""

WORDS = ("migrant workers", "union", "mexico", "MFA", "federasion", "نقابة")
"""Words to look for: some are names, one is misspelled, one finds nothing."""


def values_of(kinds: tuple[str, ...], name: str, filter_field: django_filters.Filter) -> list[str]:
    """Values that entries of these kinds hold: the most common, a middling, the rarest."""
    if name == "q":
        return list(WORDS)
    if name == "as_of":
        return ["1994", "2010-10", "2010-10-08"]
    if name in ("in_bibliography", "in_use"):
        return ["yes", "no"]
    if name == "relation":
        stored_facets = Facet.objects.filter(filter="related_by").order_by("value")
        targets = [value.partition(":") for value in stored_facets.values_list("value", flat=True)]
        others = Entry.objects.published().in_bulk([int(number) for _, _, number in targets])
        return [
            name
            for predicate, _, number in spread(targets)
            for name in (predicate, f"{predicate}:{others[int(number)].slug}")
        ]
    if name == "updated_since":
        return ["2000-01-01", "2999-01-01"]
    if name == "confirmed_since":
        return ["2000", "2999"]
    entries = Entry.objects.published().of_kinds(*kinds)
    if name == "mentions":
        mentioned: dict[int, int] = {}
        for numbers in entries.values_list("mentions", flat=True):
            for number in numbers:
                mentioned[number] = mentioned.get(number, 0) + 1
        common = sorted(mentioned, key=lambda number: -mentioned[number])
        return names_of(common)
    counts: dict[int, int] = {}
    for facets in entries.values_list("facets", flat=True):
        for facet in facets:
            counts[facet] = counts.get(facet, 0) + 1
    stored_facets = Facet.objects.filter(id__in=counts)
    if name == "trait":
        coded = [
            (
                f"{'form' if one.filter in ('calls_itself', 'called') else one.filter}:{one.value}",
                one,
            )
            for one in stored_facets.filter(
                filter__in=("identity", "sector", "calls_itself", "status")
            )
        ]
        return spread([value for value, one in sorted(coded, key=lambda pair: -counts[pair[1].id])])
    facets = getattr(filter_field, "facets", None) or [filter_field.facet_name]
    differences = stored_facets.filter(filter__in=facets)
    common = [one.value for one in sorted(differences, key=lambda one: -counts[one.id])]
    if filter_field.prefix:
        common = [
            value.removeprefix(filter_field.prefix)
            for value in common
            if value.startswith(filter_field.prefix)
        ]
    return names_of([int(value) for value in common]) if filter_field.kinds else spread(common)


def names_of(numbers: list[int]) -> list[str]:
    """How a query names these things: a slug, an id, and a slug in capitals."""
    entries = Entry.objects.published().in_bulk(numbers)
    there = spread([entries[number] for number in numbers if number in entries])
    named = [
        (entry.slug, entry.key, entry.slug.upper())[place % 3] for place, entry in enumerate(there)
    ]
    return [name for name in named if ":" not in name]


def spread(values: list) -> list:
    """The first, the middle and the last of some values."""
    places = sorted({0, len(values) // 2, len(values) - 1}) if values else []
    return [values[place] for place in places]


def urls_by_json(path: str, query: dict[str, str]) -> list[str]:
    """The addresses of all entries that the API gives, page after page."""
    urls: list[str] = []
    address: str | None = f"{path}?{urlencode({**query, 'limit': '100', 'fields': 'url'})}"
    while address:
        response = Client().get(address)
        assert response.status_code == 200, (address, response.content[:300])
        page = response.json()
        urls += [one["url"] for one in page["results"]]
        address = page["next"]
    assert page["count"] == len(urls)
    return urls


def urls_by_csv(path: str, query: dict[str, str]) -> list[str]:
    """The addresses of all entries that stand in the table."""
    response = Client().get(path, {**query, "format": "csv"})
    assert response.status_code == 200, (path, query)
    table = b"".join(response.streaming_content).decode("utf-8-sig")
    site = "http://testserver"
    return [row["url"].removeprefix(site) for row in csv.DictReader(io.StringIO(table))]


def urls_by_page(path: str, query: dict[str, str]) -> list[str]:
    """The addresses of all entries that the page lists, page after page.

    Those that the template was given and those that a reader finds in the HTML must be the same.
    """
    urls: list[str] = []
    address = f"{path}?{urlencode(query)}"
    while address:
        response = Client().get(address)
        assert response.status_code == 200, address
        listing = response.context["listing"]
        given = [row["url"] for row in listing.rows]
        assert in_order(given, response.content.decode()), address
        urls += given
        address = f"{path}{listing.next}" if listing.next else ""
    return urls


def in_order(urls: list[str], html: str) -> bool:
    """Whether these addresses are links of the main part of a page, in this order."""
    links = iter(re.findall(r'href="([^"]+)"', html.partition("<main")[2]))
    return all(url in links for url in urls)


def different(name: str, query: dict[str, str]) -> list[str]:
    """A line if page, JSON and CSV of a collection answer a query differently."""
    by_json = urls_by_json(f"/api/v1/{name}/", query)
    by_csv = urls_by_csv(f"/api/v1/{name}/", query)
    by_page = urls_by_page(PAGES[name], query)
    if by_json == by_csv == by_page:
        return []
    return [
        f"{name}?{urlencode(query)}: {len(by_json)} by JSON, {len(by_csv)} by CSV, "
        f"{len(by_page)} on the page"
    ]


@pytest.mark.parametrize("name", PAGES)
def test_every_filter_gives_the_same_entries(paper, name):
    collection = COLLECTIONS[name]
    filters = collection.filterset_class.base_filters
    differences, count = [], 0

    for filter_name, one in filters.items():
        for value in values_of(collection.filterset_class.kinds, filter_name, one):
            differences += different(name, {filter_name: value})
            count += 1

    assert differences == []
    assert count > 10


@pytest.mark.parametrize("name", PAGES)
def test_every_order_gives_the_same_entries(paper, name):
    # The pages of these show something else, a form or the schemes, until they are asked.
    query = {"search": {"q": "migrant"}, "terms": {"q": "migrant"}}.get(name, {})

    differences = [
        line
        for order in (
            *COLLECTIONS[name].filterset_class.orders,
            *(["relevance"] if query else []),
        )
        for line in different(name, {**query, "sort": order})
    ]

    assert differences == []


def test_filters_together_give_the_same_entries(paper):
    requests = [
        ("organizations", {"country": "us", "arena": "membership", "as_of": "2010"}),
        ("organizations", {"q": "migrant", "active_in": "ph", "sort": "-name"}),
        ("organizations", {"partnership": "mfa,mri", "voice": "source"}),
        ("partnerships", {"calls_itself": "network,coalition", "sort": "-updated"}),
        ("gatherings", {"event": "planned", "as_of": "2011"}),
        ("search", {"q": "women", "source": "fox-gois-2010"}),
        ("places", {"dimension": "freedom_of_association", "sort": "name"}),
    ]
    known = [(name, query) for name, query in requests if answered(name, query)]

    assert [line for name, query in known for line in different(name, query)] == []
    assert len(known) > 3


def answered(name: str, query: dict[str, str]) -> bool:
    """Whether all that a query names is in the catalogue."""
    return Client().get(f"/api/v1/{name}/", query).status_code == 200


def test_facets_count_what_the_filters_give(paper):
    wrong = []
    for name in PAGES:
        guide = json.loads(Client().get("/api/v1/schema.json").content)
        parameters = guide["paths"][f"/api/v1/{name}/"]["get"]["parameters"]
        facets = next(one for one in parameters if one["name"] == "facets")
        for facet in facets["schema"]["items"]["enum"]:
            answer = Client().get(f"/api/v1/{name}/", {"facets": facet, "fields": "id"}).json()
            for value in spread(answer["facets"][facet]):
                query = {facet: value["value"]}
                count = Client().get(f"/api/v1/{name}/", query).json()["count"]
                if count != value["count"]:
                    wrong.append(f"{name}?{urlencode(query)}: {value['count']} told, {count} given")

    assert wrong == []


def test_links_from_a_page_to_its_data_give_the_same_entries(paper):
    wrong = []
    pages = [*PAGES.values(), "/search/?q=women", *(f"/arenas/{code}/" for code in
             ("membership", "space", "ngo", "media"))]  # fmt: skip
    for page in pages:
        address = urlsplit(page)
        response = Client().get(page)
        if "listing" not in response.context or page == "/terms/":
            continue
        if page == "/arenas/space/" or not response.context["listing"].rows:
            # Gatherings stand in the spaces beside organizations: no collection has both.
            continue
        by_page = urls_by_page(address.path, dict(parse_qsl(address.query)))
        for place, read in enumerate((urls_by_csv, urls_by_csv, urls_by_json)):
            there = urlsplit(response.context["listing"].downloads[place]["url"])
            assert f'href="{there.geturl()}"' in response.content.decode().replace("&amp;", "&")
            if read(there.path, dict(parse_qsl(there.query))) != by_page:
                wrong.append(there.geturl())

    assert wrong == []


def test_arenas_are_the_same_four(paper):
    by_json = {one["url"] for one in Client().get("/api/v1/arenas/").json()["results"]}
    html = Client().get("/arenas/").content.decode()

    assert by_json == {f"/arenas/{code}/" for code in ("membership", "space", "ngo", "media")}
    assert in_order(
        ["/arenas/membership/", "/arenas/space/", "/arenas/ngo/", "/arenas/media/"], html
    )


def test_every_entry_is_in_its_list(paper):
    counts = dict(
        Entry.objects.published().values_list("kind").annotate(count=Count("id")).order_by()
    )
    listed = {
        name: Client().get(f"/api/v1/{name}/", {"fields": "id"}).json()["count"]
        for name in COLLECTIONS
        if name not in ("search", "changes")
    }

    wanted = {f"{kind}s": count for kind, count in counts.items()}
    wanted["organizations"] += counts["partnership"]
    assert listed == wanted
