"""What the ledger refuses to say about undertakings, legal acts and the context of places."""

import json
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from campaigns.models import InvolvementRole
from orgs.changes.changeset import Changeset
from orgs.projection.entry import Entry
from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.records.source import Tier
from orgs.statements.refusal_messages import SENTENCES, rule_sentences, sentence_of
from orgs.statements.statement import statement_kinds
from orgs.statements.validation import find_errors
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db

CAST = (
    ("place", "ph"),
    ("place", "mx"),
    ("organization", "fiob"),
    ("partnership", "mfa"),
    ("gathering", "pga"),
    ("campaign", "vote"),
    ("instrument", "icrmw"),
    ("project", "3x1"),
    ("demand", "not-migrate"),
    ("case", "hong-kong"),
)

KINDS = {
    code: model for code, model in statement_kinds().items() if model._meta.app_label == "campaigns"
}

A_SOUND_ONE = {
    "involvement": ("fiob", {"undertaking": "@vote", "role": "leads"}),
    "legal_act": ("icrmw", {"act": "ratified", "actor": "@ph", "edtf": "1995-07-05"}),
    "context": ("ph", {"dimension": "#dimension:freedom_of_association", "value": "restricted"}),
}
"""For each kind of statement: what it is about, and values that nothing is wrong with."""

ALLOWED = {
    "gathering": {"convenor", "hosts", "supports", "opposes", "funds", "participates", "target"},
    "campaign": {
        "convenor",
        "leads",
        "joins",
        "supports",
        "opposes",
        "funds",
        "participates",
        "target",
    },
    "project": {"leads", "joins", "supports", "opposes", "funds", "participates", "target"},
    "instrument": {"supports", "opposes", "participates", "target"},
    "demand": {"raises", "supports", "opposes", "target"},
    "case": {"leads", "participates", "supports", "opposes", "target"},
}
"""The parts that an actor can take in each kind of undertaking."""


class Case(NamedTuple):
    """A statement that breaks one rule; `field` is where the form reports it early."""

    rule: str
    kind: str
    about: str
    values: dict[str, Any]
    field: str = ""
    early_error: str = ""
    before: tuple[tuple[str, str, dict[str, Any]], ...] = ()

    def __str__(self) -> str:
        return self.rule


CASES = (
    Case("involvement_role", "involvement", "fiob", {"undertaking": "@icrmw", "role": "leads"}),
    Case("involvement_role", "involvement", "fiob", {"undertaking": "@pga", "role": "raises"}),
    Case(
        "legalact_act_known",
        "legal_act",
        "icrmw",
        {"act": "praised"},
        "act",
        "Value 'praised' is not a valid choice.",
    ),
    Case(
        "legalact_once_per_speaker",
        "legal_act",
        "icrmw",
        {"act": "ratified", "actor": "@ph", "edtf": "1996"},
        before=(("legal_act", "icrmw", {"act": "ratified", "actor": "@ph", "edtf": "1995"}),),
    ),
    # No actor counts as one: "adopted without a vote" is said once, too.
    Case(
        "legalact_once_per_speaker",
        "legal_act",
        "icrmw",
        {"act": "adopted", "edtf": "1991"},
        before=(("legal_act", "icrmw", {"act": "adopted", "edtf": "1990-12-18"}),),
    ),
    Case(
        "context_setting_known",
        "context",
        "ph",
        {
            "dimension": "#dimension:freedom_of_association",
            "value": "restricted",
            "setting": "in_jest",
        },
        "setting",
        "Value 'in_jest' is not a valid choice.",
    ),
    Case(
        "context_value_not_blank",
        "context",
        "ph",
        {"dimension": "#dimension:freedom_of_association", "value": " \n "},
        "value",
    ),
    Case(
        "statement_about_kind",
        "involvement",
        "vote",
        {"undertaking": "@pga", "role": "supports"},
        "record",
    ),
    Case("statement_about_kind", "legal_act", "vote", {"act": "adopted"}, "record"),
    Case(
        "statement_about_kind",
        "context",
        "fiob",
        {"dimension": "#dimension:freedom_of_association", "value": "restricted"},
        "record",
    ),
    Case(
        "statement_object_kind", "legal_act", "icrmw", {"act": "signed", "actor": "@vote"}, "actor"
    ),
    Case(
        "statement_object_kind",
        "context",
        "ph",
        {
            "dimension": "#dimension:freedom_of_association",
            "value": "freer",
            "comparator": "@fiob",
        },
        "comparator",
    ),
    Case(
        "statement_term_scheme",
        "context",
        "ph",
        {"dimension": "#identity:women", "value": "restricted"},
        "dimension",
    ),
)

