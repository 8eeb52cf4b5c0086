"""Mentions of a hidden record that remain elsewhere: editors see them and hide them, too."""

import pytest

from orgs.changes.changeset import Changeset
from orgs.records.record import Level, Record
from orgs.records.source import Source
from orgs.review.remaining_mentions import hide_mentions, mentions_of, search_terms
from orgs.statements.statement import statement_kinds


@pytest.fixture
def quetzal(write) -> Record:
    """A record with a name, an acronym, a former address and a website."""
    record = write.record("organization", "quetzal-workers", "Unión Quetzál")
    write.say("name", record, text="UQZ", language="und", name_kind="acronym")
    write.say("link", record, url="https://www.union-q.example/about")
    changeset = Changeset(reason="A better address.")
    changeset.change_record(record, slug="union-quetzal")
    changeset.propose().accept()
    return Record.objects.get(pk=record.pk)


@pytest.fixture
def amiga(write) -> Record:
    """Another record, whose sentences name quetzal."""
    return write.record("organization", "amiga", "Amiga")


def mention_texts(record: Record) -> list[str]:
    return [mention.text for mention in mentions_of(record)]


@pytest.mark.parametrize(
    "text",
    [
        "With the UNION QUETZAL in 1999.",
        "with unión quetzál.",
        "UQZ came, too.",
        "See union-q.example for more.",
        "quetzal workers",
    ],
)
@pytest.mark.parametrize("field", ["detail", "quote", "note", "speaker_name", "body"])
def test_a_sentence_about_another_record_is_a_mention(write, quetzal, amiga, text, field):
    values = {"body": "A goal.", "text_kind": "goal", field: text}
    if field == "speaker_name":
        values["voice"] = "quoted"
    write.say("text", amiga, **values)

    assert any(text in mention for mention in mention_texts(quetzal))


def test_a_name_inside_another_word_is_no_mention(write, quetzal, amiga):
    write.say("text", amiga, body="The SUQZA and the union quetzalcoatl.", text_kind="goal")

    assert mention_texts(quetzal) == []


def test_sources_reasons_and_other_entries_are_searched(write, quetzal, amiga):
    write.another_source("report", title="The union quetzal at work", publisher="Press")
    changeset = Changeset(reason="As Unión Quetzál told us.", label="uqz list")
    changeset.add("text", amiga, body="A goal.", text_kind="goal", source=write.source_id)
    change = changeset.propose().accept()
    write.record("organization", "uqz-youth", "UQZ Youth")

    mentions = mentions_of(quetzal)
    codes = {mention.code for mention in mentions}
    assert f"change:{change.number}" in codes
    assert f"source:{Source.objects.get(key='report').pk}" in codes
    assert "" in codes
    assert "/organizations/uqz-youth/" in {mention.path for mention in mentions}


def test_statements_about_the_record_itself_are_no_mentions(write, quetzal):
    write.say("text", quetzal, body="We, the Unión Quetzál.", text_kind="goal")

    assert mention_texts(quetzal) == []


def test_mentions_are_hidden_in_the_same_change(write, quetzal, amiga):
    source = write.another_source("report", title="The union quetzal at work")
    statement = write.say("text", amiga, body="With UQZ.", text_kind="goal")
    quoted_statement = write.say("text", amiga, body="Yes.", text_kind="goal", speaker=quetzal)
    change = Changeset(reason="Its members asked.")
    change.change_record(quetzal, level=Level.NAME_WITHHELD)
    hide_mentions(change, [mention.code for mention in mentions_of(quetzal) if mention.code])
    change.propose().accept()

    model = statement_kinds()["text"]
    assert {
        text.tier
        for text in model.objects.filter(added__in=[statement.number, quoted_statement.number])
    } == {2}
    assert Source.objects.get(pk=source.pk).tier == 2
    assert mentions_of(Record.objects.get(pk=quetzal.pk)) == []


def test_signs_in_a_name_are_escaped(write, amiga):
    record = write.record("organization", "signs", "(a+)+$ [x] .* \\ C++ 'n")
    write.say("text", amiga, body="Then (a+)+$ [x] .* \\ C++ 'n came.", text_kind="goal")

    assert len(mention_texts(record)) == 1


def test_a_name_without_proposals_is_not_searched_for(write):
    record = write.record("organization", "x1", "!!!")

    assert "!!!" not in search_terms(record)
    assert mention_texts(record) == []


def test_names_in_other_scripts_are_mentions(write, amiga):
    record = write.record("organization", "khmer", "សហជីព កម្មករ")
    write.say("text", amiga, body="ជាមួយ សហជីព កម្មករ ឆ្នាំ ១៩៩៩", text_kind="goal")

    assert len(mention_texts(record)) == 1
