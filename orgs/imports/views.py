"""Spreadsheets both ways: a list as a sheet to edit; sheets that come back, or from elsewhere."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

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
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from orgs.access.rate_limits import spend
from orgs.changes.changeset import Changeset
from orgs.pages.lists import OrganizationList
from orgs.projection.entry import Entry
from orgs.records.characters import LineField
from orgs.records.source import Source
from orgs.search.filters import OrganizationFilter

from .file_parser import MAX_FILE_BYTES, MAX_ROWS
from .files import FileProblem, ParsedFile, ParserBusy, UnreadableFile, parse_file
from .processing import (
    OURS,
    STEPS,
    faults_of,
    outcome_of,
    own_columns,
    plan_of,
    row_as_kept,
    seen,
    telling,
)
from .sheet_format import (
    ID,
    KIND,
    LANGUAGE,
    SLUG,
    as_csv,
    as_xlsx,
    columns_for,
    headings_for,
    parse_heading,
    row_for,
)
from .sheets import Plan, Row
from .upload import KEPT_DAYS, ColumnMap, Upload
from .workbook import MAX_COLUMNS

MOST_DOWN = 1_000
"""How many rows a sheet to edit may have."""
ON_A_PAGE = 20
"""How many rows a page of the preview shows."""
WAITING = 30
"""How many proposals of one account may wait, before it uploads more."""
MOST_FILES, MOST_BYTES = 30, 60 * 2**20
"""What one account may upload in an hour."""
BUSY = 10
"""Seconds after which to try again, when other files are being read."""
SOONEST, LATEST = 3, 15
"""Seconds after which a page about long work asks for itself again."""


# Down ---------------------------------------------------------------------------------------------


TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Download(View):
    """The organizations of a list as a sheet to edit, in the order of their names."""

    form = "csv"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the file, or with the list and what is wrong with its questions."""
        asked = OrganizationFilter(request.GET, Entry.objects.published().of_kinds(*_KINDS))
        if asked.form.errors or asked.unknown_values():
            return OrganizationList.as_view()(request)
        entries = asked.qs.order_by("sort_key", "id")
        fits = entries.count() <= MOST_DOWN
        columns = columns_for(_documents(entries)) if fits else []
        if not fits or len(headings_for(columns)) > MAX_COLUMNS:
            context = {
                "most": MOST_DOWN,
                "columns": MAX_COLUMNS,
                "title": gettext("A sheet to edit"),
            }
            return render(request, "orgs/sheet_too_long.html", context, status=400)
        rows = (row_for(document, columns) for document in _documents(entries))
        head = headings_for(columns)
        file = as_xlsx(head, rows) if self.form == "xlsx" else b"".join(as_csv(head, rows))
        answer = HttpResponse(file, content_type=TYPES[self.form])
        answer["Content-Disposition"] = f'attachment; filename="organizations.{self.form}"'
        return answer


_KINDS = OrganizationFilter.kinds


def _documents(entries: Any) -> Iterator[dict[str, Any]]:
    # A cursor of the server, which lives in a transaction.
    with transaction.atomic():
        for document in entries.values_list("document", flat=True).iterator(chunk_size=200):
            yield json.loads(document)


# What the columns of another's file may mean ------------------------------------------------------


class Meaning(NamedTuple):
    """What a column may mean: how a person reads it, and which column of a sheet it is."""

    words: str | Promise
    target: str
    """With {language} and {scheme}, which the file has one of."""
    guess: str = "^$"
    """Headings that probably mean it, as a regular expression."""


