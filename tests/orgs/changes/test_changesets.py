"""Changesets: the only way to write, all or nothing, and reversible."""

import copy
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from orgs.access.account import Account
from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.operations import Conflict
from orgs.changes.rebuild import check
from orgs.changes.revert import revert
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryChange
from orgs.records.record import FormerSlug, Level, Record
from orgs.records.source import Tier
from orgs.records.term import Term
from orgs.search.record_history import difference, document_at, record_history
from orgs.search.text import search
from orgs.statements.identifier import Link
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.relation import Relation
from orgs.statements.statement import statement_kinds
from orgs.statements.text import Text
from orgs.statements.trait import Trait
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries_equal_the_ledger(write: Writer):
    """After every test, the entries agree with the ledger."""
    yield
    assert check()[0] == []


@pytest.fixture
def mfa(write: Writer) -> Record:
    return write.record("partnership", "mfa", "Migrant Forum in Asia")


@pytest.fixture
def kapatiran(write: Writer) -> Record:
    return write.record("organization", "kapatiran", "Kapatiran")


def document_of(record: Record) -> dict:
    return json.loads(Entry.objects.get(pk=record.pk).document)


def normalize(value: Any) -> Any:
    """Leave out numbers of statements and their order."""
    if isinstance(value, dict):
        return {name: normalize(child) for name, child in value.items() if name != "statement"}
    if isinstance(value, list):
        return sorted(
            (normalize(child) for child in value),
            key=lambda child: json.dumps(child, sort_keys=True),
        )
    return value


def published_documents() -> dict[str, Any]:
    """Published documents by kind and key; memberships, whose keys change, by kind and label."""
    return {
        f"{entry.kind} {entry.label if entry.kind == 'membership' else entry.key}": normalize(
            {
                name: value
                for name, value in json.loads(entry.document).items()
                if entry.kind != "membership" or name not in ("id", "slug", "url", "api_url")
            }
        )
        for entry in Entry.objects.published()
    }


def search_index_rows() -> dict[str, tuple]:
    """Published records' names, lexemes with weights, and facets."""
    return {
        entry.key: (
            entry.names,
            {
                lexeme: set(re.sub(r"[0-9,]", "", positions))
                for lexeme, positions in re.findall(r"'((?:[^']|'')+)':(\S+)", entry.words)
            },
            sorted(entry.facets),
        )
        for entry in Entry.objects.published().filter(id__in=Record.objects.values("id"))
    }


def rows_of_every_kind() -> dict[str, int]:
    return {code: model.objects.count() for code, model in statement_kinds().items()}


def change_record(**fields) -> Changeset:
    """Change a record: `record`, and its new values. Returns the accepted change."""
    changeset = Changeset(reason="A change of a record.")
    changeset.change_record(Record.objects.get(pk=fields.pop("record").pk), **fields)
    return changeset.propose().accept()


def restrict(thing, tier: Tier) -> Changeset:
    changeset = Changeset(reason="Not for everyone.")
    changeset.restrict(thing, tier)
    return changeset.propose().accept()


# Proposals


def test_proposal_is_in_no_table_of_the_ledger_and_in_no_entry(write, mfa):
    rows, records = rows_of_every_kind(), Record.objects.count()
    entries = list(Entry.objects.order_by("id").values())
    changeset = Changeset(reason="A secret-proposal.")
    new = changeset.record("organization", "secret-proposal")
    changeset.add("name", new, text="secret-proposal", source=write.source_id)
    changeset.add("membership", new, partnership=mfa, source=write.source_id)
    changeset.add("text", mfa, text_kind="goal", body="secret-proposal", source=write.source_id)
    changeset.change_reference("source", write.source, title="secret-proposal")

    changeset.propose()

    assert (changeset.state, changeset.number) == ("proposed", None)
    assert rows_of_every_kind() == rows
    assert Record.objects.count() == records
    assert list(Entry.objects.order_by("id").values()) == entries
    assert Counter.objects.get().number == Changeset.objects.accepted().count()


def test_acceptance_takes_the_next_number_and_records_who_decided(write, mfa):
    editor = Account.objects.create_user("editor@example.org")
    before = Counter.objects.get().number
    changeset = write.changeset("name", mfa, text="MFA", name_kind="acronym")

    accepted = changeset.accept(editor)

    assert accepted is changeset
    assert (changeset.state, changeset.number, changeset.decided_by) == (
        "accepted",
        before + 1,
        editor,
    )
    assert Name.objects.get(text="MFA").added_id == before + 1
    assert [name["text"] for name in document_of(mfa)["names"]] == ["Migrant Forum in Asia", "MFA"]
    assert Entry.objects.get(pk=mfa.pk).change == before + 1


def test_accepted_proposal_drops_what_moved_into_the_ledger(write, mfa):
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=mfa), text="Migrant Forum in Asia (MFA)")
    changeset.restrict(
        Name.objects.get(record=write.record("place", "hk", "Hong Kong")), Tier.REPRESENTATIVES
    )
    changeset.propose().accept()

    assert Changeset.objects.get(pk=changeset.pk).operations.types == {"restricts"}


def test_statements_are_numbered_in_the_order_of_the_proposal(write, mfa):
    late, early = write.another_source("late"), write.source
    changeset = Changeset()
    for text, source in (("b", late), ("a", early), ("d", late), ("c", early)):
        changeset.add("name", mfa, text=text, language="tl", source=source)
    changeset.propose()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SET LOCAL enable_hashjoin = off")
    changeset.accept()

    names = Name.objects.filter(added=changeset.number).order_by("id")
    assert [name.text for name in names] == ["b", "a", "d", "c"]


