"""All models of the app, for Django alone: the code imports each from its package."""

from orgs.access.account import Account
from orgs.access.attempt import Attempt
from orgs.access.reading import Reading
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict, reserve_ids
from orgs.changes.unlisted import Unlisted
from orgs.claims.claim import Claim, ClaimMethod, Invitation
from orgs.claims.confirmation import Confirmation
from orgs.imports.upload import ColumnMap, Upload, UploadRow
from orgs.jobs.job import Job
from orgs.matching.distinct import Distinct
from orgs.profiles.draft import Draft
from orgs.projection.ancestor import Ancestor
from orgs.projection.counter import Counter
from orgs.projection.entry import Entry, EntryChange, EntrySpan, Facet
from orgs.records.arena import Arena
from orgs.records.organization import Organization
from orgs.records.partnership import Partnership
from orgs.records.place import Place
from orgs.records.record import (
    ACTORS,
    FormerSlug,
    Kind,
    KindManager,
    Level,
    Record,
    Sphere,
    path_of,
)
from orgs.records.reference import REFERENCES
from orgs.records.source import Citation, Source, SourceKind, Tier
from orgs.records.term import Term
from orgs.review.assignment import Assignment
from orgs.review.comment import Comment
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision
from orgs.review.review import Review, to_review
from orgs.statements.arena_placement import ArenaPlacement
from orgs.statements.coverage import Coverage, ReasonClass, Verdict, Withheld
from orgs.statements.existence import Event, Existence
from orgs.statements.figure import Figure
from orgs.statements.identifier import Contact, Identifier, Link
from orgs.statements.membership import Membership
from orgs.statements.name import Name, NameKind
from orgs.statements.presence import Presence, Role
from orgs.statements.relation import Relation, RelationRule
from orgs.statements.rules import SENTENCES, rule_sentences, sentence_of
from orgs.statements.statement import (
    CURRENT,
    PARTS,
    Confidence,
    Statement,
    Voice,
    per_speaker,
    statement_kinds,
)
from orgs.statements.text import Text, TextKind
from orgs.statements.trait import Trait

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
    "Assignment",
    "Attempt",
    "Changeset",
    "Citation",
    "Claim",
    "ClaimMethod",
    "ColumnMap",
    "Comment",
    "Confidence",
    "Confirmation",
    "Conflict",
    "Contact",
    "Correction",
    "Counter",
    "Coverage",
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
    "Identifier",
    "ImportDecision",
    "Invitation",
    "Job",
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
    "Representative",
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
    "Withheld",
    "path_of",
    "per_speaker",
    "reserve_ids",
    "rule_sentences",
    "sentence_of",
    "statement_kinds",
    "to_review",
)