MEANINGS = {
    "": Meaning(gettext_lazy("leave it out"), ""),
    "name": Meaning(
        gettext_lazy("name"),
        "name (official, {language})",
        r"(?!.*(first|last|family|user|contact|file)).*\b(name|nombre|organi[sz]ation)\b.*|.*_name|اسم",
    ),
    "acronym": Meaning(
        gettext_lazy("acronym"), "name (acronym, {language})", r"acronym|siglas?|abbreviation"
    ),
    "variant": Meaning(gettext_lazy("another name"), "name (variant, {language})"),
    "summary": Meaning(
        gettext_lazy("what is said of it in short"),
        "text (summary, {language})",
        r"summary|description|descripción|about",
    ),
    "goal": Meaning(gettext_lazy("its goal"), "text (goal, {language})"),
    "seat": Meaning(
        gettext_lazy("place of its seat"), "place (seat)", r"country|país|pais|seat|sede"
    ),
    "acts_in": Meaning(gettext_lazy("places where it acts"), "place (acts_in)"),
    "origin": Meaning(
        gettext_lazy("where the people it organizes come from"), "place (constituency_origin)"
    ),
    "arena": Meaning(gettext_lazy("arena"), "arena", r"arena"),
    "member_of": Meaning(gettext_lazy("networks it is a member of"), "member of"),
    "identity": Meaning(gettext_lazy("identity basis, by code"), "trait (identity)"),
    "sector": Meaning(gettext_lazy("sector, by code"), "trait (sector)", r"sector"),
    "founded": Meaning(gettext_lazy("year or day it was founded"), "date (founded)", r"founded"),
    "website": Meaning(
        gettext_lazy("web site"), "link (website)", r"web ?site|url|web|homepage|sitio web"
    ),
    "information": Meaning(gettext_lazy("another web page about it"), "link (information)"),
    "identifier": Meaning(gettext_lazy("identifier in a register"), "identifier ({scheme})"),
    "email": Meaning(
        gettext_lazy("e-mail address, for representatives only"),
        "contact (email)",
        r".*\b(e-?mail|correo)\b.*",
    ),
    "phone": Meaning(
        gettext_lazy("telephone, for representatives only"),
        "contact (phone)",
        r".*\b(phone|tel|teléfono)\b.*",
    ),
    "postal": Meaning(
        gettext_lazy("postal address, for representatives only"),
        "contact (postal)",
        r"address|street|dirección",
    ),
    "kind": Meaning(gettext_lazy("organization or partnership"), KIND),
    "id": Meaning(gettext_lazy("id of this catalogue"), ID),
}


def guessed(header: list[str]) -> dict[str, str]:
    """Return what the columns of a file probably mean: codes of meanings, by heading."""
    found: dict[str, str] = {}
    for heading in header:
        codes = (
            code
            for code, meaning in MEANINGS.items()
            if re.fullmatch(meaning.guess, heading.strip(), re.IGNORECASE)
        )
        code = next(codes, "")
        once = code not in ("email", "phone", "website")
        found[heading] = "" if once and code in found.values() else code
    return found


