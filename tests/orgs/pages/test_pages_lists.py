"""Lists: their filters, the summary of what is shown, and the links between pages."""

import pytest
from django.urls import reverse

from orgs.changes.changeset import Changeset
from orgs.records.kinds import KINDS
from orgs.records.record import Record
from orgs.records.source import Tier
from tests.support.pages import page_of

pytestmark = pytest.mark.django_db


def many(write, kind: str, how_many: int, first: int = 0) -> None:
    """Write many records of a kind in one change, each in an arena where it can be in one."""
    changeset = Changeset()
    for place in range(first, first + how_many):
        record = changeset.record(kind, f"{kind}-{place:03}")
        name = f"{kind.title()} {place:03}"
        changeset.add("name", record, text=name, language="en", preferred=True, source=write.source)
        if kind in ("organization", "partnership"):
            changeset.add("arena_placement", record, arena="ngo", source=write.source)
        if kind == "gathering":
            changeset.add("arena_placement", record, arena="space", source=write.source)
    changeset.propose().accept()


def names(page) -> list[str]:
    """The names that a list shows, in its order."""
    return [card.one("h3").one("a").text for card in page.main.every("li", kind="card")]


def shown(page) -> str:
    """The sentence that says what is shown."""
    return page.main.one("p", role="status").text


@pytest.mark.parametrize(
    ("path", "kind", "sentence"),
    [
        ("/organizations/", "organization", "3 organizations"),
        ("/organizations/", "partnership", "3 organizations"),
        ("/networks-and-coalitions/", "partnership", "3 networks and coalitions"),
        ("/campaigns/", "campaign", "3 campaigns"),
        ("/gatherings/", "gathering", "3 gatherings"),
        ("/instruments/", "instrument", "3 instruments"),
        ("/projects/", "project", "3 projects"),
        ("/demands/", "demand", "3 demands"),
        ("/cases/", "case", "3 cases"),
        ("/places/", "place", "3 places"),
        ("/arenas/ngo/", "organization", "3 actors"),
        ("/arenas/space/", "gathering", "3 actors"),
    ],
)
def test_list_shows_what_there_is_and_links_to_it(client, write, path, kind, sentence):
    many(write, kind, 3)

    page = page_of(client.get(path))

    assert shown(page) == sentence
    assert names(page) == [f"{kind.title()} {place:03}" for place in range(3)]
    links = [
        card.one("h3").one("a").attributes["href"] for card in page.main.every("li", kind="card")
    ]
    assert links == [f"/{KINDS[kind].path}/{kind}-{place:03}/" for place in range(3)]
    assert client.get(links[0]).status_code == 200


def test_card_has_no_line_of_facts_where_none_are_on_record(client, write):
    many(write, "campaign", 1)
    many(write, "organization", 1)

    assert page_of(client.get("/campaigns/")).main.every("p", kind="facts") == []
    facts = page_of(client.get("/organizations/")).main.every("p", kind="facts")
    assert [item.text for item in facts] == [
        "migrant-led NGOs ○ Last confirmed: never. Latest source: 2010"
    ]


QUERIES = [
    ("/organizations/", "organization", 3),
    ("/organizations/?arena=ngo", "organization", 5),
    ("/organizations/?q=organization", "organization", 3),
    ("/organizations/?as_of=2010", "organization", 2),
    ("/networks-and-coalitions/", "partnership", 3),
    ("/campaigns/", "campaign", 3),
    ("/gatherings/", "gathering", 3),
    ("/instruments/", "instrument", 3),
    ("/projects/", "project", 3),
    ("/demands/", "demand", 3),
    ("/cases/", "case", 3),
    ("/places/", "place", 3),
    ("/sources/", "organization", 3),
    ("/terms/", "organization", 4),
    ("/arenas/", "organization", 2),
    ("/arenas/ngo/", "organization", 5),
    ("/sources/survey-2010/", "organization", 3),
    ("/terms/identity/", "organization", 4),
    ("/search/?q=organization", "organization", 4),
]


