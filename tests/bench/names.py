"""How well names are matched: our comparison beside a stock scorer and a specialist library.

The data are pairs of names labelled by people as the same organization or not, in
`name_bench_cases.csv`. Each scorer gives every pair a number. The threshold is chosen on nine
tenths of the pairs and tested on the last tenth, ten times. Pairs of the same two names, in either
order, are never on both sides. The interval is that of 2,000 samples of the groups of pairs. The
authors of our rules had seen these pairs, so there are also unseen names of a registry of non-
profits (`ror_nonprofit.jsonl.gz`): two names of one organization in Latin letters, against the most
similar name of another. (The first 600 of these pairs had been seen and are left out.)

The two libraries are for comparison only and no requirement of the project:

    python3 -m venv /tmp/compare
    /tmp/compare/bin/pip install rapidfuzz nomenklatura
    /tmp/compare/bin/python -m tests.bench.names FOLDER

without them, `.venv/bin/python -m tests.bench.names FOLDER` prints our own lines.
"""

import csv
import gzip
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from orgs.matching.names import compare_names, parse_name

FOLDS = 10
SAMPLES = 2_000
SEEN = 600
ACTOR_SCHEMAS = ("Company", "Organization", "LegalEntity")


class Pair(NamedTuple):
    """Two names, the kind of actor in the file, and whether both are of the same actor."""

    kind: str
    one: str
    other: str
    same: bool

    @property
    def group(self) -> tuple[str, ...]:
        """Pairs of one group are never in training and test data at once."""
        return tuple(sorted(" ".join(parse_name(name).words) for name in (self.one, self.other)))


Scorer = Callable[[Pair], float]


class Outcome(NamedTuple):
    """How many pairs were rightly and wrongly called the same, and how many were missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of predicted matches that are matches."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """The share of matches that were predicted."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