class MeaningsForm(forms.Form):
    """What each column of a file means, and what its names and identifiers have in common."""

    language = forms.CharField(
        label=gettext_lazy("Language of its names and texts"),
        help_text=gettext_lazy("As a tag: en, es, ar, zh-Hant; und if it is not known."),
        max_length=35,
        initial="en",
    )
    scheme = forms.CharField(
        label=gettext_lazy("Register of its identifiers"),
        help_text=gettext_lazy("If a column holds identifiers: us-ein, iso3166-1, ..."),
        max_length=60,
        required=False,
    )

    def __init__(self, header: list[str], remembered: dict[str, str], data: Any = None) -> None:
        self.header = header
        language, scheme = "en", ""
        for target in filter(None, map(parse_heading, remembered.values())):
            language = target.qualifiers[-1] if target.type in ("name", "text") else language
            scheme = target.qualifiers[0] if target.type == "identifier" else scheme
        super().__init__(data, initial={"language": language, "scheme": scheme})
        codes = {
            meaning.target.format(language=language, scheme=scheme): code
            for code, meaning in MEANINGS.items()
        }
        guesses = guessed(header)
        choices = [(code, meaning.words) for code, meaning in MEANINGS.items()]
        for place, heading in enumerate(header):
            known = heading in remembered
            ours = [(f"= {heading}", heading)] if parse_heading(heading) or heading in OURS else []
            meant = codes.get(remembered[heading], "") if known else guesses[heading]
            if ours and (not known or remembered[heading] == heading):
                meant = ours[0][0]
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading, choices=[*ours, *choices], required=False, initial=meant
            )

    def columns_fields(self) -> list[Any]:
        """Return the fields of the columns, as the template shows them."""
        return [self[f"column-{place}"] for place in range(len(self.header))]

    def common_fields(self) -> list[Any]:
        """Return the other fields."""
        return [self["language"], self["scheme"]]

    def clean_language(self) -> str:
        """Return the tag of the language."""
        language = self.cleaned_data["language"].strip()
        if not LANGUAGE.fullmatch(language):
            raise ValidationError(gettext("Write the language as a tag: en, es, zh-Hant, und."))
        return language

    def clean_scheme(self) -> str:
        """Return the scheme of identifiers."""
        scheme = self.cleaned_data["scheme"].strip()
        if scheme and not SLUG.fullmatch(scheme):
            raise ValidationError(gettext("Write letters, digits and hyphens: us-ein."))
        return scheme

    def clean(self) -> dict[str, Any]:
        """Refuse what would make no sentence."""
        cleaned = super().clean() or self.cleaned_data
        meant = [cleaned.get(f"column-{place}", "") for place in range(len(self.header))]
        if "identifier" in meant and not cleaned.get("scheme") and "scheme" not in self.errors:
            self.add_error("scheme", gettext("Choose the register of the identifiers."))
        if not {"name", "acronym", "variant", "id"} & set(meant) and not any(
            code.startswith(("= id", "= name")) for code in meant
        ):
            self.add_error(None, gettext("Choose the column with the names."))
        return cleaned

    def columns(self) -> dict[str, str]:
        """Return which column of a sheet each heading is."""
        common = {name: self.cleaned_data[name] for name in ("language", "scheme")}
        found = {}
        for place, heading in enumerate(self.header):
            code = self.cleaned_data[f"column-{place}"]
            ours = code.startswith("= ")
            found[heading] = heading if ours else MEANINGS[code].target.format(**common)
        return found


# Up -----------------------------------------------------------------------------------------------


