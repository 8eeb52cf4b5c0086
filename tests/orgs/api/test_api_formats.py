"""Lists and items as CSV and JSON-LD, and whole lists in one file."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mcs.api import COLLECTIONS
from orgs.api.csv import ACTORS, format_cell
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.search.paging import LIMIT
from tests.support.example import add_records, change, example

TABLES = [name for name in COLLECTIONS if name != "changes"]


@pytest.fixture
def records(db) -> dict[str, Record]:
    return example()


@pytest.fixture
def api(client):
    """GET a path below /api/v1/."""

    def get(path: str, **headers):
        return client.get(f"/api/v1/{path}", headers=headers or None)

    return get


def read(answer) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def rows(answer) -> list[dict[str, str]]:
    """Rows of a CSV as dictionaries by column."""
    return list(csv.DictReader(io.StringIO(read(answer).decode(), newline="")))


def invalid_fields(answer) -> list[str]:
    """Parameters that a 400 names."""
    assert answer.status_code == 400
    return [error["field"] for error in answer.json()["errors"]]


# Tables


def test_row_of_an_organization_has_its_statements(write, api):
    spain, org = write.record("place", "es", "Spain"), write.record("organization", "one", "One")
    hub = write.record("partnership", "hub", "Hub")
    write.say("name", org, text="Uno", language="es", name_kind="translation")
    write.say("name", org, text="O1", language="und", name_kind="acronym")
    write.say("text", org, body="We organize.", text_kind="own_words", language="en")
    write.say("arena_placement", org, arena="ngo")
    write.say("arena_placement", org, arena="membership")
    write.say("presence", org, place=spain, role="seat")
    write.say("existence", org, event="founded", edtf="1994~")
    write.say("membership", org, partnership=hub, edtf="1998/2004")
    write.say("trait", org, term=write.term("identity:women"))
    write.say("link", org, url="https://one.example/", link_kind="website")
    write.say("identifier", org, scheme="ein", value="12")

    (row,) = rows(api("organizations/?format=csv&country=es"))

    entry = write.entry(org)
    cells = {name: text for name, text in row.items() if text}
    assert cells == {
        "id": str(org.key),
        "slug": "one",
        "url": "http://testserver/organizations/one/",
        "kind": "organization",
        "label": "One",
        "acronym": "O1",
        "other_names": "Uno",
        "languages": "en | es",
        "arenas": "ngo | membership",
        "seat": "Spain",
        "seat_code": "es",
        "founded": "1994~",
        "memberships": "Hub (1998/2004)",
        "identity": "women",
        "observed_orientation": "not_enough_on_record",
        "transnational_base": "not_enough_on_record",
        "arena_overlap": "several_arenas",
        "own_words": "We organize.",
        "identifiers": "ein:12",
        "links": "https://one.example/",
        "sources": "survey-2010",
        "change": str(entry.change),
        "updated": entry.updated.isoformat().replace("+00:00", "Z"),
    }
    assert list(row) == [column.name for column in ACTORS]


def test_what_a_source_denies_is_in_no_cell(write, api):
    org = write.record("organization", "one", "One")
    write.say("arena_placement", org, arena="ngo", holds=False)

    (row,) = rows(api("organizations/?format=csv"))

    assert row["arenas"] == ""


@pytest.mark.parametrize("name", TABLES)
def test_every_collection_is_a_table_of_all_its_entries(paper, api, name):
    table = rows(api(f"{name}/?format=csv"))

    listed = json.loads(read(api(f"{name}/?limit=all&fields=id")))
    assert [row["id"] for row in table] == [item["id"] for item in listed["results"]]
    assert len(table) == listed["count"] > 3


def test_table_is_a_file_with_its_day_change_and_licence(records, api):
    answer = api("organizations/?format=csv")

    day = api("").json()["day"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="organizations-{day}-change-1.csv"'
    )
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in answer["Link"]
    assert api("organizations/?format=csv", **{"If-None-Match": answer["ETag"]}).status_code == 304


def test_item_is_a_table_of_one_row(records, api):
    answer = api("organizations/mfa/?format=csv")

    (row,) = rows(answer)
    assert (row["slug"], row["kind"]) == ("mfa", "partnership")
    assert row["change"] == "1"


def test_fields_choose_columns(records, api):
    answer = api("organizations/?format=csv&fields=label,slug&q=migrant forum")

    assert read(answer).decode().splitlines()[0] == "slug,label"
    assert invalid_fields(api("organizations/?format=csv&fields=names")) == ["fields"]


def test_pages_of_a_table_are_the_whole_table(records, api):
    whole = read(api("organizations/?format=csv")).decode().splitlines()
    rows = []
    url = "organizations/?format=csv&limit=2"
    while url:
        page = api(url)
        head, *of_page = page.content.decode().splitlines()
        assert head == whole[0]
        assert len(of_page) <= 2
        rows += of_page
        following = re.search(r'<[^>]*/api/v1/([^>]*)>; rel="next"', page["Link"])
        url = following[1] if following else ""

    assert len(rows) > 2
    assert rows == whole[1:]
    assert read(api("organizations/?format=csv&limit=all")).decode().splitlines() == whole


def test_selected_fields_have_a_media_type_of_their_own(records, api):
    for path in ("organizations/", "organizations/mfa/"):
        selected, all_fields, table = (
            api(f"{path}?{query}")
            for query in ("fields=label", "fields=,", "fields=label&format=csv")
        )

        assert selected["Content-Type"] == "application/vnd.mcs.fields+json"
        assert all_fields["Content-Type"] == "application/json"
        assert table["Content-Type"].startswith("text/csv")


def test_accept_chooses_the_format_and_a_name_overrules_it(records, api):
    by_accept = api("organizations/", accept="text/csv")
    by_name = api("organizations/?format=json", accept="text/csv")

    assert by_accept["Content-Type"].startswith("text/csv")
    assert by_name["Content-Type"] == "application/json"


def test_byte_order_mark_is_opt_in(records, api):
    plain, with_bom = (read(api(f"organizations/?format=csv{bom}")) for bom in ("", "&bom=1"))

    assert with_bom == b"\xef\xbb\xbf" + plain
    assert invalid_fields(api("organizations/?bom=1")) == ["bom"]


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1",
    "＝1+1", "＋1", "－1", "＠SUM", "=cmd|' /C calc'!A0", '=HYPERLINK("http://a.example")',
    "'=1", "''+1", "-", "=",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_escaped_and_can_be_searched(text):
    cell = format_cell(text)

    assert cell == f"'{text}"
    assert cell.removeprefix("'") == text


@pytest.mark.parametrize("text", ["One", "1994", "'Ndrangheta", "a=b", "٣", "(=1)", "'", "O'Neill"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert format_cell(text) == text


def test_row_with_quotes_commas_and_lines_is_read_as_it_was_written(write, api):
    org = write.record("organization", "one", 'A "quoted", name')
    body = 'First line,\nsecond "line"\n\n=1+1'
    write.say("text", org, body=body, text_kind="summary", language="en")

    answer = read(api("organizations/?format=csv"))

    (row,) = csv.DictReader(io.StringIO(answer.decode(), newline=""))
    assert row["label"] == 'A "quoted", name'
    assert row["summary"] == body
    assert answer.endswith(b"\r\n")


# Whole lists


def test_whole_list_as_json_is_one_file_with_licence_day_and_change(records, api):
    answer = api("organizations/?limit=all")

    payload = json.loads(read(answer))
    paged = api("organizations/").json()
    assert payload["results"] == paged["results"]
    assert {name: payload[name] for name in payload if name != "results"} == {
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "retrieved": api("").json()["day"],
        "known_at": 1,
        "count": paged["count"],
        "count_is": "exact",
        "next": None,
        "previous": None,
    }
    assert answer["Content-Disposition"].endswith('-change-1.json"')


def test_empty_answer_is_a_file_too(records, api):
    path = "organizations/?q=nothinglikethis"

    assert json.loads(read(api(f"{path}&limit=all")))["results"] == []
    assert rows(api(f"{path}&format=csv")) == []
    assert json.loads(read(api(f"{path}&format=jsonld")))["dataFeedElement"] == []


def test_whole_list_is_longer_than_a_page(paper, api):
    payload = json.loads(read(api("terms/?limit=all&fields=id,label")))

    assert payload["count"] == len(payload["results"]) > LIMIT
    assert list(payload["results"][0]) == ["id", "label"]


def test_whole_list_takes_few_queries_however_long_it_is(paper, api):
    with CaptureQueriesContext(connection) as seen:
        read(api("terms/?format=csv"))

    # One for the latest change, two for the savepoint; rows come from a server-side cursor.
    assert len(seen) <= 4


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("organizations/?limit=all&cursor=WyIiLCJuYW1lIiwiYSIsMV0=", "cursor"),
        ("organizations/?format=csv&cursor=WyIiLCJuYW1lIiwiYSIsMV0=", "cursor"),
        ("organizations/?format=csv&facets=arena", "facets"),
        ("organizations/?limit=all&facets=arena", "facets"),
        ("organizations/?format=jsonld&fields=label", "fields"),
        ("organizations/?format=jsonld&known_at=1", "known_at"),
        ("organizations/?format=csv&known_at=99", "known_at"),
        ("organizations/?format=csv&known_at=1&q=migrant", "q"),
        ("sources/?format=csv&known_at=1", "known_at"),
        ("changes/?format=csv", "format"),
        ("organizations/mfa/history/?format=csv", "format"),
        ("?format=jsonld", "format"),
    ],
)
def test_parameters_that_exclude_each_other_are_refused(records, api, path, field):
    assert invalid_fields(api(path)) == [field]


def test_day_chooses_the_rows_of_a_table(write, api):
    for slug, year in (("old", "1980"), ("new", "2005")):
        write.say("existence", write.record("organization", slug), event="founded", edtf=year)

    assert [row["slug"] for row in rows(api("organizations/?format=csv&as_of=1990"))] == ["old"]


def test_export_of_an_earlier_change_is_as_it_was_known(records, api):
    source = Source.objects.order_by("id").first()
    named = {"text": "Later name", "language": "en", "source": source}
    change("A name.", lambda changeset: changeset.add("name", records["mfa"], **named))

    then, now = (rows(api(f"organizations/?format=csv{known}")) for known in ("&known_at=1", ""))

    names = [{row["slug"]: row["other_names"] for row in table} for table in (then, now)]
    assert list(names[0]) == list(names[1])
    assert names[0]["mfa"] != names[1]["mfa"] == "Later name"
    payload = json.loads(read(api("organizations/?limit=all&known_at=1")))
    assert payload["known_at"] == 1
    assert {item["change"] for item in payload["results"]} == {1}


def test_export_of_an_earlier_change_leaves_out_what_was_not_there(records, api):
    add_records("organization", 1)

    then = {row["slug"] for row in rows(api("organizations/?format=csv&known_at=1"))}
    now = {row["slug"] for row in rows(api("organizations/?format=csv"))}

    assert then < now
    assert len(now - then) == 1


# Linked data


def test_organization_uses_terms_of_schema_org(write, api):
    spain, org = write.record("place", "es", "Spain"), write.record("organization", "one", "One")
    hub = write.record("partnership", "hub", "Hub")
    write.say("name", org, text="Uno", language="es", name_kind="translation")
    write.say("text", org, body="We organize.", text_kind="own_words", language="en")
    write.say("arena_placement", org, arena="ngo")
    write.say("presence", org, place=spain, role="seat")
    write.say("existence", org, event="founded", edtf="1994")
    write.say("membership", org, partnership=hub)
    write.say("link", org, url="https://one.example/", link_kind="website")

    answer = api("organizations/one/?format=jsonld")

    site = "http://testserver"
    assert answer["Content-Type"] == "application/ld+json"
    assert answer.json() == {
        "@context": {
            "@vocab": "https://schema.org/",
            "mcs": f"{site}/api/v1/schema.json#/components/schemas/",
        },
        "@id": f"{site}/id/{org.key}",
        "@type": "Organization",
        "identifier": str(org.key),
        "url": f"{site}/organizations/one/",
        "name": "One",
        "alternateName": [{"@value": "Uno", "@language": "es"}],
        "description": [{"@value": "We organize.", "@language": "en"}],
        "sameAs": ["https://one.example/"],
        "subjectOf": [
            {
                "@id": f"{site}/sources/survey-2010/",
                "@type": "CreativeWork",
                "name": "A survey of migrant civil society",
            }
        ],
        "additionalType": [f"{site}/arenas/ngo/"],
        "memberOf": [
            {
                "@id": f"{site}/id/{hub.key}",
                "@type": "Organization",
                "name": "Hub",
                "url": f"{site}/organizations/hub/",
            }
        ],
        "location": [
            {
                "@id": f"{site}/id/{spain.key}",
                "@type": "Place",
                "name": "Spain",
                "url": f"{site}/places/es/",
            }
        ],
        "foundingDate": ["1994"],
    }


@pytest.mark.parametrize("edtf", ["1994~", "199X", "1994/1996"])
def test_date_that_schema_org_cannot_express_is_left_out(write, api, edtf):
    org = write.record("organization", "one")
    write.say("existence", org, event="founded", edtf=edtf)

    assert "foundingDate" not in api("organizations/one/?format=jsonld").json()


@pytest.mark.parametrize("name", TABLES)
def test_every_kind_of_entry_is_linked_data(paper, api, name):
    answer = api(f"{name}/?format=jsonld&limit=all")

    payload = json.loads(read(answer))
    assert payload["@type"] == "DataFeed"
    assert payload["license"] == "https://creativecommons.org/licenses/by/4.0/"
    listed = json.loads(read(api(f"{name}/?limit=all&fields=url")))["results"]
    assert [item["url"] for item in payload["dataFeedElement"]] == [
        f"http://testserver{item['url']}" for item in listed
    ]
    permanent = [item["@id"] for item in payload["dataFeedElement"]]
    assert len(set(permanent)) == len(permanent)


def test_terms_of_our_own_in_linked_data_are_described(paper, api):
    payload = json.loads(read(api("search/?format=jsonld&limit=all&q=migrant")))
    schemas = api("schema.json").json()["components"]["schemas"]

    own = {
        item["@type"].removeprefix("mcs:")
        for item in payload["dataFeedElement"]
        if item["@type"].startswith("mcs:")
    }

    assert own - set(schemas) == set()
    assert len(own) > 2


def test_pages_of_linked_data_follow_the_link_header(records, api):
    answer = api("organizations/?format=jsonld&limit=1")

    assert len(answer.json()["dataFeedElement"]) == 1
    assert 'rel="next"' in answer["Link"]
