"""Search: words, scripts and typing errors lead to entries."""

import re
import unicodedata

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Lookup, Q, TextField, Value, When
from django.db.models.functions import Concat

from orgs.projection.entry import EntryQuerySet


@SearchVectorField.register_lookup
class Matches(Lookup):
    """`words__matches="mig right"`: every word of the question begins a word of the entry."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        """Return the SQL of the lookup."""
        words, words_params = self.process_lhs(compiler, connection)
        question, params = self.process_rhs(compiler, connection)
        return f"{words} @@ prefix_query({question})", (*words_params, *params)


@TextField.register_lookup
class Having(Lookup):
    """`names__having="រ"`: a name has the question in it, with accents and case folded."""

    lookup_name = "having"

    def as_sql(self, compiler, connection):
        """Return the SQL of the lookup."""
        names, names_params = self.process_lhs(compiler, connection)
        question, params = self.process_rhs(compiler, connection)
        return f"{names} LIKE names_pattern({question})", (*names_params, *params)


@TextField.register_lookup
class HavingEach(Lookup):
    """`names__having_each="rights mig"`: every word of the question is in the names.

    Names alone can tell, and quickly: the words of a long entry are stored aside, and reading them
    is what costs.
    """

    lookup_name = "having_each"

    def as_sql(self, compiler, connection):
        """Return the SQL of the lookup."""
        names, names_params = self.process_lhs(compiler, connection)
        question, params = self.process_rhs(compiler, connection)
        return f"{names} LIKE ALL (names_patterns({question}))", (*names_params, *params)


@TextField.register_lookup
class Like(Lookup):
    """`names__like="federasion"`: a name is much like the question: what a typing error meant."""

    lookup_name = "like"

    def as_sql(self, compiler, connection):
        """Return the SQL of the lookup; it stands on entries, whose ids the function returns."""
        question, params = self.process_rhs(compiler, connection)
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        return f'{table}."id" IN (SELECT named_like({question}))', params


def found(entries: EntryQuerySet, question: str, forgiving: bool = True) -> EntryQuerySet:
    """Return the entries that a question finds, with their `rank`: 0 is best.

    0: a name is the question; 1: a name begins with it; 2: its words are words of names; 3: its
    words are found anywhere. Where nothing is found at all, names much like it are: rank 4.
    Takes any text; nothing but spaces and punctuation finds nothing. Whoever is not `forgiving`
    asks for ranks 0 to 3 alone, and saves the question whether there are any.
    """
    plain = Func(Func(Value(question), function="trim"), function="plain")
    bounded = Concat(Value(" | "), F("names"), Value(" | "), output_field=TextField())
    name_words = Func(
        F("words"), Value("{a}"), function="ts_filter", output_field=SearchVectorField()
    )
    hits = (
        entries.filter(Q(words__matches=question) | Q(names__having=question))
        if any(character.isalnum() for character in question)
        else entries.none()
    )
    hits = hits.annotate(bounded=bounded, name_words=name_words).annotate(
        rank=Case(
            When(bounded__contains=Concat(Value(" | "), plain, Value(" | ")), then=0),
            When(bounded__contains=Concat(Value(" | "), plain), then=1),
            # In this order: of what fails the first, the second is not read.
            When(Q(names__having_each=question) & Q(name_words__matches=question), then=2),
            When(names__having=question, then=2),
            default=3,
            output_field=models.SmallIntegerField(),
        )
    )
    if not forgiving or hits.exists():
        return hits
    return entries.filter(names__like=question).annotate(
        rank=Value(4, output_field=models.SmallIntegerField())
    )


def folded(name: str) -> str:
    """Return a name without case, accents and punctuation: as people compare names."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", kept))
