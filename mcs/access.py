"""Who may open which address: one line for every route of the site.

A route that is not listed here fails `manage.py check`. `tests/promises/test_role_matrix.py` asks
every route with every method in every role, and compares the answers with this table. What a role
may do once it is in stands in `orgs/access/roles.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver
from django.utils.translation import get_language

from orgs.access.roles import Role


class About(Enum):
    """What an address is about."""

    SITE = "site"
    """Nothing in particular: a list, a form without a subject."""
    RECORD = "record"
    """A record, source, term or change: one that is not public answers as if it did not exist."""
    OWN = "own"
    """A thing of the account that asks: those of others answer as if they did not exist."""
    LINK = "link"
    """Whatever the secret link of a message is about."""


class Refusal(Enum):
    """How an address answers when the role is too low."""

    SIGN_IN = "sign_in"
    """A redirect to the page for signing in."""
    FORBIDDEN = "forbidden"
    """403: what the page is about is public, or the page is about nothing in particular."""
    ABSENT = "absent"
    """404, as for a name that does not exist."""
    BACK = "back"
    """A redirect to the page itself, which says how to get further."""


READ = frozenset({"GET", "HEAD"})
FORM = READ | {"POST"}


@dataclass(frozen=True)
class Access:
    """Who gets further than a refusal at an address, and with which methods.

    A role is enough if it is `least` or stands after it in `Role`. A representative is one of the
    organization that the address is about; None is a page that Django's admin has and nobody uses.
    """

    least: Role | None = Role.READER
    methods: frozenset[str] = READ
    writes: Role | None = None
    """The least role that may send the form, where it is not `least`."""
    about: About = About.SITE
    signed_out: Refusal = Refusal.SIGN_IN
    """How readers are refused."""
    refusal: Refusal = Refusal.ABSENT
    """How accounts are refused. In the admin, editors are answered 403 or 404."""

    def allows(self, method: str) -> bool:
        """Whether the address has this method for anyone; every address has OPTIONS."""
        return method == "OPTIONS" or method in self.methods

    def least_for(self, method: str) -> Role | None:
        """The least role that gets further with this method."""
        return self.writes if method == "POST" and self.writes is not None else self.least


PAGE = Access()
ENTRY = Access(about=About.RECORD)
SIGNING_IN = Access(methods=FORM)
ACCOUNT = Access(Role.ACCOUNT)
ACCOUNT_FORM = Access(Role.ACCOUNT, FORM)
OWN = Access(Role.ACCOUNT, FORM, about=About.OWN)
BY_LINK = Access(methods=FORM, about=About.LINK)
PUBLIC_FORM = Access(methods=FORM, about=About.RECORD)
CLAIM = Access(methods=FORM, writes=Role.ACCOUNT, about=About.RECORD, signed_out=Refusal.ABSENT)
PROFILE = Access(
    Role.REPRESENTATIVE,
    FORM,
    about=About.RECORD,
    signed_out=Refusal.FORBIDDEN,
    refusal=Refusal.FORBIDDEN,
)
CONFIRM = Access(Role.REPRESENTATIVE, FORM, about=About.RECORD)

ADMIN = Access(Role.EDITOR, refusal=Refusal.SIGN_IN)
ADMIN_FORM = Access(Role.EDITOR, FORM, refusal=Refusal.SIGN_IN)
ADMIN_RECORD = Access(Role.EDITOR, about=About.RECORD, refusal=Refusal.SIGN_IN)
ADMIN_RECORD_FORM = Access(Role.EDITOR, FORM, about=About.RECORD, refusal=Refusal.SIGN_IN)
DECISION = Access(
    Role.EDITOR, FORM, writes=Role.MODERATOR, about=About.RECORD, signed_out=Refusal.SIGN_IN,
    refusal=Refusal.SIGN_IN,
)  # fmt: skip
MODERATION = Access(Role.MODERATOR, FORM, refusal=Refusal.SIGN_IN)
MODERATED_RECORD = Access(Role.MODERATOR, FORM, about=About.RECORD, refusal=Refusal.SIGN_IN)
ADMINISTRATION = Access(Role.ADMINISTRATOR, FORM, refusal=Refusal.SIGN_IN)
READING_LOG = Access(Role.ADMINISTRATOR, refusal=Refusal.SIGN_IN)
UNUSED = Access(None, FORM, refusal=Refusal.SIGN_IN)

COLLECTIONS = (
    "organizations", "partnerships", "campaigns", "gatherings", "instruments", "projects",
    "demands", "cases", "places", "sources", "terms", "arenas", "memberships", "changes",
)  # fmt: skip
"""The collections of the API that have a list and addresses of their items."""
SECTIONS = (
    "organizations", "places", "campaigns", "gatherings", "instruments", "projects", "demands",
    "cases",
)  # fmt: skip
"""The sections of the site, each of one kind of record."""
FINDERS = (
    "finders", "finders-counterparts", "finders-shared-targets", "finders-missing-rungs",
    "finders-bridges", "finders-here-and-there",
)  # fmt: skip
PROFILE_PAGES = ("profile", "profile-preview", "profile-answers", "profile-answer", "profile-step")
"""The forms in which an organization describes itself."""
SIGN_IN = (
    "account_login", "account_request_login_code", "account_confirm_login_code", "account_signup",
    "account_logout", "account_email_verification_sent", "account_reset_password",
    "account_confirm_password_reset_code", "account_complete_password_reset",
    "mfa_login_webauthn", "mfa_authenticate",
)  # fmt: skip
"""The steps of signing up, in and out, and of getting a new password."""
OWN_ACCOUNT = (
    "account", "account_reauthenticate", "account_email", "account_change_password",
    "account_set_password", "usersessions_list", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_add_webauthn", "mfa_generate_recovery_codes",
)  # fmt: skip
"""The forms in which people change their own account."""
OWN_FACTORS = (
    "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
)  # fmt: skip
KINDS = {
    "orgs": ("organization", "partnership", "place"),
    "campaigns": ("campaign", "case", "demand", "gathering", "instrument", "project"),
}
"""The kinds of record, by the app that has them."""


def of_model(
    app: str, model: str, changelist: Access, add: Access, change: Access, delete: Access
) -> dict[str, Access]:
    """The pages that Django's admin has for every model."""
    return {
        f"admin:{app}_{model}_changelist": changelist,
        f"admin:{app}_{model}_add": add,
        f"admin:{app}_{model}_change": change,
        f"admin:{app}_{model}_history": Access(
            change.least, about=change.about, refusal=change.refusal
        ),
        f"admin:{app}_{model}_delete": delete,
        # An old form of the address of a change page: a redirect.
        f"admin/{app}/{model}/<path:object_id>/": ADMIN_FORM,
    }


