"""Uploads: files that wait for whoever uploaded them to decide, and what their columns mean.

They are no part of the catalogue: nobody but their owner sees them, and they go when they are
proposed, put away, or forgotten. What takes longer than a page may is work that a worker does
(`manage.py work`): the row of the upload is its place in the line, and tells how far it has come.
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

KEPT_DAYS = 7
"""How many days an upload waits for its owner."""

MOST_AT_ONCE = 10
"""How many uploads of one account wait at once; the oldest goes first."""

AT_ONCE = 200
"""How many rows are looked at while their owner waits for the page; more are left to a worker."""

MOST_TRIES = 5
"""How often a work is begun that never comes to its end, before it is given up."""


class Gone(Exception):
    """That nobody waits for this work any more: the file was put away, or it has been done."""


class UploadQuerySet(models.QuerySet):
    """Words for choosing uploads."""

    def of(self, account):
        """Those of one account, newest first."""
        return self.filter(account=account).order_by("-id")

    def to_do(self):
        """Those that a worker has to do something for, in the order in which it was asked."""
        return self.exclude(work="").filter(failed="", asked__lte=Now()).order_by("asked", "id")

    def given_up(self):
        """Those whose work came to no end."""
        return self.exclude(failed="")


class Upload(models.Model):
    """A file that somebody uploaded, and what they said about it."""

    class Work(models.TextChoices):
        """What a worker is to do."""

        COMPARE = "compare", _("comparing it with the catalogue")
        SEND = "send", _("proposing it")

    class Failure(models.TextChoices):
        """Why a work was given up."""

        TRIED = "tried", _("it was begun again and again, and never came to its end")
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
    """What comparing told, but for the rows: see `orgs.imports.processing`."""
    label = models.CharField(max_length=120, blank=True, default="")
    """The label of the import that it became, if a worker proposed it."""

    held_by = 0
    """The number of the connection that holds it, for the worker that does."""

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
    def keep(cls, **fields) -> "Upload":
        """Keep a file for its owner, and put away what they have left too long. Returns it."""
        made = cls.objects.create(**fields)
        # Those that are too many are named: what another window uploads meanwhile is none of them.
        left = cls.objects.of(made.account).values_list("id", flat=True)[MOST_AT_ONCE:]
        cls.objects.filter(id__in=list(left)).delete()
        return made

    def mean(self, columns: dict[str, str]) -> None:
        """Say what the columns mean, and remember it for the next file with these headings."""
        self.columns = columns
        Upload.objects.filter(pk=self.pk).update(columns=columns)
        ColumnMap.objects.update_or_create(
            account=self.account,
            headings=name_of_headings(columns),
            defaults={"columns": columns},
        )

    def put_away(self) -> bool:
        """Keep it no longer. Returns whether it was still there: of two who do it at once, one."""
        return bool(Upload.objects.filter(pk=self.pk).delete()[0])

    # What takes longer than a page may

    @property
    def is_long(self) -> bool:
        """Whether it has more rows than are looked at while somebody waits."""
        return self.rows > AT_ONCE

    def ask(self, work: str, language: str) -> None:
        """Let a worker do this when its turn comes, unless it does something for it already.

        Asked twice, it is done once: what has been proposed is not proposed again.
        """
        idle = Upload.objects.filter(models.Q(work="") | ~models.Q(failed=""), pk=self.pk, label="")
        idle.update(work=work, language=language, asked=Now(), tries=0, step=0, done=0, failed="")

    @classmethod
    @contextmanager
    def next(cls) -> Iterator["Upload | None"]:
        """Give the upload that has waited longest and that no other worker works on, or None."""
        for which in cls.objects.to_do().values_list("pk", flat=True)[:100]:
            with lock.row_lock(cls, which) as ours:
                begun = cls.objects.to_do().filter(pk=which)
                if ours and begun.update(tries=models.F("tries") + 1, step=0, done=0):
                    upload = cls.objects.get(pk=which)
                    upload.held_by = lock.connection_id()
                    yield upload
                    return
        yield None

    def progress(self, cursor: Any, step: int, done: int) -> None:
        """Note how far its work has come, for its owner to see. Raises Gone if nobody waits.

        `cursor` is of another connection than the one that works: what is noted in the middle of a
        transaction is to be seen at once.
        """
        cursor.execute(
            "UPDATE orgs_upload SET step = %s, done = %s WHERE id = %s AND work = %s",
            (step, done, self.pk, self.work),
        )
        if not cursor.rowcount:
            raise Gone

    @contextmanager
    def last_step(self) -> Iterator[None]:
        """Do what ends a work, all of it or nothing, and once. Raises Gone if nobody waits.

        Raises InterfaceError if the connection broke off meanwhile: the lock was lost with it, and
        what was asked then may have been answered by its end alone.
        """
        with transaction.atomic():
            if lock.connection_id() != self.held_by:
                raise InterfaceError("The connection to the database broke off meanwhile.")
            there = Upload.objects.select_for_update().filter(pk=self.pk, work=self.work, label="")
            if not there.values_list("pk", flat=True).first():
                raise Gone
            yield
            Upload.objects.filter(pk=self.pk).update(work="", failed="")

    def compared(self, outcome: dict[str, Any], rows: Iterable[list]) -> None:
        """Keep what comparing told, and each row that its owner has to see."""
        UploadRow.objects.filter(upload=self).delete()
        UploadRow.objects.bulk_create(
            (UploadRow(upload=self, place=place, told=told) for place, told in enumerate(rows)),
            batch_size=1_000,
        )
        Upload.objects.filter(pk=self.pk).update(outcome=outcome)

    def sent(self, label: str) -> None:
        """Keep the label of the import that it became; the file itself is kept no longer."""
        UploadRow.objects.filter(upload=self).delete()
        Upload.objects.filter(pk=self.pk).update(label=label, content=b"", outcome=None)

    def give_up(self, why: str) -> None:
        """Say that its work comes to no end; its owner decides what to do next."""
        Upload.objects.filter(pk=self.pk, work=self.work).update(failed=why)


class UploadRow(models.Model):
    """What would become of one row of a long upload: of those that change something."""

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
    """What somebody said that the columns under certain headings mean."""

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
    def remembered(cls, account, headings: Iterable[str]) -> dict[str, str] | None:
        """Return what this account said of these headings the last time; None if it never did."""
        maps = cls.objects.filter(account=account, headings=name_of_headings(headings))
        return maps.values_list("columns", flat=True).first()


def name_of_headings(headings: Iterable[str]) -> str:
    """Return the name of a set of headings, in whatever order they stand."""
    return hashlib.sha256(json.dumps(sorted(headings)).encode()).hexdigest()
