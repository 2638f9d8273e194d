"""Static drawings: each plotly card drawn once, wide and narrow, as lean SVG that follows the page's theme."""

import hashlib
import json
import os
import re
import shutil
import textwrap
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from story.theme import LIGHT_DARK, WIDTHS

RECIPE = 1  # raise it when this module draws or cleans differently: every drawing is then stale
CHARTS = Path(__file__).resolve().parents[1] / "charts"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
VARIABLES = {light: f"var(--{name})".replace("_", "-") for name, (light, _) in LIGHT_DARK.items()}
KEPT = {"fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "font-size",
        "font-weight", "font-style", "text-anchor", "opacity", "fill-opacity", "stroke-opacity", "text-decoration"}  # fmt: skip
DEFAULTS = {("opacity", "1"), ("fill-opacity", "1"), ("stroke-opacity", "1"), ("font-weight", "normal"),
            ("font-style", "normal"), ("stroke-dasharray", "0px"), ("stroke-width", "1px")}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


class ColourError(ValueError):
    """A drawing uses a colour that is not in the palette, so it would not follow the page's theme."""


def figure(output: dict, width: str) -> dict:
    """Take a plotly output for one width: no title or meta (the page shows them), the phone's layout if narrow."""
    meta = output["layout"]["meta"]["story"]
    fig = {"data": output["data"], "layout": {**output["layout"], "width": WIDTHS[width], "height": meta["height"]}}
    for name in ("meta", "title", "margin"):
        fig["layout"].pop(name, None)
    fig = json.loads(json.dumps(fig))
    for path, value in (meta["narrow"] if width == "narrow" else {}).items():
        put(fig if path.startswith("data[") else fig["layout"], path, value)
    return fig


def put(target: Any, path: str, value: Any) -> None:
    """Set a value deep inside a figure by a path such as `xaxis.nticks` or `annotations[0].text`."""
    *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    for step in way:
        target = target[step] if isinstance(step, int) else target.setdefault(step, {})
    target[last] = value


def digest(output: dict) -> str:
    """Hash what is drawn, so that a drawing's name says which figure it shows."""
    drawn = [RECIPE, *(figure(output, width) for width in WIDTHS)]
    return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()[:10]


def path(chapter: str, output: dict, width: str) -> Path:
    """Name the drawing of one card: chapter, card, hash of the figure, width."""
    return CHARTS / f"{chapter}-{output['layout']['meta']['story']['id']}-{digest(output)}-{width}.svg"


def share(chapter: str, output: dict) -> Path:
    """Name the picture of a chapter's lead card that is shown where the chapter is shared; its words are part of it."""
    meta = output["layout"]["meta"]["story"]
    seen = hashlib.sha256("\n".join([digest(output), meta["title"], meta["subtitle"]]).encode()).hexdigest()[:10]
    return CHARTS / f"{chapter}-{meta['id']}-{seen}-share.png"


def _shared(output: dict) -> dict:
    """Lay the lead card out as a picture of 1200 x 630 with its finding on it."""
    meta, fig = output["layout"]["meta"]["story"], figure(output, "wide")
    lines = textwrap.wrap(meta["title"], 46)
    unit = textwrap.shorten(meta["subtitle"], 92, placeholder=" …")
    small = f"<span style='font-size:12px;color:{LIGHT_DARK['muted'][0]}'>{unit}</span>"
    words = {"text": "<br>".join([f"<b>{line}</b>" for line in lines] + [small]), "align": "left", "showarrow": False}
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 8}
    words |= place | {"font": {"size": 23, "family": "Palatino, P052, Georgia, serif"}}
    margin = {"l": 18, "r": 22, "t": 46 + 29 * len(lines), "b": 12}
    fig["layout"] |= {"width": 640, "height": 336, "margin": margin, "paper_bgcolor": LIGHT_DARK["paper"][0]}
    fig["layout"]["annotations"] = [*fig["layout"].get("annotations", []), words]
    return fig


def browser() -> str | None:
    """Find Chrome or Chromium: BROWSER_PATH if it is set, else the first one installed."""
    return os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)


def draw(todo: list[tuple[str, dict]]) -> list[Path]:
    """Draw the cards (chapter, plotly output) that have no drawing yet, in one start of the browser.

    The first card of each chapter is its lead, drawn as the picture to share too.

    Raises RuntimeError when no Chrome or Chromium is installed, ColourError for colours outside the palette.
    """
    jobs = []
    for chapter, output in todo:
        for width in WIDTHS:
            fig = figure(output, width)
            size = {"format": "svg", "width": WIDTHS[width], "height": fig["layout"]["height"]}
            jobs.append({"fig": fig, "path": str(path(chapter, output, width)), "opts": size})
    for chapter, output in {chapter: output for chapter, output in reversed(todo)}.items():
        size = {"format": "png", "width": 640, "height": 336, "scale": 1.875}
        jobs.append({"fig": _shared(output), "path": str(share(chapter, output)), "opts": size})
    jobs = [job for job in jobs if not Path(job["path"]).exists()]
    if not jobs:
        return []
    import kaleido  # here, because only `make run` draws

    chosen = browser()
    if not chosen:
        raise RuntimeError("drawing charts needs Chrome or Chromium: install one, or set BROWSER_PATH, and run again")
    os.environ["BROWSER_PATH"] = chosen
    CHARTS.mkdir(exist_ok=True)
    kaleido.write_fig_from_object_sync(jobs)
    paths = [Path(job["path"]) for job in jobs]
    for target in paths:
        if target.suffix == ".svg":
            raw = target.read_text("utf-8")
            target.unlink()
            target.write_text(clean(raw, target.stem) + "\n", "utf-8")
    return paths


