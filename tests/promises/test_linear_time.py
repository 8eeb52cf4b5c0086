"""What is twice as long takes twice as long to read, not four times: no text ties up a thread.

Every regular expression of the program is found in its source, so a new one is tested the day it is
written; and so is every form field, filter, address and template filter. What else reads texts of
strangers is in a table. Each gets up to 32 kB of what is worst for it. No time is compared with a
limit: where a text is slow, one that is half as long must take a third of the time at least.
"""

import ast
import base64
import contextlib
import importlib
import re
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from inspect import signature
from itertools import permutations
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.http import QueryDict
from django.urls import get_resolver
from django_filters import FilterSet

from mcs.accounts.devices import BROWSERS, SYSTEMS, describe_device
from orgs.api import csv, http
from orgs.imports import archive, file_parser, sheet_format, subjects, values, workbook
from orgs.imports.columns import COLUMN_OPTIONS, guess_columns
from orgs.imports.files import UPLOADS
from orgs.matching import comparison, hosts, look_alikes, names, scripts, unlisted_forms
from orgs.profiles import answers
from orgs.records import characters
from orgs.search.paging import decode_cursor
from orgs.search.text import normalize_name
from tests.support.modules import modules

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _parser as patterns  # type: ignore[attr-defined]

LONGEST = 32_000
"""Characters of the longest texts."""
LONGEST_LINE = 4_094
"""Characters of the longest first line of a request that the server takes (gunicorn)."""
AT_ONCE = 0.05
"""Seconds below which nothing is slow: to look at 32,000 characters twice takes a fiftieth of it;
to look at each once for every other, ten times as long."""
STEEPEST = 3.0
"""How many times as long a text may take that is twice as long."""

Text = Callable[[int], str]
"""Gives a text of about so many characters."""


# How time grows -----------------------------------------------------------------------------------


class Clock(NamedTuple):
    """What is asked for the time, and for how many seconds nothing is slow."""

    now: Callable[[], float]
    at_once: float


OURS = Clock(time.process_time, AT_ONCE)
"""Of this process alone: other programs run besides."""
WALL = Clock(time.perf_counter, 0.5)
"""What the database needs, it does not tell; and others ask it, too."""


ROUNDS = 4
"""How often a text must be too slow: other programs make what is not slow now and then."""


def seconds(work: Callable[[str], object], text: str, clock: Clock = OURS) -> float:
    begun = clock.now()
    work(text)
    return clock.now() - begun


