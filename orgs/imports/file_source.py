"""The source of an uploaded file: the file itself, a page or document, or one that is known."""

import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from orgs.access.representative import Representative
from orgs.changes.operations import ReferenceChange, reserve_ids
from orgs.projection.entry import Entry
from orgs.records.characters import LineField
from orgs.records.slugs import slugify_name
from orgs.records.source import Source, SourceKind
from orgs.search.days import parse_days

from .values import refuse_email_address, with_https

SOURCE_PATH = re.compile(r"/(?:[a-z]{2}/)?sources/([^/]+)/?")
"""The path of a source's page, in any language."""


@dataclass(frozen=True)
class FileSource:
    """The source of what a file states; with `values`, one that the import creates."""

    pk: int
    values: dict[str, Any] | None = None

    @classmethod
    def create(cls, values: dict[str, Any]) -> "FileSource":
        """A source that the import creates, with a reserved id."""
        return cls(reserve_ids(1)[0], values)

    def reference_change(self) -> ReferenceChange | None:
        """The operation that creates it; None if it exists."""
        return ReferenceChange("source", self.pk, None, self.values) if self.values else None


class FileSourceForm(forms.Form):
    """Says where the statements of a file come from. Without an answer, the file is its source."""

    title = LineField(
        label=gettext_lazy("What the list is called"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Readers see this as the source, for example “Members of our network, 2026”. If you "
            "leave it empty, the catalogue uses the name of the file."
        ),
    )
    address = LineField(
        label=gettext_lazy("Where it is published"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "The web address of the page or document that the list is from. If that is a source in "
            "this catalogue already, the address of its page here. Leave it empty for your own "
            "list."
        ),
    )
    observed = LineField(
        label=gettext_lazy("When the list was correct"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("A year, month or day: 2025, 2025-11. If empty: today."),
    )

    def clean_title(self) -> str:
        title = self.cleaned_data["title"]
        refuse_email_address(title)
        return title

    def clean_address(self) -> Source | str:
        """A source of the catalogue, or the address of a page; "" for neither."""
        address = self.cleaned_data["address"].strip()
        if not address:
            return ""
        if page := SOURCE_PATH.fullmatch(urlsplit(address).path):
            source = _public_sources().filter(key=page[1]).first()
            if source is not None:
                return source
            if address.startswith("/"):
                raise ValidationError(
                    gettext("There is no such source. Copy the address of its page here.")
                )
        address = with_https(address)
        URLValidator(schemes=("http", "https"))(address)
        refuse_email_address(address)
        return _public_sources().filter(urls__contains=[address]).first() or address

    def clean_observed(self) -> str:
        day = self.cleaned_data["observed"].strip()
        if day and parse_days(day).lower > timezone.now().date():
            raise ValidationError(gettext("This day has not come yet."))
        return day or timezone.now().date().isoformat()

    def clean(self) -> dict[str, Any]:
        """Require a title for a page that is not a source yet."""
        data = super().clean() or self.cleaned_data
        address = data.get("address")
        if address and isinstance(address, str) and not data.get("title") and not self.errors:
            self.add_error("title", gettext("Write what the page or document is called."))
        return data

    @property
    def existing_source(self) -> Source | None:
        address = self.cleaned_data["address"]
        return address if isinstance(address, Source) else None

    def new_source(self, account: Any, file_name: str) -> dict[str, Any] | None:
        """The values of the source to create; None if it exists.

        A list is attributed to the organization that its uploader represents, never to a person.
        """
        if self.existing_source:
            return None
        address = self.cleaned_data["address"]
        title = self.cleaned_data["title"] or file_name.rpartition(".")[0] or file_name
        today = timezone.now().date().isoformat()
        values = {
            "key": f"{slugify_name(title)[:60].strip('-') or 'list'}-{uuid.uuid4().hex[:6]}",
            "short": title[:120],
            "title": title,
            "observed": self.cleaned_data["observed"],
        }
        if address:
            return values | {"source_kind": SourceKind.WEBSITE.value, "urls": [address]}
        own = Representative.objects.active().filter(account=account).values_list("record")[:2]
        return values | {
            "source_kind": SourceKind.DATASET.value,
            "issued": today,
            "published_by_id": own[0][0] if len(own) == 1 else None,
            "note": f"Uploaded as a file on {today}.",
        }


def _public_sources():
    published = Entry.objects.published().of_kinds("source")
    return Source.objects.filter(pk__in=published.values("id"))
