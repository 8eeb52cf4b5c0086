"""Maps: which columns of a file say what. An import reads every file through one."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from orgs.records.record import Kind, Record
from orgs.records.reference import REFERENCES
from orgs.statements.statement import statement_kinds as kinds_of_statement

from .tables import Table, cell_text

ALIASES = {"when": "edtf", "label": "labels.en", "definition": "definitions.en", "url": "urls"}
"""What columns may be called beside the fields' own names: as the API calls them."""


KEYS_OF_HOW = {
    *("column", "columns", "value", "join", "split"),
    *("values", "otherwise", "complete", "find"),
}
"""What a map may say of how a field is read."""


class BadMap(Exception):
    """A map that does not fit the kind or the file; the message says what to do."""


@dataclass
class Map:
    """Which columns of a file say what.

    `statements` is a list of (kind of statement, {field: how}); `record` is {field: how} for a
    record of its own in each row. A how is a column's name; or {"column"}, {"value"}, {"columns",
    "join"}, with "split" for several values in one cell. "values" translates what stands
    there; with "complete", what it does not name is refused. "find" says how a record is found:
    by "name", by "slug", or by its identifier in a scheme; of several ways, the first that finds
    one. A statement with "where" ({column: value, or list of values}) is made of such rows alone.
    `leave_out` are rules for rows that are passed over: a "column", its "values" or a "pattern",
    and "because", the reason that a person reads.
    `long` makes a wide table long: each column that matches `pattern` becomes a row, its heading
    in the column `name`, its cell in `value`, and what the pattern's named groups find in columns
    of their names. Columns in `ignore` are passed over; any other that is not named is a mistake.
    `table` says where the table stands in its file: `sheet` and `header`, as `read_table` takes
    them.
    """

    statements: list[tuple[str, dict]] = field(default_factory=list)
    record: dict = field(default_factory=dict)
    reference: dict = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    long: dict = field(default_factory=dict)
    table: dict = field(default_factory=dict)
    leave_out: tuple[dict, ...] = ()

    @classmethod
    def read(cls, path: Path, kind: str) -> "Map":
        """Return the map in a TOML file, for this kind. Raises BadMap."""
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadMap(f"The map {path} cannot be read: {error}. Write it as TOML.") from error
        made = cls._of(given, kind)
        made.check()
        return made

    @classmethod
    def _of(cls, given: dict, kind: str) -> "Map":
        unknown = set(given) - {
            *("fields", "record", "statement", "ignore", "long", "table", "leave_out")
        }
        if unknown:
            raise BadMap(
                f"The map has no use for {', '.join(sorted(unknown))}. It may have fields, record, "
                "statement, ignore, long, table and leave_out."
            )
        for section in ("fields", "record", "long", "table"):
            if not isinstance(given.get(section, {}), dict):
                raise BadMap(f"In the map, {section} has to be a table: [{section}].")
        for section in ("statement", "leave_out"):
            tables = given.get(section, [])
            if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
                raise BadMap(f"In the map, each {section} has to be a table: [[{section}]].")
        made = cls(
            ignore=tuple(given.get("ignore", ())),
            long=given.get("long", {}),
            table=_where_it_stands(given.get("table", {})),
            leave_out=tuple(given.get("leave_out", ())),
        )
        if kind in Kind.values:
            made.record = given.get("record", {"slug": "slug"})
        elif kind in REFERENCES:
            made.reference = given.get("fields", {})
        else:
            made.statements.append((kind, given.get("fields", {})))
        for one in given.get("statement", []):
            hows = dict(one)
            made.statements.append((hows.pop("kind", ""), hows))
        return made

    @classmethod
    def by_name(cls, kind: str, header: Iterable[str], ignore: Iterable[str] = ()) -> "Map":
        """Return the map of a file whose columns are named like the fields."""
        named: dict[str, Any] = {
            ALIASES.get(column, column): column for column in header if column not in ignore
        }
        if kind == "link" and "urls" in named:
            named["url"] = named.pop("urls")
        if kind == "trait" and {"scheme", "term"} <= set(named):
            named["term"] = {"columns": [named.pop("scheme"), named["term"]], "join": ":"}
        made = cls(ignore=tuple(ignore))
        if kind in Kind.values or kind == "record":
            made.record = named
        elif kind in REFERENCES:
            made.reference = named
        else:
            made.statements.append((kind, named))
        made.check()
        return made

    def check(self) -> None:
        """Raise BadMap for a kind or a field that is none, or that is read from nothing."""
        unknown = set(self.record) - {"slug", "kind"}
        if unknown:
            raise BadMap(
                f"A record has no {', '.join(sorted(unknown))}. It has slug and kind; what is said "
                "of it are statements: give each a [[statement]] in a map."
            )
        for kind, hows in self.statements:
            model = kinds_of_statement().get(kind)
            if model is None:
                raise BadMap(
                    f"There is no kind of statement {kind!r}. There are: "
                    f"{', '.join(kinds_of_statement())}."
                )
            names = {one.name for one in model.operation_fields()}
            unknown = set(hows) - names - {"where"}
            if unknown:
                raise BadMap(
                    f"A {kind} has no {', '.join(sorted(unknown))}. "
                    f"It has {', '.join(sorted(names))}."
                )
            if not isinstance(hows.get("where", {}), dict):
                raise BadMap('In the map, where is a table: where = { column = ["value"] }.')
            for name, how in fields_of(hows).items():
                _check_how(name, how)
                points_at = model._meta.get_field(name).related_model
                if isinstance(how, dict) and "find" in how and points_at is not Record:
                    raise BadMap(
                        f"The map finds {name} of a {kind}, which is no record. Take find out."
                    )
        for rule in self.leave_out:
            _check_rule(rule)
        for name, how in (self.record | self.reference).items():
            _check_how(name, how)
            if isinstance(how, dict) and {"find", "complete"} & set(how):
                raise BadMap(
                    f"In the map, {name} cannot have find or complete: they are for statements."
                )

    def _hows(self) -> list[dict]:
        return [self.record, self.reference, *(fields_of(hows) for _, hows in self.statements)]

    @cached_property
    def made(self) -> tuple[str, ...]:
        """The columns that [long] makes: of headings, of cells, and the pattern's groups.

        Raises BadMap.
        """
        if not self.long:
            return ()
        try:
            groups = re.compile(self.long["pattern"]).groupindex
            # A pattern that takes headings apart leaves nothing to be read from the whole.
            name = self.long.get("name", "heading") if groups else self.long["name"]
            return (name, self.long["value"], *groups)
        except (KeyError, TypeError, re.error) as error:
            raise BadMap(
                "To make a table long, the map's [long] needs pattern, name and value; a pattern "
                "with named groups needs no name."
            ) from error

    def origin(self, how: Any, cells: dict[str, str]) -> tuple[str, str]:
        """Return the column of the file that a field is read from, and what is printed there."""
        column, value = cell(how, cells)
        if isinstance(how, dict) and "values" in how:
            value = cells.get(column, value)
        made = self.made
        return (cells[made[0]] if column in made else column), value

    def columns(self) -> set[str]:
        """Return every column that the map reads."""
        named = {column for _, hows in self.statements for column in hows.get("where", ())}
        for hows in self._hows():
            for how in hows.values():
                if isinstance(how, str):
                    named.add(how)
                else:
                    named |= {how["column"]} if "column" in how else set(how.get("columns", ()))
        return named