@pytest.mark.parametrize(("path", "kind", "queries"), QUERIES)
@pytest.mark.parametrize("how_many", [1, 30])
def test_list_takes_as_few_queries_for_thirty_as_for_one(
    client, write, django_assert_num_queries, path, kind, queries, how_many
):
    many(write, kind, how_many)

    with django_assert_num_queries(queries):
        response = client.get(path)

    assert response.status_code == 200


def test_list_pages_by_keys_there_and_back(client, write):
    many(write, "organization", 120)

    first = page_of(client.get("/organizations/"))
    second = page_of(
        client.get("/organizations/" + first.root.one("a", rel="next").attributes["href"])
    )
    third = page_of(
        client.get("/organizations/" + second.root.one("a", rel="next").attributes["href"])
    )
    back = page_of(
        client.get("/organizations/" + third.root.one("a", rel="prev").attributes["href"])
    )

    assert names(first) + names(second) + names(third) == [
        f"Organization {place:03}" for place in range(120)
    ]
    assert names(back) == names(second)
    assert first.root.every("a", rel="prev") == []
    assert third.root.every("a", rel="next") == []
    assert shown(second) == "120 organizations"


def test_list_is_sorted_as_asked(client, write):
    many(write, "organization", 3)

    page = page_of(client.get("/organizations/?sort=-name"))

    assert names(page) == ["Organization 002", "Organization 001", "Organization 000"]
    assert page.main.one("p", kind="orders").one("strong").text == "name, from Z"
    hidden_fields = page.main.one("form", id="search").every("input", type="hidden")
    assert [(item.attributes["name"], item.attributes["value"]) for item in hidden_fields] == [
        ("sort", "-name")
    ]


def mexicans(write) -> None:
    """Write two organizations with a seat in Mexico, one of them in an arena, and one in Peru."""
    mexico = write.record("place", "mx", "Mexico")
    peru = write.record("place", "pe", "Peru")
    for slug, place in (("fiob", mexico), ("cdh", mexico), ("cima", peru)):
        write.say(
            "presence", write.record("organization", slug, slug.upper()), place=place, role="seat"
        )
    write.say("arena_placement", Record.objects.get(slug="fiob"), arena="membership")


def test_summary_names_every_filter_and_can_remove_each(client, write):
    mexicans(write)

    page = page_of(client.get("/organizations/?arena=membership&country=mx&country=pe&mentions=mx"))

    assert names(page) == ["FIOB"]
    assert shown(page) == (
        "1 organization in the arena migrant-led membership organizations leave out, "
        "with their seat in Mexico leave out, with their seat in Peru leave out, "
        "mentioning Mexico leave out"
    )
    links = page.main.one("p", role="status").every("a")
    assert [(link.attributes["aria-label"], link.attributes["href"]) for link in links] == [
        (
            "Leave out: in the arena migrant-led membership organizations",
            "?mentions=mx&country=mx&country=pe",
        ),
        ("Leave out: with their seat in Mexico", "?mentions=mx&arena=membership&country=pe"),
        ("Leave out: with their seat in Peru", "?mentions=mx&arena=membership&country=mx"),
        ("Leave out: mentioning Mexico", "?arena=membership&country=mx&country=pe"),
    ]


def test_form_offers_values_with_counts_and_keeps_the_filters(client, write):
    mexicans(write)

    page = page_of(client.get("/organizations/?country=mx&mentions=mx&q=fiob"))

    seats = page.main.one("fieldset", id="filter-country")
    assert [item.text for item in seats.every("li")] == ["Mexico 1"]
    box = seats.one("input")
    assert (box.attributes["name"], box.attributes["value"], box.attributes["form"]) == (
        "country",
        "mx",
        "search",
    )
    assert "checked" in box.attributes
    assert page.main.one("input", id="filter-q").attributes["value"] == "fiob"
    hidden_fields = page.main.one("form", id="search").every("input", type="hidden")
    assert [(item.attributes["name"], item.attributes["value"]) for item in hidden_fields] == [
        ("mentions", "mx")
    ]


