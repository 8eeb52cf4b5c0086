"""What the ledger refuses to say, and what contradictions it lets stand.

Each rule is a constraint or a trigger of the database with a sentence of its own. The first test
walks all of them: a rule that no case below breaks fails it.
"""

import copy
import json
import re
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from orgs.changes.changeset import Changeset
from orgs.records.record import Kind, Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Tier
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.relation import RelationRule
from orgs.statements.rules import SENTENCES, rule_sentences, sentence_of
from orgs.statements.statement import Voice, statement_kinds
from orgs.statements.trait import Trait
from orgs.statements.validation import find_errors
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db

CAST = (
    ("place", "ph"),
    ("place", "hk"),
    ("organization", "kapatiran"),
    ("organization", "fiob"),
    ("partnership", "mfa"),
    ("partnership", "mri"),
    ("gathering", "pga"),
    ("gathering", "gfmd"),
    ("campaign", "vote"),
)

KINDS = {
    code: model for code, model in statement_kinds().items() if model._meta.app_label == "orgs"
}

A_SOUND_ONE = {
    "arena_placement": ("kapatiran", {"arena": "ngo"}),
    "existence": ("kapatiran", {"event": "founded"}),
    "name": ("kapatiran", {"text": "Kapatiran"}),
    "text": ("kapatiran", {"text_kind": "goal", "body": "To vote."}),
    "presence": ("kapatiran", {"place": "@ph", "role": "acts_in"}),
    "membership": ("kapatiran", {"partnership": "@mfa"}),
    "coverage": ("kapatiran", {"field": "arenas", "verdict": "found"}),
    "trait": ("kapatiran", {"term": "#identity:women"}),
    "figure": ("kapatiran", {"measure": "#measure:participants", "low": 100}),
    "relation": ("kapatiran", {"predicate": "#predicate:collaborates_with", "object": "@fiob"}),
    "identifier": ("kapatiran", {"scheme": "hk-registry", "value": "007"}),
    "link": ("kapatiran", {"url": "https://kapatiran.example/"}),
    "contact": ("kapatiran", {"contact_kind": "email", "value": "office@kapatiran.example"}),
    "withheld": ("kapatiran", {"field": "contacts", "reason": "safety"}),
}
"""For each kind of statement: what it is about, and values that nothing is wrong with."""


class Case(NamedTuple):
    """A statement that breaks one rule.

    `field` is where the rule is judged before anything is sent: "" if only acceptance can tell.
    `judged` is what stands there if it is not the rule's own sentence. `before` are statements
    that the ledger holds already.
    """

    rule: str
    kind: str
    about: str
    values: dict[str, Any]
    field: str = ""
    judged: str = ""
    before: tuple[tuple[str, str, dict[str, Any]], ...] = ()

    def __str__(self) -> str:
        return self.rule


def no_choice(value: object) -> str:
    return f"Value {value!r} is not a valid choice."


