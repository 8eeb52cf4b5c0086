"""Where somebody has signed in: told so that they know their own devices again, and no more."""

from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models.signals import pre_save
from django.dispatch import receiver

from .devices import device


@receiver(pre_save, sender=UserSession)
def keep_little(instance: UserSession, **kwargs: Any) -> None:
    """Keep of a browser what its owner needs to know it again. The rest comes from `Accounts`."""
    instance.user_agent = device(instance.user_agent)


def sessions_of(account: Any) -> list[UserSession]:
    """Return where somebody is signed in, the latest first. What has ended is forgotten."""
    there = UserSession.objects.purge_and_list(account)
    return sorted(there, key=lambda one: one.created_at, reverse=True)


def end_sessions(account: Any, keys: Iterable[str]) -> None:
    """Sign somebody out in these sessions of theirs."""
    for session in UserSession.objects.filter(user=account, session_key__in=[*keys]):
        session.end()


def end_other_sessions(account: Any, but: str | None = None) -> None:
    """Sign somebody out everywhere, except in the session with this key."""
    there = UserSession.objects.filter(user=account).exclude(session_key=but or "")
    end_sessions(account, there.values_list("session_key", flat=True))
