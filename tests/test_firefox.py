"""The pages in Firefox too, where one is installed that the driver can drive."""

import pytest
from site_under_test import CHAPTERS, PAGES, chapter

from story import notebook


@pytest.mark.parametrize("page", PAGES)
def test_no_page_overflows_or_complains(visit_in_firefox, page):
    tab = visit_in_firefox(page, 360)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.locator("h1").first.is_visible()


@pytest.mark.parametrize("page", CHAPTERS)
def test_charts_come_alive_and_the_opening_picture_is_drawn(visit_in_firefox, page):
    tab = visit_in_firefox(page, 360)
    for drawn in tab.locator(".hero .static.narrow use").all():
        assert drawn.evaluate("use => use.getBBox().width") > 250
    for chart in tab.locator("[data-figure] .chart").all():
        before = tab.evaluate("document.documentElement.scrollHeight")
        chart.dispatch_event("pointerenter")
        tab.wait_for_function("chart => chart.classList.contains('is-live')", arg=chart.element_handle())
        assert abs(tab.evaluate("document.documentElement.scrollHeight") - before) <= 2
    assert tab.locator(".chart.is-live").count() == len(notebook.live(chapter(page)))


def test_a_control_moves_the_chart_and_the_address(visit_in_firefox):
    tab = visit_in_firefox("morocco")
    card = tab.locator("figure.card", has=tab.locator("input[type=range]")).first
    before = card.locator(".title").text_content()
    card.locator("input[type=range]").first.press("End")
    tab.wait_for_function("([id, before]) => document.querySelector(`#${id} .title`).textContent !== before",
                          arg=[card.get_attribute("id"), before])  # fmt: skip
    assert card.get_attribute("id") in tab.url
