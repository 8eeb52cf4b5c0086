"""Every entry is what the ledger says, after any change of the ledger.

`reproject --check` is the judge. The last tests plant differences and see that it finds them.
"""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.rebuild import check, rebuild_all, rebuild_due
from orgs.changes.revert import revert
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.statement import statement_kinds
from tests.support.writing import Writer


def differing() -> list[str]:
    """A line for each entry that is not what the ledger says."""
    return check()[0]


def statements_of(record: Record, kind: str):
    """The current statement of a kind about a record."""
    return statement_kinds()[kind].objects.current().filter(record=record).latest("id")


def change(record: Record, **after) -> Changeset:
    """Change a record itself, accepted at once."""
    changeset = Changeset(reason="A test.")
    changeset.change_record(Record.objects.get(pk=record.pk), **after)
    return changeset.propose().accept()


def restrict(subject, tier: Tier) -> Changeset:
    """Change who may read a statement or a source, accepted at once."""
    changeset = Changeset(reason="A test.")
    changeset.restrict(type(subject).objects.get(pk=subject.pk), tier)
    return changeset.propose().accept()


def reference(table: str, subject, **after) -> Changeset:
    """Change a source, term or citation, accepted at once."""
    changeset = Changeset(reason="A test.")
    changeset.change_reference(table, subject, **after)
    return changeset.propose().accept()


class World:
    """A few records that say something about each other in every way there is."""

    def __init__(self, write: Writer) -> None:
        self.write = write
        self.country = write.record("place", "es", "Spain")
        self.city = write.record("place", "madrid", "Madrid")
        write.say(
            "relation", self.city, predicate=write.term("predicate:part_of"), object=self.country
        )
        self.member = write.record("organization", "member", "Member")
        self.speaker = write.record("organization", "speaker", "Speaker")
        self.partnership = write.record("partnership", "partnership", "Partnership")
        self.gathering = write.record("gathering", "gathering", "Gathering")
        self.instrument = write.record("instrument", "instrument", "Instrument")
        write.say("presence", self.member, place=self.city, role="seat")
        write.say(
            "membership",
            self.member,
            partnership=self.partnership,
            voice="quoted",
            speaker=self.speaker,
        )
        write.say("involvement", self.member, undertaking=self.gathering, role="convenor")
        write.say("legal_act", self.instrument, actor=self.country, act="ratified", edtf="2003")
        write.say("trait", self.member, term=write.term("identity:women"))
        write.say(
            "relation",
            self.member,
            predicate=write.term("predicate:collaborates_with"),
            object=self.speaker,
        )
        write.say("text", self.member, text_kind="summary", body="Organizes workers.")
        self.second = write.another_source("second", published_by=self.speaker)
        write.say("name", self.partnership, text="La Red", language="es", source=self.second)
        write.say("membership", self.speaker, partnership=self.partnership, source=self.second)

    @property
    def membership(self):
        """The membership of the member."""
        return statements_of(self.member, "membership")


@pytest.fixture
def world(write) -> World:
    """A small world in an empty ledger."""
    return World(write)


def shown_again(subject: str):
    """The edits that hide a thing and show it again."""

    def edits(world: World) -> list:
        record = getattr(world, subject)
        return [
            lambda: change(record, level=Level.HIDDEN),
            lambda: change(record, level=Level.LISTED),
            lambda: change(record, level=Level.NAME_WITHHELD),
            lambda: change(record, level=Level.LISTED),
            lambda: change(record, level=Level.WITHDRAWN),
            lambda: change(record, level=Level.LISTED, withdrawn_on=None, withdrawn_reason=""),
        ]

    return edits


def replacing(world: World) -> list:
    """Edits that replace statements."""

    def replaced(record, kind, **values):
        changeset = Changeset(reason="A test.")
        changeset.replace(statements_of(record, kind), **values)
        return changeset.propose().accept()

    return [
        lambda: replaced(world.member, "name", text="Another name"),
        lambda: replaced(world.country, "name", text="Kingdom of Spain"),
        lambda: replaced(world.member, "membership", grade="observer"),
        lambda: replaced(world.member, "presence", place_id=world.country.pk),
        lambda: replaced(world.member, "trait", holds=False),
        lambda: change(world.partnership, slug="another-address"),
        lambda: change(world.city, slug="madrid-2"),
    ]


