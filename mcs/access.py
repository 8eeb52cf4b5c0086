"""Who may open which address: one line for every route of the site.

`manage.py check` fails for a route that is not listed. `tests/promises/test_role_matrix.py` tries
every route with every method in every role, and compares the responses with this table. The rights
of each role are in `orgs/access/roles.py`.
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
from orgs.records.kinds import ACTOR_KINDS, UNDERTAKING_KINDS, Kind


class Subject(Enum):
    """What an address is about."""

    SITE = "site"
    """Nothing in particular: a list, or a form that is about no record."""
    RECORD = "record"
    """A record, source, term or change. One that is not public is 404, as if it did not exist."""
    OWN = "own"
    """A thing that belongs to an account. For other accounts it is 404."""
    LINK = "link"
    """The subject of the secret link in a message."""


class Refusal(Enum):
    """The response when the role is too low."""

    SIGN_IN = "sign_in"
    """A redirect to the page for signing in."""
    FORBIDDEN = "forbidden"
    """403: the subject is public, or there is none."""
    ABSENT = "absent"
    """404, as for an address that does not exist."""
    BACK = "back"
    """A redirect to the page itself, which explains how to continue."""


READ = frozenset({"GET", "HEAD"})
FORM = READ | {"POST"}


@dataclass(frozen=True)
class Access:
    """The role and the methods that an address needs.

    A role is enough if it is `least` or comes after it in `Role`. A representative is one of the
    organization that the address is about. None is a page that Django's admin has but this site
    does not use.
    """

    least: Role | None = Role.READER
    methods: frozenset[str] = READ
    writes: Role | None = None
    """The least role that may submit the form, if it is not `least`."""
    subject: Subject = Subject.SITE
    signed_out: Refusal = Refusal.SIGN_IN
    """The refusal of readers."""
    refusal: Refusal = Refusal.ABSENT
    """The refusal of accounts. In the admin, editors get 403 or 404."""

    def allows(self, method: str) -> bool:
        """Whether the address has this method for any role; every address has OPTIONS."""
        return method == "OPTIONS" or method in self.methods

    def least_for(self, method: str) -> Role | None:
        return self.writes if method == "POST" and self.writes is not None else self.least


PAGE = Access()
ENTRY = Access(subject=Subject.RECORD)
SIGNING_IN = Access(methods=FORM)
ACCOUNT = Access(Role.ACCOUNT)
ACCOUNT_FORM = Access(Role.ACCOUNT, FORM)
OWN = Access(Role.ACCOUNT, FORM, subject=Subject.OWN)
OWN_PAGE = Access(Role.ACCOUNT, subject=Subject.OWN)
BY_LINK = Access(methods=FORM, subject=Subject.LINK)
PUBLIC_FORM = Access(methods=FORM, subject=Subject.RECORD)
CLAIM = Access(methods=FORM, writes=Role.ACCOUNT, subject=Subject.RECORD, signed_out=Refusal.ABSENT)
PROFILE = Access(
    Role.REPRESENTATIVE,
    FORM,
    subject=Subject.RECORD,
    signed_out=Refusal.FORBIDDEN,
    refusal=Refusal.FORBIDDEN,
)
CONFIRM = Access(Role.REPRESENTATIVE, FORM, subject=Subject.RECORD)

ADMIN = Access(Role.EDITOR, refusal=Refusal.SIGN_IN)
ADMIN_FORM = Access(Role.EDITOR, FORM, refusal=Refusal.SIGN_IN)
ADMIN_RECORD = Access(Role.EDITOR, subject=Subject.RECORD, refusal=Refusal.SIGN_IN)
ADMIN_RECORD_FORM = Access(Role.EDITOR, FORM, subject=Subject.RECORD, refusal=Refusal.SIGN_IN)
DECISION = Access(
    Role.EDITOR, FORM, writes=Role.MODERATOR, subject=Subject.RECORD, signed_out=Refusal.SIGN_IN,
    refusal=Refusal.SIGN_IN,
)  # fmt: skip
MODERATION = Access(Role.MODERATOR, FORM, refusal=Refusal.SIGN_IN)
MODERATED_LIST = Access(Role.MODERATOR, refusal=Refusal.SIGN_IN)
MODERATED_RECORD = Access(Role.MODERATOR, FORM, subject=Subject.RECORD, refusal=Refusal.SIGN_IN)
ADMINISTRATION = Access(Role.ADMINISTRATOR, FORM, refusal=Refusal.SIGN_IN)
READING_LOG = Access(Role.ADMINISTRATOR, refusal=Refusal.SIGN_IN)
UNUSED = Access(None, FORM, refusal=Refusal.SIGN_IN)

COLLECTIONS = (
    "organizations", "partnerships", "campaigns", "gatherings", "instruments", "projects",
    "demands", "cases", "places", "sources", "terms", "arenas", "memberships", "changes",
)  # fmt: skip
"""The collections of the API that have a list and an address for each item."""
SECTIONS = (
    "organizations", "places", "campaigns", "gatherings", "instruments", "projects", "demands",
    "cases",
)  # fmt: skip
"""The sections of the site, each with one kind of record."""
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
"""The forms in which people change their account."""
OWN_FACTORS = (
    "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
)  # fmt: skip
KINDS = {
    "orgs": (*ACTOR_KINDS, Kind.PLACE),
    "campaigns": UNDERTAKING_KINDS,
}
"""The kinds of record of each app."""


def model_pages(
    app: str, model: str, changelist: Access, add: Access, change: Access, delete: Access
) -> dict[str, Access]:
    return {
        f"admin:{app}_{model}_changelist": changelist,
        f"admin:{app}_{model}_add": add,
        f"admin:{app}_{model}_change": change,
        f"admin:{app}_{model}_delete": delete,
        # A redirect to the change page, which Django keeps for old links.
        f"admin/{app}/{model}/<path:object_id>/": ADMIN_FORM,
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
        # Editing as a representative
        "representative": Access(Role.REPRESENTATIVE, FORM, subject=Subject.RECORD),
        **dict.fromkeys(PROFILE_PAGES, PROFILE),
        "profile-submitted": Access(
            Role.REPRESENTATIVE,
            subject=Subject.RECORD,
            signed_out=Refusal.FORBIDDEN,
            refusal=Refusal.FORBIDDEN,
        ),
        "confirm-page": CONFIRM,
        "attest": CONFIRM,
        "still-right": BY_LINK,
        # What an account has sent
        "uploads": ACCOUNT_FORM,
        "upload": OWN,
        "upload-problems": OWN_PAGE,
        "proposals-page": OWN,
        # Signing in, and the account
        **dict.fromkeys(SIGN_IN, SIGNING_IN),
        "account_inactive": PAGE,
        "account_password_reset_completed": PAGE,
        **dict.fromkeys(OWN_ACCOUNT, ACCOUNT_FORM),
        **dict.fromkeys(OWN_FACTORS, ACCOUNT),
        "mfa_edit_webauthn": OWN,
        "mfa_remove_webauthn": OWN,
        # The review pages
        "review": ADMIN,
        "review-proposals": ADMIN,
        "review-proposal": DECISION,
        "review-import": DECISION,
        "review-undo": ADMIN_RECORD_FORM,
        "review-redact": MODERATED_RECORD,
        "review-corrections": MODERATED_LIST,
        "review-correction": MODERATION,
        "review-claims": MODERATED_LIST,
        "review-claim": MODERATION,
        "review-account-undo": MODERATION,
        "review-duplicates": ADMIN,
        "review-duplicate": ADMIN_RECORD_FORM,
        "review-distinct": MODERATED_RECORD,
        "review-restrict": ADMIN_RECORD_FORM,
        "review-withdraw": ADMIN_RECORD_FORM,
        "review-tiers": ADMIN_RECORD_FORM,
        "review-merge": ADMIN_RECORD_FORM,
        "review-history": ADMIN_RECORD,
        "review-representatives": MODERATED_RECORD,
        # The admin
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
            for name, access in model_pages(
                app, kind, ADMIN_FORM, ADMIN_FORM, ADMIN_RECORD_FORM, UNUSED
            ).items()
        },
        **model_pages("orgs", "record", ADMIN_FORM, UNUSED, ADMIN_RECORD, UNUSED),
        **model_pages("orgs", "source", ADMIN_FORM, ADMIN_FORM, ADMIN_RECORD_FORM, UNUSED),
        **model_pages("orgs", "term", ADMIN_FORM, ADMIN_FORM, ADMIN_RECORD_FORM, UNUSED),
        **model_pages("orgs", "arena", ADMIN_FORM, UNUSED, ADMIN_RECORD, UNUSED),
        **model_pages(
            "orgs", "unlisted", MODERATION, MODERATION,
            Access(Role.MODERATOR, refusal=Refusal.SIGN_IN), MODERATION,
        ),
        **model_pages(
            "orgs", "account", ADMINISTRATION, ADMINISTRATION, ADMINISTRATION, ADMINISTRATION
        ),
        **model_pages("orgs", "reading", READING_LOG, UNUSED, READING_LOG, UNUSED),
        "admin:auth_user_password_change": ADMINISTRATION,
        **model_pages(
            "auth", "group", ADMINISTRATION, ADMINISTRATION, ADMINISTRATION, ADMINISTRATION
        ),
    }
)  # fmt: skip
"""Every route of the site: by its name, or by its pattern if it has none."""


# Methods that are not listed are refused ----------------------------------------------------------


def reject_unlisted_methods(get_response: Callable) -> Callable:
    """Middleware that answers 405 to methods that the route's line does not list.

    Django's forms treat PUT as POST, and its admin treats every method as GET. The API refuses
    other methods itself, in its own format.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *args: Any) -> HttpResponse | None:
        match = request.resolver_match
        access = None if match is None or match.app_names[:1] == ["api"] else access_for(match)
        if access is None or access.allows(request.method or ""):
            return None
        return HttpResponseNotAllowed(sorted(access.methods))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def access_for(match: ResolverMatch) -> Access | None:
    """The line of the matched route."""
    if match.url_name:
        return ACCESS.get(match.view_name)
    return ACCESS.get(match.route.removeprefix(f"{get_language()}/"))