CASES = (
    # Arenas: footnote 2, seen from a new placement.
    Case("arena_gathering_only_space", "arena_placement", "pga", {"arena": "ngo"}),
    Case(
        "arena_never_state",
        "arena_placement",
        "kapatiran",
        {"arena": "ngo"},
        before=(("trait", "kapatiran", {"term": "#sphere:state"}),),
    ),
    Case(
        "arena_never_state",
        "arena_placement",
        "kapatiran",
        {"arena": "media", "reason": "It prints a newspaper."},
        before=(("trait", "kapatiran", {"term": "#sphere:intergovernmental"}),),
    ),
    Case(
        "arena_market_needs_reason",
        "arena_placement",
        "kapatiran",
        {"arena": "membership", "reason": " \n"},
        before=(("trait", "kapatiran", {"term": "#sphere:market"}),),
    ),
    # The same, seen from a new sphere.
    Case(
        "trait_sphere",
        "trait",
        "kapatiran",
        {"term": "#sphere:state"},
        before=(("arena_placement", "kapatiran", {"arena": "media"}),),
    ),
    Case(
        "trait_sphere",
        "trait",
        "kapatiran",
        {"term": "#sphere:intergovernmental"},
        before=(("arena_placement", "kapatiran", {"arena": "ngo", "reason": "It advises."}),),
    ),
    Case(
        "trait_sphere",
        "trait",
        "kapatiran",
        {"term": "#sphere:market"},
        before=(("arena_placement", "kapatiran", {"arena": "membership"}),),
    ),
    Case("trait_sphere_of_an_actor", "trait", "ph", {"term": "#sphere:state"}),
    Case("trait_purpose", "trait", "kapatiran", {"term": "#categorization:migrant_vs_diaspora"}),
    Case(
        "trait_purpose",
        "trait",
        "kapatiran",
        {"term": "#categorization:migrant_vs_diaspora", "purpose": " \t"},
    ),
    Case(
        "existence_event_known",
        "existence",
        "kapatiran",
        {"event": "dreamt"},
        "event",
        no_choice("dreamt"),
    ),
    # A source of 2010 cannot have seen what happened later: it was planned at most.
    *(
        Case(
            "existence_planned_is_not_held",
            "existence",
            "pga",
            {"event": event, "edtf": edtf},
            "edtf",
        )
        for event, edtf in (("held", "2011"), ("founded", "2012-11-06"), ("ended", "2011/.."))
    ),
    Case("name_not_blank", "name", "kapatiran", {"text": " \u2003\n"}, "text"),
    Case(
        "name_kind_known",
        "name",
        "kapatiran",
        {"text": "K", "name_kind": "nickname"},
        "name_kind",
        no_choice("nickname"),
    ),
    *(
        Case("name_language_valid", "name", "kapatiran", {"text": "K", "language": tag}, "language")
        for tag in ("English", "e", "en_GB", "en-", "12")
    ),
    Case(
        "name_one_preferred",
        "name",
        "kapatiran",
        {"text": "Brotherhood", "language": "en", "preferred": True},
    ),
    Case("text_not_blank", "text", "kapatiran", {"text_kind": "goal", "body": "  \n\n  "}, "body"),
    Case(
        "text_kind_known",
        "text",
        "kapatiran",
        {"text_kind": "poem", "body": "To vote."},
        "text_kind",
        no_choice("poem"),
    ),
    Case(
        "text_language_valid",
        "text",
        "kapatiran",
        {"text_kind": "goal", "body": "To vote.", "language": "Tagalog"},
        "language",
    ),
    Case(
        "presence_role_known",
        "presence",
        "kapatiran",
        {"place": "@ph", "role": "hides_in"},
        "role",
        no_choice("hides_in"),
    ),
    # One speaker gives one seat at a time.
    Case(
        "presence_one_seat_at_a_time",
        "presence",
        "kapatiran",
        {"place": "@hk", "role": "seat"},
        before=(("presence", "kapatiran", {"place": "@ph", "role": "seat"}),),
    ),
    Case(
        "presence_one_seat_at_a_time",
        "presence",
        "kapatiran",
        {"place": "@hk", "role": "seat", "edtf": "2008/2010"},
        before=(("presence", "kapatiran", {"place": "@ph", "role": "seat", "edtf": "1998/2008"}),),
    ),
    Case(
        "membership_grade_known",
        "membership",
        "kapatiran",
        {"partnership": "@mfa", "grade": "friend"},
        "grade",
        no_choice("friend"),
    ),
    Case("membership_not_in_itself", "membership", "mfa", {"partnership": "@mfa"}, "partnership"),
    Case(
        "membership_periods_do_not_overlap",
        "membership",
        "kapatiran",
        {"partnership": "@mfa"},
        before=(("membership", "kapatiran", {"partnership": "@mfa"}),),
    ),
    Case(
        "membership_periods_do_not_overlap",
        "membership",
        "kapatiran",
        {"partnership": "@mfa", "edtf": "2001/2004", "locator": "page 28"},
        before=(("membership", "kapatiran", {"partnership": "@mfa", "edtf": "1994/2001-02"}),),
    ),
    Case(
        "coverage_verdict_known",
        "coverage",
        "kapatiran",
        {"field": "arenas", "verdict": "guessed"},
        "verdict",
        no_choice("guessed"),
    ),
    Case(
        "figure_low_not_above_high",
        "figure",
        "pga",
        {"measure": "#measure:participants", "low": 2000, "high": 500},
        "low",
    ),
    Case("figure_has_a_number", "figure", "pga", {"measure": "#measure:participants"}, "low"),
    Case(
        "relation_not_to_itself",
        "relation",
        "pga",
        {"predicate": "#predicate:parallel_to", "object": "@pga"},
        "object",
    ),
    Case(
        "relation_rule",
        "relation",
        "kapatiran",
        {"predicate": "#predicate:edition_of", "object": "@fiob"},
    ),
    Case(
        "relation_rule", "relation", "pga", {"predicate": "#predicate:parallel_to", "object": "@ph"}
    ),
    Case(
        "identifier_not_blank",
        "identifier",
        "kapatiran",
        {"scheme": "hk-registry", "value": " "},
        "value",
    ),
    Case(
        "identifier_once",
        "identifier",
        "fiob",
        {"scheme": "hk-registry", "value": "007"},
        before=(("identifier", "kapatiran", {"scheme": "hk-registry", "value": "007"}),),
    ),
    *(
        Case("link_is_web_address", "link", "kapatiran", {"url": address}, "url")
        for address in (
            "javascript:alert(1)",
            "data:text/html,x",
            "www.kapatiran.example",
            "ftp://kapatiran.example/",
            "//kapatiran.example/",
            "https://",
            "https://kapatiran.example/ onclick=x",
            " https://kapatiran.example/",
            "https://kapatiran.example/\njavascript:alert(1)",
            "x\nhttps://kapatiran.example/",
        )
    ),
    Case(
        "link_kind_known",
        "link",
        "kapatiran",
        {"url": "https://kapatiran.example/", "link_kind": "advert"},
        "link_kind",
        no_choice("advert"),
    ),
    Case(
        "contact_kind_known",
        "contact",
        "kapatiran",
        {"contact_kind": "pigeon", "value": "loft 3"},
        "contact_kind",
        no_choice("pigeon"),
    ),
    *(
        Case(
            "contact_public_only_in_own_voice",
            "contact",
            "kapatiran",
            {"contact_kind": "phone", "value": "+852 0000 0000", "tier": 0, "voice": voice},
            "tier",
        )
        for voice in ("source", "quoted", "editor")
    ),
    Case(
        "withheld_reason_known",
        "withheld",
        "kapatiran",
        {"field": "contacts", "reason": "shame"},
        "reason",
        no_choice("shame"),
    ),
    *(
        Case(
            "withheld_is_public",
            "withheld",
            "kapatiran",
            {"field": "contacts", "reason": "safety", "tier": tier},
            "tier",
        )
        for tier in (1, 2)
    ),
    Case(
        "withheld_once",
        "withheld",
        "kapatiran",
        {"field": "contacts", "reason": "request"},
        before=(("withheld", "kapatiran", {"field": "contacts", "reason": "safety"}),),
    ),
    # Which kinds of record a statement may be about and point at, and which terms it may use.
    Case("statement_about_kind", "membership", "ph", {"partnership": "@mfa"}, "record"),
    Case("statement_about_kind", "arena_placement", "vote", {"arena": "ngo"}, "record"),
    Case(
        "statement_object_kind",
        "membership",
        "kapatiran",
        {"partnership": "@fiob"},
        "partnership",
    ),
    Case(
        "statement_object_kind", "presence", "kapatiran", {"place": "@mfa", "role": "seat"}, "place"
    ),
    Case(
        "statement_term_scheme",
        "figure",
        "pga",
        {"measure": "#identity:women", "low": 1},
        "measure",
    ),
)

