"""Views of uploads of spreadsheets, and of other tables: columns, preview, proposal."""

import math
import re
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
from orgs.records.characters import LineField

from .columns import ColumnsForm
from .file_source import FileSourceForm
from .files import UPLOADS, ParserBusy, parse_file
from .parsed_file import FileProblem, ParsedFile, UnreadableFile
from .preview import (
    Preview,
    Row,
    UploadPlan,
    columns_of_own_sheet,
    plan_upload,
    preview_hash,
    problems_from_json,
)
from .repair_form import RepairForm
from .repairs import Repairs
from .sheet_format import CODE_SEPARATOR, as_csv
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
class OwnUpload(LoginRequiredMixin, View):
    """A page about one upload of the account."""

    upload: Upload

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

    def parse_file(self) -> ParsedFile:
        """Raises Http404 if another window has discarded the file meanwhile."""
        try:
            content = bytes(self.upload.content)
        except Upload.DoesNotExist:
            raise Http404 from None
        return parse_file(self.upload.name, content)

    def columns(self, parsed: ParsedFile) -> dict[str, str] | None:
        """None if the owner has to choose."""
        if self.upload.columns is not None:
            return self.upload.columns
        return columns_of_own_sheet(parsed.header)

    def preview(self) -> tuple[Preview, dict[str, str]] | None:
        """The preview that its owner sees, and what the columns mean; None if there is none yet."""
        upload = self.upload
        if upload.label or upload.is_in_progress:
            return None
        if upload.is_long:
            shown = Preview.stored(upload) if upload.outcome is not None else None
            return (shown, upload.columns or {}) if shown else None
        parsed = self.parse_file()
        columns = self.columns(parsed)
        if columns is None:
            return None
        return Preview.of_plan(plan_upload(upload, parsed, columns)), columns


class UploadPage(OwnUpload):
    """One upload: choose what its columns mean, then preview each row, then propose it."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show the preview, the progress of a job, or the form for the columns."""
        upload = self.upload
        if upload.label or upload.is_in_progress:
            return self.render_progress(request)
        if upload.is_long and upload.outcome is not None and "columns" not in request.GET:
            return self.render_preview(request, Preview.stored(upload))
        parsed = self.parse_file()
        columns = None if "columns" in request.GET or upload.is_long else self.columns(parsed)
        if columns is None:
            return self.render_columns_form(
                request, parsed, ColumnsForm(parsed.header, self.remembered_columns(parsed))
            )
        plan = plan_upload(upload, parsed, columns)
        return self.render_preview(request, Preview.of_plan(plan))

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
        if "repair" in request.POST or "reset" in request.POST:
            return self.repair(request)
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
        plan = plan_upload(upload, parsed, columns)
        if not plan.changes or request.POST.get("seen") != preview_hash(plan):
            return self.render_preview(request, Preview.of_plan(plan), 409)
        return self.propose(request, plan)

    def repair(self, request: HttpRequest) -> HttpResponse:
        """Store what was corrected on this page of the preview, and show it again."""
        this_page = HttpResponseRedirect(request.get_full_path())
        if "reset" in request.POST:
            self.upload.save_repairs(Repairs())
            return this_page
        shown = self.preview()
        if shown is None:
            return this_page
        preview, columns = shown
        if request.POST["repair"] != preview.outcome.get("seen"):
            return self.render_preview(request, preview, 409)
        repairs = Repairs.from_json(self.upload.repairs)
        form = RepairForm(self.page_of(preview)[0], columns, request.POST)
        try:
            errors = form.add_to(repairs)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return this_page
        if not self.upload.save_repairs(repairs):
            return self.render_preview(request, preview, 409)
        for error in errors:
            messages.error(request, error)
        return this_page

    def enqueue_proposal(self, request: HttpRequest) -> HttpResponse | None:
        """Queue the proposal of a long file, if this is the preview that its owner saw."""
        outcome = self.upload.outcome
        if outcome is None or not outcome["changes"]:
            return None
        if request.POST.get("seen") != outcome["seen"]:
            return self.render_preview(request, Preview.stored(self.upload), 409)
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

    def remembered_columns(self, parsed: ParsedFile) -> dict[str, str]:
        """What these columns mean, of this file or of an earlier one with the same headings."""
        columns = self.upload.columns
        return columns or ColumnMap.for_headings(self.upload.account, parsed.header) or {}

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
            "steps": len(STEPS.get(Job.Task(job.task), ())),
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

    def page_of(self, preview: Preview) -> tuple[list[Row], int, int]:
        """The rows of the requested page, its number, and that of the last."""
        last = max(1, -(-preview.outcome["telling"] // PAGE_SIZE))
        requested = self.request.GET.get("page", "")
        page = int(requested) if re.fullmatch(r"[0-9]{1,6}", requested) else 1
        page = min(max(page, 1), last)
        return preview.rows((page - 1) * PAGE_SIZE, page * PAGE_SIZE), page, last

    def render_preview(
        self, request: HttpRequest, preview: Preview, status: int = 200
    ) -> HttpResponse:
        """Show every row that has a problem or changes something, page by page; count the rest."""
        outcome = preview.outcome
        rows, page, last = self.page_of(preview)
        moved = gettext("The catalogue has changed since you opened this page. Check it again.")
        context = {
            "title": gettext("What would change"),
            "upload": self.upload,
            "plan": outcome,
            "blocking": problems_from_json(outcome["blocking"]),
            "rows": rows,
            "page": page,
            "last": last,
            "next": page + 1 if page < last else 0,
            "previous": page - 1,
            "notes": problems_from_json(outcome["notes"]),
            "problem": moved if status == 409 or outcome.get("moved") else "",
            "repairs": len(Repairs.from_json(self.upload.repairs)),
        }
        return render(request, "orgs/upload.html", context, status=status)


class UploadProblems(OwnUpload):
    """The problems of an upload as a sheet."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        shown = self.preview()
        if shown is None:
            return HttpResponseRedirect(reverse("upload", args=(key,)))
        preview, _columns = shown
        rows = preview.rows(0, preview.outcome["telling"])
        headings = [gettext("Row"), gettext("Name"), gettext("Column"), gettext("Value")]
        headings += [gettext("What to do"), gettext("What it may be")]
        problems = (
            [
                str(row.number),
                row.name,
                problem.column,
                problem.text,
                problem.reason,
                CODE_SEPARATOR.join(label for _, label in problem.remedy.choices),
            ]
            for row in rows
            for problem in row.problems
        )
        content = b"".join(as_csv(headings, problems))
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="problems.csv"'
        return response


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
