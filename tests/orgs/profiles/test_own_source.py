"""An organization has one source of its own, and only its representatives write in it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.changes.changeset import Changeset
from orgs.profiles.own_source import own_source
from orgs.records.source import Source


def test_organization_has_one_source_that_moves_on_by_the_month(write):
    organization = write.record("organization", "mujeres-en-red")
    changeset = write.changeset_of(organization)
    first = own_source(changeset, organization)
    changeset.propose().accept()
    Source.objects.filter(pk=first).update(observed="2020-05")

    later = write.changeset_of(organization)
    again = own_source(later, organization)
    later.propose().accept()
    same_month = Changeset()

    assert (again, own_source(same_month, organization)) == (first, first)
    assert Source.objects.get(pk=first).observed == timezone.now().strftime("%Y-%m")
    assert same_month.is_empty()


@pytest.mark.parametrize(
    ("since", "ended", "may"), [(-1, None, True), (1, None, False), (-2, -1, False)]
)
def test_only_a_representative_after_the_hold_and_before_the_end_may_edit(write, since, ended, may):
    organization = write.record("organization", "mujeres-en-red")
    account = Account.objects.create_user("ana@example.org")
    now = timezone.now()
    Representative.objects.create(
        account=account,
        record=organization,
        since=now + timedelta(days=since),
        ended=None if ended is None else now + timedelta(days=ended),
    )

    assert Representative.objects.represents(account, organization) is may
