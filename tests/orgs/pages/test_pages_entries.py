"""The pages of single entries: what they say, who says it, and what they keep to themselves."""

import json

import pytest

from orgs.changes.changeset import Changeset
from orgs.pages.records import MEMBERS_LIMIT
from orgs.projection.entry import Entry
from orgs.records.source import Tier
from orgs.statements.identifier import Link
from tests.support.pages import page_of, section

pytestmark = pytest.mark.django_db


def statement_of(changeset: Changeset, record) -> int:
    """The number of the newest statement about a record."""
    document = Entry.objects.get(pk=record.pk).document
    return max(
        item["statement"]
        for part in json.loads(document).values()
        if isinstance(part, list)
        for item in part
        if isinstance(item, dict) and "statement" in item
    )


def test_page_has_one_heading_and_its_landmarks(client, write):
    write.record("organization", "fiob", "Frente Indígena")

    page = page_of(client.get("/organizations/fiob/"))

    assert page.root.one("html").attributes == {"lang": "en", "dir": "ltr"}
    assert page.root.one("title").text == "Frente Indígena — Migrant Civil Society"
    assert [heading.text for heading in page.root.every("h1")] == ["Frente Indígena1"]
    assert len(page.root.every("header", kind="masthead")) == 1
    assert len(page.root.every("main")) == 1
    assert len(page.root.every("footer")) == 1
    assert page.root.one("a", kind="skip").attributes["href"] == "#content"
    assert page.root.every("script") == []
    assert page.root.every(style="") == []


def test_sentence_leads_to_its_note_and_back(client, write):
    mfa = write.record("organization", "mfa", "Migrant Forum in Asia")
    changeset = write.say(
        "presence",
        mfa,
        place=write.record("place", "manila", "Manila"),
        role="acts_in",
        locator="Prop 7",
        quote="based in Manila",
        confidence="implied",
        edtf="1994/..",
        note="Printed twice.",
    )
    number = statement_of(changeset, mfa)

    page = page_of(client.get("/organizations/mfa/"))

    sentence = page.main.one("li", id=f"statement-{number}")
    assert sentence.text == "Acts in Manila (since 1994) implied2"
    assert [link.attributes["href"] for link in sentence.every("a")] == [
        "/places/manila/",
        f"#note-{number}",
    ]
    note = page.main.one("li", id=f"note-{number}")
    assert note.text == (
        "↑ By the author of the source: Survey 2010, Prop 7. based in Manila "
        "Implied, not stated. Since 1994. Editors’ note: Printed twice. "
        "Link to this statement · Not right?"
    )
    assert [link.attributes["href"] for link in note.every("a")] == [
        f"#statement-{number}",
        "/sources/survey-2010/",
        f"/id/{number}",
        f"/corrections/?about={number}",
    ]


def test_sentence_of_several_sources_stands_once_with_a_note_for_each(client, write):
    mfa = write.record("organization", "mfa", "Migrant Forum in Asia")
    manila = write.record("place", "manila", "Manila")
    later = write.another_source("later")
    for source in (write.source, later):
        write.say("presence", mfa, place=manila, role="seat", source=source)
        write.say("presence", mfa, place=manila, role="acts_in", source=source)
        write.say("name", mfa, text="Migrant Forum in Asia", language="es", source=source)

    page = page_of(client.get("/organizations/mfa/"))

    assert page.main.one("h1").text == "Migrant Forum in Asia1 2 3"
    assert [line.text for line in page.main.one("ul", kind="inline-list").every("li")] == [
        "Has its seat in Manila4 5"
    ]
    assert section(page, "places") == "Places Acts in Manila6 7"
    notes = page.main.one("section", kind="notes").every("li")
    anchors = [note.every("a")[0].attributes["href"].removeprefix("#") for note in notes]
    assert len(anchors) == 7
    for anchor in anchors:
        page.main.one(id=anchor)


def test_seat_in_a_city_does_not_dispute_one_in_its_country(client, write):
    picum = write.record("partnership", "picum", "PICUM")
    places = {slug: write.record("place", slug) for slug in ("be", "brussels", "antwerp")}
    part_of = write.term("predicate:part_of")
    for city in ("brussels", "antwerp"):
        write.say("relation", places[city], predicate=part_of, object=places["be"])

    pages = []
    for slug, place in places.items():
        source = write.another_source(f"source-{slug}")
        write.say("presence", picum, place=place, role="seat", source=source)
        pages.append(page_of(client.get("/organizations/picum/")))

    assert [
        [line.text for line in page.main.one("ul", kind="inline-list").every("li")]
        for page in pages
    ] == [
        ["Has its seat in be2"],
        ["Has its seat in be2", "Has its seat in brussels3"],
        [
            "Has its seat in be2",
            "Has its seat in brussels disputed3",
            "Has its seat in antwerp disputed4",
        ],
    ]


