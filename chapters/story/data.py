"""Tables and their sidecars: what a chapter reads, and what the book says about it."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
REGISTERS = ("claims", "corrections", "essays")  # TOML files in data/ that describe no table


class DataError(ValueError):
    """A file of data/ is not what its description says; the message names file, place, found, expected."""


def load(slug: str) -> pd.DataFrame:
    """Read the table `data/<slug>.csv` as it is, cleaning nothing.

    Raises DataError when there is no such table, and names the tables there are.
    """
    path = DATA / f"{slug}.csv"
    if not path.is_file():
        raise DataError(f"data/{slug}.csv: no such table; expected one of: {', '.join(slugs())}")
    return pd.read_csv(path)


def slugs() -> list[str]:
    """List the names of all tables, in alphabetical order."""
    return sorted(path.stem for path in DATA.glob("*.csv"))


def read_toml(path: Path) -> dict:
    """Read one TOML file; raises DataError with the line when it is malformed."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise DataError(f"data/{path.name}: the file is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"data/{path.name}: not valid TOML: {error}") from None


@cache
def sidecar(slug: str) -> dict:
    """Read the description of one table: title, sources, licence, columns with units, caveats, breaks."""
    return read_toml(DATA / f"{slug}.toml")


@cache
def register(name: str) -> dict[str, dict]:
    """Read `data/claims.toml`, `essays.toml` or `corrections.toml` as a mapping from id to its fields."""
    return read_toml(DATA / f"{name}.toml")


def corrections() -> list[dict]:
    """List the corrections of the book, newest first: id, date, title, what was wrong, what it changed."""
    rows = [{"id": id, **fields} for id, fields in register("corrections").items()]
    return sorted(rows, key=lambda row: str(row["date"]), reverse=True)


def digest(path: Path) -> str:
    """Hash the bytes of a file (SHA-256, hexadecimal)."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_files() -> list[str]:
    """Say which tables lack their sidecar, which sidecars lack their table, and which bytes changed.

    Cheap enough for every build; the full audit of rows and columns is in the tests.
    """
    tables = {path.stem for path in DATA.glob("*.csv")}
    described = {path.stem for path in DATA.glob("*.toml")} - set(REGISTERS)
    faults = [f"data/{slug}.csv: has no sidecar; expected data/{slug}.toml" for slug in sorted(tables - described)]
    faults += [f"data/{slug}.toml: describes no table; expected data/{slug}.csv" for slug in sorted(described - tables)]
    for slug in sorted(tables & described):
        found, expected = digest(DATA / f"{slug}.csv"), sidecar(slug).get("sha256")
        if found != expected:
            faults.append(
                f"data/{slug}.csv: changed hash: found {found}, expected {expected}; "
                f"check the change, then write the found hash in data/{slug}.toml and run `make run`"
            )
    return faults
