"""A profile: what an organization says about itself, as the few fields of its forms.

Each field has a name (`name.es`, `seat`, `trait.identity`) and holds what people type: a text, or a
list of texts. This module turns fields into statements of the organization's own source, and back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from orgs.changes.changeset import Changeset
from orgs.changes.operations import values_of
from orgs.gazetteer.resolving import ProposedPlaces, with_unclear_name
from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.record import Record
from orgs.records.source import Source, SourceKind, Tier
from orgs.records.term import Term
from orgs.records.written_dates import to_edtf
from orgs.search.resolver import resolve_record
from orgs.statements.identifier import Contact
from orgs.statements.name import NameKind
from orgs.statements.statement import Statement, statement_kinds
from orgs.statements.validation import find_errors, unstorable_text

from . import answers
from .own_source import own_source

Value = str | list[str]
Profile = dict[str, Value]

ROLES = {
    "seat": "seat",
    "acts_in": "acts_in",
    "origin": "constituency_origin",
    "residence": "constituency_residence",
}
"""The fields about places, and the role of the place in each."""
SCHEMES = ("form", "identity", "leadership", "service_level", "sector")
"""The schemes of the codebook by which an organization describes itself."""
CONTACTS = ("email", "phone", "postal")
LISTS = {"acts_in", "origin", "residence", "arena", "link", "partnership"}
NOT_OFFERED = gettext_lazy("Choose from the options offered.")
DEFAULT_TIER = str(int(Tier.REPRESENTATIVES))
"""Who can read a contact unless the organization chooses otherwise."""
TIERS = {str(int(tier)): tier for tier in Tier}


def is_list(name: str) -> bool:
    return name in LISTS or name.startswith("trait.")


def empty_value(name: str) -> Value:
    """The value of a field before anything is stated."""
    if name.endswith(".readers"):
        return DEFAULT_TIER
    return [] if is_list(name) else ""


@dataclass
class OwnStatement:
    """A statement that an organization makes about itself. `pk` is 0 if it is only proposed."""

    kind: str
    values: dict[str, Any]
    pk: int = 0


@dataclass
class RecordLabels:
    """The texts by which people name records in a field, by record: the label, or a slug where
    several records share the label or it may mean another place.
    """

    labels: dict[int, str] = field(default_factory=dict)

    @classmethod
    def for_records(cls, pks: Iterable[int]) -> "RecordLabels":
        """The labels of these records, of published entries only."""
        entries = Entry.objects.published().filter(id__in=set(pks))
        rows = list(entries.values("id", "label", "slug", "kind"))
        same_label = Entry.objects.published().filter(label__in=[row["label"] for row in rows])
        count: dict[str, int] = defaultdict(int)
        for label in same_label.exclude(kind__in=("source", "term")).values_list(
            "label", flat=True
        ):
            count[label] += 1
        unclear = {row["id"] for row in rows if count[row["label"]] > 1}
        unclear |= with_unclear_name(
            {row["id"]: row["label"] for row in rows if row["kind"] == "place"}
        )
        return cls({row["id"]: row["slug" if row["id"] in unclear else "label"] for row in rows})


# Reading ------------------------------------------------------------------------------------------


def own_sources(record: Record) -> list[int]:
    """The ids of the sources in which an organization describes itself."""
    own = Source.objects.filter(published_by=record, source_kind=SourceKind.OWN)
    return list(own.values_list("pk", flat=True))


def own_statements(record: Record) -> list[OwnStatement]:
    """All current statements of an organization about itself, of every tier."""
    sources = own_sources(record)
    return [
        OwnStatement(kind, values_of(statement), statement.pk)
        for kind, model in statement_kinds().items()
        for statement in (
            model.objects.current().filter(record=record, source__in=sources) if sources else ()
        )
    ]


def pending_changesets(record: Record) -> list[Changeset]:
    """The pending proposals on behalf of an organization that are only about itself."""
    changesets = Changeset.objects.proposed().filter(on_behalf=record).order_by("id")
    return [changeset for changeset in changesets if _about_itself(changeset, record)]


def _about_itself(changeset: Changeset, record: Record) -> bool:
    operations = changeset.operations
    return operations.types <= {"adds", "retires", "restricts", "references"} and all(
        row["record_id"] == record.pk for _, row in operations.added_rows()
    )


def apply_changeset(statements: list[OwnStatement], changeset: Changeset) -> list[OwnStatement]:
    """The statements of an organization as they stand once its proposal is accepted."""
    retired = {pk for ids in changeset.operations.retires.values() for pk in ids}
    tiers = {change.id: change.after for change in changeset.operations.restricts}
    remaining = [
        OwnStatement(
            own.kind,
            {**own.values, "tier": tiers.get(own.pk, own.values["tier"])},
            own.pk,
        )
        for own in statements
        if own.pk not in retired
    ]
    return remaining + [
        OwnStatement(kind, {name: value for name, value in row.items() if name != "record_id"})
        for kind, row in changeset.operations.added_rows()
    ]


def iter_fields(statements: Iterable[OwnStatement]) -> Iterator[tuple[str, OwnStatement]]:
    statements = list(statements)
    terms = Term.objects.in_bulk(
        [own.values["term_id"] for own in statements if own.kind == "trait"]
    )
    roles = {role: name for name, role in ROLES.items()}
    for own in statements:
        values = own.values
        if not values["holds"]:
            continue
        if own.kind == "name" and values["name_kind"] == NameKind.ACRONYM:
            yield "acronym", own
        elif own.kind == "name" and values["name_kind"] != NameKind.FORMER:
            yield f"name.{values['language']}", own
        elif own.kind == "text" and values["text_kind"] == "own_words":
            yield f"text.{values['language']}", own
        elif own.kind == "existence" and values["event"] == "founded":
            yield "founded", own
        elif own.kind == "presence" and values["role"] in roles:
            yield roles[values["role"]], own
        elif own.kind == "arena_placement":
            yield "arena", own
        elif own.kind == "trait" and terms[values["term_id"]].scheme in SCHEMES:
            yield f"trait.{terms[values['term_id']].scheme}", own
        elif own.kind == "link":
            yield "link", own
        elif own.kind == "contact" and values["contact_kind"] in CONTACTS:
            yield values["contact_kind"], own
        elif own.kind == "membership":
            yield "partnership", own


def build_profile(statements: list[OwnStatement]) -> Profile:
    """The profile that these statements make, as people would type it."""
    pairs = list(iter_fields(statements))
    columns = {"presence": "place_id", "membership": "partnership_id"}
    labels = RecordLabels.for_records(
        own.values[columns[own.kind]] for _, own in pairs if own.kind in columns
    )
    codes = dict(
        Term.objects.filter(
            pk__in=[own.values["term_id"] for _, own in pairs if own.kind == "trait"]
        ).values_list("pk", "code")
    )
    profile: Profile = {}
    for name, own in pairs:
        text = _text(own, labels, codes)
        if is_list(name):
            profile[name] = list(dict.fromkeys([*profile.get(name, []), text]))
        elif name not in profile:
            profile[name] = text
            if own.kind == "contact":
                profile[f"{name}.readers"] = str(int(own.values["tier"]))
    return profile


def _text(own: OwnStatement, labels: RecordLabels, codes: dict[int, str]) -> str:
    values = own.values
    match own.kind:
        case "presence":
            return labels.labels.get(values["place_id"], str(values["place_id"]))
        case "membership":
            return labels.labels.get(values["partnership_id"], str(values["partnership_id"]))
        case "trait":
            return codes[values["term_id"]]
        case "arena_placement":
            return str(values["arena_id"])
        case "existence":
            return str(values["edtf"])
        case "link":
            return str(values["url"])
        case "text":
            return str(values["body"])
        case "contact":
            return str(values["value"])
    return str(values["text"])


# Writing ------------------------------------------------------------------------------------------

Problems = dict[str, list[str]]
"""Error messages by field."""


def parse_field(
    record: Record, name: str, text: str, places: ProposedPlaces
) -> tuple[str, dict[str, Any]]:
    """The kind and values of the statement that a text in a field makes about a record.

    Raises ValidationError with the message for the person who typed it.
    """
    first, _, rest = name.partition(".")
    if first == "name":
        if "~" in rest:
            raise ValidationError(
                gettext("You already have a name in this language. Keep one of the two.")
            )
        return "name", {"text": text, "language": rest, "name_kind": NameKind.OFFICIAL}
    if first == "acronym":
        return "name", {"text": text, "language": "und", "name_kind": NameKind.ACRONYM}
    if first == "text":
        return "text", {"body": text, "language": rest, "text_kind": "own_words"}
    if first == "founded":
        return "existence", {"event": "founded", "edtf": to_edtf(text)}
    if first in ROLES:
        return "presence", {"role": ROLES[first], "place": places.resolve(text)[0]}
    if first == "arena":
        if not Arena.objects.filter(pk=text).exists():
            raise ValidationError(NOT_OFFERED)
        return "arena_placement", {"arena": text}
    if first == "trait":
        term = Term.objects.filter(scheme=rest, code=text, needs_purpose=False).first()
        if term is None:
            raise ValidationError(NOT_OFFERED)
        return "trait", {"term": term.pk}
    if first == "link":
        address = text if "://" in text or text.startswith("mailto:") else f"https://{text}"
        return "link", {"url": address}
    if first == "partnership":
        return "membership", {"partnership": resolve_record(text, "partnership")}
    if first == "answer":
        return answers.answer_statement(record, rest, text, places)
    return "contact", {"contact_kind": first, "value": text}


def contact_tier(name: str, profile: Profile) -> Tier:
    return TIERS.get(str(profile.get(f"{name}.readers", DEFAULT_TIER)), Tier.REPRESENTATIVES)


def field_texts(profile: Profile, name: str) -> list[str]:
    """The texts in a field, without blanks and duplicates."""
    value = profile.get(name, "")
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(text.strip() for text in values if text.strip()))


def find_problems(record: Record, profile: Profile, names: Iterable[str]) -> Problems:
    """What the ledger's rules would refuse in these fields."""
    problems: Problems = defaultdict(list)
    proposed: dict[str, list[tuple[str, dict]]] = defaultdict(list)
    source = next(iter(own_sources(record)), 0)
    places = ProposedPlaces()
    for name in names:
        if name.startswith("taken."):
            continue
        if name.endswith(".readers"):
            if profile.get(name, DEFAULT_TIER) not in TIERS:
                problems[name].append(str(NOT_OFFERED))
            continue
        for text in field_texts(profile, name):
            try:
                if problem := unstorable_text(text):
                    raise ValidationError(problem)
                kind, values = parse_field(record, name, text, places)
            except ValidationError as error:
                problems[name] += error.messages
                continue
            if kind == "contact":
                values["tier"] = contact_tier(name, profile)
            changeset = Changeset()
            changeset.add(kind, record, **{**values, "source": source, "voice": "own"})
            proposed[kind].append((name, changeset.operations.adds[kind][0]))
    for kind, rows in proposed.items():
        errors = find_errors(kind, [row for _, row in rows], places.kinds)
        for position, row_problems in errors.items():
            problems[rows[position][0]] += [
                message for column, message in row_problems if column != "source"
            ]
    return {name: messages for name, messages in problems.items() if messages}


