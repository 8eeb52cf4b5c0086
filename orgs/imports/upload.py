"""Uploads: files that wait for their owner to propose them, and what their columns mean.

They are no part of the catalogue: only their owner sees them, and they are deleted when they are
proposed, discarded, or expired. A job compares a long one with the catalogue and proposes it.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orgs.jobs.job import Job, JobCancelled
from orgs.records.source import Source

from .file_source import FileSource
from .repairs import Repairs

RETENTION_DAYS = 7
"""Days that an upload waits for its owner."""

MAX_PER_ACCOUNT = 10
"""Uploads of one account that wait at once; the oldest is deleted first."""

MAX_INLINE_ROWS = 200
"""Rows that are compared within a request; a worker compares longer files."""


class UploadQuerySet(models.QuerySet):
    def owned_by(self, account):
        """Newest first."""
        return self.filter(account=account).order_by("-id")


class Upload(models.Model):
    """A file, with its source, its reason, and its progress."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="+")
    new_source: Any = models.JSONField(null=True)
    """The values of the source that proposing the file creates, if it has no other."""
    reason = models.TextField()
    columns = models.JSONField(null=True)
    repairs = models.JSONField(default=dict)
    """What its owner corrected in the preview: see `orgs.imports.repairs`."""
    at = models.DateTimeField(auto_now_add=True)
    rows = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(null=True)
    """The preview without its rows: see `orgs.imports.preview`."""
    label = models.CharField(max_length=120, blank=True, default="")
    """The label of the import that a worker proposed."""

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = (
            models.CheckConstraint(
                name="upload_has_one_source",
                condition=models.Q(source__isnull=True) ^ models.Q(new_source__isnull=True),
            ),
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

    @property
    def source_title(self) -> str:
        """What its source is called."""
        return self.source.short if self.source else self.new_source["short"]

    def file_source(self) -> FileSource:
        """The source of its statements, with an id that is reserved if it is new."""
        if self.source_id is not None:
            return FileSource(self.source_id)
        return FileSource.create(self.new_source)

    def save_columns(self, columns: dict[str, str]) -> None:
        """Store what the columns mean, also for the next file with these headings."""
        self.columns = columns
        Upload.objects.filter(pk=self.pk).update(columns=columns)
        ColumnMap.objects.update_or_create(
            account=self.account,
            headings=headings_hash(columns),
            defaults={"columns": columns},
        )

    def save_repairs(self, repairs: Repairs) -> bool:
        """Store what its owner corrected. A worker compares a long file again.

        Returns False, and stores nothing, if another window has stored others meanwhile.
        """
        unchanged = Upload.objects.filter(pk=self.pk, repairs=self.repairs)
        if not unchanged.update(repairs=repairs.as_json()):
            return False
        if self.is_long:
            self.enqueue(Job.Task.COMPARE, get_language() or "en")
        return True

    def discard(self) -> bool:
        """Delete it. Returns whether it still existed: of two concurrent calls, one gets True."""
        return bool(Upload.objects.filter(pk=self.pk).delete()[0])

    # Jobs

    @property
    def is_long(self) -> bool:
        """Whether it has more rows than a request compares."""
        return self.rows > MAX_INLINE_ROWS

    @property
    def is_in_progress(self) -> bool:
        """Whether a job about it is queued, running or failed."""
        job = getattr(self, "job", None)
        return job is not None and job.ended is None

    def enqueue(self, task: str, language: str) -> None:
        """Queue a job about it, unless it is proposed already."""
        if Upload.objects.filter(pk=self.pk, label="").exists():
            Job.enqueue(task, language, upload=self)

    def save_comparison(self, outcome: dict[str, Any], rows: Iterable[dict[str, Any]]) -> None:
        """Store the preview, with each row that its owner has to see."""
        UploadRow.objects.filter(upload=self).delete()
        UploadRow.objects.bulk_create(
            (
                UploadRow(upload=self, place=place, preview=row_json)
                for place, row_json in enumerate(rows)
            ),
            batch_size=1_000,
        )
        Upload.objects.filter(pk=self.pk).update(outcome=outcome)

    def mark_proposed(self, label: str) -> None:
        """Store the label of the import, and delete the content of the file.

        Raises JobCancelled if it is proposed already.
        """
        UploadRow.objects.filter(upload=self).delete()
        unproposed = Upload.objects.filter(pk=self.pk, label="")
        if not unproposed.update(label=label, content=b"", outcome=None):
            raise JobCancelled


class UploadRow(models.Model):
    """The preview of one row of a long upload, if it changes something."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="previews")
    place = models.PositiveIntegerField()
    preview = models.JSONField()

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
