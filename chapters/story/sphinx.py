"""The book's Sphinx extension: checks the chapters, shows their outputs, writes the site.

Never imported by the chapters: docutils does not exist where they may run.
"""

import os
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from story import data, drawing, notebook, site
from story.claims import CLAIM_MIME, VERDICT_MIME
from story.figure import CARD_MIME, PLOTLY_MIME
from story.page import PREFIX, Page

KINDS = {PLOTLY_MIME: "plotly", CARD_MIME: "card", "image/svg+xml": "svg", CLAIM_MIME: "claim", VERDICT_MIME: "verdict"}
BLOCKS = ("ledger", "patterns", "sources", "chapters", "corrections")


class shown(nodes.General, nodes.Element):
    """An output of a chapter, or a generated block, kept as data until the page is written."""


class Outputs:
    """The myst-nb plugin that turns our outputs into nodes instead of text or images."""

    mime_priority_overrides = tuple(("*", mime, place) for place, mime in enumerate(KINDS, 1))

    @staticmethod
    def handle_mime(renderer: Any, output: Any, inline: bool) -> list[nodes.Element] | None:
        """Keep the content of an output of ours; leave every other one to myst-nb."""
        if inline or output.mime_type not in KINDS:
            return None
        return [shown(kind=KINDS[output.mime_type], content=output.content)]


class FlatBuilder(StandaloneHTMLBuilder):
    """The HTML builder, with `chapters/farmers` published as `farmers.html`; the search is ours."""

    search = False

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return super().get_target_uri(docname.removeprefix(PREFIX), typ)

    def get_outfilename(self, pagename: str) -> str:
        return super().get_outfilename(pagename.removeprefix(PREFIX))


class Block(Directive):
    """A generated block, such as ```{story-ledger}```; what follows its name on the line is given to it."""

    optional_arguments, final_argument_whitespace = 1, True

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        for path in [*notebook.chapters(), *data.DATA.glob("*.toml"), data.ROOT / "_toc.yml"]:
            env.note_dependency(str(path))
        return [shown(kind=self.name.removeprefix("story-"), content=" ".join(self.arguments))]


class Show(SphinxPostTransform):
    """Replace what a chapter showed by HTML, just before the page is written (and indexed for the search)."""

    default_priority = 3  # before myst-nb picks one mime type of each bundle

    def run(self, **kwargs: Any) -> None:
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") == "mime_bundle":
                ours = {node["kind"]: node["content"] for node in bundle.findall(shown)}
                if "card" in ours:  # a matplotlib card is two outputs: the drawing and what is said of it
                    bundle.replace_self(shown(kind="still", content={"meta": ours["card"], "svg": ours["svg"]}))
        for node in self.document.findall(nodes.raw):
            if 'class="dataframe"' in node.astext():
                node.children[:] = [nodes.Text(frame(node.astext()))]
        chapter = self.env.docname.removeprefix(PREFIX)
        page = Page(self.app, chapter)
        for node in list(self.document.findall(shown)):
            if node["kind"] != "svg":
                html = getattr(page, node["kind"])(node["content"])
                node.replace_self(nodes.raw("", html, format="html"))
        path = data.ROOT / f"{self.env.docname}.ipynb"
        cards = notebook.cards(notebook.read(path)) if path.exists() else []
        if page.drawn != len(cards):
            raise ExtensionError(f"chapters/{path.name}: {len(cards)} charts in the notebook, {page.drawn} on the page")
        sections = {id for section in self.document.findall(nodes.section) for id in section["ids"]}
        for id in sections & {meta["id"] for meta in cards}:
            raise ExtensionError(f"chapters/{path.name}: the card {id!r} has the id of a heading; give it another")


