"""The sessions of an account, and signing out of them."""

from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models.signals import pre_save
from django.dispatch import receiver

from .devices import describe_device


@receiver(pre_save, sender=UserSession)
def shorten_user_agent(instance: UserSession, **kwargs: Any) -> None:
    """Store what people need to recognize a device. `AccountAdapter` hashes its network address."""
    instance.user_agent = describe_device(instance.user_agent)


def sessions_of(account: Any) -> list[UserSession]:
    """The latest first. Deletes sessions that have ended."""
    sessions = UserSession.objects.purge_and_list(account)
    return sorted(sessions, key=lambda session: session.created_at, reverse=True)


def end_sessions(account: Any, keys: Iterable[str]) -> None:
    """End the sessions with these keys. Keys of other accounts have no effect."""
    for session in UserSession.objects.filter(user=account, session_key__in=[*keys]):
        session.end()


def end_other_sessions(account: Any, but: str | None = None) -> None:
    """End all sessions, except the one with the key `but`."""
    others = UserSession.objects.filter(user=account).exclude(session_key=but or "")
    end_sessions(account, others.values_list("session_key", flat=True))
