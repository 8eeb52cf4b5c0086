"""Rules of statements: what the ledger refuses, and which contradictions it allows.

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
from orgs.changes.rebuild import check
from orgs.records.kinds import Kind
from orgs.records.record import Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Tier
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.refusal_messages import SENTENCES, rule_sentences, sentence_of
from orgs.statements.relation import RelationRule
from orgs.statements.statement import Voice, statement_kinds
from orgs.statements.trait import Trait
from orgs.statements.validation import find_errors
from tests.support.writing import Writer

pytestmark = pytest.mark.django_db

RECORDS = (
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

VALID_STATEMENTS = {
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
"""For each kind of statement: its subject and valid values."""


class Case(NamedTuple):
    """A statement that breaks one rule.

    `field` is the field to which validation attributes the error, "" if only acceptance finds it.
    `field_error` is the error of validation where it is not the sentence of the rule. `before` are
    statements that exist already.
    """

    rule: str
    kind: str
    subject: str
    values: dict[str, Any]
    field: str = ""
    field_error: str = ""
    before: tuple[tuple[str, str, dict[str, Any]], ...] = ()

    def __str__(self) -> str:
        return self.rule


def invalid_choice(value: object) -> str:
    return f"Value {value!r} is not a valid choice."


CASES = (
    # Arenas: footnote 2, for a new placement.
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
    # The same for a new sphere.
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
        invalid_choice("dreamt"),
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
        invalid_choice("nickname"),
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
        invalid_choice("poem"),
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
        invalid_choice("hides_in"),
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
        invalid_choice("friend"),
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
        invalid_choice("guessed"),
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
        invalid_choice("advert"),
    ),
    Case(
        "contact_kind_known",
        "contact",
        "kapatiran",
        {"contact_kind": "pigeon", "value": "loft 3"},
        "contact_kind",
        invalid_choice("pigeon"),
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
        invalid_choice("shame"),
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

RULES_OF_EVERY_KIND = ("when_is_edtf", "words_known", "one_speaker", "retired_later")
"""Rules of every kind of statement; a test below breaks each of them in each kind."""

RULES_OF_RECORDS_AND_REFERENCES = {
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
"""Rules of other models; each has a test at the end."""


@pytest.fixture
def records(write: Writer) -> dict[str, Record]:
    changeset = Changeset(reason="A cast.")
    records = {slug: changeset.record(kind, slug) for kind, slug in RECORDS}
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


def resolve(write: Writer, records: dict[str, Record], values: dict[str, Any]) -> dict[str, Any]:
    """Resolve @slug to a record and #scheme:code to a term."""
    resolved: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str) and value.startswith("@"):
            resolved[name] = records[value[1:]]
        elif isinstance(value, str) and value.startswith("#"):
            resolved[name] = write.terms[value[1:]]
        else:
            resolved[name] = value
    return resolved


def refusals_of(changeset: Changeset) -> list[str]:
    """Check that acceptance fails and changes nothing. Returns the error messages."""
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

    broken = {case.rule for case in CASES} | RULES_OF_RECORDS_AND_REFERENCES
    broken |= {
        f"{model._meta.model_name}_{rule}"
        for model in KINDS.values()
        for rule in RULES_OF_EVERY_KIND
    }

    assert broken == constraints | triggers


