"""What the words of the codebook are called in the languages of the interface.

Relations, lists of terms, kinds of place and states of things are laid down by the codebook that
comes with the catalogue (campaigns/paper/terms.csv), and so are the units of its figures. They
stand in sentences and beside fields, so they are translated like the interface; all other terms are
content and keep their own language.
"""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

RELATIONS: dict[str, Promise] = {
    "part_of": pgettext_lazy("codebook", "is part of"),
    "edition_of": pgettext_lazy("codebook", "is an edition of"),
    "parallel_to": pgettext_lazy("codebook", "was held in parallel to"),
    "grew_out_of": pgettext_lazy("codebook", "grew out of"),
    "successor_of": pgettext_lazy("codebook", "is the successor of"),
    "collaborates_with": pgettext_lazy("codebook", "works with"),
    "supports": pgettext_lazy("codebook", "supports"),
    "led_to": pgettext_lazy("codebook", "led to"),
    "triggered_by": pgettext_lazy("codebook", "was triggered by"),
    "result_of": pgettext_lazy("codebook", "is a result of"),
    "concerns": pgettext_lazy("codebook", "concerns"),
    "about_place": pgettext_lazy("codebook", "is about the place"),
    "counterpart_of": pgettext_lazy("codebook", "is a counterpart of"),
    "bridges_with": pgettext_lazy("codebook", "forms a bridge with"),
    "accepted_by": pgettext_lazy("codebook", "is accepted by"),
    "protects": pgettext_lazy("codebook", "protects"),
    "invokes": pgettext_lazy("codebook", "invokes"),
    "lobbies_with": pgettext_lazy("codebook", "lobbies together with"),
    "looks_to_as_model": pgettext_lazy("codebook", "looks to as a model"),
    "contrasts_with": pgettext_lazy("codebook", "contrasts with"),
    "targets": pgettext_lazy("codebook", "is aimed at"),
    "persuades": pgettext_lazy("codebook", "persuaded"),
    "questions": pgettext_lazy("codebook", "questions"),
    "together_with": pgettext_lazy("codebook", "together with"),
    "named_by": pgettext_lazy("codebook", "named by"),
    "raises": pgettext_lazy("codebook", "raises"),
    "between": pgettext_lazy("codebook", "between"),
    "establishes": pgettext_lazy("codebook", "establishes"),
    "commits": pgettext_lazy("codebook", "commits"),
    "calls_for": pgettext_lazy("codebook", "calls for"),
    "split_from": pgettext_lazy("codebook", "split from"),
    "merged_into": pgettext_lazy("codebook", "merged into"),
}