IN_EVERY_KIND = ("when_is_edtf", "words_known", "one_speaker", "retired_later")
"""The rules that every kind of statement has; a test below breaks each of them in each kind."""

OF_RECORDS_AND_REFERENCES = {
    "record_kind_known",
    "record_embargo_has_day",
    "record_not_its_own_successor",
    "orgs_record_slug_key",
    "source_observed_is_edtf",
    "orgs_source_key_key",
    "term_once",
    "term_has_label",
    "citation_once",
}
"""The rules of what statements are about; each has a test at the end."""


@pytest.fixture
def cast(write: Writer) -> dict[str, Record]:
    changeset = Changeset(reason="A cast.")
    records = {slug: changeset.record(kind, slug) for kind, slug in CAST}
    for slug, record in records.items():
        changeset.add(
            "name",
            record,
            text=slug.title(),
            language="en",
            preferred=True,
            source=write.source_id,
        )
    changeset.propose().accept()
    return records


def meant(write: Writer, cast: dict[str, Record], values: dict[str, Any]) -> dict[str, Any]:
    """Return values with @slug as the record and #scheme:code as the term."""
    resolved: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str) and value.startswith("@"):
            resolved[name] = cast[value[1:]]
        elif isinstance(value, str) and value.startswith("#"):
            resolved[name] = write.terms[value[1:]]
        else:
            resolved[name] = value
    return resolved


