"""Background jobs: what takes longer than a request may, a worker does (`manage.py work`).

The row of a job is its place in the queue, and holds its progress. A worker locks it by its
database connection, so that a killed worker leaves nothing locked: the next one starts again. A
job is cancelled by ending it, or by deleting what it is about.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, models, transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from orgs.sql import is_unavailable

from . import lock

log = logging.getLogger(__name__)

MAX_TRIES = 5
"""Attempts of a job that never finishes, before it is marked as failed."""


class JobCancelled(Exception):
    """The job was cancelled, or another worker has finished it."""


class JobQuerySet(models.QuerySet):
    def pending(self):
        """Queued and running jobs whose time has come, in the order of the requests."""
        return self.filter(ended=None, failed="", queued__lte=Now()).order_by("queued", "id")

    def failed(self):
        return self.exclude(failed="")


class Job(models.Model):
    """A job about an upload or about a decision on an import."""

    class Task(models.TextChoices):
        COMPARE = "compare"  # a file with the catalogue
        PROPOSE = "propose"  # the changes of a file
        DECIDE = "decide"  # about the proposals of an import

    class Failure(models.TextChoices):
        TRIED = "tried"  # too often
        ERROR = "error"  # of the program

    task = models.CharField(max_length=10)
    upload = models.OneToOneField("orgs.Upload", models.CASCADE, null=True, related_name="job")
    decision = models.OneToOneField(
        "orgs.ImportDecision", models.CASCADE, null=True, related_name="job"
    )
    language = models.CharField(max_length=8, default="en")
    """The language of the sentences that it stores."""
    queued = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    """0 until it runs. Which steps there are depends on the task."""
    done = models.PositiveIntegerField(default=0)
    """Rows or proposals that this step has finished."""
    failed = models.CharField(max_length=10, blank=True, default="")
    ended = models.DateTimeField(null=True)

    lock_connection = 0
    """The backend id of the connection with the lock, for the worker that has it."""

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        constraints = (
            models.CheckConstraint(
                name="job_has_one_subject",
                condition=models.Q(upload=None) ^ models.Q(decision=None),
            ),
        )
        indexes = (
            models.Index(
                name="job_queue",
                fields=("queued", "id"),
                condition=models.Q(ended=None, failed=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.ended is None and not self.failed

    @classmethod
    def enqueue(cls, task: str, language: str = "en", **subject: Any) -> None:
        """Queue a job about an `upload` or a `decision`, unless one is queued or running."""
        job, created = cls.objects.get_or_create(
            **subject, defaults={"task": task, "language": language}
        )
        if not created:
            idle = cls.objects.exclude(ended=None, failed="").filter(pk=job.pk)
            idle.update(
                task=task,
                language=language,
                queued=Now(),
                tries=0,
                step=0,
                done=0,
                failed="",
                ended=None,
            )

    @classmethod
    @contextmanager
    def claim_next(cls) -> Iterator["Job | None"]:
        """Yield the job that has waited longest, locked, or None.

        Jobs that other workers have locked are skipped.
        """
        for pk in cls.objects.pending().values_list("pk", flat=True)[:100]:
            with lock.row_lock(cls, pk) as acquired:
                candidate = cls.objects.pending().filter(pk=pk)
                if acquired and candidate.update(tries=models.F("tries") + 1, step=0, done=0):
                    job = cls.objects.get(pk=pk)
                    job.lock_connection = lock.connection_id()
                    yield job
                    return
        yield None

    def save_progress(self, cursor: Any, step: int, done: int) -> None:
        """Store the progress. Raises JobCancelled.

        Within a transaction `cursor` is of another connection, so that the progress is visible at
        once.
        """
        cursor.execute(
            "UPDATE orgs_job SET step = %s, done = %s WHERE id = %s AND ended IS NULL",
            (step, done, self.pk),
        )
        if not cursor.rowcount:
            raise JobCancelled

    @contextmanager
    def final_transaction(self) -> Iterator[None]:
        """The last step of a job, in one transaction, and once. Raises JobCancelled.

        Raises InterfaceError if the connection broke meanwhile: the lock was lost with it, and
        another worker may have finished the job.
        """
        with transaction.atomic():
            if lock.connection_id() != self.lock_connection:
                raise InterfaceError("The connection to the database broke off meanwhile.")
            unfinished = Job.objects.select_for_update().filter(pk=self.pk, ended=None)
            if not unfinished.values_list("pk", flat=True).first():
                raise JobCancelled
            yield
            self.end()

    def end(self) -> None:
        """Mark it as finished, or as stopped."""
        Job.objects.filter(pk=self.pk, ended=None).update(ended=Now())

    def fail(self, failure: str) -> None:
        """Stop trying; a person decides what to do next."""
        Job.objects.pending().filter(pk=self.pk).update(failed=failure)


def run_next_job(tasks: Mapping[Any, Callable[[Job], None]]) -> bool:
    """Run the job that has waited longest by the function for its task.

    Returns whether there was one. If the database is unavailable, its error is raised, and the job
    stays queued.
    """
    with Job.claim_next() as job:
        if job is None:
            return False
        if job.tries > MAX_TRIES:
            job.fail(Job.Failure.TRIED)
            log.error("A job was begun %s times and never came to its end.", MAX_TRIES)
            return True
        try:
            with translation.override(job.language):
                tasks[job.task](job)
            job.end()
        except JobCancelled:
            pass
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("A job stopped with an error.")
            job.fail(Job.Failure.ERROR)
        return True
