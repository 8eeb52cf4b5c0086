"""A list of organizations as a sheet to edit."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views import View

from orgs.pages.lists import OrganizationList
from orgs.projection.entry import Entry
from orgs.search.filters import OrganizationFilter

from .file_problems import MAX_COLUMNS
from .sheet_format import as_csv, as_xlsx, columns_for, headings_for, row_for

MAX_SHEET_ROWS = 1_000

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