def refused(changeset: Changeset) -> list[str]:
    """Return the sentences with which a proposal is refused; the proposal waits as before."""
    stored = copy.deepcopy(changeset.operations)
    with pytest.raises(ValidationError) as refusal:
        changeset.accept()

    assert Changeset.objects.values_list("state", "number").get(pk=changeset.pk) == (
        "proposed",
        None,
    )
    assert Changeset.objects.get(pk=changeset.pk).operations == stored
    return refusal.value.messages


def test_every_rule_of_the_ledger_is_broken_by_a_case():
    models = (Record, *REFERENCES.values(), *KINDS.values())
    constraints = {constraint.name for model in models for constraint in model._meta.constraints}
    triggers = {name for model in KINDS.values() for name in model.sentences} | set(SENTENCES)

    broken = {case.rule for case in CASES} | OF_RECORDS_AND_REFERENCES
    broken |= {
        f"{model._meta.model_name}_{rule}" for model in KINDS.values() for rule in IN_EVERY_KIND
    }

    assert broken == constraints | triggers


def test_every_rule_has_a_sentence():
    spoken = rule_sentences() | SENTENCES
    models = (Record, *REFERENCES.values(), *statement_kinds().values())

    silent = {
        constraint.name
        for model in models
        for constraint in model._meta.constraints
        if constraint.name not in spoken
    }

    assert silent == set()


def test_every_trigger_has_a_sentence(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE prorettype = 'trigger'::regtype")
        raised = set(re.findall(r"CONSTRAINT = '(\w+)'", "".join(row[0] for row in cursor)))

    assert raised - set(rule_sentences()) - set(SENTENCES) == set()
    assert "arena_never_state" in raised


def test_database_has_every_rule(db):
    tables = [model._meta.db_table for model in (Record, *REFERENCES.values(), *KINDS.values())]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid::regclass::text = ANY (%(tables)s)"
            " UNION SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indisunique AND indrelid::regclass::text = ANY (%(tables)s)",
            {"tables": tables},
        )
        there = {row[0] for row in cursor.fetchall()}

    wanted = {
        constraint.name
        for model in (Record, *REFERENCES.values(), *KINDS.values())
        for constraint in model._meta.constraints
    } | {"orgs_record_slug_key", "orgs_source_key_key"}
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
        {0: [(case.field, case.judged or sentence)]} if case.field else {}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_sound_statement_is_said(write, cast, kind):
    about, values = A_SOUND_ONE[kind]
    changeset = write.changeset(kind, cast[about], **meant(write, cast, values))

    assert find_errors(kind, changeset.operations.adds[kind]) == {}
    assert changeset.accept().number == Changeset.objects.accepted().count()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_the_common_rules(write, cast, kind):
    about, values = A_SOUND_ONE[kind]
    sound = meant(write, cast, values)
    model = KINDS[kind]
    name = model._meta.model_name
    both = {"speaker": cast["mfa"], "speaker_name": "Migrant Forum in Asia"}
    broken = (
        ("when_is_edtf", {"edtf": "circa 1990"}, "edtf", ""),
        ("words_known", {"voice": "rumour"}, "voice", no_choice("rumour")),
        ("words_known", {"confidence": "certain"}, "confidence", no_choice("certain")),
        ("words_known", {"tier": 3}, "tier", no_choice(3)),
        ("one_speaker", both, "speaker_name", ""),
    )

    for rule, values, field, expected in broken:
        changeset = write.changeset(kind, cast[about], **{**sound, **values})
        row = dict(changeset.operations.adds[kind][0])
        sentence = rule_sentences()[f"{name}_{rule}"]

        refusals = refused(changeset)

        # A tier beyond the list breaks the rules about tiers of contacts and withholding, too.
        if (kind, rule, field) == ("withheld", "words_known", "tier"):
            sentence = rule_sentences()["withheld_is_public"]
        assert (rule, refusals) == (rule, [sentence])
        assert (rule, find_errors(kind, [row])) == (rule, {0: [(field, expected or sentence)]})