def _where_it_stands(given: dict) -> dict:
    """Return what [table] says, as `read_table` takes it. Raises BadMap."""
    header = given.get("header", 1)
    rows = header if isinstance(header, list) else [header]
    sound = (
        set(given) <= {"sheet", "header"}
        and isinstance(given.get("sheet", ""), str)
        and rows
        and all(type(row) is int and row > 0 for row in rows)
        and rows == sorted(set(rows))
    )
    if not sound:
        raise BadMap(
            "In the map, [table] has a sheet (its name) and a header (the number of the row that "
            "holds the headings, or of several from the top: [2, 3])."
        )
    return {"sheet": given.get("sheet", ""), "header": tuple(rows)}


def _check_rule(rule: dict) -> None:
    """Raise BadMap for a rule of [[leave_out]] that leaves out nothing, or says not why."""
    try:
        re.compile(rule.get("pattern", ""))
        sound = (
            set(rule) in ({"column", "values", "because"}, {"column", "pattern", "because"})
            and isinstance(rule["column"], str)
            and isinstance(rule.get("values", []), list)
            and isinstance(rule["because"], str)
            and rule["because"].strip()
        )
    except (TypeError, re.error):
        sound = False
    if not sound:
        raise BadMap(
            "In the map, each [[leave_out]] names a column, the values that are left out or a "
            "pattern (a regular expression) of them, and because: the reason, in a sentence."
        )


