"""The questions themselves: which values they know, and what they find."""

import pytest

from orgs.projection.entry import Facet


def found(answer) -> list[str]:
    """Return the slugs of a list, in its order."""
    assert answer.status_code == 200, answer.content
    return [one["slug"] for one in answer.json()["results"]]


@pytest.fixture
def ask(client):
    """Ask the API: a path below /api/v1/, and the answer."""
    return lambda path: client.get(f"/api/v1/{path}")


@pytest.mark.parametrize(
    ("asked", "known"),
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
def test_unknown_code_is_refused_with_those_that_are_known(write, ask, asked, known):
    answer = ask(asked)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "field": asked.partition("?")[2].partition("=")[0],
            "detail": f"Unknown value: 'xyz'. Known values: {known}.",
        }
    ]


def test_unknown_code_is_told_beside_its_question_on_the_page(write, client):
    answer = client.get("/organizations/?arena=xyz")

    assert answer.status_code == 400
    assert answer.context["listing"].problems == {
        "arena": ["Unknown value: 'xyz'. Known values: media, membership, ngo, space."]
    }


@pytest.mark.parametrize("asked", ["organizations/?trait=identity:xyz", "organizations/?trait=xyz"])
def test_unknown_term_is_refused(write, ask, asked):
    assert [one["field"] for one in ask(asked).json()["errors"]] == ["trait"]


def test_known_code_that_nothing_holds_finds_nothing(write, ask):
    assert found(ask("organizations/?arena=media&identity=women&voice=own")) == []


def test_code_in_use_before_its_scheme_has_terms_is_known(write, ask):
    Facet.objects.create(filter="identity", value="older")

    assert found(ask("organizations/?identity=older")) == []


def test_many_known_codes_are_named_in_part(paper, ask):
    (problem,) = ask("organizations/?facets=arena&trait=&measure=xyz").json()["errors"]

    assert problem["field"] == "measure"
    assert problem["detail"].startswith("Unknown value: 'xyz'. Known values: ")


def test_relation_is_asked_for_with_and_without_the_other(write, ask):
    spain, france = write.record("place", "es", "Spain"), write.record("place", "fr", "France")
    madrid, paris = write.record("place", "madrid"), write.record("place", "paris")
    write.say("relation", madrid, predicate=write.term("predicate:part_of"), object=spain)
    write.say("relation", paris, predicate=write.term("predicate:part_of"), object=france)

    assert found(ask("places/?relation=part_of")) == ["madrid", "paris"]
    assert found(ask("places/?relation=part_of:es")) == ["madrid"]
    assert found(ask("places/?relation=part_of:es,part_of:fr")) == ["madrid", "paris"]
    assert found(ask("places/?relation=collaborates_with")) == []
    assert ask("places/?relation=part_of:nowhere").status_code == 400


def test_gatherings_are_asked_for_by_sphere(paper, ask):
    counts = ask("gatherings/?facets=sphere&limit=1").json()["facets"]["sphere"]

    assert counts != []
    for one in counts:
        assert ask(f"gatherings/?sphere={one['value']}").json()["count"] == one["count"]


def test_sources_are_asked_for_by_being_in_the_bibliography(write, ask):
    write.another_source("listed", in_bibliography=True)
    write.another_source("found-elsewhere", in_bibliography=False)

    assert "listed" in found(ask("sources/?in_bibliography=yes"))
    assert "found-elsewhere" in found(ask("sources/?in_bibliography=NO"))
    assert set(found(ask("sources/?in_bibliography=yes"))).isdisjoint(
        found(ask("sources/?in_bibliography=no"))
    )
    assert [one["field"] for one in ask("sources/?in_bibliography=perhaps").json()["errors"]] == [
        "in_bibliography"
    ]


def test_arenas_stand_in_their_order(write, ask):
    told = ask("arenas/?sort=position").json()["results"]

    assert [one["id"] for one in told] == ["membership", "space", "ngo", "media"]


def test_terms_stand_in_their_order_page_after_page(paper, ask):
    address = "terms/?scheme=service_level&sort=position&limit=2&fields=position,id"
    told = []
    while address:
        page = ask(address).json()
        told += page["results"]
        address = (page["next"] or "").removeprefix("http://testserver/api/v1/")

    assert len(told) == 4
    assert [one["position"] for one in told] == sorted(one["position"] for one in told)


def test_organizations_have_no_order_of_places(write, ask, client):
    assert ask("organizations/?sort=position").status_code == 400
    assert client.get("/organizations/?sort=position").status_code == 400


def test_problems_of_pages_are_told_in_the_language_of_the_page(write, client):
    answer = client.get("/es/organizations/?as_of=yesterday")

    assert answer.status_code == 400
    assert client.get("/api/v1/organizations/?as_of=yesterday").json()["errors"] == [
        {
            "field": "as_of",
            "detail": "Write a year, month or day: 2010, 2010-10 or 2010-10-08.",
        }
    ]
