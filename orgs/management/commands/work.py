"""manage.py work: does what takes longer than a page may, beside the server, until stopped."""

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
from orgs.review.bulk_decisions import decide_off
from orgs.review.import_decision import ImportDecision

log = logging.getLogger(__name__)

PAUSE = 1
"""Seconds after which a worker that has nothing to do looks again."""


class Command(BaseCommand):
    """Compare and propose long uploads, decide imports. Killed, it begins again another time."""

    help = (
        "Compare long uploads with the catalogue, propose them, and carry out what was decided "
        "about whole imports, until it is stopped. Several may run at once, on several machines."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take when it ends."""
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
        """Do it, whatever becomes of the database meanwhile."""
        if options["waiting"]:
            to_do, given_up = Upload.objects.pending().count(), Upload.objects.failed().count()
            decisions = ImportDecision.objects.to_do().count()
            self.stdout.write(f"Uploads that wait: {to_do}. Given up: {given_up}.")
            self.stdout.write(f"Decisions about imports that wait: {decisions}.")
            return
        if options["with_parent"]:
            threading.Thread(target=end_without, args=[options["with_parent"]], daemon=True).start()
        if not options["once"]:
            os.nice(5)  # readers first
        with suppress(KeyboardInterrupt):
            self.work(options["once"])

    def work(self, once: bool) -> None:
        """Do what waits, one after the other."""
        away = False
        while True:
            try:
                busy = run_next_upload() or decide_off()
                away = False
            except (OperationalError, InterfaceError):
                if once:
                    raise
                if not away:
                    log.warning("The database is away: long work waits for it.")
                away, busy = True, False
                connection.close()
            if busy:
                continue
            if once:
                return
            time.sleep(PAUSE)


def end_without(parent: int) -> None:
    """End this process as soon as `parent`, which started it, is gone, whatever it is doing."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
