"""The book's Sphinx extension: checks the chapters, shows their outputs, generates the ledger and the sources.

Never imported by the chapters: docutils does not exist where they may run.
"""

import csv
import io
import json
import os
import shutil
from importlib.resources import files
from math import log10
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from story import data, drawing, notebook
from story.claims import CLAIM_MIME, LABELS, VERDICT_MIME, claim, number
from story.figure import CARD_MIME, PLOTLY_MIME
from story.theme import LIGHT_DARK
from story.theme import template as plotly_template

LOG = logging.getLogger(__name__)
KINDS = {PLOTLY_MIME: "plotly", CARD_MIME: "card", "image/svg+xml": "svg", CLAIM_MIME: "claim", VERDICT_MIME: "verdict"}
TRACES = {"scatter", "bar", "box", "heatmap", "histogram", "contour", "violin", "pie", "image"}  # in the small bundle
PLOTLY = data.ROOT / "node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
PREFIX = "chapters/"


class shown(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes in lower case)
    """An output of a chapter, or a generated block, kept as data until the page is written."""


class Outputs:
    """The myst-nb plugin that turns our outputs into nodes instead of text or images."""

    mime_priority_overrides = [("*", mime, place) for place, mime in enumerate(KINDS, 1)]

    @staticmethod
    def handle_mime(renderer: Any, output: Any, inline: bool) -> list[nodes.Element] | None:
        """Keep the content of an output of ours; leave every other one to myst-nb."""
        if inline or output.mime_type not in KINDS:
            return None
        return [shown(kind=KINDS[output.mime_type], content=output.content)]


class FlatBuilder(StandaloneHTMLBuilder):
    """The HTML builder, with `chapters/farmers` published as `farmers.html`."""

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return super().get_target_uri(docname.removeprefix(PREFIX), typ)

    def get_outfilename(self, pagename: str) -> str:
        return super().get_outfilename(pagename.removeprefix(PREFIX))


class Block(Directive):
    """A generated block: ```{story-ledger}```, ```{story-sources}``` or ```{story-chapters}```."""

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        for path in [*notebook.chapters(), *data.DATA.glob("*.toml"), data.ROOT / "_toc.yml"]:
            env.note_dependency(str(path))
        return [shown(kind=self.name.removeprefix("story-"), content=None)]


class Show(SphinxPostTransform):
    """Replace what a chapter showed by HTML, just before the page is written (and indexed for the search)."""

    default_priority = 3  # before myst-nb picks one mime type of each bundle

    def run(self, **kwargs: Any) -> None:
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") == "mime_bundle":
                ours = {node["kind"]: node["content"] for node in bundle.findall(shown)}
                if "card" in ours:  # a matplotlib card is two outputs: the drawing and what is said of it
                    bundle.replace_self(shown(kind="still", content={"meta": ours["card"], "svg": ours["svg"]}))
        chapter = self.env.docname.removeprefix(PREFIX)
        page = Page(self.app, chapter)
        for node in list(self.document.findall(shown)):
            if node["kind"] != "svg":
                html = getattr(page, node["kind"])(node["content"])
                node.replace_self(nodes.raw("", html, format="html"))
        expected = len(notebook.cards(notebook.read(path))) if (path := data.ROOT / f"{self.env.docname}.ipynb").exists() else 0
        if page.drawn != expected:
            raise ExtensionError(f"chapters/{chapter}.ipynb: {expected} charts in the notebook, {page.drawn} on the page")
        title = self.document.next_node(nodes.title)
        if (strip := page.strip()) and title is not None:
            title.parent.insert(title.parent.index(title) + 1, nodes.raw("", strip, format="html"))