def of_kind(app: str, kind: str) -> dict[str, Access]:
    """The admin pages of one kind of record."""
    decisions = dict.fromkeys(
        ("restrict", "withdraw", "tiers", "merge", "compare"), ADMIN_RECORD_FORM
    )
    decisions["distinct"] = MODERATED_RECORD
    if kind in ("organization", "partnership"):
        decisions["representatives"] = MODERATED_RECORD
    return {
        **of_model(app, kind, ADMIN_FORM, ADMIN_FORM, ADMIN_RECORD_FORM, UNUSED),
        **{f"admin:{app}_{kind}_{name}": access for name, access in decisions.items()},
    }


ACCESS: Mapping[str, Access] = MappingProxyType(
    {
        # The API
        "api:contents": PAGE,
        "api:schema": PAGE,
        "api:search-list": PAGE,
        **{f"api:{name}-list": PAGE for name in COLLECTIONS},
        **{f"api:{name}-retrieve": ENTRY for name in COLLECTIONS},
        **{f"api:{name}-history": ENTRY for name in ("partnerships", *SECTIONS)},
        "api:partnerships-network": ENTRY,
        "api:gatherings-editions": ENTRY,
        "api:elsewhere": PAGE,
        # Pages about the whole
        "home": PAGE,
        "search": PAGE,
        "about": PAGE,
        "developers": PAGE,
        "developers-statements": PAGE,
        "developers-network": PAGE,
        "developers-collection": PAGE,
        "styleguide": PAGE,
        "language": PAGE,
        "healthz": PAGE,
        "readyz": PAGE,
        # Lists, and one record or reference
        **dict.fromkeys((*SECTIONS, "partnerships", "sources", "terms", "arenas"), PAGE),
        **{f"{name}-{page}": ENTRY for name in SECTIONS for page in ("page", "history", "cite")},
        "organizations-network": ENTRY,
        "places-compare": ENTRY,
        "sources-page": ENTRY,
        "terms-page": ENTRY,
        "arenas-page": ENTRY,
        "permanent": ENTRY,
        "sheet-csv": PAGE,
        "sheet-xlsx": PAGE,
        # Analysis
        "analysis": PAGE,
        "analysis-page": PAGE,
        "propositions": PAGE,
        "propositions-page": PAGE,
        "recommendations-page": PAGE,
        **dict.fromkeys(FINDERS, PAGE),
        # What readers write
        "corrections": PUBLIC_FORM,
        "corrections-sent": ENTRY,
        "write-to": PUBLIC_FORM,
        # Becoming a representative
        "add": Access(methods=FORM, writes=Role.ACCOUNT, signed_out=Refusal.BACK),
        "claim": CLAIM,
        "claim-code": CLAIM,
        "claim-invitation": BY_LINK,
        "claim-stop": BY_LINK,
        # Being one
        "representative": Access(Role.REPRESENTATIVE, FORM, about=About.RECORD),
        **dict.fromkeys(PROFILE_PAGES, PROFILE),
        "profile-submitted": Access(
            Role.REPRESENTATIVE,
            about=About.RECORD,
            signed_out=Refusal.FORBIDDEN,
            refusal=Refusal.FORBIDDEN,
        ),
        "confirm-page": CONFIRM,
        "attest": CONFIRM,
        "still-right": BY_LINK,
        # What an account has sent
        "uploads": ACCOUNT_FORM,
        "upload": OWN,
        "proposals-page": OWN,
        # Signing in, and one's own account
        **dict.fromkeys(SIGN_IN, SIGNING_IN),
        "account_inactive": PAGE,
        "account_password_reset_completed": PAGE,
        **dict.fromkeys(OWN_ACCOUNT, ACCOUNT_FORM),
        **dict.fromkeys(OWN_FACTORS, ACCOUNT),
        "mfa_edit_webauthn": OWN,
        "mfa_remove_webauthn": OWN,
        # The editors' screens
        "admin:index": ADMIN,
        "admin:app_list": ADMIN,
        "admin:login": Access(Role.EDITOR, FORM, refusal=Refusal.FORBIDDEN),
        "admin:logout": Access(methods=frozenset({"POST"})),
        "admin:password_change": ADMIN_FORM,
        "admin:password_change_done": ADMIN,
        "admin:autocomplete": ADMIN,
        "admin:jsi18n": ADMIN,
        "admin/(?P<url>.*)$": ADMIN_FORM,
        **{
            name: access
            for app, kinds in KINDS.items()
            for kind in kinds
            for name, access in of_kind(app, kind).items()
        },
        **of_model("orgs", "record", ADMIN_FORM, UNUSED, ADMIN_RECORD, UNUSED),
        "admin:orgs_record_duplicates": ADMIN,
        **of_model("orgs", "source", ADMIN_FORM, ADMIN_FORM, ADMIN_RECORD_FORM, UNUSED),
        **of_model("orgs", "term", ADMIN_FORM, ADMIN_FORM, ADMIN_RECORD_FORM, UNUSED),
        **of_model("orgs", "arena", ADMIN_FORM, UNUSED, ADMIN_RECORD, UNUSED),
        **of_model("orgs", "changeset", ADMIN_FORM, UNUSED, DECISION, UNUSED),
        "admin:orgs_changeset_queue": ADMIN_FORM,
        "admin:orgs_changeset_import": DECISION,
        "admin:orgs_changeset_undo": ADMIN_RECORD_FORM,
        "admin:orgs_changeset_redact": MODERATED_RECORD,
        "admin:orgs_changeset_undo_account": MODERATION,
        **of_model("orgs", "correction", MODERATION, UNUSED, MODERATION, UNUSED),
        **of_model("orgs", "claim", MODERATION, UNUSED, MODERATION, UNUSED),
        # Redirects to the pages themselves, which refuse.
        "admin:orgs_claim_history": ADMIN,
        "admin:orgs_correction_history": ADMIN,
        **of_model(
            "orgs", "unlisted", MODERATION, MODERATION,
            Access(Role.MODERATOR, refusal=Refusal.SIGN_IN), MODERATION,
        ),
        **of_model(
            "orgs", "account", ADMINISTRATION, ADMINISTRATION, ADMINISTRATION, ADMINISTRATION
        ),
        **of_model("orgs", "reading", READING_LOG, UNUSED, READING_LOG, UNUSED),
        "admin:auth_user_password_change": ADMINISTRATION,
        **of_model("auth", "group", ADMINISTRATION, ADMINISTRATION, ADMINISTRATION, ADMINISTRATION),
    }
)  # fmt: skip
"""Every route of the site: by its name, or by its pattern if it has none."""


