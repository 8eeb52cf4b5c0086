"""What a body says of itself is its own: nobody else says it, alters it or takes it back."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.apply import accept_part
from orgs.changes.changeset import Changeset
from orgs.changes.merging import merge
from orgs.changes.ownership import SENTENCES
from orgs.changes.rebasing import rebase
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
    """A body that somebody may speak for."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.representative(record)
    return record


def said(write: Writer, record: Record, body: str = "Nosotras mismas.", **values) -> Text:
    """Let a body say something of itself, and return it."""
    changeset = write.changeset_of(record)
    changeset.add("text", record, body=body, language="es", text_kind="own_words", voice="own",
               source=own_source(changeset, record), **values)  # fmt: skip
    changeset.propose().accept()
    return Text.objects.current().latest("id")


def refused(changeset: Changeset, rule: str) -> None:
    """Assert that a proposal is refused by this rule, and left as it was."""
    before = Text.objects.values_list("id", "retired", "tier")
    stored = list(before)
    changeset.propose()
    with pytest.raises(ValidationError) as error:
        changeset.accept()
    assert (error.value.code, error.value.messages) == (rule, [str(SENTENCES[rule])])
    assert (changeset.state, changeset.number) == (Changeset.State.PROPOSED, None)
    assert list(before.all()) == stored


def test_body_says_alters_and_takes_back_its_own_words(write, red):
    first = said(write, red)
    other = write.changeset_of(red)
    other.replace(first, body="Otra cosa.")
    other.propose().accept()
    last = write.changeset_of(red)
    last.retire(Text.objects.current().get())
    last.propose().accept()

    assert [one.body for one in Text.objects.order_by("id")] == ["Nosotras mismas.", "Otra cosa."]
    assert not Text.objects.current().exists()


@pytest.mark.parametrize("act", ["add", "replace", "retire"])
def test_nobody_else_touches_its_words(write, red, act):
    own = said(write, red)
    changeset = Changeset(author=editor())
    if act == "add":
        changeset.add(
            "text", red, body="Forged.", text_kind="goal", voice="own", source=own.source_id
        )
    elif act == "replace":
        changeset.replace(own, body="Forged.")
    else:
        changeset.retire(own)

    refused(changeset, "own_words")


@pytest.mark.parametrize(
    "change",
    [
        {"published_by": None},
        {"source_kind": "report"},
        {"observed": "1999"},
    ],
)
def test_nobody_makes_its_words_anothers(write, red, change):
    own = said(write, red)
    changeset = Changeset(author=editor())
    changeset.change_reference("source", own.source, **change)

    refused(changeset, "own_words")


def test_nobody_makes_the_words_of_others_its_own(write, red):
    write.say("text", red, body="A survey says.", text_kind="summary")
    changeset = Changeset(author=editor())
    changeset.change_reference("source", write.source, source_kind="own", published_by=red)

    refused(changeset, "own_words")


def test_everybody_else_hides_its_words_but_does_not_show_them(write, red):
    own = said(write, red)
    hide = Changeset(author=editor())
    hide.restrict(own, Tier.REPRESENTATIVES)
    hide.propose().accept()
    own.refresh_from_db()
    show = Changeset(author=Account.objects.get(email="editor@example.org"))
    show.restrict(own, Tier.PUBLIC)

    assert own.tier == Tier.REPRESENTATIVES
    refused(show, "own_words")


def test_whoever_undoes_a_proposal_takes_back_exactly_that(write, red):
    first = said(write, red)
    changeset = write.changeset_of(red)
    changeset.replace(first, body="Otra cosa.")
    changeset.propose().accept()

    revert(changeset, author=editor()).propose().accept()

    assert [one.body for one in Text.objects.current()] == ["Nosotras mismas."]
    forged = revert(changeset, author=Account.objects.get(email="editor@example.org"))
    forged.operations.retires = {"text": [Text.objects.current().get().pk]}
    forged.operations.adds["text"][0]["body"] = "Forged."
    refused(forged, "own_words")


def test_undoing_can_be_undone(write, red):
    said(write, red)
    changeset = Changeset.objects.accepted().first()
    undo = revert(changeset, author=editor()).propose().accept()
    revert(undo).propose().accept()

    assert [one.body for one in Text.objects.current()] == ["Nosotras mismas."]


def test_proposal_on_behalf_leaves_the_words_of_others_alone(write, red):
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
        refused(changeset, "words_of_others")