@pytest.mark.parametrize("kind", KINDS)
def test_statement_is_retired_by_a_later_change_only(write, cast, kind):
    about, values = A_SOUND_ONE[kind]
    number = write.say(kind, cast[about], **meant(write, cast, values)).number
    model = KINDS[kind]

    with pytest.raises(DatabaseError) as error, transaction.atomic():
        model.objects.filter(added=number).update(retired=number)

    assert sentence_of(error.value) == rule_sentences()[f"{model._meta.model_name}_retired_later"]


# What is about, and points at, which kind of record


@pytest.mark.parametrize("kind", KINDS)
def test_statement_is_about_its_kinds_of_record_alone(write, cast, kind):
    sound = meant(write, cast, A_SOUND_ONE[kind][1])
    by_kind = {record.kind: record for record in cast.values()}
    by_kind |= {"organization": cast["kapatiran"]}
    allowed = set(KINDS[kind].about_kinds)
    for other in ("instrument", "project", "demand", "case"):
        by_kind[other] = write.record(other, f"a-{other}")
    assert set(by_kind) == set(Kind.values)

    rows = {
        subject_kind: write.changeset(kind, record, **sound).operations.adds[kind][0]
        for subject_kind, record in by_kind.items()
    }
    sentence = SENTENCES["statement_about_kind"]

    errors = find_errors(kind, list(rows.values()))

    assert errors == {
        position: [("record", sentence)]
        for position, subject_kind in enumerate(rows)
        if subject_kind not in allowed
    }
    for subject_kind in sorted(set(by_kind) - allowed):
        assert refused(write.changeset(kind, by_kind[subject_kind], **sound)) == [sentence]


def test_record_that_is_proposed_together_is_judged_by_its_kind(write, cast):
    changeset = Changeset()
    place = changeset.record("place", "sg")
    changeset.add("membership", place, partnership=cast["mfa"], source=write.source_id)

    problems = find_errors(
        "membership", changeset.operations.adds["membership"], {place.id: "place"}
    )

    assert problems == {0: [("record", SENTENCES["statement_about_kind"])]}


# Speakers may contradict each other


def test_two_sources_may_give_overlapping_memberships(write, cast):
    other = write.another_source("annual-report")

    write.say("membership", cast["kapatiran"], partnership=cast["mfa"], edtf="1994/2001")
    write.say(
        "membership", cast["kapatiran"], partnership=cast["mfa"], edtf="1996/2003", source=other
    )

    assert Membership.objects.current().count() == 2


@pytest.mark.parametrize(
    "otherwise",
    [
        {"voice": "own"},
        {"voice": "quoted", "speaker": "@mri"},
        {"speaker_name": "The Manila Bulletin"},
        {"holds": False},
        {"partnership": "@mri"},
    ],
)
def test_membership_periods_bind_one_speaker_about_one_pair(write, cast, otherwise):
    values = {"partnership": cast["mfa"]}
    write.say("membership", cast["kapatiran"], **values)

    write.say("membership", cast["kapatiran"], **{**values, **meant(write, cast, otherwise)})

    assert Membership.objects.current().count() == 2


def test_member_may_leave_and_join_again(write, cast):
    for edtf in ("1994/1998-06", "1998-07/2001", "2002-01-01/.."):
        write.say("membership", cast["kapatiran"], partnership=cast["mfa"], edtf=edtf)

    assert list(Membership.objects.current().order_by("id").values_list("edtf", flat=True)) == [
        "1994/1998-06",
        "1998-07/2001",
        "2002-01-01/..",
    ]


def test_retired_membership_binds_nobody(write, cast):
    write.say("membership", cast["kapatiran"], partnership=cast["mfa"])
    changeset = Changeset()
    changeset.retire(Membership.objects.get())
    changeset.propose().accept()

    write.say("membership", cast["kapatiran"], partnership=cast["mfa"], edtf="1994/..")

    assert Membership.objects.current().get().edtf == "1994/.."


def test_seat_may_move(write, cast):
    write.say("presence", cast["mfa"], place=cast["hk"], role="seat", edtf="1994/2000")
    write.say("presence", cast["mfa"], place=cast["ph"], role="seat", edtf="2001/..")

    seats = [place["place"]["slug"] for place in places_of(write, cast["mfa"])]
    assert seats == ["hk", "ph"]