def test_every_mark_has_a_note_and_every_id_stands_once(client, write):
    mfa = write.record("partnership", "mfa", "Migrant Forum in Asia")
    cma = write.record("organization", "cma", "Center for Migrant Advocacy")
    write.say("membership", cma, partnership=mfa)
    write.say("trait", mfa, term=write.term("form:network"))
    write.say("arena_placement", mfa, arena="membership")

    page = page_of(client.get("/organizations/mfa/"))

    ids = [element.attributes["id"] for element in page.root.every() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    marks = [
        link.attributes["href"] for element in page.main.every("sup") for link in element.every("a")
    ]
    assert len(marks) == 4
    assert {mark.removeprefix("#") for mark in marks} - set(ids) == set()


@pytest.mark.parametrize(
    ("voice", "beginning"),
    [
        ("own", "↑ By the organization itself: Survey 2010."),
        ("source", "↑ By the author of the source: Survey 2010."),
        ("quoted", "↑ Quoted by the source: Survey 2010."),
        ("editor", "↑ Inferred by the editors of this catalogue: Survey 2010."),
    ],
)
def test_note_names_whose_text_it_is(client, write, voice, beginning):
    fiob = write.record("organization", "fiob")
    changeset = write.say("figure", fiob, measure=write.term("measure:edition"), low=4, voice=voice)

    page = page_of(client.get("/organizations/fiob/"))

    note = page.main.one("li", id=f"note-{statement_of(changeset, fiob)}")
    assert note.text.startswith(beginning)


def test_note_names_the_speaker(client, write):
    star = write.record("organization", "daily-star", "Daily Star")
    fiob = write.record("organization", "fiob")
    changeset = write.say(
        "figure", fiob, measure=write.term("measure:edition"), low=4, voice="quoted", speaker=star
    )

    note = page_of(client.get("/organizations/fiob/")).main.one(
        "li", id=f"note-{statement_of(changeset, fiob)}"
    )

    assert note.text.startswith("↑ By Daily Star, quoted in the source: Survey 2010.")


def test_undated_sentence_says_when_it_was_observed(client, write):
    fiob = write.record("organization", "fiob")
    changeset = write.say("link", fiob, url="https://fiob.org/", link_kind="website")

    note = page_of(client.get("/organizations/fiob/")).main.one(
        "li", id=f"note-{statement_of(changeset, fiob)}"
    )

    assert "Undated, as observed in 2010." in note.text


def test_denials_read_as_denials(client, write):
    fiob = write.record("organization", "fiob")
    mri = write.record("partnership", "mri", "Migrant Rights International")
    write.say("membership", fiob, partnership=mri, holds=False)
    write.say("trait", fiob, term=write.term("identity:women"), holds=False)
    write.say(
        "presence", fiob, place=write.record("place", "mx", "Mexico"), role="acts_in", holds=False
    )
    write.say(
        "relation",
        fiob,
        predicate=write.term("predicate:collaborates_with"),
        object=mri,
        holds=False,
    )
    write.say("figure", fiob, measure=write.term("measure:participants"), low=9, holds=False)

    page = page_of(client.get("/organizations/fiob/"))

    assert [element.text for element in page.main.every(kind="denied")] == [
        "Is not a member of Migrant Rights International2",
        "Does not act in Mexico3",
        "is not women4",
        "is not at least 95",
        "It is not true that it collaborates with Migrant Rights International6",
    ]


def test_denied_member_is_shown_on_the_page_of_the_network(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    cma = write.record("organization", "cma", "Center for Migrant Advocacy")
    mri = write.record("partnership", "mri", "Migrant Rights International")
    write.say("membership", fiob, partnership=mri, holds=False)
    write.say("membership", cma, partnership=mri, edtf="1994/..", grade="observer")

    page = page_of(client.get("/organizations/mri/"))

    assert section(page, "members") == (
        "Members Center for Migrant Advocacy, observer (since 1994)2 "
        "Frente Indígena is not a member3 Unless marked, a membership is stated by a source other "
        "than the network and the member. Its members as a list with filters"
    )


def test_network_without_members_on_record_does_not_deny_them(client, write):
    write.record("partnership", "mri", "Migrant Rights International")

    page = page_of(client.get("/organizations/mri/"))

    assert section(page, "members") == ("Members No known members. There may be some.")


def test_members_are_capped_and_the_list_has_the_rest(client, write):
    mri = write.record("partnership", "mri")
    changeset = Changeset()
    for place in range(MEMBERS_LIMIT + 1):
        member = changeset.record("organization", f"member-{place:03}")
        changeset.add("membership", member, partnership=mri, source=write.source)
    changeset.propose().accept()

    page = page_of(client.get("/organizations/mri/"))

    members = page.main.one("section", **{"aria-labelledby": "members"})
    assert len(members.every("li")) == MEMBERS_LIMIT
    assert members.every("a")[-1].text == "All of its members, as a list"
    assert members.every("a")[-1].attributes["href"] == "/organizations/?partnership=mri"


def test_planned_event_reads_as_planned(client, write):
    forum = write.record("gathering", "forum", "Forum 2012")
    write.say("existence", forum, event="planned", edtf="2012")

    page = page_of(client.get("/gatherings/forum/"))

    line = page.main.one("ul", **{"aria-label": "At a glance"})
    assert [element.text for element in line.every("li")] == ["Planned for 20122"]


def test_rival_figures_stand_side_by_side_with_their_speakers(client, write):
    protest = write.record("gathering", "protest", "Protest in Kuwait")
    star = write.record("organization", "daily-star", "Daily Star")
    people = write.term("measure:participants")
    write.say("figure", protest, measure=people, low=2000, high=2000)
    write.say("figure", protest, measure=people, low=500, voice="quoted", speaker=star)

    page = page_of(client.get("/gatherings/protest/"))

    rivals = page.main.one("dd", kind="side-by-side")
    assert [element.text for element in rivals.every("p")] == [
        "2,000 disputed2 Survey 2010",
        "at least 500 disputed3 Daily Star",
    ]


def test_what_it_calls_itself_stands_beside_what_others_call_it(client, write):
    mri = write.record("partnership", "mri")
    write.say("trait", mri, term=write.term("form:network"), voice="own")
    write.say("trait", mri, term=write.term("form:coalition"))

    page = page_of(client.get("/organizations/mri/"))

    assert section(page, "forms") == (
        "What it is called It calls itself network2 Others call it coalition (Survey 2010)3 "
        "Observed form Not enough data "
        "What is missing: at least 2 members, named and dated."
    )


def test_relations_are_shown_from_both_sides(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    cma = write.record("organization", "cma", "Center for Migrant Advocacy")
    write.say("relation", cma, predicate=write.term("predicate:collaborates_with"), object=fiob)

    ours = page_of(client.get("/organizations/cma/"))
    theirs = page_of(client.get("/organizations/fiob/"))

    assert section(ours, "relations") == "Relations Collaborates with Frente Indígena2"
    assert section(theirs, "relations") == (
        "Relations Center for Migrant Advocacy collaborates with this organization2"
    )


def test_withheld_is_declared_and_is_not_called_unresearched(client, write):
    fiob = write.record("organization", "fiob")
    write.say("withheld", fiob, field="places", reason="safety")
    write.say("coverage", fiob, field="dates", verdict="none_found", researcher="the editors")

    page = page_of(client.get("/organizations/fiob/"))

    withheld = page.main.one("ul", **{"aria-label": "Withheld"})
    assert [element.text for element in withheld.every("li")] == [
        "Withheld for the safety of people: places2"
    ]
    assert section(page, "coverage") == (
        "What was researched Dates: looked for, none found by the editors3"
    )
    assert section(page, "absent") == (
        "What is missing "
        "Arenas: not researched. "
        "Dates: see what was researched "
        "Descriptions: not researched. "
        "Networks it belongs to: not researched. "
        "Web addresses: not researched."
    )


def test_secret_statement_changes_nothing_on_the_page(client, write):
    fiob = write.record("organization", "fiob")
    before = client.get("/organizations/fiob/").content

    write.say("contact", fiob, contact_kind="phone", value="555-CANARY", tier=Tier.REPRESENTATIVES)
    write.say("text", fiob, text_kind="summary", body="CANARY", tier=Tier.VETTED)

    assert client.get("/organizations/fiob/").content == before
    assert b"CANARY" not in client.get("/organizations/fiob/history/").content


def test_name_in_another_language_says_so(client, write):
    changeset = Changeset()
    record = changeset.record("organization", "fiob")
    for text, language, preferred in (
        ("Frente Indígena", "es", True),
        ("الجبهة", "ar", False),
        ("ŊEE", "und", False),
    ):
        changeset.add(
            "name", record, text=text, language=language, preferred=preferred, source=write.source
        )
    changeset.propose().accept()

    page = page_of(client.get("/organizations/fiob/"))

    heading = page.main.one("h1").one("bdi").attributes
    assert (heading["lang"], heading["dir"]) == ("es", "ltr")
    names = page.main.one("ul", **{"aria-label": "Other names"})
    turned = names.one("span", dir="rtl")
    assert (turned.text, turned.attributes["lang"]) == ("الجبهة", "ar")
    unknown = names.one("span", dir="auto", lang="")
    assert unknown.text == "ŊEE"


def test_text_is_marked_down_and_harmless(client, write):
    fiob = write.record("organization", "fiob")
    write.say(
        "text",
        fiob,
        text_kind="own_words",
        language="es",
        voice="own",
        body="**Somos** <script>alert(1)</script> [aquí](https://fiob.org/) [no](javascript:x)",
    )

    page = page_of(client.get("/organizations/fiob/"))

    own_words = page.main.one("section", **{"aria-labelledby": "own-words"})
    assert own_words.text == (
        "In their own words Somos <script>alert(1)</script> aquí [no](javascript:x)2"
    )
    assert own_words.one("div", lang="es").attributes["dir"] == "ltr"
    assert own_words.one("strong").text == "Somos"
    assert own_words.every("a")[0].attributes == {
        "href": "https://fiob.org/",
        "rel": "nofollow noopener ugc",
    }
    assert page.root.every("script") == []


def test_place_shows_who_is_there(client, write):
    mexico = write.record("place", "mx", "Mexico")
    oaxaca = write.record("place", "mx-oax", "Oaxaca")
    write.say("relation", oaxaca, predicate=write.term("predicate:part_of"), object=mexico)
    fiob = write.record("organization", "fiob", "Frente Indígena")
    write.say("presence", fiob, place=oaxaca, role="seat")
    write.say("presence", fiob, place=mexico, role="constituency_origin")

    page = page_of(client.get("/places/mx/"))

    assert section(page, "here") == (
        "Who is here, and who comes from here According to sources. Having a seat here, "
        "acting here and organizing people from here are different things. An "
        "organization in a city is also in its state and country. "
        "Have their seat here Frente Indígena · as a list "
        "Their people come from here Frente Indígena · as a list"
    )
    listed = page.main.one("section", **{"aria-labelledby": "here"}).every("a", kind="all")
    assert [link.attributes["href"] for link in listed] == [
        "/organizations/?country=mx",
        "/organizations/?origin=mx",
    ]


def test_organization_page_takes_as_few_queries_for_many_neighbours_as_for_few(
    client, write, django_assert_num_queries
):
    mri = write.record("partnership", "mri")

    def with_neighbours(first: int, last: int) -> None:
        changeset = Changeset()
        for place in range(first, last):
            member = changeset.record("organization", f"member-{place}")
            changeset.add("membership", member, partnership=mri, source=write.source)
            changeset.add(
                "relation",
                member,
                predicate=write.term("predicate:collaborates_with"),
                object=mri,
                source=write.source,
            )
        changeset.propose().accept()

    with_neighbours(0, 1)
    with django_assert_num_queries(5):
        client.get("/organizations/mri/")

    with_neighbours(1, 30)
    with django_assert_num_queries(5):
        client.get("/organizations/mri/")


# Other clocks


def test_page_answers_as_of_and_says_so(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    mexico = write.record("place", "mx", "Mexico")
    peru = write.record("place", "pe", "Peru")
    write.say("presence", fiob, place=mexico, role="acts_in", edtf="1991/1995")
    write.say("presence", fiob, place=peru, role="acts_in", edtf="2001/..")

    then = page_of(client.get("/organizations/fiob/?as_of=1993"))
    now = page_of(client.get("/organizations/fiob/"))

    assert section(then, "places") == "Places Acts in Mexico (1991–1995)1"
    assert then.main.one("p", role="status").text == (
        "This is the entry as it was in 1993. Statements from other entries appear on "
        "today’s page only. Read it as it is now"
    )
    assert section(now, "places") == (
        "Places Acts in Mexico (1991–1995)2 Acts in Peru (since 2001)3"
    )
    assert now.main.every("p", role="status") == []


def test_page_answers_known_at_and_says_so(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    changeset = write.say("link", fiob, url="https://fiob.org/")

    response = client.get(f"/organizations/fiob/?known_at={changeset.number - 1}")

    assert response.status_code == 200
    page = page_of(response)
    assert page.main.every("section", **{"aria-labelledby": "reach"}) == []
    assert page.main.one("p", role="status").text == (
        f"This is the entry as the catalogue knew it at change {changeset.number - 1}. "
        f"Statements from other entries appear on today’s page only. Read it as it is now"
    )


def test_entry_that_was_not_known_yet_is_not_found(client, write):
    changeset = write.say("link", write.record("organization", "a"), url="https://a.org/")
    write.record("organization", "fiob", "Frente Indígena")

    response = client.get(f"/organizations/fiob/?known_at={changeset.number}")

    assert response.status_code == 404
    assert page_of(response).main.every("p")[0].text == (
        "The catalogue did not know this entry then. Read it as it is now"
    )


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("as_of=2010-13", "as_of", "Write a year, month or day: 2010, 2010-10 or 2010-10-08."),
        (
            "known_at=yesterday",
            "known_at",
            "Write the number of a change, or a full date and time with its zone: "
            "2010-10-08T12:00:00Z.",
        ),
        ("known_at=999", "known_at", "There is no change 999 yet; the newest is 2."),
    ],
)
def test_unreadable_clock_is_reported_beside_its_field(client, write, query, field, sentence):
    write.record("organization", "fiob", "Frente Indígena")

    response = client.get(f"/organizations/fiob/?{query}")

    assert response.status_code == 400
    page = page_of(response)
    assert page.main.one("p", id=f"problem-{field}").text == sentence
    assert page.main.one("input", name=field).attributes["aria-invalid"] == "true"
    assert page.main.one("h1").text == "Frente Indígena1"


# History and citation


def test_history_shows_what_each_change_added_and_retired(client, write):
    fiob = write.record("organization", "fiob", "Frente Indígena")
    addition = write.say("link", fiob, url="https://fiob.org/")
    link = next(iter(json.loads(write.entry(fiob).document)["links"]))["statement"]
    retirement = Changeset(reason="The site is gone.")
    retirement.retire(Link.objects.get(pk=link))
    retirement.propose().accept()

    page = page_of(client.get("/organizations/fiob/history/"))

    changes = page.main.every("h2")
    assert [heading.text.split(",")[0] for heading in changes[:3]] == [
        f"Change {retirement.number}",
        f"Change {addition.number}",
        f"Change {addition.number - 1}",
    ]
    assert page.main.one("ul", kind="retired").text == ("web addresses Website: https://fiob.org/1")
    assert "The site is gone." in page.main.text


def test_citation_gives_an_address_that_stays(client, write):
    fiob = write.record("organization", "fiob", "Frente {Indígena} & 100%")
    entry = write.entry(fiob)
    stable = f"http://testserver/id/{entry.key}?known_at={entry.change}"

    page = page_of(client.get("/organizations/fiob/cite/"))

    assert page.main.one("p", kind="citation").text == (
        f"“Frente {{Indígena}} & 100%.” Migrant Civil Society, change {entry.change} "
        f"({entry.updated:%-d %B %Y}). {stable}"
    )
    bibtex, ris = page.main.every("pre")
    assert bibtex.one("code").content == [
        f"@misc{{fiob-{entry.change},\n"
        "  title = {{Frente \\{Indígena\\} \\& 100\\%}},\n"
        f"  howpublished = {{Migrant Civil Society, change {entry.change}}},\n"
        f"  year = {{{entry.updated.year}}},\n"
        f"  month = {{{entry.updated.month}}},\n"
        f"  url = {{{stable}}},\n"
        "}"
    ]
    assert ris.one("code").content == [
        "TY  - WEB\n"
        "TI  - Frente {Indígena} & 100%\n"
        "T2  - Migrant Civil Society\n"
        f"PY  - {entry.updated.year}\n"
        f"DA  - {entry.updated:%Y/%m/%d}\n"
        f"ET  - change {entry.change}\n"
        f"UR  - {stable}\n"
        "ER  - "
    ]
