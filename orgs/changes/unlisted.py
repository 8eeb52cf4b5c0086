"""The register of what is never to be listed: keyed hashes of names, web hosts and identifiers.

Somebody asks never to be in the catalogue, or never again. Their name must not stand in a list of
those who asked, so only what recognizes it is kept. It is asked when someone accepts a proposal who
may read the register, and for no one else: what it refuses would tell who is on it.
"""

from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.matching import register
from orgs.security import digest, digests
from orgs.statements.coverage import ReasonClass


class Sort(models.TextChoices):
    """What is recognized again."""

    NAME = "name", _("a name")
    HOST = "host", _("a web site")
    IDENTIFIER = "identifier", _("an identifier, as scheme:value")


ENTERED = {
    Sort.NAME: register.name_forms,
    Sort.HOST: register.host_forms,
    Sort.IDENTIFIER: register.identifier_forms,
}
"""The forms under which a text is entered, the main one first."""
RECOGNIZED = ENTERED | {Sort.HOST: lambda text: list(register.recognized_hosts(text))}
"""The forms by which a text is recognized."""


def hashes_of(sort: str, text: str) -> list[str]:
    """The hashes by which a text is recognized, under the keys of today and before."""
    forms = RECOGNIZED[Sort(sort)](text)
    return [each for form in forms for each in digests(f"unlisted {sort}", form)]


class UnlistedQuerySet(models.QuerySet["Unlisted"]):
    """Words for the register."""

    def matching(self, sort: str, text: str):
        """Those that stand for this text."""
        return self.filter(digests__overlap=hashes_of(sort, text))

    def put(self, sort: str, text: str, reason: str) -> "Unlisted":
        """Put a text on the register, once. Raises ValidationError for one that says nothing."""
        forms = ENTERED[Sort(sort)](text)
        if not forms:
            raise ValidationError(NOTHING_TO_RECOGNIZE)
        kept = [digest(f"unlisted {sort}", form).hex() for form in forms]
        known = self.matching(sort, text).first()
        return (
            known
            or self.get_or_create(
                digest=kept[0], defaults={"sort": sort, "reason": reason, "digests": kept}
            )[0]
        )


NOTHING_TO_RECOGNIZE = _(
    "Write a name, the address of one web site, or an identifier. A site that many share needs the "
    "page: example.org/page."
)


class Unlisted(models.Model):
    """Something that is never to be listed: nobody can read what."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    digests = ArrayField(models.CharField(max_length=64), editable=False)
    """The hashes of all forms under which it is entered; of an entry before 2026-12, of one."""
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


def unlisted_in(content: dict) -> list[str]:
    """The texts in the content of a proposal that are on the register, each once, in its order."""
    hashes: dict[str, str] = {}
    for sort, text in _recognizable(content):
        hashes |= dict.fromkeys(hashes_of(sort, text), text)
    kept = Unlisted.objects.filter(digests__overlap=[*hashes]) if hashes else []
    found = {hashes[each] for line in kept for each in line.digests if each in hashes}
    return [text for text in dict.fromkeys(hashes.values()) if text in found]


def warning_of(content: dict) -> str:
    """What to say of a proposal with this content that lists what is on the register; "" if none.

    Only for those who may read the register.
    """
    found = unlisted_in(content)
    if not found:
        return ""
    told = gettext("On the register of what is never to be listed: %(what)s.")
    return told % {"what": "; ".join(found)}


def refuse_unlisted(content: dict) -> None:
    """Raise ValidationError if a proposal with this content would list what is on the register.

    Only for those who may read the register.
    """
    if warning := warning_of(content):
        advice = gettext("If the register is wrong, remove the line from it first.")
        raise ValidationError(f"{warning} {advice}", code="unlisted")


def _recognizable(changeset: dict) -> Iterator[tuple[str, str]]:
    """Give what a proposal would call things, and by what it would recognize them."""
    adds = changeset.get("adds", {})
    for record in changeset.get("records", ()):
        yield Sort.NAME, record["slug"]
    for step in changeset.get("record_changes", ()):
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
