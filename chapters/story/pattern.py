"""What the verdicts have in common: claims grouped by the kind of their wording, and how many definitions agree."""

from statistics import mean

from story.claims import FAILS, HOLDS, LABELS, ROUGHLY
from story.data import register

# What puts a sentence among its like: its wording alone, by the first rule that fits. A name for several, the rule.
KINDS = {
    "forecast": ("forecasts", "What is to come."),
    "absolute": ("absolutes", "No exception is left: all, whole, each, always, never, undeniable, almost nothing."),
    "comparison": ("comparisons", "One thing set against another: as much as, more than, divided by."),
    "trend": ("trends", "Something grew, fell, or moved in a stated way."),
    "amount": ("amounts", "A number, a price, a share or a rank."),
}


def agreement(verdict: dict) -> float | None:
    """The share of the definitions counted that are inside or close, 0 to 1; None when none is counted."""
    counted = [row["rating"] for row in verdict["definitions"] if row["rating"] != "apart"]
    return mean(rating != "outside" for rating in counted) if counted else None


def groups(verdicts: dict[str, dict]) -> list[dict]:
    """Group the verdicts by kind, the kind that the data agree with most first, and so the claims of each.

    Each group: `name` and `rule` of its kind; `claims`, verdicts with their `agreement`; `tested`, how many can be;
    `share`, the mean agreement of those, 0 to 1; `right`, how many hold or roughly hold; `wrong`, how many fail.
    A kind with no tested claim is left out.
    """
    found = []
    for kind, (name, rule) in KINDS.items():
        claims = [one | {"agreement": agreement(one)} for id, one in verdicts.items() if register("claims")[id]["kind"] == kind]
        claims.sort(key=lambda one: (LABELS.index(one["label"]), -(one["agreement"] or 0)))
        tested = [one["agreement"] for one in claims if one["agreement"] is not None]
        if tested:
            labels = [one["label"] for one in claims]
            found.append({
                "name": name, "rule": rule, "claims": claims, "tested": len(tested), "share": mean(tested),
                "right": labels.count(HOLDS) + labels.count(ROUGHLY), "wrong": labels.count(FAILS),
            })  # fmt: skip
    return sorted(found, key=lambda group: -group["share"])
