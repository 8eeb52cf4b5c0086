#!/usr/bin/env python
"""Run a command of the catalogue: python manage.py help lists them."""

import os
import sys

# Commands that read no database; every other one finds the embedded database running.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "translations",
    "version",
}


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcs.settings")
    try:
        from django.core.management import execute_from_command_line

        from mcs.embedded.configuration import prepare_command
        from mcs.embedded.problems import DatabaseProblem
        from mcs.embedded.supervisor import end_with_parent
    except ImportError as error:
        sys.exit(
            f"{error.name} is missing: make run installs what the catalogue needs into .venv;"
            " then use .venv/bin/python manage.py."
        )
    # A worker of the server waits for the database: the server's supervisor alone restarts it.
    is_child = end_with_parent(sys.argv)
    try:
        prepare_command(os.environ, start=not is_child and needs_database(sys.argv[1:]))
        execute_from_command_line(sys.argv)
    except DatabaseProblem as problem:
        sys.exit(str(problem))


def needs_database(arguments: list[str]) -> bool:
    """Whether this command line reads or writes the catalogue."""
    if not arguments or {"-h", "--help", "--version"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


if __name__ == "__main__":
    main()
