"""Views of spreadsheets: a list as a sheet to edit; uploads of sheets and of other tables."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from orgs.access.rate_limits import spend
from orgs.changes.changeset import Changeset
from orgs.jobs.job import Job
from orgs.pages.lists import OrganizationList
from orgs.projection.entry import Entry
from orgs.records.characters import LineField
from orgs.search.filters import OrganizationFilter

from .columns import ColumnsForm
from .file_problems import MAX_COLUMNS
from .file_source import FileSourceForm
from .files import UPLOADS, ParserBusy, parse_file
from .parsed_file import FileProblem, ParsedFile, UnreadableFile
from .preview import (
    Row,
    UploadPlan,
    columns_of_own_sheet,
    plan_upload,
    preview_as_json,
    preview_hash,
    preview_rows,
    problems_from_json,
    row_from_json,
)
from .sheet_format import as_csv, as_xlsx, columns_for, headings_for, row_for
from .upload import RETENTION_DAYS, ColumnMap, Upload
from .upload_jobs import STEPS

MAX_SHEET_ROWS = 1_000
PAGE_SIZE = 20
"""Rows on a page of the preview."""
MAX_PENDING_PROPOSALS = 30
"""Pending proposals of an account, beyond which it cannot upload more."""
MAX_FILES_PER_HOUR, MAX_BYTES_PER_HOUR = 30, 60 * 2**20
"""Limits of one account."""
BUSY_RETRY_SECONDS = 10
"""Retry-After while other files are being parsed."""
MIN_REFRESH_SECONDS, MAX_REFRESH_SECONDS = 3, 15
"""Limits of the time after which a page about a job reloads."""


# Download -----------------------------------------------------------------------------------------


CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class SheetDownload(View):
    """The organizations of a list as a sheet to edit, by name."""

    format = "csv"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the file, or with the list and the errors in its filters."""
        filterset = OrganizationFilter(request.GET, Entry.objects.published().of_kinds(*_KINDS))
        if filterset.form.errors or filterset.unknown_values():
            return OrganizationList.as_view()(request)
        entries = filterset.qs.order_by("sort_key", "id")
        fits = entries.count() <= MAX_SHEET_ROWS
        columns = columns_for(_documents(entries)) if fits else []
        if not fits or len(headings_for(columns)) > MAX_COLUMNS:
            context = {
                "most": MAX_SHEET_ROWS,
                "columns": MAX_COLUMNS,
                "title": gettext("A sheet to edit"),
            }
            return render(request, "orgs/sheet_too_long.html", context, status=400)
        rows = (row_for(document, columns) for document in _documents(entries))
        header = headings_for(columns)
        file = as_xlsx(header, rows) if self.format == "xlsx" else b"".join(as_csv(header, rows))
        response = HttpResponse(file, content_type=CONTENT_TYPES[self.format])
        response["Content-Disposition"] = f'attachment; filename="organizations.{self.format}"'
        return response


_KINDS = OrganizationFilter.kinds


def _documents(entries: Any) -> Iterator[dict[str, Any]]:
    # A server-side cursor lives in a transaction.
    with transaction.atomic():
        for document in entries.values_list("document", flat=True).iterator(chunk_size=200):
            yield json.loads(document)


# Upload -------------------------------------------------------------------------------------------


