"""The works the paper lists, and the citations that do not lead to one of them."""

from orgs.records.source import Citation

from .asking import entries, get_json

PAPER = "fox-gois-2010"

UNRESOLVED = {
    # Not in the list at all.
    ("fn 2", "Fox 2005"): None,
    # Listed with another year.
    ("fn 17", "González Gutiérrez 2007"): "gonzalez-gutierrez-2009",
    ("fn 23", "Fox and Bada 2009"): "fox-and-bada-2010",
    ("fn 25", "Ishkander 2007"): "ishkander-2010",
    ("fn 33", "Smith 2009"): "smith-2008",
    # Listed with another spelling.
    ("fn 18", "Salomon 2009"): "solomon-2009",
    # Listed without a year, and with another form of the third name.
    (
        "fn 26",
        "Fernández de Castro, García Zamora and Freyer 2009",
    ): "fernandez-de-castro-garcia-zamora-and-vila-freyer",
}
"""The seven: where they stand and what they say, and the work an editor believes is meant."""


def test_the_paper_lists_62_works(paper, client):
    listed = [source for source in entries(client, "sources") if source["in_bibliography"]]

    assert len(listed) == 62


def test_exactly_seven_citations_do_not_resolve(paper):
    printed = Citation.objects.filter(source__key=PAPER).select_related("cites")

    unresolved = {
        (citation.locator, citation.as_printed): citation.cites and citation.cites.key
        for citation in printed
        if not citation.resolves
    }
    assert unresolved == UNRESOLVED


def test_the_paper_shows_every_citation_with_what_is_meant(paper, client):
    citations = get_json(client, f"sources/{PAPER}/")["citations"]

    shown = {(one["locator"], one["as_printed"]): one["cites"] for one in citations}
    assert len(shown) == 66
    assert {place: shown[place] for place in UNRESOLVED} == UNRESOLVED
    assert [place for place, cites in shown.items() if cites is None] == [("fn 2", "Fox 2005")]


def test_a_citation_that_does_not_resolve_has_a_note(paper, client):
    citations = get_json(client, f"sources/{PAPER}/")["citations"]

    silent = {
        one["as_printed"]
        for one in citations
        if (one["locator"], one["as_printed"]) in UNRESOLVED and not one["note"]
    }
    assert silent == set()


def test_a_work_shows_where_it_is_cited(paper, client):
    cited_by = get_json(client, "sources/ishkander-2010/")["cited_by"]

    assert [(one["source"], one["locator"], one["as_printed"]) for one in cited_by] == [
        (PAPER, "fn 17", "Ishkander 2010"),
        (PAPER, "fn 25", "Ishkander 2007"),
        (PAPER, "fn 33", "Ishkander 2010"),
    ]


def test_works_that_are_listed_and_never_cited(paper, client):
    listed = [source for source in entries(client, "sources") if source["in_bibliography"]]

    assert {source["slug"] for source in listed if not source["cited_by"]} == {
        "bada-et-al-2010",
        "dumont-2008",
        "fox-2006",
        "gois-2009a",
        "gois-2009b",
        "martinez-saldana-and-ross-pineda-2002",
        "migrant-forum-in-asia-models",
        "navarro-fierro-and-carrillo-2007",
        "rojas-2007",
        "rojas-2010",
        "ruland-kessler-and-rother-2009",
        "teo-and-piper-2009",
        "waldinger-2009",
    }