def test_other_values_of_a_filter_keep_their_counts(client, write):
    mexicans(write)

    page = page_of(client.get("/organizations/?country=mx"))

    seats = page.main.one("fieldset", id="filter-country")
    assert [item.text for item in seats.every("li")] == ["Mexico 2", "Peru 1"]


def test_long_filters_unfold(client, write):
    changeset = Changeset()
    for place in range(12):
        country = changeset.record("place", f"c{place:02}")
        organization = changeset.record("organization", f"o{place:02}")
        changeset.add("presence", organization, place=country, role="seat", source=write.source)
    changeset.propose().accept()

    page = page_of(client.get("/organizations/"))

    seats = page.main.one("fieldset", id="filter-country")
    assert len(seats.every("li")) == 12
    rest = seats.one("details")
    assert rest.one("summary").text == "4 more"
    assert len(rest.every("li")) == 4


def test_empty_answer_says_what_to_do(client, write):
    mexicans(write)

    page = page_of(client.get("/organizations/?arena=media&country=mx"))

    assert shown(page) == (
        "0 organizations in the arena migrant-led media leave out, "
        "with their seat in Mexico leave out"
    )
    assert page.main.one("div", kind="empty").text == (
        "No results for all of these filters. Remove a filter in the sentence above, "
        "search with fewer words, or start again. Organizations missing here may still exist: "
        "the catalogue holds only what its sources say."
    )


def test_empty_catalogue_has_pages(client, write):
    for path in ("/organizations/", "/campaigns/", "/places/", "/arenas/ngo/"):
        page = page_of(client.get(path))

        assert page.main.one("div", kind="empty").text == "This list is empty."
        assert "Narrow this list" not in page.main.text  # by what?


def test_unknown_filters_are_ignored(client, write):
    many(write, "organization", 2)

    plain = client.get("/organizations/")
    odd = client.get("/organizations/?utm_source=x&limit=1&page=2&format=csv&fields=id")

    assert odd.status_code == 200
    assert page_of(odd).main.text == page_of(plain).main.text


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("as_of=2010-13", "as_of", "Write a year, month or day: 2010, 2010-10 or 2010-10-08."),
        ("as_of=0000", "as_of", "Write a year, month or day: 2010, 2010-10 or 2010-10-08."),
        (
            "country=zz",
            "country",
            "Unknown value: 'zz'. Use the slug, the id or, for a place, the ISO 3166 code.",
        ),
        (
            "updated_since=lately",
            "updated_since",
            "Write a date, or a full date and time with its zone: 2010-10-08T12:00:00Z.",
        ),
        (
            "sort=shoe-size",
            "sort",
            "Choose one of these orders: name, -name, updated, -updated, relevance.",
        ),
        (
            "cursor=abc",
            "cursor",
            "This cursor belongs to another list. Follow `next` or `previous`, or omit it.",
        ),
    ],
)
def test_invalid_filter_is_reported_and_not_ignored(client, write, query, field, sentence):
    many(write, "organization", 2)

    response = client.get(f"/organizations/?{query}")

    assert response.status_code == 400
    page = page_of(response)
    assert names(page) == []
    problems = page.main.one("div", role="alert")
    assert sentence in problems.text
    assert problems.every("a")[0].attributes["href"] == f"#filter-{field}"
    assert len(page.main.every(id=f"filter-{field}")) == 1


@pytest.mark.parametrize("query", ["as_of=soon", "cursor=abc&q=a", "sort=odd&q=a", "as_of=x&q=a"])
def test_search_has_the_field_of_every_problem(client, write, query):
    response = client.get(f"/search/?{query}")

    page = page_of(response)
    [link] = page.main.one("div", role="alert").every("a")[:1]
    field = page.main.one(id=link.attributes["href"].removeprefix("#"))
    assert (response.status_code, field.tag) == (400, "input")
    assert len(page.main.every("label", **{"for": field.attributes["id"]})) == 1


