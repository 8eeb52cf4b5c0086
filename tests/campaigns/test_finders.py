"""Finders: counterparts, shared targets, missing rungs, bridges, and the matrix of sides."""

from collections.abc import Iterable
from datetime import date
from itertools import product

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.finders import candidates
from campaigns.finders.bridges import bridges
from campaigns.finders.counterparts import Counterparts, counterparts_of
from campaigns.finders.here_and_there import ANY_SIDE, OBSERVED, STATED, here_and_there
from campaigns.finders.missing_rungs import ladder_of, missing_rungs
from campaigns.finders.reasons import ROLE_SCHEMES, Reason
from campaigns.finders.shared_targets import actors_with_target, most_frequent_targets
from campaigns.pages.stages import STAGES
from orgs.changes.changeset import Changeset
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.relation import Relation
from tests.support.pages import Element, page_of
from tests.support.writing import Writer

from .corridors import Corridors

ACTING = ("convenor", "hosts", "leads", "joins", "participates")
PLACED = ("seat", "registered", "acts_in", "organized_base_in")


class Ledger:
    """What the public ledger says now, read by plain SQL."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT s.id, s.part, s.record_id, coalesce(s.object_id, 0),
                    coalesce(t.scheme || ':' || t.code, ''), coalesce(s.item ->> 'role', '')
                FROM orgs_statement s
                JOIN orgs_source w ON w.id = s.source_id AND w.tier = 0
                JOIN orgs_record r ON r.id = s.record_id AND r.level IN ('listed', 'name_withheld')
                LEFT JOIN orgs_record o ON o.id = s.object_id
                LEFT JOIN orgs_term t ON t.id = s.term_id
                WHERE s.tier = 0 AND s.holds AND s.retired IS NULL
                  AND (o.id IS NULL OR o.level IN ('listed', 'name_withheld'))
            """)
            self.statements = {number: tuple(rest) for number, *rest in cursor.fetchall()}
            cursor.execute("SELECT id FROM orgs_record WHERE kind = 'place' AND length(slug) = 2")
            self.countries = {row[0] for row in cursor.fetchall()}
        self.wider: dict[int, set[int]] = {}
        for part, record, other, term, _ in self.statements.values():
            if part == "relations" and term == "predicate:part_of":
                self.wider.setdefault(record, set()).add(other)

    def around(self, place: int) -> set[int]:
        """A place and all that it is a part of."""
        places, edge = set(), {place}
        while edge:
            places |= edge
            edge = {wider for one in edge for wider in self.wider.get(one, ())} - places
        return places

    def present(self, statements: Iterable[int], who: int, roles: Iterable[str], at: int) -> bool:
        """Whether one of these statements gives an actor such a role in a place there."""
        return any(
            part == "places" and record == who and role in roles and at in self.around(place)
            for part, record, place, _, role in (self.statements[one] for one in statements)
        )

    def places(self, statements: Iterable[int], who: int, role: str) -> set[int]:
        stated = (self.statements[one] for one in statements)
        return {there[2] for there in stated if there[1] == who and there[4] == role}

    def aims(self, statements: Iterable[int], who: int, predicate: str, at: int) -> bool:
        """Whether these statements lead from an actor to what it aims at."""
        stated = [self.statements[one] for one in statements]
        acting = {who} | {
            undertaking
            for part, record, undertaking, _, role in stated
            if part == "involvements" and record == who and role in ACTING
        }
        return any(
            (part == "relations" and record in acting and other == at
             and term == f"predicate:{predicate}")
            or (part == "involvements" and record == at and other in acting
                and role == predicate.removesuffix("s"))
            for part, record, other, term, role in stated
        )  # fmt: skip

    def is_true(self, one: int, other: int, reason: Reason) -> bool:
        """Whether the statements of a reason say what it says of two actors."""
        statements, thing = reason.statements, reason.thing
        if not statements or not self.statements.keys() >= set(statements):
            return False
        last = other if reason.subject == one else one
        origin, residence = ("constituency_origin",), ("constituency_residence",)
        match reason.kind:
            case "comes_from_there":
                return self.present(statements, reason.subject, origin, thing) and self.present(
                    statements, last, PLACED, thing
                )
            case "lives_there":
                return self.present(statements, reason.subject, residence, thing) and self.present(
                    statements, last, PLACED, thing
                )
            case "corridor_on_record":
                return self._leads(statements, thing, reason.subject, last)
            case "same_corridor" | "same_origin" | "same_residence":
                role_rules = {
                    "same_corridor": ((origin, thing), (residence, reason.other_thing)),
                    "same_origin": ((origin, thing),),
                    "same_residence": ((residence, thing),),
                }[reason.kind]
                return all(
                    self.present(statements, who, roles, place)
                    for who, (roles, place) in product((one, other), role_rules)
                )
            case "targets" | "invokes":
                return all(self.aims(statements, who, reason.kind, thing) for who in (one, other))
            case "network":
                stated = {self.statements[number][:3] for number in statements}
                return stated >= {("memberships", who, thing) for who in (one, other)}
            case scheme if scheme in ROLE_SCHEMES:
                stated = {self.statements[number][1:4] for number in statements}
                return reason.trait.startswith(f"{scheme}:") and stated == {
                    (one, 0, reason.trait),
                    (other, 0, reason.trait),
                }
        return False

    def _leads(self, statements: tuple[int, ...], thing: int, first: int, last: int) -> bool:
        """Whether statements describe people who come from where one is and live where another."""
        ends = (("constituency_origin", first), ("constituency_residence", last))
        for role, who in ends:
            (place,) = self.places(statements, thing, role)
            meeting = self.around(place)
            if not any(
                part == "places"
                and record == who
                and placed in PLACED
                and (there in meeting or place in self.around(there)
                     or meeting & self.around(there) & self.countries)
                for part, record, there, _, placed in (self.statements[one] for one in statements)
            ):  # fmt: skip
                return False
        return True

    def tied(self, one: int, other: int) -> bool:
        """Whether a tie of two actors is on record."""
        parts = {
            who: {
                o
                for part, r, o, *_ in self.statements.values()
                if part == "involvements" and r == who
            }
            for who in (one, other)
        }
        return bool(parts[one] & parts[other]) or any(
            part in ("relations", "memberships") and {record, object_} == {one, other}
            for part, record, object_, *_ in self.statements.values()
        )


