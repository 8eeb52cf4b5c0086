"""The register of unlisted actors: hashes of names, web hosts and identifiers.

An organization may ask never to be in the catalogue, or never again. Its name must not stand in a
list, so only hashes are stored. The register is checked only when a person who may read it accepts
a proposal: for others a refusal would reveal who is on it.
"""

from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.matching import unlisted_forms
from orgs.security import digest, digests
from orgs.statements.coverage import ReasonClass

from .operations import Operations


class UnlistedKind(models.TextChoices):
    NAME = "name", _("a name")
    HOST = "host", _("a web site")
    IDENTIFIER = "identifier", _("an identifier, as scheme:value")


ENTRY_FORMS = {
    UnlistedKind.NAME: unlisted_forms.name_forms,
    UnlistedKind.HOST: unlisted_forms.host_forms,
    UnlistedKind.IDENTIFIER: unlisted_forms.identifier_forms,
}
"""Forms under which a text is entered, the main one first."""
RECOGNIZED_FORMS = ENTRY_FORMS | {
    UnlistedKind.HOST: lambda text: list(unlisted_forms.recognized_hosts(text))
}


def hashes_of(kind: str, text: str) -> list[str]:
    """Hashes by which a text is recognized, with the current and the former keys."""
    forms = RECOGNIZED_FORMS[UnlistedKind(kind)](text)
    return [hash_value for form in forms for hash_value in digests(f"unlisted {kind}", form)]


class UnlistedQuerySet(models.QuerySet["Unlisted"]):
    def matching(self, kind: str, text: str):
        """Entries that stand for this text."""
        return self.filter(digests__overlap=hashes_of(kind, text))

    def enter(self, kind: str, text: str, reason: str) -> "Unlisted":
        """Enter a text, once. Raises ValidationError for a text without a recognizable form."""
        forms = ENTRY_FORMS[UnlistedKind(kind)](text)
        if not forms:
            raise ValidationError(NOTHING_TO_RECOGNIZE)
        hashes = [digest(f"unlisted {kind}", form).hex() for form in forms]
        known = self.matching(kind, text).first()
        return (
            known
            or self.get_or_create(
                digest=hashes[0], defaults={"kind": kind, "reason": reason, "digests": hashes}
            )[0]
        )


NOTHING_TO_RECOGNIZE = _(
    "Write a name, the address of one web site, or an identifier. A site that many share needs the "
    "page: example.org/page."
)


class Unlisted(models.Model):
    """A hashed name, host or identifier that must not be listed."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    digests = ArrayField(models.CharField(max_length=64), editable=False)
    """Hashes of all forms; of entries made before 2026-12, of one form."""
    kind = models.CharField(_("what"), max_length=10, choices=UnlistedKind)
    reason = models.CharField(_("why"), max_length=8, choices=ReasonClass)
    since = models.DateField(_("since"), default=timezone.localdate, editable=False)

    objects = UnlistedQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("never to be listed")
        verbose_name_plural = _("never to be listed")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:8]}"


def unlisted_in(operations: Operations) -> list[str]:
    """Texts in the operations of a proposal that are on the register, each once, in order."""
    if not Unlisted.objects.exists():
        return []
    hashes: dict[str, str] = {}
    for kind, text in _recognizable(operations):
        hashes |= dict.fromkeys(hashes_of(kind, text), text)
    entries = Unlisted.objects.filter(digests__overlap=[*hashes]) if hashes else []
    matched = {
        hashes[hash_value]
        for entry in entries
        for hash_value in entry.digests
        if hash_value in hashes
    }
    return [text for text in dict.fromkeys(hashes.values()) if text in matched]


def warning_of(operations: Operations) -> str:
    """A warning if a proposal would list what is on the register; "" otherwise.

    Only for accounts that may read the register.
    """
    texts = unlisted_in(operations)
    if not texts:
        return ""
    message = gettext("On the register of what is never to be listed: %(what)s.")
    return message % {"what": "; ".join(texts)}


def refuse_unlisted(operations: Operations) -> None:
    """Raise ValidationError if a proposal would list what is on the register.

    Only for accounts that may read the register.
    """
    if warning := warning_of(operations):
        advice = gettext("If the register is wrong, remove the line from it first.")
        raise ValidationError(f"{warning} {advice}", code="unlisted")


def _recognizable(operations: Operations) -> Iterator[tuple[str, str]]:
    """Yield the names, hosts and identifiers in the operations of a proposal."""
    adds = operations.adds
    for record in operations.records:
        yield UnlistedKind.NAME, record.slug
    for change in operations.record_changes:
        if slug := change.after.get("slug"):
            yield UnlistedKind.NAME, slug
    for row in adds.get("name", ()):
        yield UnlistedKind.NAME, row["text"]
    for row in adds.get("link", ()):
        if row["link_kind"] == "website":
            yield UnlistedKind.HOST, row["url"]
    for row in adds.get("contact", ()):
        if row["contact_kind"] == "email":
            yield UnlistedKind.HOST, row["value"]
    for row in adds.get("identifier", ()):
        yield UnlistedKind.IDENTIFIER, f"{row['scheme']}:{row['value']}"