def test_search_keeps_the_day_for_the_next_question(client, write):
    page = page_of(client.get("/search/?q=a&as_of=2010"))

    assert page.main.one("input", name="as_of").attributes["value"] == "2010"


def test_problem_stands_beside_its_field(client, write):
    page = page_of(client.get("/organizations/?as_of=soon&country=zz"))

    assert page.main.one("p", id="problem-as_of").text == (
        "Write a year, month or day: 2010, 2010-10 or 2010-10-08."
    )
    field = page.main.one("input", id="filter-as_of").attributes
    assert (field["value"], field["aria-invalid"]) == ("soon", "true")
    assert field["aria-describedby"] == "hint-as_of problem-as_of"
    seat = page.main.one("fieldset", id="filter-country")
    assert seat.one("p", kind="problem").text.startswith("Unknown value: 'zz'")


def test_list_answers_as_of(client, write):
    old = write.record("organization", "old", "Old")
    write.say("existence", old, event="founded", edtf="1986")
    write.say("existence", old, event="ended", edtf="1995")
    write.say("existence", write.record("organization", "new", "New"), event="founded", edtf="2001")

    page = page_of(client.get("/organizations/?as_of=1990"))

    assert names(page) == ["Old"]
    assert shown(page) == "1 organization as of 1990 leave out"


def test_list_does_not_pretend_to_answer_known_at(client, write):
    many(write, "organization", 2)

    response = client.get("/organizations/?known_at=1")

    assert response.status_code == 200
    page = page_of(response)
    assert page.main.one("p", kind="notice").text == (
        "Lists accept as_of but not known_at. Open an entry or its history to use known_at."
    )
    assert len(names(page)) == 2


def test_secret_placement_is_no_answer_and_no_count(client, write):
    fiob = write.record("organization", "fiob", "FIOB")
    before = client.get("/organizations/").content

    write.say("arena_placement", fiob, arena="membership", tier=Tier.VETTED)

    assert client.get("/organizations/").content == before
    assert names(page_of(client.get("/organizations/?arena=membership"))) == []


def test_networks_show_what_they_call_themselves_and_are_called(client, write):
    mri = write.record("partnership", "mri", "Migrant Rights International")
    write.say("trait", mri, term=write.term("form:network"), voice="own")
    write.say("trait", mri, term=write.term("form:coalition"))

    page = page_of(client.get("/networks-and-coalitions/"))

    assert page.main.one("dl", kind="labels").text == (
        "Calls itself network Called by others coalition Observed form not enough data"
    )


# Sources, terms and arenas


