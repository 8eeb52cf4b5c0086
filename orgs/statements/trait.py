"""Traits: coded properties of a record, each an answer to a question of the codebook."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.records.term import Term

from .statement import Statement


class Trait(Statement):
    """That a term describes a record: its identity basis, sector, organs, tools, form, ...

    A trait of the scheme `form` is what an actor calls itself when it says so, and what
    others call it in any other voice; a trait of the scheme `sphere` is mirrored onto the record.
    """

    part = "traits"
    document_fields = ("purpose",)
    term_name = "term"
    facet = models.Value("term")
    rival = ("term",)
    sentences = {
        "trait_purpose": _(
            "Recommendation 5 warns that this word divides. Say what it is used for "
            "here, or leave it out."
        ),
        "trait_sphere": _(
            "This organization is in an arena, so it cannot be a state or "
            "intergovernmental body, nor a market actor outside the media without a "
            "stated reason. Remove the arena first."
        ),
        "trait_sphere_of_an_actor": _(
            "Only organizations, networks, coalitions and gatherings have a sphere."
        ),
    }

    term = models.ForeignKey(Term, models.PROTECT, related_name="+", help_text=_("The quality."))
    purpose = models.TextField(
        blank=True,
        default="",
        help_text=_("What for, where Recommendation 5 warns of the word."),
    )

    def __str__(self) -> str:
        return str(self.term)
