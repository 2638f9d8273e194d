"""Text from tables, claims, cards and sidecars is text: a script planted in any of them stays harmless."""

import json

from bs4 import BeautifulSoup
from test_guards import build

from story import notebook
from story.claims import CLAIM_MIME, VERDICT_MIME

EVIL = "<script>document.title='owned'</script></script>\"'><img src=x onerror=\"document.title='owned'\">1"


def test_planted_scripts_stay_text(book, browser):
    path = sorted((book / "chapters").glob("*.ipynb"))[0]
    content = json.loads(path.read_text())
    content["cells"][0]["source"] = ["# A title\n\nA sentence under it, before any cell.\n"]
    live = notebook.live(content)[-1]["layout"]["meta"]["story"]  # not the lead: its words are in a picture's name
    live |= {"title": EVIL, "subtitle": EVIL, "alt": EVIL}
    live["table"]["columns"][0] = live["table"]["rows"][0][0] = EVIL
    for axis in live.get("axes", []):
        axis["label"] = axis["values"][0] = EVIL
    for claim in notebook.outputs(content, CLAIM_MIME):
        claim |= {"quote": EVIL, "translation": EVIL, "reading": EVIL, "where": EVIL}
    for verdict in notebook.outputs(content, VERDICT_MIME):
        verdict["claim"] |= {"quote": EVIL, "translation": EVIL, "unit": EVIL}
        verdict["definitions"][0] |= {"label": EVIL, "note": EVIL}
    path.write_text(json.dumps(content))
    for sidecar in (book / "data").glob("*.toml"):
        text = sidecar.read_text()
        if text.startswith("name = "):
            sidecar.write_text(text.replace('description = "', 'description = "<script>document.title=1</script> ', 1))
    code, said = build(book)
    assert code == 0, said
    for name in (path.stem, "ledger", "patterns", "sources", "index"):
        page = book / f"_build/html/{name}.html"
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        assert not soup.find("img")
        allowed = [script.get("src") or script.get("type") or "early" for script in soup.find_all("script")]
        assert set(allowed) <= {"early", "_static/story.js", "application/ld+json"}, allowed
        for script in soup.find_all("script", type="application/ld+json"):
            json.loads(script.string)
        tab = browser.new_page()
        tab.goto(page.as_uri())
        for chart in tab.locator("[data-figure] .chart").all()[-1:]:
            chart.dispatch_event("pointerenter")
        tab.wait_for_timeout(500)
        assert "owned" not in tab.title() and tab.title() != "1"
        tab.close()
