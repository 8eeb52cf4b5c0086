"""Rows in, changesets out: how files become proposals.

Every row of a file is accounted for: created, updated, unchanged, or refused with its row,
column, value and reason. Nothing of a file is stored if a row is refused, unless the good part
alone is asked for. The paper's catalogue is loaded by this importer, like any other file.
"""

import json
import re
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction

from orgs.changes.changeset import Changeset, reserve_ids
from orgs.records.arena import Arena
from orgs.records.record import Kind, Level, Record
from orgs.records.reference import REFERENCES
from orgs.records.source import Source, Tier
from orgs.records.term import Term
from orgs.search.resolver import public_names
from orgs.search.text import normalize_name
from orgs.statements.identifier import Identifier
from orgs.statements.statement import Statement
from orgs.statements.statement import statement_kinds as kinds_of_statement
from orgs.statements.validation import judge, no_text

from .mapping import (
    BadMap,
    Map,
    cell,
    fields_of,
    is_made_of,
    is_unknown,
    left_out,
    made_long,
    one_value_each,
    reads_column,
    ways_to_find,
)
from .tables import Table

CHUNK = 500
"""How many statements one changeset of an import holds, so that nobody waits for a long one."""

NATURAL_KEYS = {
    "source": ("key",),
    "term": ("scheme", "code"),
    "citation": ("source_id", "locator", "as_printed"),
}
"""What tells one row of a reference table from another."""

