"""Likely duplicates in the admin: the list, the comparison of two records, and mergers."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.matching.distinct import Distinct
from orgs.projection.entry import Entry
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.review.descriptions import describe_item
from orgs.review.duplicates import compare_parts, load_document
from tests.support.admin import editor, signed_in, typed

LIST = "/review/duplicates/"


@pytest.fixture
def editor_client(db):
    return signed_in(editor())


@pytest.fixture
def pair(write):
    """Two duplicates: the second has a seat, a text and a membership of its own."""
    stays = write.record("organization", "kalayaan", "Kalayaan Circle")
    goes = write.record("organization", "kalayan", "The Kalayan Circle, Inc.")
    place = write.record("place", "hk", "Hong Kong")
    network = write.record("partnership", "mfa", "Migrant Forum in Asia")
    write.say("presence", goes, place=place, role="seat")
    write.say("text", goes, text_kind="goal", body="Rights at work.")
    write.say("membership", goes, partnership=network)
    write.say("trait", stays, term=write.terms["identity:women"])
    write.say("trait", goes, term=write.terms["identity:women"])
    return stays, goes


def test_comparison_leads_to_where_one_is_made_a_part_of_the_other(editor_client, pair):
    stays, goes = pair

    page = editor_client.get(compare(pair)).content.decode()
    links = re.findall(r'href="(/admin/orgs/record/\d+/change/)#([\w-]+)"', page)

    assert links == [
        (f"/admin/orgs/record/{record.pk}/change/", "relation-group") for record in (goes, stays)
    ]
    assert f'id="{links[0][1]}"' in editor_client.get(links[0][0], follow=True).content.decode()


def documents(*records: Record) -> list:
    """Documents of records without the numbers of statements."""
    entries = Entry.objects.in_bulk([record.pk for record in records])
    return [re.sub(r'"statement"\s*:\s*\d+', "", entries[record.pk].document) for record in records]


def compare(pair) -> str:
    """Address of the comparison."""
    stays, goes = pair
    return f"/review/duplicates/{goes.pk}/{stays.pk}/"


def text_of(response) -> str:
    """Text of a page in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_likely_duplicates_are_listed_with_their_reasons(editor_client, pair):
    page = editor_client.get(LIST)

    assert [str(one.match.one) for one in page.context["pairs"]] == ["Kalayaan Circle"]
    assert "“Kalayaan Circle” and “The Kalayan Circle, Inc.” differ in a few letters." in (
        text_of(page)
    )
    assert f'href="{compare(pair)}"' in page.content.decode()
    assert "2 organizations" not in text_of(page)
    assert LIST in editor_client.get("/admin/").content.decode()


def test_likely_duplicates_are_narrowed_by_kind_and_country(editor_client, pair, write):
    country = write.record("place", "cn", "China")
    write.say("trait", country, term=write.terms["place_type:country"])

    def shown(query: str) -> int:
        return len(editor_client.get(LIST + query).context["pairs"])

    assert shown("?kind=organization") == 1
    assert shown("?kind=partnership") == 0
    assert shown(f"?country={country.pk}") == 0
    write.say("presence", pair[0], place=country, role="seat")
    assert shown(f"?country={country.pk}") == 0  # the other one is in Hong Kong
    part = write.changeset("relation", Record.objects.get(slug="hk"), object=country,
                        predicate=write.terms["predicate:part_of"])  # fmt: skip
    part.accept()
    assert shown(f"?country={country.pk}") == 1


@pytest.mark.parametrize(
    "query",
    ["?after=x", "?after=-1", f"?after={'9' * 5000}", "?after=9223372036854775808", "?kind=place",
     "?country=0"],
)  # fmt: skip
def test_invalid_filter_says_what_to_do(editor_client, pair, query):
    page = editor_client.get(LIST + query)

    assert page.status_code == 400
    assert "Choose again." in text_of(page)
    assert editor_client.get(f"{LIST}?kind=%00").status_code == 400


def test_every_pair_is_on_one_page(editor_client, write, monkeypatch):
    for number in range(7):
        write.record(
            "organization",
            f"kalayaan-{number}",
            f"Kalayaan {'Bayanihan' if number % 2 else 'Salinlahi'}",
        )
    monkeypatch.setattr("orgs.review.duplicates.BATCH_SIZE", 2)
    monkeypatch.setattr("orgs.review.duplicates.TIME_LIMIT", 0.0001)

    pairs, page = [], LIST
    while page:
        answer = editor_client.get(page)
        pairs += [(pair.stays.id, pair.goes.id) for pair in answer.context["pairs"]]
        next_query = answer.context["next_query"]
        page = f"{LIST}?{next_query}" if next_query else ""

    assert len(pairs) == len(set(pairs)) == 6 + 3


def test_list_takes_as_many_queries_for_many_as_for_two(
    editor_client, write, pair, django_assert_num_queries
):
    editor_client.get(LIST)
    with django_assert_num_queries(11) as seen:
        editor_client.get(LIST)
    for number in range(6):
        write.record("organization", f"k-{number}", f"Kalayaan Circle {number}")

    with django_assert_num_queries(len(seen)):
        assert len(editor_client.get(LIST).context["pairs"]) > 10


def test_two_records_are_compared_with_the_merged_one(editor_client, pair):
    page = editor_client.get(compare(pair))

    parts = {part.name: part for part in page.context["parts"]}
    assert {name: (len(part.goes), len(part.stays)) for name, part in parts.items()} == {
        "names": (1, 1),
        "descriptions": (1, 0),
        "places": (1, 0),
        "networks it belongs to": (1, 0),
        "qualities": (1, 1),
    }
    assert [new for _, new in parts["names"].merged] == [False, True]
    assert parts["places"].merged == [(parts["places"].goes[0], True)]
    assert parts["qualities"].merged == [(parts["qualities"].goes[0], False)]
    assert Changeset.objects.filter(state="proposed").count() == 0
    assert Record.objects.filter(successor__isnull=False).count() == 0
    assert "Keep the other record instead" in text_of(page)


