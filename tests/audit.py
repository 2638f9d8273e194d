"""The audit of data/: every table against its sidecar, cell by cell, with frictionless.

A fault names file, row, column, what was found and what was expected. Rows are lines of the file: the header is row 1.
"""

import re
import tomllib
from pathlib import Path

from frictionless import Resource, Schema, system

from story.data import REGISTERS, digest

KEYS = {"name", "title", "description", "class", "retrieved", "edition", "redistribution", "sha256", "caveats", "breaks",
        "licenses", "sources", "schema"}  # fmt: skip
SOURCE_KEYS = {"id", "title", "publisher", "path", "edition", "licence"}
CLASSES = {"verbatim", "transcribed", "derived", "assumption"}
UNITS = {
    "none", "year", "date", "varies", "count", "rank", "ratio", "index", "percent", "percentage points",
    "persons", "thousand persons", "million persons", "thousand holdings", "thousand full-time equivalents",
    "hectares",
    "pounds sterling",
    "thousand horsepower",
    "tonnes per hectare", "million hectares", "US dollars", "billion US dollars", "billion dirhams", "dirhams per US dollar",
    "international dollars", "billion international dollars", "euros", "euros per day", "euros per hour",
    "euros per month", "euros per year", "hours per year", "hours per week", "days per year", "percent per year",
    "percent per month",
}  # fmt: skip
OPEN = ("CC BY", "CC0", "MIT", "ODC", "Licence Ouverte", "public domain", "US federal statistics", "own assumption")
QUOTED = 30  # rows that may be quoted from one source without an open licence


def audit(folder: Path) -> list[str]:
    """Audit every table of a folder; an empty list means that all is well."""
    tables, sidecars = ({path.stem for path in folder.glob(f"*.{ending}")} for ending in ("csv", "toml"))
    sidecars -= set(REGISTERS)
    faults = [f"data/{slug}.csv: found no sidecar, expected data/{slug}.toml" for slug in sorted(tables - sidecars)]
    faults += [f"data/{slug}.toml: found no table, expected data/{slug}.csv" for slug in sorted(sidecars - tables)]
    described = {}
    for slug in sorted(tables & sidecars):
        described[slug] = tomllib.loads((folder / f"{slug}.toml").read_text("utf-8"))
        faults += sidecar_faults(slug, described[slug]) or table_faults(folder / f"{slug}.csv", described[slug])
    return faults + source_faults(described)


def sidecar_faults(slug: str, sidecar: dict) -> list[str]:
    """Check the description of a table: complete, in our vocabulary, consistent."""
    place, faults = f"data/{slug}.toml", []

    def expect(what: str, found: object, expected: object, ok: bool) -> None:
        if not ok:
            faults.append(f"{place}: {what}: found {found!r}, expected {expected}")

    expect("keys", sorted(set(sidecar) ^ KEYS), f"exactly {', '.join(sorted(KEYS))}", set(sidecar) == KEYS)
    if faults:
        return faults
    expect("name", sidecar["name"], repr(slug), sidecar["name"] == slug)
    expect("class", sidecar["class"], f"one of {sorted(CLASSES)}", sidecar["class"] in CLASSES)
    expect("redistribution", sidecar["redistribution"], "'open' or 'cited'", sidecar["redistribution"] in ("open", "cited"))
    for key in ("title", "description", "retrieved", "edition"):
        expect(key, sidecar[key], "words; what is unknown is written as 'not stated'", bool(sidecar[key].strip()))
    expect("sources", [], "at least one", bool(sidecar["sources"]))
    for source in sidecar["sources"]:
        expect(f"source {source.get('id')!r}", sorted(set(source)), f"{sorted(SOURCE_KEYS)} and perhaps note",
               set(source) - {"note"} == SOURCE_KEYS and all(source.values()))  # fmt: skip
    for place_, field in enumerate(sidecar["schema"]["fields"], 1):
        name = field.get("name", f"number {place_}")
        expect(f"column {name}: unit", field.get("unit"), f"one of {sorted(UNITS)}", field.get("unit") in UNITS)
        expect(f"column {name}: description", field.get("description"), "words", bool(field.get("description")))
        if field.get("unit") == "varies":
            units = [other for other in sidecar["schema"]["fields"] if other["name"] == "unit"]
            allowed = units and units[0].get("constraints", {}).get("enum")
            expect(f"column {name}: unit", allowed, "a column `unit` with an enum of known units",
                   bool(allowed) and set(allowed) <= UNITS)  # fmt: skip
    expect("schema.primaryKey", None, "the columns that name a row", bool(sidecar["schema"].get("primaryKey")))
    return faults