def test_source_page_shows_its_statements(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    source = write.another_source("star-2008", short="Daily Star 2008", urls=["https://s.org/"])
    write.say("link", fiob, url="https://fiob.org/", source=source, locator="p. 1")

    page = page_of(client.get("/sources/star-2008/"))

    assert page.main.one("section", **{"aria-labelledby": "says"}).text == (
        "What it says Frente Indígena organization web addresses Website: https://fiob.org/1 "
        "The 1 entry it is about, as a list"
    )
    assert page.main.one("h1").text == "Daily Star 2008"


def test_source_page_links_to_pages_under_the_names_of_their_sites(client, write):
    page_url = "https://news.example/2018/a-talk-with-jane-roe"
    write.another_source("talk", urls=[page_url, "news.example, page 3"])

    page = page_of(client.get("/sources/talk/"))

    [link] = page.main.every("a", href=page_url)
    assert link.text == "news.example"
    assert "jane-roe" not in page.main.text
    assert "news.example, page 3" in page.main.text


def test_scheme_has_an_anchor_for_every_code(client, write):
    fiob = write.record("organization", "fiob")
    write.say("trait", fiob, term=write.term("identity:women"))

    page = page_of(client.get("/terms/identity/"))

    women = page.main.one("div", id="women")
    assert women.text == "women identity:women 1 entry"
    assert page.main.one("div", id="nationality").text == (
        "nationality identity:nationality No entry is described by it"
    )
    assert women.every("a")[-1].attributes["href"] == "/search/?trait=identity:women"
    assert client.get("/search/?trait=identity:women").status_code == 200


def test_scheme_without_terms_is_not_found(client, write):
    assert client.get("/terms/nothing/").status_code == 404


def test_scheme_is_called_as_the_catalogue_words_it_before_it_is_as_we_do(client, write):
    changeset = Changeset()
    for code, labels in (
        ("identity", {"en": "Identity", "es": "Identidades"}),
        ("leadership", {"en": "Leadership"}),
    ):
        changeset.change_reference("term", scheme="scheme", code=code, labels=labels)
    changeset.propose().accept()
    write.new_term("leadership:migrants")

    def heading(path: str) -> str:
        return page_of(client.get(path)).main.one("h1").text

    assert [heading(f"{to}/terms/identity/") for to in ("", "/es")] == ["Identity", "Identidades"]
    assert [heading(f"{to}/terms/leadership/") for to in ("", "/es")] == ["Leadership", "Liderazgo"]


def test_card_of_a_term_names_its_scheme(client, write):
    write.new_term("coalition_basis:targets")

    card = page_of(client.get("/search/?q=targets")).main.one("li", kind="card")

    assert "Basis of a coalition" in card.one("p", kind="facts").text


def test_terms_are_listed_by_scheme_and_found_by_words(client, write):
    schemes = page_of(client.get("/terms/")).main.one("dl", kind="schemes").every("dt")
    results = page_of(client.get("/terms/?q=wom"))

    assert [scheme.text for scheme in schemes] == [
        "categorization 1",
        "dimension 1",
        "form 2",
        "identity 2",
        "measure 2",
        "place_type 1",
        "predicate 4",
        "sphere 4",
    ]
    assert names(results) == ["women"]
    assert results.main.one("h3").one("a").attributes["href"] == "/terms/identity/#women"


def test_arenas_have_definitions_and_counts(client, write):
    many(write, "organization", 2)

    page = page_of(client.get("/arenas/"))

    arenas = page.main.one("ol", kind="arenas").every("li")
    assert [arena.every("p")[-1].text for arena in arenas] == [
        "None known yet",
        "None known yet",
        "2 actors",
        "None known yet",
    ]
    assert [arena.one("h3").text for arena in arenas] == [
        "Migrant-led membership organizations",
        "Autonomous public spaces",
        "Migrant-led NGOs",
        "Migrant-led media",
    ]


def test_there_are_four_arenas_and_no_more(client, write):
    assert client.get("/arenas/press/").status_code == 404


def test_addresses_can_be_written_by_name():
    assert reverse("organizations-page", args=["fiob"]) == "/organizations/fiob/"
    assert reverse("partnerships") == "/networks-and-coalitions/"


def seats(write, *slugs: str) -> None:
    """Write a place of each slug, and an organization that has its seat there."""
    changeset = Changeset()
    for slug in slugs:
        location = changeset.record("place", slug)
        changeset.add("name", location, text=f"Place {slug}", language="en", source=write.source)
        seated = changeset.record("organization", f"in-{slug}")
        changeset.add("presence", seated, place=location, role="seat", source=write.source)
    changeset.propose().accept()


def test_countries_come_before_regions_and_cities(client, write):
    seats(write, "asia", "es", "madrid", "ph", "world")

    seat = page_of(client.get("/organizations/")).main.one("fieldset", id="filter-country")

    shown, wider = seat.every("ul")
    assert [item.text for item in shown.every("li")] == ["Place es 1", "Place ph 1"]
    assert [item.text for item in wider.every("li")] == [
        "Place asia 1", "Place madrid 1", "Place world 1",
    ]  # fmt: skip
    assert seat.one("summary").text == "3 regions, states and cities"


def test_long_lists_of_answers_are_searched_without_a_script(client, write):
    seats(write, "es", "fr", "ph", "madrid", "manila")

    page = page_of(client.get("/organizations/?find=MA"))

    seat = page.main.one("fieldset", id="filter-country")
    assert [item.text for item in seat.every("li")] == ["Place madrid 1", "Place manila 1"]
    assert page.main.one("input", id="filter-find").attributes["value"] == "MA"
    assert shown(page) == "5 organizations"


def test_chosen_answer_stays_whatever_is_looked_for(client, write):
    seats(write, "es", "fr")

    page = page_of(client.get("/organizations/?country=es&find=zzz"))

    seat = page.main.one("fieldset", id="filter-country")
    assert [item.text for item in seat.every("li")] == ["Place es 1"]


def test_nothing_is_offered_to_be_found_where_no_answers_are(client, write):
    seats(write, "es")

    results = page_of(client.get("/organizations/?q=zzzz")).main.every("input", id="filter-find")
    hidden_fields = page_of(client.get("/organizations/?find=zzzz")).main.every(
        "input", id="filter-find"
    )

    assert [len(results), len(hidden_fields)] == [0, 1]


def test_very_long_list_of_answers_says_how_many_it_leaves_out(client, write):
    seats(write, *(f"{a}{b}" for a in "abcdefg" for b in "hijklmnop"))

    seat = page_of(client.get("/organizations/")).main.one("fieldset", id="filter-country")

    assert len(seat.every("li")) == 8 + 12
    assert seat.one("p", kind="hint").text == "43 others: find them by their names above."


def test_list_can_be_taken_away_as_it_is_asked_for(client, write):
    seats(write, "es", "fr")

    page = page_of(client.get("/organizations/?country=es&sort=-name"))

    files = page.main.one("p", kind="as-data").every("a")
    list_url = "/api/v1/organizations/?country=es&sort=-name"
    assert [(item.text, item.attributes["href"]) for item in files] == [
        ("CSV", f"{list_url}&format=csv"),
        ("CSV for spreadsheets", f"{list_url}&format=csv&bom=1"),
        ("JSON", f"{list_url}&limit=all"),
        ("GraphML", f"{list_url}&format=graphml"),
        ("GEXF", f"{list_url}&format=gexf"),
        ("edges (CSV)", f"{list_url}&format=edges"),
        ("graph (JSON)", f"{list_url}&format=graph"),
    ]


def test_card_of_a_place_tells_places_of_one_name_apart(client, write):
    country = write.record("place", "et", "Ethiopia")
    state = write.record("place", "et-aa", "Addis Ababa")
    city = write.record("place", "addis-ababa", "Addis Ababa")
    for place, kind, container in ((state, "state", country), (city, "city", state)):
        write.new_term(f"place_type:{kind}")
        write.say("trait", place, term=write.term(f"place_type:{kind}"))
        part_of = write.term("predicate:part_of")
        write.say("relation", place, predicate=part_of, object=container)

    cards = page_of(client.get("/places/?q=addis")).main.every("li", kind="card")

    assert sorted(card.text for card in cards) == [
        "Addis Ababa city Addis Ababa",
        "Addis Ababa state Ethiopia",
    ]


def test_card_says_once_what_several_sources_state(client, write):
    mfa = write.record("organization", "mfa", "MFA")
    manila = write.record("place", "manila", "Manila")
    other = write.another_source("other-2011")
    for source in (write.source, other):
        write.say("presence", mfa, place=manila, role="seat", source=source)
        write.say("arena_placement", mfa, arena="ngo", source=source)

    card = page_of(client.get("/organizations/")).main.one("li", kind="card")

    assert (card.text.count("Manila"), card.text.count("migrant-led NGO")) == (1, 1)