def test_two_speakers_may_give_two_seats_at_one_time(write, cast):
    other = write.another_source("own-mfa", source_kind="own")
    write.say("presence", cast["mfa"], place=cast["hk"], role="seat")

    write.say("presence", cast["mfa"], place=cast["ph"], role="seat", source=other, voice="own")

    seats = [(place["place"]["slug"], place["disputed"]) for place in places_of(write, cast["mfa"])]
    assert seats == [("hk", True), ("ph", True)]


def test_one_speaker_may_name_many_places_where_it_acts(write, cast):
    for slug in ("hk", "ph"):
        write.say("presence", cast["mfa"], place=cast[slug], role="acts_in")

    acts = [(place["place"]["slug"], place["disputed"]) for place in places_of(write, cast["mfa"])]
    assert acts == [("hk", False), ("ph", False)]


def test_one_paragraph_may_contradict_itself_in_figures(write, cast):
    for number in (4, 5):
        write.say(
            "figure", cast["pga"], measure=write.terms["measure:edition"], low=number, high=number
        )

    document = document_of(write, cast["pga"])
    assert [(one["low"], one["disputed"]) for one in document["figures"]] == [
        (4.0, True),
        (5.0, True),
    ]


def test_sentence_and_its_denial_stand_side_by_side(write, cast):
    term = write.terms["identity:women"]
    other = write.another_source("survey-2011")

    write.say("trait", cast["mfa"], term=term)
    write.say("trait", cast["mfa"], term=term, source=other, holds=False)

    traits = document_of(write, cast["mfa"])["traits"]["identity"]
    assert [(one["holds"], one["disputed"]) for one in traits] == [(True, True), (False, True)]


def test_preferred_name_is_one_per_language(write, cast):
    write.say("name", cast["mfa"], text="Foro de Migrantes en Asia", language="es", preferred=True)

    preferred = Name.objects.filter(record=cast["mfa"], preferred=True).order_by("id")
    assert [name.language for name in preferred] == ["en", "es"]


def test_identifier_that_does_not_hold_leaves_the_number_to_another(write, cast):
    number = {"scheme": "hk-registry", "value": "007"}
    write.say("identifier", cast["kapatiran"], **number)

    write.say("identifier", cast["fiob"], **number, holds=False)

    document = document_of(write, cast["fiob"])
    assert [(one["value"], one["holds"]) for one in document["identifiers"]] == [("007", False)]


# Footnote 2, what it allows


def test_market_actor_stands_in_the_media(write, cast):
    write.say("trait", cast["kapatiran"], term=write.terms["sphere:market"])

    write.say("arena_placement", cast["kapatiran"], arena="media")

    assert arenas_of(write, cast["kapatiran"]) == ["media"]


def test_market_actor_stands_elsewhere_with_a_reason(write, cast):
    write.say("trait", cast["kapatiran"], term=write.terms["sphere:market"])

    write.say("arena_placement", cast["kapatiran"], arena="space", reason="It hosts a plaza.")

    assert arenas_of(write, cast["kapatiran"]) == ["space"]


@pytest.mark.parametrize(
    ("arena", "reason"), [("media", ""), ("ngo", "It gives its profits away.")]
)
def test_sphere_market_fits_the_media_and_a_stated_reason(write, cast, arena, reason):
    write.say("arena_placement", cast["kapatiran"], arena=arena, reason=reason)

    write.say("trait", cast["kapatiran"], term=write.terms["sphere:market"])

    assert document_of(write, cast["kapatiran"])["sphere"] == "market"


def test_gathering_stands_in_the_arena_space(write, cast):
    write.say("arena_placement", cast["pga"], arena="space")

    assert arenas_of(write, cast["pga"]) == ["space"]


def test_state_body_may_be_said_to_stand_in_no_arena(write, cast):
    write.say("trait", cast["kapatiran"], term=write.terms["sphere:state"])

    write.say("arena_placement", cast["kapatiran"], arena="ngo", holds=False)

    document = document_of(write, cast["kapatiran"])
    assert [(one["arena"], one["holds"]) for one in document["arenas"]] == [("ngo", False)]