IN_EVERY_KIND = ("when_is_edtf", "words_known", "one_speaker", "retired_later")
"""The rules that every kind of statement has; a test below breaks each of them in each kind."""

STAND_BEHIND_A_TRIGGER = {"involvement_role_known"}
"""The trigger knows every role there is, so a role that is none is refused by the trigger."""


@pytest.fixture
def cast(write: Writer) -> dict[str, Record]:
    changeset = Changeset(reason="A cast.")
    records = {slug: changeset.record(kind, slug) for kind, slug in CAST}
    changeset.propose().accept()
    return records


def meant(write: Writer, cast: dict[str, Record], values: dict[str, Any]) -> dict[str, Any]:
    """Values with @slug as the record and #scheme:code as the term."""
    filled: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str) and value.startswith("@"):
            filled[name] = cast[value[1:]]
        elif isinstance(value, str) and value.startswith("#"):
            filled[name] = write.terms[value[1:]]
        else:
            filled[name] = value
    return filled


def refused(changeset: Changeset) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        changeset.accept()

    assert Changeset.objects.values_list("state", "number").get(pk=changeset.pk) == (
        "proposed",
        None,
    )
    return refusal.value.messages


def document_of(record: Record) -> dict:
    return json.loads(Entry.objects.get(pk=record.pk).document)


def test_every_rule_of_these_kinds_is_broken_by_a_case():
    constraints = {
        constraint.name for model in KINDS.values() for constraint in model._meta.constraints
    }
    triggers = {name for model in KINDS.values() for name in model.sentences}

    broken = {case.rule for case in CASES if case.rule not in SENTENCES}
    broken |= {
        f"{model._meta.model_name}_{rule}" for model in KINDS.values() for rule in IN_EVERY_KIND
    }

    assert broken | STAND_BEHIND_A_TRIGGER == constraints | triggers


