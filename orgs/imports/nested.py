"""Values inside the cells of JSON files, named by a path: `names[].value`, `admin.created.date`.

A cell that holds a list or an object is its JSON. `[]` in a path stands for each item of a list, a
dot for a field of an object.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from .parsed_file import ParsedFile, cell_text

SEPARATOR = "\n"
"""Between several values in one cell."""


def root(path: str) -> str:
    """The column of the file that a path begins with."""
    return path.partition(".")[0].partition("[]")[0]


def is_path(name: str, header: Iterable[str]) -> bool:
    """Whether a name is no column of the file but a path into one."""
    return name not in header and name != root(name) and root(name) in header


def with_paths(table: ParsedFile, names: Iterable[str]) -> ParsedFile:
    """The table with a column for each of the names that is a path, with all its values."""
    paths = sorted(name for name in names if is_path(name, table.header))
    if not paths:
        return table
    rows = [
        (number, {**cells, **{path: _joined(values_at(cells, path)) for path in paths}})
        for number, cells in table.rows
    ]
    return ParsedFile(table.name, [*table.header, *paths], rows, table.header_row, table.problems)


def values_at(cells: dict[str, str], path: str) -> list[Any]:
    """All values at a path of a row."""
    return [found[path] for found in expand(cells, [path])]


def expand(cells: dict[str, str], names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the values at these paths for each item of the list that they are in.

    Raises ValueError for paths into two lists of which none is in the other.
    """
    paths = [name for name in names if name != root(name)]
    lists = sorted(
        {path[: place + 2] for path in paths for place in _places_of_lists(path)}, key=len
    )
    if any(not inner.startswith(outer) for outer, inner in pairwise(lists)):
        raise ValueError(", ".join(paths))
    contexts: list[dict[str, Any]] = [{}]
    for name in lists:
        contexts = [
            {**context, name: item}
            for context in contexts
            for item in _items(_resolve(name.removesuffix("[]"), cells, context))
        ]
    for context in contexts:
        yield {path: _resolve(path, cells, context) for path in paths}


def _places_of_lists(path: str) -> list[int]:
    return [place for place in range(len(path)) if path.startswith("[]", place)]


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value in (None, "") else [value]


def _resolve(path: str, cells: dict[str, str], context: dict[str, Any]) -> Any:
    """The value at a path, of which the items of its lists are chosen."""
    outer = max((name for name in context if path.startswith(name)), key=len, default="")
    if outer:
        value, fields = context[outer], path.removeprefix(outer)
    else:
        value, fields = _loaded(cells.get(root(path), "")), path.removeprefix(root(path))
    for field in filter(None, fields.split(".")):
        value = value.get(field) if isinstance(value, dict) else None
    return value


def _loaded(cell: str) -> Any:
    if cell[:1] not in ("[", "{"):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def _joined(values: list[Any]) -> str:
    return SEPARATOR.join(filter(None, map(text_of, values)))


def text_of(value: Any) -> str:
    """The text of a value; a list of plain values has them in lines."""
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return _joined(value)
    return cell_text(value)
