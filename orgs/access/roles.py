"""Roles and rights: the one table of what each role may do.

A role is stored as Django stores it: an editor is an account with `is_staff`, a moderator an editor
with the permission `orgs.change_changeset`, an administrator a superuser, a representative an
account with an active `Representative` of an organization. Everything else asks `can`.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

MODERATOR_PERMISSION = "orgs.change_changeset"
"""The permission that makes an editor a moderator."""

BULK_LIMIT = 20
"""Records whose visibility one editor may change, and about which one may decide, at once or within
an hour. More needs `Right.BULK`."""


class Role(Enum):
    """The roles, from the fewest rights to the most."""

    READER = "reader"
    """A visitor who has not signed in."""
    ACCOUNT = "account"
    """A person who has signed in."""
    REPRESENTATIVE = "representative"
    """An account that may edit for a given organization. For all others it is an account."""
    EDITOR = "editor"
    """May use the editors' screens, and sees there what the public sees."""
    MODERATOR = "moderator"
    """An editor who decides about proposals, and so reads what is not public."""
    ADMINISTRATOR = "administrator"
    """Runs the site: a moderator who also manages accounts."""


class Right(Enum):
    SEND_CORRECTION = "send_correction"
    """Report to the editors that something public is wrong."""
    ADD_ORGANIZATION = "add_organization"
    """Propose a new organization on the public pages."""
    UPLOAD = "upload"
    """Upload a spreadsheet and propose its rows."""
    CLAIM = "claim"
    """Ask to become a representative."""
    EDIT_OWN_PROFILE = "edit_own_profile"
    """Describe the organization, confirm its entry, attest and answer memberships."""
    HIDE_OWN_RECORD = "hide_own_record"
    """Hide the organization at once, because its entry puts people in danger."""
    INVITE_COLLEAGUE = "invite_colleague"
    """Hand over to a colleague, or make one a representative too."""
    USE_ADMIN = "use_admin"
    """Open the editors' screens."""
    PROPOSE = "propose"
    """Propose a change of anything public."""
    HIDE = "hide"
    """Lower the visibility of public records at once and without review, up to `BULK_LIMIT`."""
    SEE_UNPUBLISHED = "see_unpublished"
    """Read records that are hidden, withdrawn or embargoed, and names that are withheld."""
    SEE_CONFIDENTIAL = "see_confidential"
    """Read statements and sources of every tier."""
    SEE_CORRECTIONS = "see_corrections"
    """Read reports of readers to the editors."""
    DECIDE = "decide"
    """Accept or reject proposals, and make changes that need no second person."""
    BULK = "bulk"
    """Change or decide about more than `BULK_LIMIT` at once."""
    MANAGE_CLAIMS = "manage_claims"
    """Decide about claims, invite and dismiss representatives."""
    MANAGE_REGISTER = "manage_register"
    """Add to the register of unlisted actors, and remove from it."""
    MANAGE_ACCOUNTS = "manage_accounts"
    """Change accounts and groups, and so who is an editor or a moderator."""
    SEE_READING_LOG = "see_reading_log"
    """Read the log of readings of what is not public."""


_READER = frozenset({Right.SEND_CORRECTION})
_ACCOUNT = _READER | {Right.ADD_ORGANIZATION, Right.UPLOAD, Right.CLAIM}
_REPRESENTATIVE = _ACCOUNT | {
    Right.EDIT_OWN_PROFILE,
    Right.HIDE_OWN_RECORD,
    Right.INVITE_COLLEAGUE,
}
_EDITOR = _ACCOUNT | {Right.USE_ADMIN, Right.PROPOSE, Right.HIDE}
_MODERATOR = _EDITOR | {
    Right.SEE_UNPUBLISHED,
    Right.SEE_CONFIDENTIAL,
    Right.SEE_CORRECTIONS,
    Right.DECIDE,
    Right.BULK,
    Right.MANAGE_CLAIMS,
    Right.MANAGE_REGISTER,
}
_ADMINISTRATOR = _MODERATOR | {Right.MANAGE_ACCOUNTS, Right.SEE_READING_LOG}

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.READER: _READER,
        Role.ACCOUNT: _ACCOUNT,
        Role.REPRESENTATIVE: _REPRESENTATIVE,
        Role.EDITOR: _EDITOR,
        Role.MODERATOR: _MODERATOR,
        Role.ADMINISTRATOR: _ADMINISTRATOR,
    }
)


def role_of(account: Any) -> Role:
    """The role of an account on every page; None and inactive accounts are readers.

    Whether it is a representative depends on the organization: see `can`.
    """
    if account is None or not account.is_authenticated or not account.is_active:
        return Role.READER
    if account.is_superuser and account.is_staff:
        return Role.ADMINISTRATOR
    if account.is_staff:
        return Role.MODERATOR if account.has_perm(MODERATOR_PERMISSION) else Role.EDITOR
    return Role.ACCOUNT


def can(account: Any, right: Right, record: Any = None) -> bool:
    """Whether an account has a right, about this record (or its id) if given."""
    role = role_of(account)
    if right in RIGHTS[role]:
        return True
    return (
        record is not None
        and role is not Role.READER
        and right in RIGHTS[Role.REPRESENTATIVE]
        and account.representations.active().filter(record=record).exists()
    )
