"""Statements in an organization's own voice, which only its representatives add, edit or retire."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.changes.merger import merge
from orgs.changes.ownership import SENTENCES
from orgs.changes.rebase import rebase
from orgs.changes.revert import revert
from orgs.profiles.own_source import own_source
from orgs.projection.entry import Entry
from orgs.records.record import Level, Record
from orgs.records.source import Source, Tier
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.text import Text
from tests.support.admin import address, editor, signed_in, typed
from tests.support.writing import Writer


@pytest.fixture
def red(write: Writer) -> Record:
    """An organization that has a representative."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.representative(record)
    return record


def add_own_text(write: Writer, record: Record, body: str = "Nosotras mismas.", **values) -> Text:
    """Accept a text of a representative. Returns it."""
    changeset = write.changeset_of(record)
    changeset.add("text", record, body=body, language="es", text_kind="own_words", voice="own",
               source=own_source(changeset, record), **values)  # fmt: skip
    changeset.propose().accept()
    return Text.objects.current().latest("id")


def assert_refused(changeset: Changeset, rule: str) -> None:
    """Check that acceptance fails by this rule and changes nothing."""
    before = Text.objects.values_list("id", "retired", "tier")
    stored = list(before)
    changeset.propose()
    with pytest.raises(ValidationError) as error:
        changeset.accept()
    assert (error.value.code, error.value.messages) == (rule, [str(SENTENCES[rule])])
    assert (changeset.state, changeset.number) == (Changeset.State.PROPOSED, None)
    assert list(before.all()) == stored


def test_organization_adds_alters_and_retires_its_own_texts(write, red):
    first = add_own_text(write, red)
    other = write.changeset_of(red)
    other.replace(first, body="Otra cosa.")
    other.propose().accept()
    last = write.changeset_of(red)
    last.retire(Text.objects.current().get())
    last.propose().accept()

    assert [text.body for text in Text.objects.order_by("id")] == ["Nosotras mismas.", "Otra cosa."]
    assert not Text.objects.current().exists()


@pytest.mark.parametrize("act", ["add", "replace", "retire"])
def test_others_cannot_change_its_texts(write, red, act):
    own = add_own_text(write, red)
    changeset = Changeset(author=editor())
    if act == "add":
        changeset.add(
            "text", red, body="Forged.", text_kind="goal", voice="own", source=own.source_id
        )
    elif act == "replace":
        changeset.replace(own, body="Forged.")
    else:
        changeset.retire(own)

    assert_refused(changeset, "own_words")


@pytest.mark.parametrize(
    "change",
    [
        {"published_by": None},
        {"source_kind": "report"},
        {"observed": "1999"},
    ],
)
def test_its_texts_cannot_be_given_to_another_source(write, red, change):
    own = add_own_text(write, red)
    changeset = Changeset(author=editor())
    changeset.change_reference("source", own.source, **change)

    assert_refused(changeset, "own_words")


def test_texts_of_others_cannot_become_its_own(write, red):
    write.say("text", red, body="A survey says.", text_kind="summary")
    changeset = Changeset(author=editor())
    changeset.change_reference("source", write.source, source_kind="own", published_by=red)

    assert_refused(changeset, "own_words")


def test_others_may_hide_its_texts_but_not_show_them(write, red):
    own = add_own_text(write, red)
    hide = Changeset(author=editor())
    hide.restrict(own, Tier.REPRESENTATIVES)
    hide.propose().accept()
    own.refresh_from_db()
    show = Changeset(author=Account.objects.get(email="editor@example.org"))
    show.restrict(own, Tier.PUBLIC)

    assert own.tier == Tier.REPRESENTATIVES
    assert_refused(show, "own_words")


def test_undoing_a_proposal_takes_back_exactly_that(write, red):
    first = add_own_text(write, red)
    changeset = write.changeset_of(red)
    changeset.replace(first, body="Otra cosa.")
    changeset.propose().accept()

    revert(changeset, author=editor()).propose().accept()

    assert [text.body for text in Text.objects.current()] == ["Nosotras mismas."]
    forged = revert(changeset, author=Account.objects.get(email="editor@example.org"))
    forged.operations.retires = {"text": [Text.objects.current().get().pk]}
    forged.operations.adds["text"][0]["body"] = "Forged."
    assert_refused(forged, "own_words")


def test_undoing_can_be_undone(write, red):
    add_own_text(write, red)
    changeset = Changeset.objects.accepted().first()
    undo = revert(changeset, author=editor()).propose().accept()
    revert(undo).propose().accept()

    assert [text.body for text in Text.objects.current()] == ["Nosotras mismas."]


def test_proposal_on_behalf_cannot_change_statements_of_others(write, red):
    write.say("text", red, body="A survey says.", text_kind="summary")
    survey = Text.objects.get()
    retires, hides, forges = (
        write.changeset_of(red),
        write.changeset_of(red),
        write.changeset_of(red),
    )
    retires.retire(survey)
    hides.restrict(survey, Tier.REPRESENTATIVES)
    forges.add("text", red, body="Nobody said.", text_kind="summary", source=write.source)

    for changeset in (retires, hides, forges):
        assert_refused(changeset, "words_of_others")


