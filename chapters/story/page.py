"""The blocks of one page: figures, claims, verdicts, ledger, sources. Each method renders one kind of output."""

import csv
import io
import json
from collections.abc import Iterable
from functools import cached_property
from math import log10
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from story import data, drawing, notebook, pattern
from story.claims import BARE, DEPENDS, FAILS, HOLDS, LABELS, ROUGHLY, bound, claim, number
from story.figure import state
from story.theme import FONT, LIGHT_DARK

PREFIX = "chapters/"  # of every docname; pages are published without it
TRACES = {"scatter", "bar", "box", "heatmap", "histogram", "contour", "violin", "pie", "image"}  # in the small bundle
RATINGS = {FAILS: 1, DEPENDS: 3, ROUGHLY: 4, HOLDS: 5}  # of schema.org's ClaimReview


class Page:
    """Renders the outputs of one page, and writes the files that they offer."""

    def __init__(self, app: Sphinx, chapter: str) -> None:
        self.app, self.chapter, self.drawn = app, chapter, 0
        self.base = app.config.html_baseurl.rstrip("/") + "/" if app.config.html_baseurl else ""

    def render(self, template: str, /, **context: Any) -> str:
        """Render one template of `_templates/story` with every value escaped."""
        return self._templates.get_template(f"{template}.html").render(chapter=self.chapter, base=self.base, **context)

    def plotly(self, output: dict) -> str:
        """A live chart: drawn statically in the page, by plotly once a reader reaches for it."""
        meta = output["layout"]["meta"]["story"]
        if unknown := {trace.get("type", "scatter") for trace in output["data"]} - TRACES:
            raise ExtensionError(
                f"chapters/{self.chapter}.ipynb: card {meta['id']!r}: trace type {sorted(unknown)} is not in the bundle "
                f"we serve; expected one of {sorted(TRACES)}"
            )
        svgs = self._drawings(output)
        live = {"base": state(output), "states": meta.get("states", {})}
        name = f"{self.chapter}-{meta['id']}"
        text = json.dumps(live, separators=(",", ":"), ensure_ascii=False)
        self._write(f"{name}.js", f"story.figures[{json.dumps(name)}]={text}\n")
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
        return self.render(
            "verdict", verdict=content, claim=content["claim"], strip=strip(content), review=self._review(content)
        )

    def ledger(self, _: None) -> str:
        """Every claim of the book with its verdict, or the word that it is not tested yet."""
        tested = notebook.verdicts()
        rows = [{"claim": claim(id).payload(), "verdict": tested.get(id)} for id in data.register("claims")]
        return self.render("ledger", rows=rows, tested=len(tested), counts=tally(tested.values()), titles=self._titles)

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
        return self.render("sources", tables=tables, titles=self._titles)

    def chapters(self, leads: str) -> str:
        """The way in: the score of all claims, the lead charts of the chapters named, then every chapter by part."""
        tested = notebook.verdicts()
        parts = []
        for part in yaml.safe_load((data.ROOT / "_toc.yml").read_text("utf-8"))["parts"]:
            names = [entry["file"].removeprefix(PREFIX) for entry in part["chapters"]]
            rows = [self._cover(name) for name in names if (notebook.CHAPTERS / f"{name}.ipynb").exists()]
            if rows:
                parts.append({"caption": part["caption"], "rows": rows})
        counts = tally(tested.values())
        if untested := len(data.register("claims")) - len(tested):
            counts["not yet tested"] = untested
        covers = {row["slug"]: row for part in parts for row in part["rows"]}
        if unknown := set(leads.split()) - set(covers):
            raise ExtensionError(
                f"chapters/index.md: story-chapters: found {sorted(unknown)}, expected some of {sorted(covers)}"
            )
        shown = [covers[name] | {"svg": self._picture(name)} for name in leads.split()]
        return self.render("chapters", parts=parts, counts=counts, shown=shown)

    def _cover(self, name: str) -> dict:
        meta = self._lead(name)["layout"]["meta"]["story"]
        return {
            "slug": name,
            "figure": f"{name}-{meta['id']}",
            "title": self._titles[name],
            "finding": meta["title"],
            "subtitle": meta["subtitle"],
            "alt": meta["alt"],
            "labels": tally(one for one in notebook.verdicts().values() if one["chapter"] == name),
        }

    def _picture(self, name: str) -> str:
        lead = self._lead(name)
        own = f"{name}-{lead['layout']['meta']['story']['id']}"
        return drawing.path(name, lead, "narrow").read_text("utf-8").replace(own, f"cover-{name}")

    def _lead(self, name: str) -> dict:
        return notebook.live(notebook.read(notebook.CHAPTERS / f"{name}.ipynb"))[0]

    def patterns(self, _: None) -> str:
        """What the verdicts have in common: by kind of wording, by essay, and how far off the failing claims are."""
        tested = notebook.verdicts()
        essays = {
            essay["title"]: tally(one for one in tested.values() if one["claim"]["essay"]["id"] == id)
            for id, essay in data.register("essays").items()
        }
        failing = [
            {"claim": one["claim"], "nearest": row, "chapter": one["chapter"]}
            for one in tested.values()
            for row in one["definitions"]
            if one["label"] == FAILS and row["label"] == one["nearest"]
        ]
        return self.render("patterns", groups=pattern.groups(tested), tested=tested, essays=essays, failing=failing, bare=BARE)

    def corrections(self, _: None) -> str:
        """Every correction, newest first."""
        return self.render("corrections", rows=data.corrections())

    def hero(self) -> str:
        """The lead chart of a chapter as the picture that opens it."""
        lead = self._lead(self.chapter)
        boxes = {width: svg.split('viewBox="')[1].split('"')[0] for width, svg in self._drawings(lead).items()}
        return self.render("hero", meta=lead["layout"]["meta"]["story"], boxes=boxes)

    def strip(self) -> str:
        """The verdicts of a chapter, in one line under its answer."""
        found = [one for one in notebook.verdicts().values() if one["chapter"] == self.chapter]
        return self.render("header", verdicts=found) if found else ""

    def _drawings(self, output: dict) -> dict[str, str]:
        return {width: drawing.path(self.chapter, output, width).read_text("utf-8") for width in drawing.WIDTHS}

    def _figure(self, meta: dict, svgs: dict[str, str], live: bool) -> str:
        self.drawn += 1
        name = f"{self.chapter}-{meta['id']}"
        rows = io.StringIO()
        csv.writer(rows, lineterminator="\n").writerows([meta["table"]["columns"], *meta["table"]["rows"]])
        self._write(f"{name}.csv", rows.getvalue())
        self._write(f"{name}.svg", standalone(next(iter(svgs.values()))))
        tables = [data.sidecar(slug) for slug in meta["sources"]]
        producers = dict.fromkeys(source["publisher"] for table in tables for source in table["sources"])
        return self.render("figure", meta=meta, name=name, svgs=svgs, live=live, tables=tables, producers=list(producers))

    def _review(self, verdict: dict) -> dict | None:
        """The verdict in schema.org's terms; none for a claim that cannot be tested."""
        if verdict["label"] not in RATINGS:
            return None
        rating = {"@type": "Rating", "ratingValue": RATINGS[verdict["label"]], "bestRating": 5, "worstRating": 1}
        essay = {"@type": "CreativeWork", "name": verdict["claim"]["essay"]["title"], "inLanguage": "fr"}
        return {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "url": f"{self.base}{self.chapter}.html#verdict-{verdict['claim']['id']}",
            "claimReviewed": verdict["claim"]["quote"],
            "inLanguage": "en",
            "author": {"@type": "Organization", "name": self.app.config.project},
            "itemReviewed": {"@type": "Claim", "appearance": essay},
            "reviewRating": rating | {"alternateName": verdict["label"], "ratingExplanation": verdict["count"]},
        }

    def _write(self, name: str, text: str) -> None:
        path = Path(self.app.outdir) / "_figures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {docname.removeprefix(PREFIX): title.astext() for docname, title in self.app.env.titles.items()}

    @cached_property
    def _templates(self) -> Environment:
        loader = FileSystemLoader(data.ROOT / "_templates/story")
        env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        env.filters["cell"] = cell
        return env