def clean(svg: str, prefix: str) -> str:
    """Reduce an SVG of plotly or matplotlib to what is seen: palette variables, unique ids, no fonts, no scripts.

    Raises ColourError when a colour is not in the palette.
    """
    root = ET.fromstring(re.sub(r"<!DOCTYPE.*?>|<\?xml.*?\?>", "", svg, flags=re.S))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (SVG + "style", SVG + "metadata", SVG + "script"):
                parent.remove(child)
    used = set(re.findall(r"url\((?:&quot;|['\"])?#([^)'\"&]+)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    names = {name: f"{prefix}-{place}" for place, name in enumerate(sorted(used))}
    for element in root.iter():
        _clean_element(element, names)
    _prune(root)
    box = root.get("viewBox") or f"0 0 {root.get('width')} {root.get('height')}"
    root.attrib.clear()
    root.set("viewBox", box)
    ET.register_namespace("", SVG[1:-1])
    ET.register_namespace("xlink", HREF[1:].split("}")[0])
    return ET.tostring(root, "unicode").replace("\n", "")


def _clean_element(element: ET.Element, names: dict[str, str]) -> None:
    style = dict(part.split(":", 1) for part in element.attrib.pop("style", "").split(";") if ":" in part)
    style = {key.strip(): value.strip() for key, value in style.items()}
    for key in list(element.attrib):
        if key in KEPT:
            style.setdefault(key, element.attrib.pop(key))
        elif key.startswith("data-") or key in ("class", "pointer-events"):
            del element.attrib[key]
    if (anchor := style.pop("text-anchor", "start")) != "start":
        element.set("text-anchor", anchor)
    if "font" in style and (size := re.search(r"[\d.]+px", style["font"])):  # matplotlib writes the short form
        style["font-size"] = size[0]
        if "bold" in style["font"] or re.search(r"\b700\b", style["font"]):
            style["font-weight"] = "bold"
    for key in ("fill", "stroke"):
        if key in style:
            style[key] = _variable(style[key])
            if style.pop(f"{key}-opacity", "1") == "0":
                style[key] = "none"
    if style.get("stroke", "none") == "none" and element.tag != SVG + "g":
        style = {key: value for key, value in style.items() if not key.startswith("stroke")}
    style = {key: value for key, value in style.items() if key in KEPT and (key, value) not in DEFAULTS}
    if style:
        element.set("style", ";".join(f"{key}:{value}" for key, value in style.items()))
    if element.get("id") in names:
        element.set("id", names[element.get("id")])
    else:
        element.attrib.pop("id", None)
    for key, value in element.attrib.items():
        value = re.sub(r"url\(['\"]?#([^)'\"]+)['\"]?\)", lambda found: f"url(#{names[found[1]]})", value)
        if key in (HREF, "href"):
            if value.startswith("data:"):
                raise ColourError("found a raster image (a heatmap?), which no theme reaches; draw its cells as shapes or bars")
            value = "#" + names[value[1:]]
        if key in ("d", "transform", "points", "x", "y", "width", "height"):
            value = re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
        element.set(key, value)


def _variable(colour: str) -> str:
    if colour in ("none", "transparent") or colour.startswith("url("):
        return colour
    if parts := re.match(r"rgba?\((\d+), ?(\d+), ?(\d+)", colour):
        colour = "#" + "".join(f"{int(part):02x}" for part in parts.groups())
    if colour in VARIABLES:
        return VARIABLES[colour]
    if colour in ("#000000", "#000", "black"):
        return VARIABLES[LIGHT_DARK["ink"][0]]
    if colour in ("#ffffff", "#fff", "white"):
        return VARIABLES[LIGHT_DARK["paper"][0]]
    raise ColourError(f"found the colour {colour}, expected one of the palette: {', '.join(LIGHT_DARK)}")


def _prune(parent: ET.Element) -> None:
    """Drop groups that hold nothing and shapes that are not seen."""
    for child in list(parent):
        _prune(child)
        style = child.get("style", "")
        unseen = child.tag in (SVG + "rect", SVG + "path") and "fill:none" in style and "stroke:" not in style
        empty = child.tag in (SVG + "g", SVG + "defs", SVG + "text") and not len(child) and not (child.text or "").strip()
        empty |= child.tag == SVG + "path" and not child.get("d", "").strip()
        empty |= child.tag == SVG + "clipPath" and "id" not in child.attrib
        if unseen or empty:
            parent.remove(child)
