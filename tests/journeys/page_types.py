"""Every type of page there is, one a line: every check runs on each of them.

A new page needs a line here; `test_every_address_has_a_page_type` says which one is missing.
"""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import world

WHOLE = "MCS_BROWSER_ALL" in os.environ
"""Whether every page is checked in every way; otherwise the ways take turns."""

LANGUAGES = ("en", "ar", "es")


class PageType(NamedTuple):
    """A page that stands for those of its type.

    `address` may hold the numbers that `world.add_to_the_paper` returns, in braces.
    """

    name: str
    address: str
    status: int = 200
    catalogue: str = "full"
    """Or "empty": one in which nothing is yet."""
    kilobytes: int = 60
    """What it may weigh over the wire, with its styles and all else that it loads."""
    editors: bool = False
    """Whether one has to sign in for it."""
    only_with_scripts: str = ""
    """What it says only where a script runs, in English."""
    language: str = "en"

    def in_language(self, language: str) -> "PageType":
        """The same page in another language."""
        prefix = "" if language == "en" else f"/{language}"
        return self._replace(
            name=f"{self.name} ({language})", language=language, address=f"{prefix}{self.address}"
        )


PROFILE = "/organizations/migrant-forum-in-asia/profile/"
NO_ANSWER = "q=zzzzqqqq"

