"""What the paper says of gatherings, campaigns, instruments and projects, on their pages."""

from tests.support.pages import Page, page_of, section


def page(client, address: str) -> Page:
    return page_of(client.get(address))


def editions(client, series: str) -> dict[str, list[str]]:
    """The rows of the table of editions by their names, without the numbers of notes."""
    table = page(client, f"/gatherings/{series}/").main.one("table", kind="editions")
    cells_by_name = {}
    for row in table.one("tbody").every("tr"):
        name = row.one("th").every("a")[0].text
        cells_by_name[name] = [unmarked(cell) for cell in row.every("td")]
    return cells_by_name


def unmarked(element) -> str:
    """The text of an element without the marks of its notes."""
    marks = {id(one) for one in element.every("sup", kind="mark")}

    def read(one) -> str:
        if isinstance(one, str):
            return one
        return "" if id(one) in marks else "".join(map(read, one.content))

    return " ".join(read(element).split())


def part(client, address: str, name: str) -> str:
    """A part of a page without the marks of its notes."""
    return unmarked(page(client, address).main.one("section", **{"aria-labelledby": name}))


def test_mexico_city_is_said_to_be_the_fourth_and_the_fifth_and_counts_as_the_fifth(paper, client):
    series = part(client, "/gatherings/pga-mexico-city/", "series-1")

    assert (
        "Which edition it is "
        "4: counted as the fourth meeting disputed claimed by Fox and Gois 2010 "
        "5: counted from the parallel event of 2006 disputed claimed by Fox and Gois 2010 "
        "5 counted by this catalogue: 5 editions took place"
    ) in series
    assert (
        "Before it Peoples' Global Action 2009 (not described in the paper) Took place 2009"
        in series
    )
    assert (
        "After it Peoples' Global Action 2011 Planned for 2011: foreseen when the paper was written"
        " No source says that it took place."
    ) in series


def test_editions_of_the_peoples_global_action_are_counted_from_2006(paper, client):
    rows = editions(client, "peoples-global-action")

    assert [(name[:40], row[0], row[2]) for name, row in rows.items()] == [
        ("Parallel event on migration, development", "1", "Took place 2006"),
        ("Parallel civil society forum on migratio", "2", "Took place 2007"),
        ("Peoples' Global Action 2008, Manila", "3", "Took place 2008"),
        ("Peoples' Global Action 2009 (not describ", "4", "Took place 2009 inferred"),
        ("Peoples' Global Action, Mexico City", "5", "Took place about 2010 inferred"),
        (
            *("Peoples' Global Action 2011", "not counted"),
            "Planned for 2011 No source says that it took place.",
        ),
    ]
    beside = [row[4] for row in rows.values()]
    assert beside[0].startswith("Was held in parallel to High Level Dialogue")
    assert beside[1].startswith("Was held in parallel to Global Forum on Migration and Development")


def test_world_social_forum_met_in_quito_and_that_of_2012_was_planned(paper, client):
    rows = editions(client, "world-social-forum-on-migration")

    assert rows == {
        "4th World Social Forum on Migration": [
            *("1", "4 Fox and Gois 2010", "Took place 8–12 October 2010 implied"),
            "Took place in Quito (8–12 October 2010)",
        ],
        "World Social Forum on Migration 2012": [
            *("not counted", "unknown"),
            "Planned for 2012 No source says that it took place.",
            "Planned to be held in South Korea (2012)",
        ],
    }


def test_planned_gatherings_of_the_paper_are_nowhere_said_to_be_held(paper, client):
    for slug in ("wsfm-2012-south-korea", "pga-2011", "un-conference-on-migration-and-development"):
        shown = page(client, f"/gatherings/{slug}/")

        assert section(shown, "affairs") == (
            "State of affairs It was planned. No source says that it took place."
        )
        line = shown.main.one("ul", kind="inline-list").text
        assert "Planned" in line
        assert "Took place" not in line


def test_gathering_of_2006_stands_beside_its_official_counterpart(paper, client):
    beside_text = part(client, "/gatherings/parallel-event-2006/", "beside")

    assert beside_text == (
        "Beside it Was held in parallel to High Level Dialogue on Migration and Development (2006) "
        "Parallel event on migration, development and human rights, 2006 "
        "Is in the arena autonomous public spaces implied Took place 2006 "
        "High Level Dialogue on Migration and Development Intergovernmental implied Took place 2006"
    )


