"""What every page shares, written once the pages are: styles, scripts, plotly.js, tables, search, sitemap, feed."""

import base64
import hashlib
import json
import re
import shutil
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from story import data, drawing
from story.theme import LIGHT_DARK, template

LOG = logging.getLogger(__name__)
PLOTLY = data.ROOT / "node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
# Before the first paint: the reader's own theme, and the word that scripts run (tabs and controls then take their place).
EARLY = (
    'document.documentElement.className="js";try{let t=localStorage.theme;if(t)document.documentElement.dataset.theme=t}catch{}'
)
CSP = (
    "default-src 'none'; script-src 'self' 'sha256-{hash}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'self'; form-action 'self'"
)
HEADERS = """\
/*
  Content-Security-Policy: {csp}; frame-ancestors 'self'
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Permissions-Policy: interest-cohort=()
"""


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the shared files of the site; does nothing when the build failed."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    _assets(out)
    (out / "_figures").mkdir(exist_ok=True)
    for path in (out / "_figures").glob("*-share.png"):
        path.unlink()  # of an earlier build
    for path in drawing.CHARTS.glob("*-share.png"):
        shutil.copyfile(path, out / "_figures" / path.name)
    shutil.rmtree(out / "data", ignore_errors=True)
    (out / "data").mkdir()
    for path in sorted([*data.DATA.glob("*.csv"), *(data.DATA / f"{slug}.toml" for slug in data.slugs())]):
        shutil.copyfile(path, out / "data" / path.name)
    pages = {app.builder.get_target_uri(docname): docname for docname in sorted(app.env.found_docs)}
    index = [entry for uri, docname in pages.items() for entry in _sections(app.env.get_doctree(docname), uri)]
    (out / "_static/search-index.js").write_text(f"story.index={json.dumps(index, ensure_ascii=False)}\n", "utf-8")
    base = app.config.html_baseurl.rstrip("/")
    (out / "_headers").write_text(HEADERS.format(csp=csp()), "utf-8")
    (out / "feed.xml").write_text(_feed(app.config.project, base), "utf-8")
    if base:
        places = "".join(f"<url><loc>{base}/{uri}</loc></url>" for uri in pages)
        sitemap = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>\n'
        (out / "sitemap.xml").write_text(sitemap, "utf-8")
        (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base}/sitemap.xml\n", "utf-8")


def csp() -> str:
    """The content security policy, with the hash of the one inline script."""
    return CSP.format(hash=base64.b64encode(hashlib.sha256(EARLY.encode()).digest()).decode())


@cache
def styles() -> str:
    """The style sheet with the colours of both themes; it stands in every page, so that nothing waits for a second file."""
    light, dark = (
        "".join(f"--{name.replace('_', '-')}:{pair[place]};" for name, pair in LIGHT_DARK.items()) for place in (0, 1)
    )
    colours = (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
    )
    css = re.sub(r"/\*.*?\*/", "", (data.ROOT / "_static/story.css").read_text("utf-8"), flags=re.S)
    return colours + re.sub(r"\s*\n\s*", "\n", css).strip()


def _assets(out: Path) -> None:
    own = data.ROOT / "_static"
    constants = json.dumps({"template": template(), "colours": list(LIGHT_DARK.values())}, separators=(",", ":"))
    live = (own / "live.js").read_text("utf-8").replace('"STORY_CONSTANTS"', constants)
    (out / "_static/live.js").write_text(live, "utf-8")
    shutil.copyfile(PLOTLY if PLOTLY.exists() else files("plotly") / "package_data/plotly.min.js", out / "_static/plotly.js")
    LOG.info("plotly.js: %s", "the cartesian bundle of npm" if PLOTLY.exists() else "the full bundle of the plotly package")
    for idle in ("basic.css", "doctools.js", "documentation_options.js", "language_data.js", "searchtools.js",
                 "sphinx_highlight.js", "pygments.css", "story.css", "file.png", "minus.png", "plus.png"):  # fmt: skip
        (out / "_static" / idle).unlink(missing_ok=True)  # Sphinx copies them; no page of ours asks for them


def _sections(doctree: nodes.document, uri: str) -> list[dict]:
    """What the search knows: every section with its words, claims in both languages included."""
    found = []
    for section in doctree.findall(nodes.section):
        words = []
        for node in section.findall(lambda node: isinstance(node, (nodes.paragraph, nodes.list_item, nodes.raw, nodes.title))):
            if node.next_node(nodes.section) is None and _owner(node) is section:
                words.append(node.astext())
        for node in section.findall(lambda node: "kind" in getattr(node, "attributes", {})):
            if _owner(node) is section:
                words += _words(node["kind"], node["content"])
        title = section.next_node(nodes.title).astext()
        found.append({"title": title, "url": f"{uri}#{section['ids'][0]}", "text": " ".join(" ".join(words).split())})
    return found


def _owner(node: nodes.Node) -> nodes.Node | None:
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node


def _words(kind: str, content: dict) -> list[str]:
    if kind in ("claim", "verdict"):
        one = content.get("claim", content)
        return [one["quote"], one["translation"], one["reading"], content.get("label", "")]
    meta = content["layout"]["meta"]["story"] if kind == "plotly" else content if kind == "card" else None
    return [meta["title"], meta["subtitle"]] if meta else []


def _feed(title: str, base: str) -> str:
    """The corrections as an Atom feed."""
    rows = data.corrections()
    home = base or "https://example.invalid"  # a feed needs an absolute address; BOOK_URL gives the real one
    entries = "".join(
        f"<entry><id>{home}/corrections.html#{row['id']}</id><title>{escape(row['title'])}</title>"
        f"<updated>{row['date']}T00:00:00Z</updated><link href='{home}/corrections.html#{row['id']}'/>"
        f"<summary>{escape(row['was'])} {escape(row['changed'])}</summary></entry>"
        for row in rows
    )
    released = re.search(r"^date-released: (\S+)", (data.ROOT / "CITATION.cff").read_text("utf-8"), re.M)[1]
    updated = rows[0]["date"] if rows else released
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>{home}/</id>'
        f"<title>{escape(title)} Corrections</title><author><name>{escape(title)}</name></author>"
        f"<updated>{updated}T00:00:00Z</updated><link href='{home}/corrections.html'/>{entries}</feed>\n"
    )