PUBLIC_TYPES = [
    PageType("front page", "/", kilobytes=100),
    PageType("front page, empty", "/", kilobytes=100, catalogue="empty"),
    PageType("search", "/search/"),
    PageType("search, results", "/search/?q=migrant"),
    PageType("search, narrowed", "/search/?q=migrant&trait=identity:women&arena=membership"),
    PageType("search, nearly", "/search/?q=migrnt+forim"),
    PageType("search, nothing", f"/search/?{NO_ANSWER}"),
    PageType("search, refused", "/search/?as_of=soon&q=migrant", 400),
    PageType("organizations", "/organizations/"),
    PageType("organizations, narrowed", "/organizations/?arena=membership&active_in=us&as_of=2010"),
    PageType("organizations, later page", "/organizations/?sort=updated"),
    PageType("organizations, nothing", f"/organizations/?{NO_ANSWER}"),
    PageType("organizations, refused", "/organizations/?as_of=soon&colour=red", 400),
    PageType("organizations, empty", "/organizations/", catalogue="empty"),
    PageType("networks and coalitions", "/networks-and-coalitions/"),
    PageType("campaigns", "/campaigns/"),
    PageType("gatherings", "/gatherings/"),
    PageType("instruments", "/instruments/"),
    PageType("projects", "/projects/"),
    PageType("demands", "/demands/"),
    PageType("cases", "/cases/"),
    PageType("places", "/places/"),
    PageType("sources", "/sources/"),
    PageType("terms", "/terms/"),
    PageType("terms, asked", "/terms/?q=women"),
    PageType("terms, empty", "/terms/", catalogue="empty"),
    PageType("arenas", "/arenas/"),
    PageType("organization", "/organizations/mexican-hometown-associations/"),
    PageType("organization, long name", "/organizations/long-name/"),
    *(
        PageType(f"organization, {slug.replace('-', ' ')}", f"/organizations/{slug}/")
        for slug in world.NAMES
        if slug in ("khmer-name", "arabic-name")
    ),
    PageType("partnership", "/organizations/migrant-forum-in-asia/"),
    PageType("as known then", "/organizations/fiob/?known_at=2"),
    PageType("as it was then", "/organizations/fiob/?as_of=1850"),
    PageType("not known then", "/organizations/long-name/?known_at=1", 404),
    PageType("time refused", "/organizations/fiob/?as_of=soon", 400),
    PageType("campaign", "/campaigns/mwc-ratification-campaign/"),
    PageType("gathering", "/gatherings/pga-mexico-city/"),
    PageType("gathering, series", "/gatherings/peoples-global-action/"),
    PageType("gathering, planned", "/gatherings/wsfm-2012-south-korea/"),
    PageType("instrument", "/instruments/migrant-workers-convention/"),
    PageType("instrument, states", "/instruments/legislative-seats-abroad/"),
    PageType("instrument, articles", "/instruments/icescr/"),
    PageType("project", "/projects/three-for-one/"),
    PageType("demand", "/demands/right-to-not-migrate/"),
    PageType("case", "/cases/filipino-seafarers/"),
    PageType("place", "/places/ph/"),
    PageType("place, a city", "/places/manila/"),
    PageType("place rated for fifty years", "/places/mx/"),
    PageType("places compared", "/places/hk/compare/?with=sg"),
    PageType("places to compare", "/places/us/compare/"),
    PageType("places compared, unknown", "/places/us/compare/?with=atlantis", 404),
    PageType("places compared, refused", "/places/us/compare/?with=us", 400),
    PageType("places compared over fifty years", "/places/mx/compare/?with=ma"),
    PageType("source", "/sources/fox-gois-2010/"),
    PageType("terms of a scheme", "/terms/identity/"),
    PageType("arena", "/arenas/membership/"),
    PageType("history", "/organizations/migrant-forum-in-asia/history/"),
    PageType("cite", "/organizations/long-name/cite/"),
    PageType("network", "/organizations/migrant-rights-international/network/"),
    PageType("network at another time", "/organizations/migrant-forum-in-asia/network/?as_of=2012"),
    PageType(
        "network, time refused", "/organizations/migrant-forum-in-asia/network/?as_of=soon", 400
    ),
    PageType("analysis", "/analysis/"),
    PageType("finding", "/analysis/observed_form/"),
    PageType("finding about arenas", "/analysis/arena_overlap/"),
    PageType("propositions", "/propositions/"),
    PageType("proposition", "/propositions/8/"),
    PageType("proposition with a map", "/propositions/2/", kilobytes=100),
    PageType("proposition, empty", "/propositions/6/", catalogue="empty"),
    PageType("proposition with bars", "/propositions/5/"),
    PageType("recommendation", "/recommendations/2/"),
    PageType("recommendation, empty", "/recommendations/9/", catalogue="empty"),
    PageType("finders", "/finders/"),
    PageType("finder of counterparts", "/finders/counterparts/"),
    PageType(
        "finder of counterparts, found", "/finders/counterparts/?of=mexican-hometown-associations"
    ),
    PageType("finder of counterparts, unknown", "/finders/counterparts/?of=migrant+forum", 404),
    PageType("finder of targets", "/finders/shared-targets/"),
    PageType("finder of targets, found", "/finders/shared-targets/?target=gfmd&as_of=2010"),
    PageType("finder of targets, refused", "/finders/shared-targets/?as_of=soon", 400),
    PageType("finder of rungs", "/finders/missing-rungs/"),
    PageType("finder of rungs, a ladder", "/finders/missing-rungs/?of=migrant-forum-in-asia"),
    PageType("finder of bridges", "/finders/bridges/"),
    PageType("finder of bridges, empty", "/finders/bridges/", catalogue="empty"),
    PageType("finder of here and there", "/finders/here-and-there/"),
    PageType(
        "finder of counterparts of a network", "/finders/counterparts/?of=migrant-forum-in-asia"
    ),
    PageType("correction", "/corrections/?about={record}"),
    PageType("correction of nothing", "/corrections/", 404),
    PageType("correction, sent", "/corrections/sent/?about={record}"),
    PageType("about", "/about/"),
    PageType("developers", "/developers/"),
    PageType("developers, statements", "/developers/statements/"),
    PageType("developers, networks", "/developers/network/"),
    PageType("developers, a collection", "/developers/organizations/"),
    PageType("style guide", "/styleguide/"),
    PageType("sign in", "/account/sign-in/", only_with_scripts="With a passkey"),
    PageType("sign up", "/account/sign-up/"),
    PageType("forgotten password", "/account/password/forgotten/"),
    PageType("closed account", "/account/closed/"),
    PageType("still right", "/confirm/{secret}/"),
    PageType("still right, void", "/confirm/nothing/", 404),
    PageType("write to a body", "/organizations/long-name/contact/"),
    PageType("password is set", "/account/password/forgotten/done/"),
    PageType("claim", "/organizations/mexican-hometown-associations/claim/"),
    PageType("claim, a link that is over", "/claims/invitation/nothing/", 404),
    PageType("claim, a link that stops nothing", "/claims/stop/nothing/", 404),
    PageType("add an organization", "/organizations/add/"),
    PageType("add an organization, looked", "/organizations/add/?name=Migrant+Forum"),
    PageType("cannot be read", "/search/?q=%00", 400),
    PageType("not found", "/organizations/nobody/", 404),
    PageType("withdrawn", "/organizations/{withdrawn}/", 410),
]

