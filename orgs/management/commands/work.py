"""manage.py work: runs background jobs until it is stopped."""

import logging
import os
import time
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, connection

from orgs.imports.upload_jobs import compare_or_propose
from orgs.jobs.job import Job, run_next_job
from orgs.review.bulk_decisions import apply_decision
from orgs.sql import is_unavailable

log = logging.getLogger(__name__)

TASKS = {
    Job.Task.COMPARE: compare_or_propose,
    Job.Task.PROPOSE: compare_or_propose,
    Job.Task.DECIDE: apply_decision,
}
"""What runs the jobs of each task."""

PAUSE = 1
"""Seconds between looks for a job."""


class Command(BaseCommand):
    """Compares and proposes long uploads, and decides about imports. A killed job is started
    again.
    """

    help = (
        "Compare long uploads with the catalogue, propose them, and carry out what was decided "
        "about whole imports, until it is stopped. Several may run at once, on several machines."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits")
        parser.add_argument(
            "--waiting",
            action="store_true",
            help="only print how many jobs are pending and how many failed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["waiting"]:
            pending, failed = Job.objects.pending().count(), Job.objects.failed().count()
            self.stdout.write(f"Jobs that are queued or running: {pending}. Failed: {failed}.")
            return
        if not options["once"]:
            os.nice(5)  # readers first
        with suppress(KeyboardInterrupt):
            self.run_jobs(options["once"])

    def run_jobs(self, once: bool) -> None:
        """Run jobs one after the other. Waits while the database is unavailable."""
        unavailable = False
        while True:
            try:
                busy = run_next_job(TASKS)
                unavailable = False
            except (DatabaseError, InterfaceError) as error:
                if once or not is_unavailable(error):
                    raise
                if not unavailable:
                    log.warning("The database is unavailable: jobs wait for it.")
                unavailable, busy = True, False
                connection.close()
            if busy:
                continue
            if once:
                return
            time.sleep(PAUSE)