def write_profile(
    changeset: Changeset,
    record: Record,
    statements: list[OwnStatement],
    wanted: Profile,
    places: ProposedPlaces,
) -> None:
    """Add to a proposal the operations that turn the ledger's statements into a wanted profile.

    `places` resolves the places that it names. What stands already is left alone. Raises
    ValidationError for an invalid field.
    """
    source = own_source(changeset, record)
    by_field: dict[str, list[OwnStatement]] = defaultdict(list)
    for name, own in iter_fields(statements):
        by_field[name].append(own)
    current = build_profile(statements)
    for name in {**current, **wanted}:
        first, _, rest = name.partition(".")
        if name.endswith(".readers"):
            continue
        if first == "taken":
            for own in statements:
                if wanted[name] == "yes" and str(own.pk) == rest:
                    _retire(changeset, own)
        elif first == "answer":
            for text in field_texts(wanted, name):
                kind, values = parse_field(record, name, text, places)
                changeset.add(kind, record, **{**values, "source": source, "voice": "own"})
        elif name in CONTACTS:
            _write_contact(changeset, record, source, name, by_field[name], wanted)
        elif field_texts(current, name) != field_texts(wanted, name):
            _write_field(changeset, record, source, name, by_field[name], wanted, places)


def _write_field(
    changeset: Changeset,
    record: Record,
    source: int,
    name: str,
    statements: list[OwnStatement],
    wanted: Profile,
    places: ProposedPlaces,
) -> None:
    by_text = {next(iter(field_texts(build_profile([own]), name)), ""): own for own in statements}
    if not is_list(name):
        # The form shows the first of several statements in one field, so it changes that one.
        by_text = dict([next(iter(by_text.items()))]) if by_text else {}
    wanted_texts = field_texts(wanted, name)
    removed = [own for text, own in by_text.items() if text not in wanted_texts]
    for text in wanted_texts:
        if text in by_text:
            continue
        kind, values = parse_field(record, name, text, places)
        former = removed.pop(0) if removed and not is_list(name) else None
        if former is not None:
            values = {**former.values, **_columns(kind, values)}
            if kind == "name":
                values["name_kind"] = former.values["name_kind"]
            _retire(changeset, former)
            changeset.add(kind, record, **{**values, "source_id": source})
        else:
            changeset.add(kind, record, source=source, voice="own", **values)
    for own in removed:
        _retire(changeset, own)


