"""Figure cards: an ordinary figure with its title, description, sources and the table of what it draws."""

import io
import itertools
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import matplotlib.figure
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from story.data import slugs

CARD_MIME = "application/vnd.story.card+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
SHOWN_BY_PAGE = ("meta", "title", "template", "margin", "height")  # parts of a layout that the page takes over
WORDS = ("title", "subtitle", "alt", "table", "narrow", "height")
TITLE_WORDS = 14
STATES = 80


@dataclass(frozen=True)
class Drawing:
    """A still picture (matplotlib) as a card: SVG for notebooks, plain words for diffs, JSON for the book."""

    svg: str
    meta: dict

    def __repr__(self) -> str:
        rows = [self.meta["table"]["columns"], *self.meta["table"]["rows"]]
        lines = ["; ".join("" if cell is None else str(cell) for cell in row) for row in rows]
        return "\n".join([self.meta["title"], self.meta["subtitle"], self.meta["alt"], *lines])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": repr(self), "image/svg+xml": self.svg, CARD_MIME: self.meta}


def card(
    fig: go.Figure | matplotlib.figure.Figure,
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    sources: list[str],
    table: pd.DataFrame,
    narrow: dict[str, Any] | None = None,
    height: int = 420,
    lead: bool = False,
) -> go.Figure | Drawing:
    """Frame a plotly or matplotlib figure and return it, still an ordinary figure in a notebook.

    `title` states the finding, `subtitle` measure, unit, place and period; `alt` says what the chart shows, with at
    least one number; `sources` are tables of data/; `table` holds exactly what is drawn, units in its column names.
    `narrow` changes the layout on phones ("annotations[0].text": ...); `height` is in pixels; `lead` makes it the
    chart that opens the chapter and is shared, which else is the first.
    Raises ValueError when one of them is missing, unknown or says nothing.
    """
    _check(id, title, subtitle, alt, sources, table)
    meta = {"id": id, "title": title, "subtitle": subtitle, "alt": alt, "sources": list(sources)}
    meta["table"] = {"columns": list(table.columns), "rows": _plain(table.to_numpy(dtype=object).tolist(), 9)}
    if isinstance(fig, matplotlib.figure.Figure):
        return Drawing(_svg(fig), meta)
    meta |= {"height": height, "narrow": narrow or {}} | ({"lead": True} if lead else {})
    layout = _plain(fig.layout.to_plotly_json()) | {
        "title": {"text": title, "subtitle": {"text": subtitle}},
        "height": height,
        "margin": {"t": 84},
        "meta": {"story": meta},
    }
    return go.Figure({"data": [_plain(trace.to_plotly_json()) for trace in fig.data], "layout": layout})


def choices(cards: dict[Any, go.Figure], axes: dict[str, list | dict[Any, str]], start: Any) -> go.Figure:
    """Bind cards into one card whose reader picks the state along one to three named axes, or up to six switches.

    `cards` maps each combination of values (a tuple, or the value itself for a single axis) to its card; `axes`
    maps a label to its values, or to values with their own labels ([False, True] is a switch); `start` is the
    combination shown first. Raises ValueError when a combination is missing, unknown, or carries another id.
    """
    tuples = {key if isinstance(key, tuple) else (key,): one for key, one in cards.items()}
    start = start if isinstance(start, tuple) else (start,)
    values = [list(of) for of in axes.values()]
    expected = list(itertools.product(*values))
    most = 6 if all(map(_switch, axes.values())) else 3
    if not 1 <= len(axes) <= most or len(expected) > STATES:
        raise ValueError(f"choices: found {len(axes)} axes and {len(expected)} states, expected 1-{most} and at most {STATES}")
    if missing := [key for key in [*expected, start] if key not in tuples]:
        raise ValueError(f"choices: no card for {missing[0]}; expected one for every combination of {list(axes)}")
    if extra := [key for key in tuples if key not in expected]:
        raise ValueError(f"choices: the card for {extra[0]} stands on no axis of {list(axes)}")
    first = tuples[start]
    if len(ids := {one.layout.meta["story"]["id"] for one in tuples.values()}) > 1:
        raise ValueError(f"choices: found the ids {sorted(ids)}, expected one id for all states")
    base = state(first)
    meta = dict(first.layout.meta["story"])
    meta["axes"] = [
        {
            "label": label,
            "kind": _kind(of),
            "values": [str(of[value]) if isinstance(of, dict) else _option(value) for value in of],
            "start": list(of).index(chosen),
        }
        for (label, of), chosen in zip(axes.items(), start, strict=True)
    ]  # fmt: skip
    meta["states"] = {
        ",".join(str(values[axis].index(value)) for axis, value in enumerate(key)): difference(base, state(tuples[key]))
        for key in expected
    }
    return go.Figure(first).update_layout(meta={"story": meta})