def test_every_rule_has_a_sentence():
    sentences = rule_sentences() | SENTENCES
    models = (Record, *REFERENCES.values(), *statement_kinds().values())

    without_sentence = {
        constraint.name
        for model in models
        for constraint in model._meta.constraints
        if constraint.name not in sentences
    }

    assert without_sentence == set()


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
        existing = {row[0] for row in cursor.fetchall()}

    expected = {
        constraint.name
        for model in (Record, *REFERENCES.values(), *KINDS.values())
        for constraint in model._meta.constraints
    } | {"orgs_record_slug_key", "orgs_source_key_key"}
    assert expected - existing == set()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ledger_refuses_with_the_sentence_of_the_rule(write, records, case):
    for kind, subject, values in case.before:
        write.say(kind, records[subject], **resolve(write, records, values))
    changeset = write.changeset(
        case.kind, records[case.subject], **resolve(write, records, case.values)
    )
    row = dict(changeset.operations.adds[case.kind][0])
    sentence = (rule_sentences() | SENTENCES)[case.rule]

    assert refusals_of(changeset) == [sentence]
    assert find_errors(case.kind, [row]) == (
        {0: [(case.field, case.field_error or sentence)]} if case.field else {}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_valid_statement_is_accepted(write, records, kind):
    subject, values = VALID_STATEMENTS[kind]
    changeset = write.changeset(kind, records[subject], **resolve(write, records, values))

    assert find_errors(kind, changeset.operations.adds[kind]) == {}
    assert changeset.accept().number == Changeset.objects.accepted().count()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_common_rules(write, records, kind):
    subject, values = VALID_STATEMENTS[kind]
    valid_values = resolve(write, records, values)
    model = KINDS[kind]
    name = model._meta.model_name
    both = {"speaker": records["mfa"], "speaker_name": "Migrant Forum in Asia"}
    broken = (
        ("when_is_edtf", {"edtf": "circa 1990"}, "edtf", ""),
        ("words_known", {"voice": "rumour"}, "voice", invalid_choice("rumour")),
        ("words_known", {"confidence": "certain"}, "confidence", invalid_choice("certain")),
        ("words_known", {"tier": 3}, "tier", invalid_choice(3)),
        ("one_speaker", both, "speaker_name", ""),
    )

    for rule, values, field, expected in broken:
        changeset = write.changeset(kind, records[subject], **{**valid_values, **values})
        row = dict(changeset.operations.adds[kind][0])
        sentence = rule_sentences()[f"{name}_{rule}"]

        refusals = refusals_of(changeset)

        # A tier beyond the list breaks the rules about tiers of contacts and withholding, too.
        if (kind, rule, field) == ("withheld", "words_known", "tier"):
            sentence = rule_sentences()["withheld_is_public"]
        assert (rule, refusals) == (rule, [sentence])
        assert (rule, find_errors(kind, [row])) == (rule, {0: [(field, expected or sentence)]})


@pytest.mark.parametrize("kind", KINDS)
def test_statement_is_retired_by_a_later_change_only(write, records, kind):
    subject, values = VALID_STATEMENTS[kind]
    number = write.say(kind, records[subject], **resolve(write, records, values)).number
    model = KINDS[kind]

    with pytest.raises(DatabaseError) as error, transaction.atomic():
        model.objects.filter(added=number).update(retired=number)

    assert sentence_of(error.value) == rule_sentences()[f"{model._meta.model_name}_retired_later"]


# Kinds of subjects and objects


@pytest.mark.parametrize("kind", KINDS)
def test_statement_is_about_its_kinds_of_record_alone(write, records, kind):
    valid_values = resolve(write, records, VALID_STATEMENTS[kind][1])
    by_kind = {record.kind: record for record in records.values()}
    by_kind |= {"organization": records["kapatiran"]}
    allowed = set(KINDS[kind].about_kinds)
    for other in ("instrument", "project", "demand", "case"):
        by_kind[other] = write.record(other, f"a-{other}")
    assert set(by_kind) == set(Kind.values)

    rows = {
        subject_kind: write.changeset(kind, record, **valid_values).operations.adds[kind][0]
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
        assert refusals_of(write.changeset(kind, by_kind[subject_kind], **valid_values)) == [
            sentence
        ]


def test_record_of_the_same_proposal_is_checked_by_its_kind(write, records):
    changeset = Changeset()
    place = changeset.record("place", "sg")
    changeset.add("membership", place, partnership=records["mfa"], source=write.source_id)

    problems = find_errors(
        "membership", changeset.operations.adds["membership"], {place.id: "place"}
    )

    assert problems == {0: [("record", SENTENCES["statement_about_kind"])]}


# Speakers may contradict each other


def test_two_sources_may_give_overlapping_memberships(write, records):
    other = write.another_source("annual-report")

    write.say("membership", records["kapatiran"], partnership=records["mfa"], edtf="1994/2001")
    write.say(
        "membership",
        records["kapatiran"],
        partnership=records["mfa"],
        edtf="1996/2003",
        source=other,
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
def test_membership_periods_are_exclusive_for_one_speaker_and_pair(write, records, otherwise):
    values = {"partnership": records["mfa"]}
    write.say("membership", records["kapatiran"], **values)

    write.say(
        "membership", records["kapatiran"], **{**values, **resolve(write, records, otherwise)}
    )

    assert Membership.objects.current().count() == 2


def test_member_may_leave_and_join_again(write, records):
    for edtf in ("1994/1998-06", "1998-07/2001", "2002-01-01/.."):
        write.say("membership", records["kapatiran"], partnership=records["mfa"], edtf=edtf)

    assert list(Membership.objects.current().order_by("id").values_list("edtf", flat=True)) == [
        "1994/1998-06",
        "1998-07/2001",
        "2002-01-01/..",
    ]


def test_retired_membership_excludes_no_other(write, records):
    write.say("membership", records["kapatiran"], partnership=records["mfa"])
    changeset = Changeset()
    changeset.retire(Membership.objects.get())
    changeset.propose().accept()

    write.say("membership", records["kapatiran"], partnership=records["mfa"], edtf="1994/..")

    assert Membership.objects.current().get().edtf == "1994/.."


def test_seat_may_move(write, records):
    write.say("presence", records["mfa"], place=records["hk"], role="seat", edtf="1994/2000")
    write.say("presence", records["mfa"], place=records["ph"], role="seat", edtf="2001/..")

    seats = [place["place"]["slug"] for place in places_of(write, records["mfa"])]
    assert seats == ["hk", "ph"]


def test_two_speakers_may_give_two_seats_at_one_time(write, records):
    other = write.another_source("own-mfa", source_kind="own")
    write.say("presence", records["mfa"], place=records["hk"], role="seat")

    write.say(
        "presence", records["mfa"], place=records["ph"], role="seat", source=other, voice="own"
    )

    seats = [
        (place["place"]["slug"], place["disputed"]) for place in places_of(write, records["mfa"])
    ]
    assert seats == [("hk", True), ("ph", True)]


@pytest.fixture
def geography(write, records) -> dict[str, Record]:
    """Two cities of one country, one of them in a state, and a continent around it."""
    places = {
        slug: write.record("place", slug)
        for slug in ("brussels", "flanders", "antwerp", "belgium", "europe", "paris")
    }
    for inner, outer in (
        ("brussels", "belgium"),
        ("antwerp", "flanders"),
        ("flanders", "belgium"),
        ("belgium", "europe"),
    ):
        part_of = write.term("predicate:part_of")
        write.say("relation", places[inner], predicate=part_of, object=places[outer])
    return places


@pytest.mark.parametrize(
    ("seats", "disputed"),
    [
        ("brussels belgium", ""),
        ("belgium antwerp europe", ""),
        ("brussels antwerp", "brussels antwerp"),
        ("belgium paris", "belgium paris"),
        # The country contradicts neither of its cities, which contradict each other.
        ("brussels antwerp belgium", "brussels antwerp"),
        ("brussels belgium paris", "brussels belgium paris"),
        ("brussels -brussels", "brussels -brussels"),
        ("antwerp -belgium", "antwerp -belgium"),
        ("belgium -brussels", ""),
        ("antwerp -brussels", ""),
        ("-brussels -belgium", ""),
    ],
)
def test_seats_are_disputed_unless_one_lies_in_the_other(
    write, records, geography, seats, disputed
):
    for number, seat in enumerate(seats.split()):
        source = write.another_source(f"source-{number}")
        values = {"role": "seat", "source": source, "holds": not seat.startswith("-")}
        write.say("presence", records["mfa"], place=geography[seat.strip("-")], **values)

    contradicted = [
        ("" if item["holds"] else "-") + item["place"]["slug"]
        for item in places_of(write, records["mfa"])
        if item["disputed"]
    ]
    assert contradicted == disputed.split()


def test_one_source_may_state_city_and_country_of_a_seat(write, records, geography):
    mfa = records["mfa"]
    write.say("presence", mfa, place=geography["brussels"], role="seat")
    write.say("presence", mfa, place=geography["belgium"], role="seat", speaker_name="Ana's union")

    assert [item["disputed"] for item in places_of(write, mfa)] == [False, False]


def test_city_that_joins_its_country_settles_the_dispute(write, records):
    other = write.another_source("survey-2011")
    write.say("presence", records["mfa"], place=records["hk"], role="seat")
    write.say("presence", records["mfa"], place=records["ph"], role="seat", source=other)

    part_of = write.term("predicate:part_of")
    write.say("relation", records["hk"], predicate=part_of, object=records["ph"])

    assert [item["disputed"] for item in places_of(write, records["mfa"])] == [False, False]
    assert check()[0] == []


def test_one_speaker_may_name_many_places_where_it_acts(write, records):
    for slug in ("hk", "ph"):
        write.say("presence", records["mfa"], place=records[slug], role="acts_in")

    acts = [
        (place["place"]["slug"], place["disputed"]) for place in places_of(write, records["mfa"])
    ]
    assert acts == [("hk", False), ("ph", False)]


def test_one_paragraph_may_contradict_itself_in_figures(write, records):
    for number in (4, 5):
        write.say(
            "figure",
            records["pga"],
            measure=write.terms["measure:edition"],
            low=number,
            high=number,
        )

    document = document_of(write, records["pga"])
    assert [(item["low"], item["disputed"]) for item in document["figures"]] == [
        (4.0, True),
        (5.0, True),
    ]


def test_statement_and_its_denial_may_both_be_current(write, records):
    term = write.terms["identity:women"]
    other = write.another_source("survey-2011")

    write.say("trait", records["mfa"], term=term)
    write.say("trait", records["mfa"], term=term, source=other, holds=False)

    traits = document_of(write, records["mfa"])["traits"]["identity"]
    assert [(item["holds"], item["disputed"]) for item in traits] == [(True, True), (False, True)]


def test_preferred_name_is_one_per_language(write, records):
    write.say(
        "name", records["mfa"], text="Foro de Migrantes en Asia", language="es", preferred=True
    )

    preferred = Name.objects.filter(record=records["mfa"], preferred=True).order_by("id")
    assert [name.language for name in preferred] == ["en", "es"]


def test_denied_identifier_may_belong_to_another_record(write, records):
    number = {"scheme": "hk-registry", "value": "007"}
    write.say("identifier", records["kapatiran"], **number)

    write.say("identifier", records["fiob"], **number, holds=False)

    document = document_of(write, records["fiob"])
    assert [(item["value"], item["holds"]) for item in document["identifiers"]] == [("007", False)]


# What footnote 2 allows


def test_market_actor_may_be_in_the_media_arena(write, records):
    write.say("trait", records["kapatiran"], term=write.terms["sphere:market"])

    write.say("arena_placement", records["kapatiran"], arena="media")

    assert arenas_of(write, records["kapatiran"]) == ["media"]


def test_market_actor_may_be_in_other_arenas_with_a_reason(write, records):
    write.say("trait", records["kapatiran"], term=write.terms["sphere:market"])

    write.say("arena_placement", records["kapatiran"], arena="space", reason="It hosts a plaza.")

    assert arenas_of(write, records["kapatiran"]) == ["space"]


@pytest.mark.parametrize(
    ("arena", "reason"), [("media", ""), ("ngo", "It gives its profits away.")]
)
def test_sphere_market_fits_the_media_and_a_stated_reason(write, records, arena, reason):
    write.say("arena_placement", records["kapatiran"], arena=arena, reason=reason)

    write.say("trait", records["kapatiran"], term=write.terms["sphere:market"])

    assert document_of(write, records["kapatiran"])["sphere"] == "market"


def test_gathering_may_be_in_the_arena_space(write, records):
    write.say("arena_placement", records["pga"], arena="space")

    assert arenas_of(write, records["pga"]) == ["space"]


def test_placement_of_a_state_actor_may_be_denied(write, records):
    write.say("trait", records["kapatiran"], term=write.terms["sphere:state"])

    write.say("arena_placement", records["kapatiran"], arena="ngo", holds=False)

    document = document_of(write, records["kapatiran"])
    assert [(item["arena"], item["holds"]) for item in document["arenas"]] == [("ngo", False)]


def test_retired_placement_leaves_the_sphere_free(write, records):
    write.say("arena_placement", records["kapatiran"], arena="ngo")
    changeset = Changeset()
    changeset.retire(KINDS["arena_placement"].objects.get())
    changeset.add(
        "trait", records["kapatiran"], term=write.terms["sphere:state"], source=write.source
    )
    changeset.propose().accept()

    assert document_of(write, records["kapatiran"])["sphere"] == "state"
    assert Record.objects.get(pk=records["kapatiran"].pk).sphere == "state"


def test_sphere_and_arena_that_exclude_each_other_are_refused_in_one_proposal(write, records):
    changeset = Changeset()
    changeset.add(
        "trait", records["kapatiran"], term=write.terms["sphere:state"], source=write.source
    )
    changeset.add("arena_placement", records["kapatiran"], arena="ngo", source=write.source)
    changeset.propose()

    assert refusals_of(changeset) == [SENTENCES["arena_never_state"]]


# Planned events


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
def test_source_may_state_events_that_began_before_its_date(write, records, event, edtf):
    write.say("existence", records["pga"], event=event, edtf=edtf)

    document = document_of(write, records["pga"])
    assert [(item["event"], item["when"]) for item in document["dates"]] == [(event, edtf or None)]


def test_later_source_may_state_that_a_planned_event_was_held(write, records):
    later = write.another_source("report-2013", observed="2013")
    write.say("existence", records["pga"], event="planned", edtf="2012")

    write.say("existence", records["pga"], event="held", edtf="2012", source=later)

    document = document_of(write, records["pga"])
    assert [item["event"] for item in document["dates"]] == ["planned", "held"]


# Contacts, withholding, terms that need a purpose


def test_contact_is_for_representatives_by_default(write, records):
    write.say("contact", records["mfa"], contact_kind="email", value="secret-address@mfa.example")

    assert KINDS["contact"].objects.get().tier == Tier.REPRESENTATIVES
    assert "secret-address" not in write.entry(records["mfa"]).document


def test_organization_may_publish_its_own_contact(write, records):
    write.say(
        "contact",
        records["mfa"],
        contact_kind="email",
        value="office@mfa.example",
        tier=Tier.PUBLIC,
        voice=Voice.OWN,
    )

    assert [item["value"] for item in document_of(write, records["mfa"])["contacts"]] == [
        "office@mfa.example"
    ]


def test_withheld_fields_are_shown_to_everyone(write, records):
    for field in ("contacts", "places"):
        write.say("withheld", records["mfa"], field=field, reason="safety")

    document = document_of(write, records["mfa"])
    assert [(item["field"], item["reason"]) for item in document["withheld"]] == [
        ("contacts", "safety"),
        ("places", "safety"),
    ]


def test_categorizing_term_needs_a_purpose(write, records):
    term = write.terms["categorization:migrant_vs_diaspora"]
    write.say("trait", records["mfa"], term=term, purpose="The survey asked for it.")

    traits = document_of(write, records["mfa"])["traits"]["categorization"]
    assert [item["purpose"] for item in traits] == ["The survey asked for it."]


def test_term_that_later_needs_a_purpose_can_be_retired_and_hidden(write, records):
    term = write.term("identity:women")
    for slug in ("mfa", "mri"):
        write.say("trait", records[slug], term=term)
    changeset = Changeset()
    changeset.change_reference("term", term, needs_purpose=True)
    changeset.propose().accept()

    changeset = Changeset()
    changeset.retire(Trait.objects.get(record=records["mfa"]))
    changeset.restrict(Trait.objects.get(record=records["mri"]), Tier.VETTED)
    changeset.propose().accept()

    assert [document_of(write, records[slug])["traits"] for slug in ("mfa", "mri")] == [{}, {}]


def test_disallowed_relation_can_be_retired_and_hidden(write, records):
    predicate = write.terms["predicate:collaborates_with"]
    for slug in ("mfa", "mri"):
        write.say("relation", records[slug], predicate=predicate, object=records["fiob"])
    RelationRule.objects.filter(predicate="collaborates_with").delete()
    relation = KINDS["relation"].objects

    changeset = Changeset()
    changeset.retire(relation.get(record=records["mfa"]))
    changeset.restrict(relation.get(record=records["mri"]), Tier.VETTED)
    changeset.propose().accept()

    assert [document_of(write, records[slug])["relations"] for slug in ("mfa", "mri")] == [[], []]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.mfasia.org/?page=1&lang=en#top",
        "HTTP://EXAMPLE.ORG",
        "mailto:office@mfa.example",
        "https://xn--fiq228c.example/é",
    ],
)
def test_web_address_may_be_of_these_forms(write, records, address):
    write.say("link", records["mfa"], url=address)

    assert [item["url"] for item in document_of(write, records["mfa"])["links"]] == [address]


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hant", "pt-BR", "mix", "und", "kfo"])
def test_language_tag_may_be_of_these_forms(write, records, tag):
    write.say("name", records["mfa"], text="MFA", language=tag)

    assert [item["language"] for item in document_of(write, records["mfa"])["names"]] == ["en", tag]


# Records, sources, terms and citations


def test_record_of_no_kind_is_refused(write):
    changeset = Changeset()
    changeset.record("organization", "fiob")
    changeset.operations.records[0].kind = "person"

    assert refusals_of(changeset.propose()) == [rule_sentences()["record_kind_known"]]
    with pytest.raises(ValueError, match="person"):
        Changeset().record("person", "fiob")


def test_taken_address_is_refused(write, records):
    changeset = Changeset()
    changeset.record("gathering", "mfa")
    assert refusals_of(changeset.propose()) == [SENTENCES["orgs_record_slug_key"]]

    changeset = Changeset()
    changeset.change_record(records["mri"], slug="mfa")
    assert refusals_of(changeset.propose()) == [SENTENCES["orgs_record_slug_key"]]


def test_record_cannot_succeed_itself(write, records):
    changeset = Changeset()
    changeset.change_record(records["mfa"], successor_id=records["mfa"].pk)

    assert refusals_of(changeset.propose()) == [rule_sentences()["record_not_its_own_successor"]]


def test_embargo_needs_a_day(write, records):
    changeset = Changeset()
    changeset.change_record(records["mfa"], level=Level.EMBARGOED)

    assert refusals_of(changeset.propose()) == [rule_sentences()["record_embargo_has_day"]]


def test_taken_source_key_is_refused(write):
    changeset = Changeset()
    changeset.change_reference(
        "source", key="survey-2010", short="S", title="S", source_kind="report", observed="2010"
    )

    assert refusals_of(changeset.propose()) == [SENTENCES["orgs_source_key_key"]]


def test_source_needs_a_date_of_observation(write):
    changeset = Changeset()
    changeset.change_reference(
        "source", key="diary", short="D", title="D", source_kind="report", observed=""
    )

    assert refusals_of(changeset.propose()) == [rule_sentences()["source_observed_is_edtf"]]


def test_existing_term_is_refused(write):
    changeset = Changeset()
    changeset.change_reference("term", scheme="identity", code="women", labels={"en": "women"})

    assert refusals_of(changeset.propose()) == [rule_sentences()["term_once"]]


def test_term_needs_a_label_in_english(write):
    changeset = Changeset()
    changeset.change_reference("term", scheme="identity", code="workers", labels={"es": "obreros"})

    assert refusals_of(changeset.propose()) == [rule_sentences()["term_has_label"]]


def test_citation_is_recorded_once(write):
    values = {"source": write.source_id, "locator": "Prop 6", "as_printed": "Fox 2005"}
    changeset = Changeset()
    changeset.change_reference("citation", **values)
    changeset.propose().accept()

    changeset = Changeset()
    changeset.change_reference("citation", **values)

    assert refusals_of(changeset.propose()) == [rule_sentences()["citation_once"]]


def document_of(write: Writer, record: Record) -> dict:
    return json.loads(write.entry(record).document)


def places_of(write: Writer, record: Record) -> list[dict]:
    return document_of(write, record)["places"]


def arenas_of(write: Writer, record: Record) -> list[str]:
    return [item["arena"] for item in document_of(write, record)["arenas"]]
