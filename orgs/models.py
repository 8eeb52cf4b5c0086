"""All models of the app, for Django alone: the code imports each from its package."""

from orgs.access.account import Account
from orgs.access.rate_limits import Attempt
from orgs.access.readings import Reading
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.changes.unlisted import Unlisted
from orgs.claims.claim import Claim, Invitation
from orgs.claims.confirmation import Confirmation
from orgs.gazetteer.model import GazetteerPlace
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
from orgs.records.record import FormerSlug, Record
from orgs.records.source import Citation, Source
from orgs.records.term import Term
from orgs.review.assignment import Assignment
from orgs.review.comment import Comment
from orgs.review.correction import Correction
from orgs.review.import_decision import ImportDecision
from orgs.review.trusted_changes import Review
from orgs.statements.arena_placement import ArenaPlacement
from orgs.statements.coverage import Coverage, Withheld
from orgs.statements.existence import Existence
from orgs.statements.figure import Figure
from orgs.statements.identifier import Contact, Identifier, Link
from orgs.statements.membership import Membership
from orgs.statements.name import Name
from orgs.statements.presence import Presence
from orgs.statements.relation import Relation, RelationRule
from orgs.statements.statement import (
    Statement,
)
from orgs.statements.text import Text
from orgs.statements.trait import Trait

__all__ = (
    "Account",
    "Ancestor",
    "Arena",
    "ArenaPlacement",
    "Assignment",
    "Attempt",
    "Changeset",
    "Citation",
    "Claim",
    "ColumnMap",
    "Comment",
    "Confirmation",
    "Contact",
    "Correction",
    "Counter",
    "Coverage",
    "Distinct",
    "Draft",
    "Entry",
    "EntryChange",
    "EntrySpan",
    "Existence",
    "Facet",
    "Figure",
    "FormerSlug",
    "GazetteerPlace",
    "Identifier",
    "ImportDecision",
    "Invitation",
    "Job",
    "Link",
    "Membership",
    "Name",
    "Organization",
    "Partnership",
    "Place",
    "Presence",
    "Reading",
    "Record",
    "Relation",
    "RelationRule",
    "Representative",
    "Review",
    "Source",
    "Statement",
    "Term",
    "Text",
    "Trait",
    "Unlisted",
    "Upload",
    "UploadRow",
    "Withheld",
)
