"""Uploads: files that wait for their owner to propose them, and what their columns mean.

They are no part of the catalogue: only their owner sees them, and they are deleted when they are
proposed, discarded, or expired. Work that takes longer than a request may is done by a worker
(`manage.py work`): the row of the upload is its place in the queue, and holds its progress.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import InterfaceError, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orgs.jobs import lock
from orgs.records.source import Source

RETENTION_DAYS = 7
"""Days that an upload waits for its owner."""

MAX_PER_ACCOUNT = 10
"""Uploads of one account that wait at once; the oldest is deleted first."""

MAX_INLINE_ROWS = 200
"""Rows that are compared within a request; a worker compares longer files."""

MAX_TRIES = 5
"""Attempts of a job that never finishes, before it is marked as failed."""


class UploadGone(Exception):
    """The upload was discarded, or another worker has finished its job."""


class UploadQuerySet(models.QuerySet):
    def owned_by(self, account):
        """Newest first."""
        return self.filter(account=account).order_by("-id")

    def pending(self):
        """Uploads with a job for a worker, in the order of the requests."""
        return self.exclude(work="").filter(failed="", asked__lte=Now()).order_by("asked", "id")

    def failed(self):
        return self.exclude(failed="")


class Upload(models.Model):
    """A file, with its source, its reason, and its progress."""

    class Work(models.TextChoices):
        """The job of a worker."""

        COMPARE = "compare", _("comparing it with the catalogue")
        SEND = "send", _("proposing it")

    class Failure(models.TextChoices):
        """Why a job failed."""

        TRIED = "tried", _("it failed after several attempts")
        FAULT = "fault", _("the program made a mistake")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    reason = models.TextField()
    columns = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=8, default="en")
    rows = models.PositiveIntegerField(default=0)
    work = models.CharField(max_length=10, choices=Work, blank=True, default="")
    asked = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.CharField(max_length=10, choices=Failure, blank=True, default="")
    outcome = models.JSONField(null=True)
    """The preview without its rows: see `orgs.imports.processing`."""
    label = models.CharField(max_length=120, blank=True, default="")
    """The label of the import that a worker proposed."""

    lock_connection = 0
    """The backend id of the connection with the lock, for the worker that has it."""

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = (
            models.Index(name="upload_to_do", fields=("asked", "id"), condition=~models.Q(work="")),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def store(cls, **fields) -> "Upload":
        """Store a file for its owner, and delete the oldest beyond `MAX_PER_ACCOUNT`."""
        upload = cls.objects.create(**fields)
        # Ids, not a condition: an upload in another window meanwhile must not be deleted.
        excess = cls.objects.owned_by(upload.account).values_list("id", flat=True)[MAX_PER_ACCOUNT:]
        cls.objects.filter(id__in=list(excess)).delete()
        return upload

    def save_columns(self, columns: dict[str, str]) -> None:
        """Store what the columns mean, also for the next file with these headings."""
        self.columns = columns
        Upload.objects.filter(pk=self.pk).update(columns=columns)
        ColumnMap.objects.update_or_create(
            account=self.account,
            headings=headings_hash(columns),
            defaults={"columns": columns},
        )

    def discard(self) -> bool:
        """Delete it. Returns whether it still existed: of two concurrent calls, one gets True."""
        return bool(Upload.objects.filter(pk=self.pk).delete()[0])

    # Jobs

    @property
    def is_long(self) -> bool:
        """Whether it has more rows than a request compares."""
        return self.rows > MAX_INLINE_ROWS

    def enqueue(self, work: str, language: str) -> None:
        """Queue a job for a worker, unless one is queued or running.

        A repeated request runs once: an upload that was proposed is not proposed again.
        """
        idle = Upload.objects.filter(models.Q(work="") | ~models.Q(failed=""), pk=self.pk, label="")
        idle.update(work=work, language=language, asked=Now(), tries=0, step=0, done=0, failed="")

    @classmethod
    @contextmanager
    def claim_next(cls) -> Iterator["Upload | None"]:
        """Yield the pending upload that has waited longest, locked, or None.

        Uploads that other workers have locked are skipped.
        """
        for pk in cls.objects.pending().values_list("pk", flat=True)[:100]:
            with lock.row_lock(cls, pk) as acquired:
                candidate = cls.objects.pending().filter(pk=pk)
                if acquired and candidate.update(tries=models.F("tries") + 1, step=0, done=0):
                    upload = cls.objects.get(pk=pk)
                    upload.lock_connection = lock.connection_id()
                    yield upload
                    return
        yield None

    def save_progress(self, cursor: Any, step: int, done: int) -> None:
        """Store the progress, for its owner to see. Raises UploadGone.

        `cursor` is of another connection than the one that works, so that the progress is visible
        before the transaction ends.
        """
        cursor.execute(
            "UPDATE orgs_upload SET step = %s, done = %s WHERE id = %s AND work = %s",
            (step, done, self.pk, self.work),
        )
        if not cursor.rowcount:
            raise UploadGone

    @contextmanager
    def final_transaction(self) -> Iterator[None]:
        """The last step of a job, in one transaction, and once. Raises UploadGone.

        Raises InterfaceError if the connection broke meanwhile: the lock was lost with it, and
        another worker may have finished the job.
        """
        with transaction.atomic():
            if lock.connection_id() != self.lock_connection:
                raise InterfaceError("The connection to the database broke off meanwhile.")
            waiting = Upload.objects.select_for_update().filter(
                pk=self.pk, work=self.work, label=""
            )
            if not waiting.values_list("pk", flat=True).first():
                raise UploadGone
            yield
            Upload.objects.filter(pk=self.pk).update(work="", failed="")

    def save_comparison(self, outcome: dict[str, Any], rows: Iterable[list]) -> None:
        """Store the preview, with each row that its owner has to see."""
        UploadRow.objects.filter(upload=self).delete()
        UploadRow.objects.bulk_create(
            (
                UploadRow(upload=self, place=place, told=row_json)
                for place, row_json in enumerate(rows)
            ),
            batch_size=1_000,
        )
        Upload.objects.filter(pk=self.pk).update(outcome=outcome)

    def mark_proposed(self, label: str) -> None:
        """Store the label of the import, and delete the content of the file."""
        UploadRow.objects.filter(upload=self).delete()
        Upload.objects.filter(pk=self.pk).update(label=label, content=b"", outcome=None)

    def mark_failed(self, failure: str) -> None:
        """Stop trying; its owner decides what to do next."""
        Upload.objects.filter(pk=self.pk, work=self.work).update(failed=failure)


class UploadRow(models.Model):
    """The preview of one row of a long upload, if it changes something."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="told")
    place = models.PositiveIntegerField()
    told = models.JSONField()

    class Meta:
        verbose_name = _("row of an upload")
        verbose_name_plural = _("rows of uploads")
        constraints = (models.UniqueConstraint(fields=("upload", "place"), name="upload_row_once"),)

    def __str__(self) -> str:
        return f"{self.upload_id}, {self.place}"


class ColumnMap(models.Model):
    """What the columns with certain headings mean, as an account chose it."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    headings = models.CharField(max_length=64)
    columns = models.JSONField()

    class Meta:
        verbose_name = _("map of columns")
        verbose_name_plural = _("maps of columns")
        constraints = (
            models.UniqueConstraint(fields=("account", "headings"), name="column_map_once"),
        )

    def __str__(self) -> str:
        return self.headings

    @classmethod
    def for_headings(cls, account, headings: Iterable[str]) -> dict[str, str] | None:
        """The latest choice of this account for these headings; None if there is none."""
        maps = cls.objects.filter(account=account, headings=headings_hash(headings))
        return maps.values_list("columns", flat=True).first()


def headings_hash(headings: Iterable[str]) -> str:
    """A hash of a set of headings, in any order."""
    return hashlib.sha256(json.dumps(sorted(headings)).encode()).hexdigest()