def test_proposal_that_changes_nothing_is_refused(write):
    with pytest.raises(ValidationError, match="This makes no change"):
        Changeset(reason="Just looking.").propose()

    assert Changeset.objects.proposed().count() == 0


def test_statement_has_only_the_fields_of_its_kind(write, mfa):
    with pytest.raises(ValidationError, match="kind name has no field colour, size"):
        Changeset().add("name", mfa, text="MFA", source=write.source_id, colour="red", size=1)


def test_record_has_only_the_fields_of_records(write, mfa):
    with pytest.raises(ValidationError, match="A record has no key, kind to change"):
        Changeset().change_record(mfa, kind="organization", key="x")


def test_proposal_is_accepted_once(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA")
    again = Changeset.objects.get(pk=changeset.pk)
    changeset.accept()
    number = Counter.objects.get().number

    for late in (again, changeset):
        with pytest.raises(Conflict, match="already been decided"):
            late.accept()

    assert Counter.objects.get().number == number
    assert Name.objects.filter(text="MFA").count() == 1
    assert again.state == "accepted"


def test_rejected_proposal_is_stored_with_its_reason(write, mfa):
    editor = Account.objects.create_user("editor@example.org")
    changeset = write.changeset("name", mfa, text="MFA")
    stored = changeset.operations

    changeset.reject(editor, "The source does not say so.")

    rejected = Changeset.objects.get(pk=changeset.pk)
    assert (rejected.state, rejected.number) == ("rejected", None)
    assert (rejected.decision, rejected.decided_by) == ("The source does not say so.", editor)
    assert rejected.operations == stored
    assert Name.objects.filter(text="MFA").count() == 0


def test_rejection_needs_a_reason(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA")

    with pytest.raises(ValidationError, match="Say why"):
        changeset.reject(None, " \n")

    assert Changeset.objects.get(pk=changeset.pk).state == "proposed"


def test_decision_is_final(write, mfa):
    rejected, accepted = (write.changeset("name", mfa, text=text) for text in ("MFA", "Mfa"))
    rejected.reject(None, "No.")
    accepted.accept()

    with pytest.raises(Conflict, match="already been decided"):
        rejected.accept()
    with pytest.raises(Conflict, match="already been decided"):
        rejected.reject(None, "No, again.")
    with pytest.raises(Conflict, match="already been decided"):
        accepted.reject(None, "No.")

    assert Changeset.objects.get(pk=rejected.pk).decision == "No."
    assert list(Name.objects.filter(record=mfa).values_list("text", flat=True)) == [
        "Migrant Forum in Asia",
        "Mfa",
    ]


def test_changeset_outlives_its_author(write, mfa):
    author = Account.objects.create_user("author@example.org")
    changeset = Changeset(author=author)
    changeset.add("name", mfa, text="MFA", source=write.source_id)
    changeset.propose().accept(author)

    author.delete()

    stored = Changeset.objects.get(pk=changeset.pk)
    assert (stored.author, stored.decided_by, stored.state) == (None, None, "accepted")


# Numbers


def test_numbers_have_no_gaps_and_their_times_never_run_backwards(write, mfa):
    for text in ("MFA", " ", "M.F.A.", "", "Mfa"):
        changeset = write.changeset("name", mfa, text=text)
        if text.strip():
            changeset.accept()
        else:
            with pytest.raises(ValidationError):
                changeset.accept()

    accepted = Changeset.objects.accepted().order_by("number")
    numbers = list(accepted.values_list("number", flat=True))
    times = list(accepted.values_list("decided_at", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert times == sorted(times)
    assert len(set(times)) == len(times)


def test_time_of_a_change_is_later_than_the_last_even_if_the_clock_is_turned_back(write, mfa):
    ahead = datetime(2099, 12, 31, 23, 59, tzinfo=UTC)
    Counter.objects.update(at=ahead)

    change = write.say("name", mfa, text="MFA")

    assert change.decided_at == ahead + timedelta(microseconds=1)
    assert Entry.objects.get(pk=mfa.pk).updated == change.decided_at


def test_refused_proposal_takes_no_number(write, mfa):
    before = Counter.objects.values().get()

    with pytest.raises(ValidationError):
        write.say("name", mfa, text=" ")

    assert Counter.objects.values().get() == before


# Compare and set


def test_second_retirement_of_one_statement_is_a_conflict_that_shows_it(write, mfa, kapatiran):
    name = Name.objects.get(record=mfa)
    first = Changeset()
    first.replace(name, text="Migrant Forum in Asia (MFA)")
    first.propose()
    second = Changeset()
    second.replace(name, text="Migrant Forum, Asia")
    second.add("membership", kapatiran, partnership=mfa, source=write.source_id)
    new = second.record("organization", "new")
    second.add("name", new, text="New", source=write.source_id)
    second.change_reference("source", write.source, title="Another title")
    second.propose()
    stored = copy.deepcopy(second.operations)
    first.accept()
    before, rows = published_documents(), rows_of_every_kind()
    number = Counter.objects.get().number

    with pytest.raises(Conflict, match="Compare both texts") as conflict:
        second.accept()

    assert conflict.value.gone == [name]
    assert [(statement.text, statement.retired_id) for statement in conflict.value.gone] == [
        ("Migrant Forum in Asia", first.number)
    ]
    assert published_documents() == before
    assert rows_of_every_kind() == rows
    assert Counter.objects.get().number == number
    assert not Record.objects.filter(slug="new").exists()
    assert (second.state, second.number, second.operations) == ("proposed", None, stored)
    assert Changeset.objects.get(pk=second.pk).operations == stored


def test_retirement_of_an_absent_statement_is_a_conflict(write, mfa):
    changeset = Changeset()
    changeset.retire(Name(pk=10**15))

    with pytest.raises(Conflict) as conflict:
        changeset.propose().accept()

    assert conflict.value.gone == []


def test_stale_change_of_a_record_is_a_conflict(write, mfa):
    stale = Changeset()
    stale.change_record(mfa, slug="forum")
    stale.propose()
    change_record(record=mfa, slug="migrant-forum")

    with pytest.raises(Conflict, match="This record was changed before you"):
        stale.accept()

    assert Record.objects.get(pk=mfa.pk).slug == "migrant-forum"


def test_stale_change_of_a_source_is_a_conflict(write):
    stale = Changeset()
    stale.change_reference("source", write.source, title="Mine")
    stale.propose()
    other = Changeset()
    other.change_reference("source", write.source, title="Theirs")
    other.propose().accept()

    with pytest.raises(Conflict, match="This was changed before you"):
        stale.accept()

    assert write.source.title == "Theirs"


def test_stale_change_of_a_terms_labels_is_a_conflict(write):
    term = write.term("form:network")
    stale = Changeset()
    stale.change_reference("term", term, labels={"en": "mine"})
    stale.propose()
    other = Changeset()
    other.change_reference("term", term, labels={"en": "theirs", "es": "suyo"})
    other.propose().accept()

    with pytest.raises(Conflict, match="This was changed before you"):
        stale.accept()

    assert Term.objects.get(pk=term.pk).labels == {"en": "theirs", "es": "suyo"}


def test_stale_restriction_is_a_conflict(write, mfa):
    name = Name.objects.get(record=mfa)
    stale = Changeset()
    stale.restrict(name, Tier.VETTED)
    stale.propose()
    restrict(name, Tier.REPRESENTATIVES)

    with pytest.raises(Conflict, match="Who may read this was changed before you"):
        stale.accept()

    assert Name.objects.get(record=mfa).tier == Tier.REPRESENTATIVES


def test_absent_source_is_a_conflict(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA", source=10**15)

    with pytest.raises(Conflict, match="A source that this proposal cites is not in the catalogue"):
        changeset.accept()

    assert Name.objects.filter(text="MFA").count() == 0


def test_absent_record_is_refused(write, mfa):
    changeset = write.changeset("membership", Record(pk=10**15), partnership=mfa)

    with pytest.raises(ValidationError, match="The database refuses this change"):
        changeset.accept()

    assert Changeset.objects.get(pk=changeset.pk).state == "proposed"


def test_conflict_inside_a_larger_transaction_leaves_that_usable(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA")
    changeset.accept()

    with transaction.atomic():
        with pytest.raises(Conflict):
            changeset.accept()
        with pytest.raises(ValidationError):
            write.say("name", mfa, text=" ")
        write.say("name", mfa, text="M.F.A.")

    assert Name.objects.current().filter(record=mfa).count() == 3


# In part


@pytest.fixture
def long_changeset(write: Writer, mfa: Record, kapatiran: Record) -> Changeset:
    changeset = Changeset(reason="Much at once.", label="much")
    changeset.add("name", mfa, text="MFA", source=write.source_id)
    changeset.add("name", mfa, text="M.F.A.", source=write.source_id)
    changeset.add("membership", kapatiran, partnership=mfa, source=write.source_id)
    changeset.retire(Name.objects.get(record=kapatiran))
    changeset.change_record(mfa, slug="forum")
    changeset.record("organization", "new")
    return changeset.propose()


def test_chosen_operations_are_accepted_and_the_rest_stays_a_proposal(
    write, mfa, kapatiran, long_changeset
):
    rest = accept_part(long_changeset, None, {"adds": {"name": [1]}, "records": [0]})

    assert long_changeset.state == "accepted"
    assert long_changeset.operations.types == {"records"}
    assert [name["text"] for name in document_of(mfa)["names"]] == [
        "Migrant Forum in Asia",
        "M.F.A.",
    ]
    assert Record.objects.get(slug="new").kind == "organization"
    assert (rest.state, rest.number, rest.part_of) == ("proposed", None, long_changeset)
    assert (rest.reason, rest.label) == ("Much at once.", "much")
    assert sorted(rest.operations.types) == ["adds", "record_changes", "retires"]
    assert [row["text"] for row in rest.operations.adds["name"]] == ["MFA"]

    rest.accept()

    document = document_of(kapatiran)
    assert (document["names"], len(document["memberships"])) == ([], 1)
    assert document["memberships"][0]["partnership"]["slug"] == "forum"


def test_retirements_are_chosen_by_number(write, kapatiran, long_changeset):
    name = Name.objects.get(record=kapatiran)

    accept_part(long_changeset, None, {"retires": {"name": [name.pk]}})

    assert Name.objects.get(pk=name.pk).retired_id == long_changeset.number


def test_all_operations_chosen_leave_no_rest(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA")

    rest = accept_part(changeset, None, {"adds": {"name": [0]}})

    assert rest == changeset
    assert (changeset.state, Changeset.objects.proposed().count()) == ("accepted", 0)


def test_nothing_chosen_is_refused(write, long_changeset):
    with pytest.raises(ValidationError, match="Choose at least one step"):
        accept_part(long_changeset, None, {"adds": {"name": [7]}})

    assert Changeset.objects.proposed().get() == long_changeset


def test_refused_part_leaves_the_proposal_unchanged(write, mfa):
    changeset = Changeset()
    changeset.add("name", mfa, text="MFA", source=write.source_id)
    changeset.add("name", mfa, text=" ", source=write.source_id)
    changeset.propose()
    stored = copy.deepcopy(changeset.operations)

    with pytest.raises(ValidationError, match="Write the name; it is blank"):
        accept_part(changeset, None, {"adds": {"name": [1]}})

    assert Changeset.objects.proposed().get() == changeset
    assert Changeset.objects.get(pk=changeset.pk).operations == stored
    assert (changeset.state, changeset.operations) == ("proposed", stored)


def test_part_of_a_decided_proposal_is_a_conflict(write, long_changeset):
    long_changeset.reject(None, "No.")

    with pytest.raises(Conflict, match="already been decided"):
        accept_part(long_changeset, None, {"adds": {"name": [0]}})

    assert Changeset.objects.proposed().count() == 0


# Who may read what


def test_restriction_applies_to_all_earlier_changes(write, mfa):
    write.say("text", mfa, text_kind="goal", body="A secret-goal.")
    text = Text.objects.get()
    number = Counter.objects.get().number
    entry = Entry.objects.get(pk=mfa.pk)
    assert document_at(entry, known_at=number)["texts"][0]["body"] == "A secret-goal."

    change = restrict(text, Tier.REPRESENTATIVES)

    entry.refresh_from_db()
    assert Text.objects.get().tier == Tier.REPRESENTATIVES
    assert (entry.change, "secret" in entry.document) == (change.number, False)
    assert "secret" not in entry.words
    assert [document_at(entry, known_at=known)["texts"] for known in range(number, number + 2)] == [
        [],
        [],
    ]
    assert "secret" not in str(record_history(entry))
    assert difference(entry, number - 1, number) == ([], [])
    assert document_at(entry, known_at=number, reader=2)["texts"][0]["body"] == "A secret-goal."


def test_retired_statement_can_be_restricted_in_earlier_changes(write, mfa):
    write.say("text", mfa, text_kind="goal", body="A secret-goal.")
    text = Text.objects.get()
    number = Counter.objects.get().number
    changeset = Changeset()
    changeset.replace(text, body="A goal.")
    changeset.propose().accept()

    restrict(Text.objects.get(pk=text.pk), Tier.REPRESENTATIVES)

    entry = Entry.objects.get(pk=mfa.pk)
    assert document_at(entry, known_at=number)["texts"] == []
    assert [item["body"] for item in document_at(entry, known_at=number + 1)["texts"]] == [
        "A goal."
    ]
    assert "secret" not in str(record_history(entry))


def test_revert_reveals_nothing(write, mfa):
    write.say("text", mfa, text_kind="goal", body="A secret-goal.")
    change = restrict(Text.objects.get(), Tier.REPRESENTATIVES)

    with pytest.raises(ValidationError, match="This makes no change"):
        revert(change).propose()

    assert Text.objects.get().tier == Tier.REPRESENTATIVES
    assert "secret" not in Entry.objects.get(pk=mfa.pk).document


def test_revert_restores_a_statement_at_its_present_tier(write, mfa):
    write.say("text", mfa, text_kind="goal", body="A secret-goal.")
    text = Text.objects.get()
    changeset = Changeset()
    changeset.retire(text)
    changeset.propose().accept()
    restrict(Text.objects.get(), Tier.REPRESENTATIVES)

    revert(changeset).propose().accept()

    assert [text.tier for text in Text.objects.order_by("id")] == [Tier.REPRESENTATIVES] * 2
    assert "secret" not in Entry.objects.get(pk=mfa.pk).document


def test_revealing_is_a_decision_of_its_own(write, mfa):
    write.say("text", mfa, text_kind="goal", body="A goal.")
    restrict(Text.objects.get(), Tier.REPRESENTATIVES)
    hidden = document_of(mfa)

    restrict(Text.objects.get(), Tier.PUBLIC)

    assert (hidden["texts"], len(document_of(mfa)["texts"])) == ([], 1)


def test_restricted_membership_has_no_entry(write, mfa, kapatiran):
    write.say("membership", kapatiran, partnership=mfa)
    restrict(Membership.objects.get(), Tier.VETTED)

    assert document_of(kapatiran)["memberships"] == []
    assert Entry.objects.filter(kind="membership").count() == 0

    restrict(Membership.objects.get(), Tier.PUBLIC)

    assert Entry.objects.get(kind="membership").label == "Kapatiran in Migrant Forum in Asia"


def test_restricted_source_removes_its_statements_from_every_entry(write, mfa, kapatiran):
    leak = write.another_source("secret-leak", title="The secret-leak", tier=Tier.PUBLIC)
    before, index_before = published_documents(), search_index_rows()
    before.pop("source secret-leak")
    write.say("name", mfa, text="The secret-name", source=leak)
    write.say("membership", kapatiran, partnership=mfa, source=leak)
    changeset = Changeset()
    changeset.change_reference("term", write.term("form:network"), source=leak)
    changeset.change_reference(
        "citation", source=write.source_id, locator="1", as_printed="Fox 2008", cites=leak
    )
    changeset.propose().accept()
    number = Counter.objects.get().number

    restrict(leak, Tier.REPRESENTATIVES)

    assert "secret" not in json.dumps(published_documents())
    assert search_index_rows() == index_before
    assert Entry.objects.filter(kind="membership").count() == 0
    assert Entry.objects.filter(key="secret-leak").count() == 0
    assert search(Entry.objects.published(), "secret").count() == 0
    assert "secret" not in str(document_at(Entry.objects.get(pk=mfa.pk), known_at=number))
    assert "secret" not in str(record_history(Entry.objects.get(pk=mfa.pk)))
    assert normalize(document_of(mfa)) == before[f"partnership {mfa.key}"]


def test_republished_source_restores_its_statements(write, mfa, kapatiran):
    write.say("membership", kapatiran, partnership=mfa)
    write.say("name", mfa, text="MFA")
    before, index_before = published_documents(), search_index_rows()
    restrict(write.source, Tier.REPRESENTATIVES)
    between = published_documents()

    restrict(write.source, Tier.PUBLIC)

    assert "membership Kapatiran in Migrant Forum in Asia" in before
    assert "membership Kapatiran in Migrant Forum in Asia" not in between
    assert published_documents() == before
    assert search_index_rows() == index_before


# Levels of records


def test_hidden_record_vanishes_from_every_entry(write, mfa, kapatiran):
    secret = write.record("partnership", "secret-network", "The secret-network")
    before = published_documents(), search_index_rows()
    before[0].pop(f"partnership {secret.key}")
    before[1].pop(str(secret.key))
    write.say("membership", kapatiran, partnership=secret)
    write.say("membership", secret, partnership=mfa)
    write.say("relation", mfa, predicate=write.terms["predicate:collaborates_with"], object=secret)
    number = Counter.objects.get().number

    change = change_record(record=secret, level=Level.HIDDEN)

    assert "secret" not in json.dumps(published_documents())
    assert (published_documents(), search_index_rows()) == before
    assert Entry.objects.filter(pk=secret.pk).count() == 0
    assert Entry.objects.filter(kind="membership").count() == 0
    assert search(Entry.objects.published(), "secret").count() == 0
    gone = EntryChange.objects.get(entry=secret.pk, change=change.number)
    assert (gone.key, gone.state) == (str(secret.key), "gone")
    for record in (mfa, kapatiran):
        entry = Entry.objects.get(pk=record.pk)
        assert "secret" not in str(document_at(entry, known_at=number))
        assert "secret" not in str(record_history(entry))


def test_voice_of_a_hidden_speaker_loses_its_name(write, mfa):
    secret = write.record("organization", "secret-speaker", "The secret-speaker")
    write.say("name", mfa, text="MFA", voice="quoted", speaker=secret)
    number = Counter.objects.get().number

    change_record(record=secret, level=Level.HIDDEN)

    entry = Entry.objects.get(pk=mfa.pk)
    assert [item["speaker"] for item in document_of(mfa)["names"]] == [None, None]
    assert "secret" not in str(document_at(entry, known_at=number))


@pytest.mark.parametrize(
    "level", [Level.HIDDEN, Level.WITHDRAWN, Level.NAME_WITHHELD, Level.EMBARGOED]
)
def test_relisted_record_is_as_it_was(write, mfa, kapatiran, level):
    write.say("membership", kapatiran, partnership=mfa)
    write.say("membership", mfa, partnership=write.record("partnership", "mri", "Rights"))
    write.say("name", kapatiran, text="Brotherhood", voice="quoted", speaker=mfa)
    before = published_documents(), search_index_rows()

    change = change_record(record=mfa, level=level, embargo_until=date(2999, 1, 1))
    between = published_documents()
    revert(change).propose().accept()

    assert between != before[0]
    assert (published_documents(), search_index_rows()) == before


def test_withdrawn_record_leaves_an_empty_tombstone(write, mfa, kapatiran):
    write.say("membership", kapatiran, partnership=mfa)

    change = change_record(record=mfa, level=Level.WITHDRAWN)

    entry = Entry.objects.get(pk=mfa.pk)
    assert (entry.state, entry.label, entry.card, entry.words) == ("gone", "", "{}", "")
    assert (entry.slug, entry.names, entry.facets, entry.mentions) == (str(mfa.key), "", [], [])
    assert json.loads(entry.document) == {
        "id": str(mfa.key),
        "kind": "partnership",
        "state": "gone",
    }
    assert (entry.gone_on, entry.gone_reason) == (change.decided_at.date(), "request")
    assert entry.spans.count() == 0
    assert document_of(kapatiran)["memberships"] == []
    assert Entry.objects.filter(kind="membership").count() == 0


def test_withheld_name_is_shown_nowhere(write, mfa, kapatiran):
    write.say("membership", kapatiran, partnership=mfa)
    write.say("membership", mfa, partnership=write.record("partnership", "mri", "Rights"))
    write.say("text", mfa, text_kind="goal", body="The goal of the Forum.")
    number = Counter.objects.get().number

    change_record(record=mfa, level=Level.NAME_WITHHELD)

    entry = Entry.objects.get(pk=mfa.pk)
    document = document_of(mfa)
    assert (entry.label, entry.slug, entry.names) == ("Name withheld", str(mfa.key), "")
    assert (document["names"], document["texts"], len(document["memberships"])) == ([], [], 1)
    assert document_of(kapatiran)["memberships"][0]["partnership"] == {
        "id": str(mfa.key),
        "kind": "partnership",
        "slug": str(mfa.key),
        "label": "Name withheld",
        "url": f"/organizations/{mfa.key}/",
        "api_url": f"/api/v1/organizations/{mfa.key}/",
    }
    assert "Forum" not in json.dumps(published_documents())
    assert "mfa" not in json.dumps(published_documents())
    assert search(Entry.objects.published(), "forum").count() == 0
    for record in (mfa, kapatiran):
        recalled = str(document_at(Entry.objects.get(pk=record.pk), known_at=number))
        assert "Forum" not in recalled
        assert "mfa" not in recalled


def test_embargoed_record_is_not_published_before_its_day(write, mfa):
    change_record(record=mfa, level=Level.EMBARGOED, embargo_until=date(2999, 1, 1))

    assert Entry.objects.filter(pk=mfa.pk).count() == 0


def test_embargo_of_a_past_day_hides_nothing(write, mfa):
    change_record(record=mfa, level=Level.EMBARGOED, embargo_until=date(2010, 10, 8))

    assert Entry.objects.get(pk=mfa.pk).state == "published"


# Addresses and names


def test_former_address_still_leads_to_the_record(write, mfa, kapatiran):
    write.say("membership", kapatiran, partnership=mfa)

    change_record(record=mfa, slug="forum")
    change_record(record=mfa, slug="migrant-forum")

    assert sorted(FormerSlug.objects.values_list("slug", "record")) == [
        ("forum", mfa.pk),
        ("mfa", mfa.pk),
    ]
    assert Entry.objects.get(pk=mfa.pk).slug == "migrant-forum"
    mentioned = document_of(kapatiran)["memberships"][0]["partnership"]
    assert (mentioned["slug"], mentioned["url"]) == (
        "migrant-forum",
        "/organizations/migrant-forum/",
    )


def test_former_address_can_be_taken_back(write, mfa):
    change = change_record(record=mfa, slug="forum")

    revert(change).propose().accept()

    assert Record.objects.get(pk=mfa.pk).slug == "mfa"
    assert list(FormerSlug.objects.values_list("slug", "record")) == [("forum", mfa.pk)]


def test_former_address_leads_to_the_last_record_that_had_it(write, mfa, kapatiran):
    change_record(record=mfa, slug="forum")
    change_record(record=kapatiran, slug="mfa")
    change_record(record=kapatiran, slug="brotherhood")

    assert FormerSlug.objects.get(slug="mfa").record_id == kapatiran.pk


def test_former_address_of_a_new_record_leads_to_the_last_that_had_it(write, mfa):
    change_record(record=mfa, slug="forum")
    new = write.record("organization", "mfa", "Another")

    change_record(record=new, slug="another")

    assert FormerSlug.objects.get(slug="mfa").record_id == new.pk


def test_renamed_record_is_renamed_wherever_it_is_mentioned(write, mfa, kapatiran):
    write.say("membership", kapatiran, partnership=mfa)
    changeset = Changeset()
    changeset.change_reference("source", write.source, published_by=mfa)
    changeset.propose().accept()
    write.say("name", kapatiran, text="Brotherhood", voice="quoted", speaker=mfa)

    changeset = Changeset()
    changeset.replace(Name.objects.get(record=mfa), text="Forum of Asian Migrants")
    changeset.propose().accept()

    document = document_of(kapatiran)
    entry = Entry.objects.get(pk=kapatiran.pk)
    source = json.loads(Entry.objects.get(key="survey-2010").document)
    assert document["memberships"][0]["partnership"]["label"] == "Forum of Asian Migrants"
    assert [item["speaker"] and item["speaker"]["label"] for item in document["names"]] == [
        None,
        "Forum of Asian Migrants",
    ]
    assert (entry.change, "forum" in entry.words) == (changeset.number, True)
    assert source["published_by"]["label"] == "Forum of Asian Migrants"
    assert Entry.objects.get(kind="membership").label == "Kapatiran in Forum of Asian Migrants"
    assert "Migrant Forum in Asia" not in json.dumps(published_documents())


# Sources and terms


def test_new_title_of_a_source_is_shown_wherever_it_is_cited(write, mfa):
    changeset = Changeset()
    changeset.change_reference("source", write.source, title="A new title", short="Survey (2010)")
    changeset.propose().accept()

    cited = [(item["short"], item["title"]) for item in document_of(mfa)["sources"]]
    entry = Entry.objects.get(key="survey-2010")
    assert cited == [("Survey (2010)", "A new title")]
    assert (entry.label, json.loads(entry.document)["title"]) == ("Survey (2010)", "A new title")


def test_new_label_of_a_term_is_shown_wherever_it_is_used(write, mfa):
    write.say("trait", mfa, term=write.terms["identity:women"])

    changeset = Changeset()
    changeset.change_reference("term", write.term("identity:women"), labels={"en": "womanhood"})
    changeset.propose().accept()

    entry = Entry.objects.get(pk=mfa.pk)
    assert document_of(mfa)["traits"]["identity"][0]["label"] == "womanhood"
    assert ("womanhood" in entry.words, "women" in entry.words) == (True, False)
    assert Entry.objects.get(key="identity:women").label == "womanhood"


def test_edited_source_is_edited_back(write, mfa):
    before = published_documents()
    changeset = Changeset()
    changeset.change_reference(
        "source", write.source, title="A new title", urls=["https://x.example"]
    )
    changeset.propose().accept()
    between = published_documents()

    revert(changeset).propose().accept()

    assert between != before
    assert published_documents() == before


def test_later_observation_of_a_source_leaves_earlier_statements_unchanged(write, mfa):
    changeset = Changeset()
    changeset.change_reference("source", write.source, observed="2012")
    changeset.propose().accept()

    assert [item["observed"] for item in document_of(mfa)["names"]] == ["2010"]
    assert [item["observed"] for item in document_of(mfa)["sources"]] == ["2012"]


def test_citation_is_shown_by_both_sources(write):
    other = write.another_source("book-2008")
    changeset = Changeset()
    changeset.change_reference(
        "citation", source=write.source_id, locator="page 4", as_printed="Book 2008", cites=other
    )
    changeset.propose().accept()

    citing, cited = (
        json.loads(Entry.objects.get(key=key).document) for key in ("survey-2010", "book-2008")
    )
    assert [(item["as_printed"], item["cites"]) for item in citing["citations"]] == [
        ("Book 2008", "book-2008")
    ]
    assert [(item["as_printed"], item["source"]) for item in cited["cited_by"]] == [
        ("Book 2008", "survey-2010")
    ]


# Reverting


def test_reverted_change_is_undone(write, mfa):
    before = published_documents(), search_index_rows()
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=mfa), text="Another name")
    changeset.add("text", mfa, text_kind="goal", body="A goal.", source=write.source_id)
    changeset.change_record(mfa, slug="forum")
    changeset.change_reference("term", write.term("form:network"), labels={"en": "net"})
    changeset.propose().accept()

    undo = revert(changeset, reason="It was a mistake.").propose().accept()

    assert (undo.reverts, undo.reason) == (changeset, "It was a mistake.")
    assert (published_documents(), search_index_rows()) == before


def test_reverted_revert_is_the_change_again(write, mfa):
    changeset = Changeset()
    changeset.replace(Name.objects.get(record=mfa), text="Another name")
    changeset.change_record(mfa, slug="forum")
    changeset.propose().accept()
    between = published_documents(), search_index_rows()

    undo = revert(changeset).propose().accept()
    revert(undo).propose().accept()

    assert (published_documents(), search_index_rows()) == between


def test_change_is_undone_once(write, mfa):
    change = write.say("name", mfa, text="MFA")
    revert(change).propose().accept()

    with pytest.raises(Conflict) as conflict:
        revert(change).propose().accept()

    assert [statement.text for statement in conflict.value.gone] == ["MFA"]


def test_proposal_that_was_not_accepted_has_nothing_to_undo(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA")

    with pytest.raises(ValidationError, match="Only an accepted change can be undone"):
        revert(changeset)


def test_undone_new_record_is_withdrawn_and_can_come_back(write, mfa):
    changeset = Changeset()
    new = changeset.record("organization", "new")
    changeset.add("name", new, text="New", source=write.source_id)
    changeset.add("membership", new, partnership=mfa, source=write.source_id)
    changeset.propose().accept()
    with_it = published_documents(), search_index_rows()

    undo = revert(changeset).propose().accept()

    tombstone = Entry.objects.get(pk=new.pk)
    assert (tombstone.state, tombstone.gone_reason) == ("gone", "mistake")
    assert tombstone.gone_on == undo.decided_at.date()

    revert(undo).propose().accept()

    assert (published_documents(), search_index_rows()) == with_it


# Merging


def test_merged_record_leads_to_the_survivor(write, mfa, kapatiran):
    double = write.record("partnership", "forum", "The Forum")
    write.say("membership", kapatiran, partnership=double)
    write.say("text", double, text_kind="goal", body="A goal.")

    merger = merge(double, mfa).propose().accept()

    entry = Entry.objects.get(pk=double.pk)
    assert (entry.state, entry.successor, entry.label) == ("merged", str(mfa.key), "")
    assert (entry.card, entry.names, entry.words, entry.facets) == ("{}", "", "", [])
    assert json.loads(entry.document) == {
        "id": str(double.key),
        "kind": "partnership",
        "state": "merged",
    }
    document = document_of(mfa)
    assert [(item["text"], item["name_kind"], item["preferred"]) for item in document["names"]] == [
        ("Migrant Forum in Asia", "official", True),
        ("The Forum", "variant", False),
    ]
    assert [item["body"] for item in document["texts"]] == ["A goal."]
    assert document_of(kapatiran)["memberships"][0]["partnership"]["slug"] == "mfa"
    assert Entry.objects.get(kind="membership").label == "Kapatiran in Migrant Forum in Asia"
    assert merger.reason == "Two entries described the same thing."


def test_equal_statements_of_both_records_are_merged(write, mfa, kapatiran):
    double = write.record("organization", "kapatiran-hk", "Kapatiran")
    for record in (kapatiran, double):
        write.say("membership", record, partnership=mfa, edtf="1994/..")
        write.say("trait", record, term=write.terms["identity:women"])

    merge(double, kapatiran).propose().accept()

    document = document_of(kapatiran)
    assert [item["text"] for item in document["names"]] == ["Kapatiran"]
    assert (len(document["memberships"]), len(document["traits"]["identity"])) == (1, 1)


def test_equal_statements_of_others_about_both_are_merged(write, mfa, kapatiran):
    double = write.record("partnership", "forum", "The Forum")
    for partnership in (mfa, double):
        write.say("membership", kapatiran, partnership=partnership, edtf="1994/..")

    merge(double, mfa).propose().accept()

    memberships = document_of(kapatiran)["memberships"]
    assert [item["partnership"]["slug"] for item in memberships] == ["mfa"]


def test_statements_between_two_records_end_with_their_merger(write, mfa, kapatiran):
    double = write.record("organization", "kapatiran-hk", "Kapatiran")
    predicate = write.terms["predicate:collaborates_with"]
    write.say("relation", double, predicate=predicate, object=kapatiran)
    write.say("relation", kapatiran, predicate=predicate, object=double)

    merge(double, kapatiran).propose().accept()

    assert document_of(kapatiran)["relations"] == []
    assert Relation.objects.current().count() == 0


def test_merged_speaker_has_the_name_of_the_survivor(write, mfa, kapatiran):
    double = write.record("partnership", "forum", "The Forum")
    write.say("name", kapatiran, text="Brotherhood", voice="quoted", speaker=double)
    changeset = Changeset()
    changeset.change_reference("source", write.source, published_by=double)
    changeset.propose().accept()

    merge(double, mfa).propose().accept()

    speaker = document_of(kapatiran)["names"][1]["speaker"]
    publisher = json.loads(Entry.objects.get(key="survey-2010").document)["published_by"]
    assert (speaker["id"], speaker["label"]) == (str(mfa.key), "Migrant Forum in Asia")
    assert (publisher["id"], publisher["label"]) == (str(mfa.key), "Migrant Forum in Asia")


def test_reverted_merge_restores_everything(write, mfa, kapatiran):
    double = write.record("partnership", "forum", "The Forum")
    mri = write.record("partnership", "mri", "Migrant Rights International")
    place = write.record("place", "ph", "Philippines")
    write.say("membership", kapatiran, partnership=double, edtf="1994/..", quote="as printed")
    write.say("membership", kapatiran, partnership=mfa, voice="own")
    write.say("membership", double, partnership=mri)
    write.say("presence", double, place=place, role="seat", note="odd")
    write.say("text", double, text_kind="goal", body="A goal.", voice="quoted", speaker=kapatiran)
    write.say("trait", double, term=write.terms["identity:women"], confidence="implied")
    write.say("trait", mfa, term=write.terms["identity:women"], confidence="implied")
    write.say("figure", double, measure=write.terms["measure:participants"], low=100)
    write.say("contact", double, contact_kind="email", value="secret@forum.example")
    before, index_before = published_documents(), search_index_rows()

    merger = merge(double, mfa).propose().accept()
    between = published_documents()
    revert(merger).propose().accept()

    assert between != before
    assert published_documents() == before
    assert search_index_rows() == index_before
    assert Record.objects.get(pk=double.pk).successor is None


def test_record_is_not_merged_into_a_merged_one(write, mfa):
    double = write.record("partnership", "forum", "Forum")
    this_way = merge(double, mfa).propose()
    that_way = merge(mfa, double).propose()
    this_way.accept()

    with pytest.raises(Conflict):
        that_way.accept()

    assert Record.objects.get(pk=mfa.pk).successor is None


@pytest.mark.parametrize("other", ["organization", "same"])
def test_only_two_records_of_one_kind_can_be_merged(write, mfa, kapatiran, other):
    with pytest.raises(ValidationError, match="Only two different records of one kind"):
        merge(mfa, mfa if other == "same" else kapatiran)


# Dry runs


def test_dry_run_stores_nothing_and_takes_no_number(write, mfa):
    changeset = write.changeset("name", mfa, text="MFA")
    before = published_documents(), rows_of_every_kind(), Counter.objects.values().get()

    assert changeset.dry_run() == []

    assert (published_documents(), rows_of_every_kind(), Counter.objects.values().get()) == before
    assert Changeset.objects.get(pk=changeset.pk).state == "proposed"


def test_dry_run_refuses_what_acceptance_would_refuse(write, mfa):
    blank = write.changeset("name", mfa, text=" ")
    stale = Changeset()
    stale.retire(Name.objects.get(record=mfa))
    stale.propose()
    changeset = Changeset()
    changeset.retire(Name.objects.get(record=mfa))
    changeset.propose().accept()

    with pytest.raises(ValidationError, match="Write the name; it is blank"):
        blank.dry_run()
    with pytest.raises(ValidationError, match="Another person changed this before you"):
        stale.dry_run()


def test_mirrored_sphere_follows_the_public_statements(write, kapatiran):
    write.say("trait", kapatiran, term=write.terms["sphere:market"])
    spheres = [Record.objects.get(pk=kapatiran.pk).sphere]
    restrict(Trait.objects.get(), Tier.REPRESENTATIVES)
    spheres.append(Record.objects.get(pk=kapatiran.pk).sphere)
    restrict(Trait.objects.get(), Tier.PUBLIC)
    restrict(write.source, Tier.REPRESENTATIVES)
    spheres.append(Record.objects.get(pk=kapatiran.pk).sphere)

    assert spheres == ["market", "", ""]


def test_proposal_made_before_a_record_was_hidden_reveals_nothing(write: Writer) -> None:
    record = write.record("organization", "workers-centre")
    write.say("link", record, url="https://centre.example/")
    link = Link.objects.get(record=record)
    changeset = Changeset(reason="A better address.")
    changeset.replace(link, url="https://centre.example/new")
    changeset.propose()
    hiding = Changeset(reason="For safety.")
    hiding.restrict(link, Tier.REPRESENTATIVES)
    hiding.propose().accept()

    with pytest.raises(Conflict) as refusal:
        changeset.accept()

    assert str(refusal.value).startswith("This proposal replaces a hidden text")
    assert list(Link.objects.current().values_list("url", "tier")) == [
        ("https://centre.example/", Tier.REPRESENTATIVES)
    ]