def is_steep(
    work: Callable[[str], object], text: Text, clock: Clock = OURS, longest: int = LONGEST
) -> bool:
    """Whether the time that texts take grows faster than they do.

    Begins with short texts and ends where they become slow: what is exponential would not end.
    """
    shortest = (8, 12, 16, 20, 22, 24, 26, 28, 32, 64, 125, 250, 500, 1_000, 4_000)
    for length in (*shortest, longest // 2, longest):
        needed = seconds(work, text(length), clock)
        if needed > clock.at_once:
            shorter = text(length // 2)
            return all(
                seconds(work, text(length), clock)
                > max(clock.at_once, STEEPEST * seconds(work, shorter, clock))
                for _ in range(ROUNDS)
            )
        if length == longest // 2 and needed < clock.at_once / 10:
            break  # twice as long, even what is steep takes less than half of it
    return False


def repeated(head: str, run: str, tail: str) -> Text:
    """What gives a beginning, something again and again, and an end."""
    return lambda length: head + run * max(1, (length - len(head) - len(tail)) // len(run)) + tail


# Texts that are bad for a pattern -----------------------------------------------------------------

COMMON = "a0 \n-.@'\"(<;_é"
"""What patterns tell apart besides the characters that they name."""
SPOILERS = ("", "\x00", "!", "\n", " ")
"""What may keep a long text from being matched to its end."""


def named(tree: Any) -> Iterator[str]:
    """Give the characters that a pattern names, at least one for each part of it."""
    for name, value in tree:
        kind = str(name)
        if kind in ("LITERAL", "NOT_LITERAL"):
            yield chr(value)
        elif kind == "IN":
            yield from named(value)
        elif kind == "RANGE":
            yield chr(value[0])
            yield chr(value[1])
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield from named(value[2])
        elif kind == "SUBPATTERN":
            yield from named(value[3])
        elif kind == "ATOMIC_GROUP":
            yield from named(value)
        elif kind in ("ASSERT", "ASSERT_NOT"):
            yield from named(value[1])
        elif kind == "BRANCH":
            for one in value[1]:
                yield from named(one)


def sample(tree: Any) -> str:
    """A text that a part of a pattern matches, more or less: of choices the first."""
    text = ""
    for name, value in tree:
        kind = str(name)
        if kind == "LITERAL":
            text += chr(value)
        elif kind in ("ANY", "NOT_LITERAL"):
            text += "a"
        elif kind == "IN":
            text += of_class(value)
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            text += sample(value[2]) * max(1, value[0])
        elif kind == "SUBPATTERN":
            text += sample(value[3])
        elif kind == "ATOMIC_GROUP":
            text += sample(value)
        elif kind == "BRANCH":
            text += sample(value[1][0])
    return text


def of_class(items: Any) -> str:
    """A character of a class in brackets."""
    given = [*named(items)]
    if str(items[0][0]) == "NEGATE":
        return next(one for one in "a0 -\n.é" if one not in given)
    if given:
        return given[0]
    return {"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "0"}.get(str(items[0][1]), "a")


def pumped(tree: Any, head: str = "", outside: str = "") -> Iterator[tuple[str, str]]:
    """Give for each repetition in a pattern what leads to it, and what it repeats."""
    for place, (name, value) in enumerate(tree):
        kind = str(name)
        here = head + sample([*tree][:place])
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            if value[1] > 1:
                yield here, sample(value[2])
            yield from pumped(value[2], here)
        elif kind == "SUBPATTERN":
            yield from pumped(value[3], here)
        elif kind == "ATOMIC_GROUP":
            yield from pumped(value, here)
        elif kind in ("ASSERT", "ASSERT_NOT"):
            yield from pumped(value[1], here)
        elif kind == "BRANCH":
            for one in value[1]:
                yield from pumped(one, here)


def texts_for(pattern: str, flags: int) -> Iterator[tuple[str, Text]]:
    """Give what is worst for a pattern: runs of its characters, near misses, and its repetitions.

    Each with a name that says what it is.
    """
    tree = patterns.parse(pattern, flags)
    own = [*dict.fromkeys(named(tree))][:24]
    whole = sample(tree)
    runs = {*own, *COMMON}
    # Two in turn: of the characters that the pattern names, which are few.
    runs |= {one + other for one, other in permutations(own[:6], 2)}
    runs |= {whole, whole[:-1], whole[1:]} - {""}
    shapes = {("", run, tail) for run in runs for tail in ("", "\x00")}
    for head, run in pumped(tree):
        shapes |= {(head, run, tail) for tail in SPOILERS if run}
        shapes |= {("", head + run, tail) for tail in SPOILERS if head + run}
    for head, run, tail in sorted(shapes):
        yield f"{head!r}, {run!r} repeated, {tail!r}", repeated(head, run, tail)


# Every pattern ------------------------------------------------------------------------------------

USES = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")

ELSEWHERE: dict[tuple[str, str], Callable[[], Iterable[str]]] = {
    ("orgs.imports.columns", "option.guess"): lambda: (
        option.guess for option in COLUMN_OPTIONS.values()
    ),
    ("mcs.accounts.devices", "pattern"): lambda: (pattern for pattern, _ in (*BROWSERS, *SYSTEMS)),
    # These are written by people with a terminal on the server, in the map of an import.
    **{
        ("orgs.imports.mapping", source): lambda: ()
        for source in (
            "self.long['pattern']",
            "mapping.long['pattern']",
            "rule['pattern']",
            "rule.get('pattern', '')",
            "spec.get('split', '')",
            "spec['split']",
        )
    },
}
"""Where a pattern is no constant: by module and source, what gives every pattern that it may be."""

OF_DJANGO = ("re_path", "RegexValidator", "RegexField")
"""What takes a pattern besides `re`: see `test_addresses` and `test_form_fields`."""


class Pattern(NamedTuple):
    """A pattern, and how it is used: by methods of a compiled one."""

    text: str | bytes
    flags: int
    uses: tuple[str, ...]


@cache
def sources() -> dict[str, ast.Module]:
    return {
        module: ast.parse(path.read_text(encoding="utf-8")) for module, path in modules().items()
    }


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Give every call of a function of `re` that takes a pattern, with its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            if of_re and node.func.attr in ("compile", *USES):
                yield node.func.attr, node


@cache
def methods() -> dict[str, set[str]]:
    """Which methods of a pattern are called on what has a name, in any module."""
    results: dict[str, set[str]] = defaultdict(set)
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in USES:
                if isinstance(node.value, ast.Name):
                    results[node.value.id].add(node.attr)
                elif isinstance(node.value, ast.Attribute):
                    results[node.value.attr].add(node.attr)
    return results


def compiled_as(tree: ast.Module) -> dict[ast.Call, str]:
    """The names to which calls are assigned."""
    return {
        node.value: target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def written_in(module: str) -> Iterator[tuple[str, Pattern]]:
    """Give every pattern that a module writes down, with where. Fails for one that is not known."""
    tree = sources()[module]
    names = compiled_as(tree)
    for function, call in calls(tree):
        where = f"{module}, line {call.lineno}"
        flags = [*call.args[{"compile": 1, "sub": 3, "subn": 3, "split": 2}.get(function, 2) :]]
        flags += [one.value for one in call.keywords if one.arg == "flags"]
        value = sum(evaluated(module, one) for one in flags if "re." in ast.unparse(one))
        uses = (function,)
        if function == "compile":
            uses = tuple(sorted(methods().get(names.get(call, ""), ()))) or ("search", "fullmatch")
        source = ast.unparse(call.args[0])
        try:
            given = [evaluated(module, call.args[0])]
        except NameError:
            assert (module, source) in ELSEWHERE, f"{where}: which patterns are {source}?"
            given = [*ELSEWHERE[module, source]()]
        for one in given:
            yield where, Pattern(one, value, uses)


def evaluated(module: str, node: ast.expr) -> Any:
    """What an expression at the top of a module is. Raises NameError for what is local."""
    code = compile(ast.Expression(node), module, "eval")
    return eval(code, {**vars(importlib.import_module(module))})  # noqa: S307 - our own source


def compiled_in(module: str) -> Iterator[tuple[str, Pattern]]:
    """Give the compiled patterns that stand in a module, however they came there."""
    for name, value in vars(importlib.import_module(module)).items():
        if isinstance(value, re.Pattern):
            uses = tuple(sorted(methods().get(name, ()))) or ("search", "fullmatch")
            yield f"{module}.{name}", Pattern(value.pattern, value.flags, uses)


def with_patterns() -> list[str]:
    """The modules that have patterns, or could: the others do not import `re`."""
    return sorted(
        module
        for module, tree in sources().items()
        if any(
            isinstance(node, ast.Import | ast.ImportFrom) and "re" in imports(node)
            for node in ast.walk(tree)
        )
    )


def imports(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {node.module or ""} if isinstance(node, ast.ImportFrom) else {a.name for a in node.names}


def used(pattern: Pattern, use: str) -> Callable[[str], object]:
    """What uses a pattern on a text in one way, to its end."""
    compiled = re.compile(pattern.text, pattern.flags & ~re.UNICODE)
    method = getattr(compiled, use)

    def work(text: str) -> None:
        given = text.encode("utf-8", "replace") if isinstance(pattern.text, bytes) else text
        if use in ("sub", "subn"):
            method(lambda match: match.group(), given)
        elif use == "finditer":
            for _ in method(given):
                pass
        else:
            method(given)

    return work


def steep(where: str, pattern: Pattern, longest: int = LONGEST) -> Iterator[str]:
    """Give what makes a pattern slow: where it is, how it is used, and the first such text."""
    text = pattern.text if isinstance(pattern.text, str) else pattern.text.decode("latin-1")
    for use in pattern.uses:
        work = used(pattern, use)
        for name, one in texts_for(text, pattern.flags & ~re.UNICODE):
            if is_steep(work, one, longest=longest):
                yield f"{where}, {use}: {name}"
                break


@pytest.mark.parametrize("module", with_patterns())
def test_no_pattern_takes_ever_longer(module):
    known = {pattern: where for where, pattern in compiled_in(module)}
    known |= {pattern: where for where, pattern in written_in(module)}

    assert [one for pattern, where in known.items() for one in steep(where, pattern)] == []


def test_patterns_are_found_and_steep_ones_are_seen():
    """The test above is worth as much as this one."""
    results = {pattern.text for module in with_patterns() for _, pattern in written_in(module)}

    assert len(results) > 60
    assert r"[A-Za-z0-9_-]{1,60}" in results
    for pattern, uses in (
        (r"\s*;\s*", ("split",)),
        (r"[\w.+-]+@[\w-]+\.\w", ("search",)),
        (r"(?:\A|[\n;])[\s\"]*'*(?==)", ("sub",)),
        (r"(?:a+)+b", ("match",)),
        (r"(.+?)\s*\(([^()]+)\)", ("fullmatch",)),
        (r"<!--.*?-->", ("finditer",)),
    ):
        assert [*steep("", Pattern(pattern, 0, uses))] != [], pattern
    assert [*steep("", Pattern(r"(\d+)-(\w+)", 0, ("fullmatch",)))] == []


# Every address, form, filter and function of the database -----------------------------------------


def routes(resolver: Any) -> Iterator[re.Pattern[str]]:
    """Give the pattern of every address that is answered, also by what others have written."""
    for one in resolver.url_patterns:
        yield one.pattern.regex
        if hasattr(one, "url_patterns"):
            yield from routes(one)


def test_no_address_takes_ever_longer():
    known = {
        Pattern(one.pattern, one.flags, ("search", "fullmatch")) for one in routes(get_resolver())
    }

    assert len(known) > 100
    assert [
        one for pattern in known for one in steep(str(pattern.text), pattern, LONGEST_LINE)
    ] == []


RUNS = (
    *"a0 \n\t-_.,;:/@'\"()[{<>*`&%=+!|\\é漢가\u0301",
    *("a ", "a-", "a.", "a@", "a,", "a;", "a\n", "\n ", "A", "X", "[a](", "![", "[a]: b\n", "*a "),
    *(
        "_a*",
        "``a",
        "> ",
        "- ",
        "1. ",
        "<a",
        "<!--",
        "&amp",
        "(a",
        "\\[",
        "1986/",
        "199X-",
        '{"a":',
    ),
    *("a=b&", "%41", "xn--", "a;q=", "//", "@a.", "'=", "\t=", "org ", "a/b ", "('a"),
)
"""What strangers may write again and again."""


def slow_texts(
    work: Callable[[str], object], runs: Iterable[str] = RUNS, clock: Clock = OURS
) -> list[str]:
    """What is repeated in the texts that take ever longer, alone and after a beginning."""

    def tried(text: str) -> None:
        with contextlib.suppress(Exception):  # what is refused is refused in good time, too
            work(text)

    return [run for run in runs if is_steep(tried, repeated("", run, "!"), clock)]


def ours(of: type) -> Iterator[type]:
    """Give every class of ours that is one of these."""
    for one in of.__subclasses__():
        if one.__module__.partition(".")[0] in ("orgs", "campaigns", "mcs"):
            yield one
        yield from ours(one)


def test_no_form_takes_ever_longer(db):
    get_resolver().url_patterns  # imports everything that has forms  # noqa: B018
    results = {}
    for form in {*ours(forms.BaseForm)}:
        for name, one in form.base_fields.items():
            kind = (type(one), *(repr(each) for each in one.validators), type(one.widget))
            results.setdefault(kind, (f"{form.__module__}.{form.__name__}.{name}", one))

    assert len(results) > 15
    assert {
        where: texts for where, one in results.values() if (texts := slow_texts(one.clean))
    } == {}


def test_no_filter_of_a_list_takes_ever_longer(db):
    results = {}
    for filters in {*ours(FilterSet)}:
        for name, one in filters.base_filters.items():
            field = one.field
            results.setdefault(
                (type(field), *map(repr, field.validators)), (f"{filters.__name__}.{name}", field)
            )

    assert len(results) > 2
    assert {
        where: texts for where, one in results.values() if (texts := slow_texts(one.clean))
    } == {}


def test_no_field_of_a_record_takes_ever_longer():
    results = {}
    for model in apps.get_models():
        if model.__module__.partition(".")[0] in ("orgs", "campaigns", "mcs"):
            for one in model._meta.concrete_fields:
                if isinstance(one, models.CharField | models.TextField | models.JSONField):
                    kind = (type(one), *(repr(each) for each in one.validators))
                    results.setdefault(kind, (str(one), one))

    def cleaned(one: Any) -> Callable[[str], object]:
        def work(text: str) -> None:
            one.to_python(text)
            one.run_validators(text)

        return work

    assert len(results) > 5
    assert {
        where: texts for where, one in results.values() if (texts := slow_texts(cleaned(one)))
    } == {}


def test_no_template_filter_takes_ever_longer(db):
    results = {}
    for place in settings.TEMPLATES[0]["OPTIONS"]["libraries"].values():
        library = importlib.import_module(place).register
        results |= {f"{place}.{name}": work for name, work in library.filters.items()}
    two = {name for name, work in results.items() if len(signature(work).parameters) > 1}

    assert len(results) > 30
    assert {
        name: texts
        for name, work in results.items()
        if (texts := slow_texts(partial(_filtered, work, name in two), RUNS[::2]))
    } == {}


def _filtered(work: Callable[..., object], with_argument: bool, text: str) -> object:
    return work(text, "name") if with_argument else work(text)


def test_no_function_of_the_database_takes_ever_longer(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang"
            " WHERE pronamespace = 'public'::regnamespace AND proargtypes::text = '25'"
            " AND lanname IN ('sql', 'plpgsql')"
        )
        functions = [name for (name,) in cursor.fetchall()]

        def caller(function: str) -> Callable[[str], object]:
            def work(text: str) -> None:
                with transaction.atomic():
                    cursor.execute(f"SELECT * FROM {function}(%s)", [text])  # noqa: S608

            return work

        slow = {
            name: texts
            for name in functions
            if (texts := slow_texts(caller(name), RUNS[::5], WALL))
        }

    assert {"edtf_range", "plain", "prefix_query", "named_like", "bones"} <= {*functions}
    assert slow == {}


# What else reads texts of strangers ---------------------------------------------------------------


def cells(text: str) -> None:
    with contextlib.suppress(file_parser.FileRefused):
        file_parser.parse(f"name\n{text}".encode(), UPLOADS)


PARSERS: dict[str, Callable[[str], object]] = {
    # What goes into tables, and comes from them.
    "a cell of a CSV": csv.format_cell,
    "a cell of a sheet": sheet_format.escape_formulas,
    "a cell that comes back": sheet_format.unescape_formulas,
    "a heading": sheet_format.parse_heading,
    "numbers of statements": sheet_format.parse_statement_ids,
    "the headings of others": lambda text: guess_columns([text]),
    "an uploaded text": cells,
    "characters by their numbers": workbook.unescape_xml,
    "a format of days": lambda text: workbook._format_kind("200", text),
    "the name of a part": archive.PARTS.fullmatch,
    "several in a cell": lambda text: values.split_cell(text, values.VALUE_SEPARATORS),
    "several codes in a cell": lambda text: values.split_cell(text, values.CODE_SEPARATORS),
    "a cell that is unchanged": subjects.normalize,
    "a web address without its beginning": values.with_https,
    "an address in public": values.EMAIL_ADDRESS.search,
    "a web site": lambda text: subjects.discriminators_of(
        [(sheet_format.Target("link", ("website",)), text)]
    ),
    "mail": lambda text: subjects.discriminators_of(
        [(sheet_format.Target("contact", ("email",)), text)]
    ),
    # Names and what else tells who is meant.
    "a name as people compare it": normalize_name,
    "a name taken apart": names.parse_name.__wrapped__,
    "the parts of a name": names.parts.__wrapped__,
    "a name in Latin letters": scripts.transliterate,
    "the bones of a name": scripts.consonants,
    "the site of an address": comparison.website_of,
    "an identifier": comparison.normalize_identifier,
    "a domain": hosts.domain_of,
    "how a domain looks": hosts.shape,
    "whose a host is": hosts.owner_of,
    "all who may own a host": lambda text: [*hosts.owner_domains(text)],
    "a name never to be listed": unlisted_forms.name_forms,
    "a host never to be listed": lambda text: [*unlisted_forms.recognized_hosts(text)],
    "an identifier never to be listed": unlisted_forms.identifier_forms,
    "letters of several scripts": look_alikes.mixed_script_words,
    "what looks alike": look_alikes.skeleton_of_name,
    "characters that nobody sees": characters.invisible_error,
    "a text without them": characters.strip_invisible,
    # What is asked.
    "a query": http.parse_query,
    "a cursor": lambda text: decode_cursor(text, "name"),
    "a cursor that is one": lambda text: decode_cursor(
        base64.urlsafe_b64encode(f'["", "name", "{text}", 1]'.encode()).decode(), "name"
    ),
    "a whole number": lambda text: http.integer_param(
        QueryDict(f"page={quote(text)}"), "page", 1, 1, 9
    ),
    "fields": lambda text: http.choices_param(
        QueryDict(f"fields={quote(text)}"), "fields", ("id",)
    ),
    "an answer": answers.parse_answer,
    "a browser": describe_device,
}


@pytest.mark.parametrize("parser", PARSERS)
def test_no_parser_takes_ever_longer(parser):
    assert slow_texts(PARSERS[parser]) == []


HEADERS = (
    "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE", "HTTP_HOST",
    "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_REFERER",
    "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "CONTENT_TYPE", "QUERY_STRING",
)  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_takes_ever_longer(client, db, header):
    def caller(path: str) -> Callable[[str], object]:
        return lambda text: client.generic("GET", path, **{header: text.replace("\n", "")})

    for path in ("/about/", "/api/v1/organizations/"):
        assert slow_texts(caller(path), RUNS[::8]) == []