# What is not listed is refused --------------------------------------------------------------------


def listed_methods(get_response: Callable) -> Callable:
    """The middleware that refuses a method with which a route is not listed.

    Django's forms take PUT for POST, and its admin takes every method for GET. The API refuses
    other methods itself, in its own format.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *args: Any) -> HttpResponse | None:
        match = request.resolver_match
        access = None if match is None or match.app_names[:1] == ["api"] else access_to(match)
        if access is None or access.allows(request.method or ""):
            return None
        return HttpResponseNotAllowed(sorted(access.methods))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def access_to(match: ResolverMatch) -> Access | None:
    """The line of the route that a request has come to."""
    if match.url_name:
        return ACCESS.get(match.view_name)
    return ACCESS.get(match.route.removeprefix(f"{get_language()}/"))


# Whether every route is listed --------------------------------------------------------------------


class Route(NamedTuple):
    """A route of the URLconf and how it is listed: `api:contents`."""

    name: str
    expression: str
    """The regular expression of the whole address."""
    pattern: URLPattern


def routes() -> Iterator[Route]:
    """Every route of the URLconf, in its order."""
    return _walk(get_resolver().url_patterns, "", "", "")


def _walk(
    patterns: Iterable[Any], written: str, expression: str, namespace: str
) -> Iterator[Route]:
    for one in patterns:
        here, pattern = written + str(one.pattern), expression + one.pattern.regex.pattern
        if isinstance(one, URLResolver):
            inside = f"{one.namespace}:" if one.namespace else ""
            yield from _walk(one.url_patterns, here, pattern, namespace + inside)
        else:
            yield Route(f"{namespace}{one.name}" if one.name else here, pattern, one)


def check_access(**kwargs: Any) -> list[CheckMessage]:
    """An error for every route that is not listed, and for every line without a route."""
    there = {route.name for route in routes()}
    unlisted = [
        Error(
            f"Nobody has said who may open the route {name}.",
            hint="List it in ACCESS, in mcs/access.py.",
            id="mcs.E010",
        )
        for name in sorted(there - ACCESS.keys())
    ]
    gone = [
        Error(f"There is no route {name}.", hint="Remove it from mcs/access.py.", id="mcs.E011")
        for name in sorted(ACCESS.keys() - there)
    ]
    return [*unlisted, *gone]