TRUE = {"yes", "true", "1", "y", "x"}
FALSE = {"no", "false", "0", "n", ""}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row.

    `verdict` is created, updated, unchanged, retired, left out (by a rule of the map) or refused.
    """

    table: str
    row: int
    verdict: str
    column: str = ""
    value: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """Return the line that a person reads."""
        where = f"{self.table}, row {self.row}"
        if self.verdict == "left out":
            return f"{where}: left out. {self.reason}"
        if self.verdict != "refused":
            return f"{where}: {self.verdict}"
        shown = self.value if len(self.value) <= 80 else self.value[:77] + "..."
        return f"{where}, column {self.column or '(the row)'}, value {shown!r}: {self.reason}"


@dataclass(slots=True)
class Step:
    """One statement that a row would add, and where it came from."""

    table: str
    row: int
    kind: str
    values: dict
    cells: dict[str, tuple[str, str]]
    """For each field: the column it came from, and what stood there."""
    outcome: Outcome | None = None
    replaces: int | None = None
    """The statement whose place it takes: of an earlier run, or the one that the file names."""


class Import:
    """Tables that become changesets under one label.

    With `replace`, what an earlier import of this label said and these tables do not say any
    more is retired: so a second run of the same files changes nothing.
    """

    def __init__(self, label: str, author=None, reason: str = "", replace: bool = False) -> None:
        self.label = label
        self.author = author
        self.reason = reason or f"Import {label}."
        self.replace = replace
        self.outcomes: list[Outcome] = []
        self.records: dict[str, dict] = {}
        self.references: list[dict] = []
        self._cells_of_references: list[tuple[str, int, dict]] = []
        self.wanted: dict[str, list[Step]] = defaultdict(list)
        self.adds: list[Step] = []
        self.unsound: ValidationError | None = None
        self.left: dict[str, list[int]] = defaultdict(list)
        self._called: dict[tuple, dict[str, set[str]]] = {}
        self._known: dict[str, dict[str, int]] = {}
        self._seen: set[tuple] = set()
        self._told: set[Outcome] = set()
        self._planned: dict[str, dict[str, int]] = {"record": {}, "source": {}, "term": {}}

    # Reading

    def plan(self, table: Table, kind: str, mapping: Map) -> None:
        """Read one table: what each row would do, or why not.

        Tables that make records, sources and terms come before those that mention them.
        """
        table = self._without_what_is_left_out(table, mapping)
        if mapping.long:
            wide, table = table, made_long(table, mapping)
            filled = {number for number, _ in table.rows}
            empty = [number for number, _ in wide.rows if number not in filled]
            self.outcomes += [Outcome(table.name, number, "unchanged") for number in empty]
        missing = mapping.columns() - set(table.header)
        if missing:
            raise BadMap(
                f"{table.name} has no column {', '.join(sorted(missing))}. It has "
                f"{', '.join(table.header)}."
            )
        ruled = {rule["column"] for rule in mapping.leave_out}
        named = mapping.columns() | {*mapping.ignore, *mapping.made, *ruled}
        spare = set(table.header) - named
        if spare:
            raise BadMap(
                f"Nothing is said about the column {', '.join(sorted(spare))} of {table.name}. "
                "Name it in the map, or list it under ignore."
            )
        for statement_kind, _ in mapping.statements:
            self.wanted[statement_kind] += []
        if mapping.reference:
            self._announce(table, kind, mapping.reference)
        for start in range(0, len(table.rows), CHUNK):
            rows = table.rows[start : start + CHUNK]
            if mapping.record:
                self._plan_records(table.name, rows, kind, mapping)
            if mapping.reference:
                self._plan_references(table.name, rows, kind, mapping.reference)
            for statement_kind, hows in mapping.statements:
                self._plan_statements(table.name, rows, statement_kind, hows, mapping)
        self._tell_of_silent_rows(table, mapping)

    def _without_what_is_left_out(self, table: Table, mapping: Map) -> Table:
        """Return the rows that no rule of the map leaves out, and tell of the others."""
        if missing := {rule["column"] for rule in mapping.leave_out} - set(table.header):
            raise BadMap(
                f"The map leaves out rows by the column {', '.join(sorted(missing))}, which "
                f"{table.name} has not. It has {', '.join(table.header)}."
            )
        kept = []
        for number, cells in table.rows:
            if rule := left_out(mapping.leave_out, cells):
                column = rule["column"]
                told = (number, "left out", column, cells[column], rule["because"])
                self.outcomes.append(Outcome(table.name, *told))
            else:
                kept.append((number, cells))
        return Table(table.name, table.header, kept)

    def _tell_of_silent_rows(self, table: Table, mapping: Map) -> None:
        """Tell of the rows of which the map makes no statement, so that none goes unseen."""
        if mapping.record or mapping.reference:
            return
        conditions = [hows for _, hows in mapping.statements]
        spoken = {
            number
            for number, cells in table.rows
            if any(is_made_of(hows, cells) for hows in conditions)
        }
        reason = "The map makes no statement of such a row."
        for number in dict.fromkeys(number for number, _ in table.rows):
            if number not in spoken:
                self.outcomes.append(Outcome(table.name, number, "left out", reason=reason))

    def _announce(self, table: Table, kind: str, hows: dict) -> None:
        """Number the sources or terms that a table brings, so that its rows can name each other."""
        if kind not in self._planned:
            return
        parts = {"source": ("key",), "term": ("scheme", "code")}[kind]
        there = _all_names(kind)
        names = {
            ":".join(cell(hows[part], cells)[1] for part in parts if part in hows): None
            for _, cells in table.rows
        }
        new = [name for name in names if name not in there and name not in self._planned[kind]]
        self._planned[kind].update(zip(new, reserve_ids(len(new)), strict=True))

    def _plan_records(self, table: str, rows: list, kind: str, mapping: Map) -> None:
        slugs = [cell(mapping.record.get("slug", "slug"), cells)[1] for _, cells in rows]
        there = dict(Record.objects.filter(slug__in=slugs).values_list("slug", "kind"))
        numbers = iter(reserve_ids(len(rows)))
        for (number, cells), slug in zip(rows, slugs, strict=True):
            column = mapping.record.get("slug", "slug")
            own_kind = cell(mapping.record["kind"], cells)[1] if "kind" in mapping.record else kind
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 120:
                self._refuse(
                    table,
                    number,
                    str(column),
                    slug,
                    "Write small letters, digits and hyphens.",
                )
            elif own_kind not in Kind.values:
                self._refuse(
                    table, number, "kind", own_kind, f"Choose a kind: {', '.join(Kind.values)}."
                )
            elif slug in self.records:
                self._refuse(table, number, str(column), slug, "This slug stands there twice.")
            elif there.get(slug, own_kind) != own_kind:
                self._refuse(
                    table,
                    number,
                    str(column),
                    slug,
                    f"This slug belongs to a {Kind(there[slug]).label} already. Choose another.",
                )
            elif slug in there:
                self.outcomes.append(Outcome(table, number, "unchanged"))
            else:
                which = next(numbers)
                record = Record(id=which, kind=own_kind, slug=slug)
                self.records[slug] = {
                    "id": which,
                    "key": str(record.key),
                    "kind": own_kind,
                    "slug": slug,
                }
                self._planned["record"][slug] = which
                self.outcomes.append(Outcome(table, number, "created"))

    def _plan_references(self, table: str, rows: list, kind: str, hows: dict) -> None:
        model = REFERENCES[kind]
        read = [
            (number, self._reference_row(table, number, model, hows, cells))
            for number, cells in rows
        ]
        keys = NATURAL_KEYS[kind]
        existing = {
            tuple(getattr(thing, key) for key in keys): thing
            for thing in model.objects.filter(
                **{f"{keys[0]}__in": [row[keys[0]] for _, row in read if row and keys[0] in row]}
            )
        }
        for (number, row), (_, cells) in zip(read, rows, strict=True):
            if row is None:
                continue
            mark = tuple(row.get(key) for key in keys)
            thing = existing.get(mark)
            step = {"table": kind, "id": 0, "before": None, "after": row}
            if (kind, *mark) in self._seen:
                told = ", ".join(map(str, mark))
                self._refuse(table, number, keys[-1], told, "This row stands there twice.")
                continue
            self._seen.add((kind, *mark))
            if thing is None:
                planned = self._planned.get(kind, {}).get(":".join(map(str, mark)))
                step["id"] = planned if planned is not None else reserve_ids(1)[0]
                verdict = "created"
            else:
                # A file that gives a label in one language leaves those in others alone.
                now = {
                    name: {**getattr(thing, name), **value} if isinstance(value, dict) else value
                    for name, value in row.items()
                }
                changed = {
                    name: value for name, value in now.items() if _differs(thing, name, value)
                }
                before = {name: getattr(thing, name) for name in changed}
                step |= {"id": thing.pk, "before": before, "after": changed}
                verdict = "updated" if changed else "unchanged"
            if verdict != "unchanged":
                self.references.append(step)
                origins = {name: cell(how, cells) for name, how in hows.items()}
                self._cells_of_references.append((table, number, origins))
            self.outcomes.append(Outcome(table, number, verdict))

    def _reference_row(
        self, table: str, number: int, model, hows: dict, cells: dict
    ) -> dict | None:
        row: dict[str, Any] = {}
        for name, how in hows.items():
            column, value = cell(how, cells)
            base, _, language = name.partition(".")
            try:
                one = model._meta.get_field(base)
            except FieldDoesNotExist:
                raise BadMap(f"A {model._meta.verbose_name} has no {base}.") from None
            try:
                if fault := no_text(value):
                    raise ValidationError(fault)
                if language:
                    row.setdefault(base, {})
                    if value:
                        row[base][language] = value
                elif one.is_relation:
                    row[one.attname] = self._number_of(one, value)
                elif isinstance(one, models.JSONField):
                    row[base] = value.split()
                else:
                    row[base] = _typed(one, value)
                    one.clean(row[base], None)
            except ValidationError as error:
                self._refuse(table, number, column, value, " ".join(error.messages))
                return None
        return row

    def _plan_statements(self, table: str, rows: list, kind: str, hows: dict, mapping: Map) -> None:
        model = kinds_of_statement()[kind]
        for number, cells in rows:
            if not is_made_of(hows, cells):
                continue
            for split in one_value_each(fields_of(hows), cells):
                step = self._statement(table, number, model, split, cells, mapping)
                if step is not None:
                    self.wanted[kind].append(step)

    def _statement(
        self, table: str, number: int, model: type[Statement], hows: dict, cells: dict, mapping: Map
    ) -> Step | None:
        """Return what a row says in one statement; None if it says nothing or is refused."""
        if mapping.record:
            hows = {"record": mapping.record.get("slug", "slug"), **hows}
            told = [how for name, how in hows.items() if name != "record" and reads_column(how)]
            if told and not any(cell(how, cells)[1] for how in told):
                return None
        # What nothing is said of is as in every statement of the kind, and costs nothing more.
        unsaid, cells_of_none = saying_nothing(model)
        values, origins = dict(unsaid), dict(cells_of_none)
        sound = True
        for one in model.operation_fields():
            if one.name not in hows:
                continue
            how = hows[one.name]
            value = cell(how, cells)[1]
            origins[one.name] = mapping.origin(how, cells)
            try:
                if is_unknown(how, cells):
                    raise ValidationError(
                        f"The map has no word for this. Add it to the values of the field "
                        f"{one.name}, or correct the row."
                    )
                if ways := ways_to_find(how):
                    values[one.attname] = self._found(one, value, model, ways)
                elif one.is_relation:
                    values[one.attname] = self._number_of(one, value, model)
                else:
                    values[one.attname] = _typed(one, value) if value else _default(one)
            except ValidationError as error:
                self._refuse(table, number, *origins[one.name], " ".join(error.messages))
                sound = False
        return Step(table, number, model.code(), values, origins) if sound else None

    def _number_of(self, one: models.Field, value: str, model: type | None = None):
        """Return the id that a cell means. Raises ValidationError if it means nothing."""
        if value == "":
            return None
        target = one.related_model
        if target is Arena:
            if value in {"membership", "space", "ngo", "media"}:
                return value
            raise ValidationError("There are four arenas: membership, space, ngo, media.")
        if target is Term:
            scheme = getattr(model, "term_scheme", "") if model is not None else ""
            value = value if ":" in value else f"{scheme}:{value}"
            return self._find("term", value, "There is no such term. Add it to the terms first.")
        if target is Source:
            return self._find("source", value, "There is no such source. Add it first.")
        return self._find("record", value, "There is no such record. Add it first.")

    def _found(
        self, one: models.Field, value: str, model: type[Statement], ways: tuple[str, ...]
    ) -> int | None:
        """Return the record that a cell names in the first of these ways that finds one.

        Raises ValidationError if none does, or if several records are called so.
        """
        if value == "":
            return None
        kinds: tuple[str, ...] = tuple(Kind.values)
        if one.name in ("record", model.object_name):
            kinds = model.about_kinds if one.name == "record" else model.object_kinds
        for way in ways:
            called = self._called.get((way, kinds))
            if called is None:
                called = self._called[way, kinds] = records_called(way, kinds)
            found = called.get(normalize_name(value), set())
            if len(found) > 1:
                raise ValidationError(
                    f"Several records are called {value!r}: {', '.join(sorted(found))}. Say in the "
                    f"map's values of {one.name} which is meant."
                )
            if found:
                return self._find("record", min(found), "")
        raise ValidationError(
            f"No record is called {value!r} (by {' or '.join(ways)}). Add it first, or say in the "
            f"map's values of {one.name} what the catalogue calls it."
        )

    def _find(self, table: str, name: str, sentence: str) -> int:
        planned = self._planned[table].get(name)
        if planned is not None:
            return planned
        known = self._known.get(table)
        if known is None:
            known = self._known[table] = _all_names(table)
        if name not in known:
            raise ValidationError(sentence)
        return known[name]

    # Comparing with what the catalogue says

    def finish(self) -> "Import":
        """Judge what the tables say, and tell what is new from what is known. Returns itself."""
        new_kinds = {fields["id"]: fields["kind"] for fields in self.records.values()}
        for kind in self.wanted:
            sound = self._judged(kind, new_kinds)
            self._compare(kinds_of_statement()[kind], sound)
        return self

    def _judged(self, kind: str, new_kinds: dict[int, str]) -> list[Step]:
        sound = []
        steps = self.wanted[kind]
        for start in range(0, len(steps), 4 * CHUNK):
            batch = steps[start : start + 4 * CHUNK]
            problems = judge(kind, [step.values for step in batch], new_kinds)
            for position, step in enumerate(batch):
                if position not in problems:
                    sound.append(step)
                for name, sentence in problems.get(position, ()):
                    column, value = step.cells.get(name, (name, ""))
                    self._refuse(step.table, step.row, column, value, sentence)
        return sound

    def _known_already(self, model: type[Statement], records: set[int]) -> models.QuerySet:
        """Return the current statements with which those about these records are compared."""
        return model.objects.current().filter(
            models.Q(record__in=records)
            | (models.Q(added__label=self.label) if self.replace else models.Q())
        )

    def _compare(self, model: type[Statement], steps: list[Step]) -> None:
        """Match the wanted statements with the current ones, each at most once."""
        columns = [one.attname for one in model.operation_fields()]
        rows = self._known_already(model, {step.values["record_id"] for step in steps})
        held: dict[tuple, list[int]] = defaultdict(list)
        ours: dict[int, tuple] = {}
        for which, label, *row in rows.values_list("id", "added__label", *columns):
            values = dict(zip(columns, row, strict=True))
            held[_canonical(model, values)].append(which)
            if self.replace and label == self.label:
                ours[which] = _subject(model, values)
        new = []
        for step in steps:
            same = held.get(_canonical(model, step.values))
            if same:
                which = same.pop()
                ours.pop(which, None)
                if step.replaces not in (None, which):
                    self.left[model.code()].append(step.replaces)
                self.outcomes.append(Outcome(step.table, step.row, "unchanged"))
            else:
                new.append(step)
        by_subject: dict[tuple, list[int]] = defaultdict(list)
        for which, subject in ours.items():
            by_subject[subject].append(which)
        for step in new:
            earlier = by_subject.get(_subject(model, step.values))
            if step.replaces is None and earlier:
                step.replaces = earlier.pop()
            verdict = "created" if step.replaces is None else "updated"
            step.outcome = Outcome(step.table, step.row, verdict)
            self.outcomes.append(step.outcome)
        self.adds += new
        for left in by_subject.values():
            for which in left:
                self.left[model.code()].append(which)
                self.outcomes.append(Outcome(model.code(), which, "retired"))

    @property
    def retires(self) -> dict[str, list[int]]:
        """What an earlier run said and these tables say otherwise, or not any more."""
        retired: dict[str, list[int]] = {kind: list(ids) for kind, ids in self.left.items()}
        for step in self.adds:
            if step.replaces is not None:
                retired.setdefault(step.kind, []).append(step.replaces)
        return retired

    # Storing

    def changesets(self) -> list[Changeset]:
        """Return the changesets that would store this import, in the order of acceptance.

        The first brings sources, terms, and the records that others point at, with their names.
        The rest follow, some hundreds of statements at a time, each record with all it says.
        Whoever joins one network comes together, so that it is judged once and not in every
        proposal. What fits into one proposal is one: then nothing is retired in one proposal that
        waits to be said otherwise in another, and whoever decides sees both texts side by side.
        """
        if len(self.adds) <= CHUNK:
            return self._in_one_changeset()
        pointed = self._pointed_at()
        first = self._changeset(
            [s for s in self.adds if s.kind == "name" and s.values["record_id"] in pointed]
        )
        first.operations |= {
            "records": [fields for fields in self.records.values() if fields["id"] in pointed],
            "references": self.references,
            "retires": self.retires,
        }
        order = {kind: place for place, kind in enumerate(kinds_of_statement())}
        rest = [s for s in self.adds if s.kind != "name" or s.values["record_id"] not in pointed]
        joined = {
            step.values["record_id"]: step.values["partnership_id"]
            for step in rest
            if step.kind == "membership"
        }
        rest.sort(
            key=lambda step: (
                joined.get(step.values["record_id"], 0),
                step.values["record_id"],
                order[step.kind],
            )
        )
        new = {f["id"]: f for f in self.records.values() if f["id"] not in pointed}
        changesets = [first]
        batch: list[Step] = []
        for position, step in enumerate(rest):
            batch.append(step)
            following = rest[position + 1].values["record_id"] if position + 1 < len(rest) else None
            if following is None or (len(batch) >= CHUNK and following != step.values["record_id"]):
                changesets.append(self._changeset(batch, new))
                batch = []
        if new:
            changesets.append(self._changeset([], new, everything=True))
        return without_what_is_empty(changesets)

    def _in_one_changeset(self) -> list[Changeset]:
        """Return the proposal that holds everything; none if nothing would change."""
        order = {kind: place for place, kind in enumerate(kinds_of_statement())}
        changeset = self._changeset(
            sorted(self.adds, key=lambda step: (step.values["record_id"], order[step.kind]))
        )
        changeset.operations |= {
            "records": list(self.records.values()),
            "references": self.references,
            "retires": self.retires,
        }
        return without_what_is_empty([changeset])

    def _pointed_at(self) -> set[int]:
        """Return the new records that other things of this import point at."""
        pointed = {step["after"].get("published_by_id") for step in self.references}
        kinds = kinds_of_statement()
        for step in self.adds:
            pointed.add(step.values["speaker_id"])
            model = kinds[step.kind]
            if model.object_name:
                pointed.add(step.values[model.column_of(model.object_name)])
        return pointed & {fields["id"] for fields in self.records.values()}

    def _changeset(
        self, steps: list[Step], new: dict[int, dict] | None = None, everything: bool = False
    ) -> Changeset:
        """Return a proposal with these statements, and the new records that they are about.

        Takes from `new` what it brings; with `everything`, all that is left.
        """
        changeset = Changeset(author=self.author, label=self.label, reason=self.reason)
        new = {} if new is None else new
        about = list(new) if everything else dict.fromkeys(s.values["record_id"] for s in steps)
        changeset.operations["records"] = [new.pop(which) for which in about if which in new]
        for step in steps:
            changeset._dict("adds").setdefault(step.kind, []).append(step.values)
        return changeset

    def dry_run(self) -> None:
        """Try the whole import without keeping anything, and refuse the rows the ledger refuses.

        This finds what only the whole catalogue knows: periods that overlap, identifiers taken.
        Raises ValidationError if the records, sources or terms themselves cannot be stored for a
        reason that no row has alone.
        """
        if self.refused():
            self._retire_no_more_than_is_replaced()
        changeset = self._changeset([])
        changeset.operations = {
            "records": list(self.records.values()),
            "references": self.references,
            "retires": self.retires,
        }
        try:
            # Whoever runs an import at the command line may read the register.
            refused = changeset.dry_run(self.adds, register=True)
        except ValidationError as error:
            self.unsound = error
            if not self._refuse_references():
                raise
            return
        for step, sentence in refused:
            self.adds = [one for one in self.adds if one is not step]
            self.outcomes = [one for one in self.outcomes if one is not step.outcome]
            self._refuse(step.table, step.row, "", _described(step), sentence)
        if refused:
            # What the refused rows would have replaced stays, and may stand against others.
            self.dry_run()

    def _refuse_references(self) -> list[Outcome]:
        """Refuse the sources, terms and citations that cannot be stored, and return them."""
        before = len(self.outcomes)
        for step, (table, number, origins) in zip(
            self.references, self._cells_of_references, strict=True
        ):
            try:
                Changeset(operations={"references": [step]}).dry_run()
            except ValidationError as error:
                rule = error.code or ""
                at_fault = (
                    origin
                    for name, origin in origins.items()
                    if name.split(".")[0].rstrip("s") in rule
                )
                column, value = next(at_fault, ("", str(step["after"])[:200]))
                self._refuse(table, number, column, value, " ".join(error.messages))
        return self.outcomes[before:]

    def _retire_no_more_than_is_replaced(self) -> None:
        """Let stand what was said earlier: a row at fault may have meant to say it again."""
        self.left.clear()
        self.outcomes = [one for one in self.outcomes if one.verdict != "retired"]

    def store(self, accept: bool = True, good_part: bool = False) -> list[Changeset]:
        """Propose, and unless told otherwise accept, what this import would do.

        Returns the changesets. Stores nothing and returns none if a row is refused, unless the
        good part alone is asked for; what an earlier run said is then retired only where a sound
        row takes its place. A run that was killed can be repeated: proposing is all or nothing and
        proposes nothing twice, accepting goes on where it ended. Raises ValidationError if the good
        part cannot be stored because of the sources or terms that the file brings.
        """
        self.dry_run()
        if self.refused() and not good_part:
            return []
        if self.unsound is not None:
            raise self.unsound
        changesets = self.changesets()
        if not accept:
            return self._propose(changesets)
        for changeset in changesets:
            # A killed import leaves no proposal behind; the next run finds what is accepted.
            with transaction.atomic():
                changeset.propose().accept(self.author)
        return changesets

    def _propose(self, changesets: list[Changeset]) -> list[Changeset]:
        """Propose all or nothing; return what an earlier run proposed if it is the same."""
        with transaction.atomic():
            earlier = Changeset.objects.proposed().filter(
                label=self.label, author=self.author, reason=self.reason
            )
            latest = list(earlier.order_by("-id")[: len(changesets)])[::-1]
            if _with_places(latest) == _with_places(changesets):
                return latest
            return [changeset.propose() for changeset in changesets]

    def refused(self) -> list[Outcome]:
        """Return the rows that cannot be stored, with the reasons."""
        return [outcome for outcome in self.outcomes if outcome.verdict == "refused"]

    def tally(self) -> dict[str, int]:
        """Return how many rows were created, updated, unchanged, retired, left out, refused."""
        counted = Tally(outcome.verdict for outcome in self.outcomes)
        return {
            verdict: counted[verdict]
            for verdict in ("created", "updated", "unchanged", "retired", "left out", "refused")
        }

    def _refuse(self, table: str, row: int, column: str, value: str, reason: str) -> None:
        """Refuse a row, once for each fault: a wide row may have the same in every column."""
        outcome = Outcome(table, row, "refused", column, value, reason)
        if outcome not in self._told:
            self._told.add(outcome)
            self.outcomes.append(outcome)


# Reading cells


def _typed(one: models.Field, value: str):
    """Return a cell as the field holds it. Raises ValidationError."""
    if isinstance(one, models.BooleanField):
        if value.casefold() in TRUE:
            return True
        if value.casefold() in FALSE:
            return False
        raise ValidationError("Write yes or no.")
    by_code = {str(code): code for code, _ in one.flatchoices or ()}
    if value in by_code:
        return by_code[value]
    if one.choices:
        by_label = {str(label).casefold(): code for code, label in one.flatchoices}
        code = by_label.get(value.casefold())
        if code is None:
            codes = ", ".join(str(choice) for choice, _ in one.flatchoices)
            raise ValidationError(f"Choose one of {codes}.")
        return code
    typed = one.to_python(value)
    return str(typed) if isinstance(typed, Decimal) else typed


@cache
def saying_nothing(model: type[Statement]) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """Return the values of a statement of which nothing is said, and the cells they are from."""
    fields = model.operation_fields()
    values = {one.attname: None if one.is_relation else _default(one) for one in fields}
    return values, {one.name: (one.name, "") for one in fields}


def _default(one: models.Field):
    return None if one.null and not one.has_default() else one.get_default()


def _plain_value(value: object) -> str:
    return "" if value is None else str(value)


def _plain_number(value: object) -> str:
    return "" if value is None else format(Decimal(str(value)).normalize(), "f")


def _canonical(model: type[Statement], values: dict) -> tuple:
    """Return what two statements have alike if they say the same."""
    return tuple(
        _plain_number(values[name]) if is_number else _plain_value(values[name])
        for name, is_number in _compared(model).items()
    )


@cache
def _compared(model: type[Statement]) -> dict[str, bool]:
    """Return the columns of a statement, each with whether it holds a decimal number."""
    return {one.attname: isinstance(one, models.DecimalField) for one in model.operation_fields()}


def _subject(model: type[Statement], values: dict) -> tuple:
    """Return what a new statement has alike with the one whose place it takes.

    The record, the other record and the term it is about; and its coded values.
    """
    return tuple(str(values[name]) for name in _subject_columns(model))


@cache
def _subject_columns(model: type[Statement]) -> tuple[str, ...]:
    named = {"record", model.object_name, model.term_name}
    subject = [
        one.attname
        for one in model.operation_fields()
        if one.name in named or (one in model.own_fields() and one.choices)
    ]
    return (*subject, "source_id", "locator")


def _differs(thing: models.Model, name: str, value) -> bool:
    return getattr(thing, name) != value


def without_what_is_empty(changesets: list[Changeset]) -> list[Changeset]:
    """Return the proposals that would change something, without their empty sections."""
    for changeset in changesets:
        changeset.operations = {
            section: held for section, held in changeset.operations.items() if held
        }
    return [changeset for changeset in changesets if not changeset.is_empty()]


def _with_places(changesets: list[Changeset]) -> list:
    """What proposals would store, the same in every run of an import.

    What is new gets other numbers and keys in every run; the place where it is made is the same.
    """
    places: dict[int, str] = {}
    for changeset in changesets:
        made = changeset.operations.get("records", []) + changeset.operations.get("references", [])
        for new in made:
            if new.get("before") is None:
                places[new["id"]] = f"new {len(places)}"

    def plain(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plain(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return places.get(value, value) if name == "id" or name.endswith("_id") else value

    contents = [json.loads(json.dumps(changeset.operations)) for changeset in changesets]
    for content in contents:
        for record in content.get("records", ()):
            del record["key"]
    return plain(contents)


def _described(step: Step) -> str:
    return ", ".join(value for _, value in step.cells.values() if value)[:200]


def records_called(way: str, kinds: tuple[str, ...]) -> dict[str, set[str]]:
    """Return the slugs of the records of these kinds, by what each is called: folded names.

    `way` is "slug", "name", or a scheme of identifiers. Names and identifiers count if they are
    public: a row must not reach by its name what its readers may not see.
    """
    rows: Iterable[tuple[str, str]]
    if way == "slug":
        rows = Record.objects.filter(kind__in=kinds).values_list("slug", "slug")
    elif way == "name":
        rows = public_names(*kinds).values_list("text", "record__slug")
    else:
        public = {"tier": Tier.PUBLIC, "source__tier": Tier.PUBLIC, "record__level": Level.LISTED}
        said = Identifier.objects.current().filter(holds=True, record__kind__in=kinds, **public)
        rows = said.filter(scheme__iexact=way).values_list("value", "record__slug")
    called: dict[str, set[str]] = defaultdict(set)
    for name, slug in rows:
        called[normalize_name(name)].add(slug)
    return dict(called)


def _all_names(table: str) -> dict[str, int]:
    """Return every name that a cell may use for a term, a source or a record."""
    if table == "term":
        return {f"{s}:{c}": i for i, s, c in Term.objects.values_list("id", "scheme", "code")}
    if table == "source":
        return dict(Source.objects.values_list("key", "id"))
    slugs = dict(Record.objects.values_list("slug", "id"))
    return slugs | {str(key): which for key, which in Record.objects.values_list("key", "id")}
