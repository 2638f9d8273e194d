"""Pages for everyone: no axe violation in either theme, everything by keyboard, targets and zoom."""

import itertools
import os

import pytest
from site_under_test import CHAPTERS, PAGES, ROOT, static

from story import notebook

AXE = ROOT / "node_modules/axe-core/axe.min.js"

# Tables and sources too; of the rows, which are alike, the first eight; a drawing is one picture with its words.
EVERYTHING = """() => {
    document.querySelectorAll('.panel').forEach(panel => { panel.hidden = false });
    document.querySelectorAll('.scroll tbody tr:nth-child(n+9)').forEach(row => row.remove());
    document.querySelectorAll('.static svg').forEach(drawing => drawing.replaceChildren());
}"""


@pytest.fixture
def audit():
    """Run axe-core in a page: the rules broken, with the first place of each."""
    if not AXE.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("axe-core is not installed (npm is missing)")

    def audit(tab, rules):
        tab.evaluate(AXE.read_text("utf-8"))
        found = tab.evaluate("rules => axe.run({runOnly: rules})", rules)
        return [
            (rule["id"], rule["nodes"][0]["html"][:160], rule["nodes"][0]["failureSummary"][:300])
            for rule in found["violations"]
        ]

    return audit


@pytest.mark.parametrize("page", PAGES)
def test_no_axe_violation(visit, audit, page):
    tab = visit(page, bypass_csp=True)
    tab.evaluate(EVERYTHING)
    assert audit(tab, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]) == []
    tab.emulate_media(color_scheme="dark")  # the other theme differs in its colours alone, a phone in its sizes
    tab.set_viewport_size({"width": 360, "height": 800})
    assert audit(tab, ["color-contrast", "target-size", "scrollable-region-focusable"]) == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_can_be_walked_with_the_keyboard(visit, page):
    tab = visit(page)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    reached = set()
    here = """() => {
        const at = document.activeElement, card = at.closest('figure.card')?.id ?? '';
        return at === document.body ? null : [getComputedStyle(at).outlineStyle, `${card} ${at.id || at.textContent.trim()}`];
    }"""
    for _ in range(600):
        tab.keyboard.press("Tab")
        if not (place := tab.evaluate(here)):
            break
        assert place[0] != "none", place
        reached.add(place[1])
    for meta in notebook.cards(notebook.read(ROOT / f"chapters/{page}.ipynb")):
        assert any(place.startswith(f"{meta['id']} {meta['id']}-tab") for place in reached), meta["id"]
    assert any("theme" in place or "◐" in place for place in reached)


def test_tabs_work_with_the_arrow_keys(visit):
    tab = visit(CHAPTERS[0])
    card = tab.locator("figure.card").first
    card.locator("[role=tab]").first.focus()
    for name, inside in (("Table", "table"), ("Sources", ".cite"), ("Chart", ".static svg")):
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate("document.activeElement.textContent") == name
        assert card.locator(inside).filter(visible=True).first.is_visible()
        assert card.locator("[role=tab][aria-selected=true]").text_content() == name
    panel = card.locator("[role=tabpanel]").first
    assert panel.get_attribute("aria-labelledby") == card.locator("[role=tab]").first.get_attribute("id")


@pytest.mark.parametrize("page", PAGES)
def test_targets_are_large_enough(visit, page):
    tab = visit(page, 360)
    small = tab.evaluate("""[...document.querySelectorAll('button, input, select, summary, .bar a, .next a, .tabs a')]
        .filter(one => one.checkVisibility() && !one.closest('label:has(input[type=checkbox])'))
        .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([html]) => html)""")
    assert small == []


@pytest.mark.parametrize("page", ["index", *CHAPTERS])
def test_twice_the_text_size_still_fits(visit, page):
    tab = visit(page, 640)
    tab.add_style_tag(content="html{font-size:36px!important}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("page", PAGES)
def test_headings_and_landmarks(page):
    content = static(page)
    levels = [int(heading.name[1]) for heading in content.select("h1, h2, h3, h4")]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    assert len(content.select("main")) == len(content.select("header.bar")) == 1


def test_motion_is_reduced_when_asked(visit):
    tab = visit(CHAPTERS[0], reduced_motion="reduce")
    assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
