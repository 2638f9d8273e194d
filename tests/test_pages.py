"""The published pages in a real browser: drawn, quiet, self-contained, readable on a phone."""

import csv
import functools
import io
import json
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import ROOT
from story import notebook
from story.drawing import BROWSERS

pytestmark = pytest.mark.xdist_group("pages")
SITE = ROOT / "_build/html"
PAGES = ["index", *(path.stem for path in notebook.chapters()), "ledger", "sources", "method"]
CHAPTERS = [path.stem for path in notebook.chapters()]


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
def browser():
    found = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        if os.environ.get("CI"):
            pytest.fail("no Chrome or Chromium: in CI the pages must be tested in a browser")
        pytest.skip("no Chrome or Chromium is installed; set BROWSER_PATH to test the pages")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """Open a page with the outside world cut off; at the end nothing may have complained or asked for it."""
    complaints, contexts = [], []

    def visit(page, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)

        def route(route):
            if route.request.url.startswith(address):
                return route.continue_()
            complaints.append(f"asked for {route.request.url}")
            return route.abort()

        context.route("**/*", route)
        tab = context.new_page()
        tab.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("response", lambda response: response.status >= 400 and complaints.append(f"{response.status} {response.url}"))
        tab.goto(f"{address}{page}.html")
        return tab

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_overflows_at_any_width(visit, page):
    tab = visit(page)
    for width in (320, 360, 768, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize("page", CHAPTERS)
@pytest.mark.parametrize("width", [360, 1280])
def test_every_chart_is_drawn_without_javascript(visit, page, width):
    tab = visit(page, width, java_script_enabled=False)
    cards = notebook.cards(notebook.read(ROOT / f"chapters/{page}.ipynb"))
    assert tab.locator("figure.card").count() == len(cards) > 0
    for meta in cards:
        shown = tab.locator(f"#{meta['id']} .static svg").filter(visible=True)
        assert shown.count() == 1
        box = shown.bounding_box()
        assert box["width"] > 250 and box["height"] > 100
        assert tab.locator(f"#{meta['id']} .chart").get_attribute("aria-label") == meta["alt"]


@pytest.mark.parametrize("page", CHAPTERS)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_live_chart_is_drawn_by_plotly_when_reached_for(visit, page, width, scheme):
    tab = visit(page, width, color_scheme=scheme)
    live = notebook.live(notebook.read(ROOT / f"chapters/{page}.ipynb"))
    assert tab.evaluate("typeof Plotly") == "undefined"
    for chart in tab.locator("[data-figure] .chart").all():
        chart.scroll_into_view_if_needed()
        before = tab.evaluate("document.documentElement.scrollHeight")
        chart.hover()
        chart.locator(".live .main-svg").first.wait_for()
        tab.wait_for_function("chart => chart.classList.contains('is-live')", arg=chart.element_handle())
        assert abs(tab.evaluate("document.documentElement.scrollHeight") - before) <= 2
    assert tab.locator(".chart.is-live").count() == len(live)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("page", CHAPTERS)
def test_controls_move_the_chart_its_words_and_its_table(visit, page):
    tab = visit(page)
    for output in notebook.live(notebook.read(ROOT / f"chapters/{page}.ipynb")):
        meta = output["layout"]["meta"]["story"]
        if "axes" not in meta:
            continue
        card = tab.locator(f"#{meta['id']}")
        fields = card.locator(".controls :is(input, select)")
        assert fields.count() == len(meta["axes"])
        key = [axis["start"] for axis in meta["axes"]]
        for place, axis in enumerate(meta["axes"]):
            other = len(axis["values"]) - 1 if key[place] == 0 else 0
            fields.nth(place).evaluate(
                "(field, value) => { field.value = value; field.dispatchEvent(new Event('input', {bubbles: true})) }", str(other)
            )
            key[place] = other
        tab.wait_for_function("([id, key]) => document.getElementById(id).dataset.key === key", arg=[meta["id"], ",".join(map(str, key))])
        expected = {path[0]: value for path, value in meta["states"][",".join(map(str, key))] if len(path) == 1}
        assert card.locator(".title").text_content() == expected.get("title", meta["title"])
        assert card.locator(".chart").get_attribute("aria-label") == expected.get("alt", meta["alt"])
        card.locator("button[type=reset]").click()
        tab.wait_for_function("([id, title]) => document.querySelector(`#${id} .title`).textContent === title", arg=[meta["id"], meta["title"]])


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_csv_read_back_is_the_table(page):
    for meta in notebook.cards(notebook.read(ROOT / f"chapters/{page}.ipynb")):
        rows = list(csv.reader(io.StringIO((SITE / f"_figures/{page}-{meta['id']}.csv").read_text("utf-8"))))
        expected = [meta["table"]["columns"], *meta["table"]["rows"]]
        assert rows == [["" if value is None else str(value) for value in row] for row in expected]


def test_the_theme_can_be_switched_and_charts_follow(visit):
    tab = visit(CHAPTERS[0], color_scheme="light")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = tab.evaluate(paper)
    tab.locator("button.theme").click()
    assert tab.evaluate(paper) != light
    tab.reload()
    assert tab.evaluate(paper) != light, "the choice is kept"


def test_the_ledger_lists_every_claim_with_or_without_verdict(visit):
    tab = visit("ledger", java_script_enabled=False)
    verdicts, claims = notebook.verdicts(), notebook.register("claims")
    assert tab.locator(".ledger tbody tr").count() == len(claims)
    for id in claims:
        label = verdicts[id]["label"] if id in verdicts else "not yet tested"
        assert tab.locator(f"#{id} .stamp").text_content() == label
    assert f"{len(verdicts)} of {len(claims)} claims tested" in tab.locator(".count").text_content()


def test_the_sources_page_offers_every_table(visit):
    tab = visit("sources")
    for path in (ROOT / "data").glob("*.csv"):
        assert tab.locator(f"#{path.stem} a[href='data/{path.name}']").count() == 1
        assert (SITE / "data" / path.name).read_bytes() == path.read_bytes()


def test_figure_data_on_the_site_is_what_the_notebook_holds():
    for page in CHAPTERS:
        for output in notebook.live(notebook.read(ROOT / f"chapters/{page}.ipynb")):
            meta = output["layout"]["meta"]["story"]
            text = (SITE / f"_figures/{page}-{meta['id']}.js").read_text("utf-8")
            assert json.loads(text.split("=", 1)[1])["base"]["data"] == output["data"]


def test_plotly_is_ours_and_shares_nothing():
    assert (SITE / "_static/plotly.js").stat().st_size > 1_000_000
    assert "showSendToCloud: false" in (SITE / "_static/live.js").read_text()
