"""Reading pages in tests as a person does: by their texts, links and landmarks."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}


class Element:
    """An element of a page."""

    def __init__(self, tag: str, attributes: dict[str, str], inside: "Element | None") -> None:
        self.tag = tag
        self.attributes = attributes
        self.inside = inside
        self.content: list[Element | str] = []

    @property
    def text(self) -> str:
        """Its text as it is read, in one line."""
        return " ".join(self._raw().split())

    @property
    def exact(self) -> str:
        """Its text with all its spaces and line ends, as code is read."""
        return self._raw()

    def _raw(self) -> str:
        return "".join(one if isinstance(one, str) else one._raw() for one in self.content)

    def every(self, tag: str = "", **attributes: str) -> list["Element"]:
        """The elements inside it with this tag and these attributes, in reading order.

        A class is asked for as `kind`, since that is one of several words.
        """
        kind = attributes.pop("kind", "")
        elements = []
        for one in self.content:
            if isinstance(one, str):
                continue
            fits = not tag or one.tag == tag
            fits &= all(one.attributes.get(name) == value for name, value in attributes.items())
            fits &= not kind or kind in one.attributes.get("class", "").split()
            elements += [one] if fits else []
            elements += one.every(tag, **attributes, **({"kind": kind} if kind else {}))
        return elements

    def one(self, tag: str = "", **attributes: str) -> "Element":
        """The only such element inside it."""
        elements = self.every(tag, **attributes)
        assert len(elements) == 1, f"{len(elements)} elements {tag} {attributes}"
        return elements[0]


class Page(HTMLParser):
    """The tree of a page. Fails on what a browser would have to guess."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)
        self.feed(html)
        self.close()
        assert self.here is self.root, f"<{self.here.tag}> is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> says an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.content.append(element)
        if tag not in VOID:
            self.here = element

    def handle_endtag(self, tag: str) -> None:
        """Close an element: always the one that was opened last."""
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.inside is not None
        self.here = self.here.inside

    def handle_data(self, data: str) -> None:
        """Add text, save that of styles and scripts, of which there are none."""
        self.here.content.append(data)

    @property
    def main(self) -> Element:
        """The content of the page."""
        return self.root.one("main")


def page_of(response) -> Page:
    """The page of an answer."""
    return Page(response.content.decode())


def section(page: Page, heading: str) -> str:
    """The text of the section of this id, heading included."""
    return page.main.one("section", **{"aria-labelledby": heading}).text


def weight(response) -> int:
    """The bytes of a page with its styles, as they come compressed over the wire."""
    sheets = re.findall(r'href="[^"]*/css/([a-z]+)[^"/]*\.css"', response.content.decode())
    folder = Path(settings.BASE_DIR) / "static" / "css"
    parts = [response.content, *((folder / f"{name}.css").read_bytes() for name in sheets)]
    return sum(len(gzip.compress(part)) for part in parts)
