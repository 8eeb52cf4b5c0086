"""Projects: who pays and can block, and of what a share is one."""

from decimal import Decimal

import pytest

from campaigns.pages.shares import shares_of
from tests.support.pages import page_of, section

pytestmark = pytest.mark.django_db


def figure(measure: str, low: float | None, high: float | None, **values) -> dict:
    return {
        "measure": measure,
        "low": low,
        "high": high,
        "unit": "percent" if "share" in measure else "projects",
        "source": "survey",
        "locator": "p. 3",
        "voice": "source",
        "speaker": None,
        "when": "2008",
        "holds": True,
        **values,
    }


def wholes(*figures: dict) -> list[Decimal | None]:
    return [share.whole for share in shares_of(list(figures))]


def test_whole_follows_from_a_share_and_its_part_to_two_digits():
    assert wholes(
        figure("new_share_of_projects", 4, 4),
        figure("new_projects", 100, 100),
    ) == [Decimal(2500), None]
    assert wholes(
        figure("new_share_of_projects", 6.4, 6.4),
        figure("new_projects", 2_600_000, 2_600_000),
    ) == [Decimal(41_000_000), None]


@pytest.mark.parametrize(
    "other",
    [
        figure("old_projects", 100, 100),
        figure("new_projects", 100, 100, when="2009"),
        figure("new_projects", 100, 100, source="other"),
        figure("new_projects", 100, 100, locator="p. 4"),
        figure("new_projects", 100, 100, speaker={"label": "a ministry"}),
        figure("new_projects", 100, 100, holds=False),
        figure("new_projects", 100, None),
        figure("new_projects", 100, 200),
    ],
)
def test_whole_is_computed_from_nothing_that_was_not_said_together(other):
    assert wholes(figure("new_share_of_projects", 4, 4), other) == [None, None]


@pytest.mark.parametrize("share", [(0, 0), (1, 2), (None, 4)])
def test_open_range_or_zero_gives_no_whole(share):
    assert wholes(
        figure("new_share_of_projects", *share), figure("new_projects", 100, 100)
    ) == [None, None]  # fmt: skip


def test_page_of_a_project_shows_kind_payers_and_shares(client, write):
    project = write.record("project", "3x1", "Three for One")
    write.say("trait", project, term=write.new_term("project_kind:matching_fund"))
    write.say("trait", project, term=write.new_term("oversight:mirror_club"))
    for slug, veto in (("state", True), ("club", False)):
        actor = write.record("organization", slug, slug.title())
        write.say("involvement", actor, undertaking=project, role="funds", veto=veto)
    write.say("involvement", actor, undertaking=project, role="leads")
    write.say("figure", project, measure=write.new_term("measure:share_of_budget"), low=1, high=2,
              unit="percent", edtf="2008")  # fmt: skip

    page = page_of(client.get("/projects/3x1/"))

    assert section(page, "course") == (
        "What kind of project Kind matching fund2 Oversight mirror club3"
    )
    assert section(page, "absent").endswith(
        "Unknown. There may be some: Project-led or policy-led. Tell us what you know"
    )
    assert section(page, "payers") == (
        "Who pays, and who can block 2 pay, according to sources. 1 of them has a veto. "
        "Unknown whether the others have one. "
        "Funded by Club4 Funded by State, with a veto5"
    )
    assert section(page, "shares") == (
        "Figures, and what they are shares of Measure Figure Of what When "
        "share of budget 1 to 2 percent6 Survey 2010 of an unknown total 2008"
    )
    assert section(page, "participants") == "Who takes which part Led by Club7"
    assert page.main.every("h2", id="figures") + page.main.every("h2", id="traits") == []


def test_page_of_a_project_without_payers_does_not_deny_them(client, write):
    write.record("project", "3x1", "Three for One")

    page = page_of(client.get("/projects/3x1/"))

    assert page.main.every("h2", id="payers") == []
    assert "Who pays, and who can block" in section(page, "absent")
