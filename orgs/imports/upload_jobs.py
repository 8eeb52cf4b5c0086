"""Jobs about uploads: comparing a long file with the catalogue, and proposing it.

The last step of each job is one transaction that checks whether the job is already done, so a
killed worker leaves nothing half done.
"""

import time
from types import TracebackType

from django.db import connections

from orgs.jobs.job import Job

from .files import parse_file
from .plan import Step
from .preview import plan_upload, preview_as_json, preview_hash, preview_rows, row_as_json
from .upload import Upload

STEPS = {
    Job.Task.COMPARE: (Step.READING, Step.CHECKING, Step.TRYING),
    Job.Task.PROPOSE: (Step.READING, Step.CHECKING, Step.TRYING, Step.PROPOSING),
}

REPORT_INTERVAL = 0.3
"""Seconds between two reports of progress."""


class Progress:
    """Stores progress over its own connection, so that it is visible at once."""

    def __init__(self, job: Job, rows: int) -> None:
        self.job = job
        self.rows = rows
        self.connection = connections.create_connection("default")
        self.step = 0
        self.reported_at = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def __call__(self, step: int, fraction: float) -> None:
        """Store it, unless it was stored a moment ago. Raises JobCancelled."""
        now = time.monotonic()
        if step == self.step and now < self.reported_at + REPORT_INTERVAL:
            return
        self.step, self.reported_at = step, now
        with self.connection.cursor() as cursor:
            self.job.save_progress(cursor, step, int(fraction * self.rows))


def compare_or_propose(job: Job) -> None:
    """Compare an upload with the catalogue; propose it if its owner has seen this preview."""
    upload = Upload.objects.get(job=job)
    with Progress(job, upload.rows) as report_progress:
        report_progress(Step.READING, 0)
        parsed = parse_file(upload.name, bytes(upload.content))
        plan = plan_upload(upload, parsed, upload.columns or {}, report_progress)
        proposing = job.task == Job.Task.PROPOSE
        expected = (upload.outcome or {}).get("seen")
        if proposing and plan.changes and preview_hash(plan) == expected:
            changesets = plan.run.changesets()
            report_progress(Step.PROPOSING, 0)
            with job.final_transaction():
                for changeset in changesets:
                    changeset.propose()
                upload.mark_proposed(changesets[0].label)
            return
        outcome = preview_as_json(plan)
        # If it was to be proposed, its owner saw another preview.
        outcome["moved"] = proposing
        with job.final_transaction():
            upload.save_comparison(outcome, map(row_as_json, preview_rows(plan)))