def _columns(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    model = statement_kinds()[kind]
    columns = {column.name: column.attname for column in model.operation_fields()}
    return {columns[name]: value for name, value in values.items()}


def _retire(changeset: Changeset, own: OwnStatement) -> None:
    changeset.operations.retire(own.kind, own.pk)


def _write_contact(
    changeset: Changeset,
    record: Record,
    source: int,
    name: str,
    statements: list[OwnStatement],
    wanted: Profile,
) -> None:
    text = next(iter(field_texts(wanted, name)), "")
    tier = contact_tier(name, wanted)
    former = statements[0] if statements else None
    if former is not None and former.values["value"] == text:
        if former.values["tier"] != tier:
            # In place, so that past states of the catalogue hide it as well.
            changeset.restrict(Contact.objects.get(pk=former.pk), tier)
        return
    if former is not None:
        _retire(changeset, former)
    if text:
        contact = {"contact_kind": name, "value": text}
        changeset.add("contact", record, source=source, voice="own", tier=tier, **contact)


def own_answers(record: Record) -> list[Statement]:
    """The statements of an organization outside its profile fields: its answers to others."""
    statements = own_statements(record)
    in_profile = {id(own) for _, own in iter_fields(statements)}
    kinds = statement_kinds()
    return [
        kinds[own.kind].objects.get(pk=own.pk) for own in statements if id(own) not in in_profile
    ]