EDITORS = [
    PageType("admin", "/admin/", editors=True),
    PageType("admin of an app", "/admin/orgs/", editors=True),
    PageType("records", "/admin/orgs/organization/", editors=True),
    PageType("record", "/admin/orgs/organization/{record}/change/", editors=True),
    PageType("new record", "/admin/orgs/organization/add/", editors=True),
    PageType("who may read", "/review/records/{record}/tiers/", editors=True),
    PageType("restrict", "/review/records/restrict/?ids={record}", editors=True),
    PageType("withdraw", "/review/records/withdraw/?ids={record}", editors=True),
    PageType("merge", "/review/records/{record}/merge/", editors=True),
    PageType("likely duplicates", "/review/duplicates/", editors=True),
    PageType("likely duplicates, refused", "/review/duplicates/?after=x", 400, editors=True),
    PageType("two compared", "/review/duplicates/{double}/{record}/", editors=True),
    PageType("history of a record", "/review/records/{record}/history/", editors=True),
    PageType("queue", "/review/", editors=True),
    PageType("proposals", "/review/proposals/", editors=True),
    PageType("proposals, refused", "/review/proposals/?asked=nonsense", 400, editors=True),
    PageType("corrections", "/review/corrections/", editors=True),
    PageType("correction that waits", "/review/corrections/{correction}/", editors=True),
    PageType("import", f"/review/imports/?label={world.TEN}", editors=True),
    PageType(
        "import, decided",
        f"/review/imports/?label={world.DECIDED}",
        editors=True,
    ),
    PageType("undo an account", "/review/accounts/undo/", editors=True),
    PageType("your proposal", "/proposals/{waiting}/", editors=True),
    PageType("pending proposal", "/review/proposals/{waiting}/", editors=True),
    PageType("accepted proposal", "/review/proposals/{accepted}/", editors=True),
    PageType("undo", "/review/proposals/{accepted}/undo/", editors=True),
    PageType("reason to be removed", "/review/proposals/{accepted}/redact/", editors=True),
    PageType("sources in the admin", "/admin/orgs/source/", editors=True),
    PageType("source in the admin", "/admin/orgs/source/{source}/change/", editors=True),
    PageType("term in the admin", "/admin/orgs/term/{term}/change/", editors=True),
    PageType("accounts", "/admin/orgs/account/", editors=True),
    PageType("account", "/admin/orgs/account/{account}/change/", editors=True),
    PageType("new account", "/admin/orgs/account/add/", editors=True),
    PageType("groups", "/admin/auth/group/add/", editors=True),
    PageType("claims under review", "/review/claims/", editors=True),
    PageType("claim under review", "/review/claims/{claim}/", editors=True),
    PageType(
        "representatives of a record",
        "/review/records/{record}/representatives/",
        editors=True,
    ),
    PageType("claim, signed in", "/organizations/fiob/claim/", editors=True),
    PageType("claim, the code", "/organizations/fiob/claim/code/", editors=True),
    PageType("representative", "/account/representing/long-name/", editors=True),
    PageType("add an organization, signed in", "/organizations/add/", editors=True),
    PageType("profile", f"{PROFILE}", editors=True),
    PageType("profile, names", f"{PROFILE}names/", editors=True),
    PageType("profile, texts", f"{PROFILE}about/", editors=True),
    PageType("profile, places", f"{PROFILE}where/", editors=True),
    PageType("profile, traits", f"{PROFILE}what/", editors=True),
    PageType("profile, contacts", f"{PROFILE}reach/", editors=True),
    PageType("profile, networks", f"{PROFILE}networks/", editors=True),
    PageType("profile, preview", f"{PROFILE}preview/", editors=True),
    PageType("profile, answers", f"{PROFILE}answers/", editors=True),
    PageType("profile without a representative", "/organizations/fiob/profile/", 403, editors=True),
    PageType("your account", "/account/", editors=True),
    PageType("confirmation", "/organizations/long-name/confirm/", editors=True),
    PageType("confirmation of a network", "/organizations/network-of-forty/confirm/", editors=True),
    PageType("attest members", "/organizations/network-of-forty/attest/", editors=True),
    PageType("register", "/admin/orgs/unlisted/", editors=True),
    PageType("new line of the register", "/admin/orgs/unlisted/add/", editors=True),
    PageType("spreadsheets", "/account/spreadsheets/", editors=True),
    PageType("spreadsheet, preview", "/account/spreadsheets/{upload}/", editors=True),
    PageType("spreadsheet, columns", "/account/spreadsheets/{foreign}/", editors=True),
    # Still, or it would be gone while it is looked at.
    PageType("spreadsheet, in work", "/account/spreadsheets/{working}/?still", editors=True),
    PageType("spreadsheet, given up", "/account/spreadsheets/{given_up}/", editors=True),
    PageType("address", "/account/address/", editors=True),
    PageType("password", "/account/password/", editors=True),
    PageType("sessions", "/account/sessions/", editors=True),
    PageType("second factor", "/account/second-factor/", editors=True),
    PageType("is it you", "/account/confirm/", editors=True),
    PageType("is it you, by a code", "/account/confirm/code/", editors=True),
    PageType("sign out", "/account/sign-out/", editors=True),
    PageType("password of an account", "/admin/orgs/account/{account}/password/", editors=True),
]


def in_turn(types: Iterable[PageType]) -> Iterator[PageType]:
    """Give pages in languages that take turns, or each in all.

    Four in a row have one language: so that each language meets each of the four ways in which
    pages are checked. The admin is in English alone.
    """
    for at, kind in enumerate(types):
        if kind.address.startswith("/admin/"):
            yield kind
        elif WHOLE:
            yield from (kind.in_language(language) for language in LANGUAGES)
        else:
            yield kind.in_language(LANGUAGES[at // 4 % len(LANGUAGES)])


PUBLIC = list(in_turn(PUBLIC_TYPES))
ALL = [*PUBLIC, *in_turn(EDITORS)]
