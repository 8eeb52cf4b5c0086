"""Errors of the embedded database, explained in a sentence."""

import contextlib
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from .bootstrap import SetupError, says_disk_is_full


class DatabaseProblem(SetupError):
    """A SetupError about the database."""


def disk_full_problem(path: Path) -> DatabaseProblem:
    return DatabaseProblem(
        f"There is no space left on the disk that holds {path}: free some (a new catalogue takes"
        " about 350 MB) and try again, or set MCS_HOME to a folder on another disk."
    )


def is_disk_full(path: Path, output: str) -> bool:
    """Whether a program reports a full disk, or that of this folder has no space even for a log."""
    if says_disk_is_full(output):
        return True
    try:
        return shutil.disk_usage(path).free < 1024**2
    except OSError:
        return False


def is_disk_full_error(error: BaseException) -> bool:
    """Whether this error, or one of its causes, is a full disk."""
    cause: BaseException | None = error
    while cause is not None:
        if getattr(cause, "pgcode", None) == "53100" or says_disk_is_full(str(cause)):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def wrong_owner_problem(path: Path, uid: int) -> DatabaseProblem:
    try:
        owner = pwd.getpwuid(uid).pw_name
    except KeyError:
        owner = f"number {uid}"
    return DatabaseProblem(
        f"{path} belongs to the user {owner}: run the catalogue as that user"
        " (as root, if root began it), or set MCS_HOME to a folder of your own."
    )


@contextlib.contextmanager
def explain_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the system into a DatabaseProblem that explains them."""
    try:
        yield
    except (OSError, psycopg2.Error, subprocess.SubprocessError) as error:
        if is_disk_full_error(error):
            raise disk_full_problem(folder) from error
        if isinstance(error, PermissionError):
            raise DatabaseProblem(
                f"The embedded database in {folder} is out of reach ({error.strerror}:"
                f" {error.filename}): run the catalogue as the user who began it (as root, if root"
                " did), or set MCS_HOME to a folder of your own."
            ) from error
        raise DatabaseProblem(
            f"The embedded database in {folder} cannot be used: {' '.join(str(error).split())}."
        ) from error
