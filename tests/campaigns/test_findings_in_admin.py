"""A joint campaign through the editors' screens, and its retirement: what follows from each."""

import pytest
from django.test import Client

from orgs.changes.changeset import Changeset
from orgs.projection.counter import Counter
from tests.support.admin import add_row, address, catalogue, editor, signed_in, typed
from tests.support.pages import page_of, section

pytestmark = pytest.mark.django_db

NOTHING = "not_enough_on_record"
CAMPAIGNING = "network_in_a_campaign"
YEARS = ("2007", "2008", "2012", "2014")
"""Before the campaign, in it, the last year that looks back on it, and after that."""


@pytest.fixture
def ids():
    return catalogue()


@pytest.fixture
def client(ids):
    return signed_in(editor())


def save(client: Client, record: int, reason: str, *rows: tuple[str, dict], **ticked: str) -> int:
    """Fill in the form of a record as a browser would, and send it. Returns the change's number."""
    fields = typed(client.get(address(record))) | ticked
    for kind, values in rows:
        add_row(fields, kind, **values)
    answer = client.post(address(record), fields | {"reason": reason})
    assert answer.status_code == 302
    change = Changeset.objects.get(reason=reason)
    assert change.number == Counter.objects.get().number
    return change.number


def joins(ids) -> tuple[str, dict]:
    """The row that a member joins the campaign."""
    values = {"undertaking": ids.boycott, "role": "joins", "edtf": "2008-06", "source": ids.source}
    return "involvement", values


@pytest.fixture
def begun(client, ids) -> int:
    """Two members in a network, of whom one joins the campaign. Returns the change's number."""
    for pk, name in ((ids.mfa, "The forum belongs."), (ids.tigra, "The alliance belongs.")):
        values = {"partnership": ids.mri, "edtf": "2000/..", "source": ids.source}
        save(client, pk, name, ("membership", values))
    return save(client, ids.mfa, "The forum joins.", joins(ids))


@pytest.fixture
def joint(client, ids, begun) -> int:
    """The other member joins, so that the campaign is joint. Returns the change's number."""
    return save(client, ids.tigra, "The alliance joins.", joins(ids))


@pytest.fixture
def retired(client, ids, joint) -> int:
    """That it joined is retired. Returns the change's number."""
    ticked = {"involvement-0-DELETE": "on"}
    return save(client, ids.tigra, "The source was misread.", **ticked)


def forms(known: int | None = None) -> list[str]:
    """The observed form in each of the years, by the API, as known at a change."""
    at = {} if known is None else {"known_at": known}
    return [
        Client()
        .get("/api/v1/partnerships/mri/", {"as_of": year, **at})
        .json()["observed_form"]["value"]
        for year in YEARS
    ]


def shown(known: int | None = None) -> list[bool]:
    """Whether the page shows a network in a campaign in each of the years."""
    at = "" if known is None else f"&known_at={known}"
    pages = [page_of(Client().get(f"/organizations/mri/?as_of={year}{at}")) for year in YEARS]
    texts = [page.main.every("div", kind="analysis")[0].text for page in pages]
    return [text.startswith("A network in a campaign") for text in texts]


def test_joint_campaign_through_the_form_flips_the_form_for_its_interval_alone(begun, joint):
    strip = section(page_of(Client().get("/organizations/mri/network/")), "strip")

    assert (forms(begun), shown(begun)) == ([NOTHING] * 4, [False] * 4)
    assert forms() == [NOTHING, CAMPAIGNING, CAMPAIGNING, NOTHING]
    assert shown() == [False, True, True, False]
    assert "2008–2012" in strip


def test_retiring_it_through_the_form_flips_it_back(joint, retired):
    strip = section(page_of(Client().get("/organizations/mri/network/")), "strip")

    assert (forms(), shown()) == ([NOTHING] * 4, [False] * 4)
    assert "2008–2012" not in strip
    assert forms(joint) == [NOTHING, CAMPAIGNING, CAMPAIGNING, NOTHING]
    assert shown(joint) == [False, True, True, False]
    assert forms(retired) == [NOTHING] * 4


def test_both_show_in_the_histories_of_the_member_and_of_the_network(joint, retired):
    member, network = (
        Client().get(f"/api/v1/{pk}/history/").json()["results"]
        for pk in ("organizations/tigra", "partnerships/mri")
    )

    counts = {one["number"]: (len(one["added"]), len(one["retired"])) for one in member}
    assert (counts[joint], counts[retired]) == ((1, 0), (0, 1))
    consequences = {one["number"]: one for one in network if one["follows"]}
    assert consequences.keys() >= {joint, retired}
    # Of what is said of others, the history of this one tells no reason.
    assert {one["reason"] for one in consequences.values()} == {""}
    page = page_of(Client().get("/organizations/mri/history/")).main
    for number in (joint, retired):
        [change] = page.every("li", value=str(number))
        assert "This change is about other entries." in change.text
        [then] = change.one("li", kind="as-known").every("a")
        assert then.attributes["href"] == f"/organizations/mri/?known_at={number}"
        assert Client().get(then.attributes["href"]).status_code == 200
