"""Attempts are counted in the database, so that their limits hold for all processes together.

A cache, as Django calls it, that forgets nothing before its time: nobody makes room for more
guesses by filling it. When the database is away it says so, and does not count from zero.
"""

import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import transaction
from django.utils import timezone

from orgs.models import Attempt


class Attempts(BaseCache):
    """Keeps small values by name, each until its time is over."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return what is kept under a name."""
        kept = Attempt.objects.filter(
            name=self.make_key(key, version), until__gt=timezone.now()
        ).first()
        return default if kept is None else kept.value

    def set(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Keep a value, whatever was there."""
        Attempt.objects.update_or_create(
            name=self.make_key(key, version),
            defaults={"value": value, "until": self.until(timeout)},
        )

    def add(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keep a value if nothing is there, and return whether it was: of two at once, one."""
        name = self.make_key(key, version)
        with transaction.atomic():
            Attempt.objects.filter(name=name, until__lte=timezone.now()).delete()
            return Attempt.objects.get_or_create(
                name=name, defaults={"value": value, "until": self.until(timeout)}
            )[1]

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget what is kept under a name, and return whether there was anything."""
        return bool(Attempt.objects.filter(name=self.make_key(key, version)).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        Attempt.objects.all().delete()

    def until(self, timeout: Any) -> datetime:
        """Return when a value that is kept from now on is over."""
        moment = self.get_backend_timeout(timeout)
        return datetime.fromtimestamp(time.time() + 86_400 if moment is None else moment, UTC)
