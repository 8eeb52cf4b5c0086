"""The lists and items of the API: filters, pages and ETags."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Source
from orgs.statements.name import Name
from tests.support.example import add_records, change, example

COLLECTIONS = [
    "organizations",
    "partnerships",
    "campaigns",
    "gatherings",
    "instruments",
    "projects",
    "demands",
    "cases",
    "places",
    "sources",
    "terms",
    "arenas",
    "memberships",
    "changes",
    "search",
]
ITEMS = [name for name in COLLECTIONS if name not in ("changes", "search")]


@pytest.fixture
def records(db) -> dict[str, Record]:
    return example()


@pytest.fixture
def api(client):
    """GET a path below /api/v1/."""

    def get(path: str, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get(f"/api/v1/{path}", headers=named or None)

    return get


def labels(answer) -> list[str]:
    return [item["label"] for item in answer.json()["results"]]


def invalid_fields(answer) -> list[str]:
    """Parameters that a 400 names."""
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


# Lists


def test_contents_name_every_collection_with_its_address(records, api):
    answer = api("").json()

    assert [item["name"] for item in answer["collections"]] == COLLECTIONS
    assert [item["api_url"] for item in answer["collections"]] == [
        f"/api/v1/{name}/" for name in COLLECTIONS
    ]
    assert answer["schema"] == "/api/v1/schema.json"
    assert answer["change"] == 1


@pytest.mark.parametrize("name", COLLECTIONS)
def test_collection_answers_with_the_shape_of_a_list(records, api, name):
    answer = api(f"{name}/")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    content = answer.json()
    assert list(content) == ["count", "count_is", "next", "previous", "results"]
    assert content["count"] == len(content["results"]) or name == "search"
    assert content["count_is"] == "exact"


@pytest.mark.parametrize("name", ITEMS)
def test_item_is_the_ready_document_with_its_change(records, api, name):
    listed = api(f"{name}/").json()["results"][0]
    entry = Entry.objects.get(key=listed["id"], kind=listed["kind"])

    by_id = api(f"{name}/{entry.key}/").json()
    by_slug = api(f"{name}/{entry.slug}/").json()

    updated = entry.updated.isoformat().replace("+00:00", "Z")
    whole = {**entry.read(), "change": entry.change, "updated": updated}
    assert [by_id, by_slug, listed] == [whole] * 3


def test_organizations_include_partnerships_and_nothing_else(records, api):
    assert labels(api("organizations/")) == [
        "Frente Indígena",
        "Kapatiran",
        "Migrant Forum in Asia",
        "Migrant Rights International",
    ]
    assert labels(api("partnerships/")) == ["Migrant Forum in Asia", "Migrant Rights International"]


def test_item_of_another_kind_is_not_in_the_collection(records, api):
    assert api("partnerships/mfa/").status_code == 200
    assert api("partnerships/fiob/").status_code == 404
    assert api("places/mfa/").status_code == 404


def test_search_is_over_every_kind(records, api):
    both = api("search/?q=migrant+forum").json()["results"]
    terms = api("search/?q=women").json()["results"]
    arenas = api("search/?q=autonomous").json()["results"]

    assert [item["kind"] for item in both] == ["source", "partnership"]
    assert [item["kind"] for item in terms] == ["term", "organization"]
    assert [item["kind"] for item in arenas] == ["arena"]


def test_search_has_no_items(records, api):
    assert api("search/mfa/").status_code == 404


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("organizations/?country=ph", ["Migrant Forum in Asia"]),
        ("organizations/?country=PH", ["Migrant Forum in Asia"]),
        ("organizations/?country=manila", ["Migrant Forum in Asia"]),
        ("organizations/?country=mx", []),
        ("organizations/?country=mx&as_of=2003", ["Frente Indígena"]),
        ("organizations/?arena=membership&country=ph", ["Migrant Forum in Asia"]),
        ("organizations/?partnership=mri", ["Frente Indígena", "Migrant Forum in Asia"]),
        ("organizations/?called=coalition", ["Migrant Forum in Asia"]),
        ("organizations/?called=network", []),
        ("organizations/?trait=form:network", ["Migrant Forum in Asia"]),
        ("organizations/?q=forum", ["Migrant Forum in Asia"]),
        ("organizations/?q=", ["Frente Indígena", "Kapatiran", "Migrant Forum in Asia"]),
        ("gatherings/?held_at=mx", ["Peoples’ Global Action 2010"]),
        ("memberships/?partnership=mri&member=fiob", None),
    ],
)
def test_list_takes_the_filters_of_the_page(records, api, path, expected):
    answer = labels(api(path + "&limit=3"))

    assert answer == (
        ["Frente Indígena in Migrant Rights International"] if expected is None else expected
    )


def test_several_values_of_a_filter_are_alternatives(records, api):
    repeated = labels(api("places/?identifier=iso3166-1:ph&identifier=iso3166-1:xx"))
    with_comma = labels(api("places/?identifier=iso3166-1:ph,iso3166-1:xx"))

    assert repeated == with_comma == ["Philippines"]


def test_list_sorts_by_name_and_by_change(records, api):
    change(
        "renamed",
        lambda changeset: changeset.replace(Name.objects.get(text="Kapatiran"), text="Zeta"),
    )

    assert labels(api("organizations/"))[-1] == "Zeta"
    assert labels(api("organizations/?sort=-name"))[0] == "Zeta"
    assert labels(api("organizations/?sort=-updated"))[0] == "Zeta"
    assert labels(api("organizations/?sort=updated"))[-1] == "Zeta"


def test_fields_gives_only_the_fields_named(records, api):
    listed = api("organizations/?fields=label,id&limit=1").json()["results"][0]
    item = api("organizations/mfa/?fields=label&fields=change").json()

    assert listed == {"id": str(records["fiob"].key), "label": "Frente Indígena"}
    assert item == {"label": "Migrant Forum in Asia", "change": 1}


def test_facets_count_the_values_of_the_whole_list(records, api):
    answer = api("organizations/?facets=arena,country&limit=1").json()

    assert answer["facets"] == {
        "arena": [
            {"value": "membership", "label": "Migrant-led membership organizations", "count": 2}
        ],
        "country": [
            {"value": "manila", "label": "Manila", "count": 1},
            {"value": "ph", "label": "Philippines", "count": 1},
        ],
    }


def test_facets_do_not_count_what_the_list_leaves_out(records, api):
    answer = api("organizations/?facets=country&q=frente").json()

    assert answer["facets"] == {"country": []}


def test_facets_leave_out_a_hidden_place(records, api):
    change("hide", lambda changeset: changeset.change_record(records["ph"], level="hidden"))

    answer = api("organizations/?facets=country").json()

    assert answer["facets"] == {"country": [{"value": "manila", "label": "Manila", "count": 1}]}


# Pages


def test_pages_follow_next_to_the_end_and_previous_back(records, api):
    add_records("organization", 7)
    whole = labels(api("organizations/"))

    seen: list[str] = []
    back: list[str] = []
    here = "organizations/?limit=3"
    while here:
        page = api(here).json()
        seen += [item["label"] for item in page["results"]]
        last, here = here, page["next"] and page["next"].split("/api/v1/")[1]
    while last:
        page = api(last).json()
        back = [item["label"] for item in page["results"]] + back
        last = page["previous"] and page["previous"].split("/api/v1/")[1]

    assert len(whole) == 11
    assert seen == whole
    assert back == whole


def test_next_keeps_the_filters_of_the_list(records, api):
    add_records("organization", 3)

    page = api("organizations/?q=more&limit=2&fields=label").json()
    rest = api(page["next"].split("/api/v1/")[1]).json()

    assert list(rest["results"]) == [{"label": "More 02"}]
    assert rest["count"] == 3


def test_link_header_has_the_links_of_the_body(records, api):
    answer = api("organizations/?limit=1")

    links = answer["Link"].split(", ")
    assert links == [
        f'<{answer.json()["next"]}>; rel="next"',
        '<http://testserver/api/v1/schema.json>; rel="service-desc"',
        '<http://testserver/developers/>; rel="service-doc"',
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
    ]
    back = api(answer.json()["next"].split("/api/v1/")[1])
    assert back["Link"].split(", ")[1] == f'<{back.json()["previous"]}>; rel="prev"'


# ETags and caching


@pytest.mark.parametrize(
    "path", ["organizations/", "organizations/mfa/", "changes/", "schema.json"]
)
def test_answer_has_headers_for_caching_and_cors(records, api, path):
    answer = api(path)

    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Vary"] == "Accept, Accept-Encoding"
    assert answer["ETag"].startswith('"')


@pytest.mark.parametrize(
    "path",
    [
        *("", "schema.json", "organizations/mfa/", "changes/1/"),
        *(f"{name}/" for name in COLLECTIONS),
    ],
)
def test_reader_who_has_the_answer_gets_304_without_a_document(records, api, path):
    etag = api(path)["ETag"]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        answers = [
            api(path, if_none_match=given) for given in (etag, f"W/{etag}", f'"old", {etag}', "*")
        ]

    assert [answer.status_code for answer in answers] == [304] * 4
    assert [answer.content for answer in answers] == [b""] * 4
    assert {answer["ETag"] for answer in answers} == {etag}
    assert [query["sql"] for query in queries if "document" in query["sql"]] == []


def test_304_of_an_item_and_of_a_list_takes_one_query(records, api, django_assert_num_queries):
    item, listed = api("organizations/mfa/")["ETag"], api("organizations/")["ETag"]

    with django_assert_num_queries(1):
        api("organizations/mfa/", if_none_match=item)
    with django_assert_num_queries(1):
        api("organizations/", if_none_match=listed)


def test_every_representation_has_an_etag_of_its_own(records, api):
    queries = ("", "fields=label", "fields=slug", "format=csv", "format=csv&bom=1", "format=jsonld")
    for path in ("organizations/", "organizations/mfa/"):
        etags = [api(f"{path}?{query}")["ETag"] for query in queries]
        assert len(set(etags)) == len(etags)
        for media_type, same in (("text/csv", 3), ("application/ld+json", 5)):
            assert api(path, accept=media_type)["ETag"] == etags[same]
        assert api(path, accept="text/csv", if_none_match=etags[0]).status_code == 200
        assert api(f"{path}?format=csv", if_none_match=etags[3]).status_code == 304


def test_etag_of_another_host_is_another_one(records, api, settings):
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]

    first, second = (api("organizations/?limit=1", host=f"{name}.example") for name in "ab")

    assert first.json()["next"] != second.json()["next"]
    assert first["ETag"] != second["ETag"]


def test_language_of_the_reader_changes_no_answer(records, api):
    for path in ("organizations/?facets=arena", "organizations/mfa/", "terms/"):
        plain, spanish = (api(path, accept_language=language) for language in ("en", "es"))

        assert plain.content == spanish.content
        assert plain["ETag"] == spanish["ETag"]


def test_etag_of_an_item_changes_with_its_document_and_not_with_others(records, api):
    before = api("organizations/mfa/")["ETag"]
    change(
        "other", lambda changeset: changeset.replace(Name.objects.get(text="Kapatiran"), text="K")
    )
    untouched = api("organizations/mfa/")["ETag"]
    change("own", lambda changeset: changeset.replace(Name.objects.get(text="MFA"), text="M.F.A."))

    after = api("organizations/mfa/", if_none_match=before)

    assert before == untouched
    assert after.status_code == 200
    assert after["ETag"] != before
    assert after["ETag"].startswith('"3-')


def test_etag_of_a_list_changes_with_every_public_change_and_with_no_other(records, api):
    before = api("organizations/")["ETag"]
    fiob, source = records["fiob"], Source.objects.get(key="fox-gois-2010")
    change(
        "for representatives",
        lambda changeset: changeset.add(
            "text", fiob, text_kind="goal", body="x", source=source, tier=2
        ),
    )
    secret = api("organizations/")["ETag"]
    change(
        "for all",
        lambda changeset: changeset.add("text", fiob, text_kind="goal", body="x", source=source),
    )

    after = api("organizations/")["ETag"]

    assert secret == before
    assert after != before


def test_invalid_request_is_refused_even_with_if_none_match(records, api):
    assert api("organizations/?country=zz", if_none_match="*").status_code == 400
    assert api("organizations/?cursor=abc", if_none_match="*").status_code == 400
    assert api("organizations/nothing/", if_none_match="*").status_code == 404


def test_preflight_request_is_answered(records, client):
    answer = client.options("/api/v1/organizations/", headers={"Origin": "https://a.example"})

    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer["Access-Control-Allow-Headers"] == "Accept, If-None-Match"


# Refusals


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("organizations/?colour=red", "colour"),
        ("organizations/?country=zz", "country"),
        ("organizations/?partnership=fiob", "partnership"),
        ("organizations/?limit=0", "limit"),
        ("organizations/?limit=101", "limit"),
        ("organizations/?limit=-1", "limit"),
        ("organizations/?limit=ten", "limit"),
        ("organizations/?limit=1&limit=2", "limit"),
        ("organizations/?q=a&q=b", "q"),
        ("organizations/?cursor=abc", "cursor"),
        ("organizations/?sort=colour", "sort"),
        ("organizations/?sort=relevance", "sort"),
        ("organizations/?sort=name,-name", "sort"),
        ("organizations/?fields=colour", "fields"),
        ("organizations/?facets=colour", "facets"),
        ("organizations/?facets=part_of", "facets"),
        ("organizations/?format=xml", "format"),
        ("organizations/?as_of=yesterday", "as_of"),
        ("organizations/?as_of=2010-13", "as_of"),
        ("organizations/?updated_since=2010-10-08T12:00:00", "updated_since"),
        ("organizations/?known_at=1", "known_at"),
        ("sources/?as_of=2010", "as_of"),
        ("sources/fox-gois-2010/?known_at=1", "known_at"),
        ("organizations/mfa/?country=ph", "country"),
        ("organizations/mfa/?known_at=2", "known_at"),
        ("organizations/mfa/?known_at=soon", "known_at"),
        ("organizations/mfa/?as_of=soon", "as_of"),
        ("organizations/mfa/history/?as_of=2010", "as_of"),
        ("organizations/mfa/history/?cursor=x", "cursor"),
        ("changes/?since=x", "since"),
        ("changes/?since=2", "since"),
        ("changes/?cursor=1", "cursor"),
        ("?limit=1", "limit"),
        ("schema.json?lang=en", "lang"),
    ],
)
def test_invalid_parameter_is_named(records, api, path, field):
    assert invalid_fields(api(path)) == [field]


def test_unknown_parameter_lists_the_known_ones(records, api):
    problem = api("terms/?colour=red").json()

    assert problem == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "colour: Unknown parameter. Known parameters: q, source, voice, "
        "mentions, trait, updated_since, scheme, limit, cursor, sort, fields, facets, format, bom.",
        "errors": [
            {
                "field": "colour",
                "detail": "Unknown parameter. Known parameters: q, source, voice, "
                "mentions, trait, updated_since, scheme, limit, cursor, sort, fields, facets, "
                "format, bom.",
            }
        ],
    }


def test_all_invalid_parameters_are_named_at_once(records, api):
    assert invalid_fields(api("sources/?colour=red&known_at=1&q=a&q=b&format=xml")) == [
        "colour",
        "known_at",
        "q",
        "format",
    ]


def test_list_as_it_was_known_is_refused_with_the_way_out(records, api):
    problem = api("organizations/?known_at=1").json()

    assert problem["errors"][0]["detail"] == (
        "A list accepts known_at only with limit=all or format=csv. Otherwise use known_at with "
        "one item or its history, or omit it."
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_catalogue_cannot_be_written_here(records, client, method):
    for path in ("", "organizations/", "organizations/mfa/", "changes/", "nothing/"):
        answer = getattr(client, method)(f"/api/v1/{path}")

        assert answer.status_code == 405
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_unacceptable_format_lists_the_known_ones(records, api):
    answer = api("organizations/", accept="image/png")
    of_changes = api("changes/", accept="text/csv")

    assert (answer.status_code, of_changes.status_code) == (406, 406)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == (
        "This address answers with application/json, text/csv, application/ld+json, "
        "application/graphml+xml, application/gexf+xml, application/vnd.mcs.graph+json. "
        "Accept that, or anything."
    )
    assert of_changes.json()["detail"] == (
        "This address answers with application/json. Accept that, or anything."
    )
    assert api("organizations/", accept="text/html, */*;q=0.1").status_code == 200


def test_head_answers_like_get_without_a_body(records, client):
    answer = client.head("/api/v1/organizations/mfa/")

    assert answer.status_code == 200
    assert answer["ETag"].startswith('"1-')
    assert answer.content == b""


def test_address_without_its_last_slash_redirects_to_it(records, api):
    answer = api("organizations?limit=1")

    assert answer.status_code == 308
    assert answer["Location"] == "/api/v1/organizations/?limit=1"
    assert api("nothing").status_code == 404
    assert api("nothing/").json() == api("organizations/nothing/").json()


# Cost


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("path", "kind", "queries"),
    [
        ("organizations/", "organization", 3),
        ("partnerships/", "partnership", 3),
        ("campaigns/", "campaign", 3),
        ("gatherings/", "gathering", 3),
        ("instruments/", "instrument", 3),
        ("projects/", "project", 3),
        ("demands/", "demand", 3),
        ("cases/", "case", 3),
        ("places/", "place", 3),
        ("search/", "organization", 3),
        # The last query reads which of the named sources are still public.
        ("changes/", "organization", 6),
        ("organizations/?facets=arena,country", "organization", 4),
        ("organizations/?voice=source", "organization", 4),
        ("organizations/?source=survey-2010", "organization", 5),
        ("organizations/?source=survey-2010&facets=arena", "organization", 5),
        ("organizations/?q=more", "organization", 3),
        ("organizations/?fields=label", "organization", 3),
    ],
)
def test_list_takes_as_many_queries_for_thirty_as_for_one(
    write, api, django_assert_num_queries, count, path, kind, queries
):
    add_records(kind, count)

    with django_assert_num_queries(queries):
        answer = api(path)

    assert answer.json()["count"] >= (1 if path == "changes/" else count)


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("name", ["terms", "sources", "arenas", "memberships"])
def test_list_of_references_takes_three_queries(write, api, django_assert_num_queries, name, count):
    network = write.record("partnership", "network")
    changeset = Changeset(reason="As many of each.")
    for number, member in enumerate(add_records("organization", count)):
        changeset.add("membership", member, partnership=network, source=write.source_id)
        changeset.change_reference("term", scheme="issue", code=f"i{number}", labels={"en": "i"})
        changeset.change_reference(
            "source", key=f"s{number}", short="s", title="s", source_kind="report", observed="2010"
        )
    changeset.propose().accept()

    with django_assert_num_queries(3):
        answer = api(f"{name}/")

    assert answer.json()["count"] >= (4 if name == "arenas" else count)


def test_item_takes_one_query(records, api, django_assert_num_queries):
    with django_assert_num_queries(1):
        api("organizations/mfa/")
    with django_assert_num_queries(1):
        api(f"organizations/{records['mfa'].key}/")
