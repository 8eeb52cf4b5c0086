"""What a person reads when the ledger refuses something."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.records.record import Record
from orgs.records.reference import REFERENCES

from .statement import statement_kinds


def rule_of(error: Exception) -> str:
    """Return the name of the rule for which the database refuses a proposal; "" if it has none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def sentence_of(error: Exception) -> str:
    """Return what a person reads when the database refuses a proposal.

    Constraints carry their sentence on the model; triggers name theirs in `sentences`.
    """
    name = rule_of(error)
    if sentence := SENTENCES.get(name) or rules().get(name):
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
        "This term answers another question. Choose a term of the scheme asked for."
    ),
    "arena_gathering_only_space": _(
        "A gathering is an autonomous public space, so it can only be placed in the arena space."
    ),
    "arena_never_state": _(
        "State and intergovernmental bodies are not part of civil society (footnote 2), "
        "so they are in no arena. Check the sphere, or remove the arena."
    ),
    "arena_market_needs_reason": _(
        "A market actor stands in the arena media only (footnote 2). "
        "Write the reason why this one stands elsewhere."
    ),
    "orgs_record_slug_key": _("This address is taken. Choose another slug."),
    "orgs_source_key_key": _(
        "A source with this key exists already. Change that one, or choose another key."
    ),
}
"""What the triggers of the ledger and Django's own unique columns mean."""


def rules() -> dict[str, str | Promise]:
    """Return the sentence of every named constraint and trigger of the ledger."""
    sentences: dict[str, str | Promise] = {}
    ruled: list[type[models.Model]] = [Record, *REFERENCES.values(), *statement_kinds().values()]
    for model in ruled:
        for constraint in model._meta.constraints:
            if constraint.violation_error_message == constraint.default_violation_error_message:
                continue
            sentences[constraint.name] = constraint.violation_error_message
        sentences.update(getattr(model, "sentences", {}))
    return sentences