def test_retired_placement_leaves_the_sphere_free(write, cast):
    write.say("arena_placement", cast["kapatiran"], arena="ngo")
    changeset = Changeset()
    changeset.retire(KINDS["arena_placement"].objects.get())
    changeset.add("trait", cast["kapatiran"], term=write.terms["sphere:state"], source=write.source)
    changeset.propose().accept()

    assert document_of(write, cast["kapatiran"])["sphere"] == "state"
    assert Record.objects.get(pk=cast["kapatiran"].pk).sphere == "state"


def test_sphere_and_arena_that_exclude_each_other_are_refused_in_one_proposal(write, cast):
    changeset = Changeset()
    changeset.add("trait", cast["kapatiran"], term=write.terms["sphere:state"], source=write.source)
    changeset.add("arena_placement", cast["kapatiran"], arena="ngo", source=write.source)
    changeset.propose()

    assert refused(changeset) == [SENTENCES["arena_never_state"]]


# Planned is not held


@pytest.mark.parametrize(
    ("event", "edtf"),
    [
        ("planned", "2011"),
        ("cancelled", "2012-11"),
        ("held", "2010-11"),
        ("held", "2010/2011"),
        ("founded", "1994"),
        ("founded", ""),
        ("ended", "../2015"),
    ],
)
def test_source_may_have_seen_what_began_by_the_time_it_looked(write, cast, event, edtf):
    write.say("existence", cast["pga"], event=event, edtf=edtf)

    document = document_of(write, cast["pga"])
    assert [(one["event"], one["when"]) for one in document["dates"]] == [(event, edtf or None)]


def test_later_source_may_say_that_the_planned_was_held(write, cast):
    later = write.another_source("report-2013", observed="2013")
    write.say("existence", cast["pga"], event="planned", edtf="2012")

    write.say("existence", cast["pga"], event="held", edtf="2012", source=later)

    document = document_of(write, cast["pga"])
    assert [one["event"] for one in document["dates"]] == ["planned", "held"]


# Contacts, withholding, words that divide


def test_contact_is_for_representatives_unless_it_says_otherwise(write, cast):
    write.say("contact", cast["mfa"], contact_kind="email", value="secret-address@mfa.example")

    assert KINDS["contact"].objects.get().tier == Tier.REPRESENTATIVES
    assert "secret-address" not in write.entry(cast["mfa"]).document


def test_body_itself_makes_its_contact_public(write, cast):
    write.say(
        "contact",
        cast["mfa"],
        contact_kind="email",
        value="office@mfa.example",
        tier=Tier.PUBLIC,
        voice=Voice.OWN,
    )

    assert [one["value"] for one in document_of(write, cast["mfa"])["contacts"]] == [
        "office@mfa.example"
    ]


def test_withheld_fields_are_shown_to_everyone(write, cast):
    for field in ("contacts", "places"):
        write.say("withheld", cast["mfa"], field=field, reason="safety")

    document = document_of(write, cast["mfa"])
    assert [(one["field"], one["reason"]) for one in document["withheld"]] == [
        ("contacts", "safety"),
        ("places", "safety"),
    ]


def test_word_that_divides_is_used_with_a_purpose(write, cast):
    term = write.terms["categorization:migrant_vs_diaspora"]
    write.say("trait", cast["mfa"], term=term, purpose="The survey asked for it.")

    traits = document_of(write, cast["mfa"])["traits"]["categorization"]
    assert [one["purpose"] for one in traits] == ["The survey asked for it."]


def test_word_that_comes_to_need_a_purpose_holds_back_no_retirement_and_no_hiding(write, cast):
    term = write.term("identity:women")
    for slug in ("mfa", "mri"):
        write.say("trait", cast[slug], term=term)
    changeset = Changeset()
    changeset.change_reference("term", term, needs_purpose=True)
    changeset.propose().accept()

    changeset = Changeset()
    changeset.retire(Trait.objects.get(record=cast["mfa"]))
    changeset.restrict(Trait.objects.get(record=cast["mri"]), Tier.VETTED)
    changeset.propose().accept()

    assert [document_of(write, cast[slug])["traits"] for slug in ("mfa", "mri")] == [{}, {}]