def retiring(world: World) -> list:
    """Edits that retire statements."""

    def retired(record, kind):
        changeset = Changeset(reason="A test.")
        changeset.retire(statements_of(record, kind))
        return changeset.propose().accept()

    pairs = [
        (world.city, "relation"),
        (world.member, "membership"),
        (world.member, "involvement"),
        (world.instrument, "legal_act"),
        (world.member, "text"),
        (world.member, "name"),
    ]
    return [lambda pair=pair: retired(*pair) for pair in pairs]


def restricting(world: World) -> list:
    """Edits that change who may read what, in both directions."""
    statements = [
        world.membership,
        statements_of(world.city, "relation"),
        statements_of(world.member, "name"),
        statements_of(world.member, "trait"),
    ]
    things = [*statements, world.second, world.write.source]
    return [
        lambda subject=subject, tier=tier: restrict(subject, tier)
        for subject in things
        for tier in (Tier.REPRESENTATIVES, Tier.VETTED, Tier.PUBLIC)
    ]


def referring(world: World) -> list:
    """Edits of what statements refer to."""
    write = world.write
    return [
        lambda: reference("source", world.second, short="Second source", key="second-source"),
        lambda: reference("source", write.source, published_by=world.member),
        lambda: reference("term", write.term("identity:women"), labels={"en": "all women"}),
        lambda: reference("term", write.term("identity:women"), source=world.second),
        lambda: reference("term", write.term("identity:women"), code="all_women"),
        lambda: reference("term", write.term("predicate:part_of"), labels={"en": "lies in"}),
        lambda: reference(
            "citation",
            None,
            source=write.source,
            locator="p. 1",
            as_printed="Second 2010",
            cites=world.second,
        ),
    ]


def merging(world: World) -> list:
    """Edits that make one of two, and undo things."""

    def merged(one, into):
        return merge(one, into).propose().accept()

    def undone():
        last = Changeset.objects.accepted().order_by("-number").first()
        return revert(last).propose().accept()

    return [
        lambda: merged(world.speaker, world.member),
        undone,
        lambda: merged(world.city, world.country),
        undone,
        undone,
    ]


def hiding_and_writing(world: World) -> list:
    """Edits that write about what is hidden at that time."""
    write = world.write
    return [
        lambda: change(world.partnership, level=Level.HIDDEN),
        lambda: write.say(
            "membership",
            write.record("organization", "late", "Late"),
            partnership=world.partnership,
        ),
        lambda: change(world.partnership, level=Level.LISTED),
        lambda: change(world.country, level=Level.HIDDEN),
        lambda: write.say(
            "relation",
            write.record("place", "sevilla", "Sevilla"),
            predicate=write.term("predicate:part_of"),
            object=world.country,
        ),
        lambda: change(world.country, level=Level.LISTED),
    ]


EDITS = {
    "hiding and showing a member": shown_again("member"),
    "hiding and showing a partnership": shown_again("partnership"),
    "hiding and showing a speaker": shown_again("speaker"),
    "hiding and showing a country": shown_again("country"),
    "hiding and showing a gathering": shown_again("gathering"),
    "saying otherwise": replacing,
    "saying no longer": retiring,
    "restricting": restricting,
    "changing references": referring,
    "merging and undoing": merging,
    "writing about the hidden": hiding_and_writing,
}


def test_entries_equal_compose_after_load_paper(paper):
    wrong, entries = check()

    assert wrong == []
    assert entries == Entry.objects.count() > 1_000


@pytest.mark.parametrize("name", EDITS)
def test_entries_equal_compose_after_every_edit(world, name):
    differences = {}
    for number, edit in enumerate(EDITS[name](world), 1):
        edit()
        if wrong := differing():
            differences[number] = wrong

    assert differences == {}


def test_entries_equal_compose_after_edits_of_the_paper(paper):
    changesets = []
    for slug in ("picum", "migrante-international", "mx", "us"):
        record = Record.objects.filter(slug=slug).first()
        if record is not None:
            changesets += [{"level": Level.HIDDEN}, {"level": Level.LISTED}]
            for after in changesets[-2:]:
                change(record, **after)
    withdrawn = Record.objects.filter(kind="partnership").order_by("pk").first()
    change(withdrawn, level=Level.WITHDRAWN)

    assert changesets != []
    assert differing() == []