class UploadForm(forms.Form):
    """A file, and what stands behind it."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        allow_empty_file=True,
        help_text=gettext_lazy("CSV or .xlsx, up to 10 MB and 8,000 rows."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=80,
        help_text=gettext_lazy(
            "Who says what stands in the file: the last part of the address of a source of this "
            "catalogue."
        ),
        error_messages={"required": gettext_lazy("Say who says so: every sentence has a source.")},
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
        if file.size > MAX_FILE_BYTES:
            raise ValidationError(gettext("The file is larger than 10 MB. Split it."))
        return file

    def clean_source(self) -> Source:
        """Return the source of this key, if the public may read it."""
        key = self.cleaned_data["source"].strip()
        entry = Entry.objects.published().of_kinds("source").filter(slug=key).first()
        if entry is None:
            raise ValidationError(
                gettext("There is no such source. Look it up among the sources, or ask an editor.")
            )
        return Source.objects.get(pk=entry.pk)


@method_decorator(never_cache, name="dispatch")
class Uploads(LoginRequiredMixin, View):
    """Where somebody uploads a sheet, and finds those that wait for them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.shown(request, UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the file if it can be read as a table, and lead to what would become of it."""
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.shown(request, form, status=400)
        if proposals_of(request.user) >= WAITING:
            told = gettext(
                "Too many of your proposals are waiting for a decision. Add more when some have "
                "been decided."
            )
            form.add_error(None, told)
            return self.shown(request, form, status=400)
        file = form.cleaned_data["file"]
        if wait := seconds_to_wait(request.user, file.size):
            minutes = -(-wait // 60)
            told = ngettext(
                "You have uploaded as much as one account may in an hour. Try again in %(minutes)s "
                "minute.",
                "You have uploaded as much as one account may in an hour. Try again in %(minutes)s "
                "minutes.",
                minutes,
            )
            form.add_error("file", told % {"minutes": minutes})
            return self.shown(request, form, status=429, wait=wait)
        content = file.read()
        try:
            found, faults = preview_of(file.name, content)
        except ParserBusy:
            told = gettext("Other files are being read just now. Try again in a minute.")
            form.add_error("file", told)
            return self.shown(request, form, status=503, wait=BUSY)
        if found is None or faults:
            return self.shown(request, form, faults, status=400)
        return self.kept(request, form, content, found)

    def kept(
        self, request: HttpRequest, form: UploadForm, content: bytes, found: ParsedFile
    ) -> HttpResponse:
        """Keep a file that is a table. A long sheet of ours is compared at once, by a worker."""
        upload = Upload.keep(
            account=request.user,
            name=form.cleaned_data["file"].name[:120],
            content=content,
            source=form.cleaned_data["source"],
            reason=form.cleaned_data["reason"],
            columns=own_columns(found.table.header),
            rows=len(found.table.rows),
        )
        if upload.is_long and upload.columns is not None:
            upload.ask(Upload.Work.COMPARE, get_language() or "en")
        return HttpResponseRedirect(reverse("upload", args=(upload.key,)))

    def shown(
        self,
        request: HttpRequest,
        form: UploadForm,
        faults: Any = (),
        status: int = 200,
        wait: int = 0,
    ) -> HttpResponse:
        """Show the form, with what is wrong and after how many seconds to try again."""
        context = {
            "title": gettext("Spreadsheets"),
            "form": form,
            "faults": faults,
            "uploads": Upload.objects.of(request.user).defer("content", "outcome"),
            "days": KEPT_DAYS,
            "most": MAX_ROWS,
        }
        answer = render(request, "orgs/uploads.html", context, status=status)
        if wait:
            answer["Retry-After"] = str(wait)
        return answer


@method_decorator(never_cache, name="dispatch")
class UploadPage(LoginRequiredMixin, View):
    """One upload: what its columns mean, then what would become of each row, then the proposal."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the upload: nobody else's is there."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        mine = Upload.objects.of(request.user).defer("content").filter(key=kwargs["key"])
        self.upload = mine.first()
        if self.upload is None:
            raise Http404
        try:
            return super().dispatch(request, *args, **kwargs)
        except UnreadableFile as error:
            # It could be read when it was uploaded; what cannot be read is not stored.
            self.upload.put_away()
            return Uploads().shown(request, UploadForm(), error.problems, status=400)
        except ParserBusy:
            answer = render(request, "503.html", {"busy": True}, status=503)
            answer["Retry-After"] = str(BUSY)
            return answer

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show what would become of it, how far that is known, or ask what its columns mean."""
        upload = self.upload
        if upload.label or upload.failed or upload.work:
            return self.waited_for(request)
        if upload.is_long and upload.outcome is not None and "columns" not in request.GET:
            return self.previewed_from(request, upload.outcome)
        found = self.parse_file()
        columns = None if "columns" in request.GET or upload.is_long else self.columns(found)
        if columns is None:
            return self.asked(request, found, MeaningsForm(found.table.header, self.known(found)))
        return self.previewed(request, self.plan(found, columns), found)

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Take the meaning of its columns, propose it, begin again, or put it away."""
        upload = self.upload
        here = HttpResponseRedirect(reverse("upload", args=(upload.key,)))
        if "put_away" in request.POST:
            upload.put_away()
            messages.success(request, gettext("The file is put away; nothing was changed."))
            return HttpResponseRedirect(reverse("uploads"))
        if upload.label or (upload.work and not upload.failed):
            return here
        if "again" in request.POST and upload.failed:
            upload.ask(upload.work, get_language() or "en")
            return here
        if upload.is_long and "mean" not in request.POST:
            return self.sent(request) or here
        found = self.parse_file()
        if "mean" in request.POST:
            form = MeaningsForm(found.table.header, self.known(found), request.POST)
            if not form.is_valid():
                return self.asked(request, found, form, status=400)
            upload.mean(form.columns())
            if upload.is_long:
                upload.ask(Upload.Work.COMPARE, get_language() or "en")
            return here
        columns = self.columns(found)
        if columns is None:
            return here
        plan = self.plan(found, columns)
        if not plan.changes or request.POST.get("seen") != seen(plan):
            return self.previewed(request, plan, found, moved=True)
        return self.proposed(request, plan)

    def sent(self, request: HttpRequest) -> HttpResponse | None:
        """Let a worker propose a long file, if this is what its owner has seen of it."""
        told = self.upload.outcome
        if told is None or not told["changes"]:
            return None
        if request.POST.get("seen") != told["seen"]:
            return self.previewed_from(request, {**told, "moved": True})
        self.upload.ask(Upload.Work.SEND, self.upload.language)
        return None

    def proposed(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        """Put the import into the queue: whoever may accept proposals decides there."""
        with transaction.atomic():
            if not self.upload.put_away():
                messages.info(request, gettext("This file has been proposed or put away already."))
                return HttpResponseRedirect(reverse("uploads"))
            changesets = [changeset.propose() for changeset in plan.run.changesets()]
        messages.success(
            request,
            gettext("Proposed as “%(label)s”. A moderator decides.")
            % {"label": changesets[0].label},
        )
        return HttpResponseRedirect(reverse("uploads"))

    # What is shown

    def parse_file(self) -> ParsedFile:
        """Return the table in the file. Raises Http404 if another window has put it away by now."""
        try:
            content = bytes(self.upload.content)
        except Upload.DoesNotExist:
            raise Http404 from None
        return parse_file(self.upload.name, content)

    def known(self, found: ParsedFile) -> dict[str, str]:
        """Return what was said of these columns, of this file or of another with the same."""
        told = self.upload.columns
        return told or ColumnMap.remembered(self.upload.account, found.table.header) or {}

    def columns(self, found: ParsedFile) -> dict[str, str] | None:
        """Return which column of a sheet each heading is; None if somebody has to say so."""
        if self.upload.columns is not None:
            return self.upload.columns
        return own_columns(found.table.header)

    def plan(self, found: ParsedFile, columns: dict[str, str]) -> Plan:
        """Return what would become of the file."""
        return plan_of(self.upload, found, columns)

    def waited_for(self, request: HttpRequest) -> HttpResponse:
        """Show how far a worker has come, what it has done, or why it has given up.

        The page asks for itself again, in a header: so it leads on without a script. Whoever is
        disturbed by that can do without (`?still`), and looks again when they like.
        """
        upload = self.upload
        still = "still" in request.GET or bool(upload.label or upload.failed)
        waited = (timezone.now() - upload.asked).total_seconds() if upload.asked else 0
        context = {
            "title": self.title(),
            "upload": upload,
            "steps": len(STEPS.get(upload.work, ())),
            "before": Upload.objects.to_do().filter(asked__lt=upload.asked).count()
            if upload.asked and not upload.step
            else 0,
            "still": still,
            "days": KEPT_DAYS,
        }
        answer = render(request, "orgs/upload_work.html", context)
        if not still:
            # The longer it takes, the less often: whoever listens to the page is left in peace.
            answer["Refresh"] = str(round(min(max(waited / 5, SOONEST), LATEST)))
        return answer

    def title(self) -> str:
        """Return what a long file waits for, in a word or two."""
        upload = self.upload
        if upload.label:
            return gettext("It is proposed")
        if upload.failed:
            return gettext("It could not be finished")
        if upload.work == Upload.Work.SEND:
            return gettext("It is being proposed")
        return gettext("It is being compared")

    def asked(
        self, request: HttpRequest, found: ParsedFile, form: MeaningsForm, status: int = 200
    ) -> HttpResponse:
        """Ask what the columns mean; a column is known by what stands in its first rows."""
        samples = []
        for heading in found.table.header:
            values = (cells[heading].strip() for _, cells in found.table.rows[:50])
            samples.append(next(filter(None, values), "")[:80])
        context = {
            "title": gettext("What the columns mean"),
            "upload": self.upload,
            "form": form,
            "fields": list(zip(form.columns_fields(), samples, strict=True)),
            "notes": found.notes,
        }
        return render(request, "orgs/upload_columns.html", context, status=status)

    def previewed(
        self, request: HttpRequest, plan: Plan, found: ParsedFile, moved: bool = False
    ) -> HttpResponse:
        """Show what was found out just now."""
        rows = telling(plan)
        told = {**outcome_of(plan, found), "moved": moved}
        page, last = self.page(told["telling"])
        shown = rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        return self.rendered(request, told, shown, page, last, 409 if moved else 200)

    def previewed_from(self, request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
        """Show what a worker has found out."""
        page, last = self.page(told["telling"])
        rows = self.upload.told.order_by("place")[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        shown = [row_as_kept(row.told) for row in rows]
        refused = request.method == "POST"
        return self.rendered(request, told, shown, page, last, 409 if refused else 200)

    def page(self, telling: int) -> tuple[int, int]:
        """Return which page of the rows is asked for, and which is the last."""
        last = max(1, -(-telling // ON_A_PAGE))
        given = self.request.GET.get("page", "")
        return min(max(int(given) if re.fullmatch(r"[0-9]{1,6}", given) else 1, 1), last), last

    def rendered(
        self,
        request: HttpRequest,
        told: dict[str, Any],
        rows: list[Row],
        page: int,
        last: int,
        status: int,
    ) -> HttpResponse:
        """Show every row that is refused or changes something, page by page, and count the rest."""
        moved = gettext("The catalogue has moved on since you looked. Look again.")
        context = {
            "title": gettext("What would become of it"),
            "upload": self.upload,
            "plan": {
                "tally": told["tally"],
                "blocking": faults_of(told["blocking"]),
                "changes": told["changes"],
            },
            "rows": rows,
            "unchanged": told["unchanged"],
            "page": page,
            "last": last,
            "next": page + 1 if page < last else 0,
            "previous": page - 1,
            "notes": faults_of(told["notes"]),
            "problem": moved if told.get("moved") else "",
            "seen": told["seen"],
            "sound": told["sound"],
        }
        return render(request, "orgs/upload.html", context, status=status)


def proposals_of(account: Any) -> int:
    """Return how many proposals of an account wait; those of one import count as one."""
    waiting = Changeset.objects.proposed().filter(author=account)
    return (
        waiting.filter(label="").count()
        + waiting.exclude(label="").order_by().values("label").distinct().count()
    )


def seconds_to_wait(account: Any, size: int) -> int:
    """Count a file, and return after how many seconds there is room for it; 0 if there is now."""
    until = spend(f"uploaded files:{account.pk}", 1, MOST_FILES, 3_600) or spend(
        f"uploaded bytes:{account.pk}", size, MOST_BYTES, 3_600
    )
    return max(1, math.ceil((until - timezone.now()).total_seconds())) if until else 0


def preview_of(name: str, content: bytes) -> tuple[ParsedFile | None, list[FileProblem]]:
    """Return what is in a file, and why nothing of it can be taken: no reason, row by row then."""
    try:
        found = parse_file(name, content)
    except UnreadableFile as error:
        return None, error.problems
    return found, [fault for fault in found.problems if fault.row <= found.header_row]