LISTS: dict[str, Promise] = {
    "arena": pgettext_lazy("codebook", "Arena"),
    "sphere": pgettext_lazy("codebook", "Sphere"),
    "identity": pgettext_lazy("codebook", "Identity basis"),
    "orientation": pgettext_lazy("codebook", "Orientation"),
    "leadership": pgettext_lazy("codebook", "Leadership"),
    "sector": pgettext_lazy("codebook", "Sector"),
    "issue": pgettext_lazy("codebook", "Issue"),
    "activity": pgettext_lazy("codebook", "Activity"),
    "organ": pgettext_lazy("codebook", "Organ"),
    "coordination": pgettext_lazy("codebook", "Means of coordination"),
    "tool": pgettext_lazy("codebook", "Tool"),
    "service": pgettext_lazy("codebook", "Service"),
    "service_level": pgettext_lazy("codebook", "Level of work"),
    "form": pgettext_lazy("codebook", "Form"),
    "approach": pgettext_lazy("codebook", "Approach"),
    "repertoire": pgettext_lazy("codebook", "Repertoire towards the home state"),
    "dimension": pgettext_lazy("codebook", "Dimension of context"),
    "setting": pgettext_lazy("codebook", "Setting"),
    "ally_type": pgettext_lazy("codebook", "Kind of ally"),
    "stage": pgettext_lazy("codebook", "Stage"),
    "coalition_basis": pgettext_lazy("codebook", "Basis of a coalition"),
    "shared_target": pgettext_lazy("codebook", "Kind of shared target"),
    "boundary": pgettext_lazy("codebook", "Boundary crossed"),
    "resource": pgettext_lazy("codebook", "Resource"),
    "sustaining_activity": pgettext_lazy("codebook", "Sustaining activity"),
    "un_engagement": pgettext_lazy("codebook", "Engagement with the United Nations"),
    "ilo_engagement": pgettext_lazy(
        "codebook", "Engagement with the International Labour Organization"
    ),
    "step": pgettext_lazy("codebook", "Step of a campaign"),
    "categorization": pgettext_lazy("codebook", "Categorization to use with care"),
    "situation": pgettext_lazy("codebook", "Situation of migrants"),
    "public_sphere": pgettext_lazy("codebook", "Public sphere"),
    "dialogue": pgettext_lazy("codebook", "Dialogue with a wider civil society"),
    "emergence": pgettext_lazy("codebook", "Ground of emergence"),
    "status": pgettext_lazy("codebook", "Status"),
    "principle": pgettext_lazy("codebook", "Principle"),
    "right": pgettext_lazy("codebook", "Right"),
    "project_kind": pgettext_lazy("codebook", "Kind of project"),
    "oversight": pgettext_lazy("codebook", "Oversight of projects"),
    "repression": pgettext_lazy("codebook", "Repression"),
    "assessment": pgettext_lazy("codebook", "Assessment"),
    "outcome": pgettext_lazy("codebook", "Outcome"),
    "measure": pgettext_lazy("codebook", "Measure"),
    "place_type": pgettext_lazy("codebook", "Kind of place"),
    "predicate": pgettext_lazy("codebook", "Predicate"),
    "role": pgettext_lazy("codebook", "Role"),
    "event": pgettext_lazy("codebook", "Event"),
    "act": pgettext_lazy("codebook", "Legal act"),
    "name_kind": pgettext_lazy("codebook", "Kind of name"),
    "text_kind": pgettext_lazy("codebook", "Kind of text"),
    "grade": pgettext_lazy("codebook", "Grade of membership"),
    "verdict": pgettext_lazy("codebook", "Verdict of a search"),
    "link_kind": pgettext_lazy("codebook", "Kind of link"),
    "source_kind": pgettext_lazy("codebook", "Kind of source"),
    "voice": pgettext_lazy("codebook", "Voice"),
    "confidence": pgettext_lazy("codebook", "Confidence"),
    "tier": pgettext_lazy("codebook", "Tier of disclosure"),
    "beneficiary": pgettext_lazy("codebook", "Beneficiary"),
    "agenda": pgettext_lazy("codebook", "Agenda"),
    "scope": pgettext_lazy("codebook", "Scope"),
    "topic": pgettext_lazy("codebook", "Topic"),
    "concern": pgettext_lazy("codebook", "Concern"),
    "grievance": pgettext_lazy("codebook", "Grievance"),
    "claim": pgettext_lazy("codebook", "Claim"),
    "scheme": pgettext_lazy("codebook", "Scheme"),
    "country_side": pgettext_lazy("codebook", "Side of migration"),
    "member_type": pgettext_lazy("codebook", "Kind of member"),
    "raised_by": pgettext_lazy("codebook", "Raised by"),
    "organizers": pgettext_lazy("codebook", "Organizers"),
    "addressee": pgettext_lazy("codebook", "Addressed to"),
    "asks_for": pgettext_lazy("codebook", "Asks for"),
    "trigger": pgettext_lazy("codebook", "Trigger"),
    "restriction": pgettext_lazy("codebook", "Restriction"),
    "needs": pgettext_lazy("codebook", "Needs"),
    "opponents": pgettext_lazy("codebook", "Opponents"),
    "organizing_principle": pgettext_lazy("codebook", "Organizing principle"),
    "terms_of_engagement": pgettext_lazy("codebook", "Terms of engagement"),
    "supports_proposition": pgettext_lazy("codebook", "Supports a proposition"),
    "contradicts_proposition": pgettext_lazy("codebook", "Speaks against a proposition"),
    "qualifies_proposition": pgettext_lazy("codebook", "Qualifies a proposition"),
}