def _check_how(name: str, how: Any) -> None:
    """Raise BadMap for a how that is none."""
    if isinstance(how, str):
        return
    sound = (
        isinstance(how, dict)
        and len(set(how) & {"column", "columns", "value"}) == 1
        and set(how) <= KEYS_OF_HOW
        and isinstance(how.get("column", ""), str)
        and all(isinstance(column, str) for column in how.get("columns", ()))
        and isinstance(how.get("join", ""), str)
        and isinstance(how.get("split", ""), str)
        and isinstance(how.get("values", {}), dict)
        and all(way and isinstance(way, str) for way in ways_to_find(how))
    )
    if not sound:
        raise BadMap(
            f"In the map, {name} says nothing that can be read. Give the name of a column, or one "
            "of column, columns and value."
        )
    if "complete" in how and (
        how["complete"] is not True
        or "values" not in how
        or {"value", "otherwise", "split"} & set(how)
    ):
        raise BadMap(
            f"In the map, {name} can have complete = true beside values, without otherwise and "
            "split."
        )
    try:
        re.compile(how.get("split", ""))
    except re.error as error:
        raise BadMap(f"The split of {name} is no regular expression: {error}.") from error


# Reading cells


def made_long(table: Table, mapping: Map) -> Table:
    """Return a wide table made long: one row for each filled cell of the columns that match.

    `long` of the map: `pattern` (a regular expression for headings), `name` and `value` (the
    columns that hold heading and cell), `empty` (what counts as nothing). Raises BadMap.
    """
    made = name, value, *groups = mapping.made
    pattern = re.compile(mapping.long["pattern"])
    wide = {column: found for column in table.header if (found := pattern.fullmatch(column))}
    if not wide:
        raise BadMap(
            f"No column of {table.name} matches {pattern.pattern!r}. It has "
            f"{', '.join(table.header)}."
        )
    header = [column for column in table.header if column not in wide]
    if taken := [column for column in made if column in header or made.count(column) > 1]:
        raise BadMap(
            f"The map's [long] makes a column {taken[0]!r} that is there already. Give it another "
            "name."
        )
    empty = set(mapping.long.get("empty", ())) | {""}
    rows = []
    for number, cells in table.rows:
        kept = {column: cell for column, cell in cells.items() if column not in wide}
        rows += [
            (number, {**kept, name: column, value: cells[column], **found.groupdict("")})
            for column, found in wide.items()
            if cells[column] not in empty
        ]
    return Table(table.name, [*header, name, value, *groups], rows)


def left_out(rules: Iterable[dict], cells: dict[str, str]) -> dict:
    """Return the first of these rules by which a row is left out; {} if none is."""
    for rule in rules:
        value = cells[rule["column"]]
        if "pattern" in rule and re.fullmatch(rule["pattern"], value):
            return rule
        if value in map(cell_text, rule.get("values", ())):
            return rule
    return {}


def fields_of(hows: dict) -> dict:
    """Return how the fields of a statement are read, without the rows it is made of."""
    return {name: how for name, how in hows.items() if name != "where"}


def is_made_of(hows: dict, cells: dict[str, str]) -> bool:
    """Return whether a statement is made of this row."""
    return all(
        cells[column] in map(cell_text, values if isinstance(values, list) else [values])
        for column, values in hows.get("where", {}).items()
    )


def reads_column(how) -> bool:
    return isinstance(how, str) or "column" in how or "columns" in how


def cell(how, cells: dict[str, str]) -> tuple[str, str]:
    """Return the column that a field is read from, and what stands there."""
    if isinstance(how, str):
        return how, cells.get(how, "")
    if "value" in how:
        return how.get("column", ""), cell_text(how["value"])
    column, value = _untranslated(how, cells)
    return column, cell_text(how.get("values", {}).get(value, how.get("otherwise", value)))


def _untranslated(how: dict, cells: dict[str, str]) -> tuple[str, str]:
    """Return the column that a field is read from (of several the last), and what they say."""
    columns = how["columns"] if "columns" in how else [how["column"]]
    given = [cells.get(column, "") for column in columns]
    return columns[-1], how.get("join", " ").join(part for part in given if part)


def is_unknown(how: Any, cells: dict[str, str]) -> bool:
    """Return whether a cell says what a complete list of values does not name."""
    if not isinstance(how, dict) or "complete" not in how:
        return False
    value = _untranslated(how, cells)[1]
    return value != "" and value not in how["values"]


def ways_to_find(how: Any) -> tuple[str, ...]:
    """Return by what a record is found, in this order: name, slug, or schemes of identifiers."""
    find = how.get("find", ()) if isinstance(how, dict) else ()
    return (find,) if isinstance(find, str) else tuple(find)


def one_value_each(hows: dict, cells: dict[str, str]) -> Iterator[dict]:
    """Return the hows once for each value of a cell that holds several."""
    several = [name for name, how in hows.items() if isinstance(how, dict) and "split" in how]
    if not several:
        yield hows
        return
    name = several[0]
    column, value = cell(hows[name], cells)
    for part in re.split(hows[name]["split"], value):
        found = {"find": hows[name]["find"]} if "find" in hows[name] else {}
        yield {**hows, name: {"column": column, "value": part.strip(), **found}}
