"""Every address that the site answers, read from the URLconf, so that no test forgets one."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any, NamedTuple

from mcs.access import routes


class Address(NamedTuple):
    """An address with places for its parameters: `/organizations/%(slug)s/`."""

    written: str
    parameters: tuple[str, ...]
    view: Callable
    name: str
    listed_as: str
    """How `mcs/access.py` lists it."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entry that stand at this address; none if it does not say."""
        given = getattr(self.view, "view_initkwargs", {}).get("kinds")
        cls = getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)
        return tuple(given or getattr(cls, "kinds", ()))

    @property
    def of_editors(self) -> bool:
        """Whether it belongs to the editors' screens: the review pages and the admin."""
        return self.written.startswith(("/review/", "/admin/"))

    @property
    def of_api(self) -> bool:
        """Whether it belongs to the API."""
        return self.written.startswith("/api/")

    def filled(self, values: dict[str, Iterable[Any]]) -> Iterator[str]:
        """Give the address with each combination of values of its parameters.

        Raises KeyError for a parameter that nobody has thought of yet: then say what it takes.
        """
        choices = [[str(one) for one in values[name]] for name in self.parameters]
        for chosen in product(*choices):
            yield self.written % dict(zip(self.parameters, chosen, strict=True))


def addresses() -> list[Address]:
    """Every address of the URLconf, in its order."""
    return [
        Address(f"/{written}", parameters, route.pattern.callback, str(route.pattern.name), name)
        for route in routes()
        for name, (written, parameters) in [(route.name, read(route.expression))]
    ]


def read(pattern: str) -> tuple[str, tuple[str, ...]]:
    """The address that a regular expression means, and the names of its parameters.

    Takes what addresses are made of: named groups, plain characters, anchors, and an optional
    last character, which is left out.
    """
    written, parameters, place = "", [], 0
    while place < len(pattern):
        rest = pattern[place:]
        if anchor := re.match(r"\^|\$|\\A|\\Z", rest):
            place += anchor.end()
        elif rest.startswith("("):
            length = length_of_group(rest)
            named = re.match(r"\(\?P<(\w+)>", rest)
            if plain := re.match(r"\(\?[a-z]*:", rest):
                # Flags or nothing: what is inside counts.
                inside = rest[plain.end() : length - 1]
                pattern = pattern[:place] + inside + rest[length:]
                continue
            if named is None:
                raise ValueError(f"Say in `read` what this part of an address means: {rest}")
            parameters.append(named[1])
            written += f"%({named[1]})s"
            place += length
        elif rest.startswith("?"):
            written = written[:-1]
            place += 1
        else:
            escaped = rest.startswith("\\")
            written += rest[1] if escaped else rest[0]
            place += 2 if escaped else 1
    return written, tuple(parameters)


def length_of_group(text: str) -> int:
    """How long the parenthesis is with which a text begins."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place + 1
    raise ValueError(f"A parenthesis is not closed: {text}")
