"""The published pages in a real browser: drawn, quiet, self-contained, readable on a phone."""

import csv
import io
import json

import pytest
from site_under_test import CHAPTERS, PAGES, ROOT, SITE, chapter, static

from story import data, notebook


@pytest.mark.parametrize("page", PAGES)
def test_no_page_overflows_at_any_width(visit, page):
    tab = visit(page)
    for width in (320, 360, 768, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize("page", CHAPTERS)
@pytest.mark.parametrize("width", [360, 1280])
def test_every_chart_table_and_source_is_there_without_javascript(visit, page, width):
    tab = visit(page, width, java_script_enabled=False)
    cards = notebook.cards(chapter(page))
    assert tab.locator("figure.card").count() == len(cards) > 0
    for meta in cards:
        shown = tab.locator(f"#{meta['id']} .static svg").filter(visible=True)
        assert shown.count() == 1
        box = shown.bounding_box()
        assert box["width"] > 250 and box["height"] > 100
        assert tab.locator(f"#{meta['id']} .chart").get_attribute("aria-label") == meta["alt"]
        assert tab.locator(f"#{meta['id']} summary").all_text_contents() == ["Table", "Sources"]
        assert tab.locator(f"#{meta['id']} tbody tr").count() == len(meta["table"]["rows"])


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_opens_with_its_lead_chart(visit, page):
    lead = notebook.live(chapter(page))[0]["layout"]["meta"]["story"]
    tab = visit(page, 360)
    opening = tab.locator(".hero, figure.card").first
    assert opening.locator(".title").text_content() == lead["title"]
    assert opening.bounding_box()["y"] < 320, "on the first screen of a phone"
    hero = tab.locator(".hero")
    if hero.count() == 0:
        return  # the chart itself stands there
    assert hero.get_attribute("href") == f"#{lead['id']}"
    drawn = hero.locator("svg").filter(visible=True)
    assert drawn.evaluate("svg => svg.querySelector('use').getBBox().width") > 250, "drawn by reference"
    before = hero.screenshot()
    tab.locator(f"#{lead['id']} .chart").dispatch_event("pointerenter")
    tab.wait_for_function("id => document.querySelector(`#${id} .chart`).classList.contains('is-live')", arg=lead["id"])
    same = hero.screenshot() == before  # compared here: pytest would spell out how two pictures differ
    assert same, "still there when the chart itself is live"


@pytest.mark.parametrize("page", ["index", *CHAPTERS])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_live_chart_is_drawn_by_plotly_when_reached_for(visit, page, width, scheme):
    tab = visit(page, width, color_scheme=scheme)
    assert tab.evaluate("typeof Plotly") == "undefined"
    for chart in tab.locator("[data-figure] .chart").all():
        chart.scroll_into_view_if_needed()
        before = tab.evaluate("document.documentElement.scrollHeight")
        chart.dispatch_event("pointerenter")
        chart.locator(".live .main-svg").first.wait_for()
        tab.wait_for_function("chart => chart.classList.contains('is-live')", arg=chart.element_handle())
        assert abs(tab.evaluate("document.documentElement.scrollHeight") - before) <= 2
    expected = tab.locator(".findings li").count() if page == "index" else len(notebook.live(chapter(page)))
    assert tab.locator(".chart.is-live").count() == expected > 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def controlled(page):
    found = (output["layout"]["meta"]["story"] for output in notebook.live(chapter(page)))
    return [meta for meta in found if "axes" in meta]


SETTLED = "([id, key]) => document.getElementById(id).dataset.key === key"


@pytest.mark.parametrize("page", [page for page in CHAPTERS if controlled(page)])
def test_controls_move_the_chart_its_words_its_table_and_the_address(visit, page):
    tab, chosen = visit(page), {}
    for meta in controlled(page):
        name = chosen[meta["id"]] = turn(tab, meta)
        tab.wait_for_function(SETTLED, arg=[meta["id"], name])
        check(tab, meta, name)
        assert f"{meta['id']}={name}" in tab.url
    tab.reload()
    for meta in controlled(page):
        tab.wait_for_function(SETTLED, arg=[meta["id"], chosen[meta["id"]]])
        check(tab, meta, chosen[meta["id"]])
        tab.locator(f"#{meta['id']} button[type=reset]").click()
        tab.wait_for_function(SETTLED, arg=[meta["id"], ",".join(str(axis["start"]) for axis in meta["axes"])])
        assert tab.locator(f"#{meta['id']} .title").text_content() == meta["title"]
        assert f"{meta['id']}=" not in tab.url
    assert "?" not in tab.url


def turn(tab, meta):
    """Turn every control of a card away from where it stands; returns the key of the state."""
    key, fields = [], tab.locator(f"#{meta['id']} .controls :is(input, select)")
    assert fields.count() == len(meta["axes"])
    for place, axis in enumerate(meta["axes"]):
        key.append(len(axis["values"]) - 1 if axis["start"] == 0 else 0)
        if axis["kind"] == "range":
            fields.nth(place).focus()
            tab.keyboard.press("Home" if key[place] == 0 else "End")
            assert fields.nth(place).get_attribute("aria-valuetext") == axis["values"][key[place]]
        elif axis["kind"] == "check":
            fields.nth(place).click()
        else:
            fields.nth(place).select_option(str(key[place]))
    return ",".join(map(str, key))


def check(tab, meta, name):
    """What the card says must be what Python computed for this state."""
    expected = {path[0]: value for path, value in meta["states"][name] if len(path) == 1}
    card = tab.locator(f"#{meta['id']}")
    assert card.locator(".title").text_content() == expected.get("title", meta["title"])
    assert card.locator(".chart").get_attribute("aria-label") == expected.get("alt", meta["alt"])
    columns, rows = patched(meta["table"], meta["states"][name])
    assert card.locator("thead th").all_text_contents() == columns
    assert card.locator("tbody tr").count() == len(rows)
    assert card.locator("tbody td").first.text_content().startswith(str(rows[0][0])[:3].replace("-", "−"))


def patched(table, changes):
    table = json.loads(json.dumps(table))
    for path, value in changes:
        if path[0] == "table":
            owner = {"table": table}
            for step in path[:-1]:
                owner = owner[step]
            owner[path[-1]] = value
    return table["columns"], table["rows"]


def test_a_long_table_can_be_searched(visit):
    page, meta = next(
        (page, meta) for page in CHAPTERS for meta in notebook.cards(chapter(page)) if len(meta["table"]["rows"]) > 50
    )
    card = visit(page).locator(f"#{meta['id']}")
    card.locator("[role=tab]", has_text="Table").click()
    words = str(meta["table"]["rows"][-1][0])
    card.locator("input[type=search]").fill(words.upper())
    expected = sum(words.lower() in str(row[0]).lower() for row in meta["table"]["rows"])
    assert 0 < card.locator("tbody tr").filter(visible=True).count() == expected < len(meta["table"]["rows"])


def test_an_address_with_nonsense_is_ignored(visit):
    page = next(filter(controlled, CHAPTERS))
    meta = controlled(page)[0]
    tab = visit(f"{page}?{meta['id']}=99,x,%3Cscript%3E")
    assert tab.locator(f"#{meta['id']} .title").text_content() == meta["title"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_csv_read_back_is_the_table(page):
    for meta in notebook.cards(chapter(page)):
        rows = list(csv.reader(io.StringIO((SITE / f"_figures/{page}-{meta['id']}.csv").read_text("utf-8"))))
        expected = [meta["table"]["columns"], *meta["table"]["rows"]]
        assert rows == [["" if value is None else str(value) for value in row] for row in expected]


@pytest.mark.parametrize("page", CHAPTERS)
def test_downloads_are_there_and_the_drawing_stands_alone(page):
    links = [link["href"] for link in static(page).select("a[download]")]
    assert len(links) == 2 * len(notebook.cards(chapter(page)))
    for link in links:
        text = (SITE / link).read_text("utf-8")
        assert not link.endswith(".svg") or ("var(" not in text and "<svg" in text), link


def test_the_theme_can_be_switched_and_charts_follow(visit):
    tab = visit(CHAPTERS[0], color_scheme="light")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = tab.evaluate(paper)
    chart = tab.locator("[data-figure] .chart").first
    chart.dispatch_event("pointerenter")
    text = chart.locator(".live text").first
    text.wait_for()
    colour = "text => getComputedStyle(text).fill"
    before = text.evaluate(colour)
    tab.locator("button.theme").click()
    assert tab.evaluate(paper) != light
    tab.wait_for_function("([query, before]) => getComputedStyle(document.querySelector(query)).fill !== before",
                          arg=["[data-figure] .live text", before])  # fmt: skip
    tab.reload()
    assert tab.evaluate(paper) != light, "the choice is kept"
    assert tab.evaluate("Object.keys(localStorage)") == ["theme"] and tab.context.cookies() == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_print_shows_charts_tables_and_sources_on_light_paper(visit, page):
    tab = visit(page, color_scheme="dark")
    tab.emulate_media(media="print")
    for meta in notebook.cards(chapter(page)):
        assert tab.locator(f"#{meta['id']} .static svg").filter(visible=True).count() == 1
        assert tab.locator(f"#{meta['id']} tbody tr").first.is_visible()
        assert tab.locator(f"#{meta['id']} .cite").is_visible()
    assert tab.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')") == "#fdfcf9"
    assert len(tab.pdf()) > 20_000


@pytest.mark.parametrize("page", CHAPTERS)
def test_verdicts_follow_the_same_rule_in_the_page_as_in_python(visit, page):
    from itertools import product

    from story.claims import _label

    tab = visit(page)
    ratings = [list(some) for size in range(5) for some in product(["inside", "close", "outside"], repeat=size)]
    assert tab.evaluate("all => all.map(story.label)", ratings) == [_label(some) for some in ratings]
    for verdict in (one for one in notebook.verdicts().values() if one["chapter"] == page):
        article = tab.locator(f"#verdict-{verdict['claim']['id']}")
        assert article.locator(".stamp").text_content() == verdict["label"]
        counted = [row["rating"] for row in verdict["definitions"] if row["rating"] != "apart"]
        assert tab.evaluate("story.count", counted) == verdict["count"]
        stamps = article.evaluate("""article => [...article.querySelectorAll("input[type=checkbox]")].map(box => {
            box.click();
            const without = article.querySelector(".stamp").textContent;
            box.click();
            return without;
        })""")
        assert stamps == [_label(counted[:place] + counted[place + 1 :]) for place in range(len(counted))]
        assert article.locator(".stamp").text_content() == verdict["label"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_claim_reviews_are_valid(page):
    reviews = [json.loads(script.string) for script in static(page).select("script[type='application/ld+json']")]
    mine = [one for one in notebook.verdicts().values() if one["chapter"] == page and one["label"] != "cannot be tested"]
    assert len(reviews) == len(mine)
    for review, verdict in zip(reviews, mine, strict=True):
        assert review["@context"] == "https://schema.org" and review["@type"] == "ClaimReview"
        assert set(review) <= {
            "@context",
            "@type",
            "url",
            "claimReviewed",
            "inLanguage",
            "author",
            "itemReviewed",
            "reviewRating",
        }
        assert review["claimReviewed"] == verdict["claim"]["quote"]
        rating = review["reviewRating"]
        assert (
            rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"]
            and rating["alternateName"] == verdict["label"]
        )
        assert (
            review["itemReviewed"]["@type"] == "Claim"
            and review["author"]["name"]
            and review["url"].endswith(verdict["claim"]["id"])
        )


def test_the_cover_leads_into_every_chapter_and_counts_every_claim():
    page = static("index")
    assert sorted(link["href"] for link in page.select(".parts h3 a")) == sorted(f"{name}.html" for name in CHAPTERS)
    assert sum(int(part["style"].removeprefix("--n:")) for part in page.select(".score i")) == len(data.register("claims"))
    for finding in page.select(".findings li"):
        name = finding.select_one("h2 a")["href"].removesuffix(".html")
        assert finding.h2.text == notebook.live(chapter(name))[0]["layout"]["meta"]["story"]["title"]


def test_the_ledger_lists_every_claim_with_or_without_verdict():
    page, verdicts, claims = static("ledger"), notebook.verdicts(), data.register("claims")
    assert [row["id"] for row in page.select(".ledger tbody tr")] == list(claims)
    for id in claims:
        label = verdicts[id]["label"] if id in verdicts else "not yet tested"
        assert page.select_one(f"[id='{id}'] .stamp").text == label
    assert f"{len(verdicts)} of {len(claims)} claims tested" in page.select_one(".tally").text


def test_the_ledger_sorts_and_filters(visit):
    tab = visit("ledger")
    rows = tab.locator(".ledger tbody tr")
    tab.locator("#ledger-words").fill("salariat")
    assert (
        rows.filter(visible=True).count() == sum("salariat" in claim["quote"] for claim in data.register("claims").values()) > 0
    )
    tab.locator("#ledger-words").fill("")
    tab.locator("#ledger-verdict").select_option("fails")
    assert rows.filter(visible=True).count() == sum(one["label"] == "fails" for one in notebook.verdicts().values())
    tab.locator("#ledger-verdict").select_option("")
    for sort in ("ascending", "descending"):
        tab.locator(".ledger th button", has_text="Verdict").click()
        assert tab.locator(".ledger th").nth(1).get_attribute("aria-sort") == sort
        labels = tab.locator(".ledger .stamp").all_text_contents()
        assert labels == sorted(labels, reverse=sort == "descending")


def test_the_search_finds_english_and_french(visit):
    tab = visit("search")
    for words in ("peau de chagrin" if "wage-work" in CHAPTERS else "agriculteurs divise", "every defensible definition"):
        tab.locator("#query").fill(words)
        tab.locator(".results li").first.wait_for()
    tab.locator("#query").fill("zzzz nothing")
    tab.wait_for_function("document.querySelector('.found').textContent.startsWith('0')")
    tab = visit("search?q=maroc")
    tab.locator(".results a").first.wait_for()
    tab.locator(".results a").first.click()
    tab.locator("h1").first.wait_for()


def test_the_sources_page_offers_every_table():
    page = static("sources")
    for path in (ROOT / "data").glob("*.csv"):
        assert len(page.select(f"[id='{path.stem}'] a[href='data/{path.name}']")) == 1
        assert (SITE / "data" / path.name).read_bytes() == path.read_bytes()


def test_figure_data_on_the_site_is_what_the_notebook_holds():
    for page in CHAPTERS:
        for output in notebook.live(chapter(page)):
            meta = output["layout"]["meta"]["story"]
            text = (SITE / f"_figures/{page}-{meta['id']}.js").read_text("utf-8")
            assert json.loads(text.split("=", 1)[1])["base"]["data"] == output["data"]


def test_plotly_is_ours_and_shares_nothing():
    assert (SITE / "_static/plotly.js").stat().st_size > 1_000_000
    assert "showSendToCloud: false" in (SITE / "_static/live.js").read_text()


@pytest.mark.parametrize("page", PAGES)
def test_the_head_of_every_page(page):
    head = static(page).html
    assert head["lang"] == "en"
    assert 40 <= len(head.select_one("meta[name=description]")["content"]) <= 200
    policy = head.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in scripts and "*" not in policy and "http" not in policy
    assert head.select_one("meta[property='og:title']")["content"]
    if page in CHAPTERS:
        assert len(list((SITE / "_figures").glob(f"{page}-*-share.png"))) == 1