def test_convention_is_in_force_since_july_2003_and_is_invoked(paper, client):
    address = "/instruments/migrant-workers-convention/"
    acts = part(client, address, "acts")

    assert acts.startswith("What was done with it In force (July 2003) Dated (1990)")
    assert "Bangladesh: Under deliberation" in acts
    uses = part(client, address, "uses")
    for campaign in ("Campaign to ratify the Migrant Workers Convention", "Recommendation 9"):
        assert campaign in uses


def test_eleven_states_with_seats_are_on_map_and_table(paper, client):
    shown = page(client, "/instruments/legislative-seats-abroad/")

    names = [
        *("Algeria", "Angola", "Cape Verde", "Colombia", "Croatia", "Ecuador", "France", "Italy"),
        *("Mozambique", "Panama", "Portugal"),
    ]
    rows = shown.main.one("table", kind="acts").one("tbody").every("tr")
    assert [row.one("th").text for row in rows] == names
    titles = [link.one("title").text for link in shown.main.one("figure").every("a")]
    assert sorted(titles) == [f"{name}: In force" for name in names]


def test_covenant_tells_its_articles_in_order(paper, client):
    articles = part(client, "/instruments/icescr/", "articles")

    assert articles == (
        "Its articles and parts "
        "International Covenant on Economic Social and Cultural Rights, Article 6 The right to "
        "work: the chance to make a living by work that one chooses or accepts freely. "
        "Right to work "
        "International Covenant on Economic Social and Cultural Rights, Article 7 Says that the "
        "work meant in Article 6 has to be decent work. Decent work"
    )


def test_campaign_for_ratification_widens_from_local_to_international(paper, client):
    shown = page(client, "/campaigns/mwc-ratification-campaign/")

    stages = shown.main.one("ol", kind="stages").every("a", kind="term")
    assert [one.text for one in stages] == ["Local", "Regional", "National", "International"]
    steps = shown.main.one("ol", kind="steps").every("a", kind="term")
    assert [one.text for one in steps] == [
        *("Make the Convention known", "Approach other groups", "Form a committee"),
        *("Build a coalition", "Develop activities", "Consolidate and sustain"),
        "Look beyond borders",
    ]
    assert section(shown, "breadth").startswith(
        "Breadth 8 sectors take part, according to sources. Stage unknown. Women's groups"
    )
    assert "Time horizon" in section(shown, "absent")
    means = unmarked(shown.main.one("section", **{"aria-labelledby": "means"}))
    for tool in ("Urgent appeals", "Video documentaries", "Newsletters", "Websites"):
        assert tool in means


def test_three_levels_of_government_pay_for_three_for_one_with_a_veto(paper, client):
    payers = part(client, "/projects/three-for-one/", "payers")

    assert "5 pay, according to sources. 3 of them have a veto." in payers
    for level in ("federal government", "state governments", "municipal governments"):
        assert f"Funded by Mexican {level}, with a veto" in payers
    for other in ("hometown associations", "Social Development Ministry"):
        assert f"Funded by Mexican {other}:" in payers


def test_shares_of_three_for_one_say_of_what(paper, client):
    table = page(client, "/projects/three-for-one/").main.one(
        "section", **{"aria-labelledby": "shares"}
    )
    rows = [[unmarked(cell) for cell in row.every("td")] for row in table.every("tr")[1:]]

    by = "data supplied to the authors"
    assert rows[:4] == [
        [
            f"4 percent {by}",
            "of all projects With this share and 100 projects, the total is about 2,500 projects. "
            "The catalogue computed this; no source says it.",
            "2008",
        ],
        [f"100 projects {by}", "counted as productive", "2008"],
        [
            f"6.4 percent {by}",
            "of federal programme funding With this share and 2,600,000 US dollars, the total is "
            "about 41,000,000 US dollars. The catalogue computed this; no source says it.",
            "2008",
        ],
        [f"2,600,000 US dollars {by}", "federal funding for productive projects", "2008"],
    ]