PLACE_TYPES: dict[str, Promise] = {
    "world": pgettext_lazy("codebook", "World"),
    "region": pgettext_lazy("codebook", "Region"),
    "country": pgettext_lazy("codebook", "Country"),
    "territory": pgettext_lazy("codebook", "Territory"),
    "state": pgettext_lazy("codebook", "State or province"),
    "city": pgettext_lazy("codebook", "City"),
}

STATES: dict[str, Promise] = {
    "planned": pgettext_lazy("codebook", "Planned"),
    "pending": pgettext_lazy("codebook", "Pending"),
    "under_deliberation": pgettext_lazy("codebook", "Under deliberation"),
    "in_force": pgettext_lazy("codebook", "In force"),
    "binding": pgettext_lazy("codebook", "Binding"),
    "non_binding": pgettext_lazy("codebook", "Not binding"),
    "core_convention": pgettext_lazy("codebook", "Core convention"),
    "fundamental_principle": pgettext_lazy("codebook", "Fundamental principle"),
    "unnamed_in_source": pgettext_lazy("codebook", "Not named in the source"),
    "series_name_adopted": pgettext_lazy("codebook", "Name of the series adopted"),
    "incipient": pgettext_lazy("codebook", "Incipient"),
    "elected": pgettext_lazy("codebook", "Elected"),
    "forthcoming": pgettext_lazy("codebook", "Forthcoming"),
    "called_for": pgettext_lazy("codebook", "Called for"),
    "recently_formed": pgettext_lazy("codebook", "Recently formed"),
}

UNITS: dict[str, Promise] = {
    "percent": pgettext_lazy("unit of a figure", "percent"),
    "people": pgettext_lazy("unit of a figure", "people"),
    "year": pgettext_lazy("unit of a figure", "year"),
    "years": pgettext_lazy("unit of a figure", "years"),
    "countries": pgettext_lazy("unit of a figure", "countries"),
    "workers": pgettext_lazy("unit of a figure", "workers"),
    "US dollars": pgettext_lazy("unit of a figure", "US dollars"),
    "levels": pgettext_lazy("unit of a figure", "levels"),
    "states and territories": pgettext_lazy("unit of a figure", "states and territories"),
    "cards": pgettext_lazy("unit of a figure", "cards"),
    "nation-states": pgettext_lazy("unit of a figure", "nation-states"),
    "seafarers": pgettext_lazy("unit of a figure", "seafarers"),
    "organizations": pgettext_lazy("unit of a figure", "organizations"),
    "individuals": pgettext_lazy("unit of a figure", "individuals"),
    "projects": pgettext_lazy("unit of a figure", "projects"),
    "levels of government": pgettext_lazy("unit of a figure", "levels of government"),
    "states": pgettext_lazy("unit of a figure", "states"),
}
"""What figures of the paper are counted in; a unit that is none of these is shown as it is."""

OF_SCHEMES = {"predicate": RELATIONS, "scheme": LISTS, "place_type": PLACE_TYPES, "status": STATES}
"""The words that are translated, by the list in which their codes stand."""


def in_this_language(scheme: str, code: str) -> str:
    """Return what a word of the codebook is called in the page's language, "" if nothing of ours.

    In English it is the catalogue itself that says what its words are.
    """
    words = OF_SCHEMES.get(scheme, {}).get(code)
    return "" if words is None or get_language() == settings.LANGUAGE_CODE else str(words)
