"""Names of records, in any language and script."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .statement import CURRENT, Statement


class NameKind(models.TextChoices):
    OFFICIAL = "official", _("official name")
    ACRONYM = "acronym", _("acronym")
    VARIANT = "variant", _("variant")
    TRANSLATION = "translation", _("translation")
    FORMER = "former", _("former name")
    DESCRIPTIVE = "descriptive", _("description of an organization without a name")


class Name(Statement):
    """That a record is called so."""

    part = "names"
    document_fields = ("text", "language", "script", "name_kind")
    search_text = "text"

    text = models.CharField(max_length=400, help_text=_("The name as its speaker writes it."))
    language = models.CharField(
        max_length=35, default="und", help_text=_("BCP-47 tag: en, es, zh-Hant; und if unknown.")
    )
    script = models.CharField(
        max_length=4, blank=True, default="", help_text=_("ISO 15924 code, if not evident: Khmr.")
    )
    name_kind = models.CharField(
        max_length=12, choices=NameKind, default=NameKind.OFFICIAL, help_text=_("Sort of name.")
    )

    class Meta(Statement.Meta):
        constraints = (
            *Statement.Meta.constraints,
            models.CheckConstraint(
                name="name_not_blank",
                condition=models.Q(text__regex=r"\S"),
                violation_error_message=_("Write the name; it is blank."),
            ),
            models.CheckConstraint(
                name="name_kind_known",
                condition=models.Q(name_kind__in=NameKind.values),
                violation_error_message=_("Choose one of the sorts of name."),
            ),
            models.CheckConstraint(
                name="name_language_valid",
                condition=models.Q(language__regex=r"^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
                violation_error_message=_(
                    "Write the language as a tag: en, es, zh-Hant, mix, und."
                ),
            ),
            models.UniqueConstraint(
                name="name_one_preferred",
                fields=("record", "language"),
                condition=CURRENT & models.Q(preferred=True),
                violation_error_message=_(
                    "This record has a preferred name in this language "
                    "already. Retire that preference first, or leave this one unticked."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.text
