"""What the paper says twice and differently stands side by side; what it foresees is not held."""

from .asking import codes, entries, get_json, only, slugs, statements, values

COLLECTIONS = (
    "organizations",
    "gatherings",
    "campaigns",
    "instruments",
    "projects",
    "demands",
    "cases",
    "places",
)
"""Every collection of records."""


def every_statement(document: dict) -> list[tuple[str, dict]]:
    """The statements of a document, each with its part."""
    statements = []
    for part, items in document.items():
        if part == "traits":
            statements += [("traits", item) for terms in items.values() for item in terms]
        elif isinstance(items, list) and part not in ("calls_itself", "called"):
            statements += [(part, item) for item in items if "statement" in item]
    return statements


def test_the_mexico_city_meeting_is_the_fourth_and_the_fifth(paper, client):
    figures = get_json(client, "gatherings/pga-mexico-city/")["figures"]
    editions = statements(figures, measure="edition")

    assert [(figure["low"], figure["high"], figure["disputed"]) for figure in editions] == [
        (4, 4, True),
        (5, 5, True),
    ]
    assert values(editions, "locator") == {"Prop 5"}


def test_the_protest_in_kuwait_has_two_sizes(paper, client):
    figures = get_json(client, "gatherings/kuwait-protest-2008/")["figures"]
    sizes = statements(figures, measure="participants")

    assert [
        (size["low"], size["high"], size["disputed"], size["locator"], size["voice"])
        for size in sizes
    ] == [
        (2000, 2000, True, "Prop 3", "source"),
        (500, None, True, "fn 9", "quoted"),
    ]
    assert only(sizes, voice="quoted")["speaker"]["label"] == "Daily Star"


def test_nothing_else_is_disputed(paper, client):
    disputed = {
        (document["slug"], part, item.get("measure"))
        for collection in COLLECTIONS
        for document in entries(client, collection)
        for part, item in every_statement(document)
        if item["disputed"]
    }

    assert disputed == {
        ("pga-mexico-city", "figures", "edition"),
        ("kuwait-protest-2008", "figures", "participants"),
    }


def test_migrant_forum_in_asia_is_called_network_and_coalition(paper, client):
    forum = get_json(client, "partnerships/migrant-forum-in-asia/")

    assert values(forum["called"], "term") == {"network", "coalition"}
    assert values(forum["called"], "locator") == {"Prop 7"}
    assert forum["calls_itself"] == []
    # The paper does not say what it calls itself: looked for, none found.
    assert values(forum["coverage"], "verdict", field="calls_itself") == {"none_found"}


def test_spellings_stand_side_by_side(paper, client):
    def spellings(path: str) -> set[str]:
        return values(get_json(client, f"{path}/")["names"], "text")

    assert {"Migrant Forum in Asia", "Migrant Forum of Asia"} <= spellings(
        "organizations/migrant-forum-in-asia"
    )
    assert {"Center for Migrants Advocacy", "Center for Migrant Advocacy"} <= spellings(
        "organizations/center-for-migrants-advocacy"
    )
    assert {"Three-for-One", "3 x 1", "Three for One", "3x1"} <= spellings("projects/three-for-one")
    assert {"International Labour Conference", "International Labor Conference"} <= spellings(
        "gatherings/international-labour-conference"
    )


def test_what_is_planned_is_never_held(paper, client):
    planned = entries(client, "gatherings", event="planned")

    assert {gathering["slug"]: gathering["dates"][0]["when"] for gathering in planned} == {
        "wsfm-2012-south-korea": "2012",
        "pga-2011": "2011",
        "un-conference-on-migration-and-development": None,
    }
    assert {date["event"] for gathering in planned for date in gathering["dates"]} == {"planned"}
    assert (
        slugs(client, "gatherings", event="planned") & slugs(client, "gatherings", event="held")
        == set()
    )


def test_nothing_is_held_after_the_paper(paper, client):
    later = {
        (gathering["slug"], date["event"])
        for gathering in entries(client, "gatherings")
        for date in gathering["dates"]
        if (date["when"] or "")[:4] > "2010"
    }

    assert later == {("pga-2011", "planned"), ("wsfm-2012-south-korea", "planned")}


def test_an_inferred_date_is_the_editors(paper, client):
    inferred = {
        gathering["slug"]: (date["voice"], bool(date["note"]))
        for gathering in entries(client, "gatherings")
        for date in gathering["dates"]
        if date["confidence"] == "inferred"
    }

    assert inferred == {
        "kuwait-protest-2008": ("editor", True),
        "pga-2009": ("editor", True),
        "pga-mexico-city": ("editor", True),
    }


def test_the_unnamed_union_is_described_and_not_named(paper, client):
    union = get_json(client, "organizations/undocumented-migrants-union-south-korea/")

    assert values(union["names"], "name_kind") == {"descriptive"}
    assert codes(union, "status") == {"unnamed_in_source"}
    assert values(union["coverage"], "verdict", field="names") == {"none_found"}