class Page:
    """Renders the blocks of one page; each method takes the content of one kind of output."""

    def __init__(self, app: Sphinx, chapter: str) -> None:
        self.app, self.chapter, self.drawn = app, chapter, 0
        self.out = Path(app.outdir)

    def render(self, template: str, /, **context: Any) -> str:
        return templates().get_template(f"{template}.html").render(chapter=self.chapter, **context)

    def plotly(self, output: dict) -> str:
        """A live chart: drawn statically in the page, by plotly once a reader reaches for it."""
        meta = output["layout"]["meta"]["story"]
        if unknown := {trace.get("type", "scatter") for trace in output["data"]} - TRACES:
            raise ExtensionError(f"chapters/{self.chapter}.ipynb: card {meta['id']!r}: trace type {sorted(unknown)} is not "
                                 f"in the bundle we serve; expected one of {sorted(TRACES)}")  # fmt: skip
        svgs = {width: drawing.path(self.chapter, output, width).read_text("utf-8") for width in drawing.WIDTHS}
        layout = {key: value for key, value in output["layout"].items() if key not in ("meta", "title", "template", "margin")}
        words = {name: meta[name] for name in ("title", "subtitle", "alt", "table", "narrow", "height")}
        base = {"data": output["data"], "layout": layout} | words
        name = f"{self.chapter}-{meta['id']}"
        script = json.dumps({"base": base, "states": meta.get("states", {})}, separators=(",", ":"), ensure_ascii=False)
        self._write(f"_figures/{name}.js", f"story.figures[{json.dumps(name)}]={script}\n")
        return self._figure(meta, svgs, live=True)

    def still(self, content: dict) -> str:
        """A still picture."""
        svg = drawing.clean(content["svg"], f"{self.chapter}-{content['meta']['id']}")
        return self._figure(content["meta"], {"only": svg}, live=False)

    def claim(self, content: dict) -> str:
        """The card of one claim: quote, translation, where it stands, how it is read."""
        return self.render("claim", claim=content)

    def verdict(self, content: dict) -> str:
        """The verdict on one claim, every definition as a mark on a strip and a row of a table."""
        return self.render("verdict", verdict=content, claim=content["claim"], strip=strip(content))

    def ledger(self, _: None) -> str:
        """Every claim of the book with its verdict, or the word that it is not tested yet."""
        tested = notebook.verdicts()
        rows = [{"claim": claim(id).payload(), "verdict": tested.get(id)} for id in data.register("claims")]
        counts = {label: sum(one["label"] == label for one in tested.values()) for label in LABELS}
        return self.render("ledger", rows=rows, tested=len(tested), counts=counts)

    def sources(self, _: None) -> str:
        """Every table of the book with its sources, licence, what it feeds and its files."""
        readers = {path.stem: notebook.reads(path) for path in notebook.chapters()}
        tables = [
            {
                "slug": slug,
                "sidecar": data.sidecar(slug),
                "rows": len(data.load(slug)),
                "feeds": [chapter for chapter, read in readers.items() if slug in read],
            }
            for slug in data.slugs()
        ]
        return self.render("sources", tables=tables, titles=self._titles())

    def chapters(self, _: None) -> str:
        """The way in: every chapter with its verdicts."""
        tested = notebook.verdicts().values()
        rows = [
            {"slug": path.stem, "title": self._titles()[path.stem],
             "verdicts": [one for one in tested if one["chapter"] == path.stem]}
            for path in sorted(notebook.chapters(), key=lambda path: self._order().index(path.stem))
        ]  # fmt: skip
        return self.render("chapters", rows=rows)

    def strip(self) -> str:
        """The verdicts of a chapter, in one line under its title."""
        found = [one for one in notebook.verdicts().values() if one["chapter"] == self.chapter]
        return self.render("header", verdicts=found) if found else ""

    def _figure(self, meta: dict, svgs: dict[str, str], live: bool) -> str:
        self.drawn += 1
        rows = io.StringIO()
        csv.writer(rows, lineterminator="\n").writerows([meta["table"]["columns"], *meta["table"]["rows"]])
        name = f"{self.chapter}-{meta['id']}"
        self._write(f"_figures/{name}.csv", rows.getvalue())
        tables = [data.sidecar(slug) for slug in meta["sources"]]
        return self.render("figure", meta=meta, name=name, svgs=svgs, live=live, tables=tables)

    def _write(self, name: str, text: str) -> None:
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def _titles(self) -> dict[str, str]:
        return {docname.removeprefix(PREFIX): title.astext() for docname, title in self.app.env.titles.items()}

    def _order(self) -> list[str]:
        return [docname.removeprefix(PREFIX) for docname in self.app.env.external_site_map]


