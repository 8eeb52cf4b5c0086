"""Identifiers, links and contacts of records."""

from django.db import models
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _

from orgs.records.source import Tier

from .statement import CURRENT, Statement

EXTERNAL_ADDRESS = r"^(https?://|mailto:)\S+$"
"""Addresses that the catalogue may link to: no scripts, no local files."""


class Identifier(Statement):
    """That a record has this identifier in a scheme: an ISO 3166 code, a registry number."""

    part = "identifiers"
    document_fields = ("scheme", "value")
    search_text = "value"
    facet = models.Value("identifier")
    # Filters ignore case: identifier=iso3166-1:ph
    facet_value = Lower(Concat("scheme", models.Value(":"), "value"))

    scheme = models.SlugField(max_length=60, help_text=_("iso3166-1, or an org-id.guide prefix."))
    value = models.CharField(max_length=200, help_text=_("The identifier, with leading zeros."))

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.UniqueConstraint(
                name="identifier_once",
                fields=("scheme", "value"),
                condition=CURRENT & models.Q(holds=True),
                violation_error_message=_(
                    "Another record has this identifier. If both are the "
                    "same, merge them; otherwise check the number."
                ),
            ),
            models.CheckConstraint(
                name="identifier_not_blank",
                condition=models.Q(value__regex=r"\S"),
                violation_error_message=_("Write the identifier; it is blank."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class LinkKind(models.TextChoices):
    WEBSITE = "website", _("website")
    INFORMATION = "information", _("information about it")
    DOCUMENT = "document", _("document")


class Link(Statement):
    """That there is something about a record at a web address."""

    part = "links"
    document_fields = ("url", "link_kind")

    url = models.CharField(max_length=2000, help_text=_("The address, beginning with https://."))
    link_kind = models.CharField(
        max_length=12,
        choices=LinkKind,
        default=LinkKind.WEBSITE,
        help_text=_("The link’s content."),
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="link_is_web_address",
                condition=models.Q(url__iregex=EXTERNAL_ADDRESS),
                violation_error_message=_(
                    "Write the whole address, beginning with https:// or "
                    "http:// (or mailto: for a public mail box)."
                ),
            ),
            models.CheckConstraint(
                name="link_kind_known",
                condition=models.Q(link_kind__in=LinkKind.values),
                violation_error_message=_("Choose website, information or document."),
            ),
        )

    def __str__(self) -> str:
        return self.url


class ContactKind(models.TextChoices):
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("telephone")
    POSTAL = "postal", _("postal address")
    FORM = "form", _("contact form")


class Contact(Statement):
    """How to reach an actor. For representatives only, until the actor itself makes it public."""

    part = "contacts"
    document_fields = ("contact_kind", "value")

    contact_kind = models.CharField(max_length=6, choices=ContactKind, help_text=_("How it works."))
    value = models.CharField(max_length=400, help_text=_("The address or number itself."))

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="contact_kind_known",
                condition=models.Q(contact_kind__in=ContactKind.values),
                violation_error_message=_("Choose e-mail, telephone, postal address or form."),
            ),
            models.CheckConstraint(
                name="contact_public_only_in_own_voice",
                condition=~models.Q(tier=Tier.PUBLIC) | models.Q(voice="own"),
                violation_error_message=_(
                    "Only the organization itself makes a contact public. "
                    "Keep this one for representatives."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.get_contact_kind_display()


Contact._meta.get_field("tier").default = Tier.REPRESENTATIVES
