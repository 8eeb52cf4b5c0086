"""Imports point one way: `mcs -> campaigns -> orgs`, and inside an app from addresses to models.

So whoever reads a module knows beforehand which others it can rest on, and a rule of the ledger
can never depend on how a page shows it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).resolve().parents[2]

APPS = ("orgs", "campaigns", "mcs")
"""An app may import those before it."""

LAYERS = {
    # What the nouns are recognized by.
    "keyed": 0,
    "roles": 0,
    # The nouns and their rules.
    "models": 0,
    # How alike names are; the register of what is never listed recognizes them by it.
    "characters": 0,
    "matching": 0,
    # One particular thing each: the SQL that is written from the models, pages, words, files.
    "acts": 1,
    "codebook": 1,
    "columns": 1,
    "dates": 1,
    "domains": 1,
    "file_parser": 1,
    "gatherings": 1,
    "judgements": 1,
    "languages": 1,
    "by_hand": 1,
    "limits": 1,
    "mailing": 1,
    "map": 1,
    "opening": 1,
    "migrations": 1,
    "ring": 1,
    "projection": 1,
    "public_role": 1,
    "reprojecting": 1,
    "search": 1,
    "slugs": 1,
    "shares": 1,
    "slots": 1,
    "stages": 1,
    "tables": 1,
    "undoing": 1,
    "workbook": 1,
    "wording": 1,
    # What may be asked, what may be said, what is answered.
    "contexts": 2,
    "documents": 2,
    "filters": 2,
    "finders": 2,
    "forms": 2,
    "graphs": 2,
    "linked": 2,
    "mapping": 2,
    "networks": 2,
    "paging": 2,
    "propositions": 2,
    "serializers": 2,
    # What is built from these.
    "history": 3,
    "importing": 3,
    "sheets": 3,
    "working": 4,
    "bulk": 3,
    "outcomes": 3,
    "resolver": 3,
    "alerts": 3,
    "speaking": 3,
    "adding": 4,
    "attesting": 4,
    "claiming": 4,
    "deciding": 5,
    "freshness": 4,
    "writing_to": 4,
    "synthesizing": 3,
    "describing": 3,
    "answering": 4,
    # What people and programs meet; what states are met by is read from documents as pages do.
    "admin": 5,
    "api": 5,
    "management": 5,
    "states": 5,
    "templatetags": 5,
    "remaining_mentions": 5,
    "views": 5,
    "urls": 6,
    # Django's own beginning of an app: it connects what stands below.
    "apps": 7,
}
"""How high a module of `orgs` or `campaigns` stands; it imports its own height or lower."""


class Import(NamedTuple):
    """That a module of ours imports another of ours."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.imported}"


@cache
def modules() -> dict[str, Path]:
    """Return every module of the three apps, by its dotted name; a package by its own."""
    found = {}
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_names(module: str) -> Iterator[tuple[str, int]]:
    """Give everything that a module of ours imports, by its full dotted name, with the line."""
    path = modules()[module]
    above = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = above[: len(above) - node.level + 1] if node.level else []
            origin = [*base, *([node.module] if node.module else [])]
            yield from ((".".join([*origin, alias.name]), node.lineno) for alias in node.names)


def module_of(name: str) -> str:
    """Return the module of ours in which a dotted name stands."""
    while name not in modules():
        name = name.rpartition(".")[0]
    return name


def our_imports() -> list[Import]:
    """Return every import of a module of ours by another."""
    return [
        Import(module, module_of(imported), line)
        for module in modules()
        for imported, line in imported_names(module)
        if imported.split(".")[0] in APPS
    ]


def height(module: str) -> int:
    """Return the layer of a module. Raises KeyError for one that has no place yet."""
    return LAYERS[module.split(".")[1]] if "." in module else 0


def test_every_module_has_a_layer():
    tops = {
        module.split(".")[1]
        for module in modules()
        if "." in module and module.split(".")[0] != "mcs"
    }

    assert tops - set(LAYERS) == set()


def test_apps_import_one_way():
    upwards = [
        str(one)
        for one in our_imports()
        if APPS.index(one.imported.split(".")[0]) > APPS.index(one.importer.split(".")[0])
    ]

    assert upwards == []


def test_layers_import_downwards_only():
    upwards = [
        str(one)
        for one in our_imports()
        if not one.importer.startswith("mcs")
        and "." in one.imported
        and height(one.imported) > height(one.importer)
    ]

    assert upwards == []


def test_models_import_nothing_that_shows_them():
    showing = (
        "django.forms",
        "django.http",
        "django.shortcuts",
        "django.template",
        "django.urls",
        "django.views",
        "django_filters",
        "rest_framework",
    )
    shown = [
        f"{module}, line {line}, imports {imported}"
        for module in modules()
        if module.split(".")[1:2] == ["models"]
        for imported, line in imported_names(module)
        if imported.startswith(showing)
    ]

    assert shown == []


def unexplained(path: Path) -> list[str]:
    """Return the imports inside functions of a file that no comment beside or above explains.

    A comment above a run of imports explains the whole run.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        explained_to = -1
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            beside = "#" in lines[(node.end_lineno or node.lineno) - 1]
            above = lines[node.lineno - 2].strip().startswith("#")
            if beside or above or node.lineno == explained_to + 1:
                explained_to = node.end_lineno or node.lineno
            else:
                found.append(f"{path.relative_to(PROJECT)}, line {node.lineno}")
    return found


@pytest.mark.parametrize("app", APPS)
def test_imports_inside_functions_say_why(app):
    found = [one for path in sorted((PROJECT / app).rglob("*.py")) for one in unexplained(path)]

    assert found == []


def test_no_import_is_made_from_a_text():
    # What is imported by a name in a string would be seen by none of the tests above.
    allowed = {
        # Finds where the PostgreSQL programs are, without importing the package.
        "mcs/database.py",
    }
    hidden = [
        str(path.relative_to(PROJECT))
        for path in modules().values()
        if str(path.relative_to(PROJECT)) not in allowed
        and any(
            word in path.read_text(encoding="utf-8")
            for word in ("importlib", "import_string", "import_module", "__import__")
        )
    ]

    assert hidden == []
