"""The texts of filters."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FilterLabel(NamedTuple):
    """The texts of a filter: the legend above its options, and the phrase in the summary."""

    legend: str | Promise
    phrase: str | Promise


FILTER_LABELS = {
    name: FilterLabel(legend, phrase)
    for name, legend, phrase in (
        ("q", _("Search text"), _("matching {}")),
        ("arena", _("Arena"), _("in the arena {}")),
        ("country", _("Seat"), _("with their seat in {}")),
        ("registered", _("Registered in"), _("registered in {}")),
        ("active_in", _("Acts in"), _("active in {}")),
        ("present_in", _("Seat or acts in"), _("with their seat or active in {}")),
        ("has_members_in", _("Has members in"), _("with members in {}")),
        ("organized_base_in", _("Organized base in"), _("with an organized membership base in {}")),
        ("origin", _("People come from"), _("whose people come from {}")),
        ("residence", _("People live in"), _("whose people live in {}")),
        ("identity", _("Identity basis"), _("based on the identity {}")),
        ("sector", _("Sector"), _("of the sector {}")),
        ("sphere", _("Sphere"), _("of the sphere {}")),
        ("leadership", _("Leadership"), _("with the leadership {}")),
        ("orientation", _("Orientation"), _("oriented to {}")),
        ("activity", _("Activity"), _("with the activity {}")),
        ("organ", _("Organ"), _("with the organ {}")),
        ("service_level", _("Level of work"), _("working on {}")),
        ("calls_itself", _("Calls itself"), _("calling themselves {}")),
        ("called", _("Called by others"), _("called {} by others")),
        ("observed_form", _("Observed form"), _("with the observed form: {}")),
        ("host_sending_balance", _("Seats of members"), _("with members in {}")),
        ("observed_orientation", _("Observed orientation"), _("with the observed orientation {}")),
        ("transnational_base", _("Organized base"), _("with {}")),
        ("arena_overlap", _("Arena overlap"), _("standing in {}")),
        ("partnership", _("Member of"), _("members of {}")),
        ("involved_in", _("Takes part in"), _("taking part in {}")),
        ("source", _("Source"), _("with sentences from the source {}")),
        ("voice", _("Voice"), _("with sentences in the voice {}")),
        ("mentions", _("Mentions"), _("mentioning {}")),
        ("relation", _("Relation"), _("in the relation: {}")),
        ("related", _("Related to"), _("related to {}")),
        ("part_of", _("Part of"), _("part of {}")),
        ("event", _("What happened"), _("recorded as {}")),
        ("measure", _("Figures"), _("with a figure for {}")),
        ("identifier", _("Identifier"), _("with the identifier {}")),
        ("trait", _("Described as"), _("described by the term {}")),
        ("place_type", _("Kind of place"), _("of the kind {}")),
        ("dimension", _("Dimension of context"), _("with an assessment of {}")),
        ("in_use", _("In use"), _("in use: {}")),
        ("source_kind", _("Kind of source"), _("of the kind {}")),
        ("in_bibliography", _("In the paper's references"), _("in the paper's references: {}")),
        ("published_by", _("Published by"), _("published by {}")),
        ("scheme", _("Scheme"), _("of the scheme {}")),
        ("updated_since", _("Changed since"), _("changed since {}")),
        ("confirmed_since", _("Confirmed since"), _("confirmed since {}")),
        ("as_of", _("As it was in"), _("as of {}")),
    )
}