def test_proposal_on_behalf_needs_an_author_who_may_speak_when_it_is_accepted(write, red):
    own = said(write, red)
    changeset = write.changeset_of(red)
    changeset.replace(own, body="Otra cosa.")
    Representative.objects.update(ended=Representative.objects.get().since)
    stranger = Changeset(author=editor(), on_behalf=red)
    stranger.retire(own)
    nobody = Changeset(on_behalf=red)
    nobody.retire(own)

    for one in (changeset, stranger, nobody):
        refused(one, "not_its_voice")


def test_body_does_not_speak_in_the_source_of_another(write, red):
    luz = write.record("organization", "luz")
    write.representative(luz, "luz@example.org")
    own = said(write, luz)
    changeset = write.changeset_of(red)
    changeset.add("text", red, body="Forged.", text_kind="goal", voice="own", source=own.source_id)

    refused(changeset, "words_of_others")


def test_first_words_of_two_proposals_stand_in_one_source(write, red):
    changesets = []
    for text in ("Cantamos.", "Bailamos."):
        changeset = write.changeset_of(red)
        source = own_source(changeset, red)
        changeset.add("text", red, body=text, text_kind="own_words", voice="own", source=source)
        changesets.append(changeset.propose())
    changesets[0].accept()

    rebase(changesets[1])
    changesets[1].accept()

    assert {one.source.published_by for one in Text.objects.current()} == {red}
    assert sorted(one.body for one in Text.objects.current()) == ["Bailamos.", "Cantamos."]


def test_merge_carries_own_words_to_the_survivor_unaltered(write, red):
    luz = write.record("organization", "luz")
    net = write.record("partnership", "net")
    write.representative(luz, "luz@example.org")
    said(write, red)
    changeset = write.changeset_of(red)
    changeset.add(
        "membership", red, partnership=net, voice="own", source=own_source(changeset, red)
    )
    changeset.add("name", red, text="La Red", voice="own", source=own_source(changeset, red))
    changeset.propose().accept()

    merger = merge(red, luz, author=editor()).propose().accept()

    own = Source.objects.get(source_kind="own")
    assert own.published_by == luz
    assert [(one.record, one.body) for one in Text.objects.current()] == [(luz, "Nosotras mismas.")]
    assert [one.record for one in Membership.objects.current()] == [luz]
    answer = Changeset(on_behalf=luz, author=Account.objects.get(email="luz@example.org"))
    answer.replace(Text.objects.current().get(), body="Ahora somos una.")
    answer.propose().accept()
    with pytest.raises(ValidationError):
        accept_part(merger, None, {"retires": {"text": []}})


@pytest.mark.parametrize("forgery", ["drop", "alter", "take the source alone"])
def test_merge_that_would_alter_own_words_is_refused(write, red, forgery):
    luz = write.record("organization", "luz")
    said(write, red)
    merger = merge(red, luz, author=editor())
    if forgery == "drop":
        del merger.operations.adds["text"]
    elif forgery == "alter":
        merger.operations.adds["text"][0]["body"] = "Forged."
    else:
        merger.operations.record_changes.clear()

    refused(merger, "own_words")


def test_merge_can_be_undone(write, red):
    luz = write.record("organization", "luz")
    said(write, red)
    merger = merge(red, luz, author=editor()).propose().accept()

    revert(merger, author=Account.objects.get(email="editor@example.org")).propose().accept()

    assert [one.record for one in Text.objects.current()] == [red]
    assert Source.objects.get(source_kind="own").published_by == red


def test_editors_screen_refuses_to_alter_own_words(write, red):
    said(write, red)
    browser = signed_in(editor())
    page = address(red.pk)

    answer = browser.post(page, {**typed(browser.get(page)), "text-0-body": "Forged."})

    assert str(SENTENCES["own_words"]) in " ".join(answer.content.decode().split())
    assert [one.body for one in Text.objects.all()] == ["Nosotras mismas."]


def test_import_refuses_rows_in_the_name_of_a_body(write, red, tmp_path, capsys):
    own = said(write, red)
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


def test_source_of_a_body_is_called_as_the_body_and_withheld_with_it(write, red):
    said(write, red)
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
            f"{one.label} {one.document} {one.names} {one.card}" for one in Entry.objects.all()
        )
        assert "Mujeres" not in output
    assert not Entry.objects.filter(kind="source", key__startswith="own-").exists()
