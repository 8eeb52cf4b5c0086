"""A profile: what a body says of itself, as the few fields in which it is asked for it.

Each field has a name (`name.es`, `seat`, `trait.identity`) and holds a text, or a list of texts:
what people type. Here they become statements of the body's own source, and statements become them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from orgs.changes.changeset import Changeset
from orgs.changes.changeset import said as values_of
from orgs.projection.entry import Entry
from orgs.records.arena import Arena
from orgs.records.record import ACTORS, Record
from orgs.records.source import Source, SourceKind, Tier
from orgs.records.term import Term
from orgs.search.resolver import record_called
from orgs.statements.identifier import Contact
from orgs.statements.name import NameKind
from orgs.statements.statement import Statement, statement_kinds
from orgs.statements.validation import judge, no_text

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
"""The fields about places, and the role that each gives them."""
SCHEMES = ("form", "identity", "leadership", "service_level", "sector")
"""The questions of the codebook that a body answers about itself."""
CONTACTS = ("email", "phone", "postal")
LISTS = {"acts_in", "origin", "residence", "arena", "link", "partnership"}
READERS = str(int(Tier.REPRESENTATIVES))
"""Who may read a contact unless the body says otherwise: nobody but who speaks for it."""


def is_list(name: str) -> bool:
    """Whether a field holds several values, each by itself."""
    return name in LISTS or name.startswith("trait.")


def blank(name: str) -> Value:
    """Return what a field holds before anything is said."""
    if name.endswith(".readers"):
        return READERS
    return [] if is_list(name) else ""


@dataclass
class Said:
    """A statement of the body's own: in the ledger by its `number`; 0 if a proposal waits with
    it.
    """

    kind: str
    values: dict[str, Any]
    number: int = 0


@dataclass
class Handles:
    """What records are called where somebody types them, and which record a word means."""

    called: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, numbers: Iterable[int]) -> "Handles":
        """Return those of these records, as the public may read them."""
        rows = list(
            Entry.objects.published().filter(id__in=set(numbers)).values("id", "label", "slug")
        )
        alike = Entry.objects.published().filter(label__in=[row["label"] for row in rows])
        count: dict[str, int] = defaultdict(int)
        for label in alike.exclude(kind__in=("source", "term")).values_list("label", flat=True):
            count[label] += 1
        return cls(
            {row["id"]: row["label"] if count[row["label"]] < 2 else row["slug"] for row in rows}
        )


# Reading ------------------------------------------------------------------------------------------


def sources_of(record: Record) -> list[int]:
    """Return the sources in which a body speaks for itself."""
    own = Source.objects.filter(published_by=record, source_kind=SourceKind.OWN)
    return list(own.values_list("pk", flat=True))


def own_words(record: Record) -> list[Said]:
    """Return all that a body says of itself now, whoever may read it."""
    sources = sources_of(record)
    return [
        Said(kind, values_of(one), one.pk)
        for kind, model in statement_kinds().items()
        for one in (
            model.objects.current().filter(record=record, source__in=sources) if sources else ()
        )
    ]


def waiting(record: Record) -> list[Changeset]:
    """Return the proposals that wait and say nothing but what this body says of itself."""
    changesets = Changeset.objects.proposed().filter(on_behalf=record).order_by("id")
    return [changeset for changeset in changesets if _about_itself(changeset, record)]


def _about_itself(changeset: Changeset, record: Record) -> bool:
    rows = [row for rows in changeset.operations.get("adds", {}).values() for row in rows]
    steps = {name for name, content in changeset.operations.items() if content}
    return steps <= {"adds", "retires", "restricts", "references"} and all(
        row["record_id"] == record.pk for row in rows
    )


def with_changeset(said: list[Said], changeset: Changeset) -> list[Said]:
    """Return what a body says where a proposal of its own has been accepted."""
    gone = {number for ids in changeset.operations.get("retires", {}).values() for number in ids}
    tiers = {step["id"]: step["after"] for step in changeset.operations.get("restricts", ())}
    kept = [
        Said(
            one.kind,
            {**one.values, "tier": tiers.get(one.number, one.values["tier"])},
            one.number,
        )
        for one in said
        if one.number not in gone
    ]
    return kept + [
        Said(kind, {name: value for name, value in row.items() if name != "record_id"})
        for kind, rows in changeset.operations.get("adds", {}).items()
        for row in rows
    ]


def fields_of(said: Iterable[Said]) -> Iterator[tuple[str, Said]]:
    """Give the statements that stand in a field of the profile, with its name."""
    said = list(said)
    terms = Term.objects.in_bulk([one.values["term_id"] for one in said if one.kind == "trait"])
    roles = {role: name for name, role in ROLES.items()}
    for one in said:
        values = one.values
        if not values["holds"]:
            continue
        if one.kind == "name" and values["name_kind"] == NameKind.ACRONYM:
            yield "acronym", one
        elif one.kind == "name" and values["name_kind"] != NameKind.FORMER:
            yield f"name.{values['language']}", one
        elif one.kind == "text" and values["text_kind"] == "own_words":
            yield f"text.{values['language']}", one
        elif one.kind == "existence" and values["event"] == "founded":
            yield "founded", one
        elif one.kind == "presence" and values["role"] in roles:
            yield roles[values["role"]], one
        elif one.kind == "arena_placement":
            yield "arena", one
        elif one.kind == "trait" and terms[values["term_id"]].scheme in SCHEMES:
            yield f"trait.{terms[values['term_id']].scheme}", one
        elif one.kind == "link":
            yield "link", one
        elif one.kind == "contact" and values["contact_kind"] in CONTACTS:
            yield values["contact_kind"], one
        elif one.kind == "membership":
            yield "partnership", one


def profile_of(said: list[Said]) -> Profile:
    """Return what a body says of itself as people would type it."""
    placed = list(fields_of(said))
    pointed = {"presence": "place_id", "membership": "partnership_id"}
    handles = Handles.of(one.values[pointed[one.kind]] for _, one in placed if one.kind in pointed)
    codes = dict(
        Term.objects.filter(
            pk__in=[one.values["term_id"] for _, one in placed if one.kind == "trait"]
        ).values_list("pk", "code")
    )
    profile: Profile = {}
    for name, one in placed:
        text = _text(one, handles, codes)
        if is_list(name):
            profile[name] = list(dict.fromkeys([*profile.get(name, []), text]))
        elif name not in profile:
            profile[name] = text
            if one.kind == "contact":
                profile[f"{name}.readers"] = str(int(one.values["tier"]))
    return profile


def _text(one: Said, handles: Handles, codes: dict[int, str]) -> str:
    values = one.values
    match one.kind:
        case "presence":
            return handles.called.get(values["place_id"], str(values["place_id"]))
        case "membership":
            return handles.called.get(values["partnership_id"], str(values["partnership_id"]))
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
"""What is wrong with fields, in the sentences that a person reads."""


def statement_of(record: Record, name: str, text: str) -> tuple[str, dict[str, Any]]:
    """Return the statement about a record that a text in a field means: its kind and values.

    Raises ValidationError with the sentence a person reads.
    """
    first, _, rest = name.partition(".")
    if first == "name":
        if "~" in rest:
            raise ValidationError(
                gettext("There is another name in this language already. Keep one of the two.")
            )
        return "name", {"text": text, "language": rest, "name_kind": NameKind.OFFICIAL}
    if first == "acronym":
        return "name", {"text": text, "language": "und", "name_kind": NameKind.ACRONYM}
    if first == "text":
        return "text", {"body": text, "language": rest, "text_kind": "own_words"}
    if first == "founded":
        return "existence", {"event": "founded", "edtf": text}
    if first in ROLES:
        return "presence", {"role": ROLES[first], "place": record_called(text, "place")}
    if first == "arena":
        if not Arena.objects.filter(pk=text).exists():
            raise ValidationError(gettext("Choose one of the answers that are offered."))
        return "arena_placement", {"arena": text}
    if first == "trait":
        term = Term.objects.filter(scheme=rest, code=text, needs_purpose=False).first()
        if term is None:
            raise ValidationError(gettext("Choose one of the answers that are offered."))
        return "trait", {"term": term.pk}
    if first == "link":
        address = text if "://" in text or text.startswith("mailto:") else f"https://{text}"
        return "link", {"url": address}
    if first == "partnership":
        return "membership", {"partnership": record_called(text, "partnership")}
    if first == "answer":
        return answers.statement_of(record, rest, text)
    return "contact", {"contact_kind": first, "value": text}


def readers_of(name: str, profile: Profile) -> Tier:
    """Return who may read a contact."""
    chosen = profile.get(f"{name}.readers", READERS)
    return Tier(int(chosen)) if chosen in {str(int(one)) for one in Tier} else Tier.REPRESENTATIVES


def texts(profile: Profile, name: str) -> list[str]:
    """Return the texts in a field, without blanks."""
    value = profile.get(name, "")
    several = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(text.strip() for text in several if text.strip()))


def problems_of(record: Record, profile: Profile, names: Iterable[str]) -> Problems:
    """Return what the ledger would say of these fields, in its own words."""
    problems: Problems = defaultdict(list)
    proposed: dict[str, list[tuple[str, dict]]] = defaultdict(list)
    source = next(iter(sources_of(record)), 0)
    for name in names:
        if name.endswith(".readers") or name.startswith("taken."):
            continue
        for text in texts(profile, name):
            try:
                if fault := no_text(text):
                    raise ValidationError(fault)
                kind, values = statement_of(record, name, text)
            except ValidationError as error:
                problems[name] += error.messages
                continue
            if kind == "contact":
                values["tier"] = readers_of(name, profile)
            changeset = Changeset()
            changeset.add(kind, record, **{**values, "source": source, "voice": "own"})
            proposed[kind].append((name, changeset.operations["adds"][kind][0]))
    for kind, rows in proposed.items():
        for position, faults in judge(kind, [row for _, row in rows]).items():
            problems[rows[position][0]] += [
                sentence for where, sentence in faults if where != "source"
            ]
    return {name: told for name, told in problems.items() if told}


def write(changeset: Changeset, record: Record, said: list[Said], wanted: Profile) -> None:
    """Write into a proposal what makes a body say this of itself, and nothing that it says already.

    `said` is what the ledger has. Raises ValidationError for what is not sound.
    """
    source = own_source(changeset, record)
    held: dict[str, list[Said]] = defaultdict(list)
    for name, one in fields_of(said):
        held[name].append(one)
    now = profile_of(said)
    for name in {**now, **wanted}:
        first, _, rest = name.partition(".")
        if name.endswith(".readers"):
            continue
        if first == "taken":
            for one in said:
                if wanted[name] == "yes" and str(one.number) == rest:
                    _retire(changeset, one)
        elif first == "answer":
            for text in texts(wanted, name):
                kind, values = statement_of(record, name, text)
                changeset.add(kind, record, **{**values, "source": source, "voice": "own"})
        elif name in CONTACTS:
            _write_contact(changeset, record, source, name, held[name], wanted)
        elif texts(now, name) != texts(wanted, name):
            _write_field(changeset, record, source, name, held[name], wanted)


def _write_field(
    changeset: Changeset, record: Record, source: int, name: str, held: list[Said], wanted: Profile
) -> None:
    texts_now = {next(iter(texts(profile_of([one]), name)), ""): one for one in held}
    if not is_list(name):
        # Of several in one field the first is shown, and the first is changed.
        texts_now = dict([next(iter(texts_now.items()))]) if texts_now else {}
    keep = set(texts(wanted, name))
    gone = [one for text, one in texts_now.items() if text not in keep]
    for text in texts(wanted, name):
        if text in texts_now:
            continue
        kind, values = statement_of(record, name, text)
        former = gone.pop(0) if gone and not is_list(name) else None
        if former is not None:
            values = {**former.values, **_columns(kind, values)}
            if kind == "name":
                values["name_kind"] = former.values["name_kind"]
            _retire(changeset, former)
            changeset.add(kind, record, **{**values, "source_id": source})
        else:
            changeset.add(kind, record, source=source, voice="own", **values)
    for one in gone:
        _retire(changeset, one)


def _columns(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    model = statement_kinds()[kind]
    names = {one.name: one.attname for one in model.operation_fields()}
    return {names[name]: value for name, value in values.items()}


def _retire(changeset: Changeset, one: Said) -> None:
    changeset._dict("retires").setdefault(one.kind, []).append(one.number)


def _write_contact(
    changeset: Changeset, record: Record, source: int, name: str, held: list[Said], wanted: Profile
) -> None:
    text = next(iter(texts(wanted, name)), "")
    tier = readers_of(name, wanted)
    former = held[0] if held else None
    if former is not None and former.values["value"] == text:
        if former.values["tier"] != tier:
            # In place: the number that was open in a yesterday is not any more.
            changeset.restrict(Contact.objects.get(pk=former.number), tier)
        return
    if former is not None:
        _retire(changeset, former)
    if text:
        kind, values = statement_of(record, name, text)
        changeset.add(kind, record, source=source, voice="own", tier=tier, **values)


def actors() -> tuple[str, ...]:
    """Return the kinds of record that speak for themselves."""
    return tuple(str(kind) for kind in ACTORS)


def statements_of(record: Record) -> list[tuple[Statement, str]]:
    """Return what a body says beside its profile: its answers, each with its kind."""
    said = own_words(record)
    placed = {id(one) for _, one in fields_of(said)}
    kinds = statement_kinds()
    return [
        (kinds[one.kind].objects.get(pk=one.number), one.kind)
        for one in said
        if id(one) not in placed
    ]