class Arrange(SphinxPostTransform):
    """Put what a cell shows before its code, and open a chapter with its picture, its answer, its verdicts."""

    default_priority = 300  # after myst-nb folded the code

    def run(self, **kwargs: Any) -> None:
        for cell in self.document.findall(nodes.container):
            if "cell" in cell["classes"]:
                cell.children.sort(key=lambda part: "cell_output" not in part.get("classes", ()))
        title = self.document.next_node(nodes.title)
        page = Page(self.app, self.env.docname.removeprefix(PREFIX))
        strip = page.strip()
        if not strip or title is None:
            return
        intro = title.parent
        first = next((place for place, node in enumerate(intro.children) if isinstance(node, nodes.section)), len(intro))
        cells = [node for node in intro.children[1:first] if isinstance(node, nodes.container)]
        shown = [part for cell in cells for part in cell.children if "cell_output" in part.get("classes", ())]
        cards = [part for part in shown if "<figure" in part.astext()]
        for raw in (raw for part in cards for raw in part.findall(nodes.raw)):  # no section above it yet
            raw.children[:] = [nodes.Text(re.sub(r"(</?)h3", r"\1h2", raw.astext()))]
        answer = [part for part in shown if part not in cards]
        for part in shown:
            part.parent.remove(part)
        for part in answer:
            part["classes"].append("lead")
        opening = cards or [nodes.raw("", page.hero(), format="html")]
        intro[1:1] = [*opening, *answer, nodes.raw("", strip, format="html")]


def frame(html: str) -> str:
    """Take the HTML of a pandas table and make it one that a screen reader and a phone can use."""
    table = re.search(r"<table.*?</table>", html, flags=re.S)[0]
    table = re.sub(r' border="\d+"| style="[^"]*"', "", table).replace("<th></th>", "<td></td>")
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Rows of the table">{table}</div>'


def check(app: Sphinx) -> None:
    """Stop the build when a table, a chapter, a claim or a drawing is not fit to publish."""
    for cached in (data.sidecar, data.register, notebook.verdicts):
        cached.cache_clear()
    found = data.check_files()
    found += [fault for path in notebook.chapters() for fault in notebook.faults(path)]
    found += notebook.contents_faults()
    found = found or notebook.claim_faults(app.config.story_planned)
    if found:
        raise ExtensionError("nothing was published:\n" + "\n".join(f"  - {fault}" for fault in found))


def context(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Give the page frame what it says about the page: description, picture to share, security policy."""
    chapter = pagename.removeprefix(PREFIX)
    paragraphs = doctree.findall(nodes.paragraph) if doctree is not None else ()
    texts = (" ".join(node.astext().split()) for node in paragraphs)
    words = next((text for text in texts if len(text) > 60), app.config.story_description)
    context["description"] = words if len(words) <= 200 else words[:197].rsplit(" ", 1)[0] + " …"
    if "body" in context:  # myst-nb's label says less than the words it covers
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")
    context["csp"], context["early"], context["styles"] = site.csp(), site.EARLY, site.styles()
    context["base"] = app.config.html_baseurl.rstrip("/")
    context["share"] = next((path.name for path in drawing.CHARTS.glob(f"{chapter}-*-share.png")), None)


def setup(app: Sphinx) -> dict:
    """Register everything with Sphinx."""
    plugins = render.load_mime_renders()
    if Outputs not in plugins:
        plugins.append(Outputs)
    app.add_config_value("story_planned", [], "env")
    app.add_config_value("story_description", "", "html")
    shared = [*sorted(Path(__file__).parent.glob("*.py")), data.ROOT / "_static/story.css"]
    code = "".join(map(data.digest, shared))
    app.add_config_value("story_code", code, "env")  # a change of what all pages share typesets every page again
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it whether or not its extension is there
    app.add_builder(FlatBuilder, override=True)
    app.add_node(shown)
    for block in BLOCKS:
        app.add_directive(f"story-{block}", Block)
    app.add_post_transform(Show)
    app.add_post_transform(Arrange)
    app.connect("config-inited", lambda app, config: setattr(
        config, "html_baseurl", os.environ.get("BOOK_URL", config.html_baseurl)))  # fmt: skip
    app.connect("builder-inited", check)
    app.connect("html-page-context", context)
    app.connect("html-collect-pages", lambda app: [("search", {}, "search.html"), ("404", {}, "404.html")])
    app.connect("build-finished", site.write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