class UploadForm(FileSourceForm):
    field_order = ("file", "title", "address", "observed", "reason")

    file = forms.FileField(
        label=gettext_lazy("The file"),
        allow_empty_file=True,
        help_text=gettext_lazy("CSV, .xlsx or JSON, up to 10 MB and 8,000 rows."),
    )
    reason = LineField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy("In a sentence. Public once accepted: name no person."),
        error_messages={"required": gettext_lazy("Say in a sentence why.")},
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large, before it is read."""
        file = self.cleaned_data["file"]
        if file.size > UPLOADS.file_bytes:
            raise ValidationError(gettext("The file is larger than 10 MB. Split it."))
        return file


@method_decorator(never_cache, name="dispatch")
class Uploads(LoginRequiredMixin, View):
    """Upload a spreadsheet, and list those that wait for their owner."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(request, UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store the file if it can be read as a table, and redirect to its preview."""
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_form(request, form, status=400)
        if count_pending_proposals(request.user) >= MAX_PENDING_PROPOSALS:
            message = gettext(
                "Too many of your proposals are waiting for a decision. Add more when some have "
                "been decided."
            )
            form.add_error(None, message)
            return self.render_form(request, form, status=400)
        file = form.cleaned_data["file"]
        if wait := seconds_to_wait(request.user, file.size):
            minutes = -(-wait // 60)
            message = ngettext(
                "You have uploaded as much as one account may in an hour. Try again in %(minutes)s "
                "minute.",
                "You have uploaded as much as one account may in an hour. Try again in %(minutes)s "
                "minutes.",
                minutes,
            )
            form.add_error("file", message % {"minutes": minutes})
            return self.render_form(request, form, status=429, wait=wait)
        content = file.read()
        try:
            parsed, problems = parse_upload(file.name, content)
        except ParserBusy:
            message = gettext("Other files are being read just now. Try again in a minute.")
            form.add_error("file", message)
            return self.render_form(request, form, status=503, wait=BUSY_RETRY_SECONDS)
        if parsed is None or problems:
            return self.render_form(request, form, problems, status=400)
        return self.store(request, form, content, parsed)

    def store(
        self, request: HttpRequest, form: UploadForm, content: bytes, parsed: ParsedFile
    ) -> HttpResponse:
        """Store a file. A worker compares a long sheet that was downloaded here at once."""
        name = form.cleaned_data["file"].name[:120]
        upload = Upload.store(
            account=request.user,
            name=name,
            content=content,
            source=form.existing_source,
            new_source=form.new_source(request.user, name),
            reason=form.cleaned_data["reason"],
            columns=columns_of_own_sheet(parsed.header),
            rows=len(parsed.rows),
        )
        if upload.is_long and upload.columns is not None:
            upload.enqueue(Job.Task.COMPARE, get_language() or "en")
        return HttpResponseRedirect(reverse("upload", args=(upload.key,)))

    def render_form(
        self,
        request: HttpRequest,
        form: UploadForm,
        problems: Any = (),
        status: int = 200,
        wait: int = 0,
    ) -> HttpResponse:
        """`wait` are the seconds for Retry-After."""
        context = {
            "title": gettext("Spreadsheets"),
            "form": form,
            "problems": problems,
            "uploads": Upload.objects.owned_by(request.user)
            .defer("content", "outcome")
            .select_related("job"),
            "days": RETENTION_DAYS,
            "most": UPLOADS.rows,
        }
        response = render(request, "orgs/uploads.html", context, status=status)
        if wait:
            response["Retry-After"] = str(wait)
        return response


@method_decorator(never_cache, name="dispatch")
class UploadPage(LoginRequiredMixin, View):
    """One upload: choose what its columns mean, then preview each row, then propose it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the upload among those of the account."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        own = Upload.objects.owned_by(request.user).defer("content").select_related("job", "source")
        self.upload = get_object_or_404(own, key=kwargs["key"])
        try:
            return super().dispatch(request, *args, **kwargs)
        except UnreadableFile as error:
            # It could be read when it was uploaded, but no longer.
            self.upload.discard()
            return Uploads().render_form(request, UploadForm(), error.problems, status=400)
        except ParserBusy:
            response = render(request, "503.html", {"busy": True}, status=503)
            response["Retry-After"] = str(BUSY_RETRY_SECONDS)
            return response

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show the preview, the progress of a job, or the form for the columns."""
        upload = self.upload
        if upload.label or upload.is_in_progress:
            return self.render_progress(request)
        if upload.is_long and upload.outcome is not None and "columns" not in request.GET:
            return self.render_stored_preview(request, upload.outcome)
        parsed = self.parse_file()
        columns = None if "columns" in request.GET or upload.is_long else self.columns(parsed)
        if columns is None:
            return self.render_columns_form(
                request, parsed, ColumnsForm(parsed.header, self.remembered_columns(parsed))
            )
        return self.render_preview(request, self.plan(parsed, columns), parsed)

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Store the columns, propose the file, retry a failed job, or discard the file."""
        upload = self.upload
        this_page = HttpResponseRedirect(reverse("upload", args=(upload.key,)))
        if "put_away" in request.POST:
            upload.discard()
            messages.success(request, gettext("The file was deleted. No record was changed."))
            return HttpResponseRedirect(reverse("uploads"))
        has_failed = upload.is_in_progress and upload.job.failed
        if upload.label or (upload.is_in_progress and not has_failed):
            return this_page
        if "again" in request.POST and has_failed:
            upload.enqueue(upload.job.task, get_language() or "en")
            return this_page
        if upload.is_long and "mean" not in request.POST:
            return self.enqueue_proposal(request) or this_page
        parsed = self.parse_file()
        if "mean" in request.POST:
            form = ColumnsForm(parsed.header, self.remembered_columns(parsed), request.POST)
            if not form.is_valid():
                return self.render_columns_form(request, parsed, form, status=400)
            upload.save_columns(form.columns())
            if upload.is_long:
                upload.enqueue(Job.Task.COMPARE, get_language() or "en")
            return this_page
        columns = self.columns(parsed)
        if columns is None:
            return this_page
        plan = self.plan(parsed, columns)
        if not plan.changes or request.POST.get("seen") != preview_hash(plan):
            return self.render_preview(request, plan, parsed, moved=True)
        return self.propose(request, plan)

    def enqueue_proposal(self, request: HttpRequest) -> HttpResponse | None:
        """Queue the proposal of a long file, if this is the preview that its owner saw."""
        outcome = self.upload.outcome
        if outcome is None or not outcome["changes"]:
            return None
        if request.POST.get("seen") != outcome["seen"]:
            return self.render_stored_preview(request, {**outcome, "moved": True})
        self.upload.enqueue(Job.Task.PROPOSE, self.upload.job.language)
        return None

    def propose(self, request: HttpRequest, plan: UploadPlan) -> HttpResponse:
        with transaction.atomic():
            if not self.upload.discard():
                messages.info(request, gettext("This file was already proposed or deleted."))
                return HttpResponseRedirect(reverse("uploads"))
            changesets = [changeset.propose() for changeset in plan.run.changesets()]
        messages.success(
            request,
            gettext("Proposed as “%(label)s”. A moderator decides.")
            % {"label": changesets[0].label},
        )
        return HttpResponseRedirect(reverse("uploads"))

    # Pages

    def parse_file(self) -> ParsedFile:
        """Raises Http404 if another window has discarded the file meanwhile."""
        try:
            content = bytes(self.upload.content)
        except Upload.DoesNotExist:
            raise Http404 from None
        return parse_file(self.upload.name, content)

    def remembered_columns(self, parsed: ParsedFile) -> dict[str, str]:
        """What these columns mean, of this file or of an earlier one with the same headings."""
        columns = self.upload.columns
        return columns or ColumnMap.for_headings(self.upload.account, parsed.header) or {}

    def columns(self, parsed: ParsedFile) -> dict[str, str] | None:
        """None if the owner has to choose."""
        if self.upload.columns is not None:
            return self.upload.columns
        return columns_of_own_sheet(parsed.header)

    def plan(self, parsed: ParsedFile, columns: dict[str, str]) -> UploadPlan:
        return plan_upload(self.upload, parsed, columns)

    def render_progress(self, request: HttpRequest) -> HttpResponse:
        """Show how far a worker has come, what it has done, or that it failed.

        The page reloads by a Refresh header, so that it needs no script. `?still` turns that off
        for people whom it disturbs.
        """
        upload = self.upload
        job = upload.job
        still = "still" in request.GET or not job.is_pending
        waiting_seconds = (timezone.now() - job.queued).total_seconds()
        context = {
            "title": self.progress_title(),
            "upload": upload,
            "steps": len(STEPS.get(job.task, ())),
            "ahead": 0 if job.step else Job.objects.pending().filter(queued__lt=job.queued).count(),
            "still": still,
            "days": RETENTION_DAYS,
        }
        response = render(request, "orgs/upload_work.html", context)
        if not still:
            # The longer it takes, the less often: a screen reader reads each reload.
            response["Refresh"] = str(
                round(min(max(waiting_seconds / 5, MIN_REFRESH_SECONDS), MAX_REFRESH_SECONDS))
            )
        return response

    def progress_title(self) -> str:
        upload = self.upload
        if upload.label:
            return gettext("It is proposed")
        if upload.job.failed:
            return gettext("It could not be finished")
        if upload.job.task == Job.Task.PROPOSE:
            return gettext("It is being proposed")
        return gettext("It is being compared")

    def render_columns_form(
        self, request: HttpRequest, parsed: ParsedFile, form: ColumnsForm, status: int = 200
    ) -> HttpResponse:
        """Each column is shown with an example from its first rows."""
        samples = []
        for heading in parsed.header:
            values = (cells[heading].strip() for _, cells in parsed.rows[:50])
            samples.append(next(filter(None, values), "")[:80])
        context = {
            "title": gettext("What the columns mean"),
            "upload": self.upload,
            "form": form,
            "fields": list(zip(form.columns_fields(), samples, strict=True)),
            "notes": parsed.notes,
        }
        return render(request, "orgs/upload_columns.html", context, status=status)

    def render_preview(
        self, request: HttpRequest, plan: UploadPlan, parsed: ParsedFile, moved: bool = False
    ) -> HttpResponse:
        rows = preview_rows(plan)
        outcome = {**preview_as_json(plan, parsed), "moved": moved}
        page, last = self.page_numbers(outcome["telling"])
        shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return self.render_rows(request, outcome, shown, page, last, 409 if moved else 200)

    def render_stored_preview(self, request: HttpRequest, outcome: dict[str, Any]) -> HttpResponse:
        page, last = self.page_numbers(outcome["telling"])
        rows = self.upload.previews.order_by("place")[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        shown = [row_from_json(row.preview) for row in rows]
        refused = request.method == "POST"
        return self.render_rows(request, outcome, shown, page, last, 409 if refused else 200)

    def page_numbers(self, count: int) -> tuple[int, int]:
        """The requested page of the rows, and the last."""
        last = max(1, -(-count // PAGE_SIZE))
        requested = self.request.GET.get("page", "")
        page = int(requested) if re.fullmatch(r"[0-9]{1,6}", requested) else 1
        return min(max(page, 1), last), last

    def render_rows(
        self,
        request: HttpRequest,
        outcome: dict[str, Any],
        rows: list[Row],
        page: int,
        last: int,
        status: int,
    ) -> HttpResponse:
        """Show every row that is refused or changes something, page by page, and count the rest."""
        moved = gettext("The catalogue has changed since you opened this page. Check it again.")
        context = {
            "title": gettext("What would change"),
            "upload": self.upload,
            "plan": {
                "tally": outcome["tally"],
                "blocking": problems_from_json(outcome["blocking"]),
                "changes": outcome["changes"],
            },
            "rows": rows,
            "unchanged": outcome["unchanged"],
            "page": page,
            "last": last,
            "next": page + 1 if page < last else 0,
            "previous": page - 1,
            "notes": problems_from_json(outcome["notes"]),
            "problem": moved if outcome.get("moved") else "",
            "preview_hash": outcome["seen"],
            "proposable": outcome["sound"],
        }
        return render(request, "orgs/upload.html", context, status=status)


def count_pending_proposals(account: Any) -> int:
    """The pending proposals of an account; those of one import count as one."""
    pending = Changeset.objects.proposed().filter(author=account)
    return (
        pending.filter(label="").count()
        + pending.exclude(label="").order_by().values("label").distinct().count()
    )


def seconds_to_wait(account: Any, size: int) -> int:
    """Count a file towards the limits; return the seconds until there is room, 0 if there is."""
    until = spend(f"uploaded files:{account.pk}", 1, MAX_FILES_PER_HOUR, 3_600) or spend(
        f"uploaded bytes:{account.pk}", size, MAX_BYTES_PER_HOUR, 3_600
    )
    return max(1, math.ceil((until - timezone.now()).total_seconds())) if until else 0


def parse_upload(name: str, content: bytes) -> tuple[ParsedFile | None, list[FileProblem]]:
    """The table of a file, and why the whole file is refused, if it is."""
    try:
        parsed = parse_file(name, content)
    except UnreadableFile as error:
        return None, error.problems
    return parsed, parsed.file_problems
