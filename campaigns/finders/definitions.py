"""Finders in words: question, sentence of the paper, and how results are computed."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Text = str | Promise


class FinderDefinition(NamedTuple):
    title: Text
    question: Text
    quote: str
    """The sentence of the paper that it rests on; English, as the paper."""
    locator: str


FINDERS: dict[str, FinderDefinition] = {
    "counterparts": FinderDefinition(
        gettext_lazy("Counterparts"),
        gettext_lazy("Similar organizations in the countries its members come from or live in"),
        "does not imply similarity or agreement, but rather analogous roles in their respective "
        "societies",
        "Prop 6",
    ),
    "shared-targets": FinderDefinition(
        gettext_lazy("Shared targets"),
        gettext_lazy("Who else has this forum, instrument, organization or state as a target?"),
        "shared targets are usually necessary to go beyond feelings of solidarity to inspire and "
        "sustain joint action",
        "Prop 6",
    ),
    "missing-rungs": FinderDefinition(
        gettext_lazy("Missing rungs"),
        gettext_lazy(
            "Who serves migrants without a recorded tie to anyone who works for other policies, "
            "and the other way round?"
        ),
        "mutually supporting links between service and advocacy work",
        "Prop 4",
    ),
    "bridges": FinderDefinition(
        gettext_lazy("Bridges"),
        gettext_lazy(
            "Who and what joins the agendas of rights and of development, and where do they part?"
        ),
        "the agendas of current migrants may have limited overlap with those of potential future "
        "migrants",
        "Prop 10",
    ),
    "here-and-there": FinderDefinition(
        gettext_lazy("Here and there"),
        gettext_lazy(
            "On which level do organizations work, towards which side of migration, and when?"
        ),
        "both here and there",
        "Prop 1",
    ),
}
"""By name, as in the address."""

MISSING_LABELS: dict[str, Text] = {
    "people": gettext_lazy("where its people come from and where they live"),
    "places": gettext_lazy("where it has its seat or acts"),
    "role": gettext_lazy("its sector, issues, activities or targets"),
}
"""Facts about an actor that would help to find counterparts."""

REASON_SENTENCES: dict[str, Text] = {
    "comes_from_there": gettext_lazy(
        "{thing} is where the people of {subject} come from, and a seat or place of action of "
        "{other}."
    ),
    "lives_there": gettext_lazy(
        "{thing} is where the people of {subject} live, and a seat or place of action of {other}."
    ),
    "corridor_on_record": gettext_lazy(
        "{thing} is about people who come from a place of action of {subject} and live in one of "
        "{other}."
    ),
    "same_corridor": gettext_lazy(
        "People of both come from {thing}, and people of both live in {other_thing}."
    ),
    "same_origin": gettext_lazy("People of both come from {thing}."),
    "same_residence": gettext_lazy("People of both live in {thing}."),
    "targets": gettext_lazy(
        "Both have the target {thing}, themselves or through activities they take part in."
    ),
    "invokes": gettext_lazy(
        "Both appeal to {thing}, themselves or through activities they take part in."
    ),
    "issue": gettext_lazy("Both work on this issue: {term}."),
    "sector": gettext_lazy("Both belong to this sector: {term}."),
    "identity": gettext_lazy("Both organize around this identity: {term}."),
    "agenda": gettext_lazy("Both have this agenda: {term}."),
    "activity": gettext_lazy("Both do this: {term}."),
    "service": gettext_lazy("Both give this service: {term}."),
    "form": gettext_lazy("Both are called this, by themselves or by others: {term}."),
    "network": gettext_lazy("Both are members of {thing}."),
}

WEIGHT_LABELS: dict[str, Text] = {
    "comes_from_there": gettext_lazy("The people of one come from where the other is or acts"),
    "lives_there": gettext_lazy("The people of one live where the other is or acts"),
    "corridor_on_record": gettext_lazy("A case or campaign concerns this corridor"),
    "same_corridor": gettext_lazy("The people of both come from one place and live in one place"),
    "same_origin": gettext_lazy("The people of both come from one place"),
    "same_residence": gettext_lazy("The people of both live in one place"),
    "targets": gettext_lazy("A shared target"),
    "invokes": gettext_lazy("An instrument to which both appeal"),
    "issue": gettext_lazy("A shared issue"),
    "sector": gettext_lazy("A shared sector"),
    "identity": gettext_lazy("A shared identity basis"),
    "agenda": gettext_lazy("A shared agenda"),
    "activity": gettext_lazy("A shared activity"),
    "service": gettext_lazy("A shared service"),
    "form": gettext_lazy("A shared form of association"),
    "network": gettext_lazy("A network to which both belong"),
}
"""The kinds of reasons in the list of weights."""
