"""manage.py work: runs background jobs until it is stopped."""

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection

from orgs.imports.processing import run_next_upload
from orgs.imports.upload import Upload
from orgs.review.bulk_decisions import run_next_decision
from orgs.review.import_decision import ImportDecision

log = logging.getLogger(__name__)

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
            "--with-parent",
            type=int,
            metavar="NUMBER",
            help="end with the process of this number, which started it",
        )
        parser.add_argument(
            "--waiting", action="store_true", help="only say how much waits and what was given up"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["waiting"]:
            to_do, given_up = Upload.objects.pending().count(), Upload.objects.failed().count()
            decisions = ImportDecision.objects.pending().count()
            self.stdout.write(f"Uploads that wait: {to_do}. Given up: {given_up}.")
            self.stdout.write(f"Decisions about imports that wait: {decisions}.")
            return
        if options["with_parent"]:
            threading.Thread(
                target=exit_with_parent, args=[options["with_parent"]], daemon=True
            ).start()
        if not options["once"]:
            os.nice(5)  # readers first
        with suppress(KeyboardInterrupt):
            self.run_jobs(options["once"])

    def run_jobs(self, once: bool) -> None:
        """Run jobs one after the other. Waits while the database is unavailable."""
        unavailable = False
        while True:
            try:
                busy = run_next_upload() or run_next_decision()
                unavailable = False
            except (OperationalError, InterfaceError):
                if once:
                    raise
                if not unavailable:
                    log.warning("The database is away: long work waits for it.")
                unavailable, busy = True, False
                connection.close()
            if busy:
                continue
            if once:
                return
            time.sleep(PAUSE)


def exit_with_parent(parent: int) -> None:
    """Kill this process as soon as its parent process is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
