"""Mappings: which columns of a file hold which fields. An import reads every file through one."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from orgs.matching.scripts import transliterate
from orgs.records.kinds import Kind
from orgs.records.record import Record
from orgs.records.reference import REFERENCES
from orgs.records.slugs import slugify_name
from orgs.records.source import Source
from orgs.records.term import Term
from orgs.statements.statement import statement_kinds

from . import nested
from .file_parser import FIRST_TABLE, Layout
from .parsed_file import ParsedFile, cell_text

ALIASES = {"when": "edtf", "label": "labels.en", "definition": "definitions.en", "url": "urls"}
"""Column names that are accepted besides those of the fields: the names of the API."""


SPEC_KEYS = {
    *("column", "columns", "value", "join", "split"),
    *("values", "otherwise", "complete", "find", "slugify", "prefix", "propose"),
}


SOURCE_FIELDS = {
    *("key", "short", "title", "url", "authors", "issued", "source_kind", "publisher"),
    *("language", "observed", "note"),
}
"""What [source] may say of the source of a whole file."""


class MappingError(Exception):
    """A mapping that does not fit the kind or the file; the message says what to do."""


@dataclass
class FileMapping:
    """Which columns of a file hold which fields.

    `statements` is a list of (kind of statement, {field: spec}); `record` is {field: spec} for a
    record of its own in each row. A spec is a column's name; or {"column"}, {"value"}, {"columns",
    "join"}, with "split" for several values in one cell. "values" translates the content; with
    "complete", content that it does not name is refused. "slugify" makes a slug of a name, and
    "prefix" goes before what is not empty. "find" says how a record is looked up: by "name", by
    "slug", or by its identifier in a scheme; of several ways, the first that finds one. The `find`
    of the mapping says so of the record of each row, by what the row states of it. With "propose",
    a source or a term that is missing is proposed; `source` describes the source of statements
    that have none of their own. A statement with "where" ({column: value, or list of values}) is
    made of such rows alone. `leave_out` are rules for rows that are skipped: a "column", its
    "values" or a "pattern", and "because", the reason that is shown. `long` unpivots a wide table:
    each column that matches `pattern` becomes a row, with its heading in the column `name`, its
    cell in `value`, and the pattern's named groups in columns of their names. Columns in `ignore`
    are skipped; any other that is not named is an error. `layout` says where the table is in its
    file. `day_first` says how "12/03/2005" is read, if the file itself does not tell.
    """

    statements: list[tuple[str, dict]] = field(default_factory=list)
    record: dict = field(default_factory=dict)
    find: tuple[str, ...] = ()
    source: dict = field(default_factory=dict)
    reference: dict = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    long: dict = field(default_factory=dict)
    layout: Layout = FIRST_TABLE
    leave_out: tuple[dict, ...] = ()
    day_first: bool | None = None

    @classmethod
    def read(cls, path: Path, kind: str) -> "FileMapping":
        """Read a mapping for this kind from a TOML file. Raises MappingError."""
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise MappingError(
                f"The map {path} cannot be read: {error}. Write it as TOML."
            ) from error
        mapping = cls._parse(document, kind)
        mapping.check()
        return mapping

    @classmethod
    def _parse(cls, document: dict, kind: str) -> "FileMapping":
        unknown = set(document) - {
            *("fields", "record", "statement", "source", "ignore", "long", "table", "leave_out"),
            "day_first",
        }
        if unknown:
            raise MappingError(
                f"The map has no use for {', '.join(sorted(unknown))}. It may have fields, record, "
                "statement, source, ignore, long, table, leave_out and day_first."
            )
        for section in ("fields", "record", "long", "table", "source"):
            if not isinstance(document.get(section, {}), dict):
                raise MappingError(f"In the map, {section} has to be a table: [{section}].")
        for section in ("statement", "leave_out"):
            tables = document.get(section, [])
            if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
                raise MappingError(f"In the map, each {section} has to be a table: [[{section}]].")
        mapping = cls(
            ignore=tuple(document.get("ignore", ())),
            long=document.get("long", {}),
            source=document.get("source", {}),
            layout=_parse_layout(document.get("table", {})),
            leave_out=tuple(document.get("leave_out", ())),
            day_first=document.get("day_first"),
        )
        if type(mapping.day_first) not in (bool, type(None)):
            raise MappingError("In the map, day_first is true or false.")
        if kind in Kind.values:
            mapping.record = {"slug": "slug", **document.get("record", {})}
            mapping.find = lookups_of({"find": mapping.record.pop("find", ())})
        elif kind in REFERENCES:
            mapping.reference = document.get("fields", {})
        else:
            mapping.statements.append((kind, document.get("fields", {})))
        for table in document.get("statement", []):
            specs = dict(table)
            mapping.statements.append((specs.pop("kind", ""), specs))
        return mapping

    @classmethod
    def from_header(
        cls, kind: str, header: Iterable[str], ignore: Iterable[str] = ()
    ) -> "FileMapping":
        """The mapping of a file whose columns are named like the fields."""
        specs: dict[str, Any] = {
            ALIASES.get(column, column): column for column in header if column not in ignore
        }
        if kind == "link" and "urls" in specs:
            specs["url"] = specs.pop("urls")
        if kind == "trait" and {"scheme", "term"} <= set(specs):
            specs["term"] = {"columns": [specs.pop("scheme"), specs["term"]], "join": ":"}
        mapping = cls(ignore=tuple(ignore))
        if kind in Kind.values or kind == "record":
            mapping.record = specs
        elif kind in REFERENCES:
            mapping.reference = specs
        else:
            mapping.statements.append((kind, specs))
        mapping.check()
        return mapping

    def check(self) -> None:
        """Raise MappingError for an unknown kind or field, or one that is read from nothing."""
        unknown = set(self.record) - {"slug", "kind"}
        if unknown:
            raise MappingError(
                f"A record has no {', '.join(sorted(unknown))}. It has slug, kind and find; what "
                "is said of it are statements: give each a [[statement]] in a map."
            )
        for kind, specs in self.statements:
            model = statement_kinds().get(kind)
            if model is None:
                raise MappingError(
                    f"There is no kind of statement {kind!r}. There are: "
                    f"{', '.join(statement_kinds())}."
                )
            names = {field.name for field in model.operation_fields()}
            unknown = set(specs) - names - {"where"}
            if unknown:
                raise MappingError(
                    f"A {kind} has no {', '.join(sorted(unknown))}. "
                    f"It has {', '.join(sorted(names))}."
                )
            if not isinstance(specs.get("where", {}), dict):
                raise MappingError('In the map, where is a table: where = { column = ["value"] }.')
            try:
                [*nested.expand({}, columns_of(specs))]
            except ValueError as error:
                raise MappingError(
                    f"A {kind} of the map reads two lists: {error}. Give it one list; make a "
                    "[[statement]] for each."
                ) from error
            for name, spec in field_specs(specs).items():
                _check_spec(name, spec)
                points_at = model._meta.get_field(name).related_model
                if isinstance(spec, dict) and "find" in spec and points_at is not Record:
                    raise MappingError(
                        f"The map finds {name} of a {kind}, which is no record. Take find out."
                    )
                if isinstance(spec, dict) and "propose" in spec and points_at not in (Source, Term):
                    raise MappingError(
                        f"The map proposes {name} of a {kind}. Sources and terms alone can be "
                        "proposed: take propose out."
                    )
        self._check_source()
        for lookup in self.find:
            kind = {"name": "name", "slug": ""}.get(lookup, "identifier")
            if kind and kind not in dict(self.statements):
                raise MappingError(
                    f"The map finds records by {lookup}. Give it a [[statement]] of the kind "
                    f"{kind}, or take that out of find."
                )
        for rule in self.leave_out:
            _check_rule(rule)
        for name, spec in (self.record | self.reference).items():
            _check_spec(name, spec)
            if isinstance(spec, dict) and {"find", "complete"} & set(spec):
                raise MappingError(
                    f"In the map, {name} cannot have find or complete: they are for statements."
                )

    def _check_source(self) -> None:
        unknown = set(self.source) - SOURCE_FIELDS
        named = self.source.get("title") or self.source.get("url")
        if (
            unknown
            or (self.source and not named)
            or not all(isinstance(value, str) for value in self.source.values())
        ):
            raise MappingError(
                "In the map, [source] has a title or a url, and may have "
                f"{', '.join(sorted(SOURCE_FIELDS - {'title', 'url'}))}: each a text."
            )

    @property
    def slug_spec(self) -> Any:
        return self.record.get("slug", "slug")

    def _all_specs(self) -> list[dict]:
        return [self.record, self.reference, *(specs for _, specs in self.statements)]

    @cached_property
    def long_columns(self) -> tuple[str, ...]:
        """The columns that [long] creates: for headings, for cells, and for the pattern's groups.

        Raises MappingError.
        """
        if not self.long:
            return ()
        try:
            groups = re.compile(self.long["pattern"]).groupindex
            # A pattern with groups takes the heading apart, so the whole is optional.
            name = self.long.get("name", "heading") if groups else self.long["name"]
            return (name, self.long["value"], *groups)
        except (KeyError, TypeError, re.error) as error:
            raise MappingError(
                "To make a table long, the map's [long] needs pattern, name and value; a pattern "
                "with named groups needs no name."
            ) from error

    def origin(self, spec: Any, cells: dict[str, str]) -> tuple[str, str]:
        """The column of the file that a field is read from, and its content there."""
        column, value = read_cell(spec, cells)
        if isinstance(spec, dict) and "part" in spec:
            value = spec["part"]
        elif isinstance(spec, dict) and {"values", "slugify", "prefix"} & set(spec):
            value = cells.get(column, value)
        long_columns = self.long_columns
        return (cells[long_columns[0]] if column in long_columns else column), value

    def columns(self) -> set[str]:
        return set().union(*map(columns_of, self._all_specs()))


def _parse_layout(section: dict) -> Layout:
    """The section [table]. Raises MappingError."""
    header = section.get("header", [])
    rows = header if isinstance(header, list) else [header]
    is_valid = (
        set(section) <= {"sheet", "header"}
        and isinstance(section.get("sheet", ""), str)
        and (rows or "header" not in section)
        and all(type(row) is int and row > 0 for row in rows)
        and rows == sorted(set(rows))
    )
    if not is_valid:
        raise MappingError(
            "In the map, [table] has a sheet (its name) and a header (the number of the row that "
            "holds the headings, or of several from the top: [2, 3])."
        )
    return Layout(section.get("sheet", ""), tuple(rows))


def _check_rule(rule: dict) -> None:
    """Raise MappingError for a rule of [[leave_out]] without condition or reason."""
    try:
        re.compile(rule.get("pattern", ""))
        is_valid = (
            set(rule) in ({"column", "values", "because"}, {"column", "pattern", "because"})
            and isinstance(rule["column"], str)
            and isinstance(rule.get("values", []), list)
            and isinstance(rule["because"], str)
            and rule["because"].strip()
        )
    except (TypeError, re.error):
        is_valid = False
    if not is_valid:
        raise MappingError(
            "In the map, each [[leave_out]] names a column, the values that are left out or a "
            "pattern (a regular expression) of them, and because: the reason, in a sentence."
        )


def _check_spec(name: str, spec: Any) -> None:
    """Raise MappingError for a malformed spec."""
    if isinstance(spec, str):
        return
    is_valid = (
        isinstance(spec, dict)
        and len(set(spec) & {"column", "columns", "value"}) == 1
        and set(spec) <= SPEC_KEYS
        and isinstance(spec.get("column", ""), str)
        and all(isinstance(column, str) for column in spec.get("columns", ()))
        and isinstance(spec.get("join", ""), str)
        and isinstance(spec.get("split", ""), str)
        and isinstance(spec.get("values", {}), dict)
        and isinstance(spec.get("prefix", ""), str)
        and isinstance(spec.get("slugify", True), bool)
        and isinstance(spec.get("propose", True), bool)
        and all(lookup and isinstance(lookup, str) for lookup in lookups_of(spec))
    )
    if not is_valid:
        raise MappingError(
            f"In the map, {name} says nothing that can be read. Give the name of a column, or one "
            "of column, columns and value."
        )
    if "complete" in spec and (
        spec["complete"] is not True
        or "values" not in spec
        or {"value", "otherwise", "split"} & set(spec)
    ):
        raise MappingError(
            f"In the map, {name} can have complete = true beside values, without otherwise and "
            "split."
        )
    try:
        re.compile(spec.get("split", ""))
    except re.error as error:
        raise MappingError(f"The split of {name} is no regular expression: {error}.") from error


# Reading cells


def unpivot(table: ParsedFile, mapping: FileMapping) -> ParsedFile:
    """Turn a wide table into a long one: a row for each filled cell of the columns that match.

    `long` of the mapping: `pattern` (a regular expression for headings), `name` and `value` (the
    columns for heading and cell), `empty` (values that count as empty). Raises MappingError.
    """
    new_columns = name, value, *groups = mapping.long_columns
    pattern = re.compile(mapping.long["pattern"])
    matches = {column: match for column in table.header if (match := pattern.fullmatch(column))}
    if not matches:
        raise MappingError(
            f"No column of {table.name} matches {pattern.pattern!r}. It has "
            f"{', '.join(table.header)}."
        )
    header = [column for column in table.header if column not in matches]
    if duplicates := [
        column for column in new_columns if column in header or new_columns.count(column) > 1
    ]:
        raise MappingError(
            f"The map's [long] makes a column {duplicates[0]!r} that is there already. Give it "
            "another name."
        )
    empty = set(mapping.long.get("empty", ())) | {""}
    rows = []
    for number, cells in table.rows:
        others = {column: cell for column, cell in cells.items() if column not in matches}
        rows += [
            (number, {**others, name: column, value: cells[column], **match.groupdict("")})
            for column, match in matches.items()
            if cells[column] not in empty
        ]
    return ParsedFile(table.name, [*header, name, value, *groups], rows)


def matching_rule(rules: Iterable[dict], cells: dict[str, str]) -> dict:
    """The first of these rules that leaves out the row; {} if none does."""
    for rule in rules:
        value = cells[rule["column"]]
        if "pattern" in rule and re.fullmatch(rule["pattern"], value):
            return rule
        if value in map(cell_text, rule.get("values", ())):
            return rule
    return {}


def field_specs(specs: dict) -> dict:
    """The specs of a statement without "where"."""
    return {name: spec for name, spec in specs.items() if name != "where"}


def applies_to(specs: dict, cells: dict[str, str]) -> bool:
    """Whether a statement is made of this row. Of several values in a cell one is enough."""
    for column, wanted in specs.get("where", {}).items():
        texts = {*map(cell_text, wanted if isinstance(wanted, list) else [wanted])}
        if not texts & {cells[column], *cells[column].split(nested.SEPARATOR)}:
            return False
    return True


def rows_for(specs: dict, cells: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the cells of a row for each statement of this kind that it makes.

    A statement that reads a list inside a cell is made of each of its items.
    """
    paths = [
        column for column in columns_of(specs) if "[]" in column and nested.root(column) in cells
    ]
    if paths:
        for values in nested.expand(cells, paths):
            row = {**cells, **{path: nested.text_of(value) for path, value in values.items()}}
            if applies_to(specs, row):
                yield row
    elif applies_to(specs, cells):
        yield cells