def false_reasons(answer: Counterparts, ledger: Ledger) -> list[tuple[int, Reason]]:
    """The reasons of an answer that the ledger does not bear out."""
    return [
        (one.number, reason)
        for one in answer.results
        for reason in one.reasons
        if not ledger.is_true(answer.actor, one.number, reason)
    ]


def finder_page(path: str, status: int = 200) -> Element:
    response = Client().get(path)
    assert response.status_code == status
    return page_of(response).main


# Counterparts -----------------------------------------------------------------------------------

SEED = 4
TOP = 10


def test_hidden_partners_are_among_the_first_ten(write):
    world = Corridors(SEED)
    world.write(write)
    numbers = [actor.record for actor in world.actors]
    ledger, day = Ledger(), Counter.today()
    hits, possible, chance, at_the_end = 0, 0, 0.0, 0.0
    # Every other one from its other end.
    ties = [tie[:: 1 - 2 * (n % 2)] for n, tie in enumerate(sorted(world.hidden))]

    for one, other in ties:
        answer = counterparts_of(numbers[one], day)
        shown = [each.number for each in answer.results]
        hits += numbers[other] in shown[:TOP]
        assert false_reasons(answer, ledger) == []
        assert [each for each in shown if ledger.tied(numbers[one], each)] == []
        # Hits of a reader who knows how ties are drawn, and of one who draws lots.
        tied = {
            position for tie in set(world.ties) - world.hidden if one in tie for position in tie
        }
        left = [n for n in range(len(numbers)) if n != one and n not in tied]
        left.sort(key=lambda position: -world.likelihood(world.actors[one], world.actors[position]))
        possible += left.index(other) < TOP
        chance += TOP / len(left)
        ends = [n for n in left if world.actors[n].corridor == world.actors[one].corridor
                and world.actors[n].at_home != world.actors[one].at_home]  # fmt: skip
        at_the_end += (other in ends) * min(1, TOP / len(ends))

    share = hits / len(ties)
    print(
        f"\nHidden partners among the first {TOP}: {share:.2f} of {len(ties)}; by lot from all "
        f"{chance / len(ties):.2f}, from the other end {at_the_end / len(ties):.2f}; "
        f"knowing everything {possible / len(ties):.2f}"
    )
    assert share >= 0.70
    assert chance / len(ties) < 0.05


