"""A claim, the definitions it can be tested under, and the verdict that follows from them by one rule."""

import html
import math
from dataclasses import dataclass
from functools import cached_property

from story.data import DataError, register, slugs

CLOSE = 0.05  # a miss within 5 % of the nearer bound is close
HOLDS, ROUGHLY, DEPENDS, FAILS, UNTESTABLE = LABELS = (
    "holds",
    "roughly",
    "depends on the definition",
    "fails",
    "cannot be tested",
)
BARE = ("ratio", "rank", "correlation")  # units that are said before the number
CLAIM_MIME = "application/vnd.story.claim+json"
VERDICT_MIME = "application/vnd.story.verdict+json"


@dataclass(frozen=True)
class Definition:
    """One defensible way to put the claim into a number, with the number it gives (in the claim's unit)."""

    label: str
    value: float
    sources: tuple[str, ...]
    comparable: bool
    note: str


def definition(label: str, value: float, *sources: str, comparable: bool = True, note: str = "") -> Definition:
    """State one definition: what is counted, the value it gives, the tables the value comes from.

    `comparable=False` shows it apart and does not count it; `note` then says why.
    Raises ValueError when the value is not a finite number, or a table is unknown.
    """
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"definition {label!r}: found {value!r}, expected a finite number in the unit of the claim")
    for slug in sources:
        if slug not in slugs():
            raise ValueError(f"definition {label!r}: unknown table {slug!r}, expected one of: {', '.join(slugs())}")
    if not comparable and not note:
        raise ValueError(f"definition {label!r}: shown apart, so it needs a note that says why")
    return Definition(label, float(value), sources, comparable, note)


def number(value: float) -> str:
    """Write a number for people: three significant digits, more for whole numbers, a real minus sign."""
    digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", "−")


def bound(value: float) -> str:
    """Write a bound of an interval as the claim's reading gives it."""
    return f"{value:,g}".replace("-", "−")