def test_proposal_on_behalf_needs_a_representative_when_it_is_accepted(write, red):
    own = add_own_text(write, red)
    changeset = write.changeset_of(red)
    changeset.replace(own, body="Otra cosa.")
    Representative.objects.update(ended=Representative.objects.get().since)
    stranger = Changeset(author=editor(), on_behalf=red)
    stranger.retire(own)
    unsigned = Changeset(on_behalf=red)
    unsigned.retire(own)

    for proposal in (changeset, stranger, unsigned):
        assert_refused(proposal, "not_its_voice")


def test_organization_cannot_use_the_source_of_another(write, red):
    luz = write.record("organization", "luz")
    write.representative(luz, "luz@example.org")
    own = add_own_text(write, luz)
    changeset = write.changeset_of(red)
    changeset.add("text", red, body="Forged.", text_kind="goal", voice="own", source=own.source_id)

    assert_refused(changeset, "words_of_others")


def test_first_texts_of_two_proposals_share_one_source(write, red):
    changesets = []
    for text in ("Cantamos.", "Bailamos."):
        changeset = write.changeset_of(red)
        source = own_source(changeset, red)
        changeset.add("text", red, body=text, text_kind="own_words", voice="own", source=source)
        changesets.append(changeset.propose())
    changesets[0].accept()

    rebase(changesets[1])
    changesets[1].accept()

    assert {text.source.published_by for text in Text.objects.current()} == {red}
    assert sorted(text.body for text in Text.objects.current()) == ["Bailamos.", "Cantamos."]


def test_merge_carries_own_texts_to_the_survivor_unaltered(write, red):
    luz = write.record("organization", "luz")
    net = write.record("partnership", "net")
    write.representative(luz, "luz@example.org")
    add_own_text(write, red)
    changeset = write.changeset_of(red)
    changeset.add(
        "membership", red, partnership=net, voice="own", source=own_source(changeset, red)
    )
    changeset.add("name", red, text="La Red", voice="own", source=own_source(changeset, red))
    changeset.propose().accept()

    merger = merge(red, luz, author=editor()).propose().accept()

    own = Source.objects.get(source_kind="own")
    assert own.published_by == luz
    assert [(text.record, text.body) for text in Text.objects.current()] == [
        (luz, "Nosotras mismas.")
    ]
    assert [text.record for text in Membership.objects.current()] == [luz]
    answer = Changeset(on_behalf=luz, author=Account.objects.get(email="luz@example.org"))
    answer.replace(Text.objects.current().get(), body="Ahora somos una.")
    answer.propose().accept()
    with pytest.raises(ValidationError):
        accept_part(merger, None, {"retires": {"text": []}})


@pytest.mark.parametrize("forgery", ["drop", "alter", "take the source alone"])
def test_merge_that_would_alter_own_texts_is_refused(write, red, forgery):
    luz = write.record("organization", "luz")
    add_own_text(write, red)
    merger = merge(red, luz, author=editor())
    if forgery == "drop":
        del merger.operations.adds["text"]
    elif forgery == "alter":
        merger.operations.adds["text"][0]["body"] = "Forged."
    else:
        merger.operations.record_changes.clear()

    assert_refused(merger, "own_words")


def test_merge_can_be_undone(write, red):
    luz = write.record("organization", "luz")
    add_own_text(write, red)
    merger = merge(red, luz, author=editor()).propose().accept()

    revert(merger, author=Account.objects.get(email="editor@example.org")).propose().accept()

    assert [text.record for text in Text.objects.current()] == [red]
    assert Source.objects.get(source_kind="own").published_by == red


def test_admin_refuses_to_alter_own_texts(write, red):
    add_own_text(write, red)
    browser = signed_in(editor())
    page = address(red.pk)

    answer = browser.post(page, {**typed(browser.get(page)), "text-0-body": "Forged."})

    assert str(SENTENCES["own_words"]) in " ".join(answer.content.decode().split())
    assert [text.body for text in Text.objects.all()] == ["Nosotras mismas."]


def test_import_refuses_rows_in_the_name_of_an_organization(write, red, tmp_path, capsys):
    own = add_own_text(write, red)
    file = tmp_path / "texts.csv"
    file.write_text(
        "record,body,text_kind,source\n"
        f"mujeres-en-red,Forged.,goal,{own.source.key}\n"
        "mujeres-en-red,A survey says.,goal,survey-2010\n"
    )

    with pytest.raises(CommandError):
        call_command("import_records", file, kind="text", accept=True, verbosity=0)

    output = capsys.readouterr().out
    assert output.count(str(SENTENCES["own_words"])) == 1
    assert Text.objects.count() == 1


def test_own_source_has_the_name_of_its_organization_and_is_withheld_with_it(write, red):
    add_own_text(write, red)
    source = Entry.objects.get(kind="source", key__startswith="own-")
    assert (source.label, source.read()["title"]) == ("Mujeres en Red", "Mujeres en Red")

    rename = Changeset()
    rename.replace(Name.objects.get(), text="Mujeres Unidas")
    rename.propose().accept()
    source.refresh_from_db()
    assert source.label == "Mujeres Unidas"

    for level in (Level.NAME_WITHHELD, Level.HIDDEN):
        changeset = Changeset()
        changeset.change_record(Record.objects.get(pk=red.pk), level=level)
        changeset.propose().accept()
        output = " ".join(
            f"{entry.label} {entry.document} {entry.names} {entry.card}"
            for entry in Entry.objects.all()
        )
        assert "Mujeres" not in output
    assert not Entry.objects.filter(kind="source", key__startswith="own-").exists()
