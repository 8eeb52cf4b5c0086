"""Filters: which values they know, and what they find."""

import pytest

from orgs.projection.entry import Facet


def result_slugs(answer) -> list[str]:
    """The slugs of a list, in its order."""
    assert answer.status_code == 200, answer.content
    return [item["slug"] for item in answer.json()["results"]]


@pytest.fixture
def request_api(client):
    """Requests a path below /api/v1/."""
    return lambda path: client.get(f"/api/v1/{path}")


@pytest.mark.parametrize(
    ("request_path", "known"),
    [
        ("organizations/?arena=xyz", "media, membership, ngo, space"),
        ("organizations/?arena=ngo,xyz", "media, membership, ngo, space"),
        ("organizations/?voice=xyz", "editor, own, quoted, source"),
        ("organizations/?sphere=xyz", "civil, intergovernmental, market, state"),
        ("organizations/?identity=xyz", "nationality, women"),
        ("organizations/?called=xyz", "coalition, network"),
        ("gatherings/?event=xyz", "cancelled, ended, founded, held, planned"),
        (
            "gatherings/?relation=xyz",
            "collaborates_with, edition_of, parallel_to, part_of",
        ),
    ],
)
def test_unknown_code_is_refused_with_those_that_are_known(write, request_api, request_path, known):
    answer = request_api(request_path)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "field": request_path.partition("?")[2].partition("=")[0],
            "detail": f"Unknown value: 'xyz'. Known values: {known}.",
        }
    ]


def test_unknown_code_is_reported_beside_its_filter_on_the_page(write, client):
    answer = client.get("/organizations/?arena=xyz")

    assert answer.status_code == 400
    assert answer.context["listing"].problems == {
        "arena": ["Unknown value: 'xyz'. Known values: media, membership, ngo, space."]
    }


@pytest.mark.parametrize(
    "request_path", ["organizations/?trait=identity:xyz", "organizations/?trait=xyz"]
)
def test_unknown_term_is_refused(write, request_api, request_path):
    assert [item["field"] for item in request_api(request_path).json()["errors"]] == ["trait"]


def test_known_code_without_records_finds_nothing(write, request_api):
    assert result_slugs(request_api("organizations/?arena=media&identity=women&voice=own")) == []


def test_code_in_use_before_its_scheme_has_terms_is_known(write, request_api):
    Facet.objects.create(filter="identity", value="older")

    assert result_slugs(request_api("organizations/?identity=older")) == []


def test_many_known_codes_are_named_in_part(paper, request_api):
    (problem,) = request_api("organizations/?facets=arena&trait=&measure=xyz").json()["errors"]

    assert problem["field"] == "measure"
    assert problem["detail"].startswith("Unknown value: 'xyz'. Known values: ")


def test_relation_is_filtered_with_and_without_the_other(write, request_api):
    spain, france = write.record("place", "es", "Spain"), write.record("place", "fr", "France")
    madrid, paris = write.record("place", "madrid"), write.record("place", "paris")
    write.say("relation", madrid, predicate=write.term("predicate:part_of"), object=spain)
    write.say("relation", paris, predicate=write.term("predicate:part_of"), object=france)

    assert result_slugs(request_api("places/?relation=part_of")) == ["madrid", "paris"]
    assert result_slugs(request_api("places/?relation=part_of:es")) == ["madrid"]
    assert result_slugs(request_api("places/?relation=part_of:es,part_of:fr")) == [
        "madrid",
        "paris",
    ]
    assert result_slugs(request_api("places/?relation=collaborates_with")) == []
    assert request_api("places/?relation=part_of:nowhere").status_code == 400


def test_gatherings_are_filtered_by_sphere(paper, request_api):
    counts = request_api("gatherings/?facets=sphere&limit=1").json()["facets"]["sphere"]

    assert counts != []
    for item in counts:
        assert request_api(f"gatherings/?sphere={item['value']}").json()["count"] == item["count"]


def test_sources_are_filtered_by_being_in_the_bibliography(write, request_api):
    write.another_source("listed", in_bibliography=True)
    write.another_source("found-elsewhere", in_bibliography=False)

    assert "listed" in result_slugs(request_api("sources/?in_bibliography=yes"))
    assert "found-elsewhere" in result_slugs(request_api("sources/?in_bibliography=NO"))
    assert set(result_slugs(request_api("sources/?in_bibliography=yes"))).isdisjoint(
        result_slugs(request_api("sources/?in_bibliography=no"))
    )
    assert [
        item["field"] for item in request_api("sources/?in_bibliography=perhaps").json()["errors"]
    ] == ["in_bibliography"]


def test_arenas_stand_in_their_order(write, request_api):
    arenas = request_api("arenas/?sort=position").json()["results"]

    assert [item["id"] for item in arenas] == ["membership", "space", "ngo", "media"]


def test_terms_stand_in_their_order_page_after_page(paper, request_api):
    address = "terms/?scheme=service_level&sort=position&limit=2&fields=position,id"
    rows = []
    while address:
        page = request_api(address).json()
        rows += page["results"]
        address = (page["next"] or "").removeprefix("http://testserver/api/v1/")

    assert len(rows) == 4
    assert [item["position"] for item in rows] == sorted(item["position"] for item in rows)


def test_organizations_have_no_order_of_places(write, request_api, client):
    assert request_api("organizations/?sort=position").status_code == 400
    assert client.get("/organizations/?sort=position").status_code == 400


def test_problems_of_pages_are_reported_in_the_language_of_the_page(write, client):
    answer = client.get("/es/organizations/?as_of=yesterday")

    assert answer.status_code == 400
    assert client.get("/api/v1/organizations/?as_of=yesterday").json()["errors"] == [
        {
            "field": "as_of",
            "detail": "Write a year, month or day: 2010, 2010-10 or 2010-10-08.",
        }
    ]
