"""The register of what is never to be listed: keyed hashes of names, web hosts and identifiers.

Somebody asks never to be in the catalogue, or never again. Their name must not stand in a list of
those who asked, so only what recognizes it is kept.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..keyed import digest, digests
from .coverage import ReasonClass


def plain_name(text: str) -> str:
    """Return a name as it is compared: letters and figures alone, without accents and case.

    An address made of a name, `mujeres-en-red`, is the same as the name.
    """
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", parts) if char.isalnum())


def plain_host(text: str) -> str:
    """Return the host of a web or mail address as it is compared; "" if there is none."""
    text = text.strip().casefold()
    if "@" in text:
        host = text.rpartition("@")[2]
    else:
        try:
            host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        except ValueError:
            return ""
    host = host.strip(".").removeprefix("www.")
    return host if re.fullmatch(r"[^\s/]+\.[^\s/.]+", host) else ""


class Sort(models.TextChoices):
    """What is recognized again."""

    NAME = "name", _("a name")
    HOST = "host", _("a web site")
    IDENTIFIER = "identifier", _("an identifier, as scheme:value")


PLAIN = {
    Sort.NAME: plain_name,
    Sort.HOST: plain_host,
    Sort.IDENTIFIER: lambda text: text.strip().casefold(),
}


class UnlistedQuerySet(models.QuerySet["Unlisted"]):
    """Words for the register."""

    def matching(self, sort: str, text: str):
        """Those that stand for this text."""
        return self.filter(digest__in=digests(f"unlisted {sort}", PLAIN[Sort(sort)](text)))

    def put(self, sort: str, text: str, reason: str) -> "Unlisted":
        """Put a text on the register, once. Raises ValidationError for one that says nothing."""
        plain = PLAIN[Sort(sort)](text)
        if not plain:
            raise ValidationError(gettext("Write the name, the web address or the identifier."))
        known = self.matching(sort, text).first()
        return (
            known
            or self.get_or_create(
                digest=digest(f"unlisted {sort}", plain).hex(),
                defaults={"sort": sort, "reason": reason},
            )[0]
        )


class Unlisted(models.Model):
    """Something that is never to be listed: nobody can read what."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    sort = models.CharField(_("what"), max_length=10, choices=Sort)
    reason = models.CharField(_("why"), max_length=8, choices=ReasonClass)
    since = models.DateField(_("since"), default=timezone.localdate, editable=False)

    objects = UnlistedQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("never to be listed")
        verbose_name_plural = _("never to be listed")

    def __str__(self) -> str:
        return f"{self.get_sort_display()} {self.digest[:8]}"


def refuse_unlisted(letter: dict) -> None:
    """Raise ValidationError if a letter would list what is on the register.

    Takes the contents of a letter. The sentence tells nobody what is there: it is said of a name
    that a moderator has to look at for whatever reason. Looked up in one query.
    """
    hashes = {
        each
        for sort, text in _told(letter)
        if (plain := PLAIN[sort](text))
        for each in digests(f"unlisted {sort}", plain)
    }
    if hashes and Unlisted.objects.filter(digest__in=hashes).exists():
        raise ValidationError(
            gettext("This cannot be listed as it stands. Ask a moderator."), code="unlisted"
        )


def _told(letter: dict):
    """Give what a letter would call things, and by what it would recognize them."""
    adds = letter.get("adds", {})
    for record in letter.get("records", ()):
        yield Sort.NAME, record["slug"]
    for step in letter.get("record_changes", ()):
        if slug := step["after"].get("slug"):
            yield Sort.NAME, slug
    for row in adds.get("name", ()):
        yield Sort.NAME, row["text"]
    for row in adds.get("link", ()):
        if row["link_kind"] == "website":
            yield Sort.HOST, row["url"]
    for row in adds.get("contact", ()):
        if row["contact_kind"] == "email":
            yield Sort.HOST, row["value"]
    for row in adds.get("identifier", ()):
        yield Sort.IDENTIFIER, f"{row['scheme']}:{row['value']}"