PAIRS = (
    ("mirror-clubs", "mexican-hometown-associations"),
    ("center-for-migrants-advocacy", "philippine-national-trade-unions"),
    ("migrant-civil-society-in-indonesia", "migrant-civil-society-in-malaysia"),
)
"""Actors that the paper itself compares."""


def test_pairs_of_the_paper_find_each_other(paper):
    number = dict(Record.objects.values_list("slug", "id"))
    ranks = {}
    for pair in PAIRS:
        for one, other in (pair, pair[::-1]):
            # As if their tie were unknown.
            answer = counterparts_of(number[one], Counter.today(), tied=())
            shown = [each.number for each in answer.results]
            ranks[one, other] = shown.index(number[other]) + 1

    print("\nRanks of the paper's own pairs:", ranks)
    assert max(ranks.values()) <= TOP
    assert [ranks[pair] for pair in (PAIRS[2], PAIRS[2][::-1])] == [1, 1]


def test_no_reason_in_the_paper_is_false_and_nobody_tied_is_suggested(paper):
    ledger, day = Ledger(), Counter.today()
    actor_ids = list(Record.objects.actors().values_list("id", flat=True))

    answers = [counterparts_of(number, day) for number in actor_ids]

    assert [false for one in answers for false in false_reasons(one, ledger)] == []
    assert [
        (one.actor, each.number)
        for one in answers
        for each in one.results
        if ledger.tied(one.actor, each.number)
    ] == []
    assert sum(len(each.reasons) for one in answers for each in one.results) > 300


