"""Attempts are counted in the database, so that their limits hold for all processes together.

A cache, as Django calls it, that forgets nothing before its time: nobody makes room for more
guesses by filling it. When the database is away it says so, and does not count from zero.
"""

import json
import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

from orgs.access.attempt import Attempt


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
        kept = Attempt(name=self.make_key(key, version), value=value, until=self.until(timeout))
        Attempt.objects.bulk_create(
            [kept],
            update_conflicts=True,
            unique_fields=("name",),
            update_fields=("value", "until"),
        )

    def add(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keep a value if nothing is there, and return whether it was: of two at once, one."""
        # One statement: between two, somebody else may take the place, or leave it.
        given = (self.make_key(key, version), json.dumps(value), self.until(timeout))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO orgs_attempt AS kept (name, value, until) VALUES (%s, %s, %s)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until"
                " WHERE kept.until <= %s",
                (*given, timezone.now()),
            )
            return cursor.rowcount == 1

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
