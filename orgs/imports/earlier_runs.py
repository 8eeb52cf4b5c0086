"""What earlier runs of an import have made, and what of it was undone."""

from functools import cached_property

from orgs.changes.changeset import Changeset
from orgs.changes.revert import undo


class EarlierRuns:
    """The accepted changes with the label of an import."""

    def __init__(self, label: str) -> None:
        self.label = label

    @cached_property
    def created_records(self) -> set[int]:
        return self._ids(self.label, "records")

    @cached_property
    def withdrawn_records(self) -> set[int]:
        """Records that were withdrawn when the import was undone."""
        return self._ids(undo(self.label), "record_changes")

    @cached_property
    def hidden_sources(self) -> set[int]:
        return self._ids(undo(self.label), "restricts")

    def _ids(self, label: str, section: str) -> set[int]:
        changes = Changeset.objects.accepted().filter(label=label)
        sections = changes.values_list(f"operations__{section}", flat=True)
        return {item["id"] for items in sections for item in items or ()}
