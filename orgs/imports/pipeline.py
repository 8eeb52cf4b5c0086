"""From the rows of files to changesets: the one way in for every file.

A reader turns rows into a plan: `MapReader` by a mapping, `SheetReader` by the columns of a
spreadsheet that people edit. The plan is validated, compared with the catalogue, tried on the
ledger, and divided into changesets. Every row gets an outcome: created, updated, unchanged, or
refused with its row, column, value and reason. A refused row adds nothing, and if a row is refused,
nothing of the file is stored unless the valid part alone is requested. The paper's catalogue is
loaded like any other file.
"""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Operations

from .batches import divide
from .comparison import compare, validated
from .known_identifiers import settle_identifiers
from .map_reader import MapReader
from .mapping import FileMapping
from .parsed_file import ParsedFile
from .plan import ImportPlan, ReportProgress, Step
from .visibility import may_reveal_secret


class Import:
    """Files that become changesets under one label.

    With `replace`, statements of an earlier import of this label that these files no longer make
    are retired; a second run of the same files changes nothing. With `public`, no refusal tells
    what is not public: the proposal goes to the editors, who see the reason. With
    `permanent_keys`, new records have the same keys in every catalogue, derived from their slugs.
    """

    def __init__(
        self,
        label: str,
        author: Any = None,
        reason: str = "",
        *,
        replace: bool = False,
        public: bool = False,
        permanent_keys: bool = False,
        report_progress: ReportProgress | None = None,
    ) -> None:
        self.label = label
        self.author = author
        self.reason = reason or f"Import {label}."
        self.replace = replace
        self.public = public
        self.report_progress = report_progress or (lambda step, fraction: None)
        self.plan = ImportPlan(permanent_keys=permanent_keys)
        self.map_reader = MapReader(self.plan, label, self.report_progress)

    def read(self, table: ParsedFile, kind: str, mapping: FileMapping) -> None:
        """Read one table by a mapping. Raises MappingError."""
        self.map_reader.read(table, kind, mapping)

    def finish(self) -> "Import":
        """Validate what was read and compare it with the catalogue. Returns itself."""
        planned = self.plan.planned
        for index, kind in enumerate(planned):
            self.report_progress(Step.CHECKING, index / len(planned))
            planned[kind] = validated(self.plan, kind)
        if self.plan.refused_rows:
            self.plan.drop_refused_rows()
        for kind, statements in planned.items():
            compare(self.plan, kind, statements, self.label if self.replace else "")
        if not self.public:
            settle_identifiers(self.plan)
            self.plan.drop_refused_rows()
        return self

    def dry_run(self) -> None:
        """Try the whole import without storing it, and refuse the rows that the ledger refuses.

        This finds what depends on the whole catalogue: overlapping periods, identifiers in use.
        Raises ValidationError if the records, sources or terms cannot be stored for a reason that
        no single row has.
        """
        while self.refuse_by_ledger():
            # Statements that refused rows would have replaced stay, and may conflict with others.
            pass

    def refuse_by_ledger(self) -> bool:
        """Refuse the rows that the ledger refuses. Returns whether there are any."""
        if self.plan.refused():
            self.plan.retire_only_replaced()
        changeset = self._changeset(self.plan.operations([]))
        try:
            refused = changeset.dry_run(
                self.plan.new_statements,
                lambda fraction: self.report_progress(Step.TRYING, fraction),
                register=not self.public,
            )
        except ValidationError:
            if not self.plan.refuse_references():
                raise
            self.plan.drop_refused_rows()
            return True
        if self.public:
            refused = [item for item in refused if not may_reveal_secret(item[0])]
        self.plan.refuse_statements(refused)
        return bool(refused)

    def changesets(self) -> list[Changeset]:
        """The changesets that store this import, in the order of acceptance.

        Places that it is the first to use become records.
        """
        self.plan.places.create(statement.values for statement in self.plan.new_statements)
        return [self._changeset(operations) for operations in divide(self.plan)]

    def _changeset(self, operations: Operations) -> Changeset:
        return Changeset(
            author=self.author, label=self.label, reason=self.reason, operations=operations
        )

    def store(self, accept: bool = True, good_part: bool = False) -> list[Changeset]:
        """Propose, and by default accept, the changesets of this import.

        Stores nothing and returns no changesets if a row is refused, unless `good_part` is set;
        then earlier statements are retired only where a valid row replaces them. A run that was
        killed can be repeated: proposing is all or nothing and proposes nothing twice, accepting
        continues where it ended. Raises ValidationError as `dry_run` does.
        """
        self.dry_run()
        if self.plan.refused() and not good_part:
            return []
        changesets = self.changesets()
        if not accept:
            return self._propose(changesets)
        for index, changeset in enumerate(changesets):
            self.report_progress(Step.ACCEPTING, index / len(changesets))
            # A killed import leaves no proposal behind; the next run finds what is accepted.
            with transaction.atomic():
                changeset.propose().accept(self.author)
        return changesets

    def _propose(self, changesets: list[Changeset]) -> list[Changeset]:
        """Propose all or nothing; return the proposals of an earlier run if they are the same."""
        with transaction.atomic():
            earlier = Changeset.objects.proposed().filter(
                label=self.label, author=self.author, reason=self.reason
            )
            latest = list(earlier.order_by("-id")[: len(changesets)])[::-1]
            if _comparable_operations(latest) == _comparable_operations(changesets):
                return latest
            return [changeset.propose() for changeset in changesets]


def _comparable_operations(changesets: list[Changeset]) -> list:
    """The operations of proposals, the same in every run of an import.

    New rows get other ids and keys in every run; here they are replaced by the order of creation.
    """
    labels_by_id: dict[int, str] = {}
    for changeset in changesets:
        operations = changeset.operations
        created = [record.id for record in operations.records]
        created += [change.id for change in operations.references if change.creates]
        for pk in created:
            labels_by_id[pk] = f"new {len(labels_by_id)}"

    def normalize(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {name: normalize(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [normalize(inner) for inner in value]
        return labels_by_id.get(value, value) if name == "id" or name.endswith("_id") else value

    contents = [json.loads(json.dumps(changeset.operations.as_json())) for changeset in changesets]
    for content in contents:
        for record in content.get("records", ()):
            del record["key"]
    return normalize(contents)
