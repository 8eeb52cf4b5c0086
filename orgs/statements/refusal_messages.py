"""Sentences for refusals by the database."""

from functools import cache

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.records.record import Record
from orgs.records.reference import REFERENCES

from .statement import statement_kinds


def rule_of(error: Exception) -> str:
    """The name of the rule by which the database refused a proposal; "" if it has none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def sentence_of(error: Exception) -> str:
    """The sentence for a refusal by the database.

    Constraints have their sentence on the model; those of triggers are in `sentences` of the model
    and `SENTENCES`.
    """
    name = rule_of(error)
    if sentence := SENTENCES.get(name) or rule_sentences().get(name):
        return str(sentence)
    if name:
        return gettext(
            "The database refuses this change (rule %(name)s). Check the values and try again."
        ) % {"name": name}
    return gettext("The database refuses this change. Check the values and try again.")


SENTENCES: dict[str, str | Promise] = {
    "statement_about_kind": _(
        "This kind of statement cannot be about this kind of record. Choose another record."
    ),
    "statement_object_kind": _(
        "This kind of statement cannot point at this kind of record. Choose another record."
    ),
    "statement_term_scheme": _(
        "This term belongs to another scheme. Choose a term of the required scheme."
    ),
    "arena_gathering_only_space": _(
        "A gathering is an autonomous public space, so it can only be placed in the arena space."
    ),
    "arena_never_state": _(
        "State and intergovernmental bodies are not part of civil society (footnote 2), "
        "so they are in no arena. Check the sphere, or remove the arena."
    ),
    "arena_market_needs_reason": _(
        "A market actor can only be in the arena media (footnote 2). Write the reason "
        "why this one is in another arena."
    ),
    "orgs_record_slug_key": _("This address is taken. Choose another slug."),
    "orgs_source_key_key": _(
        "A source with this key exists already. Change that one, or choose another key."
    ),
}
"""Sentences for triggers and for Django's unique columns."""


@cache
def rule_sentences() -> dict[str, str | Promise]:
    """Sentences of all named constraints and triggers of the ledger."""
    sentences: dict[str, str | Promise] = {}
    constrained: list[type[models.Model]] = [
        Record,
        *REFERENCES.values(),
        *statement_kinds().values(),
    ]
    for model in constrained:
        for constraint in model._meta.constraints:
            if constraint.violation_error_message == constraint.default_violation_error_message:
                continue
            sentences[constraint.name] = constraint.violation_error_message
        sentences.update(getattr(model, "sentences", {}))
    return sentences