def test_database_has_every_rule(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint UNION SELECT indexrelid::regclass::text"
            " FROM pg_index WHERE indisunique"
        )
        there = {row[0] for row in cursor.fetchall()}

    wanted = {constraint.name for model in KINDS.values() for constraint in model._meta.constraints}
    assert wanted - there == set()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ledger_refuses_with_the_sentence_of_the_rule(write, cast, case):
    for kind, about, values in case.before:
        write.say(kind, cast[about], **meant(write, cast, values))
    changeset = write.changeset(case.kind, cast[case.about], **meant(write, cast, case.values))
    row = dict(changeset.operations.adds[case.kind][0])
    sentence = (rule_sentences() | SENTENCES)[case.rule]

    assert refused(changeset) == [sentence]
    assert find_errors(case.kind, [row]) == (
        {0: [(case.field, case.early_error or sentence)]} if case.field else {}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_valid_statement_is_accepted(write, cast, kind):
    about, values = A_SOUND_ONE[kind]
    changeset = write.changeset(kind, cast[about], **meant(write, cast, values))

    assert find_errors(kind, changeset.operations.adds[kind]) == {}
    assert changeset.accept().number == Changeset.objects.accepted().count()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_the_common_rules(write, cast, kind):
    about, values = A_SOUND_ONE[kind]
    sound = meant(write, cast, values)
    name = KINDS[kind]._meta.model_name
    both = {"speaker": cast["mfa"], "speaker_name": "Migrant Forum in Asia"}
    broken = (
        ("when_is_edtf", {"edtf": "circa 1990"}, "edtf", ""),
        ("words_known", {"voice": "rumour"}, "voice", "Value 'rumour' is not a valid choice."),
        (
            "words_known",
            {"confidence": "certain"},
            "confidence",
            "Value 'certain' is not a valid choice.",
        ),
        ("words_known", {"tier": 3}, "tier", "Value 3 is not a valid choice."),
        ("one_speaker", both, "speaker_name", ""),
    )

    for rule, wrong, field, early_error in broken:
        changeset = write.changeset(kind, cast[about], **{**sound, **wrong})
        row = dict(changeset.operations.adds[kind][0])
        sentence = rule_sentences()[f"{name}_{rule}"]

        assert (rule, refused(changeset)) == (rule, [sentence])
        assert (rule, find_errors(kind, [row])) == (rule, {0: [(field, early_error or sentence)]})


@pytest.mark.parametrize("kind", KINDS)
def test_statement_is_retired_by_a_later_change_only(write, cast, kind):
    about, values = A_SOUND_ONE[kind]
    number = write.say(kind, cast[about], **meant(write, cast, values)).number
    model = KINDS[kind]

    with pytest.raises(DatabaseError) as error, transaction.atomic():
        model.objects.filter(added=number).update(retired=number)

    assert sentence_of(error.value) == rule_sentences()[f"{model._meta.model_name}_retired_later"]


@pytest.mark.parametrize("kind", KINDS)
def test_statement_is_about_its_kinds_of_record_alone(write, cast, kind):
    sound = meant(write, cast, A_SOUND_ONE[kind][1])
    if kind == "context":
        sound["comparator"] = None
    by_kind = {record.kind: record for record in cast.values()}
    allowed = set(KINDS[kind].about_kinds)
    assert set(by_kind) == set(Kind.values)

    rows = {
        kind_of: write.changeset(kind, record, **sound).operations.adds[kind][0]
        for kind_of, record in by_kind.items()
    }
    sentence = SENTENCES["statement_about_kind"]

    assert find_errors(kind, list(rows.values())) == {
        position: [("record", sentence)]
        for position, kind_of in enumerate(rows)
        if kind_of not in allowed
    }
    for kind_of in sorted(set(by_kind) - allowed):
        assert refused(write.changeset(kind, by_kind[kind_of], **sound)) == [sentence]


# Who takes which part in what


def test_actor_takes_the_parts_that_fit_the_undertaking(write, cast):
    undertakings = {record.kind: record for record in cast.values() if record.kind in ALLOWED}

    for kind, undertaking in undertakings.items():
        for role in InvolvementRole.values:
            changeset = write.changeset(
                "involvement", cast["fiob"], undertaking=undertaking, role=role
            )
            if role in ALLOWED[kind]:
                changeset.accept()
            else:
                assert refused(changeset) == [rule_sentences()["involvement_role"]]

    assert len(document_of(cast["fiob"])["involvements"]) == sum(map(len, ALLOWED.values()))


@pytest.mark.parametrize("slug", ["ph", "fiob", "mfa"])
def test_nobody_takes_part_in_a_place_or_an_actor(write, cast, slug):
    changeset = write.changeset("involvement", cast["mfa"], undertaking=cast[slug], role="supports")
    row = dict(changeset.operations.adds["involvement"][0])

    assert refused(changeset) == [rule_sentences()["involvement_role"]]
    assert find_errors("involvement", [row]) == {
        0: [("undertaking", SENTENCES["statement_object_kind"])]
    }


def test_role_that_is_none_is_refused(write, cast):
    changeset = write.changeset(
        "involvement", cast["fiob"], undertaking=cast["vote"], role="attends"
    )
    row = dict(changeset.operations.adds["involvement"][0])

    assert refused(changeset) == [rule_sentences()["involvement_role"]]
    assert find_errors("involvement", [row]) == {
        0: [("role", "Value 'attends' is not a valid choice.")]
    }


def test_part_that_no_longer_fits_can_be_retired_and_hidden(write, cast):
    for slug in ("fiob", "mfa"):
        write.say("involvement", cast[slug], undertaking=cast["vote"], role="leads")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_involvementrule WHERE kind = 'campaign'")
    involvements = KINDS["involvement"].objects

    changeset = Changeset()
    changeset.retire(involvements.get(record=cast["fiob"]))
    changeset.restrict(involvements.get(record=cast["mfa"]), Tier.VETTED)
    changeset.propose().accept()

    assert [document_of(cast[slug])["involvements"] for slug in ("fiob", "mfa")] == [[], []]


def test_participants_are_found_and_the_undertaking_stays_as_it_was(write, cast):
    before = Entry.objects.filter(pk=cast["vote"].pk).values().get()

    write.say("involvement", cast["fiob"], undertaking=cast["vote"], role="leads", veto=True)

    entries = Entry.objects.published().holding(["involved_in"], [str(cast["vote"].pk)])
    one = document_of(cast["fiob"])["involvements"][0]
    assert [entry.slug for entry in entries] == ["fiob"]
    assert (one["role"], one["veto"], one["undertaking"]["slug"]) == ("leads", True, "vote")
    assert Entry.objects.filter(pk=cast["vote"].pk).values().get() == before


# Legal acts


@pytest.mark.parametrize(
    "otherwise",
    [
        {"act": "signed"},
        {"actor": "@mx"},
        {"actor": "@mfa"},
        {"voice": "editor"},
        {"speaker_name": "The United Nations"},
    ],
)
def test_legal_act_is_said_once_by_one_speaker_of_one_actor(write, cast, otherwise):
    act_values = {"act": "ratified", "actor": "@ph", "edtf": "1995"}
    write.say("legal_act", cast["icrmw"], **meant(write, cast, act_values))

    write.say("legal_act", cast["icrmw"], **meant(write, cast, {**act_values, **otherwise}))

    assert len(document_of(cast["icrmw"])["legal_acts"]) == 2


def test_two_sources_may_date_an_adoption_by_nobody_differently(write, cast):
    other = write.another_source("treaty-series")
    write.say("legal_act", cast["icrmw"], act="adopted", edtf="1990-12-18")

    write.say("legal_act", cast["icrmw"], act="adopted", edtf="1990-12-17", source=other)

    acts = document_of(cast["icrmw"])["legal_acts"]
    assert [(one["actor"], one["when"], one["disputed"]) for one in acts] == [
        (None, "1990-12-18", True),
        (None, "1990-12-17", True),
    ]


def test_retired_legal_act_can_be_said_again(write, cast):
    write.say("legal_act", cast["icrmw"], act="adopted", edtf="1990")
    changeset = Changeset()
    changeset.replace(KINDS["legal_act"].objects.get(), edtf="1990-12-18")
    changeset.propose().accept()

    acts = document_of(cast["icrmw"])["legal_acts"]
    assert [one["when"] for one in acts] == ["1990-12-18"]


# Context


def test_finding_about_a_place_may_compare_it_with_another(write, cast):
    write.say(
        "context",
        cast["ph"],
        dimension=write.terms["dimension:freedom_of_association"],
        value="freer",
        setting="in_practice",
        constituency="domestic workers",
        comparator=cast["mx"],
    )

    one = document_of(cast["ph"])["context"][0]
    assert (one["dimension"], one["value"], one["setting"]) == (
        "freedom_of_association",
        "freer",
        "in_practice",
    )
    assert (one["constituency"], one["comparator"]["slug"]) == ("domestic workers", "mx")
    entries = Entry.objects.published().holding(["dimension"], ["freedom_of_association"])
    assert [entry.slug for entry in entries] == ["ph"]