def templates() -> Environment:
    """The templates of the blocks; every value is escaped."""
    env = Environment(
        loader=FileSystemLoader(data.ROOT / "_templates/story"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters["number"] = number
    env.filters["cell"] = lambda value: "" if value is None else number(value) if isinstance(value, float) else (
        f"{value:,}" if isinstance(value, int) and abs(value) > 9999 else str(value))  # fmt: skip
    return env


def strip(verdict: dict) -> dict | None:
    """Place the interval and every definition on a line from 0 to 100; logarithmic when values span a factor of 20."""
    low, high = verdict["claim"]["low"], verdict["claim"]["high"]
    values = [row["value"] for row in verdict["definitions"]] + [bound for bound in (low, high) if bound is not None]
    if not values or (low is None and high is None):
        return None
    log = min(values) > 0 and max(values) / min(values) > 20
    scale = log10 if log else float
    least, most = min(map(scale, values)), max(map(scale, values))
    span = (most - least) or abs(most) or 1

    def place(value: float) -> float:
        return round(6 + 88 * (scale(value) - least) / span, 2)

    left = 0 if low is None else place(low)
    right = 100 if high is None else place(high)
    return {
        "log": log,
        "left": left,
        "width": max(right - left, 0.6),
        "marks": [{"at": place(row["value"]), **row} for row in verdict["definitions"]],
        "bounds": [{"at": place(bound), "text": f"{bound:,g}"} for bound in dict.fromkeys((low, high)) if bound is not None],
    }


def check(app: Sphinx) -> None:
    """Stop the build when a table, a chapter, a claim or a drawing is not fit to publish."""
    for cached in (data.sidecar, data.register, notebook.verdicts):
        cached.cache_clear()
    found = data.check_files()
    found += [fault for path in notebook.chapters() for fault in notebook.faults(path)]
    found = found or notebook.claim_faults(app.config.story_planned)
    if found:
        raise ExtensionError("nothing was published:\n" + "\n".join(f"  - {fault}" for fault in found))


def assets(app: Sphinx, error: Exception | None) -> None:
    """Write what every page shares: styles and scripts with the palette in them, plotly.js, the tables."""
    if error or app.builder.format != "html":
        return
    out, own = Path(app.outdir), data.ROOT / "_static"
    light, dark = ("".join(f"--{name.replace('_', '-')}:{pair[place]};" for name, pair in LIGHT_DARK.items()) for place in (0, 1))
    colours = (f":root{{color-scheme:light;{light}}}@media(prefers-color-scheme:dark){{:root:not([data-theme=light])"
               f"{{color-scheme:dark;{dark}}}}}:root[data-theme=dark]{{color-scheme:dark;{dark}}}\n")  # fmt: skip
    (out / "_static/story.css").write_text(colours + (own / "story.css").read_text("utf-8"), "utf-8")
    constants = json.dumps({"template": plotly_template(), "colours": list(LIGHT_DARK.values())}, separators=(",", ":"))
    live = (own / "live.js").read_text("utf-8").replace('"STORY_CONSTANTS"', constants)
    (out / "_static/live.js").write_text(live, "utf-8")
    shutil.copyfile(PLOTLY if PLOTLY.exists() else files("plotly") / "package_data/plotly.min.js", out / "_static/plotly.js")
    LOG.info("plotly.js: %s", "the cartesian bundle of npm" if PLOTLY.exists() else
             "the full bundle of the plotly package (install npm for the smaller one)")  # fmt: skip
    shutil.rmtree(out / "data", ignore_errors=True)
    (out / "data").mkdir()
    for path in [*data.DATA.glob("*.csv"), *data.DATA.glob("*.toml")]:
        shutil.copyfile(path, out / "data" / path.name)


def context(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Give the page frame the chapter's name and its description."""
    context["chapter"] = pagename.removeprefix(PREFIX)
    first = next(doctree.findall(nodes.paragraph), None) if doctree is not None else None
    context["description"] = " ".join(first.astext().split())[:200] if first is not None else context["docstitle"]


def setup(app: Sphinx) -> dict:
    """Register everything with Sphinx."""
    plugins = render.load_mime_renders()
    if Outputs not in plugins:
        plugins.append(Outputs)
    app.add_config_value("story_planned", [], "env")
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it whether or not its extension is there
    app.add_builder(FlatBuilder, override=True)
    app.add_node(shown)
    for block in ("ledger", "sources", "chapters"):
        app.add_directive(f"story-{block}", Block)
    app.add_post_transform(Show)
    app.connect("config-inited", lambda app, config: setattr(
        config, "html_baseurl", os.environ.get("BOOK_URL", config.html_baseurl)))  # fmt: skip
    app.connect("builder-inited", check)
    app.connect("html-page-context", context)
    app.connect("build-finished", assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