@dataclass(frozen=True)
class Claim:
    """One sentence of an essay and the interval its wording allows (`None`: no bound on that side)."""

    id: str
    quote: str
    translation: str
    reading: str
    essay: str
    chapter: str
    unit: str
    kind: str = ""
    where: str = ""
    low: float | None = None
    high: float | None = None
    strict: bool = False  # the bounds themselves are outside ("above 1", "below 0")

    @property
    def testable(self) -> bool:
        """Whether the wording allows any interval at all."""
        return self.low is not None or self.high is not None

    @property
    def interval(self) -> str:
        """The interval in words, with its unit."""
        if not self.testable:
            return "no number in the wording"
        more, less = ("above", "below") if self.strict else ("at least", "at most")
        if self.high is None:
            words = f"{more} {bound(self.low)}"
        elif self.low is None:
            words = f"{less} {bound(self.high)}"
        elif self.low == self.high:
            words = f"exactly {bound(self.low)}"
        else:
            words = f"{bound(self.low)} to {bound(self.high)}"
        return f"a {self.unit} of {words}" if self.unit in BARE else f"{words} {self.unit}".replace(" %", "%")

    def rate(self, value: float) -> str:
        """Say whether a value is inside the interval, close to it (5 % of the nearer bound), or outside."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if (low < value < high) if self.strict else (low <= value <= high):
            return "inside"
        return "close" if self.miss(value) <= CLOSE + 1e-12 else "outside"  # a hair for rounding in the machine

    def miss(self, value: float) -> float:
        """How far a value lies beyond the nearer bound, as a share of that bound (infinite when it is zero)."""
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        bound = min(bounds, key=lambda bound: abs(value - bound))
        return abs(value - bound) / abs(bound) if bound else math.inf

    def test(self, *definitions: Definition) -> "Verdict":
        """Test the claim under every definition given; the label follows from the rule alone."""
        labels = [one.label for one in definitions]
        if len(set(labels)) < len(labels):
            raise ValueError(f"claim {self.id!r}: two definitions have the same label: {labels}")
        return Verdict(self, definitions)

    def payload(self) -> dict:
        """What the book needs to show the claim, as plain JSON."""
        essay = register("essays")[self.essay]
        names = ("id", "quote", "translation", "reading", "chapter", "unit", "where", "low", "high", "strict")
        return {name: getattr(self, name) for name in names} | {
            "essay": {"id": self.essay} | essay,
            "interval": self.interval,
        }

    def __repr__(self) -> str:
        return f"« {self.quote} »\n“{self.translation}”\nRead as: {self.interval}. {self.reading}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        quote, translation = html.escape(self.quote), html.escape(self.translation)
        page = (
            f'<blockquote><p lang="fr">« {quote} »</p><p>“{translation}”</p></blockquote>'
            f"<p><b>Read as:</b> {html.escape(self.interval)}. {html.escape(self.reading)}</p>"
        )
        return {"text/plain": repr(self), "text/html": page, CLAIM_MIME: self.payload()}


@dataclass(frozen=True)
class Verdict:
    """The outcome of testing one claim: each definition rated, and the label the rule gives them together."""

    claim: Claim
    definitions: tuple[Definition, ...]

    @cached_property
    def rated(self) -> list[tuple[Definition, str]]:
        """Each definition with its rating; those that are not comparable are "apart"."""
        usable = self.claim.testable
        return [(one, self.claim.rate(one.value) if one.comparable and usable else "apart") for one in self.definitions]

    @cached_property
    def ratings(self) -> list[str]:
        """The ratings that count."""
        return [rating for _, rating in self.rated if rating != "apart"]

    @property
    def label(self) -> str:
        """One of the five labels, by the rule."""
        return _label(self.ratings)

    @property
    def count(self) -> str:
        """How many definitions are inside, close and outside, in words."""
        total, inside, close = len(self.ratings), self.ratings.count("inside"), self.ratings.count("close")
        if not total:
            return "nothing to count"
        noun = "definition" if total == 1 else "definitions"
        return f"inside under {inside} of {total} {noun}" + (f", close under {close}" if close else "")

    @property
    def nearest(self) -> Definition | None:
        """The nearest miss: of the definitions not inside, the one closest to the interval."""
        missed = [one for one, rating in self.rated if rating in ("close", "outside")]
        return min(missed, key=lambda one: (self.claim.miss(one.value), one.label), default=None)

    @property
    def fragile(self) -> list[str]:
        """The definitions each of which, left out alone, would change the label."""
        counted = [(one, rating) for one, rating in self.rated if rating != "apart"]
        if len(counted) < 2:
            return [one.label for one, _ in counted]
        return [
            one.label for one, _ in counted if _label([rating for other, rating in counted if other is not one]) != self.label
        ]

    @property
    def fragility(self) -> str:
        """The fragile point in one sentence, or nothing."""
        if not self.ratings:
            return ""
        if len(self.ratings) == 1:
            return f"The verdict rests on one definition: {self.fragile[0]}."
        if len(self.fragile) == 1:
            return f"Fragile point: without “{self.fragile[0]}” the verdict would change."
        return "" if not self.fragile else "Fragile: leaving out any one of several definitions changes the verdict."

    def payload(self) -> dict:
        """What the book needs to show the verdict, as plain JSON."""
        rows = [
            {
                "label": one.label,
                "value": one.value,
                "text": number(one.value),
                "rating": rating,
                "sources": list(one.sources),
                "note": one.note,
            }
            for one, rating in self.rated
        ]
        return {
            "claim": self.claim.payload(),
            "label": self.label,
            "count": self.count,
            "nearest": self.nearest.label if self.nearest else None,
            "fragility": self.fragility,
            "definitions": rows,
        }

    def __repr__(self) -> str:
        lines = [f"{self.claim.id}: {self.label} ({self.count})", f"The wording allows: {self.claim.interval}"]
        width = max((len(one.label) for one in self.definitions), default=0)
        lines += [
            f"  {rating:8} {one.label:{width}} {number(one.value):>9}" + (f"  ({one.note})" if one.note else "")
            for one, rating in self.rated
        ]
        if self.nearest:
            lines.append(f"Nearest miss: {self.nearest.label}")
        return "\n".join(lines + [self.fragility] * bool(self.fragility))

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        rows = "".join(
            f"<tr><td>{html.escape(one.label)}</td><td>{number(one.value)}</td><td>{rating}</td>"
            f"<td>{html.escape(one.note)}</td></tr>"
            for one, rating in self.rated
        )
        page = (
            f"<p><b>{self.label}</b>, {self.count}. The wording allows {html.escape(self.claim.interval)}.</p>"
            f"<table><tr><th>Definition</th><th>Value</th><th>Rating</th><th>Note</th></tr>{rows}</table>"
            f"<p>{html.escape(self.fragility)}</p>"
        )
        return {"text/plain": repr(self), "text/html": page, VERDICT_MIME: self.payload()}


def _label(ratings: list[str]) -> str:
    """The rule: all inside, all inside or close, some and some, none."""
    good = sum(rating != "outside" for rating in ratings)
    if not ratings:
        return UNTESTABLE
    if good == 0:
        return FAILS
    if good < len(ratings):
        return DEPENDS
    return HOLDS if "close" not in ratings else ROUGHLY


def claim(id: str) -> Claim:
    """Fetch one claim of `data/claims.toml`; raises DataError when the id or its essay is unknown."""
    claims = register("claims")
    if id not in claims:
        raise DataError(f"data/claims.toml: no claim {id!r}; expected one of: {', '.join(claims)}")
    found = Claim(id=id, **claims[id])
    if found.essay not in register("essays"):
        raise DataError(
            f"data/claims.toml: claim {id!r}: unknown essay {found.essay!r}, expected one of: {', '.join(register('essays'))}"
        )
    return found
