"""Who they are and what is said about them: one noun, one file."""

from .account import Account
from .ancestor import Ancestor
from .arena import Arena, ArenaPlacement
from .attempt import Attempt
from .changeset import Changeset, Conflict, reserve
from .claim import Claim, Invitation, Way
from .confirmation import Confirmation
from .correction import Correction
from .counter import Counter
from .coverage import Coverage, ReasonClass, Verdict, Withheld
from .custodian import Custodian
from .distinct import Distinct
from .draft import Draft
from .entry import Entry, EntryChange, EntrySpan, Facet
from .existence import Event, Existence
from .figure import Figure
from .hold import Hold
from .identifier import Contact, Identifier, Link
from .import_decision import ImportDecision
from .name import Name, NameKind
from .organization import Organization
from .partnership import Membership, Partnership
from .place import Place
from .presence import Presence, Role
from .reading import Reading
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
from .review import Review, to_review
from .rules import SENTENCES, rules, sentence_of
from .source import Citation, Source, SourceKind, Tier
from .statement import CURRENT, PARTS, Confidence, Statement, Voice, per_speaker, statement_kinds
from .term import Term
from .text import Text, TextKind
from .trait import Trait
from .unlisted import Unlisted
from .upload import ColumnMap, Upload, UploadRow

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
    "Claim",
    "ColumnMap",
    "Confidence",
    "Confirmation",
    "Conflict",
    "Contact",
    "Correction",
    "Counter",
    "Coverage",
    "Custodian",
    "Distinct",
    "Draft",
    "Entry",
    "EntryChange",
    "EntrySpan",
    "Event",
    "Existence",
    "Facet",
    "Figure",
    "FormerSlug",
    "Hold",
    "Identifier",
    "ImportDecision",
    "Invitation",
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
    "Reading",
    "ReasonClass",
    "Record",
    "Relation",
    "RelationRule",
    "Remark",
    "Review",
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
    "Unlisted",
    "Upload",
    "UploadRow",
    "Verdict",
    "Voice",
    "Way",
    "Withheld",
    "path_of",
    "per_speaker",
    "reserve",
    "rules",
    "sentence_of",
    "statement_kinds",
    "to_review",
)
