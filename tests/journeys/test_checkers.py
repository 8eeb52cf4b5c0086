"""The checkers see what is wrong: a page with every error, and what they report."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mcs.middleware import HEADERS

from . import tools
from .keyboard import walk
from .visits import Visit, visit, window

BAD = """<!doctype html>
<html lang="en">
<head><title>Bad</title><link rel="icon" href="/icon"></head>
<body>
  <main>
    <h1>Bad</h1>
    <p style="color: red">Styled inline</p>
    <p class="pale">Too pale</p>
    <p class="glare">Pale in the dark</p>
    <input name="unlabelled">
    <p><a class="small" href="/a">a</a> <a class="small" href="/b">b</a></p>
    <div class="wide">Wide</div>
    <details><summary>Folded</summary><p>Not on paper</p></details>
    <button class="hidden-focus">Focus unseen</button>
    <button tabindex="2">Too early</button>
    <img src="http://127.0.0.2:9/elsewhere.png" alt="From elsewhere">
    <table><div>Not in a table</div></table>
    <p id="told">Without scripts</p>
  </main>
</body>
</html>"""

STYLE = """
.pale { color: #aaa; background: #fff; }
.small { display: inline-block; width: 8px; height: 8px; }
.wide { width: 1500px; }
.hidden-focus:focus { outline: none; }
@media (prefers-color-scheme: dark) { .glare { color: #eee; background: #fff; } }
"""


class Handler(BaseHTTPRequestHandler):
    """Serves the bad page, guarded like ours."""

    def do_GET(self) -> None:
        """Answer with the page, or with its style."""
        body, kind = (STYLE, "text/css") if self.path == "/style" else (PAGE, "text/html")
        self.send_response(200)
        for name, value in {**HEADERS, "Content-Type": f"{kind}; charset=utf-8"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


PAGE = BAD.replace("</head>", '<link rel="stylesheet" href="/style"></head>')


@pytest.fixture(scope="module")
def bad() -> Iterator[str]:
    """The address of a page on which everything is wrong."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def seen(browser, bad) -> Visit:
    """What is seen on it."""
    return visit(browser, bad, "/")


def rules(violations: list[str], about: str) -> set[str]:
    """The rules that axe sees broken by elements with these words."""
    return {one.partition(":")[0] for one in violations if about in one}


def test_axe_sees_violations_in_light_dark_and_narrow(seen):
    assert rules(seen.violations["light"], "unlabelled") == {"label"}
    assert rules(seen.violations["light"], "pale") == {"color-contrast"}
    assert rules(seen.violations["light"], "glare") == set()
    assert rules(seen.violations["dark"], "glare") == {"color-contrast"}
    assert rules(seen.violations["narrow"], "small") == {"target-size"}
    assert rules(seen.violations["print"], "pale") == {"color-contrast"}


def test_console_and_requests_to_elsewhere_are_seen(seen):
    assert any("inline style" in message for message in seen.messages)
    assert seen.foreign == ["http://127.0.0.2:9/elsewhere.png"]


def test_what_is_too_wide_and_what_is_not_printed_is_seen(seen):
    assert [any("wide" in one for one in seen.too_wide[way]) for way in ("zoomed", "print")] == [
        True,
        True,
    ]
    assert seen.not_printed == ["<p>Not on paper</p>"]
    assert seen.printed_controls == ["input", "button"]


def test_weight_is_seen(seen):
    assert seen.sizes["/"] > len(PAGE)
    assert seen.sizes["/style"] > len(STYLE)


def test_keyboard_sees_what_is_out_of_order_and_not_shown(browser, bad):
    with window(browser) as page:
        page.goto(bad)
        made = walk(page)

    assert made.out_of_order != []
    assert [problem for problem in made.problems if "hidden-focus" in problem] == [
        '<button class="hidden-focus">Focus unseen</button> shows no outline'
    ]


def test_html_checker_sees_errors(seen, tmp_path):
    (tmp_path / "bad.html").write_text(seen.html)

    assert any("div" in one for one in tools.check_html(tools.java(), tmp_path))