def table_faults(path: Path, sidecar: dict) -> list[str]:
    """Check the bytes, the cells, the keys, the source ids and what may be republished."""
    name, raw, faults = f"data/{path.name}", path.read_bytes(), []
    if raw.startswith(b"\xef\xbb\xbf"):
        faults.append(f"{name}: row 1, first column: found a byte order mark, expected plain UTF-8")
    if b"\r" in raw:
        row = raw[: raw.index(b"\r")].count(b"\n") + 1
        faults.append(f"{name}: row {row}, last column: found a carriage return (CRLF), expected LF line ends")
    if not raw.endswith(b"\n"):
        row = raw.count(b"\n") + 1
        faults.append(f"{name}: row {row}, last column: found no line end, expected a whole last row (truncated?)")
    if (found := digest(path)) != sidecar["sha256"]:
        faults.append(f"{name}: all rows and columns: found sha256 {found}, expected {sidecar['sha256']}")
    with system.use_context(trusted=True):  # absolute paths
        schema = {key: sidecar["schema"][key] for key in ("fields", "primaryKey", "missingValues")}
        report = Resource(path=str(path), schema=Schema.from_descriptor(schema), encoding="utf-8").validate()
        resource = Resource(path=str(path), schema=Schema.from_descriptor(schema), encoding="utf-8")
        rows = [row.to_dict() for row in resource.read_rows()] if report.valid else []
    for error in report.tasks[0].errors if report.tasks else report.errors:
        one = error.to_dict()
        column = one.get("fieldName") or ", ".join(sidecar["schema"]["primaryKey"])
        found = one.get("cell", one.get("label", one.get("cells", one.get("labels"))))
        faults.append(f"{name}: row {one.get('rowNumber', 1)}, column {column}: found {found!r}, expected {one['note']}")
    return faults + row_faults(name, rows, sidecar)


def row_faults(name: str, rows: list[dict], sidecar: dict) -> list[str]:
    """Check source ids both ways, and that a source without an open licence gives single figures only."""
    known = {source["id"]: source for source in sidecar["sources"]}
    faults, used = [], {}
    for line, row in enumerate(rows, 2):
        found = row.get("source_id", next(iter(known)) if len(known) == 1 else None)
        for id in (found or "").split("; "):
            used[id] = used.get(id, 0) + 1
            if id not in known:
                faults.append(f"{name}: row {line}, column source_id: found {id!r}, expected one of {sorted(known)}")
    if rows and (idle := set(known) - set(used)):
        faults.append(f"{name}: column source_id: no row uses {sorted(idle)}, expected every source of the sidecar in a row")
    for id, count in used.items():
        licence = known.get(id, {}).get("licence", "")
        free = licence.startswith(OPEN) and not re.search(r"\bN[CD]\b", licence)
        if not free and sidecar["redistribution"] == "open":
            faults.append(f"{name}: all rows of {id!r}: found licence {known.get(id, {}).get('licence')!r}, expected an open "
                          f"licence or redistribution = 'cited'")  # fmt: skip
        if not free and count > QUOTED:
            faults.append(
                f"{name}: found {count} rows of {id!r}, which has no open licence; expected at most {QUOTED} quoted figures"
            )
    licences = [licence["name"] for licence in sidecar["licenses"]]
    if sidecar["redistribution"] == "cited" and licences != ["quotation"]:
        faults.append(f"data/{sidecar['name']}.toml: licenses: found {licences}, expected ['quotation'] for cited figures")
    return faults


def source_faults(described: dict[str, dict]) -> list[str]:
    """Check that a source described in several sidecars is described alike."""
    seen, faults = {}, []
    for slug, sidecar in described.items():
        for source in sidecar.get("sources", []):
            first, said = seen.setdefault(source.get("id"), (slug, source))
            for key in ("title", "publisher", "path", "licence"):
                if said.get(key) != source.get(key):
                    faults.append(f"data/{slug}.toml: source {source.get('id')!r}: {key}: found {source.get(key)!r}, "
                                  f"expected {said.get(key)!r} as in data/{first}.toml")  # fmt: skip
    return faults
