"""Full-text search over entries, in every script, with fuzzy matching of names."""

import unicodedata

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Lookup, Q, TextField, Value, When
from django.db.models.functions import Concat

from orgs.projection.entry import EntryQuerySet


@SearchVectorField.register_lookup
class Matches(Lookup):
    """`words__matches="mig right"`: every word of the query begins a word of the entry."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        words, words_params = self.process_lhs(compiler, connection)
        query, params = self.process_rhs(compiler, connection)
        return f"{words} @@ prefix_query({query})", (*words_params, *params)


@TextField.register_lookup
class Having(Lookup):
    """`names__having="រ"`: a name contains the query, ignoring accents and case."""

    lookup_name = "having"

    def as_sql(self, compiler, connection):
        names, names_params = self.process_lhs(compiler, connection)
        query, params = self.process_rhs(compiler, connection)
        return f"{names} LIKE names_pattern({query})", (*names_params, *params)


@TextField.register_lookup
class HavingEach(Lookup):
    """`names__having_each="rights mig"`: every word of the query is in the names.

    Cheaper than `matches`: the words of a long entry are stored out of line and slow to read.
    """

    lookup_name = "having_each"

    def as_sql(self, compiler, connection):
        names, names_params = self.process_lhs(compiler, connection)
        query, params = self.process_rhs(compiler, connection)
        return f"{names} LIKE ALL (names_patterns({query}))", (*names_params, *params)


@TextField.register_lookup
class Like(Lookup):
    """`names__like="federasion"`: a name is similar to the query, despite a typing error."""

    lookup_name = "like"

    def as_sql(self, compiler, connection):
        """The lookup applies to the id of the entry, not to its left-hand side."""
        query, params = self.process_rhs(compiler, connection)
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        return f'{table}."id" IN (SELECT named_like({query}))', params


def search(entries: EntryQuerySet, query: str, fuzzy: bool = True) -> EntryQuerySet:
    """Narrow entries to those that match any text, with their `rank`: 0 is best.

    0: a name equals the query; 1: a name begins with it; 2: its words are words of names; 3: its
    words are anywhere in the entry. If there are none, falls back to `fuzzy` matching of names:
    rank 4. Without `fuzzy` the query that checks whether there are any is saved. A text of only
    spaces and punctuation matches nothing.
    """
    plain = Func(Func(Value(query), function="trim"), function="plain")
    bounded = Concat(Value(" | "), F("names"), Value(" | "), output_field=TextField())
    name_words = Func(
        F("words"), Value("{a}"), function="ts_filter", output_field=SearchVectorField()
    )
    hits = (
        entries.filter(Q(words__matches=query) | Q(names__having=query))
        if any(character.isalnum() for character in query)
        else entries.none()
    )
    hits = hits.annotate(bounded=bounded, name_words=name_words).annotate(
        rank=Case(
            When(bounded__contains=Concat(Value(" | "), plain, Value(" | ")), then=0),
            When(bounded__contains=Concat(Value(" | "), plain), then=1),
            # In this order: the cheap condition first.
            When(Q(names__having_each=query) & Q(name_words__matches=query), then=2),
            When(names__having=query, then=2),
            default=3,
            output_field=models.SmallIntegerField(),
        )
    )
    if not fuzzy or hits.exists():
        return hits
    return entries.filter(names__like=query).annotate(
        rank=Value(4, output_field=models.SmallIntegerField())
    )


class _Folding(dict[int, str | None]):
    """What `normalize_name` makes of each character, for `str.translate`.

    Vowel signs of Khmer, Thai or Hindi are part of a word; accents and invisible signs are left
    out.
    """

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if unicodedata.combining(character) or category == "Cf":
            folded = None
        else:
            folded = character if category[0] in "LMN" or character == "_" else " "
        if code < 0x10000:  # what people send cannot fill the memory
            self[code] = folded
        return folded


_folding = _Folding()


def normalize_name(name: str) -> str:
    """Normalize a name for comparison: without case, accents and punctuation."""
    characters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join(characters.translate(_folding).split())