# Every route has to be listed ---------------------------------------------------------------------


class Route(NamedTuple):
    """A route of the URLconf and its name in ACCESS, such as `api:contents`."""

    name: str
    expression: str
    """The regular expression of the whole address."""
    pattern: URLPattern


def routes() -> Iterator[Route]:
    """Every route of the URLconf, in its order."""
    return _walk(get_resolver().url_patterns, "", "", "")


def _walk(
    patterns: Iterable[Any], prefix: str, expression_prefix: str, namespace: str
) -> Iterator[Route]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        expression = expression_prefix + pattern.pattern.regex.pattern
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, route, expression, namespace + inner)
        else:
            name = f"{namespace}{pattern.name}" if pattern.name else route
            yield Route(name, expression, pattern)


def check_access(**kwargs: Any) -> list[CheckMessage]:
    """System check: an error for every route without a line, and every line without a route."""
    existing = {route.name for route in routes()}
    unlisted = [
        Error(
            f"Nobody has said who may open the route {name}.",
            hint="List it in ACCESS, in mcs/access.py.",
            id="mcs.E010",
        )
        for name in sorted(existing - ACCESS.keys())
    ]
    gone = [
        Error(f"There is no route {name}.", hint="Remove it from mcs/access.py.", id="mcs.E011")
        for name in sorted(ACCESS.keys() - existing)
    ]
    return [*unlisted, *gone]
