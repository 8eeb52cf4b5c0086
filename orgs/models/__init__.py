"""Who they are and what is said about them: one noun, one file."""

from .account import Account
from .ancestor import Ancestor
from .arena import Arena, ArenaPlacement
from .attempt import Attempt
from .changeset import Changeset, Conflict, reserve
from .counter import Counter
from .coverage import Coverage, ReasonClass, Verdict, Withheld
from .entry import Entry, EntryChange, EntrySpan, Facet
from .existence import Event, Existence
from .figure import Figure
from .identifier import Contact, Identifier, Link
from .name import Name, NameKind
from .organization import Organization
from .partnership import Membership, Partnership
from .place import Place
from .presence import Presence, Role
from .record import (
    ACTORS,
    FormerSlug,
    Kind,
    KindManager,
    Level,
    Record,
    Sphere,
    path_of,
)
from .reference import REFERENCES
from .relation import Relation, RelationRule
from .remark import Remark
from .rules import SENTENCES, rules, sentence_of
from .source import Citation, Source, SourceKind, Tier
from .statement import CURRENT, PARTS, Confidence, Statement, Voice, per_speaker, statement_kinds
from .term import Term
from .text import Text, TextKind
from .trait import Trait

__all__ = (
    "ACTORS",
    "CURRENT",
    "PARTS",
    "REFERENCES",
    "SENTENCES",
    "Account",
    "Ancestor",
    "Arena",
    "ArenaPlacement",
    "Attempt",
    "Changeset",
    "Citation",
    "Confidence",
    "Conflict",
    "Contact",
    "Counter",
    "Coverage",
    "Entry",
    "EntryChange",
    "EntrySpan",
    "Event",
    "Existence",
    "Facet",
    "Figure",
    "FormerSlug",
    "Identifier",
    "Kind",
    "KindManager",
    "Level",
    "Link",
    "Membership",
    "Name",
    "NameKind",
    "Organization",
    "Partnership",
    "Place",
    "Presence",
    "ReasonClass",
    "Record",
    "Relation",
    "RelationRule",
    "Remark",
    "Role",
    "Source",
    "SourceKind",
    "Sphere",
    "Statement",
    "Term",
    "Text",
    "TextKind",
    "Tier",
    "Trait",
    "Verdict",
    "Voice",
    "Withheld",
    "path_of",
    "per_speaker",
    "reserve",
    "rules",
    "sentence_of",
    "statement_kinds",
)
