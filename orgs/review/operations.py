"""What a proposal changes, step by step, in plain words: both texts side by side."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext

from orgs.access.roles import Right, can
from orgs.access.visibility import closed_among
from orgs.changes.changeset import Changeset
from orgs.changes.rebasing import best_pairs
from orgs.records.record import Kind, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Source, Tier
from orgs.statements.statement import Statement, statement_kinds

from .choices import Known, known, label
from .descriptions import TITLES, Row, Told, compared, row_of, sentence, told, told_columns
from .reading_log import note


@dataclass
class Step:
    """One thing that a proposal does.

    `picks` name the parts of the proposal it consists of, for whoever accepts only some of them.
    `now` is what the catalogue says by now, where somebody else was faster.
    """

    verb: str
    what: str
    about: str = ""
    record: int | None = None
    rows: list[Row] = field(default_factory=list)
    picks: list[str] = field(default_factory=list)
    overtaken: bool = False
    now: list[Told] = field(default_factory=list)
    merged: bool = False
    """Whether somebody changed other parts of it since, which are kept."""
    numbers: set[int] = field(default_factory=set)
    """The numbers of all that it speaks of."""
    confidential: bool = False
    """Whether it says something that is not for the public."""

    @property
    def clash(self) -> list[Row]:
        """Return what is said now beside what the proposal says; nothing if there is no one
        text.
        """
        if not self.overtaken or len(self.now) != 1:
            return []
        return compared(self.now[0], {row.name: row.after for row in self.rows if row.after})


def steps_of(changeset: Changeset, request: HttpRequest) -> list[Step]:
    """Return what a proposal would do, or what an accepted one did: what the account may read."""
    retired, added = _statements(changeset)
    held = _held(changeset)
    things = known(_numbers(changeset, retired, added, held), request)
    made = {fields["id"]: fields["slug"] for fields in changeset.operations.get("records", [])}

    def about(record: int) -> str:
        if record in things:
            return label(things[record])
        if record in made:
            return gettext("%(record)s (new)") % {"record": made[record]}
        return gettext("record %(number)s") % {"number": record}

    return _readable(
        [
            *_of_records(changeset),
            *_of_references(changeset, things, held),
            *_of_statements(changeset, retired, added, things, about, request),
            *_of_tiers(changeset, things, held),
            *_of_record_changes(changeset, things, about),
            *_of_redactions(changeset),
        ],
        changeset,
        request,
    )


def _readable(steps: list[Step], changeset: Changeset, request: HttpRequest) -> list[Step]:
    """Those of these steps that the account may read. Its own words it may, unless others' say so.

    What is not for the public and is shown is noted.
    """
    closed = closed_among({number for step in steps for number in step.numbers})
    hidden = [step for step in steps if step.confidential or not closed.isdisjoint(step.numbers)]
    if not hidden:
        return steps
    if can(request.user, Right.SEE_CONFIDENTIAL):
        note(request, Right.SEE_CONFIDENTIAL, "changeset", changeset.pk)
        return steps
    own = changeset.author_id == request.user.pk and changeset.number is None
    return [
        step for step in steps if closed.isdisjoint(step.numbers) and (own or not step.confidential)
    ]


def kept_steps(changeset: Changeset, record: Record, request: HttpRequest) -> list[Step]:
    """Return what an accepted proposal decided about a record: what is not moved into the
    ledger.
    """
    if not changeset.operations:
        return []
    held = _held(changeset)
    things = known([record.pk, *_numbers(changeset, {}, {}, held)], request)
    steps = [
        *_of_records(changeset),
        *_of_tiers(changeset, things, held),
        *_of_record_changes(changeset, things, lambda number: label(things[number])),
    ]
    return [step for step in steps if step.record == record.pk]


About = Callable[[int], str]
"""Says what a step is about: a record of the catalogue, or one that the proposal makes."""

Held = dict[str, list[tuple[int, dict, Any]]]
"""By kind: the position or number in the proposal, the row, and the statement if it has been
one.
"""


def _statements(changeset: Changeset) -> tuple[Held, Held]:
    """Return what the proposal retires and what it adds. Accepted proposals have moved both out."""
    retired: Held = {}
    added: Held = {}
    for kind, model in statement_kinds().items():
        came: list[tuple[int, dict, Any]]
        if changeset.number is not None:
            gone = model.objects.filter(retired=changeset.number)
            came = [(s.pk, row_of(s), s) for s in model.objects.filter(added=changeset.number)]
        else:
            gone = model.objects.filter(
                pk__in=changeset.operations.get("retires", {}).get(kind, [])
            )
            came = [
                (position, row, None)
                for position, row in enumerate(changeset.operations.get("adds", {}).get(kind, []))
            ]
        retired[kind] = [(s.pk, row_of(s), s) for s in gone]
        added[kind] = came
    return retired, added


def _held(changeset: Changeset) -> dict[int, Any]:
    """Return, by their numbers, the references and statements that a proposal decides about."""
    wanted: defaultdict[Any, set[int]] = defaultdict(set)
    for step in changeset.operations.get("references", []):
        wanted[REFERENCES[step["table"]]].add(step["id"])
    for step in changeset.operations.get("restricts", []):
        wanted[Source if step["table"] == "source" else statement_kinds()[step["table"]]].add(
            step["id"]
        )
    return {
        number: one
        for model, numbers in wanted.items()
        for number, one in model._default_manager.in_bulk(numbers).items()
    }


def _numbers(
    changeset: Changeset, retired: Held, added: Held, held: dict[int, Any]
) -> Iterator[Any]:
    """Give the numbers of all that a proposal speaks of."""
    for kind, model in statement_kinds().items():
        columns = [part.column for part in model.operation_fields() if part.is_relation]
        for _, row, _ in [*retired.get(kind, ()), *added.get(kind, ())]:
            yield from (row[column] for column in columns)
    for one in held.values():
        if isinstance(one, Statement):
            yield from row_of(one).values()
    for step in changeset.operations.get("record_changes", []) + changeset.operations.get(
        "references", []
    ):
        yield from (step["id"], *(step["before"] or {}).values(), *(step["after"] or {}).values())


def _of_statements(
    changeset: Changeset,
    retired: Held,
    added: Held,
    things: Known,
    about: About,
    request: HttpRequest,
) -> Iterator[Step]:
    for kind, model in statement_kinds().items():
        columns = [str(part.column) for part in model.operation_fields() if part.is_relation]
        successors = _successors(retired[kind], added[kind])
        taken = {successor[0] for successor in successors.values()}
        for number, row, statement in retired[kind]:
            successor = successors.get(number)
            rows = compared(
                told(model, row, things),
                told(model, successor[1], things) if successor else None,
            )
            step = Step(
                gettext("says otherwise") if successor else gettext("says no longer"),
                str(model._meta.verbose_name),
                about(row["record_id"]),
                row["record_id"],
                rows,
                [f"retires:{kind}:{number}"],
            )
            both = [row, *([successor[1]] if successor else [])]
            step.numbers = {number, *_pointed(both, columns)}
            step.confidential = any(one["tier"] > Tier.PUBLIC for one in both)
            if successor:
                step.picks.append(f"adds:{kind}:{successor[0]}")
            if changeset.number is None and statement.retired_id:
                step.overtaken, step.now = True, said_since(statement, request)
            yield step
        for position, row, _ in added[kind]:
            if position in taken:
                continue
            yield Step(
                gettext("says newly"),
                str(model._meta.verbose_name),
                about(row["record_id"]),
                row["record_id"],
                compared(None, told(model, row, things)),
                [f"adds:{kind}:{position}"],
                numbers=_pointed([row], columns),
                confidential=row["tier"] > Tier.PUBLIC,
            )


def _pointed(rows: Iterable[dict], columns: Iterable[str]) -> set[int]:
    """The numbers of all that these rows point at."""
    return {row[name] for row in rows for name in columns if isinstance(row.get(name), int)}


def _successors(retired: list, added: list) -> dict[int, tuple]:
    """Return, for retired statements, the added one about the same record that is most like it."""
    about = defaultdict(list)
    for one in added:
        about[one[1]["record_id"]].append(one)
    return best_pairs(
        (sum(str(came[1].get(name)) == str(value) for name, value in row.items()), gone, came)
        for gone, row, _ in retired
        for came in about[row["record_id"]]
    )


def said_since(statement: Statement, request: HttpRequest) -> list[Told]:
    """Return what has been said of this kind about this record since a statement was retired."""
    model = type(statement)
    since = list(
        model.objects.current()
        .visible_to(request.user)
        .filter(record=statement.record_id, added__gte=statement.retired_id)
    )
    rows = [row_of(one) for one in since]
    things = known(
        (row[part.column] for row in rows for part in model.operation_fields() if part.is_relation),
        request,
    )
    return [told(model, row, things) for row in rows]


def _of_records(changeset: Changeset) -> Iterator[Step]:
    for position, fields in enumerate(changeset.operations.get("records", [])):
        yield Step(
            gettext("makes"),
            gettext("a new %(kind)s") % {"kind": Kind(fields["kind"]).label},
            fields["slug"],
            fields["id"] if changeset.number is not None else None,
            [],
            [f"records::{position}"],
        )


def _of_references(changeset: Changeset, things: Known, held: dict[int, Any]) -> Iterator[Step]:
    verbs = {
        (True, False): gettext("adds"),
        (False, True): gettext("removes"),
        (False, False): gettext("changes"),
    }
    for position, step in enumerate(changeset.operations.get("references", [])):
        model = REFERENCES[step["table"]]
        before, after = step["before"], step["after"]
        now = held.get(step["id"])
        values = {**(before or {}), **(after or {})}
        named = next((str(values[k]) for k in ("short", "code", "as_printed") if k in values), "")
        yield Step(
            verbs[before is None, after is None],
            str(model._meta.verbose_name),
            label(now) if now is not None else named,
            None,
            compared(told_columns(model, before, things), told_columns(model, after, things)),
            [f"references::{position}"],
            numbers={
                step["id"],
                *_pointed([values], [name for name in values if name[-3:] == "_id"]),
            },
            confidential=(values.get("tier") or 0) > Tier.PUBLIC,
            **_overtaken(changeset, now, before, things),
        )


def _of_record_changes(changeset: Changeset, things: Known, about: About) -> Iterator[Step]:
    for position, step in enumerate(changeset.operations.get("record_changes", [])):
        before = told_columns(Record, step["before"], things)
        now = things.get(step["id"])
        yield Step(
            gettext("changes"),
            gettext("the record"),
            about(step["id"]),
            step["id"],
            compared(before, told_columns(Record, step["after"], things)),
            [f"record_changes::{position}"],
            numbers={step["id"], step["after"].get("successor_id") or step["id"]},
            **(_overtaken(changeset, now, step["before"], things) if now is not None else {}),
        )


def _of_tiers(changeset: Changeset, things: Known, held: dict[int, Any]) -> Iterator[Step]:
    for position, step in enumerate(changeset.operations.get("restricts", [])):
        now = held.get(step["id"])
        what, about, record = step["table"], str(now), None
        if isinstance(now, Statement):
            said = sentence(type(now), row_of(now), things)
            what = f"{now._meta.verbose_name} “{said}”"
            record = now.record_id
            about = label(things[record]) if record in things else str(record)
        yield Step(
            gettext("changes who may read"),
            what,
            about,
            record,
            [
                Row(
                    str(TITLES["tier"]),
                    str(Tier(step["before"]).label),
                    str(Tier(step["after"]).label),
                )
            ],
            [f"restricts::{position}"],
            numbers={step["id"]},
            **_overtaken(changeset, now, {"tier": step["before"]}, {}),
        )


def _of_redactions(changeset: Changeset) -> Iterator[Step]:
    for position, step in enumerate(changeset.operations.get("redactions", [])):
        yield Step(
            gettext("removes the reason of"),
            gettext("change %(number)s") % {"number": step["number"]},
            picks=[f"redactions::{position}"],
        )


def _overtaken(changeset: Changeset, now: Model | None, before: dict | None, things: Known) -> dict:
    """Return whether a waiting proposal found something otherwise than it is now, and how it is."""
    if changeset.number is not None or before is None:
        return {}
    held = {name: getattr(now, name, None) for name in before}
    if now is not None and all(str(held[name]) == str(before[name]) for name in before):
        return {}
    model = type(now) if now is not None else None
    return {"overtaken": True, "now": [told_columns(model, held, things)] if model else []}