def test_merger_has_the_previewed_result(editor_client, pair):
    stays, goes = pair
    preview = editor_client.get(compare(pair)).context["parts"]

    merge(goes, stays).propose().accept()

    became = compare_parts(None, load_document(stays, Tier.REPRESENTATIVES), None)
    assert [(part.name, [line for line, _ in part.merged]) for part in preview] == [
        (part.name, part.stays) for part in became
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ["seat", "implied", "Hong Kong"]), ("es", ["sede", "implícito", "Hong Kong"])],
)
def test_compared_values_are_labels_and_not_codes(pair, write, language, expected):
    _, goes = pair
    write.say("name", goes, text="KC", name_kind="acronym", confidence="implied")
    document = Entry.objects.get(pk=goes.pk).read()
    [name] = [item for item in document["names"] if item["text"] == "KC"]

    with override(language):
        [seat] = [describe_item({**item, "part": "places"}, {}) for item in document["places"]]
        values = {*seat.values(), *describe_item({**name, "part": "names"}, {}).values()}

    assert {*expected} <= values
    assert "source" not in values  # the code of a voice


def test_merger_is_a_proposal_and_the_old_address_redirects(editor_client, pair):
    stays, goes = pair
    shown = typed(editor_client.get(compare(pair)))

    done = editor_client.post(compare(pair), {**shown, "reason": "One circle."})

    changeset = Changeset.objects.get(reason="One circle.")
    assert done.status_code == 302
    assert (changeset.state, changeset.author.email) == ("accepted", "editor@example.org")
    reader = Client()
    for old in (goes.slug, str(goes.key)):
        page = reader.get(f"/organizations/{old}/")
        answer = reader.get(f"/api/v1/organizations/{old}/")
        assert (page.status_code, page["Location"]) == (301, "/organizations/kalayaan/")
        assert answer.status_code in (301, 308)
        assert answer["Location"].endswith(f"/api/v1/organizations/{stays.key}/") or (
            "kalayaan" in answer["Location"]
        )
    assert "One circle." in text_of(reader.get("/organizations/kalayaan/history/"))
    assert editor_client.get(LIST).context["pairs"] == []


def test_an_undone_merger_leaves_both_as_they_were(editor_client, pair):
    stays, goes = pair
    before = documents(stays, goes)
    names = list(Entry.objects.filter(pk__in=[stays.pk, goes.pk]).values_list("names", "label"))
    editor_client.post(
        compare(pair), {**typed(editor_client.get(compare(pair))), "reason": "One circle."}
    )
    merger = Changeset.objects.get(reason="One circle.")
    undo = reverse("review-undo", args=(merger.pk,))

    shown = editor_client.post(undo, {"reason": "Two after all."})
    editor_client.post(undo, {**typed(shown), "reason": "Two after all."})

    undone = Changeset.objects.get(reason="Two after all.")
    assert undone.number == merger.number + 1
    assert documents(stays, goes) == before
    assert names == list(
        Entry.objects.filter(pk__in=[stays.pk, goes.pk]).values_list("names", "label")
    )
    assert Client().get(f"/organizations/{goes.slug}/").status_code == 200
    assert Client().get(f"/api/v1/organizations/{goes.key}/").status_code == 200
    assert Record.objects.get(pk=goes.pk).successor is None


def test_distinct_records_are_not_listed_until_an_editor_forgets_it(editor_client, pair):
    two = f"{compare(pair)}distinct/"

    answer = editor_client.post(two, {"_distinct": "1"}, follow=True)

    assert "Saved: these are two different records." in text_of(answer)
    assert answer.context["pairs"] == []
    assert Changeset.objects.filter(state="proposed").count() == 0
    assert "An editor compared both" in text_of(editor_client.get(compare(pair)))

    assert len(editor_client.post(two, {"_forget": "1"}, follow=True).context["pairs"]) == 1
    assert Distinct.objects.count() == 0
    assert editor_client.get(two).status_code == 302


def test_editor_who_may_not_accept_proposes_a_merger_and_hides_no_pair(pair, db):
    proposer = signed_in(editor("proposer@example.org", accepts=False))
    shown = typed(proposer.get(compare(pair)))
    proposer.post(compare(pair), {**shown, "reason": "One circle."})

    assert Changeset.objects.get(reason="One circle.").state == "proposed"
    assert proposer.post(f"{compare(pair)}distinct/").status_code == 403
    assert "Keep both records" not in text_of(proposer.get(compare(pair)))


def test_visitors_see_neither(pair, db):
    for page in (LIST, compare(pair), f"{compare(pair)}distinct/"):
        assert Client().get(page).status_code == 302


def test_invalid_pair_is_not_found(editor_client, pair):
    stays, _ = pair

    for other in ("0", stays.pk, "9" * 50):
        assert editor_client.get(f"/review/duplicates/{stays.pk}/{other}/").status_code == 404
    hk = Record.objects.get(slug="hk")
    assert editor_client.get(f"/review/duplicates/{stays.pk}/{hk.pk}/").status_code == 404


def test_page_of_mergers_suggests_likely_duplicates(editor_client, pair):
    page = editor_client.get(f"/review/records/{pair[0].pk}/merge/")

    assert "It is likely the same as" in text_of(page)
    assert f'href="{compare(pair)}"' in page.content.decode()
