"""Representatives answer what the public page of their entry shows, and read nothing else."""

import json
import re
from datetime import date

import pytest

from orgs.changes.changeset import Changeset
from orgs.profiles.draft import Draft
from orgs.profiles.drafts import form_key
from orgs.records.record import Level, Record
from orgs.records.source import Tier
from orgs.statements.statement import statement_kinds
from orgs.statements.text import Text
from tests.support.pages import page_of
from tests.support.profiles import (
    PROFILE,
    ProfileEditor,
    organization,
    submit,
    trust_representatives,
)

SECRET = "quetzalcanary"
NO_NUMBER = 4_000_000_000


@pytest.fixture
def ana(write) -> ProfileEditor:
    """A representative of an organization about which others state one public sentence."""
    record = write.record("organization", "mujeres-en-red", "Mujeres en Red")
    write.record("place", "mx", "Mexico")
    write.say("text", record, body="They are quiet.", text_kind="summary")
    return ProfileEditor(write.representative(record).account)


def changed(record: Record, **after) -> Record:
    """The record with other values, for example another level."""
    changeset = Changeset()
    changeset.change_record(record, **after)
    changeset.propose().accept()
    return Record.objects.get(pk=record.pk)


@pytest.fixture
def foreign(write, ana) -> dict[str, int]:
    """Statements outside the public document of the own entry."""
    mine, mexico = organization(), Record.objects.get(slug="mx")

    def text(record, **more) -> int:
        write.say("text", record, body=SECRET, text_kind="summary", **more)
        return Text.objects.order_by("-id").values_list("id", flat=True)[0]

    numbers = {"another organization": text(write.record("organization", "luz"))}
    for level, more in (
        (Level.HIDDEN, {}),
        (Level.WITHDRAWN, {"withdrawn_reason": "request"}),
        (Level.EMBARGOED, {"embargo_until": date(9999, 1, 1)}),
        (Level.NAME_WITHHELD, {}),
    ):
        record = write.record("organization", f"secret-{level.replace('_', '-')}")
        numbers[level] = text(record)
        changed(record, level=level, **more)
    restricted = write.another_source("restricted", tier=int(Tier.REPRESENTATIVES))
    numbers["a restricted source about the own entry"] = text(mine, source=restricted)
    numbers["a restricted statement about the own entry"] = text(mine, tier=Tier.VETTED)
    hidden = changed(write.record("place", "refuge", SECRET), level=Level.HIDDEN)
    write.say("presence", mine, place=hidden, role="acts_in", detail=SECRET)
    presences = statement_kinds()["presence"].objects
    numbers["a hidden place of the own entry"] = presences.get(place=hidden).pk
    write.say("presence", hidden, place=mexico, role="acts_in", detail=SECRET)
    numbers["a hidden place"] = presences.get(record=hidden).pk
    numbers["no statement"] = NO_NUMBER
    return numbers


def posted(ana: ProfileEditor, number: int, **more):
    """Send an answer with a valid key of the own entry."""
    key = form_key(ana.account.pk, organization().pk)
    sent = {"key": key, "seen": "{}", "tab": "t", "how": "no", "detail": "Never.", **more}
    return ana.browser.post(f"{PROFILE}answers/{number}/", sent)


def without_number(answer, number: int) -> bytes:
    """A response without the number that was requested."""
    return re.sub(
        rb"(?<=answers/)%d(?=/)|(?<=answers%%2F)%d(?=%%2F)" % (number, number), b"#", answer.content
    )


def pages(ana: ProfileEditor) -> str:
    """The text of all profile pages."""
    tails = ("", "preview/", "answers/", "about/", "where/", "networks/")
    return " ".join(ana.browser.get(PROFILE + tail).content.decode() for tail in tails)


def test_only_what_the_own_public_entry_says_can_be_answered(ana, foreign):
    absent = {}
    for how in ({}, {"by_itself": "1"}, {"how": "other", "body": "x", "place": "mx"}):
        for label, number in foreign.items():
            answer = posted(ana, number, **how)
            assert answer.status_code == 404, (label, how)
            response_text = without_number(answer, number)
            assert absent.setdefault(str(how), response_text) == response_text, (label, how)
            shown = ana.browser.get(f"{PROFILE}answers/{number}/")
            assert shown.status_code == 404, label
    assert not Draft.objects.exclude(typed={}).exists()
    assert SECRET not in pages(ana)


@pytest.mark.parametrize("how", ["no", "other"])
def test_draft_that_holds_a_foreign_number_prints_and_sends_nothing_of_it(ana, foreign, how):
    trust_representatives()
    refusals = set()
    for label, number in foreign.items():
        typed = json.dumps({"how": how, "detail": "Never.", "body": "Ours."})
        Draft.objects.update_or_create(
            account=ana.account,
            record=organization(),
            defaults={"typed": {f"answer.{number}": {"was": "", "typed": typed, "by": "t"}}},
        )
        assert SECRET not in pages(ana), label
        answer = submit(ana)
        assert answer.status_code == 400, label
        refusals.add(page_of(answer).main.text.replace(str(number), "#"))
    assert len(refusals) == 1
    assert "The statement that you answer was retired" in refusals.pop()
    assert not Changeset.objects.filter(author=ana.account).exists()


def test_answer_to_a_retired_statement_can_be_withdrawn(ana):
    number = Text.objects.get().pk
    ana.type(f"{PROFILE}answers/{number}/", how="no", detail="We shout.")
    changeset = Changeset()
    changeset.retire(Text.objects.get())
    changeset.propose().accept()

    page = ana.open(f"{PROFILE}answers/")
    assert "We shout." in page.main.text
    ana.type(f"{PROFILE}answers/", **{f"answer.{number}": "yes"}, go="preview")
    assert not Draft.objects.exclude(typed={}).exists()