def test_relation_that_is_no_longer_allowed_can_be_retired_and_hidden(write, cast):
    predicate = write.terms["predicate:collaborates_with"]
    for slug in ("mfa", "mri"):
        write.say("relation", cast[slug], predicate=predicate, object=cast["fiob"])
    RelationRule.objects.filter(predicate="collaborates_with").delete()
    relation = KINDS["relation"].objects

    changeset = Changeset()
    changeset.retire(relation.get(record=cast["mfa"]))
    changeset.restrict(relation.get(record=cast["mri"]), Tier.VETTED)
    changeset.propose().accept()

    assert [document_of(write, cast[slug])["relations"] for slug in ("mfa", "mri")] == [[], []]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.mfasia.org/?page=1&lang=en#top",
        "HTTP://EXAMPLE.ORG",
        "mailto:office@mfa.example",
        "https://xn--fiq228c.example/é",
    ],
)
def test_web_address_may_be_of_these_forms(write, cast, address):
    write.say("link", cast["mfa"], url=address)

    assert [one["url"] for one in document_of(write, cast["mfa"])["links"]] == [address]


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hant", "pt-BR", "mix", "und", "kfo"])
def test_language_tag_may_be_of_these_forms(write, cast, tag):
    write.say("name", cast["mfa"], text="MFA", language=tag)

    assert [one["language"] for one in document_of(write, cast["mfa"])["names"]] == ["en", tag]


# Records, sources, terms and citations


def test_record_of_no_kind_is_refused(write):
    changeset = Changeset()
    changeset.record("organization", "fiob")
    changeset.operations.records[0].kind = "person"

    assert refused(changeset.propose()) == [rule_sentences()["record_kind_known"]]
    with pytest.raises(ValueError, match="person"):
        Changeset().record("person", "fiob")


def test_address_that_is_taken_is_refused(write, cast):
    changeset = Changeset()
    changeset.record("gathering", "mfa")
    assert refused(changeset.propose()) == [SENTENCES["orgs_record_slug_key"]]

    changeset = Changeset()
    changeset.change_record(cast["mri"], slug="mfa")
    assert refused(changeset.propose()) == [SENTENCES["orgs_record_slug_key"]]


def test_record_cannot_succeed_itself(write, cast):
    changeset = Changeset()
    changeset.change_record(cast["mfa"], successor_id=cast["mfa"].pk)

    assert refused(changeset.propose()) == [rule_sentences()["record_not_its_own_successor"]]


def test_embargo_needs_a_day(write, cast):
    changeset = Changeset()
    changeset.change_record(cast["mfa"], level=Level.EMBARGOED)

    assert refused(changeset.propose()) == [rule_sentences()["record_embargo_has_day"]]


def test_source_key_that_is_taken_is_refused(write):
    changeset = Changeset()
    changeset.change_reference(
        "source", key="survey-2010", short="S", title="S", source_kind="report", observed="2010"
    )

    assert refused(changeset.propose()) == [SENTENCES["orgs_source_key_key"]]


def test_source_needs_a_date_at_which_it_looked(write):
    changeset = Changeset()
    changeset.change_reference(
        "source", key="diary", short="D", title="D", source_kind="report", observed=""
    )

    assert refused(changeset.propose()) == [rule_sentences()["source_observed_is_edtf"]]


def test_term_that_is_there_already_is_refused(write):
    changeset = Changeset()
    changeset.change_reference("term", scheme="identity", code="women", labels={"en": "women"})

    assert refused(changeset.propose()) == [rule_sentences()["term_once"]]


def test_term_needs_a_label_in_english(write):
    changeset = Changeset()
    changeset.change_reference("term", scheme="identity", code="workers", labels={"es": "obreros"})

    assert refused(changeset.propose()) == [rule_sentences()["term_has_label"]]


def test_citation_is_recorded_once(write):
    values = {"source": write.source_id, "locator": "Prop 6", "as_printed": "Fox 2005"}
    changeset = Changeset()
    changeset.change_reference("citation", **values)
    changeset.propose().accept()

    changeset = Changeset()
    changeset.change_reference("citation", **values)

    assert refused(changeset.propose()) == [rule_sentences()["citation_once"]]


def document_of(write: Writer, record: Record) -> dict:
    return json.loads(write.entry(record).document)


def places_of(write: Writer, record: Record) -> list[dict]:
    return document_of(write, record)["places"]


def arenas_of(write: Writer, record: Record) -> list[str]:
    return [one["arena"] for one in document_of(write, record)["arenas"]]
