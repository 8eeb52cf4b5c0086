"""Instruments: their articles, who invokes them, and which states did what with them."""

import pytest

from campaigns.pages.legal_acts import Commitment, acts_in_order, group_by_state
from orgs.changes.changeset import Changeset
from orgs.pages.map import world
from tests.support.pages import Page, page_of, section, weight

pytestmark = pytest.mark.django_db


def act(country: str, label: str, done: str, **values) -> dict:
    place = {"id": country, "kind": "place", "label": label, "slug": country}
    return {"actor": place, "act": done, "holds": True, "when": None, **values}


def table(page: Page, number: int = 0) -> list[list[str]]:
    """The rows of a table of acts, its head first."""
    rows = page.main.every("table", kind="acts")[number].every("tr")
    return [[cell.text for cell in (*row.every("th"), *row.every("td"))] for row in rows]


def on_the_map(page: Page) -> dict[str, tuple[str, str]]:
    """The links of the map: by address the shade and the title."""
    links = page.main.one("figure").every("a")
    return {
        link.attributes["href"]: (link.attributes["class"], link.one("title").text)
        for link in links
    }


def test_state_stands_as_far_as_its_furthest_act():
    states = group_by_state(
        [
            act("mx", "Mexico", "signed"),
            act("mx", "Mexico", "ratified"),
            act("kh", "Cambodia", "ratified", holds=False),
            act("kh", "Cambodia", "signed"),
            act("us", "United States", "ratified", holds=False),
            act("bd", "Bangladesh", "under_deliberation"),
        ]
    )

    assert [(state.place["label"], state.commitment) for state in states] == [
        ("Bangladesh", Commitment.DISCUSSED),
        ("Cambodia", Commitment.AGREED),
        ("Mexico", Commitment.BOUND),
        ("United States", Commitment.DENIED),
    ]
    assert acts_in_order(states) == ["signed", "ratified", "under_deliberation"]


def test_sources_that_disagree_about_a_state_both_stand():
    (state,) = group_by_state(
        [act("mx", "Mexico", "ratified"), act("mx", "Mexico", "ratified", holds=False)]
    )

    assert state.commitment == Commitment.BOUND
    assert [item["holds"] for item in state.acts["ratified"]] == [True, False]


def test_organizations_and_missing_actors_are_no_states():
    assembly = {"id": "ga", "kind": "organization", "label": "General Assembly"}

    assert (
        group_by_state([act("mx", "Mexico", "adopted", actor=one) for one in (assembly, None)])
        == []
    )


def test_page_shows_each_state_on_map_and_table(client, write):
    convention = write.record("instrument", "mwc", "Convention")
    for slug, name, stated in (
        ("mx", "Mexico", [("ratified", "1999", True)]),
        ("kh", "Cambodia", [("signed", "", True), ("ratified", "", False)]),
        ("us", "United States", [("ratified", "", False)]),
        ("gulf", "Gulf", [("under_deliberation", "", True)]),
    ):
        place = write.record("place", slug, name)
        for done, when, holds in stated:
            write.say("legal_act", convention, actor=place, act=done, edtf=when, holds=holds)

    page = page_of(client.get("/instruments/mwc/"))

    assert table(page) == [
        ["State", "Signed", "Ratified", "Under deliberation"],
        ["Cambodia", "yes2", "no3", "–"],
        ["Gulf", "–", "–", "yes4"],
        ["Mexico", "–", "19995", "–"],
    ]
    assert table(page, 1) == [["State", "Ratified"], ["United States", "no6"]]
    folded = page.main.one("section", **{"aria-labelledby": "acts"}).one("details")
    assert folded.one("summary").text == "1 state did not, according to sources"
    assert folded.every("table") == page.main.every("table", kind="acts")[1:]
    assert on_the_map(page) == {
        "/places/us/": ("shade-1", "United States: Was not ratified"),
        "/places/mx/": ("shade-4", "Mexico: Ratified (1999)"),
        "/places/kh/": ("shade-3", "Cambodia: Signed, Was not ratified"),
    }
    assert [one.text for one in page.main.one("ul", kind="legend").every("li")] == [
        "ratified or in force: 1",
        "signed, adopted or dated: 1",
        "under deliberation or pending: 1",
        "did not, according to sources: 1",
        "unknown",
    ]


def test_instrument_without_acts_has_no_map_and_does_not_deny_them(client, write):
    write.record("instrument", "mwc", "Convention")

    response = client.get("/instruments/mwc/")

    page = page_of(response)
    assert page.main.every("h2", id="acts") == []
    assert "There may be some: What it protects; Who invokes it; What was done with it." in (
        section(page, "absent")
    )
    assert page.main.every("figure") == []
    assert "map.css" not in response.content.decode()


def test_page_shows_articles_with_what_they_protect_and_who_invokes(client, write):
    covenant = write.record("instrument", "covenant", "Covenant")
    measure = write.new_term("measure:article_number")
    for slug, number, right in (("article-b", 6, "work"), ("article-a", 11, "food")):
        article = write.record("instrument", slug, f"Article {number}")
        write.say("relation", article, predicate=write.term("predicate:part_of"), object=covenant)
        write.say("figure", article, measure=measure, low=number, high=number)
        write.say("trait", article, term=write.new_term(f"right:{right}"))
        write.say("text", article, body=f"The right to {right}.", text_kind="summary")
    campaign = write.record("campaign", "vote", "Vote")
    write.say("relation", campaign, predicate=write.new_term("predicate:invokes"),
              object=covenant)  # fmt: skip
    write.say("presence", campaign, place=write.record("place", "mx", "Mexico"), role="acts_in")

    page = page_of(client.get("/instruments/covenant/"))

    assert section(page, "articles") == (
        "Its articles and parts Article 62 The right to work.3 work4 "
        "Article 115 The right to food.6 food7"
    )
    assert section(page, "uses") == (
        "What it protects, and who appeals to it Who invokes it Vote invokes this instrument8"
    )
    assert section(page, "campaigns") == "Campaigns, and where they are on Vote Acts in Mexico9"
    assert page.main.every("h2", id="relations") == []


def test_acts_as_known_then_are_on_the_page_of_that_day(client, write):
    convention = write.record("instrument", "mwc", "Convention")
    mexico = write.record("place", "mx", "Mexico")
    write.say("legal_act", convention, actor=mexico, act="ratified", edtf="1999")

    page = page_of(client.get("/instruments/mwc/?as_of=2000"))

    assert table(page) == [["State", "Ratified"], ["Mexico", "19991"]]
    assert page.main.every("h2", id="uses") + page.main.every("h2", id="campaigns") == []


def test_page_of_an_instrument_of_the_whole_world_is_light(client, write):
    changeset = Changeset()
    convention = changeset.record("instrument", "mwc")
    for number, code in enumerate(sorted(world().countries)[:200]):
        place = changeset.record("place", code.lower())
        changeset.add("name", place, text=f"Land of {code}", language="en", source=write.source)
        joined = number % 3 == 0
        changeset.add("legal_act", convention, actor=place, act="ratified", holds=joined,
                   edtf=str(1990 + number % 20) if joined else "", locator=f"Land of {code}",
                   detail="acceded" if joined else "neither", source=write.source)  # fmt: skip
        if number % 10 == 1:
            changeset.add("legal_act", convention, actor=place, act="signed", source=write.source)
    changeset.propose().accept()

    for language in ("", "/es", "/ar"):
        response = client.get(f"{language}/instruments/mwc/")

        page = page_of(response)
        assert len(on_the_map(page)) == 200
        assert len(table(page)) + len(table(page, 1)) == 202
        assert weight(response) < 60_000
