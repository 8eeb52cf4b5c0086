"""The title and help text above the rows of each kind of statement.

Keyed by the kind's part of a document, so that the admin and the pages use the same words.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

GUIDE: dict[str, tuple[str | Promise, str | Promise]] = {
    "arenas": (
        gettext_lazy("Arenas"),
        gettext_lazy("In which of the four arenas it is. State agencies are in none (footnote 2)."),
    ),
    "dates": (gettext_lazy("Dates"), gettext_lazy("Founded, held, planned, cancelled, ended.")),
    "names": (
        gettext_lazy("Names"),
        gettext_lazy(
            "As the source prints them. In each language, one is preferred: it heads the page."
        ),
    ),
    "texts": (
        gettext_lazy("Texts"),
        gettext_lazy("A description by the organization itself, or a summary by the editors."),
    ),
    "places": (
        gettext_lazy("Places"),
        gettext_lazy("Where it has its seat, acts, is organized; whom it is about."),
    ),
    "memberships": (
        gettext_lazy("Memberships"),
        gettext_lazy("The networks and coalitions it belongs to."),
    ),
    "involvements": (
        gettext_lazy("Involvements"),
        gettext_lazy("The campaigns and gatherings it takes part in, and how."),
    ),
    "legal_acts": (
        gettext_lazy("Legal acts"),
        gettext_lazy("Signed, ratified, in force, adopted: by whom and when."),
    ),
    "context": (
        gettext_lazy("Context"),
        gettext_lazy("The situation in this place: in law or in practice."),
    ),
    "coverage": (
        gettext_lazy("Coverage"),
        gettext_lazy(
            "What was researched, and with what result. “None found” differs from “not researched”."
        ),
    ),
    "traits": (
        gettext_lazy("Traits"),
        gettext_lazy("Coded qualities: sphere, identity, issues, form, tools."),
    ),
    "figures": (
        gettext_lazy("Figures"),
        gettext_lazy("Numbers as the source gives them. “Over 100” is low 100."),
    ),
    "relations": (
        gettext_lazy("Relations"),
        gettext_lazy("Other records it grew out of, is part of, works with."),
    ),
    "identifiers": (
        gettext_lazy("Identifiers"),
        gettext_lazy("Its number or code in registers elsewhere."),
    ),
    "links": (gettext_lazy("Links"), gettext_lazy("Web addresses.")),
    "contacts": (
        gettext_lazy("Contacts"),
        gettext_lazy(
            "For representatives only, unless the organization itself makes one public. "
            "No person's."
        ),
    ),
    "withheld": (
        gettext_lazy("Withheld"),
        gettext_lazy("What is deliberately withheld, and the class of the reason. Public."),
    ),
}
"""For each part, its title and a sentence about what belongs there."""