def tally(verdicts: Iterable[dict]) -> dict[str, int]:
    """Count verdicts by label, in the order of the labels; labels that none has are left out."""
    labels = [one["label"] for one in verdicts]
    return {label: labels.count(label) for label in LABELS if label in labels}


def cell(value: Any) -> str:
    """Write one value of a table for people; years and other small whole numbers stay plain."""
    if value is None:
        return ""
    if isinstance(value, float):  # a date such as 2023.2 is no thousand
        plain = f"{value:.1f}".removesuffix(".0").replace("-", "−")
        return plain if 1000 <= abs(value) < 10_000 else number(value)
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−") if abs(value) > 9999 else str(value).replace("-", "−")
    return str(value)


def standalone(svg: str) -> str:
    """Make a drawing a file of its own: light colours in place of variables, a font, a background."""
    for name, (light, _) in LIGHT_DARK.items():
        svg = svg.replace(f"var(--{name.replace('_', '-')})", light)
    font = FONT.replace('"', "'")
    paper = f'<rect width="100%" height="100%" fill="{LIGHT_DARK["paper"][0]}"/>'
    return svg.replace("<svg ", f'<svg font-family="{font}" ', 1).replace(">", f">{paper}", 1)


def strip(verdict: dict) -> dict | None:
    """Place the interval and every definition on a line from 0 to 100; logarithmic when values span a factor of 20."""
    low, high = verdict["claim"]["low"], verdict["claim"]["high"]
    bounds = [one for one in dict.fromkeys((low, high)) if one is not None]
    values = [row["value"] for row in verdict["definitions"]] + bounds
    if not bounds:
        return None
    log = min(values) > 0 and max(values) / min(values) > 20
    scale = log10 if log else float
    least, most = min(map(scale, values)), max(map(scale, values))

    def place(value: float) -> float:
        return round(5 + 90 * (scale(value) - least) / ((most - least) or 1), 2)

    left, right = 0 if low is None else place(low), 100 if high is None else place(high)
    labels = [{"at": place(one), "text": bound(one)} for one in bounds]
    if len(labels) == 2 and abs(labels[0]["at"] - labels[1]["at"]) < 12:  # too near for two labels
        labels = [{"at": (left + right) / 2, "text": f"{bound(low)} to {bound(high)}"}]
    return {
        "log": log,
        "left": left,
        "width": max(right - left, 0.6),
        "marks": [{"at": place(row["value"]), **row} for row in verdict["definitions"]],
        "bounds": labels,
    }
