"""Each role has the rights that the table gives it, and no others."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.utils import timezone

from orgs.access.account import Account
from orgs.access.representative import Representative
from orgs.access.roles import RIGHTS, Right, Role, can, role_of
from tests.support.admin import editor

pytestmark = pytest.mark.django_db


def account(**fields) -> Account:
    return Account.objects.create_user("someone@example.org", **fields)


# The table ----------------------------------------------------------------------------------------


def test_table_lists_every_role_and_every_right():
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == set(Right)


def test_table_cannot_be_changed():
    with pytest.raises(TypeError):
        RIGHTS[Role.READER] = frozenset(Right)  # type: ignore[index]


@pytest.mark.parametrize(
    ("fewer", "more"),
    [
        (Role.READER, Role.ACCOUNT),
        (Role.ACCOUNT, Role.REPRESENTATIVE),
        (Role.ACCOUNT, Role.EDITOR),
        (Role.EDITOR, Role.MODERATOR),
        (Role.MODERATOR, Role.ADMINISTRATOR),
    ],
)
def test_each_role_has_the_rights_of_the_one_below_it(fewer, more):
    assert RIGHTS[fewer] < RIGHTS[more]


def test_roles_below_moderator_cannot_read_what_is_not_public():
    secret = {Right.SEE_UNPUBLISHED, Right.SEE_CONFIDENTIAL, Right.SEE_CORRECTIONS}

    assert [role for role in Role if RIGHTS[role] & secret] == [
        Role.MODERATOR,
        Role.ADMINISTRATOR,
    ]


# Who has which role -------------------------------------------------------------------------------


def test_anonymous_user_is_a_reader():
    assert role_of(None) is role_of(AnonymousUser()) is Role.READER


def test_closed_account_is_a_reader():
    assert role_of(account(is_active=False, is_staff=True, is_superuser=True)) is Role.READER


def test_permission_of_a_moderator_alone_gives_no_role():
    user = account()
    user.user_permissions.add(Permission.objects.get(codename="change_changeset"))

    assert role_of(user) is Role.ACCOUNT


def test_editor_becomes_a_moderator_by_permission_or_group():
    by_group = editor("group@example.org", accepts=False)
    group = Group.objects.create(name="Moderators")
    group.permissions.add(Permission.objects.get(codename="change_changeset"))

    assert role_of(by_group) is Role.EDITOR
    by_group.groups.add(group)
    assert role_of(Account.objects.get(pk=by_group.pk)) is Role.MODERATOR
    assert role_of(editor()) is Role.MODERATOR


def test_administrator_is_a_superuser_who_may_use_the_admin():
    user = Account.objects.create_superuser("admin@example.org", "long enough password")

    assert role_of(user) is Role.ADMINISTRATOR
    assert all(can(user, right) for right in RIGHTS[Role.ADMINISTRATOR])


def test_representative_has_its_rights_for_its_own_organization_alone(write):
    own, other = write.record("organization", "own"), write.record("organization", "other")
    user = account()
    Representative.objects.create(account=user, record=own)

    assert can(user, Right.EDIT_OWN_PROFILE, own)
    assert can(user, Right.EDIT_OWN_PROFILE, own.pk)
    assert not can(user, Right.EDIT_OWN_PROFILE, other)
    assert not can(user, Right.EDIT_OWN_PROFILE)
    assert not can(user, Right.SEE_CONFIDENTIAL, own)


@pytest.mark.parametrize("fields", [{"ended": 0}, {"since": 1}])
def test_representative_has_no_rights_before_or_after_its_term(write, fields):
    own, user = write.record("organization", "own"), account()
    days = {name: timezone.now() + timedelta(days=day) for name, day in fields.items()}
    Representative.objects.create(account=user, record=own, **days)

    assert not can(user, Right.EDIT_OWN_PROFILE, own)


def test_editor_who_represents_an_organization_has_both(write):
    own, user = write.record("organization", "own"), editor(accepts=False)
    Representative.objects.create(account=user, record=own)

    assert can(user, Right.PROPOSE, own)
    assert can(user, Right.EDIT_OWN_PROFILE, own)
    assert not can(user, Right.DECIDE, own)
