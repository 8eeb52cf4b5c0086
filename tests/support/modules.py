"""The modules of the product."""

from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("orgs", "campaigns", "mcs")


@cache
def modules() -> dict[str, Path]:
    """Every module of the three apps by its dotted name; a package by its own."""
    paths = {}
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return paths
