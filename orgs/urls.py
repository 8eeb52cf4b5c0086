"""The addresses of organizations, places, sources, terms and arenas."""

from django.urls import path, re_path

from .views import (
    addresses,
    claims,
    corrections,
    freshness,
    letters,
    lists,
    records,
    references,
    spreadsheets,
    words,
    writing_to,
)

SLUG = r"(?P<slug>[A-Za-z0-9_-]{1,120})"


def record_pages(name: str, listed: type[lists.EntryList], page: type[records.EntryPage]) -> list:
    """Return the addresses of a kind of record: its list, its pages, their histories and citations.

    Takes the first part of the address and the views of the list and of one record.
    """
    kinds = page.kinds
    return [
        path(f"{name}/", listed.as_view(), name=name),
        re_path(rf"^{name}/{SLUG}/$", page.as_view(), name=f"{name}-page"),
        re_path(
            rf"^{name}/{SLUG}/history/$",
            records.HistoryPage.as_view(kinds=kinds),
            name=f"{name}-history",
        ),
        re_path(
            rf"^{name}/{SLUG}/cite/$", records.CitePage.as_view(kinds=kinds), name=f"{name}-cite"
        ),
    ]


WORDS = rf"^organizations/{SLUG}/words/"

urlpatterns = [
    path("organizations/sheet.csv", spreadsheets.Download.as_view(), name="sheet-csv"),
    path("organizations/sheet.xlsx", spreadsheets.Download.as_view(form="xlsx"), name="sheet-xlsx"),
    path("account/spreadsheets/", spreadsheets.Uploads.as_view(), name="uploads"),
    path("account/spreadsheets/<uuid:key>/", spreadsheets.UploadPage.as_view(), name="upload"),
    # Before the pages of organizations: no organization is called so.
    path("organizations/add/", claims.AddPage.as_view(), name="add"),
    re_path(rf"^organizations/{SLUG}/claim/$", claims.Claiming.as_view(), name="claim"),
    re_path(rf"^organizations/{SLUG}/claim/code/$", claims.CodePage.as_view(), name="claim-code"),
    re_path(rf"^account/speaks-for/{SLUG}/$", claims.HandOver.as_view(), name="custodian"),
    re_path(
        r"^claims/invitation/(?P<secret>[A-Za-z0-9_-]{1,80})/$",
        claims.InvitationPage.as_view(),
        name="claim-invitation",
    ),
    re_path(
        r"^claims/stop/(?P<secret>[A-Za-z0-9_-]{1,80})/$",
        claims.StopPage.as_view(),
        name="claim-stop",
    ),
    re_path(rf"{WORDS}$", words.Overview.as_view(), name="words"),
    re_path(rf"{WORDS}look/$", words.Look.as_view(), name="words-look"),
    re_path(rf"{WORDS}sent/$", words.Sent.as_view(), name="words-sent"),
    re_path(rf"{WORDS}answers/$", words.Answers.as_view(), name="words-answers"),
    re_path(
        rf"{WORDS}answers/(?P<number>[0-9]{{1,18}})/$",
        words.AnswerPage.as_view(),
        name="words-answer",
    ),
    *(
        re_path(rf"{WORDS}{code}/$", words.StepPage.as_view(), {"step": code}, name="words-step")
        for code in words.STEPS
    ),
    *record_pages("organizations", lists.OrganizationList, records.OrganizationPage),
    re_path(rf"^organizations/{SLUG}/upkeep/$", freshness.Upkeep.as_view(), name="upkeep"),
    re_path(rf"^organizations/{SLUG}/attest/$", freshness.Attest.as_view(), name="attest"),
    re_path(rf"^organizations/{SLUG}/contact/$", writing_to.Write.as_view(), name="write-to"),
    re_path(
        r"^confirm/(?P<secret>[A-Za-z0-9_-]{1,200})/$",
        freshness.StillRight.as_view(),
        name="still-right",
    ),
    path("networks-and-coalitions/", lists.PartnershipList.as_view(), name="partnerships"),
    *record_pages("places", lists.PlaceList, records.PlacePage),
    path("sources/", lists.SourceList.as_view(), name="sources"),
    re_path(rf"^sources/{SLUG}/$", references.SourcePage.as_view(), name="sources-page"),
    path("terms/", references.TermList.as_view(), name="terms"),
    re_path(
        r"^terms/(?P<scheme>[A-Za-z0-9_-]{1,40})/$",
        references.SchemePage.as_view(),
        name="terms-page",
    ),
    path("arenas/", references.ArenaList.as_view(), name="arenas"),
    re_path(rf"^arenas/{SLUG}/$", references.ArenaPage.as_view(), name="arenas-page"),
    path("corrections/", corrections.CorrectionPage.as_view(), name="corrections"),
    path("corrections/sent/", corrections.SentPage.as_view(), name="corrections-sent"),
    path("letters/<int:number>/", letters.LetterPage.as_view(), name="letters-page"),
    re_path(
        r"^id/(?P<name>[0-9]{1,18}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})/?$",
        addresses.permanent,
        name="permanent",
    ),
]