def columns_of(specs: dict) -> set[str]:
    """The columns that a statement is read from, those of "where" included."""
    names = set(specs.get("where", ()))
    for spec in field_specs(specs).values():
        if isinstance(spec, str):
            names.add(spec)
        elif isinstance(spec, dict):
            names |= {spec["column"]} if "column" in spec else set(spec.get("columns", ()))
    return names


def reads_column(spec) -> bool:
    return isinstance(spec, str) or "column" in spec or "columns" in spec


def read_cell(spec, cells: dict[str, str]) -> tuple[str, str]:
    """The column that a field is read from, and its content."""
    if isinstance(spec, str):
        return spec, cells.get(spec, "")
    if "value" in spec:
        return spec.get("column", ""), cell_text(spec["value"])
    column, value = _raw_value(spec, cells)
    return column, _translate(spec, value)


def _translate(spec: dict, value: str) -> str:
    """What a spec makes of the content of a cell, or of a part of it."""
    value = cell_text(spec.get("values", {}).get(value, spec.get("otherwise", value)))
    if spec.get("slugify"):
        value = slug_of(value)
    return spec.get("prefix", "") + value if value else ""


def slug_of(name: str) -> str:
    """The slug of a name in any script, the same in every run of an import."""
    name = re.sub(r"^https?://(www\.)?", "", name.strip())
    slug = slugify_name(re.sub(r"(?<=\w)[./:](?=\w)", "-", transliterate(name)))
    return slug or (f"record-{hashlib.sha256(name.encode()).hexdigest()[:10]}" if name else "")