def test_entries_equal_compose_after_days_have_passed(write):
    today = Counter.today()
    soon = today + timedelta(days=2)
    partnership = write.record("partnership", "partnership")
    member = write.record("organization", "member")
    write.say("membership", member, partnership=partnership, edtf=f"2001-01-01/{soon}")
    write.say("trait", member, term=write.term("identity:women"), edtf=f"{soon}/..")
    embargoed = write.record("organization", "embargoed")
    write.say("membership", embargoed, partnership=partnership)
    change(embargoed, level=Level.EMBARGOED, embargo_until=soon)

    days = [today + timedelta(days=number) for number in range(1, 5)]
    differences = {}
    for day in days:
        rebuild_due(day)
        if wrong := differing():
            differences[str(day)] = wrong

    assert differences == {}
    assert Counter.today() == days[-1]
    assert Entry.objects.published().filter(slug="embargoed").count() == 1


def test_entries_equal_compose_after_all_are_written_anew(world):
    assert rebuild_all() == 0
    assert differing() == []


def test_a_proposal_that_is_refused_leaves_entries_alone(world):
    before = list(Entry.objects.order_by("id").values_list("id", "change", "document"))
    changeset = Changeset(reason="A test.")
    changeset.retire(world.membership)
    changeset.propose()
    changeset.reject(None, "No.")

    assert list(Entry.objects.order_by("id").values_list("id", "change", "document")) == before
    assert differing() == []


PLANTED = {
    "document": "UPDATE orgs_entry SET document = replace(document, 'Member', 'Nember')"
    " WHERE slug = 'member'",
    "label": "UPDATE orgs_entry SET label = 'Somebody else' WHERE slug = 'member'",
    "card": "UPDATE orgs_entry SET card = replace(card, 'Member', 'Nember') WHERE slug = 'member'",
    "words": "UPDATE orgs_entry SET words = '' WHERE slug = 'member'",
    "facets": "UPDATE orgs_entry SET facets = '{}' WHERE slug = 'member'",
    "mentions": "UPDATE orgs_entry SET mentions = '{}' WHERE slug = 'member'",
    "names": "UPDATE orgs_entry SET names = '' WHERE slug = 'member'",
    "sort key": "UPDATE orgs_entry SET sort_key = 'zzz' WHERE slug = 'member'",
    "address": "UPDATE orgs_entry SET slug = 'nember' WHERE slug = 'member'",
    "spans": "DELETE FROM orgs_entryspan WHERE entry_id ="
    " (SELECT id FROM orgs_entry WHERE slug = 'member')",
    "state": "UPDATE orgs_entry SET state = 'gone' WHERE slug = 'member'",
    "missing entry": "WITH gone AS (DELETE FROM orgs_entryspan WHERE entry_id ="
    " (SELECT id FROM orgs_entry WHERE slug = 'member'))"
    " DELETE FROM orgs_entry WHERE slug = 'member'",
    "entry of a source": "UPDATE orgs_entry SET document = replace(document, '2010', '2011')"
    " WHERE kind = 'source' AND slug = 'survey-2010'",
    "facets of a source": "UPDATE orgs_entry SET facets = '{}'"
    " WHERE kind = 'source' AND slug = 'second'",
    "label of a term": "UPDATE orgs_entry SET label = 'men'"
    " WHERE kind = 'term' AND slug = 'identity:women'",
    "missing membership": "WITH gone AS (DELETE FROM orgs_entryspan WHERE entry_id IN"
    " (SELECT id FROM orgs_entry WHERE kind = 'membership'))"
    " DELETE FROM orgs_entry WHERE kind = 'membership'",
    "spans of a membership": "DELETE FROM orgs_entryspan WHERE entry_id IN"
    " (SELECT id FROM orgs_entry WHERE kind = 'membership')",
    "hidden record": "UPDATE orgs_record SET level = 'hidden' WHERE slug = 'member'",
    "ledger": "UPDATE orgs_name SET text = 'Nember' WHERE text = 'Member'",
}
"""Ways in which an entry, or the ledger below it, may silently go wrong."""


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_difference_is_found(world, name):
    with connection.cursor() as cursor:
        cursor.execute(PLANTED[name])
        assert cursor.rowcount > 0

    assert len(differing()) > 0


def test_check_command_fails_on_a_planted_difference(world, capsys):
    Entry.objects.filter(slug="member").update(document="{}")

    with pytest.raises(SystemExit) as stopped:
        call_command("reproject", check=True)

    output = capsys.readouterr()
    assert stopped.value.code == 1
    assert "organization member" in output.err


def test_day_of_the_catalogue_is_a_day(world):
    assert isinstance(Counter.today(), date)