class Corridor:
    """Two actors at the two ends of one corridor, and what makes their roles alike."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        self.home = write.record("place", "mx", "Mexico")
        self.away = write.record("place", "us", "United States")
        self.club = write.record("organization", "club", "Club")
        self.mirror = write.record("organization", "mirror", "Mirror")
        self.women = write.term("identity:women")
        write.say("presence", self.club, place=self.away, role="seat")
        write.say("presence", self.club, place=self.home, role="constituency_origin")
        write.say("presence", self.mirror, place=self.home, role="seat")

    def results(self) -> list[int]:
        """Results that the finder suggests to the club."""
        return [one.number for one in counterparts_of(self.club.pk, Counter.today()).results]

    def retire(self, model) -> None:
        """Retire the newest statement of a kind."""
        changeset = Changeset(reason="No longer.")
        changeset.retire(model.objects.current().latest("id"))
        changeset.propose().accept()


@pytest.fixture
def corridor(write) -> Corridor:
    return Corridor(write)


def test_counterpart_stands_where_the_people_come_from(corridor):
    (one,) = counterparts_of(corridor.club.pk, Counter.today()).results

    assert one.number == corridor.mirror.pk
    assert [(reason.kind, reason.subject, reason.thing) for reason in one.reasons] == [
        ("comes_from_there", corridor.club.pk, corridor.home.pk)
    ]


def test_counterparts_find_each_other_from_both_ends(corridor):
    (back,) = counterparts_of(corridor.mirror.pk, Counter.today()).results

    assert back.number == corridor.club.pk


def test_neighbours_at_one_end_are_no_counterparts(corridor):
    neighbour = corridor.write.record("organization", "neighbour")
    corridor.write.say("presence", neighbour, place=corridor.away, role="seat")

    assert neighbour.pk not in corridor.results()


def test_word_for_the_form_is_a_reason_beside_others_alone(corridor):
    namesake = corridor.write.record("organization", "namesake")
    for actor in (corridor.club, namesake):
        corridor.write.say("trait", actor, term=corridor.write.term("form:network"))
    assert namesake.pk not in corridor.results()

    for actor in (corridor.club, namesake):
        corridor.write.say("trait", actor, term=corridor.women)
    assert namesake.pk in corridor.results()


@pytest.mark.parametrize("kind", ["relation", "membership", "involvement"])
def test_whoever_is_tied_is_left_out_until_the_tie_is_retired(corridor, kind):
    write = corridor.write
    network = write.record("partnership", "network", "Network")
    write.say("presence", network, place=corridor.home, role="seat")
    if kind == "relation":
        works = write.term("predicate:collaborates_with")
        write.say("relation", network, predicate=works, object=corridor.club)
        model = Relation
    elif kind == "membership":
        write.say("membership", corridor.club, partnership=network, edtf="1990/1995")
        model = apps.get_model("orgs", "Membership")
    else:
        campaign = write.record("campaign", "campaign", "Campaign")
        write.say("involvement", network, undertaking=campaign, role="leads")
        write.say("involvement", corridor.club, undertaking=campaign, role="supports")
        model = apps.get_model("campaigns", "Involvement")
    assert network.pk not in corridor.results()

    corridor.retire(model)

    assert network.pk in corridor.results()


def test_secret_tie_leaves_nobody_out(corridor):
    corridor.write.say(
        "relation", corridor.club, object=corridor.mirror, tier=Tier.VETTED,
        predicate=corridor.write.term("predicate:collaborates_with"),
    )  # fmt: skip

    assert corridor.results() == [corridor.mirror.pk]


def test_retired_and_secret_facts_are_no_reason(corridor):
    write = corridor.write
    for actor, tier in ((corridor.club, Tier.PUBLIC), (corridor.mirror, Tier.VETTED)):
        write.say("trait", actor, term=corridor.women, tier=tier)
    assert [
        r.kind for r in counterparts_of(corridor.club.pk, Counter.today()).results[0].reasons
    ] == ["comes_from_there"]
    write.say("trait", corridor.mirror, term=corridor.women)
    kinds = [r.kind for r in counterparts_of(corridor.club.pk, Counter.today()).results[0].reasons]
    assert kinds == ["comes_from_there", "identity"]

    corridor.retire(apps.get_model("orgs", "Trait"))

    kinds = [r.kind for r in counterparts_of(corridor.club.pk, Counter.today()).results[0].reasons]
    assert kinds == ["comes_from_there"]


@pytest.mark.parametrize("how", ["hidden", "ended", "name withheld", "another sphere"])
def test_who_cannot_be_a_counterpart_is_left_out(corridor, how):
    write = corridor.write
    if how == "ended":
        write.say("existence", corridor.mirror, event="ended", edtf="1999")
    elif how == "another sphere":
        write.say("trait", corridor.club, term=write.term("sphere:civil"))
        write.say("trait", corridor.mirror, term=write.term("sphere:state"))
    else:
        changeset = Changeset(reason="Not shown.")
        level = Level.HIDDEN if how == "hidden" else Level.NAME_WITHHELD
        changeset.change_record(Record.objects.get(pk=corridor.mirror.pk), level=level)
        changeset.propose().accept()

    assert corridor.results() == []


def test_actor_of_which_nothing_is_known_shows_what_is_missing(corridor):
    lone = corridor.write.record("organization", "lone", "Lone")

    page = finder_page(f"/finders/counterparts/?of={lone.slug}")

    assert "Not stated: where its people come from and where they live" in page.text
    assert "where it has its seat or acts" in page.text
    assert "its sector, issues, activities or targets" in page.text
    assert "There may be some." in page.text


def test_page_says_each_reason_with_its_statements(corridor):
    page = finder_page("/finders/counterparts/?of=club")

    (card,) = page.every("li", kind="card")
    assert card.text.startswith(
        "Mirror Mexico is where the people of Club come from, and a seat or place of action of "
        "Mirror."
    )
    links = card.every("a", kind="because")
    addresses = [link.attributes["href"] for link in links]
    assert addresses == [f"/id/{one}" for one in presences_in(corridor)]
    assert [link.text for link in links] == [str(number + 1) for number in range(len(links))]
    assert all(Client().get(address).status_code == 302 for address in addresses)


def presences_in(corridor: Corridor) -> list[int]:
    """The statement where the people of the club come from, and where the mirror is."""
    presences = apps.get_model("orgs", "Presence").objects.order_by("id")
    return list(presences.filter(place=corridor.home).values_list("id", flat=True))


def test_more_than_can_be_looked_at_is_said(corridor, monkeypatch):
    monkeypatch.setattr(candidates, "MAX_PER_CRITERION", 1)
    other = corridor.write.record("organization", "other")
    corridor.write.say("presence", other, place=corridor.home, role="seat")

    assert "Too many organizations have something in common" in (
        finder_page("/finders/counterparts/?of=club").text
    )


def test_finding_takes_as_many_queries_for_many_candidates_as_for_one(corridor):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            Client().get("/finders/counterparts/?of=club")
        return len(seen)

    def others(count: int) -> None:
        write = corridor.write
        for number in range(count):
            other = write.record("organization", f"other-{count}-{number}")
            write.say("presence", other, place=corridor.home, role="seat")
            write.say("presence", other, place=corridor.away, role="constituency_residence")

    others(1)
    few = queries()
    others(12)

    assert queries() == few
    assert few < 40


# What is asked ----------------------------------------------------------------------------------

ODD = ("nobody", "9" * 5_000, "a" * 7_000, "'%20OR%201=1;--", "%25_%25", "%5B" * 2_000, ":::", "²")


@pytest.mark.parametrize("name", ["counterparts?of", "shared-targets?target", "missing-rungs?of"])
@pytest.mark.parametrize("value", ODD, ids=lambda value: value[:9])
def test_unknown_names_are_not_found_and_say_what_to_do(corridor, name, value):
    finder, parameter = name.split("?")

    page = finder_page(f"/finders/{finder}/?{parameter}={value}", status=404)

    assert "No entry has this name" in page.text


def test_unreadable_names_are_refused(corridor):
    for finder, parameter in (("counterparts", "of"), ("shared-targets", "target")):
        assert Client().get(f"/finders/{finder}/?{parameter}=a%00b").status_code == 400
        assert Client().get(f"/finders/{finder}/?{parameter}=%ff").status_code == 400


def test_names_offer_the_actors_that_have_them(corridor):
    page = finder_page("/finders/counterparts/?of=Mir", status=404)

    assert [link.attributes["href"] for link in page.every("a") if "?of=" in
            link.attributes["href"]] == ["?of=mirror"]  # fmt: skip


def test_name_of_one_alone_leads_to_it(corridor):
    answer = Client().get("/finders/shared-targets/?target=united+states&as_of=2010")

    assert answer.status_code == 302
    assert answer["Location"] == "/finders/shared-targets/?target=us&as_of=2010"


def test_finders_take_only_what_they_can_answer(corridor):
    finder_page("/finders/counterparts/?of=mx", status=404)
    finder_page("/finders/shared-targets/?target=mx")
    finder_page("/finders/missing-rungs/?of=mx")


def test_former_addresses_lead_to_the_present_one(corridor):
    changeset = Changeset(reason="Renamed.")
    changeset.change_record(Record.objects.get(pk=corridor.club.pk), slug="union")
    changeset.propose().accept()

    answer = Client().get("/finders/counterparts/?of=club")

    assert (answer.status_code, answer["Location"]) == (301, "/finders/counterparts/?of=union")


@pytest.mark.parametrize("day", ["soon", "2010-13", "9" * 5_000, "10000", "2010-02-30"])
def test_days_that_none_can_read_are_refused(corridor, day):
    page = finder_page(f"/finders/shared-targets/?target=mx&as_of={day}", status=400)

    assert "This time cannot be read" in page.text


def test_page_of_an_actor_leads_to_the_finders(corridor):
    links = [link.attributes["href"] for link in finder_page("/organizations/club/").every("a")]

    assert [link for link in links if link.startswith("/finders/")] == [
        "/finders/counterparts/?of=club",
        "/finders/missing-rungs/?of=club",
        "/finders/shared-targets/?target=club",
    ]


# Shared targets ---------------------------------------------------------------------------------


@pytest.fixture
def aims(corridor) -> Corridor:
    """The club aims at a forum itself, the mirror through a campaign that it joins."""
    changeset = Changeset(reason="A predicate.")
    term = changeset.change_reference(
        "term", scheme="predicate", code="targets", labels={"en": "is aimed at"}
    )
    changeset.propose().accept()
    write = corridor.write
    corridor.aim = term
    corridor.forum = write.record("gathering", "forum", "Forum")
    corridor.campaign = write.record("campaign", "campaign", "Campaign")
    write.say("relation", corridor.club, predicate=term, object=corridor.forum, edtf="2008/..")
    write.say("relation", corridor.campaign, predicate=term, object=corridor.forum, edtf="2009")
    write.say("involvement", corridor.mirror, undertaking=corridor.campaign, role="joins")
    return corridor


def test_who_aims_at_the_same_is_found_itself_and_through_campaigns(aims):
    matches = actors_with_target(aims.forum.pk, date(2010, 12, 31))

    assert {
        actor: [(route.predicate, route.through) for route in routes]
        for actor, routes in matches.actors
    } == {
        aims.club.pk: [("targets", 0)],
        aims.mirror.pk: [("targets", aims.campaign.pk)],
    }


def test_whoever_aimed_before_the_window_is_left_out(aims):
    now = actors_with_target(aims.forum.pk, date(2020, 1, 1))

    assert [actor for actor, _ in now.actors] == [aims.club.pk]
    assert actors_with_target(aims.forum.pk, date(2000, 1, 1)).actors == []


def test_what_is_aimed_at_most_is_offered(aims):
    assert [(entry.slug, count) for entry, count in most_frequent_targets(Counter.today())] == [
        ("forum", 2)
    ]


def test_shared_target_makes_counterparts(aims):
    aims.write.say("relation", aims.mirror, predicate=aims.aim, object=aims.forum)

    answer = counterparts_of(aims.club.pk, Counter.today())

    assert [reason.kind for reason in answer.results[0].reasons] == ["comes_from_there", "targets"]


def test_paper_says_who_aims_at_the_global_forum(paper):
    forum = Entry.objects.get(slug="gfmd")

    matches = actors_with_target(forum.pk, Counter.today())

    assert [matches.entries[actor].slug for actor, _ in matches.actors] == ["agp-conveners"]


# Missing rungs ----------------------------------------------------------------------------------


def term_of(write: Writer, scheme: str, code: str) -> int:
    """A new term."""
    changeset = Changeset(reason="A term.")
    term = changeset.change_reference(
        "term", scheme=scheme, code=code, labels={"en": code.replace("_", " ")}
    )
    changeset.propose().accept()
    return term


def test_service_without_a_tie_to_advocacy_lacks_a_rung_until_it_has_one(corridor):
    write = corridor.write
    write.say("trait", corridor.club, term=term_of(write, "service_level", "level_1"))
    write.say("trait", corridor.mirror, term=term_of(write, "activity", "lobbying"))

    missing = missing_rungs(Counter.today())
    assert [one.entry.slug for one in missing.service.untied] == ["club"]
    assert [one.entry.slug for one in missing.advocacy.untied] == ["mirror"]

    works = write.term("predicate:collaborates_with")
    write.say("relation", corridor.club, predicate=works, object=corridor.mirror)
    missing = missing_rungs(Counter.today())
    assert (missing.service.untied, missing.advocacy.untied) == ([], [])
    assert (missing.service.examined, missing.service.count) == (1, 0)


def test_rungs_are_those_of_a_place(corridor):
    write = corridor.write
    for actor in (corridor.club, corridor.mirror):
        write.say("trait", actor, term=term_of(write, "service", f"of-{actor.slug}"))

    here = missing_rungs(Counter.today(), corridor.away.pk)

    assert [one.entry.slug for one in here.service.untied] == ["club"]


def test_whoever_does_both_lacks_nothing(corridor):
    write = corridor.write
    for level in ("level_1", "level_4"):
        write.say("trait", corridor.club, term=term_of(write, "service_level", level))

    missing = missing_rungs(Counter.today())

    assert (missing.service.examined, missing.advocacy.examined) == (0, 0)


def test_ladder_of_the_paper_has_its_four_rungs(paper):
    forum = Entry.objects.get(slug="migrant-forum-in-asia")

    ladder = ladder_of(forum.pk, Counter.today())

    assert [(rung.level, bool(rung.itself), len(rung.through)) for rung in ladder.rungs] == [
        (f"level_{number}", True, 1) for number in (1, 2, 3, 4)
    ]
    # An actor tied to it has them through it.
    member = Entry.objects.get(slug="center-for-migrants-advocacy")
    rungs = ladder_of(member.pk, Counter.today()).rungs
    assert [[one for one, _ in rung.partners] for rung in rungs] == [[forum.pk]] * 4


def test_denied_and_unknown_rungs_differ(corridor):
    write = corridor.write
    write.say("trait", corridor.club, term=term_of(write, "service_level", "level_1"), holds=False)

    rows = [row.text for row in finder_page("/finders/missing-rungs/?of=club").every("tr")]

    denied = [row for row in rows if "A source says that it does not:" in row]
    assert [row.split(" A source")[0] for row in denied] == ["level 1"]
    assert sum("unknown" in row for row in rows) == 4


# Bridges ----------------------------------------------------------------------------------------


def test_paper_bridges_rights_and_development(paper):
    result = bridges(Counter.today())
    slug = {number: entry.slug for number, entry in result.entries.items()}

    assert [slug[one.record] for one in result.both] == [
        "migrant-forum-in-asia",
        "nalacc",
        "right-to-not-migrate",
    ]
    assert [
        (slug[one.record], [slug[who] for who, *_ in one.users]) for one in result.concepts
    ] == [("right-to-not-migrate", ["global-exchange"])]
    assert result.split_networks == []


def test_network_is_split_by_whom_its_members_serve(corridor):
    write = corridor.write
    network = write.record("partnership", "network", "Network")
    demand = write.record("demand", "demand", "Demand")
    write.say("trait", demand, term=term_of(write, "beneficiary", "future_migrants"))
    write.say("involvement", corridor.mirror, undertaking=demand, role="raises")
    write.say("involvement", corridor.mirror, undertaking=demand, role="supports")
    write.say("trait", corridor.club, term=term_of(write, "beneficiary", "current_migrants"))
    for member in (corridor.club, corridor.mirror):
        write.say("membership", member, partnership=network)

    (split,) = bridges(Counter.today()).split_networks

    assert split.partnership == network.pk
    assert [(code, [who for who, _ in members]) for code, members in split.sides] == [
        ("current_migrants", [corridor.club.pk]),
        ("future_migrants", [corridor.mirror.pk]),
    ]


# Here and there ---------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [OBSERVED, STATED])
def test_each_number_of_the_matrix_is_that_of_its_list(paper, by):
    matrix = here_and_there(Counter.today(), by)
    rows = [*matrix.rows, *matrix.campaigns]
    counted = [cell for row in rows for cell in row.cells if cell.url]
    assert [row.level for row in matrix.campaigns if not row.side] == list(STAGES)

    for cell in counted:
        api = Client().get(f"/api/v1{cell.url}").json()
        assert api["count"] == cell.total, cell
    assert by == STATED or sum(cell.total for cell in counted) > 40
    assert matrix.without_level + matrix.examined == Record.objects.actors().count()


def test_matrix_shows_sides(corridor):
    write = corridor.write
    write.say("trait", corridor.club, term=term_of(write, "scope", "local"))
    write.say("trait", corridor.club, term=term_of(write, "orientation", "home"))
    write.say("existence", corridor.club, event="founded", edtf="1985")

    matrix = here_and_there(Counter.today(), STATED)

    (row,) = matrix.rows
    assert (row.level, row.side, matrix.years[0]) == ("local", "home", 1990)
    assert [cell.total for cell in row.cells] == [1] * len(row.cells)


def test_matrix_counts_campaigns_by_stage_and_by_the_side_of_those_who_take_part(corridor):
    write = corridor.write
    campaign = write.record("campaign", "campaign", "Campaign")
    for stage in ("local", "international"):
        write.say("trait", campaign, term=term_of(write, "stage", stage))
    write.say("existence", campaign, event="founded", edtf="2005")
    write.say("trait", corridor.club, term=term_of(write, "orientation", "home"))
    write.say("trait", corridor.mirror, term=term_of(write, "orientation", "residence"))
    write.say("involvement", corridor.club, undertaking=campaign, role="joins")
    write.say("involvement", corridor.mirror, undertaking=campaign, role="opposes")

    matrix = here_and_there(Counter.today(), STATED)

    counts = {(row.level, row.side): [cell.total for cell in row.cells] for row in matrix.campaigns}
    # Opponents take no part in it.
    assert counts.keys() == {
        (stage, side) for stage in ("local", "international") for side in (ANY_SIDE, "home")
    }
    assert set(map(tuple, counts.values())) == {
        tuple(int(year is None or year >= 2005) for year in (*matrix.years, None))
    }
    page = finder_page("/finders/here-and-there/?by=stated")
    text = page.one("section", **{"aria-labelledby": "stages"}).text
    assert "all campaigns" in text


def test_empty_catalogue_says_what_is_missing(db):
    for finder in ("shared-targets", "missing-rungs", "bridges", "here-and-there"):
        assert "What is missing" in finder_page(f"/finders/{finder}/").text