def pairs_of(path: Path) -> list[Pair]:
    """The pairs of organizations of a file of labelled pairs."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Pair(row["schema"], row["name1"], row["name2"], row["is_match"] == "true")
            for row in csv.DictReader(file)
            if row["schema"] in ACTOR_SCHEMAS
        ]


def judged(predicted: Sequence[bool], pairs: Sequence[Pair]) -> Outcome:
    """Count predictions for pairs against their labels."""
    both = list(zip(predicted, (pair.same for pair in pairs), strict=True))
    return Outcome(both.count((True, True)), both.count((True, False)), both.count((False, True)))


def best_threshold(scores: Sequence[float], pairs: Sequence[Pair]) -> float:
    """The score from which on calling pairs the same is best on these pairs (F1)."""
    ordered = sorted(zip(scores, (pair.same for pair in pairs), strict=True), reverse=True)
    all_same = sum(same for _, same in ordered)
    right, best, threshold = 0, -1.0, 1.0
    for position, (score, same) in enumerate(ordered):
        right += same
        if position + 1 < len(ordered) and ordered[position + 1][0] == score:
            continue
        f1 = 2 * right / (position + 1 + all_same)
        if f1 > best:
            below = ordered[position + 1][0] if position + 1 < len(ordered) else score
            best, threshold = f1, (score + below) / 2
    return threshold


def _chance(seed: int) -> random.Random:
    """A random generator with the same seed in every run."""
    return random.Random(seed)  # noqa: S311 - nothing secret


def folds_of(pairs: Sequence[Pair], seed: int = 0) -> list[int]:
    """The test fold of each pair; a group is in one fold."""
    groups = sorted({pair.group for pair in pairs})
    _chance(seed).shuffle(groups)
    number = {group: position % FOLDS for position, group in enumerate(groups)}
    return [number[pair.group] for pair in pairs]


def cross_validated(scores: Sequence[float], pairs: Sequence[Pair], folds: list[int]) -> list[bool]:
    """Predictions for each pair by the threshold that the other folds chose."""
    predicted = [False] * len(pairs)
    for fold in range(FOLDS):
        learned = [i for i in range(len(pairs)) if folds[i] != fold]
        threshold = best_threshold([scores[i] for i in learned], [pairs[i] for i in learned])
        for i in range(len(pairs)):
            if folds[i] == fold:
                predicted[i] = scores[i] >= threshold
    return predicted


def intervals(
    answers: dict[str, list[bool]], pairs: Sequence[Pair]
) -> dict[str, tuple[float, float]]:
    """The 95 % interval of F1 of each, and of how far the first is ahead of the others."""
    members = defaultdict(list)
    for i, pair in enumerate(pairs):
        members[pair.group].append(i)
    groups, chance = list(members.values()), _chance(1)
    drawn: dict[str, list[float]] = defaultdict(list)
    first = next(iter(answers))
    for _ in range(SAMPLES):
        sample = [i for group in chance.choices(groups, k=len(groups)) for i in group]
        sampled = [pairs[i] for i in sample]
        f1 = {
            name: judged([predicted[i] for i in sample], sampled).f1
            for name, predicted in answers.items()
        }
        for name in answers:
            drawn[name].append(f1[name])
            drawn[f"ahead of {name}"].append(f1[first] - f1[name])
    cut = SAMPLES // 40
    return {name: (sorted(each)[cut], sorted(each)[-cut - 1]) for name, each in drawn.items()}


# Scorers ------------------------------------------------------------------------------------------


def ours(pair: Pair) -> float:
    """How alike the catalogue finds two names."""
    return compare_names(pair.one, pair.other).score


def libraries() -> Iterator[tuple[str, Scorer]]:
    """Give the scorers of the libraries that are installed."""
    try:
        from rapidfuzz import fuzz, utils
    except ImportError:
        return
    for name in ("WRatio", "partial_ratio", "token_sort_ratio"):
        yield f"rapidfuzz {name}", _stock(getattr(fuzz, name), utils.default_process)
    try:
        from followthemoney import model
        from nomenklatura.matching import LogicV1, LogicV2
    except ImportError:
        return
    for algorithm in (LogicV1, LogicV2):
        yield f"nomenklatura {algorithm.NAME}", _specialist(algorithm, model)


def _stock(score: Callable, processor: Callable) -> Scorer:
    return lambda pair: score(pair.one, pair.other, processor=processor)


def _specialist(algorithm, model) -> Scorer:
    config, numbers = algorithm.default_config(), iter(range(10**9))

    def entity(kind: str, name: str):
        made = model.make_entity(kind)
        # It remembers entities by their id, so each needs one of its own.
        made.id = f"entity-{next(numbers)}"
        made.add("name", name)
        return made

    return lambda pair: (
        algorithm.compare(entity(pair.kind, pair.one), entity(pair.kind, pair.other), config).score
    )


# Unseen names ------------------------------------------------------------------------------------


def registry_pairs(path: Path, most: int = 3_000) -> list[Pair]:
    """Pairs of names of a registry: two of the same organization, and two of different ones.

    The first pair has the label and another name in Latin letters that is no acronym; the second
    has the label and the name of the organization that shares the most, and the rarest, words.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        organizations = [json.loads(line) for line in file]
    labels, others = [], []
    for organization in organizations:
        names = [(name["value"], name["types"], name.get("lang")) for name in organization["names"]]
        label = next((name for name, types, _ in names if "ror_display" in types), "")
        language = next((lang for name, _, lang in names if name == label), None)
        labels.append(label)
        others.append(
            [
                name
                for name, types, lang in names
                if name != label and "acronym" not in types and lang in (None, language)
                and name.isascii() and len(name) > 4
            ]
        )  # fmt: skip
    holding = defaultdict(set)
    for i, label in enumerate(labels):
        for word in parse_name(label).words:
            holding[word].add(i)
    chance, pairs = _chance(2), []
    for i in chance.sample(range(len(labels)), len(labels)):
        if not others[i] or not labels[i].isascii():
            continue
        shares: dict[int, float] = defaultdict(float)
        for word in parse_name(labels[i]).words:
            for j in holding[word] - {i}:
                shares[j] += 1 / len(holding[word])
        if not shares:
            continue
        likest = max(shares, key=lambda j: (shares[j], -j))
        pairs.append(Pair("Organization", labels[i], others[i][0], True))
        pairs.append(Pair("Organization", labels[i], labels[likest], False))
        if len(pairs) >= most:
            break
    return pairs


# The table ----------------------------------------------------------------------------------------


def table(title: str, pairs: list[Pair]) -> Iterator[str]:
    """Give the lines of a table: each scorer with what it reaches on these pairs."""
    scorers: dict[str, Scorer] = {"ours": ours, **dict(libraries())}
    folds = folds_of(pairs)
    scores = {name: [score(pair) for pair in pairs] for name, score in scorers.items()}
    answers = {name: cross_validated(each, pairs, folds) for name, each in scores.items()}
    spread = intervals(answers, pairs)
    same = sum(pair.same for pair in pairs)
    yield f"{title}: {len(pairs)} pairs, {same} of them the same"
    yield f"{'':28}precision  recall     F1   95 % interval   ours is ahead by   best on all pairs"
    for name, predicted in answers.items():
        counted = judged(predicted, pairs)
        threshold = best_threshold(scores[name], pairs)
        on_all = judged([score >= threshold for score in scores[name]], pairs).f1
        low, high = spread[name]
        behind, ahead = spread[f"ahead of {name}"]
        yield (
            f"{name:28}{counted.precision:9.3f}{counted.recall:8.3f}{counted.f1:7.3f}"
            f"   {low:.3f} to {high:.3f}   "
            + (f"{behind:+.3f} to {ahead:+.3f}" if name != "ours" else " " * 16)
            + f"   {on_all:.3f}, from {threshold:.3g} on"
        )
    yield ""


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    for line in table("Labelled pairs", pairs_of(folder / "name_bench_cases.csv")):
        print(line)
    registry = folder / "ror_nonprofit.jsonl.gz"
    if registry.exists():
        for line in table("A registry's names, not seen before", registry_pairs(registry)[SEEN:]):
            print(line)