def _raw_value(spec: dict, cells: dict[str, str]) -> tuple[str, str]:
    """The column that a field is read from (the last of several), and the joined content."""
    columns = spec["columns"] if "columns" in spec else [spec["column"]]
    values = [cells.get(column, "") for column in columns]
    return columns[-1], spec.get("join", " ").join(value for value in values if value)


def is_untranslated(spec: Any, cells: dict[str, str]) -> bool:
    """Whether a cell has a value that a "complete" list of values does not name."""
    if not isinstance(spec, dict) or "complete" not in spec:
        return False
    value = _raw_value(spec, cells)[1]
    return value != "" and value not in spec["values"]


def lookups_of(spec: Any) -> tuple[str, ...]:
    """How a record is looked up, in this order: name, slug, or schemes of identifiers."""
    find = spec.get("find", ()) if isinstance(spec, dict) else ()
    return (find,) if isinstance(find, str) else tuple(find)


def split_values(specs: dict, cells: dict[str, str]) -> Iterator[dict]:
    """Yield the specs once for each value of a cell that holds several."""
    split_fields = [
        name for name, spec in specs.items() if isinstance(spec, dict) and "split" in spec
    ]
    if not split_fields:
        yield specs
        return
    name = split_fields[0]
    spec = specs[name]
    column, value = _raw_value(spec, cells)
    parts = [part for part in map(str.strip, re.split(spec["split"], value)) if part]
    for part in parts or [""]:
        lookup = {key: spec[key] for key in ("find", "propose") if key in spec}
        part_spec = {"column": column, "value": _translate(spec, part), "part": part, **lookup}
        yield {**specs, name: part_spec}
