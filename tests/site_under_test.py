"""The built site for the browser tests: served on this machine, opened with the outside world cut off."""

import functools
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Error

from story import drawing, notebook

ROOT = notebook.CHAPTERS.parent
SITE = ROOT / "_build/html"
CHAPTERS = [path.stem for path in notebook.chapters()]
PAGES = ["index", *CHAPTERS, "ledger", "patterns", "sources", "method", "rerun", "corrections", "search", "404"]


def static(page):
    """A published page as it comes, before any script."""
    return BeautifulSoup((SITE / f"{page}.html").read_text("utf-8"), "html.parser")


def chapter(name):
    """The committed notebook of a chapter."""
    return notebook.read(ROOT / f"chapters/{name}.ipynb")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address():
    assert (SITE / "index.html").exists(), "build the site first: make book"
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def play():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play


@pytest.fixture(scope="session")
def browser(play):
    found = drawing.browser()
    if not found:
        if os.environ.get("CI"):
            pytest.fail("no Chrome or Chromium: in CI the pages must be tested in a browser")
        pytest.skip("no Chrome or Chromium is installed; set BROWSER_PATH to test the pages")
    cut = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no outside world for the pages
    browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", cut])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox(play):
    found = shutil.which("firefox") or shutil.which("firefox-esr")
    if not found:
        pytest.skip("no Firefox is installed")
    try:
        browser = play.firefox.launch(channel="moz-firefox", executable_path=found)
        browser.new_page().close()
    except Error as error:
        pytest.skip(f"{found} is there, but the driver cannot drive it: {error.message.splitlines()[0]}")
    yield browser
    browser.close()


@pytest.fixture
def visit(browser, address):
    """Open a page in Chromium; at the end nothing may have complained, failed, or asked for the outside."""
    yield from visits(browser, address)


@pytest.fixture
def visit_in_firefox(firefox, address):
    """The same in Firefox."""
    yield from visits(firefox, address)


def visits(browser, address):
    complaints, contexts = [], []

    def visit(page, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)

        tab = context.new_page()
        tab.on("request", lambda request: request.url.startswith(address) or complaints.append(f"asked for {request.url}"))
        tab.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("response", lambda response: response.status >= 400 and complaints.append(f"{response.status} {response.url}"))
        name, _, rest = page.partition("?")
        tab.goto(f"{address}{name}.html" + (f"?{rest}" if rest else ""))
        return tab

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
