"""Chapters as files: what a committed notebook shows, and what makes it unfit to publish."""

import json
import re
from functools import cache
from pathlib import Path

from story import drawing
from story.claims import VERDICT_MIME
from story.data import register, slugs
from story.figure import CARD_MIME, PLOTLY_MIME
from story.pattern import KINDS

CHAPTERS = Path(__file__).resolve().parents[1]


def chapters() -> list[Path]:
    """List the notebooks of the book, by name."""
    return sorted(CHAPTERS.glob("*.ipynb"))


def read(path: Path) -> dict:
    """Read one notebook."""
    return json.loads(path.read_text("utf-8"))


def code_cells(notebook: dict) -> list[dict]:
    """The code cells that hold code."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def outputs(notebook: dict, mime: str) -> list[dict]:
    """Every output of one kind, in reading order."""
    found = (output["data"].get(mime) for cell in code_cells(notebook) for output in cell["outputs"] if "data" in output)
    return [data for data in found if data is not None]


def cards(notebook: dict) -> list[dict]:
    """The meta of every card, plotly or matplotlib, in reading order."""
    found = []
    for cell in code_cells(notebook):
        for data in (output.get("data", {}) for output in cell["outputs"]):
            if PLOTLY_MIME in data:
                found.append(data[PLOTLY_MIME]["layout"].get("meta", {}).get("story"))
            elif CARD_MIME in data:
                found.append(data[CARD_MIME])
    return [meta for meta in found if meta]


def live(notebook: dict) -> list[dict]:
    """The plotly outputs that are cards, the lead of the chapter first: the one that says so, else the first drawn."""
    found = [output for output in outputs(notebook, PLOTLY_MIME) if output["layout"].get("meta", {}).get("story")]
    return sorted(found, key=lambda output: "lead" not in output["layout"]["meta"]["story"])


def reads(path: Path) -> set[str]:
    """The tables that a chapter names in its code."""
    code = "\n".join("".join(cell["source"]) for cell in code_cells(read(path)))
    return set(re.findall(r"""["']([a-z][\w-]*)["']""", code)) & set(slugs())


@cache
def verdicts() -> dict[str, dict]:
    """Every verdict the chapters computed, by claim, with the chapter that shows it."""
    return {
        verdict["claim"]["id"]: verdict | {"chapter": path.stem}
        for path in chapters()
        for verdict in outputs(read(path), VERDICT_MIME)
    }


def faults(path: Path) -> list[str]:
    """Say what makes a chapter unfit to publish: not run, run out of order, failed, charts without card or drawing."""
    name, again = f"chapters/{path.name}", f"run `make run CHAPTER={path.stem}`"
    notebook, found = read(path), []
    cells = code_cells(notebook)
    if any(cell["execution_count"] is None for cell in cells):
        found.append(f"{name}: committed without outputs (a code cell was never executed); {again}")
    elif [cell["execution_count"] for cell in cells] != list(range(1, len(cells) + 1)):
        counts = [cell["execution_count"] for cell in cells]
        found.append(f"{name}: executed out of order: found {counts}, expected 1 to {len(cells)}; {again}")
    for cell in cells:
        place = f"{name}, code cell {cell['execution_count']}"
        kinds = {output["output_type"] for output in cell["outputs"]}
        shown = {mime for output in cell["outputs"] for mime in output.get("data", {})}
        last = "".join(cell["source"]).strip().splitlines()[-1]
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                found.append(f"{place}: raised {output['ename']}: {output['evalue']}; mend the cell and {again}")
            if output.get("name") == "stderr":
                found.append(f"{place}: wrote to stderr: {''.join(output['text'])[:200]!r}; mend the cause and {again}")
            meta = output.get("data", {}).get(PLOTLY_MIME, {}).get("layout", {}).get("meta", {})
            if {"image/png", "image/svg+xml"} & set(output.get("data", {})) and CARD_MIME not in output["data"]:
                found.append(f"{place}: a picture that is no card; end the cell with card(...)")
            if PLOTLY_MIME in output.get("data", {}) and not meta.get("story"):
                found.append(f"{place}: a plotly figure that is no card would not be published; wrap it in card(...)")
        source = "".join(cell["source"])
        if re.search(r"^(card|choices)\(", source, re.M) and "error" not in kinds and not shown & {PLOTLY_MIME, CARD_MIME}:
            found.append(f"{place}: a chart that isn't drawn: {last[:60]!r} left no figure; {again}")
    ids = [meta["id"] for meta in cards(notebook)]
    found += [f"{name}: two cards have the id {id!r}; ids must differ" for id in sorted(set(ids)) if ids.count(id) > 1]
    for output in live(notebook):
        if not all(file.exists() for file in drawings(path.stem, output, lead=output is live(notebook)[0])):
            id = output["layout"]["meta"]["story"]["id"]
            stale = any(drawing.CHARTS.glob(f"{path.stem}-{id}-" + "?" * 10 + "-*.svg"))
            found.append(f"{name}: the static drawing of {id!r} is {'stale' if stale else 'missing'}; {again}")
    return found


def drawings(chapter: str, output: dict, lead: bool) -> list[Path]:
    """The files that show one live card statically; the lead card of a chapter has a picture to share too."""
    files = [drawing.path(chapter, output, width) for width in drawing.WIDTHS]
    return [*files, drawing.share(chapter, output)] if lead else files


def orphans() -> list[Path]:
    """Drawings that no chapter shows any more."""
    wanted = set()
    for path in chapters():
        for place, output in enumerate(live(read(path))):
            wanted.update(drawings(path.stem, output, lead=place == 0))
    return sorted({*drawing.CHARTS.glob("*.svg"), *drawing.CHARTS.glob("*.png")} - wanted)


def contents_faults() -> list[str]:
    """Say which chapters the table of contents does not list."""
    listed = (CHAPTERS.parent / "_toc.yml").read_text("utf-8")
    return [
        f"chapters/{path.name}: in no table of contents; add `- file: chapters/{path.stem}` to _toc.yml"
        for path in chapters()
        if not re.search(rf"file: chapters/{path.stem}\s", listed + "\n")
    ]


def claim_faults(planned: list[str]) -> list[str]:
    """Say which claims have no essay, no chapter, or a chapter that does not test them."""
    found, names = [], {path.stem for path in chapters()}
    essays, claims = register("essays"), register("claims")
    for id, fields in claims.items():
        place = f"data/claims.toml: claim {id!r}"
        if fields.get("essay") not in essays:
            found.append(f"{place}: a quote without an essay: found {fields.get('essay')!r}, expected {', '.join(essays)}")
        if fields.get("kind") not in KINDS:
            found.append(f"{place}: kind: found {fields.get('kind')!r}, expected one of {', '.join(KINDS)}")
        chapter = fields.get("chapter")
        if chapter not in names | set(planned):
            found.append(f"{place}: a claim without a chapter: found {chapter!r}, expected one of the notebooks or "
                         f"story_planned of _config.yml")  # fmt: skip
        elif chapter in names and verdicts().get(id, {}).get("chapter") != chapter:
            found.append(f"{place}: chapters/{chapter}.ipynb does not test it; add claim({id!r}).test(...) and run it")
    for id, verdict in verdicts().items():
        if id not in claims:
            found.append(f"chapters/{verdict['chapter']}.ipynb: tests the claim {id!r}, which data/claims.toml lacks")
        elif verdict["chapter"] != claims[id]["chapter"]:
            found.append(f"chapters/{verdict['chapter']}.ipynb: tests {id!r}, whose chapter is {claims[id]['chapter']!r}")
    return found