def state(fig: go.Figure | dict) -> dict:
    """What may change from one state of a card to another: traces, layout, words, table."""
    if isinstance(fig, go.Figure):
        fig = {"data": [trace.to_plotly_json() for trace in fig.data], "layout": fig.layout.to_plotly_json()}
    meta = fig["layout"]["meta"]["story"]
    layout = {name: value for name, value in fig["layout"].items() if name not in SHOWN_BY_PAGE}
    return {"data": fig["data"], "layout": layout} | {name: meta[name] for name in WORDS}


def difference(old: Any, new: Any, path: tuple = ()) -> list[list]:
    """List [path, value] pairs that turn one JSON value into another; a dropped key becomes null."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        pairs = [(key, old.get(key), new.get(key)) for key in keys]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _nested(old):
        pairs = [(place, *both) for place, both in enumerate(zip(old, new, strict=True))]
    else:
        return [] if old == new else [[list(path), new]]
    return [change for key, was, now in pairs for change in difference(was, now, (*path, key))]


def _switch(of: list | dict) -> bool:
    """Whether an axis is a switch: off, on."""
    return list(of) == [False, True] and all(isinstance(value, bool) for value in of)


def _kind(of: list | dict) -> str:
    """The control for the values of an axis."""
    if _switch(of):
        return "check"
    return "range" if len(of) > 3 and all(isinstance(value, (int, float)) for value in of) else "select"


def _option(value: Any) -> str:
    """Write a value that a reader may choose; years stay plain."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, (int, float)) and abs(value) >= 10_000 else str(value)


def _nested(values: list) -> bool:
    return any(isinstance(value, (dict, list)) for value in values)


def _check(id: str, title: str, subtitle: str, alt: str, sources: list[str], table: pd.DataFrame) -> None:
    where = f"card {id!r}"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", id):
        raise ValueError(f"{where}: found the id {id!r}, expected lower-case words joined by hyphens")
    if not title.strip() or len(title.split()) > TITLE_WORDS:
        raise ValueError(f"{where}: found a title of {len(title.split())} words, expected 1 to {TITLE_WORDS}: {title!r}")
    if not subtitle.strip():
        raise ValueError(f"{where}: the subtitle is empty; expected measure, unit, place and period")
    if not re.search(r"\d", alt) or alt.strip() == title.strip() or re.search(r"\.(png|svg|jpe?g)$", alt):
        raise ValueError(f"{where}: found the alt text {alt!r}, expected what the chart shows, with at least one number")
    if not sources or (unknown := [slug for slug in sources if slug not in slugs()]):
        raise ValueError(f"{where}: found the sources {unknown if sources else sources}, expected tables of data/")
    if table.empty:
        raise ValueError(f"{where}: the table is empty; expected the rows that are drawn")


def _svg(fig: matplotlib.figure.Figure) -> str:
    """Write a matplotlib figure as SVG, the same bytes each time."""
    out = io.StringIO()
    fig.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(fig)
    return out.getvalue()


def _plain(value: Any, digits: int = 6) -> Any:
    """Turn arrays, dates and numpy scalars into plain JSON; floats keep a few significant digits, so diffs can be read."""
    if isinstance(value, dict):
        return {key: _plain(one, digits) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray, pd.Series, pd.Index)):
        return [_plain(one, digits) for one in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        short = float(f"{value:.{digits}g}")
        return None if not np.isfinite(value) else int(short) if short.is_integer() and abs(short) < 1e15 else short
    if isinstance(value, (np.datetime64, datetime, date)):
        return pd.Timestamp(value).isoformat().removesuffix("T00:00:00")
    return None if value is pd.NA or value is pd.NaT else value
