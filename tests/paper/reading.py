"""Reading the paper's data files, and the paper itself where a test machine has it."""

import csv
import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from campaigns.management.commands.load_paper import PAPER
from campaigns.management.load_command import TABLES

__all__ = ("TABLES", "has_words", "printed", "rows", "runs", "words")


def rows(table: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a data file of the paper, numbered as a spreadsheet does."""
    with (PAPER / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        yield from enumerate(csv.DictReader(lines), start=2)


def words(text: str) -> list[str]:
    """The words of a text without case, accents and punctuation."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(character for character in folded if not unicodedata.combining(character))
    return re.findall(r"[a-z0-9]+", kept)


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many words of a text."""
    read = words(text)
    return {tuple(read[start : start + length]) for start in range(len(read) - length + 1)}


@cache
def printed() -> str:
    """The paper, in a folder named by MCS_TEST_DATA or beside it; without it, skip.

    It is not ours to give away, so it is not a part of the project.
    """
    folder = os.environ.get("MCS_TEST_DATA", "")
    for path in (Path(folder) / "paper.txt", Path(folder).parent / "paper.txt"):
        if folder and path.is_file():
            return path.read_text(encoding="utf-8")
    pytest.skip(
        "This needs the text of the paper: set MCS_TEST_DATA to a folder that has paper.txt, "
        "in it or beside it."
    )


@cache
def _normalized_paper() -> tuple[str, str]:
    """The paper as one line of words, with words broken at a page's end, and mended."""
    mended = re.sub(r"-\n+", "", printed())
    return f" {' '.join(words(printed()))} ", f" {' '.join(words(mended))} "


def has_words(text: str) -> bool:
    """Whether the words of a text stand in the paper, in this order and nothing between."""
    wanted = f" {' '.join(words(text))} "
    return any(wanted in paper for paper in _normalized_paper())
