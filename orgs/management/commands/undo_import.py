"""manage.py undo_import: undoes an import by its label, its records included."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from orgs.changes.changeset import Changeset
from orgs.changes.operations import Conflict
from orgs.changes.revert import RevertPlan, divide, plan_import_revert
from orgs.imports.plan import CHUNK, count_of
from orgs.records.record import Record
from orgs.records.term import Term


class Command(BaseCommand):
    """Retires what an import states, withdraws its records, hides its sources and rejects what
    still waits for review."""

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("label", help="the import's name")
        parser.add_argument("--reason", default="", help="why, in a sentence; public")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be undone")

    def handle(self, *args, **options) -> None:
        label = options["label"]
        waiting = Changeset.objects.proposed().filter(label=label)
        plan = plan_import_revert(label, options["reason"])
        if not plan.undone and not waiting.exists():
            raise CommandError(f"No import has the label {label!r}. /review/imports/ lists them.")
        self._report(plan, waiting.count())
        if options["dry_run"]:
            return
        try:
            for changeset in waiting:
                changeset.reject(None, plan.changeset.reason)
            # Killed and repeated, it finds what is not yet undone.
            for part in divide(plan.changeset, CHUNK):
                part.propose().accept()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Conflict as error:
            raise CommandError(f"{error} Run the command again.") from error

    def _report(self, plan: RevertPlan, waiting: int) -> None:
        operations = plan.changeset.operations
        retired = sum(map(len, operations.retires.values()))
        parts = {
            "proposal": waiting,
            "statement": retired,
            "record": len(operations.record_changes),
            "source": len(operations.restricts),
        }
        done = ", ".join(count_of(count, noun) for noun, count in parts.items() if count)
        self.stdout.write(f"To undo: {done or 'nothing'}.")
        if plan.kept_records:
            slugs = Record.objects.filter(pk__in=plan.kept_records).values_list("slug", flat=True)
            self.stdout.write(
                f"These records stay, because others have added to them: {', '.join(slugs)}."
            )
        if plan.conflicts:
            numbers = ", ".join(str(change.number) for change in plan.conflicts)
            self.stdout.write(
                f"Changes {numbers} changed sources or terms that others have changed since: these "
                "stay as they are."
            )
        terms = Term.objects.filter(
            pk__in=[
                reference.id
                for change in plan.undone
                for reference in change.operations.references
                if reference.creates and reference.table == "term"
            ]
        )
        if terms:
            self.stdout.write(f"These terms stay in the vocabulary: {', '.join(map(str, terms))}.")
