"""The notes of a page, which name the sources of its statements."""

from collections.abc import Iterable

from orgs.projection.entry import Entry


class Notes:
    """The notes of one page: one for each statement, numbered in the order of the page.

    Takes the sources of the documents on the page; `numbered` looks up missing ones in one query.
    """

    def __init__(self, sources: Iterable[dict] = ()) -> None:
        self.sources: dict[str, dict] = {}
        self.items: list[dict] = []
        self._numbers: dict[int, int] = {}
        self._anchored: set[int] = set()
        self.add_sources(sources)

    def add_sources(self, sources: Iterable[dict]) -> None:
        for source in sources:
            self.sources.setdefault(source["id"], source)

    def number(self, item: dict) -> int:
        """The number of a statement's note; a new statement gets the next number."""
        statement = item["statement"]
        if statement not in self._numbers:
            self.items.append(item)
            self._numbers[statement] = len(self.items)
        return self._numbers[statement]

    def anchor(self, item: dict) -> bool:
        """Whether this is the statement's first sentence on the page: its note links back to it."""
        first = item["statement"] not in self._anchored
        self._anchored.add(item["statement"])
        return first

    def numbered(self) -> list[dict]:
        """All notes: each statement with its number and its source."""
        missing = {item["source"] for item in self.items} - set(self.sources)
        if missing:
            entries = Entry.objects.published().of_kinds("source").filter(key__in=missing)
            self.add_sources(
                {"id": entry.key, "short": entry.label, "url": entry.get_absolute_url()}
                for entry in entries.only("id", "key", "kind", "slug", "label")
            )
        return [
            {
                **item,
                "number": self._numbers[item["statement"]],
                "source": self.sources.get(item["source"]),
                "anchored": item["statement"] in self._anchored,
            }
            for item in self.items
        ]
